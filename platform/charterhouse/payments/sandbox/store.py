"""The sandbox's documents: JSON objects in one SQLite table.

A file keeps a demonstration alive over restarts; without a path all is in memory. Keys
that begin with an underscore are the sandbox's own notes on an object and never leave it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JSON = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS thing (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    due INTEGER,
    body TEXT NOT NULL,
    UNIQUE (account, kind, id)
);
CREATE INDEX IF NOT EXISTS thing_due ON thing (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS thing_id ON thing (kind, id);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def visible(obj: JSON) -> JSON:
    """Leave out the sandbox's own notes."""
    return {key: value for key, value in obj.items() if not key.startswith("_")}


class Store:
    """Documents by account, kind and id. One writer at a time, in transactions.

    Args:
        path: The file; None for memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is put inside, or nothing of it. An inner one joins the outer."""
        with self._lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth = 0

    def put(self, account: str, obj: JSON) -> None:
        """Insert or replace an object; its `_due` says when it next changes by itself."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO thing (account, kind, id, due, body) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (account, kind, id)"
                " DO UPDATE SET due = excluded.due, body = excluded.body",
                (account, obj["object"], obj["id"], obj.get("_due"), json.dumps(obj)),
            )

    def remove(self, account: str, kind: str, object_id: str) -> None:
        """Forget an object."""
        with self.transaction():
            self._connection.execute(
                "DELETE FROM thing WHERE account = ? AND kind = ? AND id = ?",
                (account, kind, object_id),
            )

    def get(self, account: str, kind: str, object_id: str) -> JSON | None:
        """Read an object of an account."""
        rows = self._rows(
            "SELECT account, body FROM thing WHERE account = ? AND kind = ? AND id = ?",
            (account, kind, object_id),
        )
        return rows[0][1] if rows else None

    def find(self, kind: str, object_id: str) -> tuple[str, JSON] | None:
        """Read an object and its account by its id alone (the hosted page knows no account)."""
        rows = self._rows(
            "SELECT account, body FROM thing WHERE kind = ? AND id = ?", (kind, object_id)
        )
        return rows[0] if rows else None

    def newest(self, account: str, kind: str) -> list[JSON]:
        """List an account's objects of a kind, the newest first."""
        rows = self._rows(
            "SELECT account, body FROM thing WHERE account = ? AND kind = ? ORDER BY seq DESC",
            (account, kind),
        )
        return [body for _, body in rows]

    def everywhere(self, kind: str) -> list[tuple[str, JSON]]:
        """List every account's objects of a kind, the oldest first."""
        return self._rows("SELECT account, body FROM thing WHERE kind = ? ORDER BY seq", (kind,))

    def due(self, now: int) -> list[tuple[str, JSON]]:
        """List what changes by itself until now, in order of time."""
        return self._rows(
            "SELECT account, body FROM thing WHERE due <= ? ORDER BY due, seq", (now,)
        )

    def setting(self, name: str) -> Any:
        """Read one of the sandbox's own settings, None when never set."""
        with self._lock:
            row = self._connection.execute(
                "SELECT value FROM setting WHERE name = ?", (name,)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def set_setting(self, name: str, value: Any) -> None:
        """Keep one of the sandbox's own settings."""
        with self.transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)",
                (name, json.dumps(value)),
            )

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[tuple[str, JSON]]:
        with self._lock:
            rows = self._connection.execute(sql, parameters).fetchall()
        return [(account, json.loads(body)) for account, body in rows]
