"""What may be done next with a request: each move is tried, and nothing of it kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import foresee
from charterhouse.desk.local import now_here
from charterhouse.desk.request_file import RequestFile
from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.service_details import DECIDE
from charterhouse.kernel.clauses.services import OUTCOMES
from charterhouse.kernel.reasons import REASONS
from charterhouse.records.books import load_book
from charterhouse.tenancy.store import unit

__all__ = ["SIDES", "Move", "moves"]

SIDES = ("customer", "provider", "hospital")
"""Who may give a request up, as the vocabulary names them."""

_DECISIONS = ("approved", "refused")


@dataclass(frozen=True, slots=True)
class Move:
    """Something that may be done with a request, or may not be done yet.

    Attributes:
        verb: of the event.
        code: the step, the outcome, or the side that cancels; "" for papers.
        by: roles one of which has to tell it; empty for anybody.
        details: what has to be said with it.
        done: whether it was done before.
        reason, clause: why it is not allowed.
        quota: what would become of the use that the request took; "" where none is counted.
        refund: fen that would be given back.
        raised: codes of the tasks, notices and flags that it would bring.
        clauses: that would speak.
    """

    verb: str
    code: str
    by: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    done: bool = False
    allowed: bool = True
    reason: Text = ("", "")
    clause: str = ""
    missing: tuple[str, ...] = ()
    quota: str = ""
    refund: int = 0
    raised: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


def moves(file: RequestFile, *, actor: str, verbs: Iterable[str] = ()) -> tuple[Move, ...]:
    """What may be done with a request now, and what may not, in the order of the work.

    Args:
        file: the request.
        actor: who would do it.
        verbs: only these; all when empty.
    """
    found = []
    wanted = frozenset(verbs)
    with unit() as opened:
        known = load_book(opened).at(now_here()).verbs
        for move, raw in _probes(file):
            if move.verb in known and (not wanted or move.verb in wanted):
                tried = _tried(file, move, raw, actor)
                found += [tried] if tried else []
    return tuple(found)


def _probes(file: RequestFile) -> Iterator[tuple[Move, Mapping[str, Any]]]:
    service = file.service
    if service is None:
        return
    counting = {step.code for step in file.steps if not step.undone}
    asked = [code for paper in file.papers for code in paper.codes[:1] if not paper.there]
    if asked and file.open:
        missing = [paper.code for paper in file.papers if paper.missing]
        yield Move("supply", ""), {"documents": dict.fromkeys(missing or asked, 1)}
    if (service.review or service.optional_review) and file.open:
        by = tuple(sorted(service.decide_by))
        for outcome in _DECISIONS:
            yield Move("decide", outcome, by), {"outcome": outcome, "reason": "-"}
    for step in service.steps:
        move = Move(
            "progress", step.code, tuple(sorted(step.by)), step.details, step.code in counting
        )
        yield move, {"step": step.code}
    if not file.open:
        return
    for outcome in OUTCOMES:
        yield Move("close", outcome), {"outcome": outcome}
    for side in SIDES:
        yield Move("cancel", side), {"by": side}


def _tried(file: RequestFile, move: Move, raw: Mapping[str, Any], actor: str) -> Move | None:
    """The move as it would come out; None where the charter cannot say."""
    best: Move | None = None
    for role in move.by or ("",):
        told = {"request": file.id, **raw, **({"by": role} if role else {})}
        try:
            answer, decision = foresee(move.verb, told, actor=actor)
        except DeskError:
            continue
        refusal = answer.refusal
        if refusal is None:
            after = decision.documents.get(file.id)
            return replace(
                move,
                quota=str(after.content["quota"]) if after else "",
                refund=int(answer.figures.get("refund") or 0),
                raised=tuple(dict.fromkeys(code for _, code, _, _ in answer.raised)),
                clauses=tuple(answer.clauses),
            )
        if _of_form(file, move, refusal):
            # What has to be said with it stands in its form.
            details = tuple(dict.fromkeys((*move.details, *_asked_anew(file, move, refusal))))
            return replace(move, details=details)
        if refusal["code"] == "unknown" and not refusal["clause"]:
            continue
        best = replace(
            move, allowed=False, reason=REASONS[refusal["code"]], clause=refusal["clause"],
            missing=tuple(refusal["missing"]),
        )  # fmt: skip
    return best


def _place(move: Move) -> str:
    return DECIDE if move.verb == "decide" else move.code


def _of_form(file: RequestFile, move: Move, refusal: Mapping[str, Any]) -> bool:
    """Whether a move is refused only for what its form will say."""
    if move.verb == "progress" and refusal["code"] == "incomplete":
        return True
    place = str(refusal["field"] or "")
    group, _, code = place.partition(".details.")
    known = {each.code for each in file.told(_place(move))}
    return group == move.verb and code in known


def _asked_anew(file: RequestFile, move: Move, refusal: Mapping[str, Any]) -> Iterator[str]:
    """What is lacking, but for choices within a detail, which the form has already."""
    among = {code for each in file.told(_place(move)) for code in each.among}
    yield from (code for code in refusal["missing"] if code not in among)
