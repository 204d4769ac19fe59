"""The pages of requests in a real browser: an overdue one climbs, one is worked off by its forms."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from PIL import Image
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
    from playwright.sync_api import FilePayload, Page, Route


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


def _papers() -> list[FilePayload]:
    """A photo, and a PDF with a page of its own look."""
    photo, paper = io.BytesIO(), io.BytesIO()
    Image.linear_gradient("L").convert("RGB").rotate(30).resize((900, 700)).save(photo, "JPEG")
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    page.Contents = made.make_stream(
        b"0.1 0.3 0.5 rg 60 740 320 30 re f 0.75 g "
        + b" ".join(b"60 %d %d 9 re f" % (690 - 22 * row, 470 - row % 4 * 60) for row in range(26))
    )
    made.save(paper)
    return [
        {"name": "报告第一页.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()},
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": paper.getvalue()},
    ]


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({"phone": False, "dark": False, "language": "zh"}, id="desktop-light-zh"),
        pytest.param({"phone": True, "dark": True, "language": "en"}, id="phone-dark-en"),
    ],
)
def test_papers_are_sent_with_progress_and_looked_at(
    kind: dict[str, bool | str],
    house: House,
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
) -> None:
    page = open_page(**kind)
    name = f"{'phone' if kind['phone'] else 'desktop'}-{kind['language']}"
    house.open(page, "admin/requests/bare")
    page.locator("#papers summary").click()
    page.locator("#f-code").select_option("report")
    page.locator("#f-file").set_input_files(_papers())
    shown: list[str] = []

    def hold(route: Route) -> None:
        """Look at the page while a file is on its way."""
        shown.append(page.locator("#papers .ch-upload-row progress:visible").count() * "bar")
        if len(shown) == 2:
            shot(page, f"requests-papers-{name}-1-sending")
        route.continue_()

    page.route("**/admin/requests/bare/papers", hold)
    page.locator("#papers button[type=submit]").click()
    expect(page.locator("#papers .ch-file img")).to_have_count(2)
    assert shown == ["bar", "bar"]
    page.wait_for_load_state("networkidle")
    for picture in page.locator("#papers .ch-file img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("each => each.naturalWidth") > 0
    expect(page.locator("#papers li.ch-paper-row").nth(1).locator(".ch-badge")).to_have_text(
        "There" if kind["language"] == "en" else "已有"
    )
    check_axe(page)
    no_sideways(page)
    shot(page, f"requests-papers-{name}-2-kept")

    page.locator("#papers .ch-file a").first.click()
    whole = page.locator(".ch-file-whole.is-page")
    expect(whole).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert whole.evaluate("each => each.naturalHeight") == 1400
    check_axe(page)
    no_sideways(page)
    shot(page, f"requests-papers-{name}-3-page")


def test_a_row_of_a_queue_is_read_on_a_phone_without_moving_it_sideways(
    house: House, open_page: Callable[..., Page]
) -> None:
    page = open_page(phone=True, language="en")
    for path in ("admin/requests", "admin/tasks"):
        house.open(page, path)
        row = page.locator("tbody tr").first
        expect(row).to_be_visible()
        wide, inner = page.locator(".ch-table-frame").first.evaluate(
            "each => [each.clientWidth, each.scrollWidth]"
        )
        assert inner <= wide
    house.open(page, "admin/requests")
    expect(page.locator("tbody tr").first).to_contain_text("Overdue by")
