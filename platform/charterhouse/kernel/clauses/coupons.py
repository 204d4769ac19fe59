"""Coupons: a use of a benefit takes an amount off one bill, after all its prices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import Bill
from charterhouse.kernel.charter import GRANT, PRICE, Clause, Text, on
from charterhouse.kernel.clauses.benefits import Quota
from charterhouse.kernel.clauses.leaving import forfeited_since
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import right, used
from charterhouse.kernel.money import show_fen

Asked = Callable[[Draft], bool]
"""Whether a bill asks for the coupon."""


def take_off(bill: Bill, amount: int) -> Iterator[fx.Effect]:
    """Take an amount off a bill, from each line in proportion to its net price."""
    nets = [line.net for line in bill.lines]
    whole = sum(nets)
    taken = 0
    for index, reached in enumerate(accumulate(nets)):
        upto = amount * reached // whole if whole else 0
        if upto > taken:
            yield fx.Deduct(index, upto - taken)
        taken = upto


class OffBill(Clause):
    """A use of a benefit takes an amount off one bill that asks for it, and is used as a whole.

    Numbers by reason: `returned` (a full refund gives it back, a part does not).

    Args:
        quota: the benefit; one use is taken.
        value: fen; what the bill does not need lapses.
        asked: whether a bill asks for it.
        least: fen that the bill must reach after all other prices, inclusively.
        strict: whether a bill that asks in vain is refused; else it is charged without.
        back: whether a full refund of the bill gives the use back, as long as it is valid.
    """

    def __init__(
        self, number: str, quota: Quota, *, value: int, asked: Asked, least: int = 0,
        strict: bool = True, back: bool = False, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.quota = quota
        self.about = quota.benefit
        self.value = value
        self.asked = asked
        self.least = least
        self.strict = strict
        self.back = back

    def key(self, bill: str) -> str:
        """The id of the document that keeps what was taken for a bill."""
        return own_id("coupon", self.quota.benefit, bill)

    def problem(self, d: Draft, bill: Bill) -> str:
        """Why the bill cannot have it; "" if it can."""
        if not bill.entitled:
            return bill.denied[0][0]
        if self.quota.left_on(d.of_member, d.event.day) == 0:
            return "quota_used"
        return "amount_short" if bill.total < self.least or not bill.total else ""

    @on("spend", phase=PRICE, rank=97)
    def deduct(self, d: Draft) -> Iterator[fx.Effect]:
        """Take it off, and use it."""
        bill = d.bill
        if bill is None or not self.value or not self.asked(d):
            return
        reason = self.problem(d, bill)
        if reason:
            if self.strict:
                yield fx.Refuse(reason, "spend.details")
            return
        parts = yield from self.quota.consume(d, d.member, 1)
        yield from take_off(bill, min(self.value, bill.total))
        bill_id = d.body.id or f"bill-{d.event.id}"
        yield fx.Put("coupon", self.key(bill_id), d.member, {
            "benefit": self.quota.benefit, "at": d.now.isoformat(), "event": d.event.id,
            "tier": d.program.tier, **parts,
        })  # fmt: skip

    @on("refund", phase=GRANT, rank=60)
    def give_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill that is given back wholly gives it back too, where the charter says so."""
        refund = d.refund
        taken = d.document(self.key(refund.original.id)) if refund else None
        if refund is None or taken is None:
            return
        number = self.of("returned")
        if refund.left or not self.back:
            yield fx.Cite("kept", number=number)
            return
        content: Any = taken.content
        holder = d.standing(d.holder(taken.member, taken))
        unit = right(self.quota.benefit)
        if holder.status == "ended" or forfeited_since(holder, unit, content):
            return
        for period, quantity, *_ in content["parts"]:
            yield fx.DebitLot(
                holder.ref, used(self.quota.benefit), period, quantity, "@uses", number=number
            )
        if content["granted"]:
            granted = tuple(tuple(part) for part in content["granted"])
            yield fx.Restore(holder.ref, unit, granted, "@uses", number=number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        value, least = show_fen(self.value), show_fen(self.least)
        return {
            self.number: (
                f"优惠券抵减一张账单{value}元，该账单在其他优惠之后须满{least}元；一次用完，不兑现金。",
                f"A coupon takes {value} yuan off one bill that reaches {least} yuan after all other "
                "prices; it is used as a whole and never for cash.",
            )
        }


__all__ = ["Asked", "OffBill", "take_off"]
