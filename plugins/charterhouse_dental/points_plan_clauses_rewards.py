"""The rewards of plan A: one-off ones by the level reached by points, and yearly ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.benefits import Quota
from charterhouse.kernel.clauses.conditions import ByTier
from charterhouse.kernel.clauses.flow import GRANTED
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import right, used
from charterhouse.kernel.periods import day_start, first_invalid_day
from charterhouse.kernel.problems import NOT_BELOW, Problem, Said
from charterhouse.kernel.standing import Standing
from charterhouse_dental.points_plan_clauses import LEVELS, Thresholds

GIFTS = {f"gift-{level}": level for level in LEVELS}
"""Gift → its level."""

ONCE: Mapping[str, Mapping[str, int]] = {
    "ordinary": {"gift-ordinary": 1},
    "senior": {"gift-senior": 1, "facial-care": 1},
    "vip": {"gift-vip": 1, "facial-care": 1, "herbal-therapy": 1},
    "diamond": {"gift-diamond": 1},
}
"""Level → what is granted once when it is reached by points."""

YEARLY: Mapping[str, ByTier[int]] = {
    "cleaning-ultrasonic": ByTier({"senior": 1, "vip": 2}),
    "cleaning-sandblast": ByTier({"diamond": 2}),
    "facial-care": ByTier({"diamond": 1}),
    "herbal-therapy": ByTier({"diamond": 1}),
}
"""Service → level → times a calendar year."""

CHILD_CARE = "child-fluoride"
CLEANINGS = ("cleaning-ultrasonic", "cleaning-sandblast")
SERVICES = (*YEARLY, CHILD_CARE)
ONE_OFF = tuple(dict.fromkeys(code for codes in ONCE.values() for code in codes))
"""What is granted once, gifts and services."""

REWARDS = "rewards"


def levels_with(code: str) -> tuple[str, ...]:
    """The levels that have a reward, once or every year, low to high."""
    yearly: Mapping[str, int] = YEARLY.get(code, {})
    return tuple(level for level in LEVELS if code in ONCE[level] or level in yearly)


@dataclass(slots=True)
class Granted:
    """What one-off rewards a member has had.

    Attributes:
        levels: whose one-offs are granted and not revoked.
        taken: level → reward → how many of its one-offs were collected or used.
        settled: reward → yearly uses beyond the level's number that a fall has dealt with.
    """

    levels: list[str]
    taken: dict[str, dict[str, int]]
    settled: dict[str, int]

    @classmethod
    def of(cls, standing: Standing) -> Granted:
        """As the standing keeps it."""
        kept = standing.facts.get(REWARDS, {})
        taken = {level: dict(row) for level, row in kept.get("taken", {}).items()}
        return cls(list(kept.get("levels", ())), taken, dict(kept.get("settled", {})))

    def keep(self, member: str) -> fx.Keep:
        """Keep it as it is now."""
        value = {"levels": self.levels, "taken": self.taken, "settled": self.settled}
        return fx.Keep(member, REWARDS, value)

    def had(self, level: str, code: str) -> int:
        """How many of a level's one-offs were collected or used."""
        return self.taken.get(level, {}).get(code, 0)

    def take(self, level: str, code: str, quantity: int) -> None:
        """So many more of them were; fewer where it is negative."""
        row = self.taken.setdefault(level, {})
        row[code] = row.get(code, 0) + quantity


class OneOffs(Clause):
    """One-off rewards follow the level by points; a refund revokes what is left of a lost one.

    Numbers by reason: `granted` (a level given waits for the points), `legacy`, `rise` (the
    yearly list changes), `lost` (by a refund), `ready`.

    Args:
        thresholds: of the level by points.
        months: how long a service card of a one-off service lasts; None for no end.
    """

    def __init__(
        self, number: str, thresholds: Thresholds, *, months: int | None, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.thresholds = thresholds
        self.months = months

    # Granting.

    @on("activated", phase=GRANT, rank=40)
    def admitted(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Who is admitted has the one-offs of the level by points, not of those passed before."""
        yield from self._follow(d, happening.member, happening.cause)

    @on("spend", phase=GRANT, rank=40)
    def risen(self, d: Draft) -> Iterator[fx.Effect]:
        """Each rise of the level by points grants those of the level reached."""
        if d.of_member.status == "active":
            yield from self._follow(d, d.member, "spent")

    def _follow(self, d: Draft, member: str, cause: str) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        state, level = Granted.of(standing), self.thresholds.reached(standing)
        given = standing.facts.get(GRANTED)
        if level and d.program.rank(level) > max(map(d.program.rank, state.levels), default=-1):
            number = self.of("granted") if given else self.of(cause)
            yield from self._grant(d, member, level, state, number)
            state.levels.append(level)
            yield state.keep(member)
        elif given and cause != "spent":
            yield fx.Cite("one-offs wait for the points", number=self.of("granted"))

    def _grant(
        self, d: Draft, member: str, level: str, state: Granted, number: str
    ) -> Iterator[fx.Effect]:
        """What of a level's one-offs has not been collected or used before."""
        for code, quantity in ONCE[level].items():
            more, unit = quantity - state.had(level, code), right(code)
            end = self._end(d, code)
            yield fx.Credit(member, unit, more, level, end, "@rights", number=number)

    def _end(self, d: Draft, code: str) -> datetime | None:
        if code in GIFTS or self.months is None:
            return None
        return day_start(first_invalid_day(d.now.date(), self.months), d.now.tzinfo)

    @on("tier_changed", phase=GRANT, rank=45)
    def replaced(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """On a rise the yearly list of the new level holds; uses of the year count on."""
        if happening.cause in ("spent", "granted"):
            yield fx.Cite("yearly list", number=self.of("rise"))

    @on("apply", "bring_in", "grant", "spend", "refund", phase=FOLLOW, rank=60)
    def ready(self, d: Draft) -> Iterator[fx.Effect]:
        """The member is told whenever rewards are granted."""
        member = d.refund.original.member if d.refund else d.member
        once = any(
            p.owner == member and p.amount > 0 and p.account.startswith("right/")
            for p in d.postings
        )
        tier = d.standing(member).tier
        yearly = any(tier in per for per in YEARLY.values()) and any(
            h.member == member and h.fact in ("activated", "tier_changed") and h.cause != "refunded"
            for h in d.happenings
        )
        if once or yearly:
            yield fx.Raise("notice", "reward-ready", member, number=self.of("ready"))

    # Using.

    @on("use", phase=GRANT, rank=40)
    def count(self, d: Draft) -> Iterator[fx.Effect]:
        """Remember of which level a one-off was collected or used."""
        document = d.document(d.body.id or f"use-{d.event.id}")
        parts = document.content.get("granted") if document else None
        if parts and d.body.benefit in ONE_OFF:
            state = Granted.of(d.of_member)
            for _, quantity, level, *_ in parts:
                state.take(level, d.body.benefit, quantity)
            yield state.keep(d.member)

    def lapsed(self, standing: Standing, code: str) -> bool:
        """Whether some of what was granted once came to its end unused."""
        state = Granted.of(standing)
        left = sum(ONCE[lv].get(code, 0) - state.had(lv, code) for lv in state.levels)
        return left > standing.balance(right(code))

    # Losing.

    @on("refund", phase=GRANT, rank=40)
    def revoke(self, d: Draft) -> Iterator[fx.Effect]:
        """What is left of the lost levels goes, and the remaining level's comes in its place."""
        member = d.refund.original.member if d.refund else ""
        standing = d.standing(member)
        state, top = Granted.of(standing), self.thresholds.reached(standing)
        rank = d.program.rank
        lost = [level for level in state.levels if rank(level) > rank(top)]
        if standing.status != "active" or not lost:
            return
        loss = _Loss(state, lost, self.of("lost"))
        yield from loss.revoke(standing)
        beyond = loss.settle_yearly(standing)
        if top and top not in state.levels:
            state.levels.append(top)
            loss.cover_anew(top)
            yield from self._grant(d, member, top, state, self.of("lost"))
        yield from loss.cover_by_what_is_there(standing, top)
        if beyond or loss.gift or any(loss.over.values()):
            yield fx.Raise("flag", "used-reward-of-lost-level", member, number=self.of("lost"))
        kept = state.keep(member)
        kept.number = self.of("lost")
        yield kept


class _Loss:
    """What becomes of the rewards of lost levels.

    Attributes:
        gift: whether a gift of a lost level was collected; it takes the place of the next one.
        over: service → uses that no remaining reward covers yet.
    """

    def __init__(self, state: Granted, lost: list[str], number: str) -> None:
        self.state = state
        self.lost = lost
        self.number = number
        state.levels = [level for level in state.levels if level not in lost]
        # Nobody loses the lowest level, whatever becomes of its conditions.
        had = [(level, code) for level in lost if level != LEVELS[0] for code in ONCE[level]]
        self.gift = any(state.had(level, code) for level, code in had if code in GIFTS)
        self.over: Counter[str] = Counter()
        for level, code in had:
            if code not in GIFTS:
                self.over[code] += state.had(level, code)

    def revoke(self, standing: Standing) -> Iterator[fx.Effect]:
        """What was neither collected nor used is gone."""
        for code in ONE_OFF:
            for lot in standing.lots.get(right(code), ()):
                if lot.cls in self.lost:
                    yield self._off(standing.ref, code, lot.key, lot.amount)

    def _off(self, member: str, code: str, lot: str, quantity: int) -> fx.Effect:
        return fx.DebitLot(member, right(code), lot, quantity, "@rights", number=self.number)

    def settle_yearly(self, standing: Standing) -> bool:
        """Yearly uses beyond the level's own number; whether some can be covered by nothing."""
        beyond = False
        for code in SERVICES:
            own = YEARLY.get(code, ByTier()).get(standing.tier, 0)
            if code == CHILD_CARE and standing.tier == LEVELS[-1]:
                continue
            uses = sum(max(0, lot.amount - own) for lot in standing.lots.get(used(code), ()))
            new = uses - self.state.settled.get(code, 0)
            if new <= 0:
                continue
            self.state.settled[code] = uses
            if code in ONE_OFF:
                self.over[code] += new
            else:
                beyond = True
        return beyond

    def cover_anew(self, level: str) -> None:
        """What was had counts against the one-offs that are granted in the place of the lost."""
        for code, quantity in ONCE[level].items():
            left = quantity - self.state.had(level, code)
            if code in GIFTS:
                self.state.take(level, code, left if self.gift else 0)
            else:
                self._cover(level, code, min(left, self.over[code]))

    def cover_by_what_is_there(self, standing: Standing, top: str) -> Iterator[fx.Effect]:
        """What was granted before, and is unused, covers what is still open."""
        gift = f"gift-{top}"
        for lot in standing.lots.get(right(gift), ()) if self.gift and top else ():
            self.state.take(top, gift, lot.amount)
            yield self._off(standing.ref, gift, lot.key, lot.amount)
        for code in YEARLY:
            for lot in standing.lots.get(right(code), ()):
                part = min(lot.amount, self.over[code])
                if part:
                    self._cover(lot.cls, code, part)
                    yield self._off(standing.ref, code, lot.key, part)

    def _cover(self, level: str, code: str, quantity: int) -> None:
        """Uses of lost levels are uses of this one from now on."""
        self.over[code] -= quantity
        self.state.take(level, code, quantity)
        for lost in self.lost:
            part = min(quantity, self.state.had(lost, code))
            self.state.take(lost, code, -part)
            quantity -= part


class Reward(Quota):
    """A gift or gifted service of some levels, whatever became of the card.

    Numbers by reason: those of `Quota`, and `expired` (a service card after its end).
    """

    def __init__(self, number: str, benefit: str, one_offs: OneOffs, **numbers: str) -> None:
        per = YEARLY.get(benefit, ByTier())
        super().__init__(number, benefit, per=per, only=levels_with(benefit))
        self.about = benefit
        self.by_reason = numbers
        self.one_offs = one_offs

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """What is left today."""
        return 0 if no_membership(standing) else self.left_on(standing, now.date())

    @on("use", phase=GUARD, rank=28)
    def ended(self, d: Draft) -> Iterator[fx.Effect]:
        """A service card that ran out is no longer a right."""
        if d.body.benefit != self.benefit or self.left_on(d.of_member, d.event.day):
            return
        if self.one_offs.lapsed(d.of_member, self.benefit):
            yield fx.Refuse("expired", "use.benefit", number=self.of("expired"))


class NotPassedOn(Clause):
    """Goods are collected by the member alone."""

    def __init__(self, number: str, benefits: Collection[str]) -> None:
        super().__init__(number)
        self.benefits = benefits

    @on("use", phase=GUARD, rank=22)
    def own(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse the gift for somebody else."""
        if d.body.benefit in self.benefits and d.body.for_ not in (None, d.member):
            yield fx.Refuse("not_transferable", "use.for")


class CardEnds(Clause):
    """Where services are handed out as cards, the one-off ones say how long they last."""

    def __init__(self, number: str, *, cards: bool, months: int | None) -> None:
        super().__init__(number)
        self.cards = cards
        self.months = months

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        if self.cards and self.months is None:
            yield (
                "service_card_months",
                Said("以卡发放服务时须填写", "is needed where services are handed out as cards"),
            )


class GiftBudgets(Clause):
    """What the gift of each level is bought for, in fen."""

    def __init__(self, number: str, figures: Mapping[str, int]) -> None:
        super().__init__(number)
        self.figures = figures

    def check(self) -> Iterator[Problem]:
        """A higher level has no smaller gift."""
        for low, high in pairwise(LEVELS):
            if self.figures[high] < self.figures[low]:
                yield f"gift_budget_{high}", NOT_BELOW

    @on("use", phase=FOLLOW, rank=30)
    def worth(self, d: Draft) -> Iterator[fx.Effect]:
        """The gift handed out has the value of its level."""
        level = GIFTS.get(d.body.benefit)
        if level:
            yield fx.Cite(f"bought for {self.figures[level]} fen")


__all__ = [
    "CHILD_CARE", "CLEANINGS", "GIFTS", "ONCE", "ONE_OFF", "SERVICES", "YEARLY", "CardEnds",
    "GiftBudgets",
    "NotPassedOn", "OneOffs", "Reward", "levels_with",
]  # fmt: skip
