"""Visits counted by the day: those told as visits, or one where there is a bill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, Clause, Text, on
from charterhouse.kernel.clauses.leaving import forfeited_since
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import counted, positive


class VisitDays(Clause):
    """A member's visits: for each day the larger of those told and 1 if there is a bill that day.

    A bill that is given back wholly is none any more. Each day is a document of its own; the sum
    is kept in the unit `count/<name>`.

    Args:
        name: of the counter.
    """

    def __init__(self, number: str, name: str = "visits") -> None:
        super().__init__(number)
        self.unit = counted(name)
        self.name = name

    def _day(self, d: Draft, ref: str, day: str) -> dict[str, Any]:
        """What was told of a day, in the running membership."""
        document = d.document(self._id(ref, day))
        if document is None or forfeited_since(d.standing(ref), self.unit, document.content):
            return {"told": 0, "bills": []}
        return {"told": document.content["told"], "bills": list(document.content["bills"])}

    def _id(self, ref: str, day: str) -> str:
        return own_id(self.name, ref, day)

    def _keep(
        self, d: Draft, ref: str, day: str, before: int, now: dict[str, Any]
    ) -> Iterator[fx.Effect]:
        change = _visits(now) - before
        if change > 0:
            yield fx.Credit(ref, self.unit, change)
        elif change < 0:
            left = min(-change, positive(d.standing(ref).lots.get(self.unit, ())))
            yield fx.Debit(ref, self.unit, left)
        content = {**now, "at": d.now.isoformat(), "event": d.event.id}
        yield fx.Put("visit-day", self._id(ref, day), ref, content)

    @on("visit", phase=EARN, rank=30)
    def visited(self, d: Draft) -> Iterator[fx.Effect]:
        """Visits that are told."""
        if no_membership(d.of_member) is not None:
            return
        day = d.event.day.isoformat()
        found = self._day(d, d.member, day)
        before = _visits(found)
        found["told"] += d.body.count
        yield from self._keep(d, d.member, day, before, found)

    @on("spend", phase=EARN, rank=30)
    def billed(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill of a member."""
        if d.bill is None or no_membership(d.of_member) is not None:
            return
        day = d.event.day.isoformat()
        found = self._day(d, d.member, day)
        before = _visits(found)
        found["bills"].append(d.body.id or f"bill-{d.event.id}")
        yield from self._keep(d, d.member, day, before, found)

    @on("refund", phase=EARN, rank=60)
    def given_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill that is given back wholly."""
        refund = d.refund
        if refund is None or refund.left or refund.original.kind != "bill":
            return
        bill, day = refund.original, str(refund.original.content["day"])
        ref = d.holder(bill.member, bill)
        found = self._day(d, ref, day)
        if bill.id in found["bills"]:
            before = _visits(found)
            found["bills"].remove(bill.id)
            yield from self._keep(d, ref, day, before, found)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "就诊次数按日计：取当日登记的就诊次数与（当日有账单的）1次中的较大者。",
                "Visits are counted by the day: the larger of those told and 1 if there is a bill.",
            )
        }


def _visits(day: dict[str, Any]) -> int:
    return max(int(day["told"]), 1 if day["bills"] else 0)


__all__ = ["VisitDays"]
