"""What only the rescue system knows: office hours that have to be in order."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.charter import Clause
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.problems import Problem, Said


class OfficeHours(Clause):
    """The office opens before it closes."""

    def __init__(self, number: str, hours: ServiceHours) -> None:
        super().__init__(number)
        self.hours = hours

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        if self.hours.opens >= self.hours.closes:
            yield (
                "office_end",
                Said("须晚于上班时间", "must be later than the beginning of the office"),
            )


__all__ = ["OfficeHours"]
