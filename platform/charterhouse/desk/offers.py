"""The services of a charter for one member: each is tried as a quote, and nothing of it kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import Answer, foresee
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import standing_now
from charterhouse.desk.people import find_people, find_person, get_person
from charterhouse.desk.request_file import declared
from charterhouse.desk.requests import services
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.entitlements import PolicyQuota
from charterhouse.kernel.clauses.relatives import relatives_of
from charterhouse.kernel.clauses.requests import CUSTOMERS
from charterhouse.kernel.clauses.service_details import Detail
from charterhouse.kernel.clauses.services import MARKS, Service, always
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing
from charterhouse.records.books import load_book
from charterhouse.tenancy.ids import new_key
from charterhouse.tenancy.store import unit

__all__ = [
    "NOTHING",
    "Asked",
    "Offered",
    "Promise",
    "Served",
    "body_of",
    "offered",
    "persons",
    "picks_hospital",
]

_TIMELY = frozenset({"waiting_period", "too_early", "not_active"})
"""Reasons that time may put right by itself."""

_NEVER = frozenset({"not_included", "tier_too_low", "not_eligible", "wrong_person"})
"""Reasons by which a service is not for this member at all."""

_BY_INPUT = frozenset({"incomplete", "document_missing"})
_DETAIL = "request.details."
_OF_PERSON = frozenset({"born", "id_number", "phone", "name"})
"""What lacks of the person on file and is no detail of a request."""

_AHEAD = 400
"""So many days ahead the first day on which a service opens is looked for."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A deadline as the charter words it: how long after what. Without an amount it is named.

    Attributes:
        since: what starts it: "request", "complete", "approved" … or a step.
        unit: minutes, hours, days or working_days.
        always: whether it runs in every case.
    """

    code: str
    amount: int
    unit: str
    since: str
    clause: str
    always: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A service of the charter for one member.

    Attributes:
        number: of the clause that speaks for it.
        papers: what it needs; of the codes of one paper any will do.
        papers_first: whether it cannot be asked for without them.
        details: what has to be said with it.
        choices: detail → the codes among which it is chosen.
        told: of what is declared, what members can know.
        may_ask: further details that what is chosen can make necessary.
        consent: the number that asks for consent; "" where none is needed.
        benefit: of which a use is counted; "" for none.
        remaining: uses that are left; None where none are counted, or without limit.
        until: the last day of the period to which they belong, as far as it is known.
        promises: what is promised, in the order of the charter.
        allowed: whether it can be asked for now; else the code `refusal`, by `clause`.
        included: whether it is one of this member's services at all.
        opens: the first day on which it can be asked for, where time alone brings it.
    """

    code: str
    number: str
    papers: tuple[tuple[str, ...], ...] = ()
    papers_first: bool = False
    details: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: tuple[Detail, ...] = ()
    may_ask: frozenset[str] = frozenset()
    consent: str = ""
    benefit: str = ""
    remaining: int | None = None
    until: date | None = None
    promises: tuple[Promise, ...] = ()
    allowed: bool = True
    refusal: str = ""
    clause: str = ""
    included: bool = True
    opens: date | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member enters to ask for a service.

    Attributes:
        documents: paper → copies.
        person: for whom, if not the member.
        hospital: that is wished for; "" leaves the choice to others.
        consent: None where it is not asked.
    """

    details: Mapping[str, Any]
    documents: Mapping[str, int]
    person: str = ""
    hospital: str = ""
    consent: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody for whom a service may be asked."""

    ref: str
    name: str
    own: bool


def _filed_by(service: Service) -> str:
    """As whom a member files it, where the service says who may."""
    return next(iter(sorted(CUSTOMERS & set(service.by))), "")


def body_of(ref: str, service: Service, asked: Asked) -> dict[str, Any]:
    """The fields of the request that a member asks for, but its id."""
    raw: dict[str, Any] = {
        "member": ref, "service": service.code, "by": _filed_by(service),
        "details": dict(asked.details), "documents": dict(asked.documents),
        "for": asked.person if asked.person != ref else "",
        "hospital": {"name": asked.hospital} if asked.hospital else {}, "note": asked.note,
    }  # fmt: skip
    told = {name: value for name, value in raw.items() if value}
    return told if asked.consent is None else {**told, "consent": asked.consent}


NOTHING = Asked({}, {})


def offered(ref: str, *, code: str = "") -> tuple[Offered, ...]:
    """The services of the charter for a person: those to be asked for now, later, and the rest.

    Args:
        ref: the person.
        code: only this service; all when empty.
    """
    found = []
    with unit() as opened:
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here()).variant(standing.tier)
        days: list[date] = []
        for each in services():
            declaration = declared(program, each)
            if declaration is None or (code and each != code):
                continue
            plain = _plain(program, standing, *declaration)
            offer = _tried(plain, declaration[1], ref)
            if offer is None:
                continue
            offer = _opening(offer, declaration[1], ref, days)
            found.append(offer)
            days += [offer.opens] if offer.opens else []
    return tuple(sorted(found, key=lambda offer: (not offer.included, not offer.allowed)))


def _plain(program: Program, standing: Standing, clause: Casework, service: Service) -> Offered:
    benefit = service.quota.benefit if service.quota else service.benefit
    left = program.remaining(standing, now_here()).get(benefit) if benefit else None
    counting = program.benefits.get(benefit) if benefit else None
    until = standing.valid_until
    if isinstance(counting, PolicyQuota):
        until = counting.until(standing, now_here().date()) or until
    return Offered(
        code=service.code,
        number=clause.speaker(service, "open"),
        papers=tuple(paper.codes for paper in service.asks_for),
        papers_first=not service.papers_later,
        details=service.details,
        choices=service.choices,
        told=tuple(each for each in clause.told(service) if each.member),
        may_ask=frozenset(bar.field for bar in service.refuses if bar.reason == "incomplete")
        - _OF_PERSON,
        consent=clause.speaker(service, "consent") if service.consent else "",
        benefit=benefit,
        remaining=left,
        until=until,
        promises=tuple(_promises(clause, service)),
    )


def _promises(clause: Casework, service: Service) -> Iterator[Promise]:
    """The deadlines that what the member or a reviewer does can start; not those within the work."""
    for limit in service.limits:
        if not limit.timed or limit.on or not MARKS & set(limit.starts):
            continue
        since = next(start for start in limit.starts if start in MARKS)
        yield Promise(
            limit.code, limit.amount, limit.unit, since,
            clause.speaker(service, "limit", limit.clause), limit.when is always,
        )  # fmt: skip


def _quote(
    service: Service, ref: str, more: Mapping[str, Any] | None = None, day: date | None = None
) -> Answer | None:
    choice = {detail: codes[0] for detail, codes in service.choices.items()}
    raw = {"id": new_key(), **body_of(ref, service, Asked(choice, {})), **(more or {})}
    at = day_start(day, now_here().tzinfo) if day else None
    try:
        return foresee("request", raw, actor=f"member:{ref}", at=at)[0]
    except DeskError:
        return None


def _code(answer: Answer | None) -> str:
    return str(answer.refusal["code"]) if answer and answer.refusal else ""


def _chosen(answer: Answer | None) -> str:
    """The detail for which it is refused; "" for none."""
    place = str(answer.refusal["field"] or "") if answer and answer.refusal else ""
    return place.removeprefix(_DETAIL) if place.startswith(_DETAIL) else ""


def _tried(offer: Offered, service: Service, ref: str) -> Offered | None:
    told: dict[str, str] = {}
    answer = _quote(service, ref, {"details": told})
    while (detail := _chosen(answer)) in service.choices and detail not in told:
        # Refused for want of a choice alone: with any one it may be asked for.
        told[detail] = service.choices[detail][0]
        answer = _quote(service, ref, {"details": told})
    if answer is None:
        return None
    offer = replace(offer, details=tuple(dict.fromkeys((*offer.details, *told))))
    refusal = answer.refusal
    if refusal is None:
        return offer
    if refusal["code"] in _BY_INPUT and not _OF_PERSON & set(refusal["missing"]):
        papers = {code for codes in offer.papers for code in codes}
        lacking = [code for code in refusal["missing"] if code not in papers]
        return replace(offer, details=tuple(dict.fromkeys((*offer.details, *lacking))))
    never = refusal["code"] in _NEVER
    return replace(offer, allowed=False, refusal=refusal["code"], clause=refusal["clause"],
                   included=not never)  # fmt: skip


def _opening(offer: Offered, service: Service, ref: str, known: Iterable[date]) -> Offered:
    """With the first day on which it is no longer refused for the same reason.

    Args:
        offer: as it is now.
        service: that is asked for.
        ref: the member.
        known: days that were found for others: the same one is likely.
    """
    if offer.allowed or offer.refusal not in _TIMELY:
        return offer
    today = now_here().date()

    def shut(day: date) -> bool:
        return _code(_quote(service, ref, day=day)) == offer.refusal

    for day in dict.fromkeys(known):
        if not shut(day) and shut(day - timedelta(days=1)):
            return replace(offer, opens=day)
    low, high = 0, _AHEAD
    if shut(today + timedelta(days=high)):
        return offer
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if shut(today + timedelta(days=middle)) else (low, middle)
    return replace(offer, opens=today + timedelta(days=high))


def persons(ref: str, code: str) -> tuple[Served, ...]:
    """For whom a member may ask for a service, themselves first.

    Relatives who were named and people with the same phone are tried.
    """
    own = get_person(ref)
    with unit() as opened:
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here()).variant(standing.tier)
        declaration = declared(program, code)
        found = [Served(ref, own.name, own=True)]
        if declaration is None:
            return tuple(found)
        plain = _code(_quote(declaration[1], ref))
        near = sorted(find_people("phone", own.phone)) if own.phone else []
        for other in dict.fromkeys((*relatives_of(standing), *near)):
            person = find_person(other) if other != ref else None
            if person is None:
                continue
            answer = _quote(declaration[1], ref, {"for": other})
            if answer is not None and _code(answer) in ("", plain):
                found.append(Served(other, person.name, own=False))
    return tuple(found)


def picks_hospital(ref: str, code: str) -> str:
    """Whether a hospital may be wished for: "network", "any", or "" where none is named."""
    with unit() as opened:
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here()).variant(standing.tier)
        declaration = declared(program, code)
        if declaration is None or declaration[1].who != "insured":
            return ""
        outside = _quote(declaration[1], ref, {"hospital": {"in_network": False}})
    return "network" if _code(outside) == "not_in_network" else "any"
