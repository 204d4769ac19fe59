"""Fees: what is owed for one purpose, its payment, and the difference of a higher tier."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import ByKind, ByTier, figure, figures_of
from charterhouse.kernel.clauses.flow import APPLICATION
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.clauses.terms import FEES, TERMS, Fees
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.problems import MUST_RISE, PUNISHES, Problem

T = TypeVar("T")


class Fee(Clause):
    """Something owed under one purpose and paid exactly. Amounts are fen.

    Args:
        purpose: of the payment.
        amount: by tier or kind where it differs; 0 owes nothing.
        instalments: whether smaller payments are kept until the whole is paid.
    """

    purpose = ""

    def __init__(
        self, number: str, *, amount: Fees, purpose: str = "fee", instalments: bool = False,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.purpose = purpose
        self.amount = amount
        self.instalments = instalments

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"pay.for": {self.purpose}}

    @on("pay", phase=GUARD, rank=20)
    def exact(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse anything but exactly what is owed."""
        if d.body.for_ != self.purpose:
            return
        debt = d.of_member.owed.get(self.purpose)
        if debt is None:
            yield fx.Refuse("order_violation", "pay.for")
        elif d.body.amount < debt.amount and not self.instalments:
            yield fx.Refuse("fee_short", "pay.amount")
        elif d.body.amount > debt.amount:
            yield fx.Refuse("order_violation", "pay.amount")

    @on("pay", phase=SETTLE, rank=20)
    def settle(self, d: Draft) -> Iterator[fx.Effect]:
        """The money comes in and the debt is gone, or smaller."""
        if d.body.for_ != self.purpose:
            return
        debt = d.of_member.owed.get(self.purpose)
        yield fx.Transfer(f"@{self.purpose}", f"@till:{d.body.method or 'cash'}", d.body.amount)
        if debt is not None and d.body.amount < debt.amount:
            yield fx.Owe(d.member, self.purpose, debt.amount - d.body.amount)
        else:
            yield fx.Settled(d.member, self.purpose)
        yield fx.Put("payment", d.body.id or f"pay-{d.event.id}-{self.purpose}", d.member, {
            "for": self.purpose, "paid": d.body.amount, "refunded": 0,
            "method": d.body.method or "cash", "at": d.now.isoformat(),
            "tier": d.of_member.tier,
        })  # fmt: skip
        if self.purpose == "fee":
            yield fx.Keep(d.member, FEES, d.of_member.facts.get(FEES, 0) + d.body.amount)
        yield fx.Announce("paid", d.member)


class EntryFee(Fee):
    """What an applicant pays after approval, before the membership begins.

    Args:
        paths: the paths of application that pay it; None for all.
    """

    def __init__(
        self, number: str, *, amount: Fees, purpose: str = "fee",
        paths: frozenset[str] | None = None, instalments: bool = False, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, amount=amount, purpose=purpose, instalments=instalments, **numbers)
        self.paths = paths

    @on("approved", phase=GRADE, rank=30)
    def owe(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The fee is owed from the approval on."""
        standing = d.standing(happening.member)
        amount = figure(self.amount, standing)
        path = standing.facts.get(APPLICATION, {}).get("path")
        if amount and (self.paths is None or path in self.paths):
            yield fx.Owe(happening.member, self.purpose, amount)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if self.purpose == "donation":
            fee = show_fen(figures_of(self.amount)[0] or 0)
            return {
                self.number: (
                    f"普通办理：其他人士均可申请，须缴纳公益捐款{fee}元；金额不足不予办理。",
                    f"Ordinary application: everybody else; pays a charity donation of {fee} yuan. "
                    "Less is not accepted.",
                )
            }
        fees = "、".join(f"{show_fen(a)}元" for a in figures_of(self.amount) if a is not None)
        fees_en = ", ".join(f"{show_fen(a)}" for a in figures_of(self.amount) if a is not None)
        return {
            self.number: (
                f"会员费：{fees}，须一次缴足；不足不予办理。",
                f"Membership fee: {fees_en} yuan, paid in full; less is not accepted.",
            )
        }


class FeesRise(Clause):
    """Checks figures by tier: a higher tier costs more and is treated no worse.

    Args:
        rising: setting → figures from the lowest tier up, each strictly above the one before.
        falling: setting → figures, none above the one before: price factors.
        growing: setting → figures, none below the one before: multipliers of points.
        strictly: whether falling figures must differ.
    """

    def __init__(
        self, number: str, *, rising: Mapping[str, Collection[int]] | None = None,
        falling: Mapping[str, Collection[Decimal | int]] | None = None,
        growing: Mapping[str, Collection[Decimal | int]] | None = None, strictly: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.rising = rising or {}
        self.growing = growing or {}
        self.falling = falling or {}
        self.strictly = strictly

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        for name, figures in self.rising.items():
            if any(low >= high for low, high in pairwise(figures)):
                yield name, MUST_RISE
        for name, factors in self.falling.items():
            if any(
                high > low or (self.strictly and high == low) for low, high in pairwise(factors)
            ):
                yield name, PUNISHES
        for name, rates in self.growing.items():
            if any(high < low for low, high in pairwise(rates)):
                yield name, PUNISHES


def stepwise(figures: Mapping[str, T]) -> dict[str, list[T]]:
    """Setting → its figure after that of the setting before; for `FeesRise`.

    Args:
        figures: setting → figure, from the lowest tier up.
    """
    rows = list(figures.items())
    return {name: [low, high] for (_, low), (name, high) in pairwise(rows)}


class UpgradeByFee(Clause):
    """A higher tier for the difference of the fees, in one payment; the term stays.

    Numbers by reason: `short`, `order` (the own or a lower tier).

    Args:
        fees: tier → fen per term.
        lower: reason with which the own or a lower tier is refused.
        each_term: whether a next term already paid owes its difference too.
        stated: whether only an upgrade that names its amount is one by fee; otherwise one that
            names none pays exactly the difference.
    """

    def __init__(
        self, number: str, *, fees: ByTier[int], lower: str = "order_violation",
        each_term: bool = True, stated: bool = False, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.stated = stated
        self.fees = fees
        self.lower = lower
        self.each_term = each_term

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"upgrade.to": tuple(self.fees)}

    def difference(self, d: Draft) -> int:
        """What the tier asked for costs more, over the terms that owe it."""
        standing = d.of_member
        terms = max(1, len(standing.facts.get(TERMS, ()))) if self.each_term else 1
        return (self.fees[d.body.to] - self.fees.get(standing.tier, 0)) * terms

    def by_fee(self, d: Draft) -> bool:
        """Whether it is the fee by which the member rises."""
        return not self.stated or d.body.amount is not None

    @on("upgrade", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """To a higher tier of the tariff, with the whole difference."""
        if not self.by_fee(d):
            return
        lost = no_membership(d.of_member)
        if lost:
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        elif d.program.rank(d.body.to) <= d.program.rank(d.of_member.tier):
            yield fx.Refuse(self.lower, "upgrade.to", number=self.of("order"))
        elif d.body.amount is not None and d.body.amount < self.difference(d):
            yield fx.Refuse("amount_short", "upgrade.amount", number=self.of("short"))
        elif d.body.amount is not None and d.body.amount > self.difference(d):
            yield fx.Refuse("order_violation", "upgrade.amount")

    @on("upgrade", phase=SETTLE, rank=20)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """The difference comes in and raises the fees of the terms."""
        if not self.by_fee(d):
            return
        paid = self.difference(d)
        yield fx.Transfer("@fee", "@till:cash", paid)
        yield fx.Put("payment", f"upgrade-{d.event.id}", d.member, {
            "for": "difference", "paid": paid, "refunded": 0, "method": "cash",
            "at": d.now.isoformat(), "tier": d.of_member.tier,
        })  # fmt: skip
        terms = d.of_member.facts.get(TERMS, ())
        if not terms:
            yield fx.Keep(d.member, FEES, d.of_member.facts.get(FEES, 0) + paid)
            return
        owing = len(terms) if self.each_term else 1
        more = paid // owing
        rows = [[s, u, fee + more * (n < owing)] for n, (s, u, fee) in enumerate(terms)]
        yield fx.Keep(d.member, TERMS, rows)

    @on("upgrade", phase=GRADE, rank=20)
    def rise(self, d: Draft) -> Iterator[fx.Effect]:
        """The rights of the new tier hold at once."""
        if self.by_fee(d):
            yield fx.Change(d.member, {"tier": d.body.to})
            yield fx.Announce("tier_changed", d.member, "upgraded")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "升级须一次补足两级会员费的差额，即时生效，有效期不变；不办理降级。",
                "A higher tier costs the full difference of the two fees in one payment; it holds at "
                "once and the term stays. A lower tier is not given during the term.",
            )
        }


__all__ = ["ByKind", "EntryFee", "Fee", "FeesRise", "UpgradeByFee", "stepwise"]
