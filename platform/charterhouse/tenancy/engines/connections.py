"""A driver's connections: kept open between units, and SQLAlchemy above one where it is needed.

SQLAlchemy's own pool and connection cost a unit more than its statements do, and the hot paths
use neither.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.pool import StaticPool

from charterhouse.tenancy.errors import StoreBusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL, Connection, Dialect

__all__ = ["Above", "Connections", "Poolable", "engine_above"]


class Poolable(Protocol):
    """A driver's connection.

    Attributes:
        born: When it was opened, by the monotonic clock.
        engine: SQLAlchemy's engine above it, once there was need of one.
        resting: Whether it is in nobody's use: then it takes no statement, so that who kept it
            from an earlier unit has nothing of it.
    """

    resting: bool
    born: float
    engine: Engine | None

    def close(self) -> None:
        """Close it."""
        ...


Driver = TypeVar("Driver", bound=Poolable)


class Connections(Generic[Driver]):
    """Connections to one database.

    A tenant gets the one that served it last, if that is idle: the server's process behind it has
    the tenant's tables in mind, which another would have to read and keep as well. Else the one
    that was used last is used next.

    Args:
        connect: Opens one.
        kept: How many stay open while idle.
        most: How many there are at once.
        patience: How many seconds one waits for its turn.
        age: After how many seconds one is replaced.
    """

    def __init__(
        self,
        connect: Callable[[], Driver],
        *,
        kept: int,
        most: int,
        patience: float,
        age: float = float("inf"),
    ) -> None:
        self._connect = connect
        self._kept = kept
        self._most = most
        self._patience = patience
        self._age = age
        self._closed = False
        self._inherited: list[object] = []
        self._fresh()

    def _fresh(self) -> None:
        self._room = threading.BoundedSemaphore(self._most)
        self._idle: deque[Driver] = deque()
        self._served: WeakValueDictionary[int, Driver] = WeakValueDictionary()
        self._lock = threading.Lock()

    def take(self, tenant_id: int | None = None) -> Driver:
        """Return a connection that nobody else uses until it is given back.

        Args:
            tenant_id: For whom, where the connections serve several.

        Raises:
            StoreBusyError: All are in use.
        """
        if not self._room.acquire(timeout=self._patience):
            raise StoreBusyError("Too many units at once: try again.")
        try:
            while (found := self._next(tenant_id)) is not None:
                if time.monotonic() - found.born < self._age:
                    found.resting = False
                    return found
                _end(found)
            made = self._connect()
            made.born = time.monotonic()
        except BaseException:
            self._room.release()
            raise
        with self._lock:
            self._note(tenant_id, made)
        return made

    def _next(self, tenant_id: int | None) -> Driver | None:
        """Take an idle connection out, if there is one."""
        with self._lock:
            if not self._idle:
                return None
            known = None if tenant_id is None else self._served.get(tenant_id)
            if known is not None and known in self._idle:
                self._idle.remove(known)
                return known
            found = self._idle.pop()
            self._note(tenant_id, found)
            return found

    def _note(self, tenant_id: int | None, driver: Driver) -> None:
        if tenant_id is not None:
            self._served[tenant_id] = driver

    def give(self, driver: Driver, *, usable: bool = True) -> None:
        """Take a connection back, to be used again or, if it is of no use any more, closed."""
        driver.resting = True
        try:
            with self._lock:
                keep = usable and not self._closed and len(self._idle) < self._kept
                if keep:
                    self._idle.append(driver)
            if not keep:
                _end(driver)
        finally:
            self._room.release()

    def close(self) -> None:
        """Close what is idle now, and what is in use when it is given back."""
        self._closed = True
        while (idle := self._next(None)) is not None:
            _end(idle)

    def abandon(self) -> None:
        """Start afresh in a forked child, which must neither use nor close what its parent opened."""
        # Letting go of them would close them.
        self._inherited.append(self._idle)
        self._fresh()


def _end(driver: Poolable) -> None:
    # The engine knows the connection and the connection the engine: neither would ever go.
    driver.engine = None
    driver.close()


class Above:
    """SQLAlchemy's connection above a driver's for one unit; made when first asked for.

    Args:
        driver: Within a transaction, which others begin and end.
        engine: Makes the engine that stays with the driver.
    """

    __slots__ = ("_driver", "_engine", "_made")

    def __init__(self, driver: Poolable, engine: Callable[[Any], Engine]) -> None:
        self._driver = driver
        self._engine = engine
        self._made: Connection | None = None

    def connection(self) -> Connection:
        """Return it, the same one each time."""
        if self._made is None:
            if self._driver.engine is None:
                self._driver.engine = self._engine(self._driver)
            self._made = self._driver.engine.connect()
            self._made.begin()
        return self._made

    def close(self) -> None:
        """End it when the driver's transaction has ended."""
        if self._made is not None:
            self._made.close()


def engine_above(driver: Any, dialect: Dialect, url: URL, **options: object) -> Engine:
    """Return an engine whose one connection is ``driver``.

    Args:
        driver: Which others open and close.
        dialect: Shared by all engines; otherwise each would compile every statement anew, because
            the keys of compiled statements contain it.
        url: For messages only.
        options: Execution options.
    """
    pool = StaticPool(lambda: driver, reset_on_return=None, dialect=dialect)
    return Engine(
        pool,
        dialect,
        url,
        query_cache_size=0,
        execution_options=options,
        hide_parameters=True,
    )
