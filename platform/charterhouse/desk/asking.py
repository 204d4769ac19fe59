"""What a member does with services: look ahead, ask, hand papers in, give up, say how it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk import files, paper_intake
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.intake import Answer, foresee, quote, submit
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import standing_now
from charterhouse.desk.offers import Asked, Offered, body_of
from charterhouse.desk.request_file import Clock, RequestFile, clocks_of, declared, request_file
from charterhouse.desk.request_moves import Move, moves
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.services import Service
from charterhouse.records.books import load_book
from charterhouse.records.tables import event
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import prepared, unit

__all__ = [
    "Foreseen",
    "ask",
    "give_up",
    "hand_in",
    "is_key",
    "keep_paper",
    "kept_papers",
    "may_rate",
    "own_request",
    "price_of_giving_up",
    "rate",
    "request_id_of",
    "what_comes",
]  # fmt: skip

SIDE = "customer"
"""On whose side a member cancels."""

SURVEY, ANSWERS = "survey", ("satisfied", "unsatisfied")
"""The record that says how somebody found a service, and what it may say."""

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TOLD = prepared(select(event.c.id).where(event.c.key == bindparam("wanted")))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What asking would bring.

    Attributes:
        refusal: code of the reason; "" when it would be accepted. By `clause`, about `field`.
        lacking: of a refusal: codes of what is missing.
        missing: papers that would still be needed.
        benefit: of which a use would be reserved; "" for none.
        remaining: uses left afterwards; None without limit.
        clocks: the deadlines that would run, the next one first.
        clauses: that would speak.
    """

    refusal: str = ""
    clause: str = ""
    field: str = ""
    lacking: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    benefit: str = ""
    remaining: int | None = None
    clocks: tuple[Clock, ...] = ()
    clauses: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it would be accepted."""
        return not self.refusal


def is_key(text: str) -> bool:
    """Whether a text can be the key of a form."""
    return _KEY.fullmatch(text) is not None


def request_id_of(ref: str, key: str) -> str:
    """The id of the request that a form with this key makes.

    Raises:
        NotFoundError: it is the request of somebody else.
    """
    request_id = f"P{key[:16]}"
    with unit() as opened:
        found = StoreView(opened).document(request_id)
    if found is not None and found.member != ref:
        raise NotFoundError("there is no such request", code="request_unknown")
    return request_id


def _declared(ref: str, service: str) -> tuple[Casework, Service]:
    with unit() as opened:
        standing = standing_now(opened, ref)
        found = declared(load_book(opened).at(now_here()).variant(standing.tier), service)
    if found is None:
        raise NotFoundError("there is no such service", code="service_unknown")
    return found


def what_comes(ref: str, service: str, asked: Asked, *, key: str) -> Foreseen:
    """What asking for a service would bring; nothing is kept.

    Raises:
        NotFoundError: there is no such service.
        DeskError: something said is not of its form.
    """
    found = _declared(ref, service)
    request_id = request_id_of(ref, key)
    raw = {"id": request_id, **body_of(ref, found[1], asked)}
    with unit() as opened:
        answer, decision = foresee("request", raw, actor=f"member:{ref}")
        refusal = answer.refusal
        if refusal is not None:
            return Foreseen(
                refusal=refusal["code"], clause=refusal["clause"], field=refusal["field"] or "",
                lacking=tuple(refusal["missing"]),
            )  # fmt: skip
        made = decision.documents[request_id]
        quota = found[1].quota
        after = decision.standings.get(ref)
        program = load_book(opened).at(now_here())
        left = None
        if quota and after is not None:
            left = program.variant(after.tier).remaining(after, now_here()).get(quota.benefit)
        return Foreseen(
            missing=tuple(made.content["missing"]),
            benefit=quota.benefit if quota else "",
            remaining=left,
            clocks=tuple(clocks_of(made, found)),
            clauses=tuple(answer.clauses),
        )


def ask(ref: str, service: str, asked: Asked, *, key: str) -> tuple[str, Answer]:
    """Ask for a service; the papers that were kept for it are from then on those of the request.

    Args:
        ref: the member who asks.
        service: code of a service that is offered.
        asked: what was entered.
        key: idempotency key; the request's id is made from it, so that a retry is the same.

    Returns:
        The id of the request and what came of it.

    Raises:
        NotFoundError: this service is not offered.
        ConflictError: the form was sent before with other words.
        DeskError: something said is not of its form.
    """
    found = _declared(ref, service)
    request_id = request_id_of(ref, key)
    raw = {"id": request_id, **body_of(ref, found[1], asked)}
    with unit(write=True):
        answer = submit("request", raw, actor=f"member:{ref}", key=f"my:{ref}:{key}")
        if answer.accepted and not answer.repeated:
            handed = kept_papers(ref, asked.documents).values()
            files.bind(ref, [int(kept.id) for kept in handed], request_id)
    return request_id, answer


def own_request(ref: str, request_id: str) -> RequestFile:
    """A member's own request.

    Raises:
        NotFoundError: this member has no such request.
    """
    found = request_file(request_id)
    if found.document.member != ref:
        raise NotFoundError("there is no such request", code="request_unknown")
    return found


def hand_in(ref: str, request_id: str, code: str, data: bytes, *, key: str) -> Answer:
    """Hand a paper in for a member's own request: its scan or photo is kept, and it counts.

    Args:
        ref: the member.
        request_id: of the request.
        code: of the paper.
        data: the file.
        key: idempotency key.

    Raises:
        NotFoundError: this member has no such request, or it asks for no such paper.
        ConflictError: the key was used for another paper.
        DeskError: the file is not taken (see `files.add`); nothing is kept.
    """
    file = own_request(ref, request_id)
    actor = f"member:{ref}"
    return paper_intake.supply(file, code, data, {"by": SIDE}, actor=actor, key=f"my:{ref}:{key}")


def keep_paper(ref: str, offer: Offered, code: str, data: bytes) -> files.Kept:
    """Keep a scan or photo of a paper for a request that is about to be asked for.

    Raises:
        NotFoundError: the service asks for no such paper.
        DeskError: the file is not taken.
    """
    if not any(code in codes for codes in offer.papers):
        raise NotFoundError("it asks for no such paper", code="paper_unknown")
    return files.add(ref, code, data, actor=f"member:{ref}")


def kept_papers(ref: str, codes: Iterable[str]) -> dict[str, files.Kept]:
    """The newest file of each of these papers that the member has on record for no request yet."""
    wanted = set(codes)
    found: dict[str, files.Kept] = {}
    for kept in files.of_person(ref):
        if kept.code in wanted and not kept.request:
            found.setdefault(kept.code, kept)
    return found


def price_of_giving_up(file: RequestFile) -> Move | None:
    """What it costs the member to give a request up, or why it cannot be; None when it is over."""
    actor = f"member:{file.person.ref}"
    found = moves(file, actor=actor, verbs=("cancel",))
    return next((move for move in found if move.code == SIDE), None)


def give_up(ref: str, request_id: str, *, key: str, reason: str = "") -> Answer:
    """Give a member's own request up.

    Raises:
        NotFoundError: this member has no such request.
    """
    own_request(ref, request_id)
    raw = {"request": request_id, "by": SIDE, **({"reason": reason} if reason else {})}
    return submit("cancel", raw, actor=f"member:{ref}", key=f"my:{ref}:{key}")


def _opinion(file: RequestFile, answer: str) -> dict[str, Any]:
    details = {"answer": answer, "request": file.id, "service": file.code}
    return {"kind": SURVEY, "member": file.person.ref, "details": details}


def _opinion_key(file: RequestFile) -> str:
    return f"opinion:{file.id}"


def may_rate(file: RequestFile) -> bool:
    """Whether the charter asks how a service was found, and this one was not answered for yet."""
    if file.status not in ("served", "closed"):
        return False
    try:
        tried = quote("record", _opinion(file, ANSWERS[0]), actor=f"member:{file.person.ref}")
    except DeskError:
        return False
    # Where no clause makes anything of it, the charter does not ask.
    heard = any(did != "cite" for _, _, did, _ in tried.trace)
    with unit() as opened:
        told = opened.execute(_TOLD, {"wanted": _opinion_key(file)}).first()
    return tried.accepted and heard and told is None


def rate(ref: str, request_id: str, answer: str) -> Answer:
    """Say how a service that is over was found; said once.

    Raises:
        NotFoundError: this member has no such request, or is not asked.
        DeskError: it is none of `ANSWERS` (`answer_unknown`).
    """
    file = own_request(ref, request_id)
    if answer not in ANSWERS:
        raise DeskError("choose one of the answers", field="answer", code="answer_unknown")
    if not may_rate(file):
        raise NotFoundError("this is not asked", code="request_unknown")
    return submit("record", _opinion(file, answer), actor=f"member:{ref}", key=_opinion_key(file))
