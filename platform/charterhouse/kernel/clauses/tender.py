"""Means of payment: stored value, credit and points settle bills; cash is asked back or not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GRANT, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import ByKind, ByTier, belongs, figure, figures_of
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.kinds import MAX
from charterhouse.kernel.ledger import CREDIT, POINTS, STORED_VALUE, positive
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.standing import PREPAYMENT

Amounts = int | ByTier[int] | ByKind[int]
"""Fen; by tier or kind where they differ."""


class Prepayment(Clause):
    """One single top-up opens the membership: owed from the approval on, in one payment.

    Numbers by reason: `short`.

    Args:
        least: the smallest prepayment in fen; 0 or none owes nothing.
    """

    def __init__(self, number: str, *, least: Amounts, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.least = least

    def concerns(self, d: Draft) -> bool:
        """Whether it is this clause that asks the member's tier or kind for a prepayment."""
        return bool(figure(self.least, d.of_member))

    @on("approved", phase=GRADE, rank=30)
    def owe(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The prepayment is owed."""
        amount = figure(self.least, d.standing(happening.member))
        if amount:
            yield fx.Owe(happening.member, PREPAYMENT, amount)

    @on("top_up", phase=GUARD, rank=20)
    def whole(self, d: Draft) -> Iterator[fx.Effect]:
        """Several payments are not added up."""
        debt = d.of_member.owed.get(PREPAYMENT) if self.concerns(d) else None
        if debt is not None and d.body.amount < debt.amount:
            yield fx.Refuse("amount_short", "top_up.amount", number=self.of("short"))

    @on("top_up", phase=SETTLE, rank=20)
    def settle(self, d: Draft) -> Iterator[fx.Effect]:
        """It is paid."""
        if PREPAYMENT in d.of_member.owed and self.concerns(d):
            yield fx.Settled(d.member, PREPAYMENT)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        least = [a for a in figures_of(self.least) if a]
        zh = "、".join(f"{show_fen(a)}元" for a in least)
        en = ", ".join(show_fen(a) for a in least)
        return {
            self.number: (
                f"入会须一次性预存{zh}以上，多次存入不累加。",
                f"One single prepayment of at least {en} yuan opens the membership; several are not "
                "added up.",
            )
        }


def store_value(
    d: Draft, amount: int, doc_id: str | None = None, method: str | None = None
) -> Iterator[fx.Effect]:
    """Fen come in and are stored as the member's principal."""
    yield fx.Transfer("@prepaid", f"@till:{method or 'cash'}", amount)
    yield fx.Credit(d.member, STORED_VALUE, amount, "principal", against="@stored")
    yield fx.Put("payment", doc_id or f"top-up-{d.event.id}", d.member, {
        "for": PREPAYMENT, "paid": amount, "refunded": 0, "method": method or "cash",
        "at": d.now.isoformat(), "tier": d.of_member.tier,
    })  # fmt: skip
    yield fx.Announce("topped_up", d.member)


class TopUps(Clause):
    """Stored value comes in; a later top-up has a minimum.

    Numbers by reason: kind, `short`, `expired`, `none`, `excluded`.

    Args:
        least: of a later top-up, in fen.
        statuses: in which money can be stored.
        only: tiers or kinds whose cards carry stored value; None for all.
    """

    def __init__(
        self, number: str, *, least: Amounts = 0,
        statuses: frozenset[str] = frozenset({"approved", "active"}),
        only: Collection[str] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.only = only
        self.least = least
        self.statuses = statuses

    @on("top_up", phase=GUARD, rank=10)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """Into a running membership, and not too little."""
        standing = d.of_member
        if standing.status not in self.statuses or (
            standing.status == "approved" and PREPAYMENT not in standing.owed
        ):
            reason = {"lapsed": "expired", "suspended": "suspended"}.get(standing.status)
            yield fx.Refuse(reason or "not_active", number=self.of(reason or "none"))
        if not belongs(standing, self.only):
            yield fx.Refuse("not_included", number=self.of("excluded"))
        least = figure(self.least, standing) or 0
        if PREPAYMENT not in standing.owed and d.body.amount < least:
            number = self.by_reason.get(standing.kind) or self.of("short")
            yield fx.Refuse("amount_short", "top_up.amount", number=number)

    @on("top_up", phase=SETTLE, rank=30)
    def store(self, d: Draft) -> Iterator[fx.Effect]:
        """The money comes in and is stored."""
        yield from store_value(d, d.body.amount, d.body.id, d.body.method)

    @on("bring_in", phase=GRANT, rank=30)
    def take_over(self, d: Draft) -> Iterator[fx.Effect]:
        """The stored value that a legacy member brings along."""
        yield fx.Credit(
            d.member, STORED_VALUE, d.body.stored_value or 0, "principal", against="@stored"
        )

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("top-ups",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        least = list(dict.fromkeys(a for a in figures_of(self.least) if a))
        zh = f"，每次不少于{'、'.join(show_fen(a) for a in least)}元" if least else ""
        en = f", at least {', '.join(show_fen(a) for a in least)} yuan each time" if least else ""
        return {
            self.number: (
                f"会员可向卡内充值{zh}；充值金额用于支付本院费用。",
                f"Members store value on the card{en}; it pays the charges of this hospital.",
            )
        }


class PaidFrom(Clause):
    """Base of means of payment of a bill that count fen.

    Numbers by reason: `insufficient`, and the reasons for which a bill has no rights.

    Args:
        first: whether it pays without being asked for.
        cut: whether what is asked for beyond the bill is cut to it (else what is asked for
            beyond the balance is refused, and beyond the bill cut as well).
        strict: whether asking for it on a bill without rights is refused instead of ignored.
    """

    source = ""
    rank = 30

    def __init__(
        self, number: str, *, first: bool = False, strict: bool = True, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.first = first
        self.strict = strict

    def tenders(self) -> Iterable[str]:
        """See `Clause.tenders`."""
        return (self.source,)

    def asked(self, d: Draft) -> int | None:
        """What the bill's tender says of it: fen, `MAX`, or None."""
        tender = d.body.tender
        wanted: int | None = getattr(tender, self.source) if tender is not None else None
        return MAX if wanted is None and self.first else wanted

    def balance(self, d: Draft) -> int:
        """What there is, in fen."""
        return positive(d.of_member.lots.get(self.source, ()))

    def needed(self, d: Draft) -> int:
        """What of the bill it may pay, in fen: all that is still to pay."""
        return d.bill.to_pay if d.bill is not None else 0

    def pays(self, d: Draft) -> Iterator[fx.Effect]:
        """Settle what is asked for, as far as the bill needs it."""
        wanted = self.asked(d)
        if d.bill is None or not wanted:
            return
        said = d.body.tender is not None and getattr(d.body.tender, self.source) is not None
        if not d.bill.entitled:
            if said and self.strict:
                reason, number = d.bill.denied[0]
                yield fx.Refuse(reason, f"spend.tender.{self.source}",
                                number=self.by_reason.get(reason) or number)  # fmt: skip
            return
        there = self.balance(d)
        if wanted != MAX and wanted > there:
            yield fx.Refuse(
                "insufficient", f"spend.tender.{self.source}", number=self.of("insufficient")
            )
        amount = min(there, self.needed(d), there if wanted == MAX else wanted)
        if amount > 0:
            yield fx.Tender(self.source, amount)


class StoredValue(PaidFrom):
    """Stored value pays bills, before any other means unless the bill says otherwise."""

    source = STORED_VALUE

    def __init__(
        self, number: str, *, first: bool = True, strict: bool = True, **numbers: str
    ) -> None:
        super().__init__(number, first=first, strict=strict, **numbers)

    @on("spend", phase=SETTLE, rank=30)
    def settle(self, d: Draft) -> Iterator[fx.Effect]:
        """Pay from stored value."""
        yield from self.pays(d)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "账单优先由储值支付，储值不足的部分以其他方式支付。",
                "Stored value pays a bill first; what it does not cover is paid otherwise.",
            )
        }


class CreditTender(PaidFrom):
    """Credit (vouchers) pays bills where the bill asks for it, in parts."""

    source = CREDIT

    @on("spend", phase=SETTLE, rank=20)
    def settle(self, d: Draft) -> Iterator[fx.Effect]:
        """Pay from credit."""
        yield from self.pays(d)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "抵用金可按会员要求分次抵付账单，不超过账单金额，不兑换现金。",
                "Credit pays bills on request, in parts and never more than the bill; it is never "
                "paid out in cash.",
            )
        }


class PointsTender(Clause):
    """Points pay a part of a bill where the bill asks for it.

    Numbers by reason: `insufficient`, `block`, `card_missing` ….

    Args:
        per_yuan: points that are one yuan, or
        fen_per_point: the value of a point; 0 offers nothing.
        blocks: only whole multiples of `per_yuan`.
        usable: a further condition; where it does not hold the bill is paid without points.
        lenient: whether what cannot be done is left undone instead of refused.
        strict: whether asking for it on a bill without rights is refused instead of ignored.
    """

    def __init__(
        self, number: str, *, per_yuan: int = 0, fen_per_point: int = 0, blocks: bool = False,
        usable: Callable[[Draft], bool] | None = None, lenient: bool = False, strict: bool = True,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.strict = strict
        self.per_yuan = per_yuan
        self.fen_per_point = fen_per_point
        self.blocks = blocks
        self.usable = usable
        self.lenient = lenient

    def tenders(self) -> Iterable[str]:
        """See `Clause.tenders`."""
        return (POINTS,) if self.per_yuan or self.fen_per_point else ()

    def value(self, points: int) -> int:
        """The fen that points are worth, rounded down."""
        return points * 100 // self.per_yuan if self.per_yuan else points * self.fen_per_point

    def needed(self, fen: int) -> int:
        """The points that a bill of so many fen needs; in blocks, as many as it takes whole."""
        if self.blocks:
            return fen // 100 * self.per_yuan
        if self.per_yuan:
            return -(-fen * self.per_yuan // 100)
        return -(-fen // self.fen_per_point)

    @on("spend", phase=SETTLE, rank=10)
    def settle(self, d: Draft) -> Iterator[fx.Effect]:
        """Take the points and count their value."""
        wanted = d.body.tender.points if d.body.tender is not None else None
        if d.bill is None or not wanted or not self.tenders():
            return
        if not d.bill.entitled and not self.strict:
            return
        problem = self.problem(d, wanted)
        if problem is None:
            points = min(wanted, self.needed(d.bill.to_pay))
            if not points:
                return
            yield fx.Tender(POINTS, min(self.value(points), d.bill.to_pay), points)
        elif not self.lenient:
            reason, number = problem
            yield fx.Refuse(reason, "spend.tender.points", number=number)

    def problem(self, d: Draft, wanted: int) -> tuple[str, str] | None:
        """Why so many points cannot pay: (reason, number of the clause)."""
        if d.bill is not None and not d.bill.entitled and self.usable is None:
            reason, number = d.bill.denied[0]
            return reason, self.by_reason.get(reason) or number
        if self.usable is not None and not self.usable(d):
            return "not_redeemable", self.of("block")
        if self.blocks and wanted % self.per_yuan:
            return "not_redeemable", self.of("block")
        if wanted > positive(d.of_member.lots.get(POINTS, ())):
            return "insufficient", self.of("insufficient")
        return None

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if self.per_yuan:
            zh, en = f"每{self.per_yuan}分抵1元", f"{self.per_yuan} points are one yuan"
        else:
            worth = show_fen(self.fen_per_point)
            zh, en = f"每1分抵{worth}元", f"a point is worth {worth} yuan"
        return {
            self.number: (
                f"积分可抵付账单：{zh}；积分抵付的部分不再积分。",
                f"Points pay a part of a bill: {en}; what they pay earns nothing.",
            )
        }


class CashOut(Clause):
    """Stored value or credit asked back as cash: paid out, or not at all.

    Numbers by reason: `insufficient`, `never`.

    Args:
        unit: whose balance can be paid out; "" for none.
        only: a condition on the member; whoever does not meet it is refused.
    """

    def __init__(
        self, number: str, *, unit: str = "", only: Callable[[Draft], bool] | None = None,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.unit = unit
        self.only = only

    @on("cash_out", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what is never paid out, and more than there is."""
        if not self.unit or (self.only is not None and not self.only(d)):
            yield fx.Refuse("not_withdrawable", number=self.of("never"))
        elif d.body.amount > positive(d.of_member.lots.get(self.unit, ())):
            yield fx.Refuse("insufficient", "cash_out.amount", number=self.of("insufficient"))

    @on("cash_out", phase=SETTLE, rank=20)
    def pay_out(self, d: Draft) -> Iterator[fx.Effect]:
        """The balance falls and the money is paid out."""
        account = "@prepaid" if self.unit == STORED_VALUE else f"@{self.unit}"
        yield fx.Debit(d.member, self.unit, d.body.amount, "@paid-out")
        yield fx.PayOut(d.body.amount, account)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not self.unit:
            return {self.number: ("卡内金额不予提现。", "Nothing is paid out in cash.")}
        return {
            self.number: (
                "余额可按会员要求以现金支付。",
                "The balance is paid out in cash on request, up to what there is.",
            )
        }


class TopUpRefund(Clause):
    """Whether stored value that came in by a top-up is given back to the payer."""

    @on("refund", phase=GUARD, rank=10)
    def refuse(self, d: Draft) -> Iterator[fx.Effect]:
        """A top-up is not refunded."""
        original = d.refund.original if d.refund else None
        if original is not None and original.content.get("for") == PREPAYMENT:
            yield fx.Refuse("not_refundable", "refund.of")


__all__ = [
    "Amounts", "CashOut", "CreditTender", "PaidFrom", "PointsTender", "Prepayment", "StoredValue",
    "TopUpRefund", "TopUps", "store_value",
]  # fmt: skip
