"""Periods of reports: a week, a month, a year, or any span of days, each with a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from charterhouse.desk.local import today
from charterhouse.kernel.kinds import FIRST_YEAR, LAST_YEAR
from charterhouse.kernel.periods import day_start
from charterhouse.tenancy.scope import current_tenant

__all__ = ["LONGEST", "ONE_DAY", "SORTS", "Period", "period_of", "read_period", "span_of"]

ONE_DAY = timedelta(days=1)

SORTS = ("week", "month", "year")
"""The periods that follow one another by the calendar; weeks begin on Monday."""

LONGEST = 3 * 366
"""So many days a chosen span has at most; a longer one ends earlier."""

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """A period: its first and last day, and a name.

    Names are 2026 (a year), 2026-11 (a month), 2026-W48 (a week of ISO 8601) and
    2026-11-01_2026-11-20 (a span).
    """

    name: str
    first: date
    last: date

    @property
    def sort(self) -> str:
        """One of `SORTS`, or `span`."""
        if "_" in self.name:
            return "span"
        if "W" in self.name:
            return "week"
        return "year" if len(self.name) == len("2026") else "month"

    def before(self) -> Period:
        """The period before this one; of a span as many days."""
        last = self.first - ONE_DAY
        if self.sort == "span":
            return span_of(last - (self.last - self.first), last)
        return period_of(self.sort, last)

    def following(self) -> Period:
        """The period after this one."""
        first = self.last + ONE_DAY
        if self.sort == "span":
            return span_of(first, first + (self.last - self.first))
        return period_of(self.sort, first)

    def moments(self) -> tuple[datetime, datetime]:
        """Its first moment and the first one after it, on the tenant's clock."""
        zone = current_tenant().zone
        return day_start(self.first, zone), day_start(self.last + ONE_DAY, zone)


def period_of(sort: str, day: date) -> Period:
    """The period of a sort (week, month, year) in which a day lies."""
    if sort == "year":
        return Period(f"{day:%Y}", date(day.year, 1, 1), date(day.year, 12, 31))
    if sort == "week":
        monday = day - timedelta(days=day.weekday())
        year, week, _ = monday.isocalendar()
        return Period(f"{year}-W{week:02}", monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(f"{day:%Y-%m}", first, following - ONE_DAY)


def span_of(first: date, last: date) -> Period:
    """The days from one to another, in whichever order they are named, at most `LONGEST`."""
    first, last = min(first, last), max(first, last)
    last = min(last, first + timedelta(days=LONGEST - 1))
    return Period(f"{first.isoformat()}_{last.isoformat()}", first, last)


def read_period(sort: str, name: str) -> Period:
    """A period by its name; the present one of a sort when the name is none."""
    found = _read(name)
    if found is None or not (found.first.year >= FIRST_YEAR and found.last.year <= LAST_YEAR):
        return period_of(sort if sort in SORTS else "month", today())
    return found


def _read(name: str) -> Period | None:
    try:
        if span := _SPAN.fullmatch(name):
            return span_of(date.fromisoformat(span[1]), date.fromisoformat(span[2]))
        if week := _WEEK.fullmatch(name):
            return period_of("week", date.fromisocalendar(int(week[1]), int(week[2]), 1))
        if re.fullmatch(r"\d{4}", name):
            return period_of("year", date(int(name), 1, 1))
        if re.fullmatch(r"\d{4}-\d{2}", name):
            return period_of("month", date.fromisoformat(f"{name}-01"))
    except (ValueError, OverflowError):
        return None
    return None
