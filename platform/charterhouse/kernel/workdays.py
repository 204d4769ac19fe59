"""Working days of the official Chinese calendar, with make-up days and a tenant's own table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays.countries.china import ChinaStaticHolidays

_ANNOUNCED = max(ChinaStaticHolidays.special_public_holidays)
"""The last year of which the official arrangement is known."""

SPRING_FESTIVAL = "Chinese New Year"
"""The Spring Festival, by the name that its statutory days begin with."""

_LONGEST_RUN = 31


@lru_cache(maxsize=64)
def _official(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


@lru_cache(maxsize=64)
def _working(year: int) -> frozenset[date]:
    """The working days of a year; the library answers for one day at a time, and slowly."""
    official = _official(year)
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return frozenset(day for day in days if day.year == year and official.is_working_day(day))


class WorkCalendar:
    """Tells working days from others.

    Args:
        overrides: day → whether it is a working day; goes before the official
            calendar (a hospital's own closing or opening days).
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})

    def is_working(self, day: date) -> bool:
        """Whether people work on this day (make-up weekends are working days)."""
        own = self._overrides.get(day)
        return own if own is not None else day in _working(day.year)

    def after(self, day: date, count: int) -> date:
        """The last day "within N working days" of `day`, which itself does not count."""
        current = day
        left = count
        while left > 0:
            current += timedelta(days=1)
            left -= self.is_working(current)
        return current

    def before(self, day: date, count: int) -> date:
        """The n-th working day before a day, which itself does not count."""
        current = day
        left = count
        while left > 0:
            current -= timedelta(days=1)
            left -= self.is_working(current)
        return current

    def is_announced(self, year: int) -> bool:
        """Whether the official arrangement of a year is known; later ones may still change."""
        return year <= _ANNOUNCED

    def is_holiday(self, day: date, name: str) -> bool:
        """Whether a day lies in the days off around the statutory days of a name.

        These are all days of the official arrangement: weekends and exchanged days in it too.
        """
        if self.is_working(day):
            return False
        return any(self._is_statutory(each, name) for each in self._days_off(day))

    def _days_off(self, day: date) -> Iterator[date]:
        """The days off that a day off stands among, without a working day between."""
        for step in (timedelta(days=1), timedelta(days=-1)):
            current = day
            for _ in range(_LONGEST_RUN):
                yield current
                current += step
                if self.is_working(current):
                    break

    @staticmethod
    def _is_statutory(day: date, name: str) -> bool:
        return str(_official(day.year).get(day, "")).startswith(name)
