"""Policies: what an insurance contract says on each day, kept with the insured person.

A policy is a document, found by its id, and the same values as a frozen fact of the member, so
that a decision needs nothing else. What the kernel does not know of it (when its service opened,
which premiums extended it) clauses keep in its `marks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from charterhouse.kernel import effects as fx
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY, full_months, last_valid_day, twelve_months
from charterhouse.kernel.standing import Standing

POLICIES = "policies"
"""The fact that keeps a member's policies: id → values of the policy."""

LAPSED, REINSTATED, RENEWED = "lapsed", "reinstated", "renewed"
SURRENDERED, EXPIRED, CHANGED = "surrendered", "expired", "changed"
CHANGES = (LAPSED, REINSTATED, RENEWED, SURRENDERED, EXPIRED, CHANGED)
"""What may become of a policy."""

PENDING, IN_FORCE = "pending", "active"


class Change(NamedTuple):
    """What becomes of a policy from a day on; a premium or sum in it replaces the policy's (fen)."""

    effective: date
    to: str
    premium: int | None = None
    sum_insured: int | None = None


class Contract(NamedTuple):
    """A policy as it is on a day.

    `state` is pending, active, lapsed, surrendered or expired; `anchor` the day of effect or of
    the last renewal; `until` the last day, if one is known; amounts are in fen.
    """

    state: str
    anchor: date
    until: date | None
    premium: int | None
    sum_insured: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy on which a service rests, with what has become of it. Amounts in fen."""

    id: str
    effective: date
    until: date | None = None
    cooling_off_until: date | None = None
    waiting_days: int | None = None
    product: str = ""
    channel: str = ""
    premium: int | None = None
    sum_insured: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    marks: Mapping[str, Any] = field(default_factory=dict)

    def with_change(self, change: Change) -> Policy:
        """The policy with one more change; changes of one day act in the order of their arrival."""
        changes = sorted((*self.changes, change), key=lambda each: each.effective)
        return replace(self, changes=tuple(changes))

    def with_mark(self, name: str, value: Any) -> Policy:
        """The policy with something that a clause keeps on it; None forgets it."""
        left = {key: kept for key, kept in self.marks.items() if key != name}
        return replace(self, marks=left if value is None else {**left, name: value})

    @property
    def cooling_off_end(self) -> date:
        """The last day of the cooling-off; the day before the effect where there is none."""
        return self.cooling_off_until or self.effective - ONE_DAY

    def contract(self, day: date | None = None, *, by_until: bool = True) -> Contract:
        """The contract as it is on a day; without one, as all known changes will leave it.

        Args:
            day: the day.
            by_until: whether the last day of the policy ends it by itself.
        """
        found = Contract(IN_FORCE, self.effective, self.until, self.premium, self.sum_insured)
        for change in self.changes:
            if found.state == SURRENDERED or (day is not None and change.effective > day):
                break
            found = self._after(found, change)
        if day is None or found.state not in (IN_FORCE, LAPSED):
            return found
        if by_until and found.until is not None and day > found.until:
            return found._replace(state=EXPIRED)
        return found._replace(state=PENDING) if day < self.effective else found

    def _after(self, contract: Contract, change: Change) -> Contract:
        """The contract as a change leaves it."""
        state, anchor, until, premium, sum_insured = contract
        if change.to == RENEWED:
            state, anchor, until = IN_FORCE, change.effective, self._renewed(change.effective)
        elif change.to in (SURRENDERED, EXPIRED):
            last = change.effective - ONE_DAY
            state, until = change.to, last if until is None else min(until, last)
        elif change.to == LAPSED and state == IN_FORCE:
            state = LAPSED
        elif change.to == REINSTATED and state == LAPSED:
            state = IN_FORCE
        return Contract(
            state, anchor, until,
            premium if change.premium is None else change.premium,
            sum_insured if change.sum_insured is None else change.sum_insured,
        )  # fmt: skip

    def _renewed(self, start: date) -> date | None:
        """The last day of a term of the same length that starts on a day."""
        if self.until is None:
            return None
        months = full_months(self.effective, self.until)
        return last_valid_day(start, months) if months else start + (self.until - self.effective)

    def year_start(self, day: date) -> date:
        """The first day of the policy year to which a day belongs."""
        return twelve_months(self.contract(day).anchor, day)

    def validity_start(self, day: date) -> date:
        """The first day of the validity to which a day belongs: the effect or the last renewal."""
        return self.contract(day).anchor

    def in_validity(self, day: date) -> bool:
        """Whether a day lies in a validity of the policy, lapsed or not."""
        return self.contract(day).state in (IN_FORCE, LAPSED)

    def days(self, to: str, upto: date) -> Iterator[date]:
        """The days until a day on which changes of a kind took effect."""
        return (each.effective for each in self.changes if each.to == to and each.effective <= upto)

    def dump(self) -> dict[str, Any]:
        """Its plain JSON values; what is empty is left out."""
        raw = {
            "effective": self.effective.isoformat(),
            "until": self.until and self.until.isoformat(),
            "cooling_off_until": self.cooling_off_until and self.cooling_off_until.isoformat(),
            "waiting_days": self.waiting_days,
            "product": self.product,
            "channel": self.channel,
            "premium": self.premium,
            "sum_insured": self.sum_insured,
            "details": dict(self.details),
            "changes": [
                [each.effective.isoformat(), each.to, each.premium, each.sum_insured]
                for each in self.changes
            ],
            "marks": dict(self.marks),
        }
        return {name: value for name, value in raw.items() if value not in (None, "", {}, [])}

    @classmethod
    def load(cls, id_: str, raw: Mapping[str, Any]) -> Policy:
        """The inverse of `dump`."""
        until, cooling = raw.get("until"), raw.get("cooling_off_until")
        return cls(
            id=id_,
            effective=date.fromisoformat(raw["effective"]),
            until=date.fromisoformat(until) if until else None,
            cooling_off_until=date.fromisoformat(cooling) if cooling else None,
            waiting_days=raw.get("waiting_days"),
            product=raw.get("product", ""),
            channel=raw.get("channel", ""),
            premium=raw.get("premium"),
            sum_insured=raw.get("sum_insured"),
            details=raw.get("details", {}),
            changes=tuple(
                Change(date.fromisoformat(effective), to, premium, sum_insured)
                for effective, to, premium, sum_insured in raw.get("changes", ())
            ),
            marks=raw.get("marks", {}),
        )


def policies_of(standing: Standing) -> list[Policy]:
    """The policies of a person, the earliest effect first."""
    kept = standing.facts.get(POLICIES, {})
    found = [Policy.load(id_, raw) for id_, raw in kept.items()]
    return sorted(found, key=lambda policy: (policy.effective, policy.id))


def policy_of(standing: Standing, id_: str) -> Policy | None:
    """A policy of a person by its id."""
    raw = standing.facts.get(POLICIES, {}).get(id_)
    return Policy.load(id_, raw) if raw is not None else None


def serving(d: Draft) -> Policy | None:
    """The policy by which the event is served, or of which its request or itself speaks."""
    named = d.policy
    if not named and d.subject is not None:
        own = d.subject.kind == "policy"
        named = d.subject.id if own else d.subject.content.get("policy", "")
    return policy_of(d.of_member, named) if named else None


def keep(d: Draft, member: str, policy: Policy, number: str = "") -> Iterator[fx.Effect]:
    """Keep a policy as it is now, with its document."""
    kept = d.standing(member).facts.get(POLICIES, {})
    raw = policy.dump()
    yield fx.Keep(member, POLICIES, {**kept, policy.id: raw}, number=number)
    yield fx.Put("policy", policy.id, member, {**raw, "at": d.now.isoformat()}, number=number)


__all__ = [
    "CHANGED", "CHANGES", "EXPIRED", "IN_FORCE", "LAPSED", "PENDING", "POLICIES", "REINSTATED",
    "RENEWED", "SURRENDERED", "Change", "Contract", "Policy", "keep", "policies_of", "policy_of",
    "serving",
]  # fmt: skip
