"""Time plans for several persons: affiliates share the holder's price and end date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.admission import applied_kind
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.terms import Term
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.standing import TIES, Standing, is_active

AFFILIATE = "affiliate"
HOLDER = "time"

_TIE = "covered/"


def covered(standing: Standing) -> list[str]:
    """The further persons of a holder's plan."""
    ties = standing.facts.get(TIES, {})
    return [ref for name, ref in ties.items() if name.startswith(_TIE)]


class PlanTerm(Term):
    """The term of a plan; that of an affiliate ends with the holder's."""

    def last_day(self, d: Draft, member: str, start: date) -> date | None:
        """See `Term.last_day`."""
        standing = d.standing(member)
        sponsor = standing.facts.get("application", {}).get("sponsor")
        if standing.kind == AFFILIATE and sponsor:
            return d.standing(sponsor).valid_until
        return super().last_day(d, member, start)


class Affiliates(Clause):
    """1.5: further persons join a running time plan, up to its number of persons.

    Args:
        persons: of one plan, the holder included.
    """

    def __init__(self, number: str, *, persons: int) -> None:
        super().__init__(number)
        self.persons = persons

    @on("apply", phase=GUARD, rank=26)
    def room(self, d: Draft) -> Iterator[fx.Effect]:
        """A running time plan with room for one more."""
        if applied_kind(d) != AFFILIATE:
            return
        holder = d.standing(d.body.sponsor) if d.body.sponsor else None
        if holder is None or holder.kind != HOLDER or not is_active(holder, d.now.date()):
            yield fx.Refuse("sponsor_missing", "apply.sponsor")
        elif len(covered(holder)) + 1 >= self.persons:
            yield fx.Refuse("full", "apply.sponsor")

    @on("bring_in", phase=GUARD, rank=26)
    def with_holder(self, d: Draft) -> Iterator[fx.Effect]:
        """An affiliate comes with a holder, never alone."""
        if detail(d.body, "kind") == AFFILIATE:
            yield fx.Refuse("sponsor_missing", "bring_in.details.kind")

    @on("activated", phase=GRANT, rank=30)
    def cover(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """An affiliate is tied to the holder; a new plan begins without any."""
        standing = d.standing(happening.member)
        sponsor = standing.facts.get("application", {}).get("sponsor")
        if standing.kind == AFFILIATE and sponsor:
            ties = d.standing(sponsor).facts.get(TIES, {})
            tied = {**ties, f"{_TIE}{happening.member}": happening.member}
            yield fx.Keep(sponsor, TIES, tied)
        elif covered(standing):
            yield fx.Keep(happening.member, TIES, None)

    @on("renewed", phase=GRANT, rank=30)
    def extend(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """What the holder renews runs on for everybody."""
        holder = d.standing(happening.member)
        for ref in covered(holder):
            yield fx.Change(ref, {"valid_until": holder.valid_until})


class PriceRange(Clause):
    """1.2: the price range of the discount.

    Args:
        least, most: fen, both included; 0 for no limit.
    """

    def __init__(self, number: str, *, least: int, most: int) -> None:
        super().__init__(number)
        self.least = least
        self.most = most

    def check(self) -> Iterator[Problem]:
        """The least is not above the highest."""
        if self.most and self.least > self.most:
            yield "time_price_max", Said("不得低于最低价格", "must not be below the least price")
