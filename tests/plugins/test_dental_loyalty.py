"""What no story sees of the dental loyalty charters: reports, registers, spread of a coupon."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charterhouse.kernel.bill import Bill
from charterhouse.kernel.clauses.coupons import take_off
from charterhouse.kernel.clauses.cycles import DaysOfMonthNotice, HouseCycle
from charterhouse.kernel.events import dump_body, parse_body
from charterhouse.kernel.kinds import Line
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.report import Entry
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse.kernel.vocabulary import Spend
from charterhouse.plugins.registry import registry

ZONE = ZoneInfo("Asia/Shanghai")


class Clinic:
    """A clinic under a charter, told what happens and asked for its monthly report."""

    def __init__(self, code: str, **settings: object) -> None:
        self.charter = registry().charter(code)
        self.world = MemoryWorld(self.charter, {**self.charter.example, **settings}, ZONE)

    def tell(self, at: str, verb: str, **fields: object) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
        self.world.advance(moment)
        outcome = self.world.submit(parse_body(verb, fields, ZONE), moment)
        assert outcome.decision.accepted, outcome.decision.refusal

    def report(self) -> dict[str, int]:
        entries = [
            Entry(each.at.date(), each.event.verb, getattr(each.event.body, "member", "") or "",
                  dump_body(each.event.body) if each.event.verb != "due" else {}, each.figures,
                  each.happenings, each.postings, each.raised)
            for each in self.world.decisions
            if each.accepted
        ]  # fmt: skip
        settings = self.world.book.at(self.world.decisions[-1].at).settings
        (report,) = self.charter.reports
        return {row.code: row.value for row in report.fold(entries, settings)}


def _bill(price: str) -> dict[str, object]:
    return {"lines": [{"item": "filling", "price": price}]}


def test_points_of_member_days_are_told_apart() -> None:
    clinic = Clinic("dental.member-day")
    clinic.tell("2025-03-01 10:00", "join", member="li")
    clinic.tell("2025-03-02 10:00", "spend", member="li", **_bill("100.00"))
    clinic.tell("2025-03-08 10:00", "spend", member="li", **_bill("100.00"))
    clinic.tell("2025-03-09 10:00", "change_details", member="li", changes={"opt_out": ["sms"]})
    clinic.tell("2025-03-09 10:00", "record", kind="push", member="li", channel="email")

    report = clinic.report()
    assert report["points.given"] == 300
    assert report["points.member-day"] == 200
    assert (report["opt-out.sms"], report["opt-out.wechat"]) == (1, 0)
    assert (report["push.email"], report["push.sms"]) == (1, 0)


def test_the_time_to_solve_a_problem_is_the_mean_of_those_solved() -> None:
    clinic = Clinic("dental.treatment-points")
    clinic.tell("2025-03-01 10:00", "join", member="li")
    for number in ("f1", "f2", "f3"):
        clinic.tell("2025-03-02 10:00", "request", id=number, member="li", service="follow-up")
        clinic.tell("2025-03-02 10:00", "progress", request=number, step="assigned")
        said = {"complaint": True}
        clinic.tell("2025-03-02 10:00", "progress", request=number, step="result", details=said)
    clinic.tell("2025-03-05 10:00", "progress", request="f1", step="solved")
    clinic.tell("2025-03-09 10:00", "progress", request="f2", step="solved")

    report = clinic.report()

    assert report["problems"] == 3
    assert (report["problems.solved"], report["problems.open"]) == (2, 1)
    assert report["problems.days"] == 5


def test_coupons_are_told_as_given_used_and_lapsed() -> None:
    clinic = Clinic("dental.online-recruitment", coupon_months=1)
    for member in ("li", "wu", "he"):
        group = {"name": member, "phone": f"1{len(member)}{member}", "group": "students"}
        clinic.tell("2025-03-01 10:00", "join", member=member, channel="wechat", details=group)
    coupon = {"coupon": "joining-coupon"}
    clinic.tell("2025-03-02 10:00", "spend", member="li", **_bill("120.00"), details=coupon)
    clinic.tell("2025-04-02 10:00", "spend", member="he", **_bill("10.00"))

    report = clinic.report()
    assert (report["joined.wechat"], report["joined.website"], report["group.students"]) == (
        3,
        0,
        3,
    )
    assert (report["coupons.given"], report["coupons.used"], report["coupons.lapsed"]) == (3, 1, 2)
    assert report["coupons.revenue"] == 10000


def test_rises_by_fee_and_by_points_are_told_apart() -> None:
    clinic = Clinic("dental.silver-gold-diamond")
    clinic.tell("2025-03-01 10:00", "bring_in", member="li", tier="silver", points=5000)
    clinic.tell("2025-03-01 10:00", "join", member="wu", tier="silver")
    clinic.tell("2025-03-02 10:00", "upgrade", member="li", to="gold")
    clinic.tell("2025-03-02 10:00", "upgrade", member="wu", to="diamond", amount="800.00")

    report = clinic.report()
    assert (report["rises.fee"], report["rises.points"]) == (1, 1)
    assert report["fees"] == 100000
    assert report["joined.silver"] == 2


def test_feedback_is_counted_by_subject() -> None:
    clinic = Clinic("dental.referral-points")
    clinic.tell("2025-03-01 10:00", "join", member="li")
    for subject in ("waiting", "price", "waiting"):
        details = {"subject": subject}
        clinic.tell("2025-03-01 10:00", "record", kind="feedback", member="li", details=details)

    report = clinic.report()
    assert (report["feedback.waiting"], report["feedback.price"]) == (2, 1)


def test_the_numbers_of_a_register_are_in_no_id_of_a_document() -> None:
    clinic = Clinic("dental.online-recruitment")
    number = {"name": "Li", "phone": "13800001234"}
    clinic.tell("2025-03-01 10:00", "join", member="li", details=number)

    (shard,) = [doc for doc in clinic.world.documents.values() if doc.kind == "register"]
    assert shard.member == HOUSE
    assert shard.content["entries"] == {"13800001234": "li"}
    assert "1380" not in shard.id


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=8), st.data())
def test_a_coupon_takes_exactly_its_amount_and_no_line_below_nothing(
    nets: list[int], data: st.DataObject
) -> None:
    bill = Bill.of(Spend(member="li", lines=tuple(Line(item="x", price=net) for net in nets)))
    amount = data.draw(st.integers(0, sum(nets)))
    off = {effect.line: effect.amount for effect in take_off(bill, amount)}  # type: ignore[attr-defined]

    assert sum(off.values()) == amount
    assert all(0 < part <= nets[line] for line, part in off.items())


@given(
    st.sets(st.integers(1, 31), min_size=1), st.integers(0, 5),
    st.datetimes(datetime(2023, 1, 1), datetime(2029, 1, 1)),  # noqa: DTZ001 - zone follows
)  # fmt: skip
def test_a_notice_before_days_of_the_month_misses_none(
    days: set[int], before: int, after: datetime
) -> None:
    after = after.replace(tzinfo=ZONE)
    clause = DaysOfMonthNotice("1", "member-day", days=days, before=before)
    found = clause.next_due(Standing("li", status="active"), after)

    day = after.date() + timedelta(days=1)
    while (day + timedelta(days=before)).day not in days:
        day += timedelta(days=1)
    assert found is not None
    assert (found.date(), found.hour) == (day, 0)


@pytest.mark.parametrize("months", [1, 5, 6, 12])
@given(start=st.dates(date(2020, 1, 1), date(2024, 1, 1)), waited=st.integers(0, 3000))
def test_the_cycle_of_the_house_never_drifts(months: int, start: date, waited: int) -> None:
    clause = HouseCycle("1", "council", months=months)
    house = Standing(HOUSE, facts={clause.fact: start.isoformat()})
    after = datetime.combine(start, datetime.min.time(), ZONE) + timedelta(days=waited)
    found = clause.next_due(house, after)

    assert found is not None
    assert found > after
    passed = (found.year - start.year) * 12 + found.month - start.month
    assert passed % months == 0
    assert passed > 0
    assert found.day == start.day or (found + timedelta(days=1)).day == 1
    assert (found - after).days <= months * 31 + 1
