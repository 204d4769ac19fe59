"""The pages of requests in a real browser: an overdue one climbs, one is worked off by its forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.web.requests_charter import CODE, install

from charterhouse import clock
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
from charterhouse.web.portal.base import load_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Page


@dataclass
class House:
    """A served tenant with requests."""

    address: str
    enter: str
    enter_member: str

    def open(self, page: Page, path: str) -> None:
        enter = self.enter_member if path.startswith("my/") else self.enter
        page.goto(f"{self.address}{enter}")
        page.goto(f"{self.address}{path}")
        page.wait_for_load_state("networkidle")


def _enter(app: Flask) -> None:
    def enter(number: int) -> str:
        sign_in(principal_of(get_staff(number)))
        return '<!doctype html><title>in</title><link rel="icon" href="data:,">'

    def enter_member(number: int) -> str:
        found = load_member(number)
        assert found is not None
        sign_in(found)
        return '<!doctype html><title>in</title><link rel="icon" href="data:,">'

    guarded = public(reason="Signs the test's people in.")
    app.add_url_rule("/test-enter/<int:number>", "test.enter", guarded(enter))
    app.add_url_rule("/test-member/<int:number>", "test.member", guarded(enter_member))


def _requests() -> str:
    """Tell a complaint two days old, one of today, two requests for a specialist; who asked."""
    now = datetime.now(UTC)
    refs = [create_person({"name": name}).ref for name in ("王秀英", "李建国")]
    told: list[tuple[int, str, dict[str, Any]]] = [
        (50, "join", {"member": refs[0]}),
        (50, "join", {"member": refs[1]}),
        (49, "request", {"id": "late", "member": refs[0], "service": "complaint"}),
        (5, "request", {"id": "today", "member": refs[1], "service": "complaint"}),
        (4, "request", {"id": "bare", "member": refs[1], "service": "specialist"}),
        (4, "request", {"id": "full", "member": refs[0], "service": "specialist",
                        "documents": {"claim-form": 1, "report": 1}}),
    ]  # fmt: skip
    for hours, verb, fields in told:
        with clock.use_clock(clock.FixedClock(now - timedelta(hours=hours))):
            assert submit(verb, fields, actor="system").accepted
    return refs[0]


@pytest.fixture(name="house")
def _house(
    tmp_path: Path, serve: Callable[[Flask], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    install(monkeypatch)
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)
    tenant = create_tenant(
        catalogue, slug="clinic", name_zh="示例医院", name_en="Sample Clinic", charter=CODE
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        staff = create_staff("chen", "陈晓岚", "a long password", "owner", enrolled=True).staff
        member = _requests()
    areas = ("charterhouse.web.admin", "charterhouse.web.portal", _enter)
    app = create_app(settings, directory=catalogue, areas=areas)
    yield House(f"{serve(app)}/t/clinic/", f"test-enter/{staff.id}", f"test-member/{member}")
    catalogue.installation.stores.close()


PAGES = {
    "list": "admin/requests",
    "board": "admin/requests?layout=board",
    "late": "admin/requests/late",
    "bare": "admin/requests/bare",
    "day": "admin/my-day",
    "my-services": "my/services",
    "my-ask": "my/services/specialist",
    "my-request": "my/requests/full",
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
    house: House,
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(**kind)
    for name, path in PAGES.items():
        house.open(page, path)
        shot(page, f"requests-{name}-{'phone' if kind['phone'] else 'desktop'}-{kind['language']}")
        no_sideways(page)
        check_axe(page)


def test_a_request_is_completed_approved_and_arranged_without_scripts(
    house: House, open_page: Callable[..., Page]
) -> None:
    page = open_page(language="en", scripts=False)
    house.open(page, "admin/requests")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Overdue by")
    house.open(page, "admin/requests/bare")
    page.get_by_label("Claim form").check()
    page.get_by_label("Diagnosis report").check()
    page.get_by_role("button", name="Record the papers").click()
    page.get_by_label("Reason", exact=True).first.fill("All papers are there")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Record “Contacted”").click()
    page.get_by_label("hospital", exact=True).fill("First hospital")
    page.get_by_role("button", name="Record “Arranged”").click()
    expect(page.locator(".ch-badge", has_text="Arranged").first).to_be_visible()
    page.locator("summary", has_text="Cancel the request").click()
    expect(page.get_by_text("It costs one use of “Specialist”.").first).to_be_visible()
