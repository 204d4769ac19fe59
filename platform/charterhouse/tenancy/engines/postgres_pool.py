"""The connections to one cell, and how a unit begins and ends on one of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import LRUCache

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_roles as roles
from charterhouse.tenancy.engines.base import Opened
from charterhouse.tenancy.engines.closer import Closer
from charterhouse.tenancy.engines.connections import Above, Connections, engine_above
from charterhouse.tenancy.engines.postgres_driver import meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import URL, Connection, Dialect, Engine

    from charterhouse.tenancy.engines.postgres_cell import Cell
    from charterhouse.tenancy.engines.postgres_driver import StoreConnection

__all__ = ["BUSY_SECONDS", "Pools", "driver_of", "end", "engine_of", "limits"]

BUSY_SECONDS = 5.0
_OWN_CONNECTIONS = 2
# A server process remembers every table it saw: it is let go after a while. The next one reads the
# tables of each tenant anew, which takes several times as long as an event.
_RECYCLE_SECONDS = 3600
_COMPILED = 2000
_LOOKS = 4
# A server process that lists the roles of a login while another is granted keeps a list without it,
# until the next grant. It keeps the list of one login: that of nobody takes its place.
_LOOK_AGAIN = "SELECT pg_has_role('{}', '{}', '{}')"
_SETTING_ROLES = 160_000


class Pools:
    """The connections of a cell's pool login, and the few of its dedicated tenants.

    Args:
        cell: Where to connect.
        connections: How many the pool opens at most.
        dedicated: How many dedicated tenants keep theirs, two each.
    """

    def __init__(self, cell: Cell, connections: int, *, dedicated: int) -> None:
        self._cell = cell
        self._dedicated = dedicated
        self._closer = Closer()
        self._most = connections
        self._shared = self._fresh()
        self._own: OrderedDict[int, Connections[StoreConnection]] = OrderedDict()
        self._lock = threading.Lock()
        self._pattern: tuple[Dialect, URL] | None = None
        self._compiled: LRUCache[Any, Any] = LRUCache(_COMPILED)

    @contextmanager
    def lent(self) -> Iterator[StoreConnection]:
        """Lend a connection of the pool, outside of any transaction."""
        pool = self._shared
        driver = pool.take()
        try:
            yield driver
        finally:
            _give(pool, driver)

    @contextmanager
    def unit(self, tenant_id: int, *, own: bool, write: bool, seconds: float) -> Iterator[Opened]:
        """Begin on a connection, roll back what is not committed and give it back."""
        script = _script(tenant_id, own=own, write=write, seconds=seconds)
        pool = self._of(tenant_id) if own else self._shared
        driver = self._begin(pool, tenant_id, script, seconds)
        above = Above(driver, self._engine)
        try:
            yield Opened(
                driver, self._taught(driver)[0], above.connection, meaning, driver.pipeline
            )
        finally:
            try:
                above.close()
            finally:
                _give(pool, driver)

    def forget(self, tenant_id: int) -> None:
        """Close the connections of a dedicated tenant."""
        with self._lock:
            own = self._own.pop(tenant_id, None)
        if own is not None:
            own.close()

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            pools = [self._shared, *self._own.values()]
            self._shared = self._fresh()
            self._own.clear()
        for pool in pools:
            pool.close()

    def abandon(self) -> None:
        """Leave the connections to the parent of a forked child."""
        self._lock = threading.Lock()
        self._closer.abandon()
        for pool in (self._shared, *self._own.values()):
            pool.abandon()

    def _fresh(self) -> Connections[StoreConnection]:
        return _connections(self._cell.pool, self._most)

    def _of(self, tenant_id: int) -> Connections[StoreConnection]:
        """The connections of a dedicated tenant; those idle longest make room for them."""
        with self._lock:
            found = self._own.get(tenant_id)
            if found is None:
                connect = partial(self._cell.tenant, tenant_id)
                found = self._own[tenant_id] = _connections(connect, _OWN_CONNECTIONS)
            self._own.move_to_end(tenant_id)
            over = len(self._own) > self._dedicated
            surplus = self._own.popitem(last=False)[1] if over else None
        if surplus is not None:
            self._closer.close(surplus.close)
        return found

    def _begin(
        self, pool: Connections[StoreConnection], tenant_id: int, script: str, seconds: float
    ) -> StoreConnection:
        """Take a connection and begin on it; one that was lost while idle is replaced."""
        while True:
            driver = pool.take(tenant_id)
            used = driver.used
            try:
                self._taught(driver)
                _start(driver, script, seconds)
            except psycopg.errors.InvalidParameterValue as error:
                _give(pool, driver)
                raise errors.StoreMissingError(
                    "The tenant has no role here: restore it."
                ) from error
            except BaseException:
                lost = driver.lost
                _give(pool, driver)
                if not (lost and used):
                    raise
            else:
                driver.used = True
                return driver

    def _engine(self, driver: StoreConnection) -> Engine:
        dialect, url = self._taught(driver)
        return engine_above(driver, dialect, url, compiled_cache=self._compiled)

    def _taught(self, driver: StoreConnection) -> tuple[Dialect, URL]:
        """The dialect that all share; the first connection teaches it about the server."""
        if self._pattern is None:
            pattern = engine_of(lambda: driver, poolclass=StaticPool)
            with pattern.connect():
                pass
            self._pattern = (pattern.dialect, pattern.url)
        return self._pattern


def _connections(connect: Callable[[], StoreConnection], most: int) -> Connections[StoreConnection]:
    return Connections(connect, kept=most, most=most, patience=BUSY_SECONDS, age=_RECYCLE_SECONDS)


def _give(pool: Connections[StoreConnection], driver: StoreConnection) -> None:
    """Give a connection back: rolled back, or closed when it is lost."""
    try:
        driver.end()
        if not (driver.idle or driver.lost):
            driver.rollback()
    finally:
        pool.give(driver, usable=driver.idle)


def end(connection: Connection, driver: StoreConnection) -> None:
    """Give a connection back: rolled back, or thrown away when it is lost."""
    driver.end()
    try:
        if driver.lost:
            if not connection.invalidated:
                connection.invalidate()
        else:
            driver.rollback()
    finally:
        connection.close()


def engine_of(creator: Callable[[], StoreConnection], **options: Any) -> Engine:
    """Return an engine whose connections ``creator`` makes."""
    return create_engine(
        "postgresql+psycopg://",
        creator=creator,
        use_native_hstore=False,
        hide_parameters=True,
        **options,
    )


def driver_of(connection: Connection) -> StoreConnection:
    """Return the driver's connection below SQLAlchemy's."""
    return cast("StoreConnection", connection.connection.driver_connection)


def limits(seconds: float, *more: str) -> str:
    """Return the statements that limit a transaction in time, and ``more``."""
    limit = max(1, round(seconds * 1000))
    return "; ".join(
        [
            f"SET LOCAL statement_timeout = {limit}",
            f"SET LOCAL idle_in_transaction_session_timeout = {limit}",
            *more,
        ]
    )


def _start(driver: StoreConnection, script: str, seconds: float) -> None:
    """Begin; where the server says that the role is not ours, have it look again."""
    mode = "SET" if driver.info.server_version >= _SETTING_ROLES else "MEMBER"
    look = _LOOK_AGAIN.format(*map(roles.tenant_name, roles.PROBES), mode)
    again = script.replace("; ", f"; {look}; ", 1)
    for tried in (script, *[again] * _LOOKS):
        try:
            driver.begin(tried, seconds)
        except psycopg.errors.InsufficientPrivilege as error:
            denied = error
            driver.rollback()
        else:
            return
    raise denied


def _script(tenant_id: int, *, own: bool, write: bool, seconds: float) -> str:
    """What begins a unit, in one message.

    Writers of a tenant take turns, because they continue one chain; the lock is asked for before
    the role is taken, which may not lock the turns of others.
    """
    role = "" if own else f"; SET LOCAL ROLE {roles.tenant_name(tenant_id)}"
    if not write:
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        return f"{begin}{role}; {limits(seconds)}"
    turn = "charterhouse.my_turn()" if own else f"pg_advisory_xact_lock({tenant_id})"
    wait = f"SET LOCAL lock_timeout = {round(BUSY_SECONDS * 1000)}"
    return f"BEGIN; {wait}; SELECT {turn}{role}; {limits(seconds)}"
