"""Admission at the desk: what each path asks for and costs, and the steps to a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from charterhouse.desk import members
from charterhouse.desk.actions import Preview, explained, preview
from charterhouse.desk.intake import Answer, quote, submit
from charterhouse.desk.member_file import Owed, standing_now
from charterhouse.desk.people import Person, change_person, get_person
from charterhouse.desk.words import Words, program_now, words
from charterhouse.kernel.charter import Requirement, Text
from charterhouse.kernel.clauses.conditions import ByDetail
from charterhouse.kernel.program import Program
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.report import Form
from charterhouse.tenancy.store import unit


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose in an application.

    Attributes:
        text: what the charter says of it; empty when it says nothing of its own.
        owed: what it costs to get in, in fen.
        channels: through which it is open, for a path.
        refused: why it is not open for this person; empty when it is.
    """

    code: str
    label: Text
    text: Text = ("", "")
    clause: str = ""
    owed: tuple[Owed, ...] = ()
    channels: tuple[str, ...] = ()
    refused: Text = ("", "")
    refused_clause: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What an application may choose, and what holds where it names nothing.

    Attributes:
        kinds: of membership; sponsor and number of persons go with some of them.
        choices: detail → what may be chosen, where the charter's figures differ by it.
        refused: why a charter without paths would not admit this person; empty when it would.
    """

    tiers: tuple[Option, ...]
    paths: tuple[Option, ...]
    channels: tuple[Option, ...]
    defaults: Mapping[str, str]
    kinds: tuple[Option, ...] = ()
    choices: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    refused: Text = ("", "")
    refused_clause: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody applies for and hands in.

    Attributes:
        documents: code → copies.
        details: code → what was told.
        sponsor: a person's ref.
    """

    tier: str = ""
    kind: str = ""
    sponsor: str = ""
    headcount: int = 0
    path: str = ""
    channel: str = ""
    documents: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    consent: bool = False

    def body(self, ref: str) -> dict[str, Any]:
        """As the fields of an `apply` event; what is empty is left out."""
        named = {
            "tier": self.tier, "path": self.path, "channel": self.channel, "kind": self.kind,
            "sponsor": self.sponsor, "headcount": self.headcount,
        }  # fmt: skip
        return {
            "member": ref,
            **{name: code for name, code in named.items() if code},
            "documents": {code: n for code, n in self.documents.items() if n},
            "details": dict(self.details),
            "consent": self.consent,
        }


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose application waits for a review or for its payment."""

    row: members.Row
    application: Mapping[str, Any]
    owed: tuple[Owed, ...]


def form_of_charter() -> Form | None:
    """The application form of the tenant's charter, if it has one."""
    return program_now().charter.form


def options(ref: str, *, actor: str) -> Options:
    """What this person may choose: every path is tried through every channel."""
    with unit():
        program, said = program_now(), words()
        defaults = program.defaults()
        channels = sorted(
            program.codes.get("apply.channel", ()), key=lambda c: (c != defaults.get("channel"), c)
        )
        paths = sorted(program.codes.get("path", ()), key=lambda c: (c != defaults.get("path"), c))
        kinds = sorted(
            program.codes.get("apply.kind", ()), key=lambda c: (c != defaults.get("kind"), c)
        )
        refused, number = ("", ""), ""
        if not paths:
            refused, number = _refused(ref, actor)
        return Options(
            kinds=tuple(_kind(code, program, said) for code in kinds),
            choices={
                name: tuple(_plain(str(code), program, said) for code in codes)
                for name, codes in choices_of(program).items()
            },
            refused=refused,
            refused_clause=number,
            tiers=tuple(_plain(code, program, said) for code in _tiers(program, said)),
            paths=tuple(_path(ref, code, channels, program, said, actor) for code in paths),
            channels=tuple(_plain(code, program, said) for code in channels),
            defaults=defaults,
        )


def _refused(ref: str, actor: str) -> tuple[Text, str]:
    """Why this person cannot be admitted at all; what papers can put right is no reason."""
    refusal = quote("join", {"member": ref}, actor=actor).refusal
    if refusal is None or refusal["field"] or refusal["missing"] or refusal["code"] in _LATER:
        return ("", ""), ""
    return REASONS[refusal["code"]], refusal["clause"]


_LATER = frozenset(
    {"incomplete", "consent_missing", "sponsor_missing", "amount_short", "fee_short"}
)


def choices_of(program: Program) -> dict[str, tuple[Any, ...]]:
    """Details of an application by which figures of the charter differ → what may be chosen."""
    found: dict[str, tuple[Any, ...]] = {}
    for clause in program.clauses:
        for value in vars(clause).values():
            if isinstance(value, ByDetail):
                found.setdefault(value.name, tuple(value))
    return found


def _kind(code: str, program: Program, said: Words) -> Option:
    number = program.explanations().get(code, "")
    return Option(code, said.of("kind", code), said.clause(number), number)


def _tiers(program: Program, said: Words) -> list[str]:
    """Tiers low to high, then others in the order in which the charter labels them."""
    known = dict.fromkeys((*program.tiers, *said.labels))
    order = {code: place for place, code in enumerate(known)}
    return sorted(program.codes.get("tier", ()), key=lambda c: (order.get(c, len(order)), c))


def _plain(code: str, program: Program, said: Words) -> Option:
    number = program.explanations().get(code, "")
    return Option(code, said.label(code), said.clause(number), number)


def _path(
    ref: str, code: str, channels: list[str], program: Program, said: Words, actor: str
) -> Option:
    tried = {
        channel: quote("join", {"member": ref, "path": code, "channel": channel}, actor=actor)
        for channel in channels or [""]
    }
    open_ = tuple(channel for channel, answer in tried.items() if answer.accepted)
    first = tried[open_[0]] if open_ else next(iter(tried.values()))
    number = program.explanations().get(code, "")
    refusal = first.refusal
    return Option(
        code,
        said.label(code),
        said.clause(number),
        number,
        owed=owed_in(first),
        channels=open_,
        refused=REASONS[refusal["code"]] if refusal else ("", ""),
        refused_clause=refusal["clause"] if refusal else "",
    )


def owed_in(answer: Answer) -> tuple[Owed, ...]:
    """What an answer makes somebody owe, in fen."""
    return tuple(
        Owed(about["purpose"], about["amount"], clause)
        for clause, _, did, about in answer.trace
        if did == "owe"
    )


def requirements(
    path: str, channel: str, ref: str = "", application: Application | None = None
) -> list[Requirement]:
    """The papers and details of an application on a path through a channel.

    Where they differ by kind or tier, those of one person's application are asked of the charter.
    """
    listed = program_now().requirements("apply", path=path or None, channel=channel or None)
    if not ref or application is None or not listed:
        return listed
    bare = replace(application, documents={}, details={listed[0].code: ""}, consent=True)
    refusal = quote("apply", bare.body(ref), actor=f"member:{ref}").refusal
    lacking = set(refusal["missing"]) if refusal else set()
    return [each for each in listed if each.code in lacking] if lacking else listed


def details_of(person: Person, needed: list[Requirement]) -> dict[str, Any]:
    """The details that an application needs, as far as the person's file has them."""
    known = {
        **person.more, "address": person.address, "phone": person.phone, "name": person.name,
        "id_number": person.id_number, "email": person.email, "sex": person.sex,
        "born": person.born.isoformat() if person.born else "",
    }  # fmt: skip
    return {
        each.code: known[each.code]
        for each in needed
        if each.sort == "detail" and known.get(each.code)
    }


def missing(application: Application, ref: str = "") -> list[Requirement]:
    """What an application still lacks, in the charter's order."""
    return [
        each
        for each in requirements(application.path, application.channel, ref, application)
        if not (
            application.documents.get(each.code)
            if each.sort == "document"
            else str(application.details.get(each.code) or "").strip()
        )
    ]


def fill_form(ref: str, person: Mapping[str, Any], more: Mapping[str, Any]) -> Person:
    """Keep what was written into the application form.

    Args:
        ref: the applicant.
        person: fields of a person (name, phone, address, email).
        more: further fields of the form by code.

    Raises:
        DeskError: a field is not valid.
    """
    return change_person(ref, {**person, "more": dict(more)})


def review(ref: str, application: Application, *, actor: str) -> Preview:
    """What handing in an application would bring: accepted or why not; nothing is kept.

    What the applicant will owe is read from a whole admission on the same terms.
    """
    tried = preview("apply", application.body(ref), ref, actor=actor)
    if not tried.answer.accepted:
        return tried
    whole = preview("join", application.body(ref), ref, actor=actor)
    return whole if whole.answer.accepted else tried


def apply(ref: str, application: Application, *, actor: str, key: str, branch: str = "") -> Answer:
    """Hand in an application.

    Raises:
        DeskError: it cannot be read.
    """
    get_person(ref)
    body = application.body(ref) | ({"branch": branch} if branch else {})
    return submit("apply", body, actor=actor, key=key)


def approve(ref: str, *, actor: str, key: str) -> Answer:
    """Approve an application; the card is issued when nothing is owed."""
    return submit("approve", {"member": ref}, actor=actor, key=key)


def reject(ref: str, reason: str, *, actor: str, key: str) -> Answer:
    """Reject an application with a reason."""
    return submit("reject", {"member": ref, "reason": reason}, actor=actor, key=key)


def told(answer: Answer) -> Preview:
    """An answer with the words behind its refusal."""
    return explained(answer, words())


def waiting(status: str, *, number: int = 1, size: int = 25) -> tuple[list[Waiting], int]:
    """One page of those whose application is `applied` or `approved`, oldest first."""
    found = members.search(
        filters=members.Filters(status=status),
        order=members.Order("since", descending=False),
        number=number,
        size=size,
    )
    rows = []
    with unit() as opened:
        for row in found.rows:
            standing = standing_now(opened, row.ref)
            owed = tuple(Owed(c, d.amount, d.clause) for c, d in standing.owed.items())
            rows.append(Waiting(row, standing.facts.get("application", {}), owed))
    return rows, found.total


__all__ = [
    "Application", "Option", "Options", "Waiting", "apply", "approve", "details_of", "fill_form",
    "form_of_charter", "missing", "options", "owed_in", "reject",
    "requirements", "review", "told", "waiting",
]  # fmt: skip
