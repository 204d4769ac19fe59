"""What only the standard membership has: no reduction while a bill is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, RIGHTS, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft

OVERDUE = "overdue_bills"
"""The fact that keeps which bills of a member are overdue."""


class Arrears(Clause):
    """Bills told as overdue, until they are told as settled.

    Args:
        suspends: whether no reduction is given meanwhile.
    """

    def __init__(self, number: str, *, suspends: bool) -> None:
        super().__init__(number)
        self.suspends = suspends

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """See `Clause.codes`."""
        return {"record.kind": ("bill-overdue", "bill-settled")}

    @on("record", phase=GUARD)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """Whose bill, and which."""
        if not d.body.member:
            yield fx.Refuse("incomplete", "record.member")
        elif not detail(d.body, "bill"):
            yield fx.Lack("bill")

    @on("record", phase=FOLLOW)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it, or forget it."""
        bills = {str(bill) for bill in d.of_member.facts.get(OVERDUE, ())}
        bill = str(detail(d.body, "bill"))
        bills = bills | {bill} if d.body.kind == "bill-overdue" else bills - {bill}
        yield fx.Keep(d.member, OVERDUE, sorted(bills) or None)

    @on("spend", phase=RIGHTS, rank=70)
    def no_reduction(self, d: Draft) -> Iterator[fx.Effect]:
        """Deny the reduction while anything is overdue."""
        if self.suspends and d.of_member.facts.get(OVERDUE):
            yield fx.Deny("not_eligible")
