"""The unit of work: one transaction on one tenant's store."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Never

from sqlalchemy.orm import Session

from charterhouse.tenancy.errors import ReadOnlyUnitError, UnitError
from charterhouse.tracing import statement_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.base import Opened
    from charterhouse.tenancy.prepared import Prepared, Rows
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Unit", "UnitSession"]

_NOTHING: Mapping[str, Any] = {}


class UnitSession(Session):
    """An ORM session pinned to one unit, which alone commits."""

    def commit(self) -> Never:
        """Refuse: the unit commits when its block ends.

        Raises:
            UnitError: Always.
        """
        raise UnitError("A unit commits when its block ends; use flush() to get its rows written.")

    def rollback(self) -> Never:
        """Refuse: an error that leaves the unit's block rolls it back.

        Raises:
            UnitError: Always.
        """
        raise UnitError("A unit is rolled back by an error that leaves its block; raise one.")


class Unit:
    """One open transaction of one tenant.

    Attributes:
        tenant: Whose store it is.
        write: Whether it may write.
    """

    def __init__(self, tenant: Tenant, opened: Opened, *, write: bool) -> None:
        self.tenant = tenant
        self.write = write
        self._connection = opened.connection
        self._driver = opened.driver
        self._meaning = opened.meaning
        self._dialect = opened.dialect
        self._together = opened.together
        self._failure = self._dialect.loaded_dbapi.Error
        self._unsent: list[tuple[str, list[Any]]] = []
        self._cursor: Any = None
        self._session: UnitSession | None = None
        self._thread = threading.get_ident()
        self._doomed = False
        self._open = True

    def execute(self, prepared: Prepared, params: Mapping[str, Any] = _NOTHING) -> Rows:
        """Run a prepared statement once, on the driver's connection.

        Args:
            prepared: The statement.
            params: A value for each parameter that has none in the statement.

        Returns:
            The rows, converted by the columns' types, and the count of rows touched.

        Raises:
            ConstraintError: A row breaks a constraint.
            ReadOnlyUnitError: The statement writes and the unit reads.
            UnitError: A parameter is missing or unknown, or the unit has ended.
        """
        self._check_open()
        if self._unsent:
            self._send()
        plan = prepared.plan(self._dialect)
        cursor = self._cursor
        if cursor is None:
            cursor = self._cursor = self._driver.cursor()
        try:
            with statement_span(plan.sql, self._dialect.name):
                cursor.execute(plan.sql, plan.bind(params))
                return plan.rows(cursor)
        except self._failure as error:
            self._raise(error)

    def execute_together(self, *asked: tuple[Prepared, Mapping[str, Any]]) -> list[Rows]:
        """Run prepared statements, each with its parameters, in one round trip.

        Returns:
            The answer to each; raises as ``execute``.
        """
        self._check_open()
        if self._together is nullcontext:
            return [self.execute(each, params) for each, params in asked]
        if self._unsent:
            self._send()
        plans = [(each.plan(self._dialect), params) for each, params in asked]
        cursors = self._run([(plan.sql, [plan.bind(params)]) for plan, params in plans])
        return [plan.rows(cursor) for (plan, _), cursor in zip(plans, cursors, strict=True)]

    def execute_many(self, prepared: Prepared, params: Iterable[Mapping[str, Any]]) -> int:
        """Run a prepared writing statement for each of ``params``; return the rows touched.

        Raises:
            The same as ``execute``.
        """
        self._check_open()
        if self._unsent:
            self._send()
        plan = prepared.plan(self._dialect)
        cursor = self._driver.cursor()
        try:
            with statement_span(plan.sql, self._dialect.name):
                cursor.executemany(plan.sql, [plan.bind(one) for one in params])
                return int(cursor.rowcount)
        except self._failure as error:
            self._raise(error)
        finally:
            cursor.close()

    def execute_later(self, prepared: Prepared, params: Mapping[str, Any] = _NOTHING) -> None:
        """Run a prepared writing statement without waiting for its answer.

        It is sent before whatever is asked next, by ``flush`` and when the unit ends, with all
        that wait too: one round trip instead of many. Its errors come then.

        Raises:
            UnitError: A parameter is missing or unknown, or the unit has ended.
        """
        self._check_open()
        plan = prepared.plan(self._dialect)
        bound = plan.bind(params)
        if self._unsent and self._unsent[-1][0] is plan.sql:
            self._unsent[-1][1].append(bound)
        else:
            self._unsent.append((plan.sql, [bound]))
        if self._session is not None:
            # What the session writes by itself may rest on it.
            self._send()

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        self._run(unsent)

    def _run(self, statements: list[tuple[str, list[Any]]]) -> list[Any]:
        """Run statements, each for its rows, and await all; returns their cursors."""
        cursors = []
        try:
            with self._together():
                for sql, rows in statements:
                    cursor = self._driver.cursor()
                    cursors.append(cursor)
                    with statement_span(sql, self._dialect.name):
                        if len(rows) == 1:
                            cursor.execute(sql, rows[0])
                        else:
                            cursor.executemany(sql, rows)
        except self._failure as error:
            self._raise(error)
        return cursors

    def _raise(self, error: Exception) -> Never:
        known = self._meaning(error)
        if known is error:
            raise error
        raise known from error

    @property
    def connection(self) -> Connection:
        """SQLAlchemy's connection, in a transaction that the unit ends.

        Raises:
            UnitError: The unit has ended, or another thread asks.
        """
        self._check_open()
        if self._unsent:
            self._send()
        return self._connection()

    @property
    def session(self) -> UnitSession:
        """The ORM session of this unit, made when first asked for.

        Raises:
            UnitError: The unit has ended, or another thread asks.
        """
        self._check_open()
        if self._session is None:
            self._session = UnitSession(
                bind=self.connection,
                expire_on_commit=False,
                join_transaction_mode="rollback_only",
            )
        return self._session

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what the block did when it fails; the unit itself can go on.

        Raises:
            ReadOnlyUnitError: The unit reads.
        """
        self._check_open()
        if not self.write:
            raise ReadOnlyUnitError("A reading unit has nothing to undo: open unit(write=True).")
        self.flush()
        doomed = self._doomed
        try:
            with self.connection.begin_nested():
                yield
                self.flush()
        except BaseException:
            self._doomed = doomed
            self._unsent.clear()
            if self._session is not None:
                # Its objects may show rows which are no more.
                self._session.expunge_all()
            raise

    def flush(self) -> None:
        """Write what waits to be sent, and what the ORM session still keeps."""
        if self._unsent:
            self._send()
        if self._session is not None:
            self._session.flush()

    def doom(self) -> None:
        """Forbid the commit, because a part of the work failed half-way."""
        self._doomed = True

    def check_joinable(self, *, write: bool) -> None:
        """Raise unless a nested unit may join this one.

        Raises:
            ReadOnlyUnitError: A write wants to join a reading unit.
            UnitError: Another thread wants to join.
        """
        self._check_open()
        if write and not self.write:
            raise ReadOnlyUnitError(
                "A reading unit is open: open the outer one with unit(write=True)."
            )

    def finish(self) -> None:
        """Bring the unit to the point of commit.

        Raises:
            UnitError: A nested unit failed and the outer one went on regardless.
        """
        if self._doomed:
            raise UnitError("A nested unit failed, so the whole unit is rolled back.")
        self.flush()

    def close(self) -> None:
        """End the unit: nothing can be reached through it any more."""
        self._open = False
        if self._cursor is not None:
            self._cursor.close()
        if self._session is not None:
            self._session.close()

    def _check_open(self) -> None:
        if not self._open:
            raise UnitError("This unit has ended: open a new one.")
        if self._thread != threading.get_ident():
            raise UnitError("A unit belongs to the thread that opened it: open another one.")
