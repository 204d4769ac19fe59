"""What only aesthetic hospitals have: a health check for a whole family."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft


class FamilySize(Clause):
    """One use covers a family at one appointment, up to a number of persons.

    Args:
        benefit: of the check.
        size: most persons; None for any number.
    """

    def __init__(self, number: str, benefit: str, *, size: int | None) -> None:
        super().__init__(number)
        self.benefit = benefit
        self.size = size

    @on("use", phase=GUARD, rank=28)
    def fits(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse more persons."""
        persons = detail(d.body, "persons")
        if d.body.benefit != self.benefit or persons is None or self.size is None:
            return
        if type(persons) is not int or persons < 1:
            yield fx.Lack("persons")
        elif persons > self.size:
            yield fx.Refuse("full", "use.details.persons")
