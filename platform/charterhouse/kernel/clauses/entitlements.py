"""Entitlements by policy: counts per period, waiting, persons, network, and what is not included."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, RIGHTS, SETTLE, Binding, Clause, Text, on
from charterhouse.kernel.clauses.benefits import Counted
from charterhouse.kernel.clauses.cover import Cover, Period, policy_year
from charterhouse.kernel.clauses.insurance import Among, PolicyRule, among, asked_for
from charterhouse.kernel.clauses.policies import (
    REINSTATED,
    RENEWED,
    Policy,
    keep,
    policies_of,
    policy_of,
    serving,
)
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import Lot, freeze, used
from charterhouse.kernel.periods import ONE_DAY, first_invalid_day
from charterhouse.kernel.standing import Standing

Per = int | None | Callable[[Policy], int | None]
"""Uses in a period, by policy where they differ; None for no limit."""


def _asked_in(d: Draft) -> str:
    """The field that names the service or the benefit."""
    return "request.service" if d.body.verb == "request" else "use.benefit"


class PolicyQuota(PolicyRule, Counted):
    """A service with a number of uses per policy and period; nothing is carried over.

    Numbers by reason: `used` (the count is used up), `excluded` (the policy does not have it).

    Args:
        benefit: the service.
        cover: by which the policies are open.
        per: uses in a period.
        period: of the number.
        only: the policies that have the service; None for all.
        at_once: whether it is taken on the spot, with `use`.
    """

    order: ClassVar[int] = 80

    def __init__(
        self, number: str, benefit: str, *, cover: Cover, per: Per, period: Period = policy_year,
        only: Callable[[Policy], bool] | None = None, at_once: bool = False, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.benefit = self.about = benefit
        self.benefits = (benefit,)
        self.cover = cover
        self.per = per
        self.period = period
        self.holds = only
        self.at_once = at_once

    def allowance(self, policy: Policy) -> int | None:
        """Uses of a policy in a period."""
        return self.per(policy) if callable(self.per) else self.per

    def left(self, standing: Standing, policy: Policy, day: date) -> int | None:
        """What is left of a policy in the period of a day; None without limit."""
        allowance = self.allowance(policy)
        if allowance is None:
            return None
        key = self.period(self.cover, policy, day)
        lots = standing.lots.get(used(self.benefit), ())
        return max(0, allowance - sum(lot.amount for lot in lots if lot.key == key))

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """What is left of all open policies together."""
        left = 0
        for policy in policies_of(standing):
            if self.cover.state(policy, now.date()).reason or not self._has(policy):
                continue
            own = self.left(standing, policy, now.date())
            if own is None:
                return None
            left += own
        return left

    def until(self, standing: Standing, day: date) -> date | None:
        """The last day of the period that ends first, of the open policies; None for no end."""
        ends = [
            self._period_end(policy, day)
            for policy in policies_of(standing)
            if not self.cover.state(policy, day).reason and self._has(policy)
        ]
        return min((end for end in ends if end is not None), default=None)

    def _period_end(self, policy: Policy, day: date) -> date | None:
        """The last day on which a count is the same one, and its policy open."""
        here = self.period(self.cover, policy, day)
        years = {policy.year_start(day), self.cover.year(policy, day)}
        turns = {first_invalid_day(start, 12) for start in years} | {*self.cover.turns(policy)}
        for turn in sorted(each for each in turns if each > day):
            closed = self.cover.state(policy, turn).reason
            if closed or self.period(self.cover, policy, turn) != here:
                return turn - ONE_DAY
        return None

    def _has(self, policy: Policy) -> bool:
        return self.holds is None or self.holds(policy)

    def excludes(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """The policy does not have it."""
        if code != self.benefit or self._has(policy):
            return None
        return fx.Refuse("not_included", _asked_in(d), number=self.of("excluded"))

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """Its count is used up."""
        if code != self.benefit:
            return None
        left = self.left(d.of_member, policy, d.event.day)
        if left is not None and left < getattr(d.body, "quantity", 1):
            return fx.Refuse("quota_used", _asked_in(d), number=self.of("used"))
        return None

    def consume(
        self, d: Draft, member: str, quantity: int
    ) -> Generator[fx.Effect, None, dict[str, Any]]:
        """Take uses of the policy that serves, in the period of the day."""
        policy = serving(d)
        if policy is None:
            return {}
        key = self.period(self.cover, policy, d.event.day)
        yield fx.Credit(member, used(self.benefit), quantity, key, against="@uses")
        return {"parts": [freeze(Lot(key, quantity, key))], "granted": []}

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Count a use on the spot."""
        if d.body.benefit != self.benefit or not self.at_once:
            return
        parts = yield from self.consume(d, d.member, d.body.quantity)
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": self.benefit, "quantity": d.body.quantity, "policy": d.policy, **parts,
            "at": d.now.isoformat(), "tier": d.program.tier,
        })  # fmt: skip
        yield fx.Announce("used", d.member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "每份保单每期按约定次数享受，用完为止，不结转。",
                "Each policy has a number of uses in each period; nothing is carried over.",
            )
        }


class Waiting(PolicyRule):
    """Services are usable only after some days of waiting.

    Waiting of n days that starts on day D leaves the first usable day D + n. A new policy year
    and a renewal have none, unless `always`.

    Args:
        days: of waiting.
        services: that wait; None for all.
        own: whether the days that a policy states itself go before.
        start: the day from which they count; the effect of the policy unless named.
        restarts: whether every reinstatement starts them again.
        when: the policies that wait by this clause.
        always: whether a new policy year waits as well.
    """

    order: ClassVar[int] = 30

    def __init__(
        self, number: str, *, days: int, services: Among = None, own: bool = True,
        start: Callable[[Policy], date] | None = None, restarts: bool = False,
        when: Callable[[Policy], bool] | None = None, always: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.days = days
        self.services = services
        self.own = own
        self.start = start
        self.restarts = restarts
        self.when = when
        self.always = always

    def length(self, policy: Policy) -> timedelta:
        """How long a policy waits."""
        stated = policy.waiting_days if self.own else None
        return timedelta(days=self.days if stated is None else stated)

    def usable_from(self, policy: Policy, day: date) -> date:
        """The first usable day, as it is on a day."""
        start = self.start(policy) if self.start else policy.effective
        if self.restarts:
            start = max((start, *policy.days(REINSTATED, day)))
        first = start + self.length(policy)
        if self.always or self.restarts:
            return first
        return min((first, first_invalid_day(start, 12), *policy.days(RENEWED, day)))

    def waits(self, policy: Policy, day: date) -> bool:
        """Whether a policy waits on a day."""
        concerned = self.when is None or self.when(policy)
        return concerned and day < self.usable_from(policy, day)

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """It is not over."""
        if among(self.services, code) and self.waits(policy, d.event.day):
            return fx.Refuse("waiting_period", f"{d.body.verb}.member")
        return None

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        stated = "（保单另有约定的从其约定）" if self.own else ""
        return {
            self.number: (
                f"等待期{self.days}日{stated}：自起算日起满{self.days}日的次日可用。",
                f"Waiting of {self.days} days{' unless the policy states its own' if self.own else ''}: "
                "the first usable day is the starting day plus the days.",
            )
        }


Covers = Callable[[Draft, Policy, str, str], bool]
"""Whether another person may be served: (draft, policy, person, service)."""


class Insured(PolicyRule):
    """The insured in person is served, and others only where they are covered.

    Args:
        services: about which the rule is; None for all.
        covers: who else is served.
        reason: code of the refusal.
    """

    order: ClassVar[int] = 20

    def __init__(
        self, number: str, *, services: Among = None, covers: Covers | None = None,
        reason: str = "wrong_person",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.services = services
        self.covers = covers
        self.reason = reason

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """It is asked for somebody who is not covered."""
        person = d.body.for_
        if person in (None, d.member) or not among(self.services, code):
            return None
        if self.covers is not None and self.covers(d, policy, person, code):
            return None
        return fx.Refuse(self.reason, f"{d.body.verb}.for")

    def bound(self) -> Iterable[Binding]:
        """Only where others may be served."""
        return self.bindings if self.covers is not None else ()

    @on("request", "use", phase=GUARD, rank=70)
    def passed_on(self, d: Draft) -> Iterator[fx.Effect]:
        """What is served to another person speaks."""
        if d.body.for_ not in (None, d.member) and among(self.services, asked_for(d)):
            yield fx.Cite("for")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {self.number: ("仅限被保险人本人使用。", "For the insured person only.")}


def in_policy(name: str) -> Covers:
    """Persons whom a policy names in a list among its details."""

    def covers(_d: Draft, policy: Policy, person: str, _code: str) -> bool:
        listed = policy.details.get(name)
        return isinstance(listed, list) and person in listed

    return covers


def of_services(services: Collection[str]) -> Covers:
    """Anybody, for certain services."""
    return lambda _d, _policy, _person, code: code in services


class NotIncluded(Clause):
    """Services that the charter does not have, and services asked for in the wrong form.

    Numbers by reason: `form`.

    Args:
        requested: the services that are asked for with `request`.
        used: those that are taken on the spot, with `use`.
        known: all services by their codes; those of neither are refused.
    """

    def __init__(
        self, number: str, *, requested: Collection[str], used: Collection[str],
        known: Collection[str], **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.requested = frozenset(requested)
        self.used = frozenset(used)
        self.known = tuple(known)

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"request.service": self.known, "benefit": self.known}

    @on("request", "use", phase=RIGHTS, rank=40)
    def included(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse what is not there, or not in this form."""
        code = asked_for(d)
        asked = d.body.verb == "request"
        field = "request.service" if asked else "use.benefit"
        if code not in self.requested | self.used:
            yield fx.Refuse("not_included", field)
        elif code not in (self.requested if asked else self.used):
            yield fx.Refuse("form_required", field, number=self.of("form"))


class InNetwork(Clause):
    """A hospital that is asked for must be in the network.

    Args:
        services: about which the rule is; None for all.
        besides: services that it leaves out.
    """

    def __init__(
        self, number: str, *, services: Among = None, besides: Collection[str] = ()
    ) -> None:
        super().__init__(number)
        self.services = services
        self.besides = frozenset(besides)

    def concerns(self, code: str) -> bool:
        """Whether the rule is about a service."""
        return among(self.services, code) and code not in self.besides

    @on("request", phase=GUARD, rank=30)
    def inside(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse one that is not."""
        outside = (d.body.hospital or {}).get("in_network") is False
        if outside and self.concerns(d.body.service):
            yield fx.Refuse("not_in_network", "request.hospital.in_network")


class AfterFirst(PolicyRule):
    """A service opens only after certain services have first been given under the policy.

    Args:
        services: of which the first one served opens it.
        opens: the service.
        task: raised by that first one.
        reason: code of the refusal before.
    """

    order: ClassVar[int] = 40

    def __init__(
        self, number: str, opens: str, *, services: Collection[str], task: str = "",
        reason: str = "too_early",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.opens = self.about = opens
        self.services = frozenset(services)
        self.task = task
        self.reason = reason

    @property
    def mark(self) -> str:
        """Under which the policy keeps the day of the first one."""
        return f"first/{self.opens}"

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """There was none yet."""
        if code == self.opens and self.mark not in policy.marks:
            return fx.Refuse(self.reason, f"{d.body.verb}.member")
        return None

    @on("close", phase=FOLLOW)
    def served(self, d: Draft) -> Iterator[fx.Effect]:
        """The first one is kept with the policy."""
        request = d.subject
        if request is None or d.body.outcome != "served":
            return
        policy = policy_of(d.of_member, request.content.get("policy", ""))
        if policy is None or request.content["service"] not in self.services:
            return
        if self.mark in policy.marks:
            return
        marked = policy.with_mark(self.mark, d.event.day.isoformat())
        yield from keep(d, d.member, marked)
        if self.task:
            yield fx.Raise("task", self.task, d.member, about={"request": request.id})


OPEN_REQUESTS = "open_requests"
"""The fact that keeps the open requests of certain services: id → service."""


class Beside(Clause):
    """A service is given only beside another one that is open.

    Args:
        service: that depends on others.
        others: any of which has to be open.
        reason: code of the refusal otherwise.
    """

    def __init__(
        self, number: str, service: str, *, others: Collection[str],
        reason: str = "order_violation",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.service = self.about = service
        self.others = frozenset(others)
        self.reason = reason

    @on("request", phase=GUARD, rank=60)
    def beside(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse it alone."""
        if d.body.service == self.service and not d.of_member.facts.get(OPEN_REQUESTS):
            yield fx.Refuse(self.reason, "request.service")

    @on("request", "decide", "cancel", "close", phase=FOLLOW)
    def remember(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep which of the others are open."""
        id_ = d.body.id if d.body.verb == "request" else d.body.request
        document = d.document(id_)
        if document is None or document.content.get("service") not in self.others:
            return
        kept = d.of_member.facts.get(OPEN_REQUESTS, {})
        left = {key: service for key, service in kept.items() if key != id_}
        if document.content["status"] in OPEN:
            left[id_] = document.content["service"]
        if left != kept:
            yield fx.Keep(d.member, OPEN_REQUESTS, left or None)


__all__ = [
    "AfterFirst", "Beside", "Covers", "InNetwork", "Insured", "NotIncluded", "PolicyQuota",
    "Waiting", "in_policy", "of_services",
]  # fmt: skip
