"""The verbs of insurance, service requests and bookings."""

from __future__ import annotations

from dataclasses import dataclass

from charterhouse.kernel.bodies import Body, MemberBody
from charterhouse.kernel.kinds import (
    Code,
    Count,
    Day,
    Details,
    Fen,
    Label,
    Papers,
    Ref,
    Text,
    YesNo,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(MemberBody):
    """A policy on which a service rests; `premium` is annualised, in fen."""

    verb = "policy"
    id: Label
    effective: Day
    until: Day | None = None
    product: Code | None = None
    sum_insured: Fen | None = None
    premium: Fen | None = None
    cooling_off_until: Day | None = None
    waiting_days: Count | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPremium(Body):
    """A premium of a policy."""

    verb = "pay_premium"
    policy: Label
    due: Day
    amount: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange(Body):
    """What becomes of a policy."""

    verb = "policy_change"
    policy: Label
    to: Code
    effective: Day | None = None
    premium: Fen | None = None
    sum_insured: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRelative(MemberBody):
    """A relative who shares the services."""

    verb = "name_relative"
    person: Label
    relation: Code
    born: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnose(MemberBody):
    """A diagnosis, suspected or confirmed."""

    verb = "diagnose"
    condition: Code
    certainty: Code = "confirmed"
    hospital: Details | None = None
    first: YesNo = True
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(MemberBody):
    """Opens a request for a service."""

    verb = "request"
    id: Label
    service: Code
    for_: Label | None = None
    documents: Papers | None = None
    hospital: Details | None = None
    consent: YesNo = True
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBody(Body):
    """A verb that speaks of one request or booking."""

    request: Label
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply(RequestBody):
    """Documents handed in later."""

    verb = "supply"
    documents: Papers


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(RequestBody):
    """The reviewer's decision on a request."""

    verb = "decide"
    outcome: Code
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(RequestBody):
    """A workflow step done."""

    verb = "progress"
    step: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(RequestBody):
    """A request or booking given up."""

    verb = "cancel"
    either = (("by",),)
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(RequestBody):
    """A request or booking that came to its end."""

    verb = "close"
    outcome: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Book(Body):
    """An appointment or a place in an activity."""

    verb = "book"
    either = (("member", "person"),)
    id: Label | None = None
    member: Ref | None = None
    person: Ref | None = None
    for_: Label | None = None
    what: Code
    slot: Text | None = None
    details: Details | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Body):
    """Any other fact that a charter's rules look at; `person` is somebody who need be no member."""

    verb = "record"
    kind: Code
    member: Ref | None = None
    person: Ref | None = None
    details: Details | None = None
