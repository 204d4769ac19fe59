"""The journal: each event decided anew, in the order of arrival, beside what is on record of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from charterhouse.kernel import engine
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.events import Event
from charterhouse.kernel.ledger import Posting
from charterhouse.kernel.parties import spoken_of, whom
from charterhouse.kernel.standing import HOUSE
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.books import load_book
from charterhouse.records.chain import digest_of
from charterhouse.records.commit import subject_of
from charterhouse.records.door import event_of
from charterhouse.records.proof.findings import Findings
from charterhouse.records.proof.ground import DECIDED, VOUCHED, Ground
from charterhouse.records.replaying import house_founded
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.store import Unit, prepared
from charterhouse.tenancy.types import to_json

__all__ = ["PAGE", "Journal"]

PAGE = 200
"""How many rows are read at once."""

_EVENTS = prepared(
    select(
        t.event.c.id, t.event.c.seq, t.event.c.request_hash, t.event.c.verb, t.event.c.member,
        t.event.c.at, t.event.c.occurred_at, t.event.c.branch, t.event.c.serial, t.event.c.sealed,
    )
    .where(t.event.c.seq > bindparam("after"))
    .order_by(t.event.c.seq)
    .limit(PAGE)
)  # fmt: skip
_KEPT = [t.decision.c[name] for name in
         ("id", "event_id", "verb", "member", "at", "code", "clause", "charter", "version")]  # fmt: skip
_LINE = [
    t.posting.c.decision_id, t.posting.c.line, t.posting.c.owner, t.posting.c.account,
    t.posting.c.amount, t.posting.c.lot, t.posting.c.clause, t.posting.c.at,
]  # fmt: skip
_WITHIN = (t.event.c.seq > bindparam("after")) & (t.event.c.seq <= bindparam("last"))
_DECISIONS = prepared(
    select(*_KEPT).join(t.event, t.event.c.id == t.decision.c.event_id).where(_WITHIN)
)
_POSTINGS = prepared(
    select(*_LINE)
    .join(t.decision, t.decision.c.id == t.posting.c.decision_id)
    .join(t.event, t.event.c.id == t.decision.c.event_id)
    # In no order: to have one, an engine reads all postings from the first for every page.
    .where(_WITHIN)
)
_DUES = prepared(
    select(*_KEPT).where(
        t.decision.c.member == bindparam("of_member"),
        t.decision.c.at == bindparam("at_moment"),
        t.decision.c.event_id.is_(None),
    )
)
_POSTINGS_OF = prepared(
    select(*_LINE).where(t.posting.c.decision_id == bindparam("wanted")).order_by(t.posting.c.line)
)
_ALL = prepared(
    select(t.decision.c.id, t.decision.c.event_id, t.decision.c.verb, t.decision.c.member)
    .where(t.decision.c.id > bindparam("after"))
    .order_by(t.decision.c.id)
    .limit(PAGE)
)
_VERSIONS = prepared(
    select(t.version.c.number, t.version.c.effective, t.version.c.announced, t.version.c.settings)
    .where(t.version.c.number > 1)
    .order_by(t.version.c.number)
)
_FIELDS = ("owner", "account", "amount", "lot", "clause")


class _Of(NamedTuple):
    """What is spoken of: its name in a sentence, and the event if it is one."""

    title: str
    event: int | None


class Journal:
    """Decides the events of the tenant in scope anew and compares.

    Args:
        unit: open and reading.
        ground: on which is decided.
        found: where differences are noted.
    """

    def __init__(self, unit: Unit, ground: Ground, found: Findings) -> None:
        self._unit = unit
        self._ground = ground
        self._found = found
        self._book = load_book(unit)
        self._founded = house_founded(unit)
        self._versions = list(unit.execute(_VERSIONS))

    def decide(self, progress: Callable[[int], None]) -> None:
        """Decide every event; progress is told how many were decided since it was told last."""
        after = -1
        while rows := self._unit.execute(_EVENTS, {"after": after}).all():
            within = {"after": after, "last": rows[-1].seq}
            decisions = _grouped(self._unit.execute(_DECISIONS, within), "event_id")
            postings = _grouped(self._unit.execute(_POSTINGS, within), "decision_id")
            for row in rows:
                self._found.counts["events"] += 1
                self._one(row, decisions.get(row.id, ()), postings)
            progress(len(rows))
            after = rows[-1].seq

    def advance(self, ref: str, until: datetime) -> None:
        """Bring a person to the moment to which the standing on record was brought."""
        if ref == HOUSE:
            self._found_house(until)
        for decision in engine.advance(self._book, ref, until, self._ground):
            self._due(decision)

    def leftovers(self) -> None:
        """Look for decisions that nothing brought about, or that the audit does not know."""
        self._ground.flush()
        for row in self._decisions():
            of = f"decision {row.id}" if row.event_id is None else f"event {row.event_id}"
            told = f"{of} ({row.verb} of {row.member or 'nobody'})"
            seen = self._ground.bits(row.id)
            if not seen & DECIDED:
                self._found.add("decision", row.id, f"{told} is unfounded: nothing brings it about",
                                event=row.event_id)  # fmt: skip
            if not seen & VOUCHED:
                self._found.add("audit", row.id, f"{told} has no entry in the audit",
                                event=row.event_id)  # fmt: skip
        for version in self._versions:
            self._found.add("version", version.number, f"version {version.number} of the charter "
                            "is unfounded: no event announced it")  # fmt: skip

    def _decisions(self) -> Iterator[Any]:
        after = -1
        while rows := self._unit.execute(_ALL, {"after": after}).all():
            yield from rows
            after = rows[-1].id

    def _one(self, row: Any, kept: Sequence[Any], postings: dict[int, list[Any]]) -> None:
        of = _Of(f"event {row.id} ({row.verb} of {row.member or 'nobody'})", row.id)
        try:
            stored = sealing.EVENT.open(row.id, row.sealed)
            event = event_of(row, stored, self._unit.tenant.zone)
        except (SealError, KeyError, TypeError, ValueError) as error:
            self._found.add("event", row.id, f"{of.title} cannot be read: {error}", event=row.id)
            return
        self._same_row(of, row, event, stored)
        self._found_house(event.at)
        outcome = engine.decide(self._book, event, self._ground)
        for passed in outcome.passed:
            self._due(passed)
        decision = outcome.decision
        if len(kept) != 1:
            self._found.add("decision", row.id, f"{of.title}: {len(kept) or 'no'} decisions on "
                            "record, one was made", event=row.id)  # fmt: skip
        for each in kept[:1]:
            member = self._member(event, decision)
            self._compare(of, decision, each, postings.get(each.id, []), member)
            self._same(of, "event", "member", row.member, member)
        self._amended(of, decision)
        self._keep(decision)

    def _same_row(self, of: _Of, row: Any, event: Event, stored: Any) -> None:
        occurred = event.occurred_at.isoformat() if event.occurred_at else None
        if row.request_hash != digest_of([row.verb, stored["body"], occurred]):
            self._found.add("event", row.id, f"{of.title} is not what was told: its verb, its time "
                            "or its hash was altered", event=row.id)  # fmt: skip
        self._same(of, "event", "branch", row.branch, event.body.branch)

    def _member(self, event: Event, decision: Decision) -> str | None:
        document = spoken_of(event, self._ground)
        return document.member if document else subject_of(decision)

    def _due(self, decision: Decision) -> None:
        """Compare what time did by itself; where nobody spoke, nothing is on record."""
        if decision.trace:
            ref, at = whom(decision.event.body) or "", decision.at
            of = _Of(f"what time did for {ref} at {at.isoformat()}", None)
            kept = self._unit.execute(_DUES, {"of_member": ref, "at_moment": at}).all()
            if len(kept) != 1:
                self._found.add("decision", ref, f"{of.title}: {len(kept) or 'no'} decisions on "
                                "record, one was made")  # fmt: skip
            for each in kept[:1]:
                lines = self._unit.execute(_POSTINGS_OF, {"wanted": each.id}).all()
                self._compare(of, decision, each, lines, ref)
        self._keep(decision)

    def _compare(
        self, of: _Of, decision: Decision, kept: Any, lines: Sequence[Any], member: str | None
    ) -> None:
        self._ground.mark(kept.id, DECIDED)
        refusal = decision.refusal
        decided = {
            "verb": decision.event.verb,
            "at": decision.at,
            "code": refusal.code if refusal else "",
            "clause": refusal.clause if refusal else "",
            "member": member,
            "charter": self._book.charter.code,
            "version": self._book.versions[self._book.index_at(decision.at)].number,
        }
        for name, value in decided.items():
            # What an amendment says holds for itself only from its own moment on.
            if name != "version" or decision.version is None:
                self._same(of, "decision", name, getattr(kept, name), value)
        self._same_lines(of, decision, lines)

    def _same(self, of: _Of, code: str, name: str, kept: Any, decided: Any) -> None:
        if kept != decided:
            if name == "code":
                name, kept, decided = "outcome", kept or "accepted", decided or "accepted"
            self._found.add(code, of.event or of.title, f"{of.title}: {name} is {_told(kept)}, "
                            f"decided {_told(decided)}", event=of.event)  # fmt: skip

    def _same_lines(self, of: _Of, decision: Decision, lines: Sequence[Any]) -> None:
        decided = decision.postings if decision.accepted else ()
        self._found.counts["postings"] += len(lines)
        kept = {row.line: row for row in lines}
        for number in sorted(kept.keys() | set(range(len(decided)))):
            row = kept.get(number)
            posting = decided[number] if number < len(decided) else None
            for text in _differs(row, posting, decision.at):
                self._found.add("posting", f"{row.decision_id if row else of.title}:{number}",
                                f"{of.title}: {text}", event=of.event)  # fmt: skip

    def _amended(self, of: _Of, decision: Decision) -> None:
        new = decision.version
        if new is None:
            return
        kept = self._versions.pop(0) if self._versions else None
        decided = (new.effective, new.announced.isoformat(), to_json(dict(new.settings)))
        if kept is None or decided != (kept.effective, kept.announced, to_json(kept.settings)):
            name = f"version {kept.number}" if kept else "its version"
            self._found.add("version", kept.number if kept else of.event or "", f"{of.title}: "
                            f"{name} of the charter is not what was announced",
                            event=of.event)  # fmt: skip

    def _keep(self, decision: Decision) -> None:
        if decision.accepted:
            self._ground.keep(decision)

    def _found_house(self, until: datetime) -> None:
        """Begin the institution's own dues where the clock did: no event tells of that moment."""
        if self._founded is not None and self._founded <= until:
            moment, self._founded = self._founded, None
            self.advance(HOUSE, moment)


def _differs(row: Any, posting: Posting | None, at: datetime) -> Iterator[str]:
    if row is None:
        assert posting is not None  # noqa: S101 - one of both is there
        yield (
            f"the posting of {posting.amount} {posting.account} to {posting.owner} by clause "
            f"{posting.clause} is missing"
        )
        return
    name = f"posting {row.line} ({row.owner} {row.account})"
    if posting is None:
        yield f"{name} of {row.amount} by clause {row.clause} is unfounded"
        return
    for field in _FIELDS:
        kept, decided = getattr(row, field), getattr(posting, field)
        if kept != decided:
            yield f"{name}: {field} is {_told(kept)}, decided {_told(decided)}"
    if row.at != at:
        yield f"{name}: its time is {row.at.isoformat()}, decided {at.isoformat()}"


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _grouped(rows: Any, name: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
