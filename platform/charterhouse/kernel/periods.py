"""Calendar arithmetic of terms, notices and birthdays, exact at its boundaries.

All dates are days of the tenant's calendar; a moment is an aware datetime in
the tenant's zone, and a day begins at its 00:00.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, tzinfo

ONE_DAY = timedelta(days=1)

_EVERY_MONTH = 28
"""The last day that every month has."""


def day_start(day: date, zone: tzinfo | None) -> datetime:
    """The first moment of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _shift(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def first_invalid_day(start: date, months: int) -> date:
    """The first day after a term of n months that starts on `start`.

    A day that the month does not have gives the first of the following month.
    """
    year, month = _shift(start, months)
    if start.day <= _EVERY_MONTH or start.day <= calendar.monthrange(year, month)[1]:
        return date(year, month, start.day)
    year, month = _shift(date(year, month, 1), 1)
    return date(year, month, 1)


def last_valid_day(start: date, months: int) -> date:
    """The last day of a term of n months that starts on `start`."""
    return first_invalid_day(start, months) - ONE_DAY


def twelve_months(start: date, day: date) -> date:
    """The first of the twelve months, counted again and again from a day, to which another belongs.

    A day before the first twelve months belongs to them.
    """
    years = max(0, day.year - start.year)
    if years and first_invalid_day(start, 12 * years) > day:
        years -= 1
    return first_invalid_day(start, 12 * years) if years > 0 else start


def full_months(start: date, last: date) -> int:
    """How many full months lie between two days, both of which belong to them."""
    end = last + ONE_DAY
    months = max(0, (end.year - start.year) * 12 + end.month - start.month)
    # A month that lacks the day ends one day later, so this may have counted one too many.
    return months if first_invalid_day(start, months) <= end else max(0, months - 1)


def notice_end(given: date, months: int) -> date:
    """The day on which a notice of n months ends: same day, or the month's last."""
    year, month = _shift(given, months)
    return date(year, month, min(given.day, calendar.monthrange(year, month)[1]))


def birthday_in(born: date, year: int) -> date:
    """The birthday in a year; 29 February is kept on 28 February in common years."""
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return date(year, born.month, born.day)


def next_birthday(born: date, after: date) -> date:
    """The first birthday strictly later than `after`."""
    this_year = birthday_in(born, after.year)
    return this_year if this_year > after else birthday_in(born, after.year + 1)


def age_on(born: date, day: date) -> int:
    """Completed years on a day; the birthday completes one."""
    return day.year - born.year - (day < birthday_in(born, day.year))


def within_days(start: date, days: int, day: date) -> bool:
    """Whether `day` is in time for "within N days": `start` is day 0, day N still counts."""
    return start <= day <= start + timedelta(days=days)
