"""How time goes on in a stream: by seconds, by years, and to the moments that rules speak of."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random

from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.periods import birthday_in, day_start
from charterhouse.testkit.knowledge import Knowledge

DAY = 86_400
SECOND = timedelta(seconds=1)
_GAPS = (0, 0, 0, 1, 60, 600, 600, 3600, DAY // 2, DAY, DAY, 3 * DAY, 8 * DAY, 45 * DAY, 400 * DAY)
_LONGEST = 1200
LAST_YEAR = 2060
"""A stream ends before holidays are no longer known."""


def later(chance: Random, at: datetime, known: Knowledge, world: MemoryWorld) -> datetime:
    """The moment of the next event: soon as a rule, sometimes where a boundary lies."""
    kind = chance.choice(("gap",) * 12 + ("figure", "wake", "wake", "calendar", "birthday"))
    if kind == "figure":
        days = [n for n in known.numbers if n <= _LONGEST] or [1]
        return at + timedelta(days=chance.choice(days) + chance.choice((-1, 0, 0, 1)))
    if kind == "wake":
        moments = [s.wake for s in world.standings.values() if s.wake and s.wake > at]
        if moments:
            return _near(chance, at, sorted(moments)[:4])
    if kind == "calendar":
        return _near(chance, at, boundaries(at))
    if kind == "birthday":
        known_born = [facts["born"] for facts in world.people.values() if facts.get("born")]
        return _near(chance, at, [at, *(next_birthday(born, at) for born in known_born)])
    return at + timedelta(seconds=chance.choice(_GAPS))


def _near(chance: Random, at: datetime, moments: Iterable[datetime]) -> datetime:
    """A boundary exactly, or the second before or after it."""
    return max(at, chance.choice(list(moments)) + chance.choice((-SECOND, 0 * SECOND, SECOND)))


def boundaries(at: datetime) -> list[datetime]:
    """The ends of the day, the month and the year, and the next 29 February."""
    day, zone = at.date(), at.tzinfo
    leap = next(y for y in range(day.year, day.year + 9) if isleap(y) and date(y, 2, 29) >= day)
    days = (
        day + timedelta(days=1),
        (day.replace(day=1) + timedelta(days=32)).replace(day=1),
        date(day.year + 1, 1, 1),
        date(leap, 2, 29),
        date(leap, 3, 1),
    )
    return [moment for moment in (day_start(each, zone) for each in days) if moment >= at]


def next_birthday(born: date, at: datetime) -> datetime:
    """The start of the next birthday, today included."""
    days = (birthday_in(born, year) for year in (at.year, at.year + 1))
    return next(day_start(day, at.tzinfo) for day in days if day >= at.date())


__all__ = ["DAY", "LAST_YEAR", "SECOND", "boundaries", "later", "next_birthday"]
