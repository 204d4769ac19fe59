"""A tenant's events for a replay, and what is on record of them to compare it with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from charterhouse.kernel.blame import TILL
from charterhouse.kernel.decision import Document
from charterhouse.kernel.difference import Ended
from charterhouse.kernel.events import Event
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.program import Book
from charterhouse.kernel.replay import Run
from charterhouse.kernel.standing import HOUSE, load
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.books import load_book
from charterhouse.records.door import load_event
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import Unit, prepared

_PAGE = 500
_INSTANT = timedelta(microseconds=1)

_NEXT = prepared(
    select(
        t.event.c.id, t.event.c.seq, t.event.c.verb, t.event.c.at, t.event.c.occurred_at,
        t.event.c.serial, t.event.c.sealed,
    )
    .where(t.event.c.seq > bindparam("after"))
    .order_by(t.event.c.seq)
    .limit(_PAGE)
)  # fmt: skip


def events_of(unit: Unit) -> Iterator[Event]:
    """Every event of the tenant in scope as it was decided, in the order of arrival.

    Raises:
        SealError: an event was tampered with.
    """
    zone, last = unit.tenant.zone, -1
    while rows := unit.execute(_NEXT, {"after": last}).all():
        for row in rows:
            yield load_event(row, zone)
        last = rows[-1].seq


def count_events(unit: Unit) -> int:
    """How many events the tenant in scope has."""
    query = select(func.count()).select_from(t.event)
    return int(unit.connection.execute(query).scalar_one())


def last_moment(unit: Unit) -> datetime | None:
    """The latest moment of which anything is on record: of an event, or of time alone."""
    moments = [
        unit.connection.execute(select(func.max(column))).scalar()
        for column in (t.event.c.at, t.standing.c.done)
    ]
    return max((m.astimezone(unit.tenant.zone) for m in moments if m is not None), default=None)


def first_book(unit: Unit) -> Book:
    """The charter as it was adopted, before any amendment.

    Raises:
        CharterUnavailableError: no plugin offers the tenant's charter.
        CharterMissingError: the tenant has adopted no charter yet.
    """
    book = load_book(unit)
    return Book(book.charter, [book.first])


def house_founded(unit: Unit) -> datetime | None:
    """The latest moment at which the institution's own dues can have begun, if any came.

    The clock begins them at a moment that no event tells; what came of them since is on record.
    """
    query = select(func.min(t.decision.c.at)).where(
        t.decision.c.member == HOUSE, t.decision.c.verb == "due"
    )
    first = unit.connection.execute(query).scalar()
    return first.astimezone(unit.tenant.zone) - _INSTANT if first is not None else None


def recorded(unit: Unit, since: datetime | None, until: datetime) -> Ended:
    """What is on record of the tenant in scope, in the form in which a run ends.

    Args:
        unit: open and reading.
        since: only what was decided from this moment on is counted; all when None.
        until: to here everybody is brought in memory; not before the last moment on record.
    """
    run = _Recorded(unit)
    if since is not None:
        # What time did before but nobody looked at yet is no part of what is counted.
        run.advance_all(since - _INSTANT)
        run.paid.clear()
    run.read(unit, since)
    run.advance_all(until)
    return run.ended()


class _Recorded(Run):
    """The stored standings, which go on from where they are."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(load_book(unit))
        self._view = StoreView(unit)
        zone = unit.tenant.zone
        for row in unit.connection.execute(select(t.standing.c.ref, t.standing.c.sealed)):
            kept = sealing.STANDING.open(row.ref, row.sealed)
            self.standings[row.ref] = load(row.ref, kept, zone)

    def document(self, doc_id: str) -> Document | None:
        """See `View`."""
        return self.documents.get(doc_id) or self._view.document(doc_id)

    def read(self, unit: Unit, since: datetime | None) -> None:
        """Count what was decided."""
        self._read_decisions(unit, since)
        self._read_payments(unit, since)
        self._read_points(unit, since)
        self._read_bills(unit, since)

    def _read_decisions(self, unit: Unit, since: datetime | None) -> None:
        query = select(t.decision.c.code, t.decision.c.clause, func.count().label("n"))
        query = query.where(t.decision.c.event_id.is_not(None))
        if since is not None:
            query = query.where(t.decision.c.at >= since)
        for row in unit.connection.execute(query.group_by(t.decision.c.code, t.decision.c.clause)):
            self.tally.events += row.n
            if row.code:
                self.tally.refusals[row.code, row.clause] += row.n
            else:
                self.tally.accepted += row.n

    def _read_payments(self, unit: Unit, since: datetime | None) -> None:
        query = (
            select(t.decision.c.member, func.sum(t.posting.c.amount).label("fen"))
            .join_from(t.posting, t.decision, t.posting.c.decision_id == t.decision.c.id)
            .where(t.posting.c.owner.startswith(TILL, autoescape=True))
            .group_by(t.decision.c.member)
        )
        if since is not None:
            query = query.where(t.posting.c.at >= since)
        for row in unit.connection.execute(query):
            self.paid[row.member or ""] += int(row.fen)

    def _read_points(self, unit: Unit, since: datetime | None) -> None:
        query = select(func.sum(t.posting.c.amount)).where(
            t.posting.c.account == POINTS,
            t.posting.c.amount > 0,
            t.posting.c.owner.not_like("@%"),
        )
        if since is not None:
            query = query.where(t.posting.c.at >= since)
        self.tally.points_given += int(unit.connection.execute(query).scalar() or 0)

    def _read_bills(self, unit: Unit, since: datetime | None) -> None:
        query = select(t.document.c.id, t.document.c.sealed).where(t.document.c.kind == "bill")
        if since is not None:
            query = query.where(t.document.c.at >= since)
        for row in unit.connection.execute(query):
            self.count_bill(sealing.DOCUMENT.open(row.id, row.sealed)["priced"])


__all__ = [
    "count_events", "events_of", "first_book", "house_founded", "last_moment", "recorded",
]  # fmt: skip
