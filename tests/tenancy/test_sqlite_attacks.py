"""What slips into a tenant's statements on SQLite, where the connection has to refuse it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import sqlite_file
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant
    from charterhouse.tenancy.unit import Unit


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with tenant_scope(north):
        yield


def by_core(work: Unit, sql: str) -> Any:
    return work.connection.execute(text(sql))


def by_driver_sql(work: Unit, sql: str) -> Any:
    return work.connection.exec_driver_sql(sql)


def by_session(work: Unit, sql: str) -> Any:
    return work.session.execute(text(sql))


def by_prepared(work: Unit, sql: str) -> Any:
    return work.execute(prepared(text(sql)))


def by_driver(work: Unit, sql: str) -> Any:
    driver: Any = work.connection.connection.driver_connection
    return driver.execute(sql)


def by_batch(work: Unit, sql: str) -> Any:
    driver: Any = work.connection.connection.driver_connection
    return driver.executemany(sql, [(), ()])


def by_script(work: Unit, sql: str) -> Any:
    driver: Any = work.connection.connection.driver_connection
    return driver.executescript(sql)


WAYS = [by_core, by_driver_sql, by_session, by_prepared, by_driver, by_batch, by_script]
ANOTHER_KIND = (
    "ATTACH '/tmp/other.db' AS other",
    "DETACH main",
    "VACUUM INTO '/tmp/stolen.db'",
    "COMMIT",
    "ROLLBACK",
    "END",
    "BEGIN",
    "PRAGMA query_only=OFF",
    "PRAGMA writable_schema=ON",
    "PRAGMA recursive_triggers=OFF",
    "PRAGMA foreign_keys=OFF",
    "PRAGMA max_page_count=99999999",
    "PRAGMA locking_mode=EXCLUSIVE",
    "CREATE TABLE mine (id INTEGER)",
    "CREATE TEMP TABLE mine (id INTEGER)",
    "ALTER TABLE note ADD COLUMN mine",
    "DROP TABLE note",
    "DROP TRIGGER note_kept",
    "REPLACE INTO note VALUES (1, 'x')",
    "REINDEX",
    "EXPLAIN SELECT 1",
    "/* quiet */ COMMIT",
    "-- quiet\nCOMMIT",
    "; COMMIT",
    "",
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("write", [False, True], ids=["reading", "writing"])
def test_statements_of_another_kind_never_reach_the_file(
    way: Callable[[Unit, str], Any], *, write: bool
) -> None:
    for sql in ANOTHER_KIND:
        with pytest.raises(errors.StoreRefusedError), unit(write=write) as work:
            way(work, sql)
    with unit() as work, pytest.raises(errors.ReadOnlyUnitError):
        work.execute(prepared(text("INSERT INTO note VALUES (1, 'x')")))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_statements_do_not_stack(way: Callable[[Unit, str], Any]) -> None:
    for sql in ("SELECT 1; COMMIT", "INSERT INTO note VALUES (7, 'x'); DROP TABLE note"):
        with pytest.raises(errors.StoreRefusedError), unit(write=True) as work:
            way(work, sql)
    with unit() as work:
        assert by_core(work, "SELECT text FROM note").all() == []


def test_a_refusal_stands_in_the_audit_once_a_minute(
    catalogue: Catalogue, north: Tenant, south: Tenant
) -> None:
    for sql in ("COMMIT", "SELECT 1; COMMIT"):
        with pytest.raises(errors.StoreRefusedError), unit() as work:
            work.execute(prepared(text(sql)))

    found = [row for row in catalogue.audit(north.id) if row.action == "refused"]
    assert [(row.actor, row.tenant_id) for row in found] == [("store", north.id)]
    assert [row for row in catalogue.audit(south.id) if row.action == "refused"] == []


@pytest.mark.parametrize(
    ("loosen", "told"),
    [
        ("PRAGMA recursive_triggers=OFF", "REPLACE INTO probe"),
        (None, "PRAGMA query_only"),
    ],
)
def test_an_installation_with_an_open_way_out_does_not_serve(
    config: Config, monkeypatch: pytest.MonkeyPatch, loosen: str | None, told: str
) -> None:
    open_catalogue(config).installation.stores.close()
    hardened = sqlite_file.connect

    def loosened(*args: Any, **options: Any) -> sqlite_file.StoreConnection:
        driver = hardened(*args, **options)
        if loosen:
            driver.execute(loosen)
        return driver

    monkeypatch.setattr(sqlite_file, "connect", loosened)
    if loosen is None:
        monkeypatch.setattr(
            sqlite_file.StoreConnection,
            "cursor",
            sqlite3.Connection.cursor,
        )
    with pytest.raises(errors.UnsafeStoreError, match=told):
        open_catalogue(config)
