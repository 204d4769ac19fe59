"""A person's timeline: every decision that touched them, newest first, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, union

from charterhouse.desk import telling
from charterhouse.desk.decisions import COLUMNS, FROM, Outcome, Stored, read
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.people import find_person, is_person
from charterhouse.desk.staff import get_staff
from charterhouse.desk.terms import ACCOUNTS
from charterhouse.desk.words import Words, words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.reasons import REASONS
from charterhouse.records.tables import decision, item, posting
from charterhouse.tenancy.store import unit

KINDS: Mapping[str, frozenset[str]] = {
    "bills": frozenset({"spend", "refund", "visit"}),
    "payments": frozenset({
        "pay", "top_up", "cash_out", "refund", "renew", "upgrade", "pay_premium",
    }),
    "points": frozenset({"award", "redeem", "dispute", "refer", "take_part"}),
    "benefits": frozenset({"use", "give_back"}),
    "services": frozenset({
        "request", "supply", "decide", "progress", "cancel", "close", "book", "record", "diagnose",
    }),
    "membership": frozenset({
        "apply", "approve", "reject", "join", "grant", "bring_in", "withdraw", "suspend",
        "resume", "deregister", "renew", "upgrade", "sanction", "incident", "change_details", "policy", "policy_change", "name_relative",
    }),
    "card": frozenset({"report_loss", "reissue_card", "transfer_card"}),
    "time": frozenset({"due"}),
}  # fmt: skip
"""Kind of entry → verbs. `refused` is a kind of its own."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A task, notice or flag that came of an entry."""

    sort: str
    code: str
    label: Text
    state: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an entry had no effect."""

    code: str
    text: Text
    clause: str
    missing: tuple[Text, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to a person.

    Attributes:
        id: of the decision; `event_id` is "" when time alone acted.
        occurred_at: when it happened, if that was earlier than it was told.
        actor_kind: `staff`, `member`, `api`, `system` or `clock`; `actor` a name, if there is one.
        title: what happened.
        changes: what became different for this person.
        refused: None when accepted.
        clauses: number → text of every clause behind it.
        raised: tasks, notices and flags.
        reason, note: as entered.
    """

    id: str
    event_id: str
    verb: str
    at: datetime
    occurred_at: datetime | None
    actor_kind: str
    actor: str
    branch: str
    title: Text
    changes: tuple[telling.Change, ...]
    refused: Refused | None
    clauses: Mapping[str, Text]
    raised: tuple[Raised, ...]
    reason: str
    note: str

    @property
    def kind(self) -> str:
        """The kind under which the entry is filtered."""
        return next((kind for kind, verbs in KINDS.items() if self.verb in verbs), "other")


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a timeline and how many entries there are in all."""

    entries: tuple[Entry, ...]
    total: int


def timeline(ref: str, kinds: Iterable[str] = (), *, number: int = 1, size: int = 25) -> Timeline:
    """One page of what happened to a person, newest first.

    Args:
        ref: the person.
        kinds: of `KINDS`, or `refused`; all when empty.
        number: of the page, counted from 1.
        size: entries on a page.

    Raises:
        NotFoundError: no such person in this tenant.
    """
    if not is_person(ref):
        raise NotFoundError("there is no such person", code="member_unknown")
    wanted = _wanted(ref, frozenset(kinds))
    page = wanted.order_by(decision.c.at.desc(), decision.c.id.desc())
    with unit() as opened:
        counting = select(func.count()).select_from(wanted.subquery())
        total = opened.connection.execute(counting).scalar_one()
        rows = opened.connection.execute(page.offset((number - 1) * size).limit(size)).all()
        raised = _raised(ref, [row.id for row in rows])
        told = [read(row) for row in rows]
        names: dict[str, tuple[str, str]] = {}
        entries = [
            _entry(ref, one, before, raised.get(one.id, ()), names)
            for one, before in zip(told, _known_before(ref, told), strict=True)
        ]
    return Timeline(tuple(entries), total)


def story(ref: str, request_id: str, since: datetime) -> tuple[Entry, ...]:
    """What happened to one request or booking of a person, newest first.

    Args:
        ref: the person.
        request_id: of the request or booking.
        since: when it was opened; nothing before it is looked at.
    """
    verbs = sorted(KINDS["services"] | KINDS["time"])
    wanted = (
        select(*COLUMNS)
        .select_from(FROM)
        .where(decision.c.member == ref, decision.c.at >= since, decision.c.verb.in_(verbs))
        .order_by(decision.c.at.desc(), decision.c.id.desc())
        .limit(_STORY)
    )
    with unit() as opened:
        told = [read(row) for row in opened.connection.execute(wanted)]
        told = [one for one in told if _tells_of(one, request_id)]
        raised = _raised(ref, [one.id for one in told])
        names: dict[str, tuple[str, str]] = {}
        known = _known_before(ref, told)
        return tuple(
            _entry(ref, one, before, raised.get(one.id, ()), names)
            for one, before in zip(told, known, strict=True)
        )


_STORY = 500
"""So many of a person's decisions are looked through for one request."""


def _tells_of(one: Stored, request_id: str) -> bool:
    named = one.body.get("id" if one.verb in ("request", "book") else "request")
    return named == request_id or request_id in one.outcome.documents


def _wanted(ref: str, kinds: frozenset[str]) -> Select[Any]:
    touched = union(
        select(decision.c.id).where(decision.c.member == ref),
        select(posting.c.decision_id).where(posting.c.owner == ref),
    )
    wanted = select(*COLUMNS).select_from(FROM).where(decision.c.id.in_(touched))
    verbs = frozenset[str]().union(*(KINDS.get(kind, frozenset()) for kind in kinds))
    if "refused" in kinds:
        return wanted.where((decision.c.code != "") | decision.c.verb.in_(sorted(verbs)))
    return wanted.where(decision.c.verb.in_(sorted(verbs))) if kinds else wanted


def _after(ref: str, one: Stored) -> Mapping[str, Any] | None:
    """The figures of the person afterwards, where this decision tells them."""
    return one.outcome.after if one.member == ref else None


def _entry(
    ref: str, one: Stored, before: Mapping[str, Any], raised: Sequence[Raised],
    names: dict[str, tuple[str, str]],
) -> Entry:  # fmt: skip
    """An entry, in the words of the version that decided."""
    said = words(one.version)
    changes = telling.changes_of(ref, one.outcome.trace, before, said)
    kind, name = _actor(one.actor, names)
    return Entry(
        id=str(one.id),
        event_id=str(one.event_id or ""),
        verb=one.verb,
        at=one.at,
        occurred_at=one.occurred_at,
        actor_kind=kind,
        actor=name,
        branch=one.branch,
        title=telling.title(one.verb, one.body, one.outcome, said, own=one.member == ref),
        changes=tuple(telling.merged(changes)),
        refused=_refused(one.outcome, said),
        clauses={number: said.clause(number) for number in one.outcome.clauses},
        raised=tuple(raised),
        reason=str(one.body.get("reason") or ""),
        note=str(one.body.get("note") or ""),
    )


def _refused(outcome: Outcome, said: Words) -> Refused | None:
    refusal = outcome.refusal
    if refusal is None:
        return None
    return Refused(
        code=refusal.code,
        text=REASONS[refusal.code],
        clause=refusal.clause,
        missing=tuple(said.label(code) for code in refusal.missing),
        field=refusal.field,
    )


def _known_before(ref: str, told: Sequence[Stored]) -> list[dict[str, Any]]:
    """What is known of the person before each entry: what the next older one left.

    Quantities are counted back from what the entry itself left, so that they are exact also
    where something in between is not shown.
    """
    known: list[dict[str, Any]] = []
    for place, one in enumerate(told):
        older = next((left for each in told[place + 1 :] if (left := _after(ref, each))), None)
        before = {n: (older or {}).get(n) for n in _KNOWN}
        left = _after(ref, one)
        for account in ACCOUNTS:
            if left is not None and account in left:
                before[account] = left[account] - (one.outcome.moved(account, ref) or 0)
        known.append({name: value for name, value in before.items() if value is not None})
    return known


_KNOWN = ("status", "kind", "tier", "card", "valid_until")


def _raised(ref: str, decisions: Sequence[int]) -> dict[int, list[Raised]]:
    found: dict[int, list[Raised]] = {}
    if not decisions:
        return found
    said = words()
    with unit() as opened:
        rows = opened.connection.execute(
            select(item).where(item.c.decision_id.in_(decisions), item.c.member == ref)
        )
        for row in rows:
            due = date.fromisoformat(row.due) if row.due else None
            raised = Raised(row.sort, row.code, said.label(row.code), row.state, due)
            found.setdefault(row.decision_id, []).append(raised)
    return found


def _actor(actor: str | None, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Kind and name of who told an event; names are looked up once."""
    if not actor:
        return "clock", ""
    if actor not in names:
        kind, _, number = actor.partition(":")
        name = ""
        if kind == "staff" and number.isdecimal():
            name = _staff_name(int(number))
        elif kind == "member":
            person = find_person(number)
            name = person.name if person else ""
        names[actor] = (kind, name)
    return names[actor]


def _staff_name(number: int) -> str:
    try:
        return get_staff(number).name
    except NotFoundError:
        return ""
