"""The connections to one cell, and how a unit begins and ends on one of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_roles as roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.postgres_cell import Cell
    from charterhouse.tenancy.engines.postgres_driver import StoreConnection

__all__ = ["BUSY_SECONDS", "Pools", "driver_of", "end", "engine_of", "limits"]

BUSY_SECONDS = 5.0
_OWN_ENGINES = 64
_OWN_CONNECTIONS = 2
# A server process remembers every table it saw: it is let go after a while.
_RECYCLE_SECONDS = 900


class Pools:
    """The pool of a cell, and the small ones of its dedicated tenants.

    Args:
        cell: Where to connect.
        connections: How many connections the pool opens at most.
    """

    def __init__(self, cell: Cell, connections: int) -> None:
        self._cell = cell
        self.pool = engine_of(
            cell.pool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            pool_recycle=_RECYCLE_SECONDS,
            pool_use_lifo=True,
        )
        self._own: OrderedDict[int, Engine] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, tenant_id: int, *, own: bool, write: bool, seconds: float) -> Connection:
        """Take a connection and begin on it; one that was lost while idle is replaced."""
        script = _script(tenant_id, own=own, write=write, seconds=seconds)
        engine = self._engine_of(tenant_id) if own else self.pool
        while True:
            try:
                connection = engine.connect()
            except PoolTimeoutError as error:
                raise errors.StoreBusyError("Too many units at once: try again.") from error
            driver = driver_of(connection)
            used = driver.used
            try:
                connection.begin()
                driver.begin(script, seconds)
            except psycopg.errors.InvalidParameterValue as error:
                end(connection, driver)
                raise errors.StoreMissingError(
                    "The tenant has no role here: restore it."
                ) from error
            except BaseException:
                lost = driver.lost
                end(connection, driver)
                if not (lost and used):
                    raise
            else:
                driver.used = True
                return connection

    def forget(self, tenant_id: int) -> None:
        """Close the connections of a dedicated tenant."""
        with self._lock:
            own = self._own.pop(tenant_id, None)
        if own is not None:
            own.dispose()

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            engines = [self.pool, *self._own.values()]
            self._own.clear()
        for engine in engines:
            engine.dispose()

    def abandon(self) -> None:
        """Leave the connections to the parent of a forked child."""
        self._lock = threading.Lock()
        for engine in (self.pool, *self._own.values()):
            engine.dispose(close=False)

    def _engine_of(self, tenant_id: int) -> Engine:
        """The engine of a dedicated tenant; the one idle longest makes room for it."""
        with self._lock:
            found = self._own.get(tenant_id)
            if found is None:
                found = self._own[tenant_id] = self._sister(partial(self._cell.tenant, tenant_id))
            self._own.move_to_end(tenant_id)
            surplus = self._own.popitem(last=False)[1] if len(self._own) > _OWN_ENGINES else None
        if surplus is not None:
            surplus.dispose()
        return found

    def _sister(self, creator: Callable[[], Any]) -> Engine:
        """An engine with the dialect of the pool, so that statements are compiled once for all."""
        with self.pool.connect():
            pass  # The first connection teaches the dialect what the server can do.
        pool = QueuePool(
            creator,
            pool_size=_OWN_CONNECTIONS,
            max_overflow=0,
            timeout=BUSY_SECONDS,
            recycle=_RECYCLE_SECONDS,
            use_lifo=True,
            dialect=self.pool.dialect,
        )
        return Engine(pool, self.pool.dialect, self.pool.url, hide_parameters=True)


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
