"""What only the five-tier programme knows: tiers by premium, check-ups, events, visits, cards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, SETTLE, Clause, on
from charterhouse.kernel.clauses.benefits import Offer
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.entitlements import PolicyQuota
from charterhouse.kernel.clauses.insurance import Policies, PolicyRule
from charterhouse.kernel.clauses.policies import IN_FORCE, POLICIES, Policy, policies_of
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY, notice_end
from charterhouse.kernel.problems import ABOVE_BELOW, Problem
from charterhouse.kernel.standing import Standing

SILVER, GOLD, HEALTH, PLATINUM, DIAMOND = TIERS = (
    "silver", "gold", "health-gold", "platinum", "diamond",
)  # fmt: skip
DIRECT = "direct-marketing"


class PremiumTiers(Policies):
    """The tier follows the premiums of all policies in force, a day after each change.

    Numbers by reason: those of `Policies`; `fall`.

    Args:
        thresholds: tier → least sum of annualised premiums in fen, low to high.
    """

    def __init__(
        self, number: str, cover: Cover, *, thresholds: Mapping[str, int], **numbers: str
    ) -> None:
        super().__init__(number, cover, tier_of=None, tiers=TIERS, **numbers)
        self.thresholds = thresholds

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        least = -1
        for tier, threshold in self.thresholds.items():
            if threshold <= least:
                yield f"{tier.replace('-', '_')}_from", ABOVE_BELOW
            least = threshold

    def earned(self, policies: Iterable[Policy], day: date) -> str:
        """The tier by the policies as they are on a day; "" for none."""
        total = direct = 0
        for policy in policies:
            contract = policy.contract(day)
            if contract.state == IN_FORCE:
                total += contract.premium or 0
                direct += (contract.premium or 0) * (policy.channel == DIRECT)
        reached = [
            tier for tier, least in self.thresholds.items() if total >= least and tier != HEALTH
        ]
        health = self.thresholds[HEALTH]
        tier = reached[-1] if reached else ""
        return HEALTH if tier == GOLD and total >= health and direct >= health else tier

    def tier(self, standing: Standing, day: date) -> str:
        """The tier that holds on a day."""
        policies = [Policy.load(id_, raw) for id_, raw in standing.facts[POLICIES].items()]
        if all(policy.contract(day).state != IN_FORCE for policy in policies):
            return ""
        first = min(policies, key=lambda policy: policy.effective)
        if day <= first.effective:
            return self.earned([first], day)
        return self.earned(policies, day - ONE_DAY)

    def _grade(self, d: Draft, member: str, day: date) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        tier, before = self.tier(standing, day), standing.tier
        if tier != before:
            yield fx.Change(member, {"tier": tier}, number=self.of("tier"))
            if ("", *TIERS).index(tier) < ("", *TIERS).index(before):
                yield fx.Cite("fall", number=self.of("fall"))
            yield fx.Announce("tier_changed", member)

    def turns(self, policy: Policy) -> Iterator[date]:
        """See `Policies`: the day of a change, and the day after it."""
        for day in self.cover.turns(policy):
            yield day
            yield day + ONE_DAY


class TierQuota(PolicyQuota):
    """A benefit without limit that certain tiers have.

    Args:
        tiers: that have it.
        none: number that refuses whoever has no tier at all.
    """

    order: ClassVar[int] = 10

    def __init__(
        self, number: str, benefit: str, *, cover: Cover, tiers: Collection[str], at_once: bool,
        none: str,
    ) -> None:  # fmt: skip
        super().__init__(number, benefit, cover=cover, per=None, at_once=at_once, none=none)
        self.tiers = frozenset(tiers)

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Without limit for the tiers that have it."""
        return None if standing.status == "active" and standing.tier in self.tiers else 0

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """The tier does not have it."""
        if code != self.benefit or d.of_member.tier in self.tiers:
            return None
        number = self.number if d.of_member.tier else self.of("none")
        return fx.Refuse("tier_too_low", f"{d.body.verb}.member", number=number)


class CheckUp(PolicyRule, Offer):
    """A check-up for the insured, possible again some months after the last one.

    Numbers by reason: `tier`, `none` (no tier at all).

    Args:
        months: tier → months after which the next one is possible.
    """

    order: ClassVar[int] = 10
    fact = "last_check_up"

    def __init__(
        self, number: str, benefit: str, *, months: Mapping[str, int], **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.benefit = benefit
        self.benefits = (benefit,)
        self.months = months

    def possible(self, standing: Standing, day: date) -> bool:
        """Whether one is possible on a day, by the tier held then."""
        last = standing.facts.get(self.fact)
        return last is None or day >= notice_end(
            date.fromisoformat(last), self.months[standing.tier]
        )

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """One, when one is possible today."""
        has = standing.status == "active" and standing.tier in self.months
        return int(has and self.possible(standing, now.date()))

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """It is for somebody else, the tier does not have it, or the last one is too near."""
        standing = d.of_member
        if code != self.benefit:
            return None
        if standing.tier not in self.months:
            number = self.of("tier") if standing.tier else self.of("none")
            return fx.Refuse("tier_too_low", "use.member", number=number)
        if d.body.for_ not in (None, d.member):
            return fx.Refuse("wrong_person", "use.for")
        if d.body.quantity > 1 or not self.possible(standing, d.event.day):
            return fx.Refuse("too_early", "use.benefit")
        return None

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep its day."""
        if d.body.benefit != self.benefit:
            return
        yield fx.Keep(d.member, self.fact, d.event.day.isoformat())
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": self.benefit, "quantity": 1, "policy": d.policy, "parts": [],
            "at": d.now.isoformat(), "tier": d.of_member.tier,
        })  # fmt: skip
        yield fx.Announce("used", d.member)


class TierEvents(Offer):
    """Customer events, in which certain tiers take part.

    Numbers by reason: `none` (no tier at all), `status`, `over` (no policy in force any more),
    `part` (who took part).

    Args:
        tiers: that are invited.
    """

    def __init__(
        self, number: str, benefit: str, *, tiers: Collection[str], **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.benefits = (benefit,)
        self.tiers = frozenset(tiers)

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Without limit for the tiers that have them."""
        return None if standing.status == "active" and standing.tier in self.tiers else 0

    @on("take_part", phase=GUARD)
    def invited(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse everybody else."""
        standing = d.of_member
        if standing.status != "active":
            reason = "suspended" if standing.status == "lapsed" else "not_active"
            number = self.of("over" if standing.status in ("lapsed", "ended") else "status")
            yield fx.Refuse(reason, "take_part.member", number=number)
        elif standing.tier not in self.tiers:
            number = self.number if standing.tier else self.of("none")
            yield fx.Refuse("tier_too_low", "take_part.member", number=number)

    @on("take_part", phase=FOLLOW)
    def took_part(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on the member's file."""
        yield fx.Cite("benefit")
        yield fx.Cite("took part", number=self.of("part"))


class RelativesTier(PolicyRule):
    """Relatives are served while the insured is of certain tiers.

    Args:
        services: that are shared.
        tiers: the tiers.
    """

    order: ClassVar[int] = 15

    def __init__(self, number: str, *, services: Collection[str], tiers: Collection[str]) -> None:
        super().__init__(number)
        self.services = frozenset(services)
        self.tiers = frozenset(tiers)

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """The tier has fallen below."""
        other = d.body.for_ not in (None, d.member)
        if other and code in self.services and d.of_member.tier not in self.tiers:
            return fx.Refuse("tier_too_low", "request.for")
        return None


class VisitorOfStay(Clause):
    """One visitor's ticket for each stay in hospital, known by the person and its first day.

    Args:
        service, item: of the request that takes it.
    """

    fact = "visitors"
    """Keeps request → stay."""

    def __init__(self, number: str, *, service: str, item: str) -> None:
        super().__init__(number)
        self.service = service
        self.item = item

    def _stay(self, d: Draft) -> list[str] | None:
        told = d.body.details or {}
        if d.body.service != self.service or told.get("item") != self.item:
            return None
        return [d.body.for_ or d.member, str(told.get("admitted_on"))]

    @on("request", phase=GUARD, rank=60)
    def once(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a second visitor of a stay."""
        stay = self._stay(d)
        if stay is not None and stay in d.of_member.facts.get(self.fact, {}).values():
            yield fx.Refuse("quota_used", "request.details.admitted_on")

    @on("request", phase=GRANT, rank=60)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """The stay has its visitor."""
        stay = self._stay(d)
        if stay is not None:
            kept = d.of_member.facts.get(self.fact, {})
            yield fx.Keep(d.member, self.fact, {**kept, d.body.id: stay})

    @on("cancel", "close", phase=GRANT, rank=60)
    def give_back(self, d: Draft) -> Iterator[fx.Effect]:
        """What did not take place takes no ticket."""
        kept = d.of_member.facts.get(self.fact, {})
        unused = d.body.verb == "cancel" or d.body.outcome == "failed"
        if unused and d.body.request in kept:
            left = {id_: stay for id_, stay in kept.items() if id_ != d.body.request}
            yield fx.Keep(d.member, self.fact, left or None)


class CardOfMember(Clause):
    """A card is issued when the service opens."""

    @on("activated", phase=GRADE, rank=95)
    def issue(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Once; later changes of the policies leave it."""
        if d.standing(happening.member).card == "none":
            values = {"card": "active", "card_no": d.event.serial}
            yield fx.Change(happening.member, values)


def first_policy_year(standing: Standing, day: date) -> str:
    """The policy year of the first policy to which a day belongs."""
    policies = policies_of(standing)
    return policies[0].year_start(day).isoformat() if policies else ""


__all__ = [
    "DIAMOND", "GOLD", "HEALTH", "PLATINUM", "SILVER", "TIERS", "CardOfMember", "CheckUp",
    "PremiumTiers", "RelativesTier", "TierEvents", "TierQuota", "VisitorOfStay",
    "first_policy_year",
]  # fmt: skip
