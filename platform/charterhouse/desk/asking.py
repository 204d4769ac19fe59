"""Services as a member sees them: which can be asked for now, what each needs, and asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.intake import Answer, foresee, submit
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import standing_now
from charterhouse.desk.request_file import RequestFile, declared, request_file
from charterhouse.desk.request_moves import Move, moves
from charterhouse.desk.requests import services
from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.requests import CUSTOMERS
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.program import Program
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.standing import Standing
from charterhouse.records.books import load_book
from charterhouse.tenancy.ids import new_key
from charterhouse.tenancy.store import unit

__all__ = ["Offered", "ask", "give_up", "offered", "own_request", "price_of_giving_up"]

SIDE = "customer"
"""On whose side a member cancels."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A service of the charter for one member.

    Attributes:
        papers: what it needs; of the codes of one paper any will do.
        details: what has to be said with it.
        consent: whether consent is needed.
        remaining: uses that are left; None where none are counted, or without limit.
        allowed: whether it can be asked for now; else `reason`, by `clause`.
        number: that speaks for it.
    """

    code: str
    number: str
    papers: tuple[tuple[str, ...], ...] = ()
    details: tuple[str, ...] = ()
    consent: bool = False
    benefit: str = ""
    remaining: int | None = None
    allowed: bool = True
    reason: Text = ("", "")
    clause: str = ""


def offered(ref: str, *, code: str = "") -> tuple[Offered, ...]:
    """The services of the charter for a person, those that can be asked for now first.

    What the charter does not have for this person at all is left out.

    Args:
        ref: the person.
        code: only this service; all when empty.
    """
    found = []
    with unit() as opened:
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here()).variant(standing.tier)
        for each in services():
            declaration = declared(program, each)
            if declaration is None or (code and each != code):
                continue
            clause, service = declaration
            number = clause.speaker(service, "open")
            offer = _tried(_plain(program, standing, service, number), service, ref)
            found += [offer] if offer else []
    return tuple(sorted(found, key=lambda offer: not offer.allowed))


def _plain(program: Program, standing: Standing, service: Service, number: str) -> Offered:
    benefit = service.quota.benefit if service.quota else service.benefit
    return Offered(
        code=service.code,
        number=number,
        papers=tuple(paper.codes for paper in service.asks_for),
        details=service.details,
        consent=service.consent is not None,
        benefit=benefit,
        remaining=program.remaining(standing, now_here()).get(benefit) if benefit else None,
    )


def _body(service: str, ref: str, by: str, details: Mapping[str, Any]) -> dict[str, Any]:
    raw = {"member": ref, "service": service, "details": dict(details), "by": by}
    return {name: value for name, value in raw.items() if value}


def _by(service: Service) -> str:
    """As whom a member files it, where the service says who may."""
    return next(iter(sorted(CUSTOMERS & set(service.by))), "")


_NEVER = frozenset({"not_included", "tier_too_low", "not_eligible", "wrong_person"})


def _tried(offer: Offered, service: Service, ref: str) -> Offered | None:
    raw = {"id": new_key(), **_body(service.code, ref, _by(service), {})}
    try:
        answer, _ = foresee("request", raw, actor=f"member:{ref}")
    except DeskError:
        return None
    refusal = answer.refusal
    if refusal is None:
        return offer
    lacking = [code for code in refusal["missing"] if code not in _codes(offer)]
    if refusal["code"] == "incomplete" and lacking and len(lacking) == len(refusal["missing"]):
        return replace(offer, details=tuple(dict.fromkeys((*offer.details, *lacking))))
    if refusal["code"] in _NEVER:
        return None
    reason = REASONS[refusal["code"]]
    return replace(offer, allowed=False, reason=reason, clause=refusal["clause"])


def _codes(offer: Offered) -> set[str]:
    return {code for codes in offer.papers for code in codes}


def ask(
    ref: str, service: str, *, details: Mapping[str, Any], consent: bool, key: str
) -> tuple[str, Answer]:
    """Ask for a service; papers are handed in afterwards.

    Args:
        ref: the member who asks.
        service: code of a service that is offered.
        details: what is said with it.
        consent: whether the member consents, where consent is needed.
        key: idempotency key; the request's id is made from it, so that a retry is the same.

    Returns:
        The id of the request and what came of it.

    Raises:
        NotFoundError: this service is not offered.
        DeskError: something said is not of its form.
    """
    found = offered(ref, code=service)
    with unit() as opened:
        standing = standing_now(opened, ref)
        declaration = declared(load_book(opened).at(now_here()).variant(standing.tier), service)
    if not found or declaration is None:
        raise NotFoundError("there is no such service", code="service_unknown")
    request_id = f"P{key[:16]}"
    raw = {"id": request_id, **_body(service, ref, _by(declaration[1]), details)}
    if found[0].consent:
        raw["consent"] = consent
    return request_id, submit("request", raw, actor=f"member:{ref}", key=f"my:{ref}:{key}")


def own_request(ref: str, request_id: str) -> RequestFile:
    """A member's own request.

    Raises:
        NotFoundError: this member has no such request.
    """
    found = request_file(request_id)
    if found.document.member != ref:
        raise NotFoundError("there is no such request", code="request_unknown")
    return found


def price_of_giving_up(file: RequestFile) -> Move | None:
    """What it costs the member to give a request up, or why it cannot be; None when it is over."""
    actor = f"member:{file.person.ref}"
    found = moves(file, actor=actor, verbs=("cancel",))
    return next((move for move in found if move.code == SIDE), None)


def give_up(ref: str, request_id: str, *, key: str) -> Answer:
    """Give a member's own request up.

    Raises:
        NotFoundError: this member has no such request.
    """
    own_request(ref, request_id)
    raw = {"request": request_id, "by": SIDE}
    return submit("cancel", raw, actor=f"member:{ref}", key=f"my:{ref}:{key}")
