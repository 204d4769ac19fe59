"""What only the supreme membership has: guardians, and no money before the approval."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import age_on


class Guardian(Clause):
    """Persons known to be younger apply through a guardian.

    Args:
        below: completed years from which nobody else is needed.
    """

    def __init__(self, number: str, *, below: int) -> None:
        super().__init__(number)
        self.below = below

    @on("apply", phase=GUARD, rank=30)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """Lack the guardian's name."""
        born = d.of_member.born
        young = born is not None and age_on(born, d.event.day) < self.below
        if young and not str(detail(d.body, "guardian") or "").strip():
            yield fx.Lack("guardian")


class PaymentInOrder(Clause):
    """No money is taken before the review, nor from somebody who was rejected.

    Numbers by reason: `rejected`.
    """

    @on("pay", phase=GUARD, rank=5)
    def reviewed(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a payment that comes too early or for nothing."""
        if d.of_member.status in ("none", "applied", "ended"):
            yield fx.Refuse("not_reviewed", "pay.for")
        elif d.of_member.status == "rejected":
            yield fx.Refuse("not_eligible", "pay.for", number=self.of("rejected"))
