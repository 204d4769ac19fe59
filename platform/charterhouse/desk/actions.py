"""What may be done next with a member, and what it would change, before it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from charterhouse.desk import telling
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import Answer, quote, submit
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import benefits_left, papers, standing_now
from charterhouse.desk.people import change_person
from charterhouse.desk.words import Words, words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.program import Program
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.standing import Standing
from charterhouse.records.books import load_book
from charterhouse.records.commit import summary
from charterhouse.tenancy.store import unit

_NOT_OFFERED = frozenset(
    {"not_included", "not_refundable", "not_withdrawable", "not_transferable", "unknown"}
)
"""Reasons by which a charter says that it has no such thing at all."""

PROBED = (
    "report_loss", "reissue_card", "transfer_card", "redeem", "award", "use", "dispute",
    "give_back", "sanction", "incident", "change_details", "refund", "renew", "upgrade", "top_up",
    "cash_out", "suspend", "resume", "withdraw", "deregister", "approve", "reject", "join",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Possible:
    """Whether an action is open now; if not, why and by which clause."""

    verb: str
    allowed: bool
    reason: Text = ("", "")
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an event would do.

    Attributes:
        answer: as the charter would decide.
        changes: what becomes different for the member.
        reason: why it is refused; empty texts when accepted.
        clause: text of the refusing clause.
        missing: labels of what lacks.
    """

    answer: Answer
    changes: tuple[telling.Change, ...]
    reason: Text = ("", "")
    clause: Text = ("", "")
    missing: tuple[Text, ...] = ()

    @property
    def owed(self) -> tuple[telling.Change, ...]:
        """What the member would owe."""
        return tuple(each for each in self.changes if each.name == "owed")


def possible(ref: str, *, actor: str) -> dict[str, Possible]:
    """Verb → whether it is open for this person now; what the charter lacks is left out.

    Each is tried as a quote with the least that it needs. What an input can still put right
    (a paper, a field) does not close an action.
    """
    found: dict[str, Possible] = {}
    with unit() as opened:
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here())
        for verb in PROBED:
            if verb not in program.verbs and verb != "join":
                continue
            tried = [_try(verb, raw, actor) for raw in _probes(verb, ref, standing, program)]
            best = next((each for each in tried if each and each.allowed), None)
            best = best or next((each for each in tried if each), None)
            if best is not None:
                found[verb] = best
    return found


def _try(verb: str, raw: Mapping[str, Any], actor: str) -> Possible | None:
    try:
        answer = quote(verb, raw, actor=actor)
    except DeskError:
        return None
    refusal = answer.refusal
    if refusal is None or refusal["field"] or refusal["missing"]:
        offered = refusal is None or refusal["field"] != "verb"
        return Possible(verb, allowed=True) if offered else None
    if refusal["code"] in _NOT_OFFERED:
        return None
    return Possible(verb, allowed=False, reason=REASONS[refusal["code"]], clause=refusal["clause"])


def _probes(
    verb: str, ref: str, standing: Standing, program: Program
) -> Iterator[Mapping[str, Any]]:
    """The least bodies with which a verb may be tried."""
    own: dict[str, Any] = {"member": ref}
    said = {"reason": "-", "approver": "-"}
    if verb in ("dispute", "give_back", "refund"):
        yield from _of_papers(verb, ref, program)
    elif verb == "use":
        left = benefits_left(program, standing)
        codes = [each.code for each in left if each.remaining != 0] or [b.code for b in left]
        for code in codes[:1]:
            yield {**own, "benefit": code}
    elif verb in ("award", "incident"):
        for kind in sorted(program.codes.get(f"{verb}.kind", ())):
            more = {"points": 1, "reason": "-"} if verb == "award" else {}
            yield {**own, "kind": kind, **more}
    elif verb == "sanction":
        measures = sorted(program.codes.get("sanction.measures", ()))
        yield {**own, "measures": measures[:1], **said}
    elif verb == "upgrade":
        for tier in sorted(program.codes.get("tier", ())):
            yield {**own, "to": tier}
    else:
        yield {**own, **_LEAST.get(verb, {}), **({"to": ref} if verb == "transfer_card" else {})}


_LEAST: Mapping[str, Mapping[str, Any]] = {
    "redeem": {"points": 1},
    "change_details": {"changes": {}, "shown": ["id"]},
    "suspend": {"reason": "-"},
    "resume": {"reason": "-"},
    "deregister": {"reason": "-"},
    "top_up": {"amount": 1},
    "cash_out": {"amount": 1},
}

SOURCES: Mapping[str, tuple[str, ...]] = {
    "dispute": ("redemption",),
    "give_back": ("use", "redemption"),
    "refund": ("bill", "payment"),
}
"""Verb → kinds of documents to which it can refer."""


def _of_papers(verb: str, ref: str, program: Program) -> Iterator[Mapping[str, Any]]:
    reasons = sorted(program.codes.get("give_back.reason", ())) if verb == "give_back" else []
    for kind in SOURCES[verb]:
        for each in papers(ref, kind, most=5):
            yield {"of": each.id}
            for reason in reasons:
                yield {"of": each.id, "reason": reason}


def preview(verb: str, raw: Mapping[str, Any], ref: str, *, actor: str) -> Preview:
    """Decide an event and keep nothing; tell what it would change for a member.

    Raises:
        DeskError: the event cannot be read.
        UnavailableError: the charter cannot decide now.
    """
    with unit() as opened:
        said = words()
        before = summary(standing_now(opened, ref))
        answer = quote(verb, raw, actor=actor)
    changes = telling.merged(telling.changes_of(ref, answer.trace, before, said))
    # A fresh number is drawn again when the event is told, so this one must not be promised.
    shown = tuple(each for each in changes if each.name != "card_no")
    return explained(answer, said, shown)


def explained(answer: Answer, said: Words, changes: tuple[telling.Change, ...] = ()) -> Preview:
    """An answer with the words behind its refusal."""
    refusal = answer.refusal
    if refusal is None:
        return Preview(answer, changes)
    return Preview(
        answer,
        (),
        reason=REASONS[refusal["code"]],
        clause=said.clause(refusal["clause"]),
        missing=tuple(said.label(code) for code in refusal["missing"]),
    )


def change_details(
    ref: str, changes: Mapping[str, Any], shown: list[str], *, actor: str, key: str
) -> Answer:
    """Register changed personal data: the person's file changes only if the charter accepts.

    Args:
        ref: the person.
        changes: fields of a person with their new values.
        shown: what was shown: `id`, `card`.
        actor: who does it.
        key: idempotency key.

    Raises:
        DeskError: a field is not valid.
    """
    raw = {"member": ref, "changes": dict(changes), "shown": shown}
    with unit(write=True):
        if quote("change_details", raw, actor=actor).accepted:
            change_person(ref, changes)
        return submit("change_details", raw, actor=actor, key=key)
