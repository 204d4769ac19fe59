"""The cursor of a tenant's unit on SQLite, which takes what a unit may send and nothing else.

SQLite itself has no rights to refuse with: without this, text that is a whole statement could end
the transaction, write in a reading unit, lift the limit of size or drop the triggers that protect
history.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Never, Protocol, Self, cast

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.guard import check

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GuardedCursor", "permits"]

_WRITING = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_READING = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_SAVEPOINT,
    }
)
# SQLite writes the table of its own tables itself, and lets no statement do it.
_NEVER_WRITTEN = frozenset({"alembic_version", "sqlite_sequence"})
_SUMS = "imbalance"
# Tables and functions of SQLite's own that show the file's pages, or an address in the memory. Its
# tables of pragmas, which show the file's path, run a pragma, and that is refused already.
_TELLING = frozenset({"dbstat", "sqlite_dbpage"})
_TELLING_FUNCTIONS = frozenset({"fts3_tokenizer", "load_extension"})
_ONE_STATEMENT = "You can only execute one statement at a time."


class _Guarding(Protocol):
    """A connection that knows whether a tenant's code uses it, or nobody."""

    guarded: bool
    resting: bool


class GuardedCursor(sqlite3.Cursor):
    """A cursor that refuses, while its connection is guarded, what is no unit's to send."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        """Run one statement.

        Raises:
            StoreRefusedError: It is of another kind, or more than one.
        """
        _check(cast("_Guarding", self.connection), sql)
        try:
            return super().execute(sql, parameters)
        except sqlite3.ProgrammingError as error:
            raise _stacked(error) from error

    def executemany(self, sql: str, seq_of_parameters: Iterable[Any], /) -> Self:
        """Run one statement for each of the parameters; see ``execute``."""
        _check(cast("_Guarding", self.connection), sql)
        try:
            return super().executemany(sql, seq_of_parameters)
        except sqlite3.ProgrammingError as error:
            raise _stacked(error) from error

    def executescript(self, sql_script: str, /) -> Never:
        """Refuse: a script ends the transaction and is more than one statement.

        Raises:
            StoreRefusedError: Always.
        """
        raise errors.StoreRefusedError("A store runs no scripts: send one statement at a time.")


def permits(
    connection: _Guarding, action: int, first: str | None, second: str | None, source: str | None
) -> bool:
    """Whether SQLite may prepare a statement that does this; asked for each of its parts.

    It stands behind the cursor, and also sees what the cursor cannot: which table is written, and
    whether a trigger of ours does it.

    Args:
        connection: Which prepares it.
        action: One of SQLite's numbers.
        first: The table, in most cases.
        second: The column or function, in most cases.
        source: The trigger that does it; None for the statement itself.
    """
    if not connection.guarded:
        return not connection.resting
    if action in _WRITING:
        # The sums of postings are kept by a trigger and by nobody else.
        return first not in _NEVER_WRITTEN and (first != _SUMS or source is not None)
    if action == sqlite3.SQLITE_FUNCTION:
        return second not in _TELLING_FUNCTIONS
    if action == sqlite3.SQLITE_TRANSACTION:
        # A session that failed rolls back; nothing but the unit itself commits.
        return first == "ROLLBACK"
    return action in _READING and first not in _TELLING


def _check(connection: _Guarding, sql: str) -> None:
    if connection.guarded:
        check(sql)
    elif connection.resting:
        raise errors.StoreRefusedError("The unit of this connection has ended: open another.")


def _stacked(error: sqlite3.ProgrammingError) -> Exception:
    if str(error) == _ONE_STATEMENT:
        return errors.StoreRefusedError("One statement at a time.")
    return error
