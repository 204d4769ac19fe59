"""Working days and deadlines agree with counting the days one by one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from hypothesis import given
from hypothesis import strategies as st

from charterhouse.kernel.clauses.services import Limit, passed_at
from charterhouse.kernel.periods import first_invalid_day, twelve_months
from charterhouse.kernel.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(2020, 1, 1), date(2027, 6, 30))
COUNTS = st.integers(0, 25)
OVERRIDES = st.dictionaries(DAYS, st.booleans(), max_size=40)
_CHINA = holidays.country_holidays("CN", years=range(2019, 2030))


def _works(day: date, overrides: dict[date, bool]) -> bool:
    """A day off is a holiday, or a weekend that is not made up for."""
    if day in overrides:
        return overrides[day]
    if day in _CHINA:
        return False
    return day.weekday() < 5 or day in _CHINA.weekend_workdays


def _count(start: date, last: date, overrides: dict[date, bool]) -> int:
    """Working days after a day up to another, one by one."""
    days = ((start + timedelta(days=n)) for n in range(1, (last - start).days + 1))
    return sum(_works(day, overrides) for day in days)


@given(DAYS, COUNTS, OVERRIDES)
def test_the_last_day_within_working_days(day: date, n: int, overrides: dict[date, bool]) -> None:
    calendar = WorkCalendar(overrides)

    last = calendar.after(day, n)

    assert _count(day, last, overrides) == n
    assert n == 0 or _works(last, overrides)
    assert calendar.after(day, 0) == day


@given(DAYS, st.integers(1, 25), OVERRIDES)
def test_so_many_working_days_before(day: date, n: int, overrides: dict[date, bool]) -> None:
    calendar = WorkCalendar(overrides)

    first = calendar.before(day, n)

    assert _works(first, overrides)
    between = ((first + timedelta(days=k)) for k in range((day - first).days))
    assert sum(_works(each, overrides) for each in between) == n


@given(DAYS, st.integers(0, 86_399), COUNTS)
def test_a_deadline_of_working_days_passes_at_the_midnight_after(
    day: date, second: int, n: int
) -> None:
    calendar = WorkCalendar()
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(seconds=second)
    limit = Limit("l", amount=n, unit="working_days")

    falls = limit.falls(start, calendar)

    assert falls == calendar.after(day, n)
    passed = passed_at(falls, ZONE)
    assert (passed - timedelta(seconds=1)).date() == falls
    assert passed.date() == calendar.after(day, n) + timedelta(days=1)


@given(DAYS, st.integers(0, 86_399), st.integers(0, 200))
def test_a_deadline_of_hours_is_the_wall_clock(day: date, second: int, n: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(seconds=second)
    falls = Limit("l", amount=n, unit="hours").falls(start, WorkCalendar())

    assert isinstance(falls, datetime)
    assert (falls - start).total_seconds() == n * 3600
    assert passed_at(falls, ZONE) == falls + timedelta(seconds=1)


@given(DAYS, DAYS)
def test_the_year_of_a_day_is_the_one_that_holds_it(one: date, other: date) -> None:
    start, day = min(one, other), max(one, other)

    year = twelve_months(start, day)

    anniversaries = [first_invalid_day(start, 12 * n) for n in range(12)]
    assert year == max(each for each in anniversaries if each <= day)
