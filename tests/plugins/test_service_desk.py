"""What no story of the service desks sees: reports, money paid out, every way through a journey."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charterhouse.kernel.clauses.figures import agrees, percent
from charterhouse.kernel.decision import Document
from charterhouse.kernel.events import dump_body, parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.report import Entry
from charterhouse.kernel.standing import HOUSE
from charterhouse.plugins.registry import registry
from charterhouse_service_desk.client_manager_clauses import is_planned
from charterhouse_service_desk.guide_center_clauses import DOCTORS, PAID, ROWS, Path

ZONE = ZoneInfo("Asia/Shanghai")


class Desk:
    """A desk under a charter, told what happens and asked for its reports and accounts."""

    def __init__(self, name: str, **settings: Any) -> None:
        self.charter = registry().charter(f"service-desk.{name}")
        self.world = MemoryWorld(self.charter, {**self.charter.example, **settings}, ZONE)

    def tell(self, at: str, verb: str, **fields: Any) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
        self.world.advance(moment)
        outcome = self.world.submit(parse_body(verb, fields, ZONE), moment)
        assert outcome.decision.accepted, outcome.decision.refusal

    def report(self, code: str, until: str) -> dict[str, int]:
        self.world.advance(datetime.fromisoformat(until).replace(tzinfo=ZONE))
        entries = [
            Entry(
                d.at.date(), d.event.verb, "", {} if d.event.verb == "due" else dump_body(d.event.body),
                d.figures, d.happenings, d.postings, d.raised, at=d.at,
            )
            for d in self.world.decisions
            if d.accepted
        ]  # fmt: skip
        report = next(each for each in self.charter.reports if each.code == code)
        settings = self.world.book.at(self.world.decisions[-1].at).settings
        rows = report.fold(entries, settings)
        assert len({row.code for row in rows}) == len(rows)
        return {row.code: row.value for row in rows}


def enquiries() -> Desk:
    desk = Desk("consulting-group", advisers=["a", "b"])
    for person in ("wang", "gu", "an"):
        desk.tell("2025-03-03 09:00", "visit", person=person, kind="contact", channel="qq", by="a")
    for number, person in enumerate(("wang", "gu", "an")):
        desk.tell("2025-03-03 10:00", "request", id=f"q{number}", member=person, service="enquiry",
                  channel="qq", by="b")  # fmt: skip
    desk.tell("2025-03-03 10:20", "progress", request="q0", step="answered")
    desk.tell("2025-03-03 10:40", "progress", request="q1", step="answered")
    desk.tell("2025-03-03 11:00", "close", request="q0", outcome="served")
    return desk


def test_contacts_and_requests_are_counted_by_channel_staff_and_day() -> None:
    rows = enquiries().report("activity", "2025-03-03 11:00")
    assert rows["contacts"] == rows["requests"] == 3
    assert rows["contacts.channel.qq"] == rows["contacts.by.a"] == 3
    assert rows["requests.by.b"] == rows["requests.service.enquiry"] == 3
    assert rows["contacts.day.2025-03-03"] == 3


def test_times_tell_of_the_first_step_the_solution_and_the_share_in_time() -> None:
    rows = enquiries().report("times", "2025-03-03 12:00")
    assert rows["opened"] == 3
    assert rows["replied"] == 2
    assert rows["reply_minutes"] == 30
    assert rows["solved"] == 1
    assert rows["solution_minutes"] == 60
    assert rows["overdue"] == 2
    assert rows["late"] == 1
    assert rows["in_time"] == 33


def test_results_count_for_each_adviser() -> None:
    desk = enquiries()
    desk.tell("2025-03-03 12:00", "book", id="k1", person="wang", what="appointment", by="a")
    desk.tell("2025-03-03 17:00", "record", kind="daily-summary", by="a",
              details={"date": "2025-03-03"})  # fmt: skip
    desk.tell("2025-03-03 18:00", "record", kind="appraisal",
              details={"adviser": "a", "dimension": "speed", "mark": 8})  # fmt: skip
    rows = desk.report("results", "2025-03-04 00:00")
    assert rows["contacts.a"] == 3
    assert rows["bookings.a"] == rows["summaries.a"] == rows["missing"] == 1
    assert desk.report("appraisal", "2025-03-04 00:00") == {"marks.a.speed": 8}


def test_a_summary_is_kept_with_the_figures_that_were_not_given() -> None:
    desk = enquiries()
    desk.tell("2025-03-03 12:00", "book", id="k1", person="wang", what="appointment", by="a")
    desk.tell("2025-03-03 17:00", "record", kind="daily-summary", by="a",
              details={"date": "2025-03-03", "text": "busy"})  # fmt: skip
    kept = desk.world.document("summaries/2025-03-03")
    assert kept is not None
    assert kept.content["summaries"]["a"] == {
        "contacts": 3, "telephone": 0, "online-chat": 3, "web-booking": 0, "boards": 0,
        "mail-forum": 0, "bookings": 1, "booking_rate": "33.33", "text": "busy",
    }  # fmt: skip


def test_a_summary_that_comes_late_settles_its_task() -> None:
    desk = Desk("consulting-group", advisers=["a"])
    desk.tell("2025-03-03 09:00", "join", member="wang")
    desk.world.advance(datetime(2025, 3, 4, tzinfo=ZONE))
    raised = [r for d in desk.world.decisions for r in d.raised]
    assert [(r.code, r.member, r.about["adviser"]) for r in raised] == [
        ("summary-missing", HOUSE, "a")
    ]
    desk.tell("2025-03-04 09:00", "record", kind="daily-summary", by="a",
              details={"date": "2025-03-03"})  # fmt: skip
    finished = [f for d in desk.world.decisions for f in d.finished]
    assert finished == [("summary-missing", HOUSE, raised[0].about)]


def test_compensation_comes_out_of_the_till() -> None:
    desk = Desk("handbook")
    desk.tell("2025-03-03 09:00", "request", id="c1", member="wang", service="complaint")
    desk.tell("2025-03-03 10:00", "progress", request="c1", step="loss-assessed",
              details={"claim": Decimal("300.00"), "loss": Decimal("180.05"), "own_error": True})  # fmt: skip
    desk.tell("2025-03-03 11:00", "decide", request="c1", outcome="approved")
    accounts: Counter[str] = Counter()
    for decision in desk.world.decisions:
        for posting in decision.postings:
            accounts[posting.owner] += posting.amount
            assert posting.clause == "4.3"
    assert accounts == {"@till:cash": -18005, "@compensation": 18005}
    rows = desk.report("compensations", "2025-03-03 12:00")
    assert rows == {"assessed": 1, "approved": 1, "refused": 0, "paid": 18005}
    assert desk.report("times", "2025-03-03 12:00")["complaints.own-error"] == 1


def test_promises_satisfaction_and_complaints_without_result() -> None:
    desk = Desk("execution")
    promise = {"solved_at_once": False, "expected_by": "2025-03-03 12:00"}
    for number in range(2):
        desk.tell(
            "2025-03-03 09:00", "request", id=f"c{number}", member="wang", service="complaint"
        )
        desk.tell("2025-03-03 09:00", "progress", request=f"c{number}", step="analysed",
                  details=promise)  # fmt: skip
    desk.tell("2025-03-03 10:00", "progress", request="c0", step="solved")
    desk.tell("2025-03-03 10:00", "progress", request="c0", step="result-told")
    desk.tell("2025-03-03 11:00", "progress", request="c1", step="postponed",
              details={"expected_by": "2025-03-03 13:00"})  # fmt: skip
    desk.tell("2025-03-03 14:00", "progress", request="c1", step="solved")
    rows = desk.report("promises", "2025-03-03 15:00")
    assert rows == {"promised": 2, "postponed": 1, "kept": 1, "broken": 1, "without_result": 1}
    for answer in ("satisfied", "satisfied", "unsatisfied"):
        desk.tell("2025-03-04 09:00", "record", kind="survey", member="wang",
                  details={"answer": answer})  # fmt: skip
    rows = desk.report("satisfaction", "2025-03-04 09:00")
    assert (rows["surveys"], rows["answer.unsatisfied"], rows["share"]) == (3, 1, 66)


def test_problems_by_class_and_priority_and_what_comes_again() -> None:
    desk = Desk("operations")
    for number, sort in enumerate(("fault", "fault", "complaint")):
        desk.tell("2025-03-03 09:00", "request", id=f"p{number}", member="wang", service="problem",
                  details={"class": sort, "priority": 1 + number})  # fmt: skip
    desk.tell("2025-03-03 10:00", "progress", request="p2", step="cause-found",
              details={"cause": "wrong-date"})  # fmt: skip
    desk.tell("2025-03-03 10:00", "progress", request="p2", step="solved")
    rows = desk.report("problems", "2025-03-03 11:00")
    assert (rows["problems"], rows["class.fault"], rows["priority.3"]) == (3, 2, 1)
    assert (rows["solved"], rows["repeated"]) == (1, 1)
    assert desk.report("times", "2025-03-03 11:00")["complaints.wrong-date"] == 1


def test_journeys_and_the_time_between_stations() -> None:
    desk = Desk("guide-center")
    desk.tell("2025-03-03 08:00", "request", id="j1", member="wang", service="journey")
    for minute, station in enumerate(("guide", "registration", "triage", "doctor-first"), 1):
        desk.tell(f"2025-03-03 08:{5 * minute:02}", "progress", request="j1", step=station)
    desk.tell("2025-03-03 09:00", "progress", request="j1", step="discharge")
    rows = desk.report("journeys", "2025-03-03 10:00")
    assert (rows["journeys"], rows["ended"], rows["violations"]) == (1, 1, 0)
    assert rows["minutes.triage"] == 5
    assert rows["minutes.discharge"] == 40


def test_stays_and_the_cost_of_what_was_put_into_rooms() -> None:
    desk = Desk("vip-reception")
    desk.tell("2025-03-03 09:00", "join", member="an", path="ambassador")
    desk.tell("2025-03-03 09:00", "request", id="v1", member="an", service="reception",
              details={"newspaper": Decimal("5.50")})  # fmt: skip
    for gift in ("newspaper", "welcome-wine", "welcome-letter"):
        desk.tell("2025-03-03 10:00", "use", member="an", benefit=gift)
    desk.tell("2025-03-03 11:00", "close", request="v1", outcome="served")
    rows = desk.report("stays", "2025-03-03 12:00")
    assert (rows["stays.a"], rows["gifts.a"], rows["costs.a"]) == (1, 3, 1550)
    assert (rows["stays.d"], rows["costs.d"]) == (0, 0)


def test_who_leaves_and_what_is_planned() -> None:
    desk = Desk("client-manager")
    for member in ("an", "bo"):
        desk.tell("2025-02-26 09:00", "join", member=member, details={"manager": "zhou"})
    for scope, starts in (("year", "2025-01-01"), ("month", "2025-03-01")):
        desk.tell("2025-02-26 09:00", "record", kind="plan", by="zhou",
                  details={"scope": scope, "starts": starts, "items": []})  # fmt: skip
    assert not is_planned(desk.world, "zhou", date(2025, 3, 5))
    desk.tell("2025-03-03 09:00", "record", kind="plan", by="zhou",
              details={"scope": "week", "starts": "2025-03-03", "items": []})  # fmt: skip
    assert is_planned(desk.world, "zhou", date(2025, 3, 5))
    assert not is_planned(desk.world, "zhou", date(2025, 3, 10))
    finished = [f.code for d in desk.world.decisions for f in d.finished if f.member == HOUSE]
    assert finished[-1] == "plan-week"
    desk.tell("2025-03-04 09:00", "withdraw", member="an")
    desk.tell("2025-03-04 09:00", "withdraw", member="bo")
    desk.tell("2025-03-05 09:00", "resume", member="bo")
    rows = desk.report("leaving", "2025-03-31 00:00")
    assert (rows["notices"], rows["offers"], rows["retained"], rows["left"]) == (2, 2, 1, 1)
    rows = desk.report("care", "2025-03-31 00:00")
    assert (rows["plans.week"], rows["unplanned.week"], rows["unplanned.month"]) == (1, 5, 0)


def test_charges_are_documents_of_the_institution() -> None:
    desk = Desk("client-manager")
    desk.tell("2025-02-26 09:00", "join", member="an", details={"manager": "zhou"})
    kept = desk.world.document("charge/zhou")
    assert isinstance(kept, Document)
    assert kept.member == HOUSE
    assert kept.content["spans"] == [["an", "2025-02-26T09:00:00+08:00", "", False]]


@given(st.lists(st.sampled_from(sorted(ROWS)), max_size=25), st.booleans())
def test_no_way_through_a_journey_breaks_its_rules(tried: list[str], emergency: bool) -> None:  # noqa: FBT001 - drawn
    stations: list[str] = []
    for station in tried:
        path = Path(stations, emergency=emergency)
        if path.allows(station) and not path.is_other(station) and "discharge" not in stations:
            stations.append(station)
    for place, station in enumerate(stations):
        before = stations[:place]
        if station != "guide" and not (emergency and station in ("registration", "payment")):
            assert "guide" in before
        if ROWS[station] > ROWS["doctor-first"] and not (emergency and station == "payment"):
            assert "triage" in before
            assert "doctor-first" in before
        last = max((n for n, each in enumerate(before) if each in DOCTORS), default=-1)
        recent = before[last + 1 :]
        if station in PAID and not emergency:
            assert "payment" in recent
        if station == "doctor-second":
            assert "examination" in recent
        if ROWS[station] >= ROWS["dispensing"]:
            assert "examination" not in recent
    assert not {"infusion", "treatment-room"} <= set(stations)


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(0, 0, "0.00"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 8, "12.50"), (1, 800, "0.13"),
     (3, 800, "0.38"), (5, 4, "125.00")],
)  # fmt: skip
def test_shares_have_two_decimals_half_up(part: int, whole: int, share: str) -> None:
    assert str(percent(part, whole)) == share


@pytest.mark.parametrize("given_", [True, None, "", "three", "3.0.0", [3], 4])
def test_a_figure_of_another_kind_does_not_agree(given_: Any) -> None:
    assert not agrees(given_, 3)
    assert agrees("3.0", 3)
    assert agrees(["b", "a"], ["a", "b"])
