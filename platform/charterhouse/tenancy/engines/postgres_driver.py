"""The driver's connection to PostgreSQL, what it lets through, and what its errors mean.

In a tenant's transaction a message is one statement of a kind on a short list, always: text that
slips into a statement cannot end it and begin another, and nothing on the list changes the role.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Never, Self

import psycopg
from psycopg.pq import Format, TransactionStatus
from psycopg.types.numeric import NumericBinaryLoader, NumericLoader
from sqlalchemy.exc import DBAPIError

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.base import FROZEN
from charterhouse.tenancy.engines.guard import READING, check
from charterhouse.tenancy.engines.postgres_size import adds_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from psycopg.abc import Buffer
    from sqlalchemy.engine import Engine

__all__ = ["StoreConnection", "connect", "meaning"]

_CONNECT_SECONDS = 5
_NOT_IN_STATE = "55000"


def _tells_more(record: logging.LogRecord) -> bool:
    """Whether a line of the driver's log tells what nothing else does.

    When a block of statements fails, the driver also tells of those behind the one that failed
    that they were left out. Leaving the block takes the answers in order, so that this comes first
    only where the failure itself was raised before; any other error at that moment is told.
    """
    args = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(each, psycopg.errors.PipelineAborted) for each in args)


logging.getLogger("psycopg").addFilter(_tells_more)


class _Guarded(psycopg.Cursor[Any]):
    """A cursor that takes a tenant's statements, one in a message."""

    connection: StoreConnection

    def execute(
        self,
        query: Any,
        params: Any = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        """Run one statement; within a unit, of a tenant's kinds only.

        Raises:
            QuotaError: The store is full.
            StoreRefusedError: It is of another kind.
            StoreTimeoutError: The unit's time is over.
        """
        driver = self.connection
        driver.check_awake()
        if driver.guarded:
            check(query)
            driver.check_room(query)
            driver.check_time()
            driver.rows += 1
            # Binary results exist in the extended protocol only, which takes one statement.
            binary = True
        super().execute(query, params, prepare=prepare, binary=binary)
        return self

    def executemany(
        self, query: Any, params_seq: Iterable[Any], *, returning: bool = False
    ) -> None:
        """Run one statement for each of ``params_seq``; see ``execute``."""
        driver = self.connection
        driver.check_awake()
        rows = list(params_seq)
        if driver.guarded:
            check(query)
            driver.check_room(query)
            driver.check_time()
            driver.rows += len(rows)
        super().executemany(query, rows, returning=returning)

    def stream(self, *args: Any, **options: Any) -> Never:
        """Refuse: rows are streamed by SQLAlchemy's ``yield_per``.

        Raises:
            StoreRefusedError: Always.
        """
        raise errors.StoreRefusedError("Stream rows with yield_per.")

    def copy(self, *args: Any, **options: Any) -> Never:
        """Refuse: COPY reaches files and programs.

        Raises:
            StoreRefusedError: Always.
        """
        raise errors.StoreRefusedError("A unit runs no COPY.")


class _GuardedServer(psycopg.ServerCursor[Any]):
    """A cursor on the server, for reading much; declared by the extended protocol always."""

    connection: StoreConnection

    def execute(
        self, query: Any, params: Any = None, *, binary: bool | None = None, **kwargs: Any
    ) -> Self:
        """Open the cursor for a SELECT.

        Raises:
            StoreRefusedError: The statement is of another kind.
            StoreTimeoutError: The unit's time is over.
        """
        driver = self.connection
        driver.check_awake()
        if driver.guarded:
            check(query, READING)
            driver.check_time()
        super().execute(query, params, binary=True, **kwargs)
        return self


class StoreConnection(psycopg.Connection[Any]):
    """A connection that knows whether a tenant's code uses it, until when, and for how much.

    Attributes:
        rows: how many statements the unit has run, one with many rows counted for each.
    """

    guarded = False
    resting = False
    full = False
    used = False
    rows = 0
    deadline = float("inf")
    born = 0.0
    engine: Engine | None = None

    def check_awake(self) -> None:
        """Raise when the connection is in nobody's use; see ``Poolable``.

        Raises:
            StoreRefusedError: It is.
        """
        if self.resting:
            raise errors.StoreRefusedError("The unit of this connection has ended: open another.")

    def check_time(self) -> None:
        """Raise when the unit's time is over: the server only watches single statements.

        Raises:
            StoreTimeoutError: It is.
        """
        if time.monotonic() > self.deadline:
            raise errors.StoreTimeoutError(
                "The work took longer than it may: ask for less at once."
            )

    def check_room(self, query: str) -> None:
        """Raise when the tenant's store is full and the statement wants room.

        Raises:
            QuotaError: It does.
        """
        if self.full and adds_rows(query):
            raise errors.QuotaError(
                "The store has reached its size: raise the tenant's limit or remove old files."
            )

    def begin(self, script: str, seconds: float) -> None:
        """Begin a unit with ``script``, trusted text of several statements, in one round trip."""
        self.guarded = False
        psycopg.Cursor(self).execute(script.encode())
        self.deadline = time.monotonic() + seconds
        self.rows = 0
        self.guarded = True

    def end(self) -> None:
        """End the guard; the transaction is ended by the caller."""
        self.guarded = self.full = False
        self.deadline = float("inf")

    @property
    def failed(self) -> bool:
        """Whether a statement failed, so that the server would turn a commit into a rollback."""
        return self.info.transaction_status == TransactionStatus.INERROR

    @property
    def lost(self) -> bool:
        """Whether the connection is of no use any more."""
        return self.closed or self.broken

    @property
    def idle(self) -> bool:
        """Whether the connection is in no transaction."""
        return self.info.transaction_status == TransactionStatus.IDLE


def _whole(value: Decimal) -> Any:
    return int(value) if value == value.to_integral_value() else value


class _Whole(NumericLoader):
    """Sums of whole numbers, which the server gives as numeric, are whole numbers."""

    def load(self, data: Buffer) -> Any:
        return _whole(super().load(data))


class _WholeBinary(NumericBinaryLoader):
    """The same in the binary format."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Any:
        return _whole(super().load(data))


def connect(address: str, **options: Any) -> StoreConnection:
    """Connect to a database; nothing stays prepared, so that a pool may stand in between.

    Args:
        address: As libpq takes it.
        options: Parts of the address that are set apart.

    Raises:
        StoreUnavailableError: It does not answer or refuses.
    """
    try:
        driver = StoreConnection.connect(
            address,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=_CONNECT_SECONDS,
            cursor_factory=_Guarded,
            **options,
        )
    except psycopg.OperationalError as error:
        raise errors.StoreUnavailableError(
            f"The database does not let us in: {str(error).strip().splitlines()[-1]}"
        ) from error
    driver.server_cursor_factory = _GuardedServer
    driver.adapters.register_loader("numeric", _Whole)
    driver.adapters.register_loader("numeric", _WholeBinary)
    return driver


_CONSTRAINTS = {
    "23505": "unique",
    "23503": "foreign_key",
    "23502": "not_null",
    "23001": "trigger",
}
_MEANINGS: dict[str, tuple[type[errors.TenancyError], str]] = {
    "55P03": (
        errors.StoreBusyError,
        "Another writer kept the store locked for too long: try again.",
    ),
    "40P01": (errors.StoreBusyError, "Two writers waited for each other: try again."),
    "40001": (errors.StoreBusyError, "Another writer was faster: try again."),
    "57014": (
        errors.StoreTimeoutError,
        "The work took longer than it may: ask for less at once.",
    ),
    "25P03": (
        errors.StoreTimeoutError,
        "The work took longer than it may: ask for less at once.",
    ),
    "53100": (errors.QuotaError, "The database's disk is full: make room or move tenants."),
    "25006": (
        errors.ReadOnlyUnitError,
        "A reading unit cannot write: open unit(write=True).",
    ),
    "25P02": (
        errors.UnitError,
        "A statement of this unit failed before: catch errors around unit.savepoint() only.",
    ),
    "42601": (
        errors.StoreRefusedError,
        "The statement is more than one, or none that the database can read.",
    ),
    "42501": (errors.StoreRefusedError, "The database refused what is not the tenant's."),
    "3F000": (errors.StoreMissingError, "The tenant has no schema here: restore it."),
}


def meaning(error: BaseException) -> BaseException:
    """Return what an error of the driver means here; the error itself when it has no meaning."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return error
    state = cause.sqlstate or ""
    if state == _NOT_IN_STATE and cause.diag.message_primary == FROZEN:
        return errors.StoreFrozenError()
    made = _MEANINGS.get(state)
    if made is not None:
        return made[0](made[1])
    if isinstance(cause, psycopg.IntegrityError | psycopg.DataError):
        return errors.ConstraintError(_first_line(cause), kind=_CONSTRAINTS.get(state, "check"))
    if state[:2] in {"08", "57", "53"} or (not state and _is_lost(cause)):
        return errors.StoreUnavailableError("The database does not answer: try again.")
    return error


def _is_lost(cause: psycopg.Error) -> bool:
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)


def _first_line(cause: psycopg.Error) -> str:
    """The server's sentence without its details, which may quote the row."""
    return (cause.diag.message_primary or str(cause)).splitlines()[0]
