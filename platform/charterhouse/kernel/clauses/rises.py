"""Another tier asked for: for points, one level at a time, or as a card bought for its whole fee."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import ByTier
from charterhouse.kernel.clauses.quota_periods import YEAR_START
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.clauses.terms import TERMS
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, positive
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import last_valid_day


class UpgradeByPoints(Clause):
    """An upgrade that names no amount is paid in points: to the next tier, at once, term kept.

    Numbers by reason: `none`, `expired`, `ended` … (no running membership).

    Args:
        points: tier → what the rise to it from the one below costs.
    """

    def __init__(self, number: str, *, points: Mapping[str, int], **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.points = points

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"upgrade.to": tuple(self.points)}

    @on("upgrade", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """To the next tier, with enough points."""
        if d.body.amount is not None:
            return
        lost = no_membership(d.of_member)
        cost = self.points.get(d.body.to)
        if lost:
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        elif cost is None or d.program.rank(d.body.to) != d.program.rank(d.of_member.tier) + 1:
            yield fx.Refuse("order_violation", "upgrade.to")
        elif cost > positive(d.of_member.lots.get(POINTS, ())):
            yield fx.Refuse("insufficient", "upgrade.to")

    @on("upgrade", phase=SETTLE, rank=20)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """The points are consumed."""
        if d.body.amount is None:
            yield fx.Debit(d.member, POINTS, self.points[d.body.to], "@redeemed")

    @on("upgrade", phase=GRADE, rank=20)
    def rise(self, d: Draft) -> Iterator[fx.Effect]:
        """The rights of the new tier hold at once."""
        if d.body.amount is None:
            yield fx.Change(d.member, {"tier": d.body.to})
            yield fx.Announce("tier_changed", d.member, "upgraded")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(f"{points}分" for points in self.points.values())
        en = ", ".join(str(points) for points in self.points.values())
        return {
            self.number: (
                f"积分升级：逐级进行，由低到高分别为{zh}，积分即时扣除，有效期不变；不足的不予办理。",
                f"A rise by points, one level at a time: {en} points from the lowest up, consumed at "
                "once; the term stays. Too few are refused.",
            )
        }


class AnotherCard(Clause):
    """A member buys another card at its whole fee; tier, term and membership year begin anew.

    What was paid in advance for the former card ends with it. Numbers by reason: `short`, `kind`
    (memberships that buy none), `expired`, `none` … (no running membership).

    Args:
        fees: card → fen.
        months: card → months of its term; 0 for no end.
        kinds: the kinds of membership that may buy one; None for all.
    """

    def __init__(
        self, number: str, *, fees: ByTier[int], months: ByTier[int],
        kinds: Collection[str] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.fees = fees
        self.months = months
        self.kinds = kinds

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"upgrade.to": tuple(self.fees)}

    @on("upgrade", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """Another one than the present, with exactly its fee."""
        standing, fee = d.of_member, self.fees.get(d.body.to)
        lost = no_membership(standing)
        if lost:
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        elif self.kinds is not None and standing.kind not in self.kinds:
            yield fx.Refuse("not_eligible", "upgrade.member", number=self.of("kind"))
        elif fee is None:
            yield fx.Refuse("not_included", "upgrade.to")
        elif d.body.to == standing.tier or (d.body.amount or 0) > fee:
            yield fx.Refuse("order_violation", "upgrade.to")
        elif d.body.amount is not None and d.body.amount < fee:
            yield fx.Refuse("fee_short", "upgrade.amount", number=self.of("short"))

    @on("upgrade", phase=SETTLE, rank=20)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """The fee comes in."""
        yield fx.Transfer("@fee", "@till:cash", self.fees[d.body.to])
        yield fx.Put("payment", f"upgrade-{d.event.id}", d.member, {
            "for": "fee", "paid": self.fees[d.body.to], "refunded": 0, "method": "cash",
            "at": d.now.isoformat(), "tier": d.of_member.tier,
        })  # fmt: skip

    @on("upgrade", phase=GRADE, rank=20)
    def begin(self, d: Draft) -> Iterator[fx.Effect]:
        """The card begins today."""
        start, months = d.event.day, self.months.get(d.body.to, 0)
        until = last_valid_day(start, months) if months else None
        fee = self.fees[d.body.to]
        row = [[start.isoformat(), until.isoformat(), fee]] if until else None
        yield fx.Keep(d.member, TERMS, row)
        yield fx.Keep(d.member, YEAR_START, start.isoformat())
        yield fx.Change(
            d.member, {"tier": d.body.to, "term_start": start, "valid_until": until}
        )  # fmt: skip
        yield fx.Announce("tier_changed", d.member, "upgraded")
        yield fx.Announce("term_began", d.member, "upgraded")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(f"{show_fen(fee)}元" for fee in self.fees.values())
        en = ", ".join(show_fen(fee) for fee in self.fees.values())
        return {
            self.number: (
                f"会员可另购会员卡，须一次缴足该卡全价（{zh}），自当日起变更等级并重新计算有效期；不足不予办理。",
                f"A member may buy another card at its whole fee ({en} yuan); tier and a new term begin "
                "that day. Less is refused.",
            )
        }


__all__ = ["AnotherCard", "UpgradeByPoints"]
