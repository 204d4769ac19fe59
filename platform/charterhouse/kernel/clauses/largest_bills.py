"""The largest bills of a person: what a single visit may qualify for."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, Clause, Text, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing

LARGEST = "largest_bills"
"""The fact that keeps the largest bills: [[id, fen really paid]], the largest first."""

_KEPT = 20
"""How many are kept; so many would have to be given back before a smaller one is missed."""


def largest_bill(standing: Standing) -> int:
    """The largest single bill of a person in fen, net of refunds; 0 without one."""
    rows = standing.facts.get(LARGEST)
    return int(rows[0][1]) if rows else 0


class LargestBills(Clause):
    """Remembers a person's largest bills as really paid, members and others alike.

    What they qualify for is judged by the figures of the day on which it is asked for.
    """

    @on("spend", phase=EARN, rank=30)
    def paid(self, d: Draft) -> Iterator[fx.Effect]:
        """One more bill, where it is among the largest."""
        if d.bill is not None:
            yield from self._keep(d.of_member, d.body.id or f"bill-{d.event.id}", d.bill.money)

    @on("refund", phase=EARN, rank=60)
    def given_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill counts by what stays paid of it."""
        refund = d.refund
        if refund is None or refund.original.kind != "bill":
            return
        holder = d.standing(d.holder(refund.original.member, refund.original))
        if any(id_ == refund.original.id for id_, _ in holder.facts.get(LARGEST, ())):
            yield from self._keep(holder, refund.original.id, refund.money_left)

    def _keep(self, standing: Standing, bill: str, fen: int) -> Iterator[fx.Effect]:
        before = standing.facts.get(LARGEST, [])
        rows = [row for row in before if row[0] != bill]
        if fen:
            rows.append([bill, fen])
        rows = sorted(rows, key=lambda row: -row[1])[:_KEPT]
        if rows != before:
            yield fx.Keep(standing.ref, LARGEST, rows or None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "单次就诊金额以一张账单扣除退款后的实付金额为准，多张账单不累加。",
                "A single visit is one bill, net of refunds, as really paid; bills are never added up.",
            )
        }


__all__ = ["LARGEST", "LargestBills", "largest_bill"]
