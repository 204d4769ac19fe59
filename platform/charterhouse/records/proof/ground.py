"""The ground on which a tenant's events are decided anew: a private file, not memory.

SQLite removes the file when it is closed, whatever happens to the process. What stands in it of
people is encrypted with a key that is never written anywhere.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, tzinfo
from typing import Any, Generic, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from charterhouse.kernel.decision import Decision, Document
from charterhouse.kernel.standing import Standing, dump, load
from charterhouse.tenancy.types import to_json

__all__ = ["DECIDED", "ROOM", "VOUCHED", "Ground"]

ROOM = 1000
"""How many standings, and how many documents, are kept in memory."""

VOUCHED, DECIDED = 1, 2
"""What was seen of a decision: an entry in the audit; the same decision again."""

_NONCE = 12
_TABLES = (
    "CREATE TABLE standing (ref TEXT PRIMARY KEY, kind TEXT, active INTEGER, until TEXT,"
    " card_no TEXT, seen INTEGER DEFAULT 0, sealed BLOB) WITHOUT ROWID",
    "CREATE INDEX standing_card ON standing (card_no) WHERE card_no <> ''",
    "CREATE INDEX standing_active ON standing (active, kind, until)",
    "CREATE TABLE document (id TEXT PRIMARY KEY, kind TEXT, member TEXT,"
    " seen INTEGER DEFAULT 0, sealed BLOB) WITHOUT ROWID",
    "CREATE TABLE decision (id INTEGER PRIMARY KEY, bits INTEGER)",
)
_PUT_STANDING = (
    "INSERT INTO standing (ref, kind, active, until, card_no, sealed) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (ref) DO UPDATE SET kind = excluded.kind, active = excluded.active,"
    " until = excluded.until, card_no = excluded.card_no, sealed = excluded.sealed"
)
_PUT_DOCUMENT = (
    "INSERT INTO document (id, kind, member, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
    " DO UPDATE SET kind = excluded.kind, member = excluded.member, sealed = excluded.sealed"
)
_MARK = (
    "INSERT INTO decision (id, bits) VALUES (?, ?)"
    " ON CONFLICT (id) DO UPDATE SET bits = bits | excluded.bits"
)
_IN_TERM = "active = 1 AND (until IS NULL OR until >= ?)"

T = TypeVar("T")


class _Shelf(Generic[T]):
    """The values used last; the others are written away, a quarter of the shelf at a time."""

    def __init__(self, write: Callable[[Iterable[T]], None]) -> None:
        self._write = write
        self._kept: OrderedDict[str, T | None] = OrderedDict()
        self._changed: set[str] = set()

    def get(self, key: str, read: Callable[[str], T | None]) -> T | None:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._make_room()
        found = self._kept[key] = read(key)
        return found

    def put(self, key: str, value: T) -> None:
        self._make_room()
        self._kept[key] = value
        self._kept.move_to_end(key)
        self._changed.add(key)

    def flush(self) -> None:
        self._write(v for k in self._changed if (v := self._kept[k]) is not None)
        self._changed.clear()

    def _make_room(self) -> None:
        if len(self._kept) >= ROOM:
            self.flush()
            for _ in range(ROOM // 4):
                self._kept.popitem(last=False)


class Ground:
    """Standings and documents as they come of the events; a `View` for the kernel.

    Args:
        zone: of the tenant.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._key = AESGCM(secrets.token_bytes(32))
        self._file = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA cache_size = -4096", *_TABLES, "BEGIN"):
            self._file.execute(statement)
        self._standings = _Shelf(self._write_standings)
        self._documents = _Shelf(self._write_documents)
        self._marks: list[tuple[int, int]] = []

    def close(self) -> None:
        """Remove everything."""
        self._file.close()

    def standing(self, ref: str) -> Standing:
        """See `charterhouse.kernel.draft.View`."""
        return self._standings.get(ref, self._read_standing) or Standing(ref)

    def document(self, doc_id: str) -> Document | None:
        """See `charterhouse.kernel.draft.View`."""
        return self._documents.get(doc_id, self._read_document)

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """See `charterhouse.kernel.draft.View`."""
        self._standings.flush()
        query = f"SELECT kind, count(*) FROM standing WHERE {_IN_TERM} GROUP BY kind"  # noqa: S608 - of constants
        rows = self._file.execute(query, (day.isoformat(),))
        return sum(number for kind, number in rows if kinds is None or kind in kinds)

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """See `charterhouse.kernel.draft.View`."""
        self._standings.flush()
        query = f"SELECT ref, kind FROM standing WHERE {_IN_TERM}"  # noqa: S608 - of constants
        rows = self._file.execute(query, (day.isoformat(),))
        return frozenset(ref for ref, kind in rows if kinds is None or kind in kinds)

    def keep(self, decision: Decision) -> None:
        """Keep what a decision leaves."""
        for ref, standing in decision.standings.items():
            self._standings.put(ref, standing)
        for doc_id, document in decision.documents.items():
            self._documents.put(doc_id, document)

    def flush(self) -> None:
        """Write everything away, before the file is asked."""
        self._standings.flush()
        self._documents.flush()
        self._file.executemany(_MARK, self._marks)
        self._marks.clear()

    def mark(self, decision_id: int, bits: int) -> None:
        """Note that something was seen of a decision."""
        self._marks.append((decision_id, bits))
        if len(self._marks) >= ROOM:
            self._file.executemany(_MARK, self._marks)
            self._marks.clear()

    def bits(self, decision_id: int) -> int:
        """What was seen of a decision; after `flush`."""
        found = self._file.execute("SELECT bits FROM decision WHERE id = ?", (decision_id,))
        return int((found.fetchone() or (0,))[0])

    def holder(self, card_no: str) -> Standing | None:
        """Who has a card in the end; after `flush`."""
        found = self._file.execute("SELECT ref FROM standing WHERE card_no = ?", (card_no,))
        row = found.fetchone()
        return self.standing(row[0]) if row else None

    def see(self, table: str, keys: Iterable[str]) -> None:
        """Note that these standings or documents are on record."""
        self.flush()
        key = {"standing": "ref", "document": "id"}[table]
        change = f"UPDATE {table} SET seen = 1 WHERE {key} = ?"  # noqa: S608 - one of two tables
        self._file.executemany(change, [(each,) for each in keys])

    def unseen(self, table: str) -> Iterator[str]:
        """Those standings or documents that are not on record; after `flush`."""
        key = {"standing": "ref", "document": "id"}[table]
        query = f"SELECT {key} FROM {table} WHERE seen = 0 ORDER BY {key}"  # noqa: S608 - one of two tables
        for (found,) in self._file.execute(query):
            yield found

    def _read_standing(self, ref: str) -> Standing | None:
        row = self._file.execute("SELECT sealed FROM standing WHERE ref = ?", (ref,)).fetchone()
        return load(ref, self._open(row[0]), self._zone) if row else None

    def _read_document(self, doc_id: str) -> Document | None:
        query = "SELECT kind, member, sealed FROM document WHERE id = ?"
        row = self._file.execute(query, (doc_id,)).fetchone()
        return Document(row[0], doc_id, row[1], self._open(row[2])) if row else None

    def _write_standings(self, standings: Iterable[Standing]) -> None:
        self._file.executemany(
            _PUT_STANDING,
            (
                (
                    each.ref,
                    each.kind,
                    each.status == "active",
                    each.valid_until.isoformat() if each.valid_until else None,
                    each.card_no,
                    self._seal(dump(each)),
                )
                for each in standings
            ),
        )

    def _write_documents(self, documents: Iterable[Document]) -> None:
        self._file.executemany(
            _PUT_DOCUMENT,
            ((d.id, d.kind, d.member, self._seal(dict(d.content))) for d in documents),
        )

    def _seal(self, value: Any) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._key.encrypt(nonce, to_json(value).encode(), None)

    def _open(self, sealed: bytes) -> Any:
        return json.loads(self._key.decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
