"""Relatives who share the services of an insured person: named, replaced, served, barred."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.diagnoses import diagnoses_of
from charterhouse.kernel.clauses.insurance import Among, PolicyRule, among, asked_for
from charterhouse.kernel.clauses.policies import LAPSED, REINSTATED, Policy
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import age_on
from charterhouse.kernel.standing import Standing

RELATIVES = "relatives"
"""The fact that keeps the relatives named: person → relation, birth date, day of naming."""

REPLACED = "relatives_replaced"
"""The fact that keeps in which periods a relative was replaced, each time."""

FORMER = "relatives_former"
"""The fact that keeps the relatives who were replaced."""


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative whom an insured person has named."""

    person: str
    relation: str
    born: date | None
    since: date

    def age(self, day: date) -> int | None:
        """Completed years on a day; None where the birth date is not known."""
        return None if self.born is None else age_on(self.born, day)


def relatives_of(standing: Standing) -> dict[str, Relative]:
    """The relatives of a person who share the services, in the order of their naming."""
    return {
        person: Relative(
            person, raw["relation"], date.fromisoformat(raw["born"]) if raw["born"] else None,
            date.fromisoformat(raw["since"]),
        )
        for person, raw in standing.facts.get(RELATIVES, {}).items()
    }  # fmt: skip


DayOf = Callable[[Standing, date], date]
"""The day on which something counts: (standing of the insured, today)."""


def today(_standing: Standing, day: date) -> date:
    """On the day itself."""
    return day


class Relatives(Clause):
    """Relatives are named by the insured, up to a number, and replaced rarely or never.

    Numbers by reason: `relation`, `aged`, `full`, `caller`, `tier`, `replaced`.

    Args:
        most: how many.
        relations: those that may be named; None for any.
        age: whether an age will do, in completed years; None asks no birth date.
        age_day: the day on which the age counts.
        by_insured: whether only the insured in person may name them.
        tiers: tiers whose members may; None for all.
        replaces: how often one may be replaced in a period.
        period: the period of a day for that; None where nobody is ever replaced.
    """

    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {"name_relative": ("person",)}

    def __init__(
        self, number: str, *, most: int, relations: Collection[str] | None = None,
        age: Callable[[int], bool] | None = None, age_day: DayOf = today, by_insured: bool = False,
        tiers: Collection[str] | None = None, replaces: int = 0,
        period: Callable[[Standing, date], str] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.most = most
        self.relations = relations
        self.age = age
        self.age_day = age_day
        self.by_insured = by_insured
        self.tiers = tiers
        self.replaces = replaces
        self.period = period

    # Naming.

    @on("name_relative", phase=GUARD)
    def may_name(self, d: Draft) -> Iterator[fx.Effect]:
        """By the insured, of a tier that has it, a relative who fits, within the number."""
        yield from self._right(d)
        named = relatives_of(d.of_member)
        if d.body.person in named:
            yield fx.Refuse("order_violation", "name_relative.person")
        if len(named) >= self.most:
            yield fx.Refuse("full", "name_relative.person", number=self.of("full"))
        yield from self._fits(d, self._told(d))

    def _right(self, d: Draft) -> Iterator[fx.Effect]:
        verb = d.body.verb
        if self.by_insured and d.body.by not in (None, "customer", d.member):
            yield fx.Refuse("wrong_person", f"{verb}.by", number=self.of("caller"))
        if d.of_member.status == "none":
            yield fx.Refuse("not_active", f"{verb}.member")
        if self.tiers is not None and d.of_member.tier not in self.tiers:
            yield fx.Refuse("tier_too_low", f"{verb}.member", number=self.of("tier"))

    def _told(self, d: Draft) -> Relative:
        """Who is named, as it is told; a birth date on file counts as well."""
        body = d.body
        if body.verb == "name_relative":
            born = body.born or d.peek(body.person).born
            return Relative(body.person, body.relation, born, d.event.day)
        changes = body.changes
        return Relative(
            str(changes.get("relative_in", "")), str(changes.get("relation", "")),
            _day(changes.get("born")), d.event.day,
        )  # fmt: skip

    def _fits(self, d: Draft, relative: Relative) -> Iterator[fx.Effect]:
        verb = d.body.verb
        wrong = self.relations is not None and relative.relation not in self.relations
        if wrong or relative.person in ("", d.member):
            yield fx.Refuse("not_eligible", f"{verb}.relation", number=self.of("relation"))
        if self.age is None:
            return
        years = relative.age(self.age_day(d.of_member, d.event.day))
        if years is None:
            yield fx.Lack("born", number=self.of("aged"))
        elif not self.age(years):
            yield fx.Refuse("age_limit", f"{verb}.born", number=self.of("aged"))

    @on("name_relative", phase=GRADE)
    def name(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the relative; what was asked of the naming speaks."""
        asked = {
            "relation": self.relations is not None, "aged": self.age is not None,
            "caller": self.by_insured, "tier": self.tiers is not None,
        }  # fmt: skip
        for number in dict.fromkeys(self.of(reason) for reason, holds in asked.items() if holds):
            yield fx.Cite("named", number=number)
        kept = d.of_member.facts.get(RELATIVES, {})
        yield fx.Keep(d.member, RELATIVES, {**kept, **_dump(self._told(d))})

    # Replacing.

    @on("change_details", phase=GUARD)
    def may_replace(self, d: Draft) -> Iterator[fx.Effect]:
        """A relative is replaced as often as the charter says, by one who fits."""
        changes = d.body.changes
        if "relative_out" not in changes and "relative_in" not in changes:
            return
        number = self.of("replaced")
        if self.period is None:
            yield fx.Refuse("not_eligible", "change_details.changes", number=number)
            return
        yield from self._right(d)
        named = relatives_of(d.of_member)
        if changes.get("relative_out") not in named or changes.get("relative_in") in named:
            yield fx.Refuse("wrong_person", "change_details.changes", number=number)
        period = self.period(d.of_member, d.event.day)
        if d.of_member.facts.get(REPLACED, []).count(period) >= self.replaces:
            yield fx.Refuse("quota_used", "change_details.changes", number=number)
        yield from self._fits(d, self._told(d))

    @on("change_details", phase=GRADE)
    def replace(self, d: Draft) -> Iterator[fx.Effect]:
        """The new one takes the place of the old one."""
        changes = d.body.changes
        if "relative_in" not in changes:
            return
        kept = d.of_member.facts.get(RELATIVES, {})
        left = {person: raw for person, raw in kept.items() if person != changes["relative_out"]}
        period = self.period(d.of_member, d.event.day) if self.period else ""
        replaced = [*d.of_member.facts.get(REPLACED, []), period]
        number = self.of("replaced")
        yield fx.Keep(d.member, RELATIVES, {**left, **_dump(self._told(d))}, number=number)
        yield fx.Keep(d.member, REPLACED, replaced, number=number)
        former = dict.fromkeys((*d.of_member.facts.get(FORMER, ()), changes["relative_out"]))
        yield fx.Keep(d.member, FORMER, list(former), number=number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"被保险人可指定{self.most}名亲属共享服务。",
                f"The insured may name {self.most} relative(s) who share the services.",
            )
        }


def _dump(relative: Relative) -> dict[str, Any]:
    return {
        relative.person: {
            "relation": relative.relation,
            "born": relative.born.isoformat() if relative.born else "",
            "since": relative.since.isoformat(),
        }
    }


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


class Shared(PolicyRule):
    """Named relatives share certain services, after a waiting of their own.

    Numbers by reason: `service` (it is not shared), `unnamed`, `replaced` (not named any more),
    `waiting`.

    Args:
        services: that are shared.
        days: of waiting, from the naming or the last reinstatement.
        reason: code of the refusal where a service is not shared.
    """

    order: ClassVar[int] = 20

    def __init__(
        self, number: str, *, services: Collection[str], days: int = 0,
        reason: str = "not_transferable", **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.services = frozenset(services)
        self.days = days
        self.reason = reason

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """It is not shared, the person is not named, or still waits."""
        person = d.body.for_
        if person in (None, d.member):
            return None
        field = f"{d.body.verb}.for"
        if code not in self.services:
            return fx.Refuse(self.reason, field, number=self.of("service"))
        relative = relatives_of(d.of_member).get(person)
        if relative is None:
            gone = person in d.of_member.facts.get(FORMER, ())
            number = self.of("replaced" if gone and "replaced" in self.by_reason else "unnamed")
            return fx.Refuse("wrong_person", field, number=number)
        start = max((relative.since, *policy.days(REINSTATED, d.event.day)))
        if d.event.day < start + timedelta(days=self.days):
            return fx.Refuse("waiting_period", field, number=self.of("waiting"))
        return None

    @on("request", "use", phase=GUARD, rank=70)
    def shared(self, d: Draft) -> Iterator[fx.Effect]:
        """What is served to a relative speaks."""
        if d.body.for_ not in (None, d.member) and asked_for(d) in self.services:
            yield fx.Cite("for")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"已指定的亲属可共享部分服务，自指定或最近一次复效起等待{self.days}日。",
                f"Named relatives share certain services, after {self.days} days from the naming or "
                "the last reinstatement.",
            )
        }


class BarredInWaiting(PolicyRule):
    """Whoever contracts a disease before a waiting is over is barred for good under the policy.

    Every start of the cover has its waiting: the effect (or the naming of a relative) and each
    reinstatement; the suspension before a reinstatement belongs to it.

    Args:
        conditions: the diseases; confirmed ones bar.
        days: of waiting of the insured.
        relative_days: of waiting of a relative.
        services: about which the rule is; None for all.
    """

    order: ClassVar[int] = 25
    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {"request": ("for_",), "use": ("for_",)}

    def __init__(
        self, number: str, *, conditions: Collection[str], days: int, relative_days: int = 0,
        services: Among = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.conditions = frozenset(conditions)
        self.days = timedelta(days=days)
        self.relative_days = timedelta(days=relative_days)
        self.services = services

    def windows(
        self, policy: Policy, first: date, length: timedelta
    ) -> Iterator[tuple[date, date]]:
        """From when to when (not included) a diagnosis bars."""
        yield date.min, first + length
        for start in policy.days(REINSTATED, date.max):
            lapses = [day for day in policy.days(LAPSED, start) if day <= start]
            if start > first:
                yield max(lapses, default=start), start + length

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """The person is barred."""
        if not among(self.services, code):
            return None
        person, first, length = d.body.for_ or d.member, policy.effective, self.days
        if person != d.member:
            relative = relatives_of(d.of_member).get(person)
            if relative is None:
                return None
            first, length = relative.since, self.relative_days
        days = [
            each.day
            for each in diagnoses_of(d.peek(person))
            if each.confirmed and each.condition in self.conditions
        ]
        for begin, end in self.windows(policy, first, length):
            if any(begin <= day < end for day in days):
                return fx.Refuse("not_eligible", f"{d.body.verb}.member")
        return None

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "等待期届满前（含此前的中止期间）确诊患指定疾病的，永久不再享受该保单项下的服务。",
                "Whoever is confirmed to have a designated disease before a waiting is over, a "
                "suspension before it included, is barred for good from the services of the policy.",
            )
        }


__all__ = [
    "RELATIVES", "REPLACED", "BarredInWaiting", "Relative", "Relatives", "Shared", "relatives_of",
    "today",
]  # fmt: skip
