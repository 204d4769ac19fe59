"""Working days of the official Chinese calendar, with make-up days and a tenant's own table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def _official(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


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
        return own if own is not None else _official(day.year).is_working_day(day)

    def after(self, day: date, count: int) -> date:
        """The last day "within N working days" of `day`, which itself does not count."""
        current = day
        left = count
        while left > 0:
            current += timedelta(days=1)
            left -= self.is_working(current)
        return current
