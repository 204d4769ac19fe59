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

__all__ = ["GuardedCursor"]

_ONE_STATEMENT = "You can only execute one statement at a time."


class _Guarding(Protocol):
    """A connection that knows whether a tenant's code uses it."""

    guarded: bool


class GuardedCursor(sqlite3.Cursor):
    """A cursor that refuses, while its connection is guarded, what is no unit's to send."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        """Run one statement.

        Raises:
            StoreRefusedError: It is of another kind, or more than one.
        """
        if cast("_Guarding", self.connection).guarded:
            check(sql)
        try:
            return super().execute(sql, parameters)
        except sqlite3.ProgrammingError as error:
            raise _stacked(error) from error

    def executemany(self, sql: str, seq_of_parameters: Iterable[Any], /) -> Self:
        """Run one statement for each of the parameters; see ``execute``."""
        if cast("_Guarding", self.connection).guarded:
            check(sql)
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


def _stacked(error: sqlite3.ProgrammingError) -> Exception:
    if str(error) == _ONE_STATEMENT:
        return errors.StoreRefusedError("One statement at a time.")
    return error
