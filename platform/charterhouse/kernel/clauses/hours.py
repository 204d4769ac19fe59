"""Opening hours: of a hotline on working days, and of services around the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """From a time to another, both included, on weekdays that are working days.

    Attributes:
        opens, closes: times of the wall clock.
        weekdays: 0 for Monday; a make-up day on another weekday is closed.
    """

    opens: time
    closes: time
    weekdays: Collection[int] = (0, 1, 2, 3, 4)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)

    def on_day(self, moment: datetime) -> bool:
        """Whether it is open at all on the day of a moment."""
        day = moment.date()
        return day.weekday() in self.weekdays and self.calendar.is_working(day)

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open at a moment."""
        return self.on_day(moment) and self.opens <= moment.time() <= self.closes

    def next(self, moment: datetime) -> datetime:
        """The moment itself when it is open, else the next opening."""
        if self.is_open(moment):
            return moment
        found = moment
        if moment.time() > self.closes:
            found += timedelta(days=1)
        while not self.on_day(found):
            found += timedelta(days=1)
        return datetime.combine(found.date(), self.opens, tzinfo=moment.tzinfo)


Closed = Callable[[Draft], bool]
"""Whether a service is closed to an event."""


def at_night(from_: time, until: time, *, unless: Closed) -> Closed:
    """From a time (included) to another (not included), over midnight too, but for some events."""

    def closed(d: Draft) -> bool:
        now = d.event.happened.astimezone(d.now.tzinfo).time()
        night = from_ <= now or now < until if from_ > until else from_ <= now < until
        return night and not unless(d)

    return closed


def on_holiday(calendar: WorkCalendar, name: str) -> Closed:
    """On all days off around a statutory holiday."""
    return lambda d: calendar.is_holiday(d.event.day, name)


class Hours(Clause):
    """Services used on the spot are closed at certain times.

    Args:
        benefits: the services.
        closed: the conditions under which they are closed; any of them.
        reason: code of the refusal.
    """

    def __init__(
        self, number: str, *benefits: str, closed: Collection[Closed], reason: str = "too_early"
    ) -> None:
        super().__init__(number)
        self.benefits = benefits
        self.closed = tuple(closed)
        self.reason = reason

    @on("use", phase=GUARD, rank=40)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse when it is closed."""
        if d.body.benefit not in self.benefits:
            return
        if any(closed(d) for closed in self.closed):
            yield fx.Refuse(self.reason, "use.benefit")
        else:
            yield fx.Cite("open")


__all__ = ["Closed", "Hours", "ServiceHours", "at_night", "on_holiday"]
