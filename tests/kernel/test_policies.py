"""Policies, their cover, grades of hospitals and hours, at their boundaries."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.clauses.cover import (
    OPENED,
    PAID,
    Cover,
    ExtendedCover,
    OpenedCover,
    YearCover,
    policy_year,
    service_year,
    validity,
)
from charterhouse.kernel.clauses.diagnoses import meets_grade, read_grade
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.clauses.policies import Change, Policy
from charterhouse.kernel.workdays import SPRING_FESTIVAL, WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
P = Policy("p1", date(2025, 1, 1), date(2025, 12, 31))


def _on(text: str) -> date:
    return date.fromisoformat(text)


def test_a_policy_comes_back_from_what_is_kept() -> None:
    policy = Policy(
        "p1", _on("2024-02-29"), _on("2025-02-28"), _on("2024-03-14"), 0, "rider", "agency", 1, 2,
        {"plan": "full"}, (Change(_on("2024-06-01"), "changed", 3, None),), {"paid": ["2025-03-01"]},
    )  # fmt: skip

    assert Policy.load("p1", policy.dump()) == policy


@pytest.mark.parametrize(
    ("day", "state"),
    [("2024-12-31", "pending"), ("2025-01-01", "active"), ("2025-12-31", "active"),
     ("2026-01-01", "expired")],
)  # fmt: skip
def test_a_policy_that_is_not_renewed_expires_the_day_after(day: str, state: str) -> None:
    assert P.contract(_on(day)).state == state


def test_changes_act_in_the_order_of_their_days() -> None:
    policy = P.with_change(Change(_on("2025-03-10"), "reinstated"))
    policy = policy.with_change(Change(_on("2025-03-01"), "lapsed", premium=7))

    states = [policy.contract(_on(day)).state for day in ("2025-02-28", "2025-03-01", "2025-03-10")]
    assert states == ["active", "lapsed", "active"]
    assert policy.contract().premium == 7
    assert list(policy.days("reinstated", _on("2025-03-09"))) == []


def test_a_renewal_starts_a_term_of_the_same_length() -> None:
    policy = Policy("p1", _on("2024-02-29"), _on("2025-02-28"))
    renewed = policy.with_change(Change(_on("2025-03-01"), "renewed"))

    assert renewed.contract().until == _on("2026-02-28")
    assert renewed.contract(_on("2025-02-28")).until == _on("2025-02-28")
    assert renewed.year_start(_on("2025-03-01")) == _on("2025-03-01")
    short = Policy("p2", _on("2025-01-01"), _on("2025-01-10"))
    assert short.with_change(Change(_on("2025-02-01"), "renewed")).contract().until == _on(
        "2025-02-10"
    )


def test_nothing_becomes_of_a_surrendered_policy() -> None:
    policy = P.with_change(Change(_on("2025-05-01"), "surrendered"))
    policy = policy.with_change(Change(_on("2025-06-01"), "renewed"))

    contract = policy.contract(_on("2025-07-01"))
    assert (contract.state, contract.until) == ("surrendered", _on("2025-04-30"))


def test_an_anniversary_starts_a_policy_year_but_no_validity() -> None:
    policy = Policy("p1", _on("2024-02-29"))
    day = _on("2025-03-01")

    assert policy_year(Cover(), policy, day) == "p1 year 2025-03-01"
    assert policy_year(Cover(), policy, _on("2025-02-28")) == "p1 year 2024-02-29"
    assert validity(Cover(), policy, day) == "p1 validity 2024-02-29"


def test_cooling_off_may_delay_the_opening() -> None:
    policy = Policy("p1", _on("2025-01-01"), cooling_off_until=_on("2025-01-15"))

    assert Cover().opens(policy) == _on("2025-01-01")
    assert Cover(after_cooling_off=True).opens(policy) == _on("2025-01-16")
    opened = OpenedCover(days=10)
    assert opened.opens(policy) == _on("2025-01-25")
    early = policy.with_mark(OPENED, "2025-01-20")
    assert (opened.opens(early), opened.last(early)) == (_on("2025-01-20"), _on("2026-01-19"))
    assert early.with_mark(OPENED, None) == policy


def test_a_term_of_its_own_yields_to_the_end_of_the_policy_once_that_is_known() -> None:
    cover = OpenedCover(days=0)
    policy = Policy("p1", _on("2025-01-01"), _on("2025-06-30"))

    assert cover.valid_until(policy, _on("2025-06-30")) == _on("2025-12-31")
    assert cover.valid_until(policy, _on("2025-07-01")) == _on("2025-06-30")
    year = YearCover()
    assert year.valid_until(policy, _on("2025-07-01")) == _on("2025-12-31")
    assert year.state(policy, _on("2025-12-31")).status == "active"
    assert year.state(policy, _on("2026-01-01")) == ("ended", "over")
    gone = policy.with_change(Change(_on("2025-05-01"), "surrendered"))
    assert year.valid_until(gone, _on("2025-04-01")) == _on("2025-04-30")


def test_premiums_extend_one_after_the_other() -> None:
    cover = ExtendedCover(most=2, grace_days=60)
    policy = Policy("p1", _on("2025-01-01"), cooling_off_until=_on("2025-01-15"))

    ahead = policy.with_mark(PAID, ["2027-01-01"])
    assert (cover.extensions(ahead), cover.last(ahead)) == (0, _on("2026-01-15"))
    both = policy.with_mark(PAID, ["2026-01-01", "2027-01-01"])
    assert cover.last(both) == _on("2028-01-15")
    assert cover.state(policy, _on("2026-01-15")).status == "active"
    assert cover.state(policy, _on("2026-01-16")) == ("suspended", "outstanding")
    assert cover.state(policy, _on("2026-03-02")) == ("suspended", "outstanding")
    assert cover.state(policy, _on("2026-03-03")) == ("ended", "over")
    assert cover.state(both, _on("2028-01-16")) == ("ended", "over")
    assert service_year(cover, both, _on("2027-01-15")) == "p1 service 2026-01-16"


@pytest.mark.parametrize(
    ("grade", "least", "meets"),
    [("2", "2", True), ("2c", "2", True), ("3c", "2", True), ("1a", "2", False), ("3", "3a", False),
     ("3b", "3a", False), ("3a", "3a", True), ("3c", "2a", True), ("2b", "2c", True),
     ("3A", "3a", True)],
)  # fmt: skip
def test_grades_of_hospitals(grade: str, least: str, meets: bool) -> None:  # noqa: FBT001 - a case
    assert meets_grade(grade, least) is meets


@pytest.mark.parametrize(
    ("value", "grade"),
    [(2, "2"), ("3A", "3a"), (0, None), (4, None), ("3d", None), (True, None), ("", None)],
)
def test_what_is_a_grade(value: object, grade: str | None) -> None:
    assert read_grade(value) == grade


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2025-03-07 09:30", "2025-03-07 09:30"), ("2025-03-07 18:00", "2025-03-07 18:00"),
        ("2025-03-07 18:00:01", "2025-03-10 09:30"), ("2025-03-07 09:29:59", "2025-03-07 09:30"),
        ("2025-09-28 10:00", "2025-09-29 09:30"), ("2025-09-30 18:30", "2025-10-09 09:30"),
    ],
)  # fmt: skip
def test_a_hotline_opens_next(moment: str, opening: str) -> None:
    hours = ServiceHours(time(9, 30), time(18))

    found = hours.next(datetime.fromisoformat(moment).replace(tzinfo=ZONE))

    assert found == datetime.fromisoformat(opening).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2024-02-10", "2024-02-17"), ("2025-01-28", "2025-02-04"), ("2026-02-15", "2026-02-23")],
)
def test_the_spring_festival_is_all_days_of_its_arrangement(first: str, last: str) -> None:
    calendar = WorkCalendar()
    days = [
        date.fromordinal(n) for n in range(_on(first).toordinal() - 9, _on(last).toordinal() + 9)
    ]

    inside = [day for day in days if calendar.is_holiday(day, SPRING_FESTIVAL)]

    assert (inside[0], inside[-1]) == (_on(first), _on(last))
    assert len(inside) == (_on(last) - _on(first)).days + 1
