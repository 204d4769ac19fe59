"""Services on a member's phone in a real browser: asking with photos, and the house's side of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.web.requests_charter import CODE, install

from charterhouse import clock
from charterhouse.config import Config
from charterhouse.desk.files import LIMIT
from charterhouse.desk.intake import submit
from charterhouse.desk.member_file import benefits_left, standing_now
from charterhouse.desk.people import create_person
from charterhouse.desk.request_file import request_file
from charterhouse.desk.staff import create_staff, get_staff
from charterhouse.desk.words import program_now
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
    from playwright.sync_api import Page, Route

    from charterhouse.tenancy.tenant import Tenant

GREEN = "green-channel.three-services"
EMPTY = '<!doctype html><title>in</title><link rel="icon" href="data:,">'


@dataclass
class House:
    """A served tenant with a member of staff and a member."""

    tenant: Tenant
    address: str
    staff: int
    member: str

    def open(self, page: Page, path: str) -> None:
        """Open a page as the one whose page it is."""
        mine = path.startswith("my/")
        enter = f"test-member/{self.member}" if mine else f"test-enter/{self.staff}"
        page.goto(f"{self.address}{enter}")
        page.goto(f"{self.address}{path}")
        page.wait_for_load_state("networkidle")

    def left(self, code: str) -> int | None:
        """How many uses of a benefit the member has."""
        with tenant_scope(self.tenant), unit() as opened:
            found = benefits_left(program_now(), standing_now(opened, self.member))
        return next(each.remaining for each in found if each.code == code)


def _enter(app: Flask) -> None:
    def staff(number: int) -> str:
        sign_in(principal_of(get_staff(number)))
        return EMPTY

    def member(number: int) -> str:
        found = load_member(number)
        assert found is not None
        sign_in(found)
        return EMPTY

    guarded = public(reason="Signs the test's people in.")
    app.add_url_rule("/test-enter/<int:number>", "test.enter", guarded(staff))
    app.add_url_rule("/test-member/<int:number>", "test.member", guarded(member))


@pytest.fixture(name="open_house")
def _open_house(
    tmp_path: Path, serve: Callable[[Flask], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., House]]:
    install(monkeypatch)
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)

    def make(charter: str, told: list[tuple[float, str, dict[str, Any]]]) -> House:
        """Open a house where things were told to happen some hours ago."""
        tenant = create_tenant(
            catalogue, slug="clinic", name_zh="示例医院", name_en="Sample Clinic", charter=charter
        )
        now = datetime.now(UTC)
        with tenant_scope(tenant):
            with unit(write=True) as opened:
                adopt(opened, tenant.charter, {}, actor="test")
            staff = create_staff("chen", "陈晓岚", "a long password", "owner", enrolled=True).staff
            ref = create_person({"name": "王秀英", "phone": "13800138000"}).ref
            for hours, verb, fields in told:
                with clock.use_clock(clock.FixedClock(now - timedelta(hours=hours))):
                    body = (
                        fields
                        if "request" in fields or "policy" in fields
                        else {**fields, "member": ref}
                    )
                    answer = submit(verb, body, actor="system")
                assert answer.accepted, answer.refusal
        areas = ("charterhouse.web.admin", "charterhouse.web.portal", _enter)
        app = create_app(settings, directory=catalogue, areas=areas)
        return House(tenant, f"{serve(app)}/t/clinic/", staff.id, ref)

    yield make
    catalogue.installation.stores.close()


@pytest.fixture(name="photo")
def _photo(tmp_path: Path, open_page: Callable[..., Page]) -> Path:
    """A real photo: a picture of an empty page."""
    path = tmp_path / "photo.png"
    open_page(phone=True).screenshot(path=path)
    return path


def _today() -> datetime:
    return datetime.now(UTC)


def _insured(**policy: Any) -> list[tuple[float, str, dict[str, Any]]]:
    start = (_today() - timedelta(days=60)).date().isoformat()
    return [
        (24 * 59, "policy", {"id": "P-77", "effective": start, **policy}),
        (24 * 20, "diagnose", {"condition": "malignant-tumour", "certainty": "confirmed"}),
        (30, "request", {"id": "late", "service": "admission", "documents":
                         {"admission-slip": 1, "notice-photo": 1}}),
        (100, "request", {"id": "over", "service": "expert-outpatient"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param({"phone": True, "dark": False, "language": "zh"}, id="phone-light-zh"),
        pytest.param({"phone": True, "dark": True, "language": "en"}, id="phone-dark-en"),
        pytest.param({"phone": False, "dark": False, "language": "en"}, id="desktop-light-en"),
    ],
)
def test_pages_are_whole_and_open_to_all(
    kind: dict[str, bool | str],
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    shot: Callable[[Page, str], Path],
    check_axe: Callable[[Page], None],
    no_sideways: Callable[[Page], None],
    complaints: list[str],
) -> None:
    told = sorted(_insured(), key=lambda row: -row[0])
    house = open_house(GREEN, told)
    page = open_page(**kind)
    name = f"{'phone' if kind['phone'] else 'desktop'}-{kind['language']}"
    pages = {
        "home": "my/", "services": "my/services", "ask": "my/services/second-opinion",
        "requests": "my/requests", "request": "my/requests/over",
    }  # fmt: skip
    for code, path in pages.items():
        house.open(page, path)
        shot(page, f"my-{code}-{name}")
        no_sideways(page)
        check_axe(page)
    house.open(page, "my/services/second-opinion")
    page.locator("button[data-primary]").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".ch-error-summary")).to_be_visible()
    shot(page, f"my-ask-errors-{name}")
    complaints[:] = [each for each in complaints if "status of 422" not in each]
    check_axe(page)
    page.locator("input[name=consent]").check()
    page.locator("button[data-primary]").click()
    page.wait_for_load_state("networkidle")
    shot(page, f"my-check-{name}")
    no_sideways(page)
    check_axe(page)


def test_a_member_asks_with_two_photos_and_cancels_in_time(
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    photo: Path,
    shot: Callable[[Page, str], Path],
) -> None:
    told = [row for row in _insured() if row[1] in ("policy", "diagnose")]
    house = open_house(GREEN, told)
    page = open_page(phone=True, language="en")
    house.open(page, "my/")
    page.get_by_role("link", name="Services").first.click()
    expect(page.get_by_text("P-77")).to_be_visible()
    page.locator("#service-second-opinion").get_by_role("link", name="Ask for it").click()
    page.get_by_label("What else we should know").fill("mornings only")
    page.get_by_label("I agree that").check()
    page.get_by_role("button", name="Next: look at it once more").click()
    expect(page.get_by_text("0 left after it")).to_be_visible()
    expect(page.get_by_text("mornings only")).to_be_visible()
    for code in ("diagnosis-proof", "medical-record"):
        page.locator(f"#paper-{code} input[type=file]").set_input_files(photo)
        expect(page.locator(f"#paper-{code} .ch-badge")).to_have_text("There")
    expect(page.get_by_text("Papers are still missing")).to_have_count(0)
    shot(page, "my-check-papers")
    page.wait_for_load_state("networkidle")
    foreseen = page.locator("strong.ch-falls time").all_inner_texts()
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Your request is with us.")).to_be_visible()
    shot(page, "my-request-papers")
    request_id = page.url.rpartition("/")[2]
    page.wait_for_load_state("networkidle")
    promised = page.locator("strong.ch-falls time").all_inner_texts()
    assert promised == foreseen
    with tenant_scope(house.tenant):
        file = request_file(request_id)
        days = {each.code: each.falls for each in file.clocks}
        # As the charter's scenario has it: told within 48 hours, the report in 8 working days.
        assert days["told"] == file.opened_at + timedelta(hours=48)
        assert set(days) == {"told", "report"}
        assert [len(paper.files) for paper in file.papers] == [1, 1]
    assert house.left("second-opinion") == 0
    page.locator("summary", has_text="Cancel the request").click()
    expect(page.get_by_text("Cancelling costs nothing")).to_be_visible()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("The use of “Second opinion” has returned.")).to_be_visible()
    assert house.left("second-opinion") == 1


def test_a_photo_shows_its_progress_and_what_is_wrong_before_the_request_is_sent(
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    photo: Path,
    tmp_path: Path,
    shot: Callable[[Page, str], Path],
    complaints: list[str],
) -> None:
    house = open_house(CODE, [(60, "join", {})])
    page = open_page(phone=True, language="zh")
    house.open(page, "my/services/specialist")
    page.locator("button[data-primary]").click()
    row = page.locator("#paper-claim-form")
    bad = tmp_path / "notes.png"
    bad.write_bytes(b"just words")
    row.locator("input[type=file]").set_input_files(bad)
    expect(row.locator(".ch-upload-row.is-bad")).to_contain_text("须为照片")
    large = tmp_path / "large.png"
    large.write_bytes(bytes(LIMIT + 1))
    row.locator("input[type=file]").set_input_files(large)
    expect(row.locator(".ch-upload-row.is-bad")).to_contain_text("5 MB")
    complaints[:] = [each for each in complaints if "status of 422" not in each]
    seen: list[int] = []

    def hold(route: Route) -> None:
        seen.append(row.locator("progress:visible").count())
        shot(page, "my-check-sending-phone-zh")
        route.continue_()

    page.route("**/my/services/specialist", hold, times=1)
    row.locator("input[type=file]").set_input_files(photo)
    expect(row.locator(".ch-badge")).to_have_text("已有")
    assert seen == [1]
    expect(row.locator("img")).to_be_visible()
    page.locator("#paper-report input[type=file]").set_input_files(photo)
    expect(page.locator("#paper-report .ch-badge")).to_have_text("已有")
    expect(row.locator(".ch-badge")).to_have_text("已有")
    shot(page, "my-check-kept-phone-zh")
    page.locator("button[data-primary]").click()
    expect(page).to_have_url(re.compile("/my/requests/"))
    with tenant_scope(house.tenant):
        file = request_file(page.url.rpartition("/")[2])
        assert [kept.request for paper in file.papers for kept in paper.files] == [file.id] * 2


def test_without_scripts_a_photo_is_sent_by_its_button(
    open_house: Callable[..., House], open_page: Callable[..., Page], photo: Path
) -> None:
    house = open_house(CODE, [(60, "join", {})])
    page = open_page(phone=True, language="en", scripts=False)
    house.open(page, "my/services/specialist")
    page.locator("button[data-primary]").click()
    row = page.locator("#paper-report")
    row.locator("input[type=file]").set_input_files(photo)
    row.get_by_role("button", name="Hand it in").click()
    expect(row.locator(".ch-badge")).to_have_text("There")


def test_what_the_member_asks_the_staff_works_off(
    open_house: Callable[..., House], open_page: Callable[..., Page], photo: Path
) -> None:
    house = open_house(CODE, [
        (60, "join", {}), (50, "request", {"id": "late", "service": "complaint"}),
    ])  # fmt: skip
    mine, desk = open_page(phone=True, language="en"), open_page(language="en")
    house.open(mine, "my/services/specialist")
    mine.get_by_role("button", name="Next: look at it once more").click()
    mine.locator("#paper-claim-form input[type=file]").set_input_files(photo)
    expect(mine.locator("#paper-claim-form .ch-badge")).to_have_text("There")
    mine.get_by_role("button", name="Send the request").click()
    expect(mine.locator(".ch-badge", has_text="Incomplete")).to_be_visible()
    mine.locator("#paper-report input[type=file]").set_input_files(photo)
    expect(mine.get_by_text("Your paper is with us.")).to_be_visible()
    request_id = mine.url.rpartition("/")[2]
    promised = mine.locator("strong.ch-falls time").first.inner_text()

    house.open(desk, "admin/requests")
    expect(desk.locator("tbody tr").first).to_contain_text("Overdue by")
    house.open(desk, f"admin/requests/{request_id}")
    expect(desk.get_by_text(f"by {promised}")).to_be_visible()
    desk.get_by_label("Reason", exact=True).first.fill("All papers are there")
    desk.get_by_role("button", name="Approve").click()
    expect(desk.locator("#timeline")).to_contain_text("All papers are there")
    desk.get_by_role("button", name="Record “Contacted”").click()
    expect(desk.locator("#timeline")).to_contain_text("Contacted")

    house.open(mine, f"my/requests/{request_id}")
    expect(mine.get_by_text("It is approved.")).to_be_visible()
    assert house.left("specialist") == 1
    mine.locator("summary", has_text="Cancel the request").click()
    expect(mine.get_by_text("the use of “Specialist” returns to you")).to_be_visible()
    mine.get_by_label("Reason").fill("I am well again")
    mine.get_by_role("button", name="Yes, cancel it").click()
    expect(mine.get_by_text("I am well again")).to_be_visible()
    assert house.left("specialist") == 2
    house.open(desk, f"admin/requests/{request_id}")
    expect(desk.locator(".ch-badge", has_text=re.compile("Cancelled")).first).to_be_visible()
