"""A higher tier for points: consumed, one level at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, positive


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


__all__ = ["UpgradeByPoints"]
