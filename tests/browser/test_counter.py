"""The counter in a real browser: by keyboard, without scripts, on paper, open to all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from flask import Blueprint, redirect, request
from playwright.sync_api import expect

from charterhouse.config import Config
from charterhouse.desk.institution import PricedItem, keep_price_list
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.app import create_app
from charterhouse.web.auth.session import Principal, register_loader, sign_in
from charterhouse.web.permissions import permissions_of, public

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Page
    from werkzeug.wrappers import Response

OWNER = Principal("staff", 1, "陈晓岚", frozenset({"owner"}), permissions_of(frozenset({"owner"})))
PRICES = (
    PricedItem("ultrasound", "超声检查", "Ultrasound", "exam", 10_000, 1_000),
    PricedItem("registration", "挂号费", "Registration fee", "registration", 2_000, None),
)
KINDS = [
    pytest.param({"phone": False, "dark": False, "language": "zh"}, id="desktop-light-zh"),
    pytest.param({"phone": True, "dark": True, "language": "en"}, id="phone-dark-en"),
]
PAGES = [
    "admin/",
    "admin/tasks",
    "admin/counter",
    "admin/counter?person={member}",
    "admin/counter/bills/b1",
    "admin/prices",
    "admin/charter",
    "admin/charter?both=1",
    "admin/charter/versions",
    "admin/charter/figures",
    "admin/reports",
    "admin/reports/monthly",
    "admin/registers/decisions",
    "admin/registers/admissions",
    "admin/registers/cards",
    "admin/registers/bills",
    "admin/registers/lines",
    "admin/settings",
    "admin/settings/branches/new",
    "admin/events/{event}",
]


class Site:
    """A served institution with one member and one bill."""

    def __init__(self, address: str, member: str, event: str) -> None:
        self.address = address
        self.member = member
        self.event = event

    def open(self, page: Page, path: str) -> None:
        """Sign in and open a page."""
        target = path.format(member=self.member, event=self.event)
        page.goto(f"{self.address}test-enter?{urlencode({'to': target})}")
        page.wait_for_load_state("networkidle")


def _enter(app: Flask) -> None:
    area = Blueprint("test", __name__)

    @area.get("/test-enter")
    @public(reason="Signs the test's member of staff in.")
    def enter() -> Response:
        sign_in(OWNER)
        return redirect(f"{request.script_root}/{request.args['to']}")

    app.register_blueprint(area)
    register_loader(app, "staff", lambda number: OWNER if number == OWNER.id else None)


@pytest.fixture(name="site")
def _site(tmp_path: Path, serve: Callable[[Flask], str]) -> Site:
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)
    tenant = create_tenant(
        catalogue, slug="clinic", name_zh="示例妇科医院", name_en="Sample Clinic",
        charter="gynecology.vip-card",
    )  # fmt: skip
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        keep_price_list(PRICES)
        member = create_person({"name": "王秀英", "phone": "13800138000"}).ref
        submit("join", {"member": member, "path": "ordinary"}, actor="test")
        line = {"item": "ultrasound", "category": "exam", "price": "100", "offer": "10"}
        bill = submit("spend", {"id": "b1", "member": member, "lines": [line]}, actor="test")
        submit("incident", {"member": member, "kind": "counterfeit"}, actor="test")
    app = create_app(settings, directory=catalogue, areas=("charterhouse.web.admin", _enter))
    return Site(f"{serve(app)}/t/clinic/", member, bill.event_id)


@pytest.mark.parametrize("kind", KINDS)
def test_the_pages_are_whole_and_open_to_all(
    kind: dict[str, bool | str],
    site: Site,
    open_page: Callable[..., Page],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(**kind)
    for path in PAGES:
        site.open(page, path)
        no_sideways(page)
        check_axe(page)


def test_a_bill_is_entered_by_keyboard_priced_live_and_charged(
    site: Site, open_page: Callable[..., Page], check_axe: Callable[[Page], None]
) -> None:
    page = open_page()
    site.open(page, "admin/counter?person={member}")
    page.keyboard.type("超声检查")
    for _ in range(5):
        page.keyboard.press("Enter")
    page.wait_for_selector("[data-to-pay='800']")
    expect(page.locator("[data-line-price]").first).to_have_value("100.00")
    expect(page.locator("[name=lines-1-item]")).to_be_focused()

    quote = page.locator("#quote")
    expect(quote).to_contain_text("+8")
    expect(quote.locator("summary.ch-clause")).to_have_text(
        [re.compile(r"2\.2$"), re.compile(r"5\.1$")]
    )
    quote.locator("summary.ch-clause").first.click()
    expect(quote.locator(".ch-why[open]")).to_contain_text("折上折")
    check_axe(page)

    page.fill("[name=received]", "10")
    expect(page.locator(".ch-change-due output")).to_have_text("¥2.00")
    page.click(".ch-charge")
    page.wait_for_url("**/admin/counter/bills/*")
    expect(page.locator(".ch-receipt")).to_contain_text("¥8.00")
    page.emulate_media(media="print")
    assert page.locator(".ch-receipt").bounding_box()["width"] < 290
    expect(page.locator(".ch-side")).to_be_hidden()


def test_a_bill_is_charged_without_scripts(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(scripts=False)
    site.open(page, "admin/counter?person={member}")
    page.fill("[name=lines-0-item]", "超声检查")
    page.click("[value=add]")
    page.fill("[name=lines-1-item]", "挂号费")
    page.click(".ch-charge")
    expect(page.locator("[data-to-pay]")).to_have_attribute("data-to-pay", "800")
    page.click(".ch-charge")
    expect(page.locator(".ch-receipt")).to_contain_text("¥8.00")


def test_rows_of_the_charters_tables_are_added_by_script(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    site.open(page, "admin/charter/figures")
    page.click("#f-gifts [data-add-line]")
    page.fill("[name=gifts-1-key]", "umbrella")
    page.fill("[name=gifts-1-value]", "60")
    page.click(".ch-form-actions [data-primary]")
    expect(page.locator("main")).to_contain_text("雨伞 · 60")
