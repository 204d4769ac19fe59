"""What slips into a tenant's statements on PostgreSQL, and what the database makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.engines.postgres_roles import pool_login
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from charterhouse.tenancy.tenant import Tenant
    from charterhouse.tenancy.unit import Unit

SECRET = "SECRET-OF-SOUTH"


@pytest.fixture
def databases(cell: Databases) -> Databases:
    return cell


@pytest.fixture(autouse=True)
def _in_north(north: Tenant, south: Tenant) -> Iterator[None]:
    with tenant_scope(south), unit(write=True) as work:
        work.connection.execute(text("INSERT INTO note VALUES (1, :secret)"), {"secret": SECRET})
    with tenant_scope(north):
        yield


def at(other: Tenant, sql: str) -> str:
    """Name another tenant's schema and role in a statement."""
    return sql.replace("{other}", f"t_{other.id}")


def by_core(work: Unit, sql: str) -> Any:
    return work.connection.execute(text(sql)).all()


def by_driver_sql(work: Unit, sql: str) -> Any:
    return work.connection.exec_driver_sql(sql).all()


def by_session(work: Unit, sql: str) -> Any:
    return work.session.execute(text(sql)).all()


def by_prepared(work: Unit, sql: str) -> Any:
    return work.execute(prepared(text(sql))).all()


def by_driver(work: Unit, sql: str) -> Any:
    driver = work.connection.connection.driver_connection
    assert driver is not None
    return driver.execute(sql).fetchall()


def by_server_cursor(work: Unit, sql: str) -> Any:
    return work.connection.execution_options(yield_per=10).execute(text(sql)).all()


WAYS = [by_core, by_driver_sql, by_session, by_prepared, by_driver, by_server_cursor]

NAMING_ANOTHER = (
    "SELECT * FROM {other}.note",
    "SELECT text FROM note UNION ALL SELECT text FROM {other}.note",
    "WITH x AS (SELECT * FROM {other}.note) SELECT * FROM x",
    "SELECT (SELECT max(text) FROM {other}.note)",
    "SELECT set_config('role', '{other}', true)",
    "SELECT set_config('search_path', '{other}', true) UNION ALL SELECT text FROM note",
    "SELECT query_to_xml('SELECT * FROM {other}.note', true, true, '')",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_notify('x', 'y')",
    "SELECT ts_rewrite('a'::tsquery, 'SELECT text::tsquery, ''b'' FROM {other}.note')",
    "SELECT * FROM ts_stat('SELECT to_tsvector(text) FROM {other}.note')",
    "SELECT * FROM pg_authid",
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_database_refuses_what_is_not_the_tenants(
    south: Tenant, way: Callable[[Unit, str], Any]
) -> None:
    for sql in NAMING_ANOTHER:
        with (
            pytest.raises((errors.StoreRefusedError, DBAPIError, psycopg.Error)) as caught,
            unit() as work,
        ):
            way(work, at(south, sql))
        told = f"{caught.value} {caught.value.__cause__}"
        assert "permission denied" in told, sql


ANOTHER_KIND = (
    "SET ROLE {other}",
    "SET LOCAL ROLE {other}",
    "RESET ROLE",
    "RESET ALL",
    "SET SESSION AUTHORIZATION DEFAULT",
    "SET search_path TO {other}",
    "SET LOCAL statement_timeout TO 0",
    "DISCARD ALL",
    "COMMIT",
    "COMMIT AND CHAIN",
    "ROLLBACK",
    "ABORT",
    "END",
    "BEGIN",
    "DO $$ BEGIN EXECUTE 'SET ROLE {other}'; END $$",
    "CALL charterhouse.my_turn()",
    "PREPARE x AS SELECT 1",
    "EXECUTE x",
    "DECLARE x CURSOR WITH HOLD FOR SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "LISTEN x",
    "NOTIFY x",
    "LOCK TABLE note",
    "COPY note TO PROGRAM 'cat'",
    "CREATE TABLE mine (id int)",
    "CREATE TEMP TABLE mine (id int)",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "TRUNCATE note",
    "DROP TABLE note",
    "VACUUM",
    "TABLE note",
    "VALUES (1)",
    "/* quiet */ SET ROLE {other}",
    "-- quiet\nSET ROLE {other}",
    "; SET ROLE {other}",
    "",
)


@pytest.mark.parametrize("way", [by_driver_sql, by_prepared, by_driver], ids=lambda w: w.__name__)
def test_statements_of_another_kind_never_reach_the_server(
    south: Tenant, way: Callable[[Unit, str], Any]
) -> None:
    for sql in ANOTHER_KIND:
        with (
            pytest.raises(errors.StoreRefusedError, match="SELECT, INSERT"),
            unit(write=True) as work,
        ):
            way(work, at(south, sql))


STACKED = (
    "SELECT 1; SET ROLE {other}",
    "SELECT 1; SET ROLE {other}; SELECT text FROM note",
    "INSERT INTO note VALUES (7, 'x'); RESET ROLE",
    "SELECT 1; COMMIT; SELECT 1",
    "ROLLBACK TO SAVEPOINT x; SET ROLE {other}",
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_statements_do_not_stack(south: Tenant, way: Callable[[Unit, str], Any]) -> None:
    for sql in STACKED:
        with (
            pytest.raises(errors.StoreRefusedError),
            unit(write=True) as work,
        ):
            way(work, at(south, sql))

    with unit() as reading:
        assert by_core(reading, "SELECT text FROM note") == []


def test_a_batch_is_of_the_tenants_kinds_too(south: Tenant) -> None:
    with unit(write=True) as work:
        driver: Any = work.connection.connection.driver_connection
        cursor = driver.cursor()
        with pytest.raises(errors.StoreRefusedError):
            cursor.executemany(at(south, "SET ROLE {other}"), [(), ()])
        with pytest.raises(errors.StoreRefusedError):
            cursor.copy("COPY note TO STDOUT")
        with pytest.raises(errors.StoreRefusedError):
            cursor.stream("SELECT 1")
        with pytest.raises(errors.StoreRefusedError):
            cursor.execute(b"SELECT 1")
        with driver.cursor("named") as named, pytest.raises(errors.StoreRefusedError):
            named.execute(at(south, "INSERT INTO {other}.note VALUES (2, 'x')"))


def test_a_refusal_stands_in_the_audit_once_a_minute(
    catalogue: Catalogue, north: Tenant, south: Tenant
) -> None:
    for sql in ("SELECT 1; RESET ROLE", "SELECT * FROM {other}.note", "SET ROLE {other}"):
        with pytest.raises(errors.StoreRefusedError), unit() as work:
            work.execute(prepared(text(at(south, sql))))

    found = [row for row in catalogue.audit(north.id) if row.action == "refused"]
    assert [(row.actor, row.tenant_id) for row in found] == [("store", north.id)]
    assert [row for row in catalogue.audit(south.id) if row.action == "refused"] == []


def test_changes_of_another_tenants_rows_are_refused(south: Tenant) -> None:
    for sql in (
        "INSERT INTO {other}.note VALUES (9, 'mine')",
        "UPDATE {other}.note SET text = 'mine'",
        "DELETE FROM {other}.note",
        "UPDATE pg_settings SET setting = '0' WHERE name = 'statement_timeout'",
        "UPDATE alembic_version SET version_num = '0'",
    ):
        with pytest.raises((errors.StoreRefusedError, DBAPIError)), unit(write=True) as work:
            work.connection.execute(text(at(south, sql)))

    with tenant_scope(south), unit() as work:
        assert by_core(work, "SELECT text FROM note") == [(SECRET,)]


def test_a_role_ends_with_its_unit(catalogue: Catalogue, north: Tenant, south: Tenant) -> None:
    with pytest.raises(KeyError), unit(write=True):
        raise KeyError
    pool: Any = catalogue.installation.stores
    with pool.cells["main"]._pools.lent() as driver:
        (who,) = driver.execute("SELECT current_user").fetchone()
        assert who.endswith("_pool")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            driver.execute(at(south, "SELECT * FROM {other}.note"))
    for tenant in (north, south, north):
        with tenant_scope(tenant), unit() as work:
            assert by_core(work, "SELECT current_user, current_schema()") == [
                (f"t_{tenant.id}", f"t_{tenant.id}")
            ]


def test_a_name_without_schema_never_finds_another_tenants_table(
    north: Tenant, south: Tenant
) -> None:
    with unit() as work:
        assert by_core(work, "SELECT count(*) FROM note") == [(0,)]
        shown = by_core(work, "SELECT current_schemas(false)")
    assert shown == [([f"t_{north.id}"],)]


def test_the_pool_has_no_way_into_a_dedicated_tenant(catalogue: Catalogue, north: Tenant) -> None:
    own = create_tenant(
        catalogue,
        slug="own",
        name_zh="独立",
        name_en="Own",
        charter="sample.plain",
        isolation="dedicated",
    )
    with tenant_scope(own), unit(write=True) as work:
        by_core(work, "INSERT INTO note VALUES (1, 'own') RETURNING id")
        assert by_core(work, "SELECT session_user, current_user") == [
            (f"t_{own.id}", f"t_{own.id}")
        ]
        stores: Any = catalogue.installation.stores
        # What follows is trusted text, as if everything on our side had failed.
        with stores.cells["main"].cell.pool() as driver:
            for sql in ("SET ROLE {other}", "SELECT * FROM {other}.note"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    driver.execute(at(own, sql))
    with pytest.raises((errors.StoreRefusedError, DBAPIError)), tenant_scope(own), unit() as work:
        by_core(work, at(north, "SELECT * FROM {other}.note"))


def _hole(url: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as driver:
        driver.execute(sql.format(pool=pool_login(driver.info.dbname)).encode())


@pytest.mark.parametrize(
    ("hole", "told"),
    [
        ("GRANT EXECUTE ON FUNCTION set_config(text, text, boolean) TO PUBLIC", "set_config"),
        ("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC", "DO "),
        ('GRANT t_1 TO t_0; GRANT TEMP ON DATABASE "{pool}" TO PUBLIC', "TEMP TABLE"),
        ('ALTER ROLE "{pool}" INHERIT', "rights of its own"),
        ('ALTER ROLE "{pool}" CREATEROLE', "rights of its own"),
        ("GRANT USAGE ON SCHEMA t_1 TO t_0; GRANT SELECT ON t_1.probe TO t_0", "TABLE t_1.probe"),
        ("GRANT pg_write_server_files TO t_0", "member"),
        ("GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO t_0", "pg_advisory_lock"),
    ],
)
def test_an_installation_with_an_open_way_out_does_not_serve(
    config: Config, postgres: ScratchPostgres, hole: str, told: str
) -> None:
    url = postgres.database()
    opened = replace(config, databases=Databases({"open": url}))
    open_catalogue(opened).installation.stores.close()
    database = url.partition("@/")[2].partition("?")[0]
    _hole(url, hole.replace('DATABASE "{pool}"', f"DATABASE {database}"))
    try:
        with pytest.raises(errors.UnsafeStoreError, match=told):
            open_catalogue(opened)
    finally:
        _hole(url, 'REVOKE pg_write_server_files, t_1 FROM t_0; ALTER ROLE "{pool}" NOINHERIT')


def test_a_database_that_sorts_otherwise_is_no_cell(
    config: Config, postgres: ScratchPostgres
) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as driver:
        driver.execute("CREATE DATABASE odd TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")

    with pytest.raises(errors.UnsafeStoreError, match="sort by bytes"):
        open_catalogue(replace(config, databases=Databases({"odd": postgres.url("odd")})))


def test_a_login_without_the_right_cannot_make_a_cell(
    config: Config, postgres: ScratchPostgres
) -> None:
    url = postgres.database()
    with psycopg.connect(url, autocommit=True) as driver:
        driver.execute("CREATE ROLE nobody_special LOGIN")

    cell = Cell("weak", url.replace("postgres@", "nobody_special@"), config.derivations)

    with pytest.raises(errors.UnsafeStoreError, match="superuser"):
        cell.ready()


def test_a_server_that_is_too_old_is_told_so(
    config: Config, cell: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charterhouse.tenancy.engines.postgres_cell._OLDEST", 990_000)
    with pytest.raises(errors.UnsafeStoreError, match="PostgreSQL 15 or later"):
        open_catalogue(replace(config, databases=cell))


def test_a_connection_that_was_kept_takes_nothing_after_its_unit(south: Tenant) -> None:
    with unit() as work:
        kept: Any = work.connection.connection.driver_connection
        cursor = kept.cursor()
        on_server = kept.cursor("kept")

    for take in (
        kept.execute,
        cursor.execute,
        on_server.execute,
        lambda sql: cursor.executemany(sql, [()]),
    ):
        for sql in (f"SET ROLE t_{south.id}", at(south, "TABLE {other}.note"), "SELECT 1"):
            with pytest.raises(errors.StoreRefusedError, match="has ended"):
                take(sql)
    on_server.close()
    with unit() as work:
        assert by_core(work, "SELECT count(*) FROM note") == [(0,)]
        assert work.connection.connection.driver_connection is kept, "the next unit has it"
