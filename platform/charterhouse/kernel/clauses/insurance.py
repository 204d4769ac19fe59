"""Insurance: a policy makes the insured a member; what becomes of it makes the status.

`Policies` registers policies and their changes, keeps the status, and chooses the policy by which
a request or a use is served: the one with the earliest effect to which nothing objects. What may
object beside the state of the policy itself are the `PolicyRule`s of the charter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, RIGHTS, Clause, Text, on
from charterhouse.kernel.clauses.cover import RANKING, REFUSALS, Cover
from charterhouse.kernel.clauses.policies import (
    CHANGES,
    EXPIRED,
    LAPSED,
    REINSTATED,
    RENEWED,
    SURRENDERED,
    Change,
    Policy,
    keep,
    policies_of,
    policy_of,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.vocabulary import Policy as PolicyBody

SPEAKS_OF = {
    LAPSED: "lapsed", REINSTATED: "lapsed", SURRENDERED: "surrendered", EXPIRED: "expired",
}  # fmt: skip
"""Change of a policy → the reason of `Policies` whose number speaks of it, beside `change`."""


class PolicyRule(Clause):
    """Base of clauses that may object to a policy serving what is asked for.

    Attributes:
        order: in which they are asked; of several policies to which something objects, the one
            that comes furthest gives the refusal.
    """

    order: ClassVar[int] = 50

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """See `Clause.objects`."""
        raise NotImplementedError

    def excludes(self, _d: Draft, _policy: Policy, _code: str) -> fx.Refuse | None:
        """The refusal where the policy does not hold the service at all; asked before all else."""
        return None


def asked_for(d: Draft) -> str:
    """The service of a request, or the benefit of a use."""
    return str(d.body.service if d.body.verb == "request" else d.body.benefit)


Among = Collection[str] | None
"""The services and benefits about which a rule is; None for all."""


def among(services: Among, code: str) -> bool:
    """Whether a rule is about a service or benefit."""
    return services is None or code in services


class Policies(Clause):
    """Policies are registered and changed; the status follows; requests are served by one.

    Numbers by reason: `status`, `change`, `term` (the last service day), `none` (there is no
    policy), `unopened`, `surrendered`, `expired` (the policy), `over` (the service's own term),
    `lapsed`, `outstanding`.

    Args:
        cover: when the service of a policy opens and ends.
        tier_of: the tier that a person's policies give on a day; None where there are no tiers.
        tiers: low to high.
    """

    due_rank = 20

    def __init__(
        self, number: str, cover: Cover, *,
        tier_of: Callable[[list[Policy], date], str] | None = None, tiers: Iterable[str] = (),
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.cover = cover
        self.tier_of = tier_of
        self.tiers = tuple(tiers)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        tiers = {"tier": self.tiers} if self.tiers else {}
        return {"policy_change.to": CHANGES, **tiers}

    def tiers_in_order(self) -> Iterable[str]:
        """See `Clause.tiers_in_order`."""
        return self.tiers

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("policies",)

    # Registration and changes.

    @on("policy", phase=GUARD)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """Its last day is not before its first."""
        if d.body.until is not None and d.body.until < d.body.effective:
            yield fx.Refuse("not_eligible", "policy.until")

    @on("policy", phase=GRADE)
    def register(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it; the insured person is a member by it."""
        yield from keep(d, d.member, read(d.body))
        yield fx.Cite("status", number=self.of("status"))
        yield from self.refresh(d, d.member)

    @on("policy_change", phase=GUARD)
    def possible(self, d: Draft) -> Iterator[fx.Effect]:
        """Nothing becomes of what was surrendered; only what has lapsed is reinstated."""
        policy = policy_of(d.of_member, d.body.policy)
        if policy is None:
            return
        day = d.body.effective or d.event.day
        state = policy.contract(day, by_until=False).state
        wrong = (
            state == SURRENDERED
            or (d.body.to == REINSTATED and state != LAPSED)
            or (d.body.to == RENEWED and day <= policy.effective)
        )
        if wrong:
            yield fx.Refuse("order_violation", "policy_change.to", number=self.of("change"))

    @on("policy_change", phase=GRADE)
    def change(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the change; it acts from its day."""
        policy = policy_of(d.of_member, d.body.policy)
        if policy is None:
            return
        body = d.body
        change = Change(body.effective or d.event.day, body.to, body.premium, body.sum_insured)
        yield from keep(d, d.member, policy.with_change(change), self.of("change"))
        if body.to in SPEAKS_OF:
            yield fx.Cite(body.to, number=self.of(SPEAKS_OF[body.to]))
        yield from self.refresh(d, d.member)

    @on("pay_premium", "record", phase=GRADE, rank=80)
    def follow(self, d: Draft) -> Iterator[fx.Effect]:
        """What other clauses have kept of a policy may change what it gives."""
        if d.member:
            yield from self.refresh(d, d.member)

    # The status.

    def given(self, standing: Standing, day: date) -> tuple[str, date | None] | None:
        """The best status and the latest service day of a person's policies; None without any."""
        policies = policies_of(standing)
        if not policies:
            return None
        states = (self.cover.state(policy, day).status for policy in policies)
        lasts = [self.cover.valid_until(policy, day) for policy in policies]
        until = None if None in lasts else max(last for last in lasts if last is not None)
        return min(states, key=RANKING.index), until

    def refresh(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        """Set status, last service day and tier to what the policies give now."""
        standing, day = d.standing(member), d.now.date()
        for policy in policies_of(standing):
            fixed = self.cover.fixed(policy, day)
            if fixed is not policy:
                yield from keep(d, member, fixed, self.of("status"))
        given = self.given(standing, day)
        if given is None:
            return
        status, until = given
        before = standing.status
        if status != before:
            since = {"since": day} if status == "active" and standing.since is None else {}
            yield fx.Change(member, {"status": status, **since}, number=self.of("status"))
        if until != standing.valid_until:
            yield fx.Change(member, {"valid_until": until}, number=self.of("term"))
        yield from self._grade(d, member, day)
        if status != before:
            yield from _tell(member, before, status)

    def _grade(self, d: Draft, member: str, day: date) -> Iterator[fx.Effect]:
        if self.tier_of is None:
            return
        standing = d.standing(member)
        tier = self.tier_of(policies_of(standing), day)
        if tier != standing.tier:
            yield fx.Change(member, {"tier": tier}, number=self.of("tier"))
            yield fx.Announce("tier_changed", member)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next day on which a policy may give something else.

        At once where a new version of the charter has just made it something else.
        """
        today = after.date()
        given = self.given(standing, today)
        if given is not None and given != (standing.status, standing.valid_until):
            return after + timedelta(microseconds=1)
        days = [
            day for policy in policies_of(standing) for day in self.turns(policy) if day > today
        ]
        return day_start(min(days), after.tzinfo) if days else None

    def turns(self, policy: Policy) -> Iterator[date]:
        """The days on which what a policy gives may change."""
        return self.cover.turns(policy)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The status follows."""
        yield from self.refresh(draft, member)

    # Serving.

    @on("request", "use", phase=RIGHTS, rank=60)
    def choose(self, d: Draft) -> Iterator[fx.Effect]:
        """The policy named, or the one with the earliest effect to which nothing objects."""
        named = (d.body.details or {}).get("policy")
        policies = policies_of(d.of_member)
        if named is not None:
            policies = [policy for policy in policies if policy.id == named]
            if not policies:
                yield fx.Refuse("unknown", f"{d.body.verb}.details.policy")
        objections: list[tuple[int, fx.Refuse]] = []
        for policy in policies:
            found = self._objection(d, policy)
            if found is None:
                yield fx.Under(policy.id, number=self.of("term"))
                return
            objections.append(found)
        if objections:
            yield max(objections, key=lambda each: each[0])[1]
        else:
            yield fx.Refuse("not_active", f"{d.body.verb}.member", number=self.of("none"))

    def _objection(self, d: Draft, policy: Policy) -> tuple[int, fx.Refuse] | None:
        state = self.cover.state(policy, d.event.day)
        if state.reason:
            refusal = fx.Refuse(
                REFUSALS[state.reason], f"{d.body.verb}.member", number=self.of(state.reason)
            )
            return -RANKING.index(state.status), refusal
        rules = [clause for clause in d.program.clauses if isinstance(clause, PolicyRule)]
        rules.sort(key=lambda each: (each.order, each.number, each.about))
        code = asked_for(d)
        asked = [
            *((0, rule, rule.excludes) for rule in rules),
            *((rule.order, rule, rule.objects) for rule in rules),
        ]
        for order, rule, objects in asked:
            refusal_by_rule = objects(d, policy, code)
            if refusal_by_rule is not None:
                refusal_by_rule.number = refusal_by_rule.number or rule.number
                return order, refusal_by_rule
        return None

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "被保险人凭保单成为会员；状态随保单而定。",
                "The policy makes the insured person a member; the status follows the policy.",
            )
        }


def _tell(member: str, before: str, status: str) -> Iterator[fx.Effect]:
    if status == "active":
        yield fx.Announce("activated", member, "joined" if before in ("none", "approved") else "")
    elif status in ("lapsed", "ended"):
        yield fx.Announce(status, member)


def read(body: PolicyBody) -> Policy:
    """A policy as it is registered."""
    return Policy(
        id=body.id,
        effective=body.effective,
        until=body.until,
        cooling_off_until=body.cooling_off_until,
        waiting_days=body.waiting_days,
        product=body.product or "",
        channel=body.channel or "",
        premium=body.premium,
        sum_insured=body.sum_insured,
        details=dict(body.details or {}),
    )


class PolicyEntry(Clause):
    """A policy that does not meet a condition is refused and opens nothing.

    Args:
        meets: the condition.
        reason: code of the refusal.
        field: of the policy that the condition is about.
    """

    def __init__(
        self, number: str, meets: Callable[[Policy], bool], *, reason: str = "not_eligible",
        field: str = "product",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.meets = meets
        self.reason = reason
        self.field = self.about = field

    @on("policy", phase=GUARD, rank=40)
    def enter(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse it."""
        if not self.meets(read(d.body)):
            yield fx.Refuse(self.reason, f"policy.{self.field}")


def in_details(name: str, default: Any = None) -> Callable[[Policy], Any]:
    """A detail of a policy."""
    return lambda policy: policy.details.get(name, default)


__all__ = [
    "Among", "Policies", "PolicyEntry", "PolicyRule", "among", "asked_for", "in_details", "read",
]  # fmt: skip
