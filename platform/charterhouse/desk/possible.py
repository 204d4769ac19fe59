"""Which verbs of the charter are open for a person now: each is tried with the least it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from charterhouse.desk import terms
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import quote
from charterhouse.desk.local import now_here
from charterhouse.desk.member_file import benefits_left, standing_now
from charterhouse.desk.papers import OVER, papers
from charterhouse.kernel.charter import Text
from charterhouse.kernel.events import FIELDS
from charterhouse.kernel.program import Program
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.records.books import load_book
from charterhouse.tenancy.store import unit

__all__ = ["OVER", "SOURCES", "Possible", "coded", "codes_of", "possible", "subject_of"]

_NOT_OFFERED = frozenset(
    {"not_included", "not_refundable", "not_withdrawable", "not_transferable", "unknown"}
)
"""Reasons by which a charter says that it has no such thing at all."""

_BY_INPUT = frozenset({
    "amount_short", "fee_short", "not_single_payment", "form_required", "incomplete",
    "document_missing", "consent_missing", "id_missing", "card_missing", "code_missing",
    "reason_missing", "notice_too_short",
})  # fmt: skip
"""Reasons that another entry in the form can put right: they do not close an action."""

_ELSEWHERE = frozenset({"apply", "spend", "pay", "amend", "bring_in", "pay_premium"})
"""Verbs that have pages of their own, or are of the house and not of a member."""

_NOT_TRIED = frozenset({"refer", "name_relative", "policy", "policy_change", "diagnose"})
"""Verbs that need a person or a paper which nobody can guess: offered where the charter has them."""

SOURCES: Mapping[str, tuple[str, ...]] = {
    "dispute": ("redemption",),
    "give_back": ("use", "redemption"),
    "refund": ("bill", "payment"),
    **dict.fromkeys(("supply", "decide", "progress", "cancel", "close"), ("request", "booking")),
}
"""Verb → kinds of documents to which it can refer."""

_TRIES = 6
_LEAST: Mapping[str, Mapping[str, Any]] = {
    "redeem": {"points": 1},
    "change_details": {"changes": {}, "shown": ["id"]},
    "withdraw": {"form": "written"},
    "grant": {"by": "leader", "reason": "-"},
    "cancel": {"by": "customer"},
    **{v: {"reason": "-"} for v in ("suspend", "resume", "deregister", "sanction", "award")},
}
_FALLBACKS: Mapping[str, Any] = {
    "fen": 1, "positive_fen": 1, "count": 1, "positive": 1, "yes_no": True, "text": "-",
    "label": "try", "codes": [], "papers": {}, "details": {}, "code": "try",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Possible:
    """Whether an action is open now; if not, why and by which clause."""

    verb: str
    allowed: bool
    reason: Text = ("", "")
    clause: str = ""


def codes_of(program: Program, verb: str, name: str) -> list[str]:
    """The codes that a field of a verb may have, in the charter's order; empty for "any"."""
    codes = program.codes
    found = set(codes.get(f"{verb}.{name}", ()))
    if not found and name in ("tier", "to") and verb in ("upgrade", "grant", "bring_in", "apply"):
        return list(program.tiers)
    if not found and name == "kind" and verb == "record":
        found = {*program.charter.records, *codes.get("record.kind", ())}
    if not found and name not in ("kind", "form", "outcome", "for"):
        found = set(codes.get(name, ()))
    order = {code: place for place, code in enumerate(program.charter.labels)}
    return sorted(found, key=lambda code: (order.get(code, len(order)), code))


def coded(program: Program, verb: str, name: str) -> list[str]:
    """The codes to choose from: the charter's, else those of the vocabulary itself."""
    family = f"{verb}.{name}"
    return codes_of(program, verb, name) or list(terms.known(family) or terms.known(name))


def subject_of(verb: str, ref: str, standing: Standing) -> dict[str, str]:
    """The field by which a verb names the person: `member`, or `person` for who is none."""
    fields = FIELDS[verb]
    if "member" not in fields:
        return {}
    if "person" in fields and not fields["member"].required and standing.status == "none":
        return {"person": ref}
    return {"member": ref}


def possible(ref: str, *, actor: str) -> dict[str, Possible]:
    """Verb → whether it is open for this person now; what the charter lacks is left out.

    Each is tried as a quote with the least that it needs. What an input can still put right
    (a paper, a field) does not close an action.
    """
    found: dict[str, Possible] = {}
    with unit() as opened:
        standing = standing_now(opened, ref)
        program = load_book(opened).at(now_here())
        for verb in VERBS:
            if verb in _ELSEWHERE or (verb not in program.verbs and verb != "join"):
                continue
            if verb in _NOT_TRIED:
                found[verb] = Possible(verb, allowed=True)
                continue
            best: Possible | None = None
            for raw in _some(_probes(verb, ref, standing, program)):
                tried = _try(verb, raw, actor)
                best = tried if tried and (tried.allowed or best is None) else best
                if best is not None and best.allowed:
                    break
            if best is not None:
                found[verb] = best
    return found


def _some(probes: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for _, raw in zip(range(_TRIES), probes, strict=False):
        yield raw


def _try(verb: str, raw: Mapping[str, Any], actor: str) -> Possible | None:
    """Whether a body would be accepted; None where the charter has no such thing at all."""
    try:
        answer = quote(verb, raw, actor=actor)
    except DeskError:
        return None
    refusal = answer.refusal
    if refusal is None:
        # Where no clause makes anything of it, the charter does not really have such a thing.
        empty = all(did == "cite" for _, _, did, _ in answer.trace)
        return None if empty else Possible(verb, allowed=True)
    if _strange(refusal):
        return None
    if refusal["code"] in _BY_INPUT or refusal["field"] or refusal["missing"]:
        return Possible(verb, allowed=True)
    return Possible(verb, allowed=False, reason=REASONS[refusal["code"]], clause=refusal["clause"])


def _strange(refusal: Mapping[str, Any]) -> bool:
    """Whether the charter, or the kernel in its place, knows of no such thing."""
    if refusal["code"] == "unknown" and not refusal["clause"]:
        return True
    by_itself = refusal["code"] in _NOT_OFFERED and not refusal["field"] and not refusal["missing"]
    return refusal["field"] == "verb" or by_itself


def _probes(
    verb: str, ref: str, standing: Standing, program: Program
) -> Iterator[Mapping[str, Any]]:
    """The least bodies with which a verb may be tried."""
    own = {**subject_of(verb, ref, standing), **_LEAST.get(verb, {})}
    if verb in SOURCES:
        yield from _of_papers(verb, ref, program, own)
    elif verb == "use":
        left = benefits_left(program, standing)
        codes = [each.code for each in left if each.remaining != 0] or [b.code for b in left]
        for code in codes[:1]:
            yield {**own, "benefit": code}
    elif verb == "transfer_card":
        yield {**own, "to": ref}
    elif verb == "redeem":
        yield own
        for item in program.catalogue():
            yield {**own, "item": item, "points": None}
    else:
        yield from _plain_probes(verb, program, own)


def _plain_probes(
    verb: str, program: Program, own: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Every required field with the least that it takes, and each code of the first coded one."""
    body = dict(own)
    first: tuple[str, list[str]] = ("", [])
    for name, field in FIELDS[verb].items():
        if not field.required or name in body:
            continue
        if field.kind.name in ("code", "codes"):
            codes = coded(program, verb, name)
            if codes and not first[0]:
                first = (name, codes)
                continue
            value: Any = codes[:1] if field.kind.name == "codes" else next(iter(codes), "try")
            body[name] = value
        elif field.kind.name in ("day", "moment"):
            body[name] = now_here().date().isoformat()
        else:
            body[name] = _FALLBACKS.get(field.kind.name)
    name, codes = first
    if not name:
        yield body
    for code in codes:
        yield {**body, name: [code] if FIELDS[verb][name].kind.name == "codes" else code}


def _of_papers(
    verb: str, ref: str, program: Program, own: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    reasons = codes_of(program, verb, "reason") if verb == "give_back" else []
    for kind in SOURCES[verb]:
        for each in papers(ref, kind, most=5):
            if kind in ("request", "booking"):
                if each.content.get("status") not in OVER:
                    yield from _plain_probes(verb, program, {**own, "request": each.id})
                continue
            yield {"of": each.id}
            for reason in reasons:
                yield {"of": each.id, "reason": reason}
