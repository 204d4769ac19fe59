"""One SQLite file: opening it hardened, transactions on it, and what its errors mean."""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
import time
import weakref
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.base import FROZEN, MAX_STORE_MIB, MigrationLimits
from charterhouse.tenancy.engines.sqlite_guard import GuardedCursor, permits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.pool import Pool

    from charterhouse.tenancy.engines.sqlite_turns import Turn

__all__ = [
    "BUSY_SECONDS",
    "UNLIMITED_MIB",
    "SqliteFile",
    "StoreConnection",
    "begin",
    "connect",
    "meaning",
    "revisions",
    "scrub",
    "ways_out",
]

BUSY_SECONDS = 5.0
UNLIMITED_MIB = 4 * 1024 * 1024
_BUSY_STEP_MS = 1000
_TURN_STEP_MS = 3
_LONG = 0.02
_WAY = 0.1
_LOOK = 0.0005
_PAGES_PER_MIB = 256
_VM_STEPS = 20_000
_KEPT = 2
_LIMITS = MigrationLimits()
_MORE = 30


_DAMAGED = "The file of the store is damaged."
_UNUSABLE = (
    "The file of the store cannot be opened or read just now: try again, and see whether the "
    "process may open more files and its disk is well."
)


class StoreConnection(sqlite3.Connection):
    """A driver's connection that knows until when it may work, and for whom.

    Attributes:
        guarded: Whether a tenant's unit uses it.
        resting: See ``Poolable``.
        deadline: Until when it may.
        born, engine: See ``Poolable``.
    """

    guarded = False
    resting = False
    deadline = float("inf")
    reading: bool | None = None
    max_mib = 0
    born = 0.0
    engine: Engine | None = None

    def cursor(self, factory: Any = GuardedCursor) -> Any:
        """Return a cursor, which is guarded when the connection is."""
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run one statement on a cursor of its own: SQLite's would not be guarded."""
        found: sqlite3.Cursor = self.cursor().execute(sql, parameters)
        return found

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        """Run one statement for each of the parameters; see ``execute``."""
        found: sqlite3.Cursor = self.cursor().executemany(sql, parameters)
        return found

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        """Refuse, as the cursor does."""
        found: sqlite3.Cursor = self.cursor().executescript(sql_script)
        return found

    def resize(self, max_mib: int) -> None:
        """Count as full from so many MiB on."""
        if max_mib != self.max_mib:
            self.execute(f"PRAGMA max_page_count={max_mib * _PAGES_PER_MIB}")
            self.max_mib = max_mib

    def authorize(
        self,
        action: int,
        first: str | None,
        second: str | None,
        _database: str | None,
        source: str | None,
    ) -> int:
        """Tell SQLite whether it may prepare a part of a statement; see ``permits``."""
        allowed = permits(self, action, first, second, source)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    def overdue(self) -> bool:
        """Tell SQLite, between steps of a statement, whether to interrupt it."""
        return time.monotonic() > self.deadline


def connect(path: Path, *, max_mib: int = MAX_STORE_MIB, create: bool = False) -> StoreConnection:
    """Open one file with everything switched off that could reach outside it.

    Args:
        path: The file.
        max_mib: The size in MiB at which it counts as full.
        create: Whether a missing file is made.

    Raises:
        StoreMissingError: There is no such file.
        StoreUnavailableError: It is there and cannot be opened now.
    """
    address = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    try:
        driver = sqlite3.connect(
            address,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            factory=StoreConnection,
        )
    except sqlite3.OperationalError as error:
        if path.exists():
            raise errors.StoreUnavailableError(_UNUSABLE) from error
        raise errors.StoreMissingError(f"There is no store at {path}: restore it.") from error
    # ATTACH and VACUUM INTO reach any file of the process; with no attachments both are refused.
    driver.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in (
        f"busy_timeout={_BUSY_STEP_MS}",
        "trusted_schema=OFF",
        "foreign_keys=ON",
        # Else a row that takes the place of another would not count as its removal, and history
        # could be rewritten by INSERT OR REPLACE.
        "recursive_triggers=ON",
        "synchronous=FULL",
        # A destroyed key and an erased name must not be left on a free page.
        "secure_delete=ON",
        "cache_size=-256",
        "temp_store=MEMORY",
    ):
        driver.execute(f"PRAGMA {pragma}")
    driver.resize(max_mib)
    driver.set_authorizer(driver.authorize)
    driver.set_progress_handler(driver.overdue, _VM_STEPS)
    return driver


_CONSTRAINTS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "unique",
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
    sqlite3.SQLITE_CONSTRAINT_ROWID: "unique",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: "foreign_key",
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: "not_null",
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: "trigger",
}
_MEANINGS: dict[int, tuple[type[errors.TenancyError], str]] = {
    sqlite3.SQLITE_BUSY: (
        errors.StoreBusyError,
        "Another writer kept the store locked for too long: try again.",
    ),
    sqlite3.SQLITE_INTERRUPT: (
        errors.StoreTimeoutError,
        "The work took longer than it may: ask for less at once.",
    ),
    sqlite3.SQLITE_FULL: (
        errors.QuotaError,
        "The store has reached its size: raise the tenant's limit or remove old files.",
    ),
    sqlite3.SQLITE_AUTH: (
        errors.StoreRefusedError,
        "The store refused what no unit may do.",
    ),
    sqlite3.SQLITE_CORRUPT: (errors.StoreDamagedError, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (errors.StoreDamagedError, _DAMAGED),
    sqlite3.SQLITE_CANTOPEN: (errors.StoreUnavailableError, _UNUSABLE),
    sqlite3.SQLITE_IOERR: (errors.StoreUnavailableError, _UNUSABLE),
    sqlite3.SQLITE_READONLY: (
        errors.ReadOnlyUnitError,
        "A reading unit cannot write: open unit(write=True).",
    ),
}
_NOT_AUTHORIZED = "not authorized"
# SQLite calls a disk full only when the system's word is "no space": a quota of the file system,
# a limit of the process, and no room for the index beside the journal come as these.
_NO_ROOM = frozenset({sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})


def meaning(error: BaseException) -> BaseException:
    """Return what an error of the driver means here; the error itself when it has no meaning."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, sqlite3.Error):
        return error
    code = getattr(cause, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER and str(cause) == FROZEN:
        return errors.StoreFrozenError()
    if isinstance(cause, sqlite3.IntegrityError):
        return errors.ConstraintError(str(cause), kind=_CONSTRAINTS.get(code, "check"))
    if code in _NO_ROOM:
        return errors.QuotaError("The disk takes no more: make room on it.")
    if str(cause).startswith(_NOT_AUTHORIZED):
        code = sqlite3.SQLITE_AUTH  # SQLite loses the code where a table or function is concerned.
    made = _MEANINGS.get(code & 0xFF)
    return error if made is None else made[0](made[1])


def begin(
    driver: StoreConnection,
    *,
    write: bool,
    patience: float | None = None,
    turn: Turn | None = None,
) -> None:
    """Begin a transaction; only a writing one takes the lock, and takes it at once.

    Args:
        driver: Without a transaction.
        write: Whether it will write.
        patience: How many seconds to wait for other processes; ``BUSY_SECONDS`` where None.
        turn: Keeps the order between processes that write the file; None for no order.

    Raises:
        sqlite3.OperationalError: Other processes kept the lock for so long.
    """
    if driver.reading is write or driver.reading is None:
        driver.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        # SQLite's own waiting looks every 100 ms at last, and always finds another writer.
        driver.execute(f"PRAGMA busy_timeout={_TURN_STEP_MS if write else _BUSY_STEP_MS}")
        driver.reading = not write
    if not write:
        driver.execute("BEGIN")
        return
    _begin_writing(driver, BUSY_SECONDS if patience is None else patience, turn)


def _begin_writing(driver: StoreConnection, patience: float, turn: Turn | None) -> None:
    began = time.monotonic()
    first = False
    try:
        while True:
            waited = time.monotonic() - began
            if turn and not first:
                first = waited >= _LONG and turn.take()
                # A process that was stopped while it goes first must not stop the others.
                if not first and waited < min(_WAY, patience) and turn.is_of_another():
                    time.sleep(_LOOK)
                    continue
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited >= patience:
                    raise
            else:
                return
            if not first:
                # Waiters of several processes must not all try again at the same moment.
                time.sleep((1 + secrets.randbelow(20)) / 5000)
    finally:
        if turn and first:
            turn.leave()


def revisions(driver: sqlite3.Connection) -> tuple[str, ...]:
    """Return the revisions of the file's schema, sorted; none when it has no migrations."""
    try:
        rows = driver.execute("SELECT version_num FROM alembic_version ORDER BY 1").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return ()  # There is no such table.
    return tuple(row[0] for row in rows)


def scrub(path: Path) -> None:
    """Leave nothing in the journal of a file of what was removed from it.

    Removed rows are overwritten in the file itself. Its journal keeps pages as they were, and
    stays for as long as any process has the file open.

    Raises:
        StoreBusyError: Others read or wrote without a pause: try again.
    """
    end = time.monotonic() + BUSY_SECONDS
    with closing(connect(path, max_mib=UNLIMITED_MIB)) as driver:
        while True:
            (busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if time.monotonic() >= end:
                raise errors.StoreBusyError(
                    "Others kept the journal of the store in use for too long: try again."
                )
            time.sleep((1 + secrets.randbelow(20)) / 1000)


def ways_out() -> list[str]:
    """Return which statements a connection lets through that none should."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        home, other = Path(folder) / "home.db", Path(folder) / "other.db"
        with closing(connect(home, create=True)) as driver:
            for text in _PROBE:
                driver.execute(text)
        reaching = (f"ATTACH '{other}' AS other", f"VACUUM INTO '{other}'")
        for text in (*reaching, *_REWRITING):
            with closing(connect(home)) as driver, suppress(sqlite3.Error):
                driver.execute(text)
                found.append(text.partition("'")[0].strip())
        for text in _KEPT_FROM_A_UNIT:
            with closing(connect(home)) as driver, suppress(sqlite3.Error):
                driver.guarded = True
                driver.execute(text)
                found.append(text)
        for text in _NOT_OF_A_UNIT:
            with closing(connect(home)) as driver, suppress(errors.StoreRefusedError):
                driver.guarded = True
                with suppress(sqlite3.Error):
                    driver.execute(text)
                found.append(text)
    return found


_PROBE = (
    "CREATE TABLE probe (id INTEGER PRIMARY KEY)",
    "CREATE TRIGGER kept BEFORE DELETE ON probe BEGIN SELECT RAISE(ABORT, 'kept'); END",
    "INSERT INTO probe VALUES (1)",
    "CREATE TABLE alembic_version (version_num TEXT)",
)
_KEPT_FROM_A_UNIT = ("DELETE FROM alembic_version", "SELECT * FROM pragma_database_list")
_REWRITING = ("DELETE FROM probe", "REPLACE INTO probe VALUES (1)")
_NOT_OF_A_UNIT = ("PRAGMA query_only=OFF", "DROP TRIGGER kept", "COMMIT", "/* x */ COMMIT")


class SqliteFile:
    """One file outside the tenants' traffic: the catalogue, a template, a store being migrated.

    Args:
        path: The file.
        create: Whether a missing file is made, in WAL mode.
        keep: Whether connections stay open for the next transaction. To open one and to fold the
            journal in when the last one closes takes longer than a transaction itself.
        turn: Keeps the order between processes that write the file.
    """

    def __init__(
        self, path: Path, *, create: bool = False, keep: bool = False, turn: Turn | None = None
    ) -> None:
        self.path = path
        self._create = create
        self._turn = turn
        self._engine = create_engine(
            "sqlite://",
            # Whoever looks after a full store must be able to.
            creator=lambda: connect(path, create=create, max_mib=UNLIMITED_MIB),
            hide_parameters=True,
            **(
                {"pool_size": _KEPT, "max_overflow": _MORE, "poolclass": QueuePool}
                if keep
                else {"poolclass": NullPool}
            ),
        )
        self._inherited: list[Pool] = []
        if keep:
            me = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _after_fork(me))

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """Begin a transaction; commit at the end of the block, roll back on an error."""
        with self._connection() as (connection, driver):
            transaction = connection.begin()
            begin(driver, write=write, turn=self._turn)
            yield connection
            transaction.commit()

    @contextmanager
    def migration(self, limits: MigrationLimits = _LIMITS) -> Iterator[Connection]:
        """Begin a transaction that may change the schema.

        Foreign keys are not enforced while tables are rebuilt, and are checked before the commit.

        Raises:
            MigrationError: The changed store has rows whose foreign keys lead nowhere.
            StoreBusyError: Others wrote for too long.
            StoreTimeoutError: The work took longer than it may.
        """
        with self._connection() as (connection, driver):
            if self._create:
                driver.execute("PRAGMA journal_mode=WAL")
            driver.execute("PRAGMA foreign_keys=OFF")
            transaction = connection.begin()
            begin(driver, write=True, patience=limits.lock_seconds, turn=self._turn)
            driver.deadline = time.monotonic() + limits.seconds
            try:
                yield connection
                broken = driver.execute("PRAGMA foreign_key_check").fetchone()
            finally:
                # Ending a transaction must not be interrupted.
                driver.deadline = float("inf")
            if broken is not None:
                raise errors.MigrationError(
                    f"Rows of table {broken[0]} lead to nothing in table {broken[2]}."
                )
            transaction.commit()

    def scrub(self) -> None:
        """Leave nothing in the journal of what was removed from the file; see ``scrub``."""
        scrub(self.path)

    def abandon(self) -> None:
        """Start afresh in a forked child: SQLite forbids using, or closing, what a parent opened."""
        self._inherited.append(self._engine.pool)
        self._engine.dispose(close=False)

    @contextmanager
    def _connection(self) -> Iterator[tuple[Connection, StoreConnection]]:
        try:
            with self._engine.connect() as connection:
                driver = connection.connection.driver_connection
                yield connection, cast("StoreConnection", driver)
        except (sqlite3.Error, DBAPIError) as error:
            known = meaning(error)
            if known is error:
                raise
            raise known from error


def _after_fork(me: weakref.ref[SqliteFile]) -> None:
    file = me()
    if file is not None:
        file.abandon()
