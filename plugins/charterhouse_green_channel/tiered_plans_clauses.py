"""What only the green channel by plan tier knows: papers of its term, tickets, travel costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.cover import OpenedCover
from charterhouse.kernel.clauses.diagnoses import meets_grade, read_grade
from charterhouse.kernel.clauses.policies import serving
from charterhouse.kernel.clauses.services import Condition
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen

SERVICE = "travel-costs"


def read_day(value: Any) -> date | None:
    """A day among details; None for what is none."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def foreign_papers(cover: OpenedCover, grade_min: str) -> Condition:
    """Papers of a lower hospital, from elsewhere, or of another time than the service term."""

    def wrong(d: Draft, _content: Mapping[str, Any]) -> bool:
        details = d.body.details or {}
        grade = read_grade(details.get("issuer_grade", grade_min))
        if grade is None or not meets_grade(grade, grade_min):
            return True
        if details.get("issuer_mainland") is False:
            return True
        dated, policy = details.get("papers_dated"), serving(d)
        if dated is None or policy is None:
            return False
        day, last = read_day(dated), cover.last(policy)
        return day is None or day < cover.opens(policy) or (last is not None and day > last)

    return wrong


def foreign_ticket(d: Draft, content: Mapping[str, Any]) -> bool:
    """A ticket without the insured's name, or of a day outside the treatment."""
    own = d.body.details or {}
    said = {**content["details"], **own}
    if own.get("ticket_name", "insured") != "insured":
        return True
    ticket = own.get("ticket_date")
    if ticket is None:
        return False
    day = read_day(ticket)
    first, last = (said.get(name) for name in ("treatment_from", "treatment_until"))
    if day is None:
        return True
    from_day, until_day = read_day(first), read_day(last)
    early = first is not None and (from_day is None or day < from_day)
    late = last is not None and (until_day is None or day > until_day)
    return early or late


class TravelCosts(Clause):
    """An approval names the amount; the sum of a policy stays within a limit.

    Args:
        limit: fen per policy; 0 for none.
    """

    fact = "travel_costs"
    """Keeps policy → request → fen approved; a request that comes to nothing is left out."""

    def __init__(self, number: str, *, limit: int) -> None:
        super().__init__(number)
        self.limit = limit

    def _policy(self, d: Draft) -> str | None:
        """The policy of a request for travel costs, when the event speaks of one."""
        request = d.subject
        if request is None or request.content.get("service") != SERVICE:
            return None
        return str(request.content.get("policy", ""))

    @on("decide", phase=GUARD, rank=60)
    def within(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse an approval without an amount, or beyond the limit."""
        policy = self._policy(d)
        if policy is None or d.body.outcome != "approved":
            return
        amount = read_amount(detail(d.body, "amount"))
        if amount is None:
            yield fx.Lack("amount")
            return
        others = sum(d.of_member.facts.get(self.fact, {}).get(policy, {}).values())
        if self.limit and others + amount > self.limit:
            yield fx.Refuse("insufficient", "decide.details.amount")

    @on("decide", phase=GRANT, rank=60)
    def approve(self, d: Draft) -> Iterator[fx.Effect]:
        """It counts against the limit of its policy."""
        amount = read_amount(detail(d.body, "amount"))
        if d.body.outcome == "approved" and amount is not None:
            yield from self._set(d, amount)

    @on("cancel", "close", phase=GRANT, rank=60)
    def drop(self, d: Draft) -> Iterator[fx.Effect]:
        """What is not paid in the end counts no more."""
        if d.body.verb == "cancel" or d.body.outcome != "served":
            yield from self._set(d, None)

    def _set(self, d: Draft, amount: int | None) -> Iterator[fx.Effect]:
        policy = self._policy(d)
        if policy is None or d.subject is None:
            return
        kept = d.of_member.facts.get(self.fact, {})
        own = {id_: fen for id_, fen in kept.get(policy, {}).items() if id_ != d.subject.id}
        if amount is not None:
            own[d.subject.id] = amount
        if own != kept.get(policy, {}):
            yield fx.Keep(d.member, self.fact, {**kept, policy: own})


def read_amount(value: Any) -> int | None:
    """An amount among details, in fen; None for what is none."""
    try:
        return parse_fen(value)
    except EventError:
        return None


__all__ = ["TravelCosts", "foreign_papers", "foreign_ticket", "read_amount", "read_day"]
