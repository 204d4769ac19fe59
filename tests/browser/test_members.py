"""The pages of members in a real browser: readable for all, whole on the phone, quick by keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from charterhouse.config import Config
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.staff import create_staff, get_staff
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.admin.account import principal_of
from charterhouse.web.app import create_app
from charterhouse.web.auth.session import sign_in
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Page


@dataclass
class Site:
    """A served tenant with two members and an applicant."""

    address: str
    wang: str
    lost: str
    applicant: str
    enter: str

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.address}{self.enter}")
        page.goto(f"{self.address}{path}")
        page.wait_for_load_state("networkidle")


def _enter(app: Flask) -> None:
    def enter(number: int) -> str:
        sign_in(principal_of(get_staff(number)))
        return '<!doctype html><title>in</title><link rel="icon" href="data:,">'

    guarded = public(reason="Signs the test's member of staff in.")(enter)
    app.add_url_rule("/test-enter/<int:number>", "test.enter", guarded)


def _people() -> tuple[str, str, str]:
    wang = create_person({"name": "王秀英", "phone": "13800138000", "born": "1980-07-08"}).ref
    lost = create_person({"name": "李建国", "phone": "13900139000"}).ref
    applicant = create_person({"name": "张丽华", "phone": "13700137000"}).ref
    told: list[tuple[str, dict[str, object]]] = [
        ("join", {"member": wang, "path": "blood-donor"}),
        ("award", {"member": wang, "points": 350, "kind": "gift"}),
        ("redeem", {"member": wang, "item": "umbrella"}),
        ("redeem", {"member": wang, "points": 90_000}),
        ("join", {"member": lost, "path": "old-patient"}),
        ("report_loss", {"member": lost}),
        ("reissue_card", {"member": lost}),
        (
            "apply",
            {
                "member": applicant,
                "path": "ordinary",
                "documents": {"application-form": 1, "id-copy": 1},
            },
        ),
    ]
    for verb, fields in told:
        submit(verb, fields, actor="system")
    return wang, lost, applicant


@pytest.fixture(name="site")
def _site(tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Site]:
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)
    tenant = create_tenant(
        catalogue,
        slug="clinic",
        name_zh="示例妇科医院",
        name_en="Sample Clinic",
        charter="gynecology.vip-card",
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {"gifts": {"umbrella": 100}}, actor="test")
        staff = create_staff("chen", "陈晓岚", "a long password", "owner", enrolled=True).staff
        wang, lost, applicant = _people()
    areas = ("charterhouse.web.admin", _enter)
    app = create_app(settings, directory=catalogue, areas=areas)
    yield Site(f"{serve(app)}/t/clinic/", wang, lost, applicant, f"test-enter/{staff.id}")
    catalogue.installation.stores.close()


PAGES = {
    "list": "admin/members",
    "member": "admin/members/{wang}",
    "redeem": "admin/members/{wang}/do/redeem",
    "sanction": "admin/members/{wang}/do/sanction",
    "pay": "admin/members/{lost}/pay",
    "who": "admin/admission?q=王",
    "way": "admin/admission/{applicant}",
    "papers": "admin/admission/{applicant}/papers?path=blood-donor&channel=wechat",
    "queue": "admin/admission/queue",
    "form": "admin/admission/{wang}/form",
    "done": "admin/admission/{wang}/done",
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({"phone": False, "dark": False, "language": "zh"}, id="desktop-light-zh"),
        pytest.param({"phone": True, "dark": True, "language": "en"}, id="phone-dark-en"),
    ],
)
def test_pages_are_whole_and_open_to_all(
    kind: dict[str, bool | str],
    site: Site,
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(**kind)
    for name, path in PAGES.items():
        site.open(page, path.format(wang=site.wang, lost=site.lost, applicant=site.applicant))
        shot(page, f"members-{name}-{'phone' if kind['phone'] else 'desktop'}-{kind['language']}")
        no_sideways(page)
        check_axe(page)


def test_menus_stay_on_the_screen_of_a_phone(
    site: Site, open_page: Callable[..., Page], no_sideways: Callable[[Page], None]
) -> None:
    page = open_page(phone=True, language="en")
    site.open(page, "admin/members")
    for text in ("Filters", "Columns"):
        page.locator("summary", has_text=text).click()
        box = page.locator("details[open] .ch-menu-body").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        no_sideways(page)
    site.open(page, f"admin/members/{site.wang}")
    page.locator("summary", has_text="Actions").click()
    no_sideways(page)


def test_keys_walk_the_list_and_reach_the_search(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(language="en")
    site.open(page, "admin/members?sort=-points")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("王秀英"))
    page.keyboard.press("j")
    expect(page).not_to_have_title(re.compile("王秀英"))
    page.keyboard.press("k")
    expect(page).to_have_title(re.compile("王秀英"))
    page.goto(f"{site.address}admin/members")
    page.keyboard.press("f")
    expect(page.locator("summary[data-filter]")).to_be_focused()


def test_what_is_missing_changes_while_papers_are_ticked(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(language="en")
    site.open(page, f"admin/admission/{site.applicant}/papers?path=blood-donor&channel=wechat")
    lacking = page.locator("#lacking")
    expect(lacking).to_contain_text("4 things are still missing")
    page.select_option("select[name='documents.id-photo']", "1")
    expect(lacking).to_contain_text("3 things")
    page.fill("[name='form.home_address']", "示例路 1 号")
    page.locator("[name='form.preferences']").focus()
    expect(lacking).to_contain_text("2 things")


def test_a_sanction_waits_for_the_name(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(language="en", scripts=True)
    site.open(page, f"admin/members/{site.wang}/do/sanction")
    page.check("input[value=refuse_redemption]")
    page.fill("[name=reason]", "转借")
    page.fill("[name=approver]", "院长")
    page.click("[data-primary]")
    confirm = page.locator("button[value=confirm]")
    assert confirm.is_disabled()
    page.fill("[name=confirm]", "王秀英")
    confirm.click()
    expect(page.locator("#timeline")).to_contain_text("Refuse redemption")


def test_a_redemption_works_without_scripts(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(language="en", scripts=False)
    site.open(page, f"admin/members/{site.wang}/do/redeem")
    page.check("input[value=umbrella]")
    page.check("input[name=shown][value=card]")
    page.click("[data-primary]")
    expect(page.locator(".ch-change del")).to_contain_text("250")
    page.click("button[value=confirm]")
    expect(page.locator(".ch-card-face-value")).to_contain_text("150")


def test_full_numbers_come_in_place(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(language="en")
    site.open(page, f"admin/members/{site.wang}")
    page.get_by_role("button", name="Show in full").click()
    expect(page.locator("#identity")).to_contain_text("13800138000")
    expect(page.locator("h1")).to_have_text("王秀英")
