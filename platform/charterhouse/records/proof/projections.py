"""What follows from the events: standings, balances, documents, requests, cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, select

from charterhouse.kernel.standing import Standing, dump, load
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.chain import digest_of
from charterhouse.records.proof.findings import Findings
from charterhouse.records.proof.ground import Ground
from charterhouse.records.proof.journal import Journal
from charterhouse.records.requests import REQUEST, columns_of
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.store import Prepared, Unit, prepared

__all__ = ["Projections"]

_PAGE = 200
_LOT = ("owner", "account", "lot")


def _paged(table: Table, key: str) -> Prepared:
    column = table.c[key]
    return prepared(select(table).where(column > bindparam("after")).order_by(column).limit(_PAGE))


_STANDINGS = _paged(t.standing, "ref")
_DOCUMENTS = _paged(t.document, "id")
_CARDS = _paged(t.card, "number")
_ORPHANS = prepared(
    select(t.balance.c.owner, t.balance.c.account, t.balance.c.lot, t.balance.c.amount)
    .outerjoin(t.standing, t.standing.c.ref == t.balance.c.owner)
    .where(t.standing.c.ref.is_(None))
)


class Projections:
    """Compares what is projected with what comes of the events.

    Args:
        unit: open and reading.
        ground: on which the events were decided.
        journal: which brings people to the moment of their standing.
        found: where differences are noted.
    """

    def __init__(self, unit: Unit, ground: Ground, journal: Journal, found: Findings) -> None:
        self._unit = unit
        self._ground = ground
        self._journal = journal
        self._found = found

    def standings(self, progress: Callable[[int], None]) -> None:
        """Compare standings, their balances, and the cards that they name."""
        for rows in self._pages(_STANDINGS, "ref"):
            ready = [(row, again) for row in rows if (again := self._standing(row)) is not None]
            self._balances([again for _, again in ready])
            self._cards_of([again for _, again in ready])
            self._ground.see("standing", [row.ref for row in rows])
            progress(len(rows))
        self._ground.flush()
        for ref in self._ground.unseen("standing"):
            self._found.add("standing", ref, f"standing {ref} is missing")
        for row in self._unit.execute(_ORPHANS):
            self._found.add("balance", row.owner, f"balance {row.owner}/{row.account}/{row.lot}: "
                            f"{row.amount}, and there is no such standing")  # fmt: skip

    def documents(self, progress: Callable[[int], None]) -> None:
        """Compare documents, and the columns of requests on the board."""
        self._ground.flush()
        for rows in self._pages(_DOCUMENTS, "id"):
            board = self._board([row.id for row in rows])
            for row in rows:
                self._document(row)
                self._request(row.id, board.get(row.id))
            self._ground.see("document", [row.id for row in rows])
            progress(len(rows))
        self._ground.flush()
        for doc_id in self._ground.unseen("document"):
            self._found.add("document", doc_id, f"document {doc_id} is missing")

    def cards(self) -> None:
        """Compare the register of cards with those that people hold."""
        self._ground.flush()
        for rows in self._pages(_CARDS, "number"):
            for row in rows:
                self._found.counts["cards"] += 1
                if row.state != "void" and self._ground.holder(row.number) is None:
                    self._found.add("card", row.member, f"card of {row.member}: {row.state}, "
                                    "rebuilt void")  # fmt: skip

    def _pages(self, query: Prepared, key: str) -> Iterator[list[Any]]:
        after = ""
        while rows := self._unit.execute(query, {"after": after}).all():
            yield rows
            after = getattr(rows[-1], key)

    def _standing(self, row: Any) -> Standing | None:
        ref = row.ref
        self._found.counts["standings"] += 1
        try:
            kept = load(ref, sealing.STANDING.open(ref, row.sealed), self._unit.tenant.zone)
        except SealError as error:
            self._found.add("standing", ref, f"standing {ref}: {error}")
            return None
        if kept.done is not None:
            self._journal.advance(ref, kept.done)
        again = self._ground.standing(ref)
        before, after = dump(kept), dump(again)
        for name in sorted((before.keys() | after.keys()) - {"done", "wake"}):
            if before.get(name) != after.get(name):
                self._found.add("standing", ref, f"standing {ref}: {name} is "
                                f"{before.get(name)!r}, rebuilt {after.get(name)!r}")  # fmt: skip
        shown, expected = _shown(row), _expected(again)
        for name, value in expected.items():
            if shown[name] != value:
                self._found.add("standing", ref, f"standing {ref}: its column {name} is "
                                f"{shown[name]!r}, rebuilt {value!r}")  # fmt: skip
        return again

    def _balances(self, standings: Sequence[Standing]) -> None:
        query = select(t.balance).where(t.balance.c.owner.in_([each.ref for each in standings]))
        kept = {tuple(getattr(row, n) for n in _LOT): row.amount
                for row in self._unit.connection.execute(query)}  # fmt: skip
        rebuilt = {
            (each.ref, account, lot.key): lot.amount
            for each in standings
            for account, lots in each.lots.items()
            for lot in lots
        }
        self._found.counts["balances"] += len(kept)
        for key in sorted(kept.keys() | rebuilt.keys()):
            if kept.get(key) != rebuilt.get(key):
                self._found.add("balance", key[0], f"balance {'/'.join(key)}: {kept.get(key)}, "
                                f"rebuilt {rebuilt.get(key)}")  # fmt: skip

    def _cards_of(self, standings: Sequence[Standing]) -> None:
        held = {each.card_no: each for each in standings if each.card_no}
        query = select(t.card).where(t.card.c.number.in_(list(held)))
        register = {row.number: row for row in self._unit.connection.execute(query)}
        for number, standing in held.items():
            row = register.get(number)
            if row is None or (row.member, row.state) != (standing.ref, standing.card):
                kept = f"{row.state} of {row.member}" if row else "missing"
                self._found.add("card", standing.ref, f"card of {standing.ref}: {kept}, rebuilt "
                                f"{standing.card}")  # fmt: skip

    def _document(self, row: Any) -> None:
        self._found.counts["documents"] += 1
        again = self._ground.document(row.id)
        if again is None:
            self._found.add("document", row.id, f"document {row.id} is unfounded")
            return
        try:
            content = sealing.DOCUMENT.open(row.id, row.sealed)
        except SealError as error:
            self._found.add("document", row.id, f"document {row.id}: {error}")
            return
        same = (row.member, row.kind) == (again.member, again.kind)
        if not same or digest_of(content) != digest_of(dict(again.content)):
            names = sorted(
                name
                for name in content.keys() | again.content.keys()
                if digest_of(content.get(name)) != digest_of(again.content.get(name))
            )
            what = ", ".join(names) or f"{row.kind} of {row.member}"
            self._found.add("document", row.id, f"document {row.id} differs from what was decided: "
                            f"{what}")  # fmt: skip

    def _board(self, ids: Sequence[str]) -> dict[str, Any]:
        rows = self._unit.connection.execute(select(t.request).where(t.request.c.id.in_(ids)))
        return {row.id: row for row in rows}

    def _request(self, request_id: str, row: Any) -> None:
        again = self._ground.document(request_id)
        if again is None or again.kind != REQUEST:
            if row is not None:
                self._found.add("request", request_id, f"request {request_id} is unfounded on the "
                                "board")  # fmt: skip
            return
        self._found.counts["requests"] += 1
        if row is None:
            self._found.add("request", request_id, f"request {request_id} is missing on the board")
            return
        for name, value in columns_of(again, self._unit.tenant.zone).items():
            kept = getattr(row, name)
            if kept != value:
                self._found.add("request", request_id, f"request {request_id}: {name} is {kept}, "
                                f"rebuilt {value}")  # fmt: skip


def _shown(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _expected(Standing(row.ref))}


def _expected(s: Standing) -> dict[str, Any]:
    return {
        "status": s.status,
        "kind": s.kind,
        "tier": s.tier,
        "card": s.card,
        "card_no": s.card_no,
        "since": s.since.isoformat() if s.since else None,
        "valid_until": s.valid_until.isoformat() if s.valid_until else None,
        "points": s.balance("points"),
        "stored_value": s.balance("stored_value"),
        "spend_total": s.balance("spend_total"),
        "owed": s.owes,
    }
