"""Shared scenarios played on the pages: by the member on a phone, by the staff at a desk.

The days, papers and expectations are read from the scenario's file, and the clock of the served
application stands where the scenario's does; so what people see is compared with what it says.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from playwright.sync_api import expect
from tests.browser.test_requests_portal import EMPTY, _photo

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.desk.intake import submit
from charterhouse.desk.member_file import benefits_left, standing_now
from charterhouse.desk.people import create_person
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
    from collections.abc import Callable, Iterable, Iterator

    from flask import Flask
    from playwright.sync_api import Locator, Page

    from charterhouse.tenancy.tenant import Tenant

__all__ = ["_photo"]

STORIES = Path(__file__).parents[2] / "plugins" / "charterhouse_green_channel" / "scenarios"
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Story:
    """One scenario of a shared file.

    Attributes:
        settings: those of the file.
        steps: of the scenario, each with its day in `at`.
    """

    charter: str
    settings: dict[str, Any]
    steps: list[dict[str, Any]]

    def day(self, verb: str, number: int = 0) -> datetime:
        """When the scenario tells an event of a verb, for the first or a later time."""
        return _noon(self._told(verb)[number]["at"])

    def body(self, verb: str, number: int = 0) -> dict[str, Any]:
        """What the scenario tells."""
        return dict(self._told(verb)[number][verb])

    def expected(self, verb: str, number: int = 0) -> dict[str, Any]:
        """What the scenario expects of the request after it was told."""
        (found,) = self._told(verb)[number]["expect"]["request"].values()
        return dict(found)

    def left(self, verb: str) -> dict[str, int]:
        """The counts that the scenario expects after it was told."""
        return dict(self._told(verb)[0]["expect"]["benefits"])

    def _told(self, verb: str) -> list[dict[str, Any]]:
        return [step for step in self.steps if verb in step]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)


def read(charter: str, name: str) -> Story:
    """Read a scenario."""
    text = (STORIES / f"{charter}.yaml").read_text(encoding="utf-8")
    file = yaml.safe_load(text)
    (found,) = [each for each in file["scenarios"] if each["name"] == name]
    day, steps = None, []
    for step in found["steps"]:
        day = step.get("at", day)
        steps.append({**step, "at": day})
    return Story(file["charter"], file.get("settings", {}), steps)


@dataclass
class House:
    """A served tenant whose clock the test holds."""

    tenant: Tenant
    address: str
    time: FixedClock
    staff: int
    members: dict[str, str] = field(default_factory=dict)

    def open(self, page: Page, path: str, who: str = "li") -> None:
        """Open a page as the one whose page it is."""
        mine = path.startswith("my/")
        page.goto(
            f"{self.address}test-member/{self.members[who]}"
            if mine
            else f"{self.address}test-staff/{self.staff}"
        )
        page.goto(f"{self.address}{path}")
        page.wait_for_load_state("networkidle")

    @contextmanager
    def here(self) -> Iterator[None]:
        """Be at the house, at its time."""
        with use_clock(self.time), tenant_scope(self.tenant):
            yield

    def tell(self, when: datetime, verb: str, fields: dict[str, Any]) -> None:
        """Tell an event that comes from elsewhere: an insurer's, a hospital's."""
        self.time.set(when)
        body = {**fields, "member": self.members[fields["member"]]}
        with self.here():
            answer = submit(verb, body, actor="system")
        assert answer.accepted, answer.refusal

    def left(self, code: str, who: str = "li") -> int | None:
        """How many uses of a benefit somebody has."""
        with self.here(), unit() as opened:
            found = benefits_left(program_now(), standing_now(opened, self.members[who]))
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
    app.add_url_rule("/test-staff/<int:number>", "test.staff", guarded(staff))
    app.add_url_rule("/test-member/<int:number>", "test.member", guarded(member))


@pytest.fixture(name="open_house")
def _open_house(tmp_path: Path, serve: Callable[[Any], str]) -> Iterator[Callable[..., House]]:
    settings = Config(data_dir=tmp_path, master_key=bytes(range(32)))
    catalogue = open_catalogue(settings)

    def make(story: Story) -> House:
        """Open a house of the scenario's charter before its first day, with two people."""
        time = FixedClock(_noon(story.steps[0]["at"]) - timedelta(days=1))
        with use_clock(time):
            tenant = create_tenant(
                catalogue, slug="clinic", name_zh="示例医院", name_en="Sample Clinic",
                charter=story.charter,
            )  # fmt: skip
            with tenant_scope(tenant):
                with unit(write=True) as opened:
                    adopt(opened, tenant.charter, story.settings, actor="test")
                made = create_staff("chen", "陈晓岚", "a long password", "owner", enrolled=True)
                names = {"li": "李静", "wang": "王秀英"}
                members = {who: create_person({"name": name}).ref for who, name in names.items()}
        areas = ("charterhouse.web.admin", "charterhouse.web.portal", _enter)
        app = create_app(settings, directory=catalogue, areas=areas)

        def at_its_time(environ: Any, start: Any) -> Iterable[bytes]:
            with use_clock(time):  # a thread of the server does not inherit the test's
                return app(environ, start)

        address = f"{serve(at_its_time)}/t/clinic/"
        return House(tenant, address, time, made.staff.id, members)

    yield make
    catalogue.installation.stores.close()


def hand_in(page: Page, row: str, photo: Path, *, code: str = "") -> None:
    """Photograph a paper, one of several that will do."""
    paper = page.locator(f"#paper-{row}")
    if code and code != row:
        paper.locator("select[name=code]").select_option(code)
    paper.locator("input[type=file]").set_input_files(photo)
    expect(paper.locator(".ch-badge")).to_have_text("There")


def promised(page: Page) -> list[date]:
    """The days that a page of a member names as promised."""
    page.wait_for_load_state("networkidle")
    found = page.locator("strong.ch-falls time").all()
    return [date.fromisoformat((each.get_attribute("datetime") or "")[:10]) for each in found]


def ask(page: Page, house: House, service: str, photo: Path, papers: list[str]) -> str:
    """Ask for a service with photos of some papers; return the request's id."""
    house.open(page, "my/services")
    page.locator(f"#service-{service}").get_by_role("link", name="Ask for it").click()
    page.get_by_label("I agree that").check()
    page.get_by_role("button", name="Next: look at it once more").click()
    for code in papers:
        hand_in(page, code, photo)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Your request is with us.")).to_be_visible()
    return page.url.rpartition("/")[2]


def approve(desk: Page) -> None:
    """Decide with a reason."""
    desk.get_by_label("Reason", exact=True).first.fill("All papers are there")
    desk.get_by_role("button", name="Approve").click()
    expect(desk.locator("#timeline")).to_contain_text("All papers are there")


def record(desk: Page, step: str) -> None:
    """Record a step that is done."""
    button = desk.get_by_role("button", name=f"Record “{step}”")
    if not button.is_visible():
        desk.locator("summary", has_text=step).first.click()
    # The page of before may look like the one that follows: what comes next must not find it.
    with desk.expect_navigation():
        button.click()


def first_of(desk: Page, house: House, path: str) -> Locator:
    """The first request of the list, or of the board's column of approved ones."""
    house.open(desk, path)
    if "board" in path:
        return desk.locator("section[aria-labelledby=state-approved] .ch-rows li").first
    return desk.locator("tbody tr").first


def test_a_specialist_with_two_papers_is_arranged_and_a_late_one_climbs(
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    photo: Path,
    shot: Callable[..., Path],
) -> None:
    story = read(
        "green-channel.bound-or-unbound",
        "fourteen working days from complete papers and the expert's approval",
    )
    papers = list(story.body("request")["documents"])
    assert len(papers) == 2
    house = open_house(story)
    for who, number in (("wang", "p2"), ("li", "p1")):
        house.tell(story.day("policy"), "policy", {**story.body("policy"), "member": who, "id": number})  # fmt: skip
    for who in ("wang", "li"):
        house.tell(story.day("diagnose"), "diagnose", {**story.body("diagnose"), "member": who})
    # Another one asks a day before and is approved a day after: her deadline is a later one.
    other = {"id": "other", "member": "wang", "service": "expert-outpatient", "consent": True,
             "documents": dict.fromkeys(papers, 1)}  # fmt: skip
    house.tell(story.day("request") - timedelta(days=1), "request", other)
    mine, desk = open_page(phone=True, language="en"), open_page(language="en")

    house.time.set(story.day("request"))
    before = house.left("expert-outpatient")
    request_id = ask(mine, house, "expert-outpatient", photo, papers[:1])
    expect(mine.locator(".ch-badge", has_text="Incomplete")).to_be_visible()
    hand_in(mine, papers[1], photo)
    expect(mine.locator(".ch-badge", has_text="Received")).to_be_visible()
    assert house.left("expert-outpatient") == (before or 0) - 1

    house.time.set(story.day("decide"))
    house.open(desk, f"admin/requests/{request_id}")
    expect(desk.locator(".card", has_text="Policy").first).to_contain_text("p1")
    expect(desk.locator(".ch-badge", has_text="There")).to_have_count(2)
    for met, number in (("Diagnosis on file", "1.2"), ("Waiting period over", "1.3")):
        expect(desk.locator("li", has_text=met)).to_contain_text(number)
        expect(desk.locator("li", has_text=met)).to_contain_text("Yes")
    approve(desk)
    deadline = story.expected("decide")["deadline"]
    expect(desk.get_by_text(f"by {deadline.day} Mar 2025")).to_be_visible()
    house.open(mine, f"my/requests/{request_id}")
    assert promised(mine) == [deadline]
    shot(mine, "story-promised-phone-en")

    house.time.set(story.day("decide") + timedelta(days=1))
    house.open(desk, "admin/requests/other")
    approve(desk)
    for path in ("admin/requests", "admin/requests?layout=board"):
        expect(first_of(desk, house, path)).to_contain_text("李静")

    house.time.set(story.day("progress"))
    house.open(desk, f"admin/requests/{request_id}")
    record(desk, "Confirmed by the customer")
    record(desk, "Booking confirmed")
    expect(desk.locator(".ch-badge", has_text="Arranged").first).to_be_visible()
    house.open(mine, f"my/requests/{request_id}")
    expect(mine.locator(".ch-badge", has_text="Arranged").first).to_be_visible()

    # A third one has time until long after; when the second one's is over, hers climbs above.
    house.tell(_noon(deadline) + timedelta(days=1), "request", {**other, "id": "third", "member": "li", "service": "admission"})  # fmt: skip
    house.open(desk, "admin/requests/third")
    approve(desk)
    house.time.set(_noon(deadline) + timedelta(days=4))
    for path in ("admin/requests", "admin/requests?layout=board"):
        first = first_of(desk, house, path)
        expect(first).to_contain_text("王秀英")
        expect(first).to_contain_text("Overdue by")
        shot(desk, f"story-overdue-{'board' if 'board' in path else 'list'}-desktop-en")


def test_who_cancels_in_time_has_the_count_again(
    open_house: Callable[..., House],
    open_page: Callable[..., Page],
    photo: Path,
    shot: Callable[..., Path],
) -> None:
    story = read(
        "green-channel.tiered-plans",
        "the review answers within one working day, the count falls when the use is complete",
    )
    house = open_house(story)
    house.tell(story.day("policy"), "policy", story.body("policy"))
    house.tell(story.day("diagnose"), "diagnose", story.body("diagnose"))
    mine, desk = open_page(phone=True, language="en"), open_page(language="en")

    house.time.set(story.day("request"))
    request_id = ask(mine, house, "expert-outpatient", photo, [])
    (missing,) = story.expected("request")["missing"]
    house.time.set(story.day("supply"))
    house.open(mine, f"my/requests/{request_id}")
    (given,) = story.body("supply")["documents"]
    hand_in(mine, missing, photo, code=given)
    assert promised(mine) == [story.expected("supply")["deadline"]]

    house.time.set(story.day("decide"))
    house.open(desk, f"admin/requests/{request_id}")
    approve(desk)
    record(desk, "Booking confirmed")
    expect(desk.locator(".ch-badge", has_text="Arranged").first).to_be_visible()
    assert story.expected("progress") == {"status": "arranged", "quota": "reserved"}
    used = house.left("expert-outpatient")

    house.time.set(story.day("cancel"))
    house.open(mine, f"my/requests/{request_id}")
    mine.locator("summary", has_text="Cancel the request").click()
    expect(mine.get_by_text("Cancelling costs nothing: the use of")).to_be_visible()
    shot(mine, "story-cancel-phone-en")
    mine.get_by_label("Reason").fill(story.body("cancel")["reason"])
    mine.get_by_role("button", name="Yes, cancel it").click()
    expect(mine.get_by_text("has returned")).to_be_visible()
    after = story.left("cancel")["expert-outpatient"]
    assert (used, house.left("expert-outpatient")) == (after - 1, after)
    house.open(desk, f"admin/requests/{request_id}")
    expect(desk.locator(".ch-badge", has_text=re.compile("Cancelled")).first).to_be_visible()
    expect(desk.locator(".ch-badge", has_text="Released")).to_be_visible()
