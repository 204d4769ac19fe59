"""The one door to a tenant's records: tell an event, get its decision; all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse import clock, metrics
from charterhouse.kernel import engine
from charterhouse.kernel.decision import Decision, Outcome
from charterhouse.kernel.events import Event, dump_body, load_body
from charterhouse.kernel.program import Book
from charterhouse.kernel.vocabulary import Body
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.books import COUNT, add_version, load_book
from charterhouse.records.cards import new_card_number
from charterhouse.records.chain import LAST, Chain, digest_of
from charterhouse.records.commit import Commit
from charterhouse.records.errors import IdempotencyError
from charterhouse.records.view import StoreView
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.store import Unit, prepared

DUE = "due"
Facts = Callable[[str], Mapping[str, Any]]

_BY_KEY = prepared(
    select(t.event.c.id, t.event.c.request_hash).where(t.event.c.key == bindparam("wanted"))
)
_DECISION_OF = prepared(
    select(t.decision.c.id, t.decision.c.sealed, t.decision.c.version).where(
        t.decision.c.event_id == bindparam("wanted")
    )
)
_INTRODUCING = frozenset({"apply", "join", "bring_in", "grant", "transfer_card", "change_details"})


@dataclass(frozen=True, slots=True)
class Told:
    """An event as somebody tells it.

    Attributes:
        body: the verb's typed fields.
        at: the moment of the decision, in the tenant's zone.
        actor: who tells it, for the audit: `staff:<id>`, `member:<id>`, `api:<id>`, `system`.
        key: idempotency key of the caller; unique in the tenant.
        occurred_at: when it happened, if earlier.
        facts: tells what the house knows of a person (born, sex …).
    """

    body: Body
    at: datetime
    actor: str
    key: str | None = None
    occurred_at: datetime | None = None
    facts: Facts = field(default=lambda _ref: {})

    def request_hash(self, body: Mapping[str, Any]) -> str:
        """By which a retry is told from another event under the same key.

        Args:
            body: as `dump_body` gives it.
        """
        occurred = self.occurred_at.isoformat() if self.occurred_at else None
        return digest_of([self.body.verb, body, occurred])


@dataclass(frozen=True, slots=True)
class Kept:
    """What is on record of an event: its id, and the outcome as `outcome_of` keeps it."""

    event_id: int
    outcome: Mapping[str, Any]
    version: int
    repeated: bool = False
    decided: Outcome | None = None


class Door:
    """Decides and commits events of the tenant in scope within an open unit.

    Args:
        unit: writing, except for `quote`.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._book: Book | None = None
        self.view = StoreView(unit)

    @property
    def book(self) -> Book:
        """The charter by which events are decided.

        Raises:
            CharterUnavailableError: the tenant's charter is not installed.
        """
        if self._book is None:
            self._book = load_book(self._unit)
        return self._book

    def tell(self, told: Told) -> Kept:
        """Decide an event and keep event, decision and effects.

        The same key with the same event gives the kept outcome again.

        Raises:
            IdempotencyError: the key was used for another event.
            CharterError: the charter broke its contract; nothing is kept.
            CharterUnavailableError: the tenant's charter is not installed.
        """
        body = dump_body(told.body)
        request_hash = told.request_hash(body)
        # All that can be asked before anything is known, in one round trip.
        same, last, versions = self._unit.execute_together(
            (_BY_KEY, {"wanted": told.key}), (LAST, {}), (COUNT, {})
        )
        if self._book is None:
            self._book = load_book(self._unit, versions.scalar())
        before = self._kept(same.first(), request_hash)
        if before is not None:
            return before
        event = self._event(told)
        outcome = engine.decide(self.book, event, self.view)
        commit = self._commit(told.actor, Chain(self._unit, last))
        for passed in outcome.passed:
            self._write(commit, passed)
        commit.event(outcome.decision, body, key=told.key, request_hash=request_hash)
        content = self._write(commit, outcome.decision)
        self._unit.flush()
        refusal = outcome.decision.refusal
        metrics.decided(event.verb, refusal.code if refusal else "")
        version = self.version_at(event.at)
        return Kept(event.id, content, version, decided=outcome)

    def quote(self, told: Told) -> Outcome:
        """Decide an event and keep nothing."""
        return engine.decide(self.book, self._event(told), self.view)

    def advance(self, ref: str, until: datetime, *, actor: str = "clock") -> list[Decision]:
        """Bring a person through what became due, and keep it."""
        decisions = engine.advance(self.book, ref, until, self.view)
        commit = self._commit(actor)
        for decision in decisions:
            self._write(commit, decision)
        self._unit.flush()
        return decisions

    def _commit(self, actor: str, chain: Chain | None = None) -> Commit:
        return Commit(
            self._unit,
            self.view,
            charter=self.book.charter.code,
            actor=actor,
            recorded_at=clock.now(),
            chain=chain,
        )

    def _write(self, commit: Commit, decision: Decision) -> Mapping[str, Any]:
        content = commit.decision(decision, self.version_at(decision.at))
        if decision.event.verb == DUE:
            metrics.decided(DUE, "")
        commit.seen(decision)
        new = decision.version
        if new is not None:
            book = self._book = self.book.with_version(new.effective, new.settings)
            added = max(book.versions, key=lambda v: v.number)
            announced = new.announced.isoformat()
            actor = decision.event.body.by or "staff"
            add_version(self._unit, book, added, announced=announced, actor=actor[:120])
        return content

    def version_at(self, moment: datetime) -> int:
        """The number of the charter's version in force at a moment."""
        index = self.book.index_at(moment)
        return self.book.versions[index].number

    def _kept(self, row: Any, request_hash: str) -> Kept | None:
        if row is None:
            return None
        if row.request_hash != request_hash:
            raise IdempotencyError(
                "this idempotency key was used for another event: use a new key",
                field="Idempotency-Key",
            )
        return self.kept(row.id, repeated=True)

    def kept(self, event_id: int, *, repeated: bool = False) -> Kept | None:
        """What is on record of an event, by its id."""
        row = self._unit.execute(_DECISION_OF, {"wanted": event_id}).first()
        if row is None:
            return None
        outcome = sealing.DECISION.open(row.id, row.sealed)
        return Kept(event_id, outcome, row.version, repeated=repeated)

    def _event(self, told: Told) -> Event:
        bare = Event(new_id(), told.at, told.body, told.occurred_at, new_card_number())
        people: dict[str, Mapping[str, Any]] = {}
        for ref in engine.touched(self.book, bare, self.view):
            known = self.view.standing(ref)
            if told.body.verb in _INTRODUCING or known.born is None:
                facts = told.facts(ref)
                if facts:
                    people[ref] = facts
        return Event(bare.id, bare.at, bare.body, bare.occurred_at, bare.serial, people)


def load_event(row: Any, zone: Any) -> Event:
    """An event as it was decided, from its stored row.

    Raises:
        SealError: it was altered or copied from elsewhere.
    """
    return event_of(row, sealing.EVENT.open(row.id, row.sealed), zone)


def event_of(row: Any, stored: Mapping[str, Any], zone: Any) -> Event:
    """An event as it was decided, from the columns of its row and what was sealed in it."""
    people = {
        ref: {n: date.fromisoformat(v) if n == "born" else v for n, v in facts.items()}
        for ref, facts in stored["people"].items()
    }
    occurred = row.occurred_at.astimezone(zone) if row.occurred_at else None
    body = load_body(row.verb, stored["body"])
    return Event(row.id, row.at.astimezone(zone), body, occurred, row.serial, people)


__all__ = ["Door", "Facts", "Kept", "Told", "event_of", "load_event"]
