"""What slips into a tenant's statements on SQLite, where the connection has to refuse it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

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


def by_bare_cursor(work: Unit, sql: str) -> Any:
    """Past our cursor, where only SQLite itself stands in the way."""
    driver: Any = work.connection.connection.driver_connection
    return driver.cursor(sqlite3.Cursor).execute(sql).fetchall()


NEVER = (
    "UPDATE alembic_version SET version_num = '0900'",
    "DELETE FROM alembic_version",
    "INSERT INTO alembic_version VALUES ('0900')",
    "WITH a AS (SELECT 1) DELETE FROM ALEMBIC_VERSION",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM PRAGMA_query_only",
    "SELECT name FROM dbstat",
    "SELECT hex(fts3_tokenizer('simple'))",
)


@pytest.mark.parametrize(
    "way",
    [by_core, by_session, by_prepared, by_driver, by_bare_cursor],
    ids=lambda way: way.__name__,
)
def test_what_no_unit_may_do_is_refused_by_sqlite_itself(
    catalogue: Catalogue, north: Tenant, way: Callable[[Unit, str], Any]
) -> None:
    for sql in NEVER:
        with pytest.raises(errors.StoreRefusedError), unit(write=True) as work:
            way(work, sql)
    assert [row.action for row in catalogue.audit(north.id)].count("refused") == 1
    with unit() as work:
        query = text("SELECT version_num FROM alembic_version")
        assert work.connection.execute(query).scalars().all() == ["0001"]


def test_a_cursor_that_is_not_ours_reaches_no_further() -> None:
    for sql in (sql for sql in ANOTHER_KIND if sql and not sql.startswith(("REPLACE", "DETACH"))):
        if sql in {"EXPLAIN SELECT 1", "; COMMIT", "BEGIN", "ROLLBACK"}:
            continue
        with pytest.raises((errors.StoreRefusedError, sqlite3.Error)), unit(write=True) as work:
            by_bare_cursor(work, sql)


def test_what_sqlite_reads_of_its_own_is_not_in_the_way() -> None:
    with unit() as work:
        assert by_core(work, "SELECT value FROM json_each('[1, 2]')").scalars().all() == [1, 2]
        assert by_core(work, "SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    with pytest.raises(OperationalError, match="may not be modified"), unit(write=True) as work:
        by_core(work, "UPDATE sqlite_master SET sql = ''")


def test_a_connection_that_was_kept_takes_nothing_after_its_unit() -> None:
    with unit(write=True) as work:
        kept: Any = work.connection.connection.driver_connection
        cursor = kept.cursor()
        kept.execute("INSERT INTO note VALUES (1, 'x')")

    for take in (kept.execute, cursor.execute, lambda sql: kept.executemany(sql, [()])):
        for sql in ("SELECT * FROM note", "DELETE FROM note", "PRAGMA query_only=OFF", "BEGIN"):
            with pytest.raises(errors.StoreRefusedError, match="has ended"):
                take(sql)
    with pytest.raises(sqlite3.Error, match=r"prohibited|not authorized"):
        kept.cursor(sqlite3.Cursor).execute("SELECT max(id) FROM note")
    with unit() as work:
        assert by_core(work, "SELECT text FROM note").all() == [("x",)]
        assert work.connection.connection.driver_connection is kept, "the next unit has it"


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
        (lambda driver: driver.set_authorizer(None), "DELETE FROM alembic_version"),
    ],
)
def test_an_installation_with_an_open_way_out_does_not_serve(
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    loosen: str | Callable[[sqlite_file.StoreConnection], None] | None,
    told: str,
) -> None:
    open_catalogue(config).installation.stores.close()
    hardened = sqlite_file.connect

    def loosened(*args: Any, **options: Any) -> sqlite_file.StoreConnection:
        driver = hardened(*args, **options)
        if callable(loosen):
            loosen(driver)
        elif loosen:
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
