"""Counters of a moving window: what was gathered in the last months, by lots that expire."""

from __future__ import annotations

from datetime import date, datetime

from charterhouse.kernel.clauses.conditions import Who, entitled
from charterhouse.kernel.clauses.earning import SpendTotal
from charterhouse.kernel.ledger import spent
from charterhouse.kernel.periods import day_start, first_invalid_day


class SpendWindow(SpendTotal):
    """What was really paid in the last months, in fen: each bill counts until its months end.

    Args:
        name: of the counter (`spend/<name>`).
        months: a bill of a day counts until the day before the same day so many months later.
    """

    own_lot = True

    def __init__(self, number: str, name: str, *, months: int, who: Who = entitled) -> None:
        super().__init__(number, who=who)
        self.unit = spent(name)
        self.months = months

    def expiry(self, unit: str, day: date, now: datetime) -> datetime | None:
        """The first day on which a bill of a day counts no more."""
        if unit != self.unit:
            return None
        return day_start(first_invalid_day(day, self.months), now.tzinfo)


__all__ = ["SpendWindow"]
