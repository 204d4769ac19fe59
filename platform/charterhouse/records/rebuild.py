"""Rebuilding a tenant from its events, and comparing with what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from charterhouse.kernel import engine
from charterhouse.kernel.decision import Decision, Document
from charterhouse.kernel.program import Book
from charterhouse.kernel.standing import HOUSE, Standing, dump, is_active, load
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.books import load_book
from charterhouse.records.chain import broken_links, digest_of
from charterhouse.records.commit import audited
from charterhouse.records.door import load_event
from charterhouse.records.replaying import house_founded
from charterhouse.records.requests import REQUEST, columns_of
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.store import Unit
from charterhouse.tenancy.types import to_micros

Progress = Callable[[int], None]
Line = tuple[str, str, str, str, int]


@dataclass(slots=True)
class Findings:
    """What `verify` found.

    Attributes:
        counts: how many events, decisions, postings, balances, standings and audit entries.
        differences: one sentence each.
    """

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


class _Replay:
    """The events of a tenant decided anew, in memory."""

    def __init__(self, book: Book, founded: datetime | None) -> None:
        self._book = book
        self._founded = founded
        self.standings: dict[str, Standing] = {}
        self.documents: dict[str, Document] = {}
        self.lines: Counter[Line] = Counter()

    def standing(self, ref: str) -> Standing:
        """See `View`."""
        return self.standings.get(ref) or Standing(ref)

    def document(self, doc_id: str) -> Document | None:
        """See `View`."""
        return self.documents.get(doc_id)

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """See `View`."""
        return sum(is_active(each, day, kinds) for each in self.standings.values())

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """See `View`."""
        return frozenset(r for r, each in self.standings.items() if is_active(each, day, kinds))

    def decide(self, event: Any) -> Decision:
        """Decide an event and keep what it leaves."""
        self._found_house(event.at)
        outcome = engine.decide(self._book, event, self)
        for decision in (*outcome.passed, outcome.decision):
            self.keep(decision)
        return outcome.decision

    def keep(self, decision: Decision) -> None:
        """Keep what a decision leaves."""
        if decision.accepted:
            self.standings.update(decision.standings)
            self.documents.update(decision.documents)
            for p in decision.postings:
                self.lines[p.owner, p.account, p.lot, p.clause, _micros(decision)] += p.amount

    def advance(self, ref: str, until: Any) -> None:
        """Bring a person to the moment to which the stored standing was brought."""
        if ref == HOUSE:
            self._found_house(until)
        for decision in engine.advance(self._book, ref, until, self):
            self.keep(decision)

    def _found_house(self, until: datetime) -> None:
        """Begin the institution's own dues where the clock did: no event tells of that moment."""
        if self._founded is not None and self._founded <= until:
            moment, self._founded = self._founded, None
            self.advance(HOUSE, moment)


def _micros(decision: Decision) -> int:
    return to_micros(decision.at)


def verify(unit: Unit, progress: Progress = lambda _count: None) -> Findings:
    """Decide every event of the tenant in scope anew and compare with what is stored.

    Compares standings, balances, postings, documents and cards, and checks
    the audit chain and what its entries vouch for.
    """
    found = Findings()
    replay = _Replay(load_book(unit), house_founded(unit))
    for event in _events(unit, found):
        refused = replay.decide(event).refusal
        kept = _kept_code(unit, event.id)
        if (refused.code if refused else "") != kept:
            found.differences.append(
                f"event {event.id}: decided {refused.code if refused else 'accepted'}, "
                f"kept {kept or 'accepted'}"
            )
        progress(found.counts["events"])
    _compare_standings(unit, replay, found)
    _compare_balances(unit, replay, found)
    _compare_postings(unit, replay, found)
    _compare_documents(unit, replay, found)
    _compare_requests(unit, replay, found)
    _compare_cards(unit, replay, found)
    _check_chain(unit, found)
    return found


def _events(unit: Unit, found: Findings) -> Iterator[Any]:
    rows = unit.connection.execute(select(t.event).order_by(t.event.c.seq)).all()
    for row in rows:
        found.counts["events"] += 1
        try:
            yield load_event(row, unit.tenant.zone)
        except SealError as error:
            found.differences.append(f"event {row.id}: {error}")


def _kept_code(unit: Unit, event_id: int) -> str:
    query = select(t.decision.c.code).where(t.decision.c.event_id == event_id)
    code = unit.connection.execute(query).scalar()
    return "missing" if code is None else str(code)


def _compare_standings(unit: Unit, replay: _Replay, found: Findings) -> None:
    stored = {row.ref: row for row in unit.connection.execute(select(t.standing))}
    for ref, row in sorted(stored.items()):
        found.counts["standings"] += 1
        try:
            kept = load(ref, sealing.STANDING.open(ref, row.sealed), unit.tenant.zone)
        except SealError as error:
            found.differences.append(f"standing {ref}: {error}")
            continue
        if kept.done is not None:
            replay.advance(ref, kept.done)
        again = replay.standing(ref)
        for name, value in dump(kept).items():
            if name not in ("done", "wake") and dump(again).get(name) != value:
                found.differences.append(
                    f"standing {ref}: {name} is {value!r}, rebuilt {dump(again).get(name)!r}"
                )
        for name in dump(again).keys() - dump(kept).keys():
            found.differences.append(f"standing {ref}: {name} is gone")
        if _shown(row) != _expected(again):
            found.differences.append(f"standing {ref}: its columns are {_shown(row)}")
    for ref in sorted(replay.standings.keys() - stored.keys()):
        found.differences.append(f"standing {ref} is missing")


def _shown(row: Any) -> list[Any]:
    return [row.status, row.tier, row.card, row.card_no, row.valid_until, row.points,
            row.stored_value, row.spend_total, row.owed]  # fmt: skip


def _expected(s: Standing) -> list[Any]:
    until = s.valid_until.isoformat() if s.valid_until else None
    return [s.status, s.tier, s.card, s.card_no, until, s.balance("points"),
            s.balance("stored_value"), s.balance("spend_total"), s.owes]  # fmt: skip


def _compare_balances(unit: Unit, replay: _Replay, found: Findings) -> None:
    stored = {
        (row.owner, row.account, row.lot): row.amount
        for row in unit.connection.execute(select(t.balance))
    }
    rebuilt = {
        (ref, account, lot.key): lot.amount
        for ref, standing in replay.standings.items()
        for account, lots in standing.lots.items()
        for lot in lots
    }
    found.counts["balances"] = len(stored)
    for key in sorted(stored.keys() | rebuilt.keys()):
        if stored.get(key) != rebuilt.get(key):
            found.differences.append(
                f"balance {'/'.join(key)}: {stored.get(key)}, rebuilt {rebuilt.get(key)}"
            )


def _compare_postings(unit: Unit, replay: _Replay, found: Findings) -> None:
    stored: Counter[Line] = Counter()
    for row in unit.connection.execute(select(t.posting)):
        found.counts["postings"] += 1
        stored[row.owner, row.account, row.lot, row.clause, to_micros(row.at)] += row.amount
    for key in sorted(stored.keys() | replay.lines.keys()):
        if stored[key] != replay.lines[key]:
            owner, account, _, clause, _ = key
            found.differences.append(
                f"postings of {owner} {account} by clause {clause}: "
                f"{stored[key]}, rebuilt {replay.lines[key]}"
            )


def _compare_documents(unit: Unit, replay: _Replay, found: Findings) -> None:
    stored = {row.id: row for row in unit.connection.execute(select(t.document))}
    found.counts["documents"] = len(stored)
    for doc_id in sorted(stored.keys() | replay.documents.keys()):
        row, again = stored.get(doc_id), replay.documents.get(doc_id)
        if row is None or again is None:
            found.differences.append(f"document {doc_id} is {'missing' if again else 'unfounded'}")
            continue
        try:
            content = sealing.DOCUMENT.open(doc_id, row.sealed)
        except SealError as error:
            found.differences.append(f"document {doc_id}: {error}")
            continue
        if digest_of(content) != digest_of(dict(again.content)) or row.member != again.member:
            found.differences.append(f"document {doc_id} differs from what was decided")


def _compare_requests(unit: Unit, replay: _Replay, found: Findings) -> None:
    stored = {row.id: row for row in unit.connection.execute(select(t.request))}
    rebuilt = {each.id: each for each in replay.documents.values() if each.kind == REQUEST}
    found.counts["requests"] = len(stored)
    for request_id in sorted(stored.keys() | rebuilt.keys()):
        row, again = stored.get(request_id), rebuilt.get(request_id)
        if row is None or again is None:
            state = "missing" if again else "unfounded"
            found.differences.append(f"request {request_id} is {state} on the board")
            continue
        expected = columns_of(again, unit.tenant.zone)
        for name, value in expected.items():
            kept = getattr(row, name)
            if kept != value:
                found.differences.append(f"request {request_id}: {name} is {kept}, rebuilt {value}")


def _compare_cards(unit: Unit, replay: _Replay, found: Findings) -> None:
    register = {row.number: row for row in unit.connection.execute(select(t.card))}
    found.counts["cards"] = len(register)
    in_use = set()
    for ref, standing in sorted(replay.standings.items()):
        if not standing.card_no:
            continue
        in_use.add(standing.card_no)
        row = register.get(standing.card_no)
        if row is None or (row.member, row.state) != (ref, standing.card):
            kept = f"{row.state} of {row.member}" if row else "missing"
            found.differences.append(f"card of {ref}: {kept}, rebuilt {standing.card}")
    for number in sorted(register.keys() - in_use):
        if register[number].state != "void":
            found.differences.append(
                f"card of {register[number].member}: {register[number].state}, rebuilt void"
            )


def _check_chain(unit: Unit, found: Findings) -> None:
    found.differences.extend(broken_links(unit))
    postings: dict[int, list[list[Any]]] = {}
    for row in unit.connection.execute(
        select(t.posting).order_by(t.posting.c.decision_id, t.posting.c.line)
    ):
        line = [row.owner, row.account, row.amount, row.lot, row.clause]
        postings.setdefault(row.decision_id, []).append(line)
    raised: dict[int, list[list[str]]] = {}
    for row in unit.connection.execute(select(t.item).order_by(t.item.c.id)):
        raised.setdefault(row.decision_id, []).append([row.sort, row.code, row.member, row.clause])
    vouched = {
        row.subject: row.digest
        for row in unit.connection.execute(
            select(t.audit.c.subject, t.audit.c.digest).where(t.audit.c.action.like("event.%"))
        )
    }
    found.counts["audit entries"] = len(vouched)
    for row in unit.connection.execute(select(t.decision)):
        found.counts["decisions"] += 1
        digest = vouched.pop(str(row.id), None)
        try:
            outcome = sealing.DECISION.open(row.id, row.sealed)
        except SealError as error:
            found.differences.append(f"decision {row.id}: {error}")
            continue
        content = audited(row.event_id or 0, outcome, postings.get(row.id, []))
        if digest != digest_of(content):
            found.differences.append(f"decision {row.id} is not what the audit vouches for")
        if row.code == "" and sorted(raised.get(row.id, [])) != sorted(outcome["raised"]):
            found.differences.append(f"what decision {row.id} raised is not what is kept of it")
    for subject in sorted(vouched):
        found.differences.append(f"decision {subject}, of which the audit knows, is missing")
