"""Recording the statements that an event really executes, and replaying them bare."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from charterhouse.tenancy.scope import current_tenant, open_unit
from charterhouse.tenancy.unit import Unit

Params = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Any, bool]
"""SQL, parameters, and whether these are many."""


def _kept(params: Params) -> Params:
    return dict(params) if isinstance(params, Mapping) else tuple(params)


class _Cursor:
    def __init__(self, cursor: Any, log: list[Statement]) -> None:
        self._cursor = cursor
        self._log = log

    def execute(self, sql: str, params: Params) -> Any:
        self._log.append((sql, _kept(params), False))
        return self._cursor.execute(sql, params)

    def executemany(self, sql: str, params: Sequence[Params]) -> Any:
        self._log.append((sql, [_kept(one) for one in params], True))
        return self._cursor.executemany(sql, params)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class _Driver:
    def __init__(self, driver: Any, log: list[Statement]) -> None:
        self._driver = driver
        self._log = log

    def cursor(self) -> _Cursor:
        return _Cursor(self._driver.cursor(), self._log)


@contextmanager
def recording_unit(log: list[Statement]) -> Iterator[Unit]:
    """A writing unit of the tenant in scope that notes each statement with its parameters."""
    tenant = current_tenant()
    with tenant.installation.stores.transaction(tenant, write=True, seconds=None) as opened:
        noted = replace(opened, driver=_Driver(opened.driver, log))
        made = Unit(tenant, noted, write=True)
        token = open_unit.set(made)
        try:
            yield made
            made.finish()
        finally:
            open_unit.reset(token)
            made.close()


def recorded(work: Callable[[Unit], object]) -> list[Statement]:
    """The statements of some work in a writing unit of the tenant in scope, which it commits."""
    log: list[Statement] = []
    with recording_unit(log) as opened:
        work(opened)
    return log


def bare(path: Path) -> sqlite3.Connection:
    """The store's file by the bare driver, with the pragmas of the product."""
    driver = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in (
        "trusted_schema=OFF",
        "foreign_keys=ON",
        "synchronous=FULL",
        "cache_size=-256",
        "temp_store=MEMORY",
    ):
        driver.execute(f"PRAGMA {pragma}")
    return driver


def replay(driver: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    """Execute what one event executed, in one transaction."""
    driver.execute("BEGIN IMMEDIATE")
    for sql, params, many in statements:
        cursor = driver.cursor()
        if many:
            cursor.executemany(sql, params)
        else:
            cursor.execute(sql, params).fetchall()
        cursor.close()
    driver.execute("COMMIT")
