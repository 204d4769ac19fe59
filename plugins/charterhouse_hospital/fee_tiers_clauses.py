"""What only the VIP patients by service fee have: the sum of fees decides status and tier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, RIGHTS, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.terms import TERMS, Renewal
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.ledger import spent
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.standing import Standing

SUM = spent("service-fee")
"""The unit of the service fees paid for the current membership or term, in fen."""

REFUNDED = "service-fee-refunded"


def term_over(d: Draft, standing: Standing) -> bool:
    """Whether a term has run out, so that only a renewal helps."""
    return standing.valid_until is not None and standing.valid_until < d.now.date()


class ServiceFee(Clause):
    """Service fees of any size sum up, before registration and after.

    Numbers by reason: `owed`, `short` (a first payment at joining), `again` (active once more).

    Args:
        thresholds: tier → least sum in fen, low to high.
    """

    takes_any_fee = True

    def __init__(self, number: str, thresholds: Mapping[str, int], **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.thresholds = thresholds
        self.least = min(thresholds.values(), default=0)

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """See `Clause.codes`."""
        return {"pay.for": ("fee",)}

    @on("pay", phase=GUARD, rank=20)
    def enough_to_join(self, d: Draft) -> Iterator[fx.Effect]:
        """A first payment by joining reaches the lowest tier; nothing is paid for a term gone by."""
        standing = d.of_member
        if d.compound and standing.balance(SUM) + d.body.amount < self.least:
            yield fx.Refuse("fee_short", "pay.amount", number=self.of("short"))
        elif standing.status == "lapsed" and term_over(d, standing):
            yield fx.Refuse("expired", "pay.for")

    @on("pay", phase=SETTLE, rank=20)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """The money comes in and counts."""
        yield fx.Transfer("@fee", f"@till:{d.body.method or 'cash'}", d.body.amount)
        yield fx.Credit(d.member, SUM, d.body.amount, against="@counted")
        yield fx.Put("payment", d.body.id or f"pay-{d.event.id}", d.member, {
            "for": "fee", "paid": d.body.amount, "refunded": 0,
            "method": d.body.method or "cash", "at": d.now.isoformat(), "tier": "",
        })  # fmt: skip
        yield from self._owe(d, d.member)
        yield fx.Announce("paid", d.member)

    @on("approved", phase=GRADE, rank=30)
    def owe(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The threshold asked for is owed, less what has been paid."""
        yield from self._owe(d, happening.member)

    @on("refund", "record", phase=GRADE, rank=40)
    def owe_again(self, d: Draft) -> Iterator[fx.Effect]:
        """What was given back before the membership began is owed again."""
        yield from self._owe(d, d.refund.original.member if d.refund else d.member)

    def _owe(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        if standing.status != "approved":
            return
        wanted = self.thresholds.get(standing.tier, self.least)
        if standing.balance(SUM) >= self.least:
            yield fx.Settled(member, "fee", number=self.of("owed"))
        else:
            left = wanted - standing.balance(SUM)
            yield fx.Owe(member, "fee", left, number=self.of("owed"))

    @on("pay", phase=GRADE, rank=50)
    def again(self, d: Draft) -> Iterator[fx.Effect]:
        """A membership that had fallen below the lowest sum is active again."""
        standing = d.of_member
        reached = standing.balance(SUM) >= self.least
        if standing.status == "lapsed" and reached and not term_over(d, standing):
            yield fx.Change(d.member, {"status": "active"}, number=self.of("again"))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class FeeGivenBack(Clause):
    """A service fee given back lowers sum and tier; below the lowest sum nobody is a VIP patient.

    Args:
        least: the lowest sum in fen.
    """

    def __init__(self, number: str, *, least: int) -> None:
        super().__init__(number)
        self.least = least

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """See `Clause.codes`."""
        return {"record.kind": (REFUNDED,)}

    def amount(self, d: Draft) -> int | None:
        """The fen that a record gives back; None where it does not say."""
        value: Any = detail(d.body, "amount")
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            return None
        try:
            return parse_fen(value)
        except EventError:
            return None

    @on("refund", phase=GUARD, rank=20)
    def of_payment(self, d: Draft) -> Iterator[fx.Effect]:
        """Not more than what is left of the payment, and of the sum."""
        if d.refund is None or d.refund.original.kind != "payment":
            return
        if d.refund.left < 0 or d.refund.amount > self._sum(d):
            yield fx.Refuse("insufficient", "refund.amount")
        elif not d.refund.amount:
            yield fx.Refuse("order_violation", "refund.of")

    @on("record", phase=GUARD, rank=20)
    def of_joining(self, d: Draft) -> Iterator[fx.Effect]:
        """A member and an amount that was paid."""
        if d.body.kind != REFUNDED:
            return
        amount = self.amount(d)
        if not d.body.member:
            yield fx.Refuse("incomplete", "record.member")
        elif not amount:
            yield fx.Lack("amount")
        elif amount > d.of_member.balance(SUM):
            yield fx.Refuse("insufficient", "record.details.amount")

    def _sum(self, d: Draft) -> int:
        return d.standing(d.refund.original.member).balance(SUM) if d.refund else 0

    @on("refund", phase=SETTLE, rank=20)
    def pay_back(self, d: Draft) -> Iterator[fx.Effect]:
        """The money goes back the way it came."""
        if d.refund is None or d.refund.original.kind != "payment":
            return
        original = d.refund.original
        content = {
            **original.content, "refunded": original.content["refunded"] + d.refund.amount
        }  # fmt: skip
        yield fx.PayOut(d.refund.amount, "@fee", d.body.method or original.content["method"])
        yield fx.Debit(original.member, SUM, d.refund.amount, "@counted")
        yield fx.Put("payment", original.id, original.member, content)
        yield from self._fall(d, original.member)

    @on("record", phase=SETTLE, rank=20)
    def pay_back_recorded(self, d: Draft) -> Iterator[fx.Effect]:
        """Money paid at joining is given back by its record."""
        amount = self.amount(d) if d.body.kind == REFUNDED else None
        if amount:
            yield fx.PayOut(amount, "@fee")
            yield fx.Debit(d.member, SUM, amount, "@counted")
            yield from self._fall(d, d.member)

    @on("term_began", phase=GRADE, rank=80)
    def counted_anew(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Each term counts anew, from the fee that opened it."""
        member = happening.member
        standing = d.standing(member)
        if happening.cause != "renewed":
            return
        yield fx.Debit(member, SUM, standing.balance(SUM), "@counted")
        yield fx.Credit(member, SUM, standing.facts[TERMS][0][2], against="@counted")
        yield fx.Announce("topped_up", member)

    def _fall(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        if standing.status == "active" and standing.balance(SUM) < self.least:
            yield fx.Change(member, {"status": "lapsed"})
            yield fx.Announce("lapsed", member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class FeeRenewal(Renewal):
    """A renewal pays any fee from the lowest sum on; it counts for the term that it opens.

    Whoever has fallen below the lowest sum waits for that term.
    """

    runs = Renewal.runs | {"lapsed"}

    def fee_for(self, d: Draft) -> int:
        """What is paid, the lowest sum where nothing is said."""
        least = super().fee_for(d)
        return max(least, d.body.fee) if d.body.fee is not None else least

    def extend(self, d: Draft) -> Iterator[fx.Effect]:
        """See `Renewal.extend`; it does not make up for the running term."""
        standing = d.of_member
        fallen = standing.status == "lapsed" and not term_over(d, standing)
        yield from super().extend(d)
        if fallen:
            yield fx.Change(d.member, {"status": "lapsed"})

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """See `Renewal.due`; its fee alone is enough."""
        if draft.standing(member).status == "lapsed":
            yield fx.Change(member, {"status": "active"})
        yield from super().due(draft, member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}


class VipPatientsOnly(Clause):
    """Benefits are for those who are registered and have paid.

    Numbers by reason: `approved`, `fallen`, `expired`.
    """

    @on("use", "request", phase=RIGHTS)
    def only(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse everybody else, each by the rule that they miss."""
        standing = d.of_member
        if standing.status == "approved":
            yield fx.Refuse("not_active", number=self.of("approved"))
        elif standing.status == "lapsed" and term_over(d, standing):
            yield fx.Refuse("expired", number=self.of("expired"))
        elif standing.status == "lapsed":
            yield fx.Refuse("not_active", number=self.of("fallen"))
        elif standing.status != "active":
            yield fx.Refuse("not_active")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}
