"""Tiers by one single payment into stored value, and the amount that qualifies for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import ByKind
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.clauses.tender import store_value
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.problems import MUST_RISE, Problem
from charterhouse.kernel.standing import Standing

QUALIFYING = "qualifying"
"""The fact that keeps the fen by which a member has the present tier."""


def qualifying(standing: Standing) -> int:
    """The amount that qualifies for the present tier, in fen."""
    return int(standing.facts.get(QUALIFYING, 0))


class TierByAmount(Clause):
    """One single top-up decides the tier; a difference paid on top of it raises it.

    A plain top-up is tested alone: where its tier is above the present one it raises the tier
    and is the qualifying amount. A difference (`upgrade`, or a top-up told to be one) is added to
    the qualifying amount. Neither the balance nor time lowers a tier.
    Numbers by reason: `upgrade`, and why there is no membership.

    Args:
        thresholds: tier → fen, low to high; the lowest tier of all has none.
        setting: the setting that holds them, for the check.
    """

    def __init__(
        self, number: str, thresholds: Mapping[str, int], *, setting: str, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.thresholds = thresholds
        self.setting = setting

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        if any(low >= high for low, high in pairwise(self.thresholds.values())):
            yield self.setting, MUST_RISE

    def reached(self, amount: int) -> str:
        """The highest tier that an amount reaches; "" for none."""
        found = [tier for tier, least in self.thresholds.items() if amount >= least]
        return found[-1] if found else ""

    def rises(self, d: Draft, tier: str) -> bool:
        """Whether a tier is above the member's."""
        return d.program.rank(tier) > d.program.rank(d.of_member.tier)

    @on("top_up", phase=GUARD, rank=20)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        """A difference that reaches no higher tier is refused."""
        after = qualifying(d.of_member) + d.body.amount
        if d.body.upgrade and not self.rises(d, self.reached(after)):
            yield fx.Refuse("amount_short", "top_up.amount", number=self.of("upgrade"))

    @on("top_up", phase=GRADE, rank=30)
    def decide(self, d: Draft) -> Iterator[fx.Effect]:
        """The tier that the amount reaches, if it is a higher one."""
        amount = d.body.amount + (qualifying(d.of_member) if d.body.upgrade else 0)
        tier = self.reached(amount)
        if self.rises(d, tier):
            number = self.of("upgrade") if d.body.upgrade else self.number
            yield from self._rise(d, tier, amount, number)
        else:
            yield fx.Cite("tested alone")

    def difference(self, d: Draft) -> int:
        """What the tier asked for still needs."""
        return max(0, self.thresholds[d.body.to] - qualifying(d.of_member))

    @on("upgrade", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """To a higher tier, with its whole difference."""
        lost = no_membership(d.of_member)
        if lost:
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        elif not self.rises(d, d.body.to):
            yield fx.Refuse("amount_short", "upgrade.to", number=self.of("upgrade"))
        elif d.body.amount is not None and d.body.amount < self.difference(d):
            yield fx.Refuse("amount_short", "upgrade.amount", number=self.of("upgrade"))

    @on("upgrade", phase=SETTLE, rank=20)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """What is paid is stored and qualifies; the tier named is reached, and no other."""
        paid = self.difference(d) if d.body.amount is None else d.body.amount
        if paid:
            yield from store_value(d, paid)
        yield fx.Keep(d.member, QUALIFYING, qualifying(d.of_member) + paid)

    @on("upgrade", phase=GRADE, rank=20)
    def upgrade(self, d: Draft) -> Iterator[fx.Effect]:
        """The rights of the new tier hold at once."""
        yield from self._rise(d, d.body.to, qualifying(d.of_member), self.of("upgrade"))

    def _rise(self, d: Draft, tier: str, amount: int, number: str) -> Iterator[fx.Effect]:
        yield fx.Keep(d.member, QUALIFYING, amount, number=number)
        yield fx.Change(d.member, {"tier": tier}, number=number)
        yield fx.Announce("tier_changed", d.member, "upgraded")

    @on("bring_in", phase=GRADE, rank=95)
    def legacy(self, d: Draft) -> Iterator[fx.Effect]:
        """A legacy member qualified for the tier that is brought along."""
        least = self.thresholds.get(d.of_member.tier)
        if least is not None:
            yield fx.Keep(d.member, QUALIFYING, least)

    @on("ended", phase=FOLLOW, rank=50)
    def forget(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It ends with the membership."""
        if QUALIFYING in d.standing(happening.member).facts:
            yield fx.Keep(happening.member, QUALIFYING, None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(f"{show_fen(least)}元" for least in self.thresholds.values())
        en = ", ".join(show_fen(least) for least in self.thresholds.values())
        upgrade: dict[str, Text] = {
            self.of("upgrade"): (
                "升级须一次补足目标等级金额与已认定金额的差额，所付金额全部存入；未达到更高等级的不予办理。",
                "A rise costs the difference between the amount of the tier and the amount that has "
                "qualified, in one payment, all of which is stored; one that reaches no higher tier "
                "is refused.",
            )
        }
        return upgrade | {
            self.number: (
                f"会员等级由一次性充值金额决定（由低到高：{zh}）；每次充值单独认定，不累加；余额用完等级不变。",
                f"One single top-up decides the tier (low to high: {en} yuan). Each is tested alone "
                "and never added up; the tier stays when the balance is spent.",
            )
        }


class EntryAmount(Clause):
    """Some kinds of applicants enter only with a first top-up of an amount.

    Args:
        least: kind → fen that come with the application.
    """

    def __init__(self, number: str, least: ByKind[int]) -> None:
        super().__init__(number)
        self.least = least

    @on("apply", phase=GUARD, rank=40)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a complete application that comes without it."""
        kind = d.body.kind or d.program.defaults().get("kind", "individual")
        # A whole admission tells beforehand what will be paid.
        paid = getattr(d.event.body, "top_up", None) or 0
        if not d.lacks and paid < self.least.get(kind, 0):
            yield fx.Refuse("amount_short", "apply.kind")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        least = next(iter(self.least.values()), 0)
        return {
            self.number: (
                f"单位入会的首次充值不少于{show_fen(least)}元。",
                f"An organisation enters with a first top-up of at least {show_fen(least)} yuan.",
            )
        }


__all__ = ["QUALIFYING", "EntryAmount", "TierByAmount", "qualifying"]
