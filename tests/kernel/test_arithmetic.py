"""Money, periods and working days at their boundaries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import Ratio, divide_half_up, parse_fen, show_fen
from charterhouse.kernel.periods import (
    age_on,
    birthday_in,
    first_invalid_day,
    last_valid_day,
    next_birthday,
    notice_end,
    within_days,
)
from charterhouse.kernel.workdays import WorkCalendar


@pytest.mark.parametrize(
    ("value", "fen"),
    [("0", 0), ("12.50", 1250), (Decimal("0.01"), 1), (3, 300), ("0.10", 10),
     ("99999999999.99", 9_999_999_999_999)],
)  # fmt: skip
def test_yuan_become_fen_exactly(value: object, fen: int) -> None:
    assert parse_fen(value) == fen


@pytest.mark.parametrize(
    ("value", "why"),
    [(12.5, "must be an amount"), (True, "must be an amount"), (None, "must be an amount"),
     ("", "must be an amount"), ("1,000", "must be an amount"), ("ten", "must be an amount"),
     ("0.001", "two decimals"), (Decimal("NaN"), "finite"), (Decimal("Infinity"), "finite"),
     ("-0.01", "negative"), ("1e2", "must be an amount"),
     ("10000000000000", "too large"), (Decimal("1e999999"), "too large")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(value: object, why: str) -> None:
    with pytest.raises(EventError, match=why) as refused:
        parse_fen(value, field="pay.amount")

    assert refused.value.field == "pay.amount"


def test_a_negative_amount_is_taken_where_it_has_a_meaning() -> None:
    assert parse_fen("-0.05", signed=True) == -5


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (1250, "12.50")]
)
def test_fen_are_shown_with_two_decimals(fen: int, text: str) -> None:
    assert show_fen(fen) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"), [(149, 100, 1), (150, 100, 2), (0, 7, 0), (3, 2, 2)]
)
def test_half_and_more_rounds_up(numerator: int, denominator: int, quotient: int) -> None:
    assert divide_half_up(numerator, denominator) == quotient


def test_a_rate_is_exact() -> None:
    assert Ratio.of(Decimal("0.80")) == Ratio(4, 5)
    assert Ratio.of(Decimal("0.1")).half_up(10**30) == 10**29
    assert [Ratio.percent(15).half_up(points) for points in (3, 4, 10, 70)] == [0, 1, 2, 11]


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2025, 3, 1), 36, date(2028, 2, 29)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 8, 31), 1, date(2025, 9, 30)),
        (date(2025, 12, 31), 12, date(2026, 12, 30)),
        (date(2025, 12, 1), 1, date(2025, 12, 31)),
    ],
)
def test_a_term_ends_on_the_day_before_the_same_day(start: date, months: int, last: date) -> None:
    assert last_valid_day(start, months) == last
    assert (first_invalid_day(start, months) - last).days == 1


@pytest.mark.parametrize(
    ("given", "months", "end"),
    [(date(2025, 1, 31), 1, date(2025, 2, 28)), (date(2024, 1, 31), 1, date(2024, 2, 29)),
     (date(2025, 11, 15), 3, date(2026, 2, 15))],
)  # fmt: skip
def test_a_notice_ends_on_the_same_day_or_the_last(given: date, months: int, end: date) -> None:
    assert notice_end(given, months) == end


def test_birthdays_of_a_leap_day() -> None:
    born = date(1992, 2, 29)

    assert birthday_in(born, 2027) == date(2027, 2, 28)
    assert birthday_in(born, 2028) == date(2028, 2, 29)
    assert next_birthday(born, date(2027, 2, 28)) == date(2028, 2, 29)
    assert next_birthday(born, date(2026, 12, 31)) == date(2027, 2, 28)
    assert [age_on(born, date(2010, 2, day)) for day in (27, 28)] == [17, 18]


def test_within_days_counts_the_day_itself_as_none() -> None:
    start = date(2025, 6, 10)

    assert [within_days(start, 3, date(2025, 6, day)) for day in (9, 10, 13, 14)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_working_days_follow_the_official_calendar_with_its_make_up_days() -> None:
    calendar = WorkCalendar()

    assert not calendar.is_working(date(2025, 10, 1))
    assert calendar.is_working(date(2025, 9, 28)), "a Sunday made up for"
    assert calendar.after(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert calendar.after(date(2025, 6, 13), 2) == date(2025, 6, 17)
    assert calendar.after(date(2025, 6, 13), 0) == date(2025, 6, 13)


def test_a_hospital_opens_and_closes_on_days_of_its_own() -> None:
    calendar = WorkCalendar({date(2025, 6, 14): True, date(2025, 6, 16): False})

    assert calendar.after(date(2025, 6, 13), 1) == date(2025, 6, 14)
    assert calendar.after(date(2025, 6, 14), 1) == date(2025, 6, 17)
