"""SQLite: one file for each tenant.

All engines share one dialect and one cache of compiled statements; otherwise every tenant would
compile every statement anew, because the cache's keys contain the dialect.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import threading
import time
import weakref
from collections import OrderedDict
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import LRUCache

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.base import MigrationLimits, Opened, max_mib
from charterhouse.tenancy.engines.closer import Closer
from charterhouse.tenancy.engines.connections import Above, Connections, engine_above
from charterhouse.tenancy.engines.sqlite_file import (
    BUSY_SECONDS,
    SqliteFile,
    StoreConnection,
    begin,
    connect,
    meaning,
    revisions,
    scrub,
    ways_out,
)
from charterhouse.tenancy.engines.sqlite_turns import Queue, Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection, Engine

    from charterhouse.tenancy.tenant import Tenant

__all__ = ["SqliteStores"]

_UNIT_SECONDS = 10.0
_CAPACITY = 1024
_MIGRATING = MigrationLimits()
_KEPT = 2
_MOST = 32


class _Handle:
    """The connections to one tenant's store, and the queue of this process's writers."""

    def __init__(self, connections: Connections[StoreConnection], turn: Turn) -> None:
        self.connections = connections
        self.of_the_process = turn
        self.writers = Queue()
        self.users = 0
        self.checked = False

    @contextmanager
    def turn(self, *, write: bool) -> Iterator[None]:
        """Let one writer of this process in at a time.

        Threads queue here in fair order; SQLite's own waiting prefers whoever polls at the
        right moment.
        """
        if not write:
            yield
            return
        if not self.writers.enter(BUSY_SECONDS):
            raise errors.StoreBusyError("Other writers kept the store too long: try again.")
        try:
            yield
        finally:
            self.writers.leave()

    def end(self, driver: StoreConnection, above: Above) -> None:
        """Give a connection back, rolled back unless it was committed."""
        try:
            driver.rollback()
            above.close()
        finally:
            self.connections.give(driver, usable=not driver.in_transaction)


class SqliteStores:
    """The files of all tenants under one folder.

    Args:
        root: The folder; a tenant's file is ``<id mod 256 in hex>/t<id>.db`` below it.
        check: Called with the revisions of a store when it is first opened; raises when such a
            schema cannot be served. Returns whether it need not be asked again.
        refused: Called with a tenant's id when something was refused to it; after its unit.
        capacity: How many stores stay open at most.
        migrating: How much time a migration has.
    """

    def __init__(
        self,
        root: Path,
        *,
        check: Callable[[tuple[str, ...]], bool],
        refused: Callable[[int], None] = lambda _: None,
        capacity: int = _CAPACITY,
        migrating: MigrationLimits = _MIGRATING,
    ) -> None:
        self.root = root
        self._check = check
        self._refused = refused
        self._capacity = capacity
        self._migrating = migrating
        pattern = create_engine("sqlite://", poolclass=StaticPool)
        with pattern.connect():
            pass  # The first connection teaches the dialect what this SQLite can do.
        pattern.dispose()
        self.dialect = pattern.dialect
        self._url = pattern.url
        self._compiled: LRUCache[Any, Any] = LRUCache(2000)
        self._lock = threading.Lock()
        self._handles: OrderedDict[int, _Handle] = OrderedDict()
        self._closer = Closer()
        self._turns = Turns(root / "turns")
        self._inherited: list[object] = []
        me = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _after_fork(me))

    def ready(self) -> None:
        """See that no statement reaches another file; see ``Stores``."""
        found = ways_out()
        if found:
            raise errors.UnsafeStoreError(f"SQLite lets through: {', '.join(found)}.")

    def path(self, tenant_id: int) -> Path:
        """Return where the store of ``tenant_id`` is."""
        return self.root / f"{tenant_id % 256:02x}" / f"t{tenant_id}.db"

    def files(self, tenant_id: int) -> Path:
        """Return the folder of the tenant's files."""
        return self.root / f"{tenant_id % 256:02x}" / f"t{tenant_id}.files"

    def exists(self, tenant_id: int) -> bool:
        """Return whether the store is there."""
        return self.path(tenant_id).exists()

    @contextmanager
    def transaction(
        self, tenant: Tenant, *, write: bool, seconds: float | None
    ) -> Iterator[Opened]:
        """Begin a transaction on the store of ``tenant``; see ``Stores``."""
        with self._told(tenant), self._using(tenant) as handle, handle.turn(write=write):
            driver = handle.connections.take()
            above = Above(driver, self._engine)
            try:
                self._first_look(handle, driver)
                limit = seconds or float(tenant.limits.get("unit_seconds", _UNIT_SECONDS))
                # Connections outlive a change of the tenant's limits.
                driver.resize(max_mib(tenant))
                begin(driver, write=write, turn=handle.of_the_process)
                driver.deadline = time.monotonic() + limit
                driver.guarded = True
                try:
                    yield Opened(driver, self.dialect, above.connection, meaning)
                finally:
                    driver.guarded = False
                    # Ending a transaction must not be interrupted.
                    driver.deadline = float("inf")
                if write:
                    _commit(driver)
            finally:
                handle.end(driver, above)

    def provision(self, tenant_id: int, template: Path) -> None:
        """Copy ``template``; the store appears whole, and never in place of one that is there."""
        target = self.path(tenant_id)
        if target.exists():
            return
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            shutil.copyfile(template, draft)
            draft.chmod(0o600)
            _sync(draft)
            os.link(draft, target)
        except FileExistsError:
            return
        finally:
            draft.unlink(missing_ok=True)
        _sync(target.parent)

    def revisions(self, tenant_id: int) -> tuple[str, ...]:
        """Return the revisions of the store's schema; see ``Stores``."""
        with _named_errors(), closing(connect(self.path(tenant_id))) as driver:
            return revisions(driver)

    @contextmanager
    def migration(self, tenant_id: int) -> Iterator[Connection]:
        """Begin a transaction on a connection of its own; see ``Stores``."""
        with self._file(tenant_id).migration(self._migrating) as connection:
            yield connection

    @contextmanager
    def rewriting(self, tenant_id: int, table: str) -> Iterator[Connection]:
        """Take the triggers that protect history away within one transaction; see ``Stores``."""
        wanted = {"table": table}
        query = text("SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name=:table")
        with self._file(tenant_id).transaction(write=True) as connection:
            triggers = connection.execute(query, wanted).all()
            for trigger in triggers:
                connection.exec_driver_sql(f'DROP TRIGGER "{trigger.name}"')
            yield connection
            for trigger in triggers:
                connection.exec_driver_sql(trigger.sql)

    def scrub(self, tenant_id: int) -> None:
        """Leave nothing in the journal of what was removed from the store; see ``Stores``."""
        scrub(self.path(tenant_id))

    def erase(self, tenant_id: int) -> None:
        """Unlink the file, its journal files and the tenant's folder."""
        with self._lock:
            handle = self._handles.pop(tenant_id, None)
        if handle is not None:
            handle.connections.close()
        path = self.path(tenant_id)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.rmtree(self.files(tenant_id), ignore_errors=True)

    def renew_passwords(self, tenant_ids: Collection[int]) -> None:
        """Do nothing: files have no logins; see ``Stores``."""

    def close(self) -> None:
        """Close every idle connection; the stores open again when asked for."""
        with self._lock:
            handles = list(self._handles.values())
            self._handles.clear()
        for handle in handles:
            handle.connections.close()

    def abandon(self) -> None:
        """Start afresh in a forked child: SQLite forbids using what a parent opened.

        The parent's connections are kept unused: letting go of them would close them.
        """
        self._inherited.append(self._handles)
        self._handles = OrderedDict()
        self._lock = threading.Lock()
        self._closer.abandon()
        self._turns.abandon()

    @contextmanager
    def _told(self, tenant: Tenant) -> Iterator[None]:
        """Give the driver's errors their meaning, and tell what was refused."""
        try:
            with _named_errors():
                yield
        except errors.StoreRefusedError:
            self._refused(tenant.id)
            raise

    @contextmanager
    def _using(self, tenant: Tenant) -> Iterator[_Handle]:
        with self._lock:
            handle = self._handles.get(tenant.store_id)
            if handle is None:
                turn = self._turns.of(tenant.store_id)
                handle = _Handle(self._connections(tenant), turn)
                self._handles[tenant.store_id] = handle
            handle.users += 1
            self._handles.move_to_end(tenant.store_id)
            evicted = self._evicted()
        for each in evicted:
            self._closer.close(each.connections.close)
        try:
            yield handle
        finally:
            with self._lock:
                handle.users -= 1

    def _evicted(self) -> list[_Handle]:
        """Take out the stores that were idle longest, so that no more stay open than may."""
        surplus = len(self._handles) - self._capacity
        if surplus <= 0:
            return []
        idle = (key for key, handle in self._handles.items() if handle.users == 0)
        return [self._handles.pop(key) for key in tuple(islice(idle, surplus))]

    def _connections(self, tenant: Tenant) -> Connections[StoreConnection]:
        path, size = self.path(tenant.store_id), max_mib(tenant)
        return Connections(
            partial(connect, path, max_mib=size),
            kept=_KEPT,
            most=_MOST,
            patience=BUSY_SECONDS,
        )

    def _file(self, tenant_id: int) -> SqliteFile:
        return SqliteFile(self.path(tenant_id), turn=self._turns.of(tenant_id))

    def _engine(self, driver: StoreConnection) -> Engine:
        return engine_above(driver, self.dialect, self._url, compiled_cache=self._compiled)

    def _first_look(self, handle: _Handle, driver: StoreConnection) -> None:
        if not handle.checked:
            handle.checked = self._check(revisions(driver))


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        known = meaning(error)
        if known is error:
            raise
        raise known from error


def _commit(driver: StoreConnection) -> None:
    try:
        driver.commit()
    except sqlite3.IntegrityError as error:
        # Every other constraint is checked where it is broken.
        raise errors.ConstraintError(
            "The postings of a decision do not sum to zero.", kind="check"
        ) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _after_fork(me: weakref.ref[SqliteStores]) -> None:
    stores = me()
    if stores is not None:
        stores.abandon()
