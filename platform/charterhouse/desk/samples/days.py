"""When stories happen: hospitals are busy on working days, less on Saturdays, least on holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from charterhouse.kernel.workdays import WorkCalendar

_OPEN, _HOURS = time(8, 10), 9
_SATURDAY, _SUNDAY = 5, 6
_TRIES = 8


class Days:
    """Draws moments of a span that ends at a day.

    Args:
        random: from which all is drawn.
        last: the last day.
        days: how many days the span has before it.
        zone: of the moments.
    """

    def __init__(self, random: Random, last: date, days: int, zone: tzinfo | None) -> None:
        self._random = random
        self._last = last
        self._days = days
        self._zone = zone
        self._working = WorkCalendar()
        self._busy: dict[date, float] = {}

    def draw(self, ago: tuple[int, int] | None, *, early: bool) -> datetime:
        """A moment in the opening hours, so many days before the end.

        Args:
            ago: between which days before the end; any when None.
            early: whether it is rather one of the first days.
        """
        day = self._day(ago, early=early)
        for _ in range(_TRIES):
            if self._random.random() < self._busyness(day):
                break
            day = self._day(ago, early=early)
        return self.open_on(day)

    def open_on(self, day: date) -> datetime:
        """A moment in the opening hours of a day."""
        opened = datetime.combine(day, _OPEN, self._zone)
        return opened + timedelta(seconds=self._random.randrange(_HOURS * 3600))

    def _day(self, ago: tuple[int, int] | None, *, early: bool) -> date:
        if ago is not None:
            return self._last - timedelta(days=self._random.randint(*ago))
        # People join sooner; what happens to them needs members to happen to.
        drawn = self._random.random()
        share = drawn**1.6 if early else 0.04 + 0.96 * drawn**0.8
        return self._last - timedelta(days=self._days - int(share * self._days))

    def _busyness(self, day: date) -> float:
        if day not in self._busy:
            if self._working.is_working(day):
                share = 1.0
            else:
                share = {_SATURDAY: 0.6, _SUNDAY: 0.4}.get(day.weekday(), 0.25)
            self._busy[day] = share
        return self._busy[day]


__all__ = ["Days"]
