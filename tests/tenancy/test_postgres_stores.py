"""What is peculiar to PostgreSQL: connections, turns of writers, cells, schemas made and removed."""

from __future__ import annotations

import logging
import select
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy import errors, models
from charterhouse.tenancy.catalogue_cells import read_cells
from charterhouse.tenancy.engines import postgres_pool
from charterhouse.tenancy.engines.postgres import PostgresStores
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.provision import create_tenant, drop_scratch_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from charterhouse.tenancy.tenant import Tenant

MAKE: dict[str, Any] = {"name_zh": "示例", "name_en": "Sample", "charter": "sample.plain"}


@pytest.fixture
def databases(cell: Databases) -> Databases:
    return cell


@pytest.fixture
def stores(catalogue: Catalogue) -> PostgresStores:
    cells: Any = catalogue.installation.stores
    found = cells.cells["main"]
    assert isinstance(found, PostgresStores)
    return found


@pytest.fixture
def owner(databases: Databases) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(databases.urls["main"], autocommit=True) as connection:
        yield connection


def write(number: int) -> None:
    with unit(write=True) as work:
        work.connection.execute(
            text("INSERT INTO note VALUES (:id, :text)"), {"id": number, "text": str(number)}
        )


def ids() -> list[int]:
    with unit() as work:
        return list(work.connection.execute(text("SELECT id FROM note ORDER BY id")).scalars())


def _backends(owner: psycopg.Connection[Any]) -> None:
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename LIKE '%\\_pool' AND datname = current_database()"
    )


def test_a_connection_lost_while_idle_is_replaced(
    north: Tenant, owner: psycopg.Connection[Any]
) -> None:
    with tenant_scope(north):
        write(1)
        _backends(owner)
        write(2)

        assert ids() == [1, 2]


def test_a_connection_lost_at_work_ends_the_unit_and_no_more(
    north: Tenant, owner: psycopg.Connection[Any]
) -> None:
    def work() -> None:
        with unit(write=True) as mine:
            mine.connection.execute(text("INSERT INTO note VALUES (1, 'a')"))
            _backends(owner)
            mine.execute(prepared(text("SELECT 1 AS n")))

    with tenant_scope(north):
        with pytest.raises(errors.StoreUnavailableError):
            work()

        assert ids() == []
        write(2)
        assert ids() == [2]


def test_a_restarted_server_is_found_again(north: Tenant, postgres: ScratchPostgres) -> None:
    with tenant_scope(north):
        write(1)
        postgres.crash()

        assert ids() == [1]


def test_writers_of_other_processes_are_waited_for(
    config: Config, north: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_catalogue(config)
    theirs = other.by_slug("north")
    assert theirs is not None
    began, seen = threading.Event(), []

    def work() -> None:
        with tenant_scope(theirs), unit(write=True) as mine:
            mine.connection.execute(text("INSERT INTO note VALUES (1, 'theirs')"))
            began.set()
            time.sleep(0.3)

    def read() -> None:
        seen.append(ids())

    thread = threading.Thread(target=work)
    thread.start()
    began.wait()
    with tenant_scope(north):
        read()
        with unit(write=True) as mine:
            # A turn begins with what the one before has left.
            seen.append(mine.connection.execute(text("SELECT id FROM note")).scalars().all())
    thread.join()
    other.installation.stores.close()

    assert seen == [[], [1]]


def test_waiting_for_a_turn_has_an_end(
    config: Config, north: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_pool, "BUSY_SECONDS", 0.1)
    other = open_catalogue(config)
    theirs = other.by_slug("north")
    assert theirs is not None

    def wait() -> None:
        with tenant_scope(north), unit(write=True):
            raise AssertionError

    with tenant_scope(theirs), unit(write=True):
        caught: list[BaseException] = []
        thread = threading.Thread(target=_caught, args=(wait, caught))
        thread.start()
        thread.join()
    other.installation.stores.close()

    assert [type(error) for error in caught] == [errors.StoreBusyError]


def _caught(work: Callable[[], None], caught: list[BaseException]) -> None:
    try:
        work()
    except errors.TenancyError as error:
        caught.append(error)


def test_writers_of_other_tenants_are_not_waited_for(north: Tenant, south: Tenant) -> None:
    def work() -> None:
        with tenant_scope(south):
            write(1)

    with tenant_scope(north), unit(write=True):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(timeout=5)

    with tenant_scope(south):
        assert ids() == [1]


def test_a_reading_unit_sees_one_state_throughout(north: Tenant) -> None:
    with tenant_scope(north), unit() as work:
        query = text("SELECT count(*) FROM note")
        before = work.connection.execute(query).scalar()
        thread = threading.Thread(target=_in(north, lambda: write(1)))
        thread.start()
        thread.join()

        assert work.connection.execute(query).scalar() == before == 0


def _in(tenant: Tenant, work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with tenant_scope(tenant):
            work()

    return run


def test_a_unit_that_idles_too_long_is_ended_by_the_server(north: Tenant) -> None:
    def work() -> None:
        with unit(write=True, seconds=0.2) as mine:
            mine.connection.execute(text("INSERT INTO note VALUES (1, 'a')"))
            time.sleep(0.6)
            driver: Any = mine.connection.connection.driver_connection
            driver.deadline = float("inf")
            mine.connection.execute(text("SELECT 1"))

    with tenant_scope(north):
        with pytest.raises((errors.StoreTimeoutError, errors.StoreUnavailableError)):
            work()

        assert ids() == []


def test_a_unit_of_many_short_statements_is_ended_too(north: Tenant) -> None:
    def work() -> None:
        with unit(seconds=0.2) as mine:
            while True:
                mine.connection.execute(text("SELECT 1"))
                time.sleep(0.02)

    with tenant_scope(north), pytest.raises(errors.StoreTimeoutError):
        work()


def test_a_swallowed_error_never_becomes_a_quiet_rollback(north: Tenant) -> None:
    def work() -> None:
        with unit(write=True) as mine:
            mine.execute(prepared(text("INSERT INTO note VALUES (1, 'a')")))
            with pytest.raises(errors.ConstraintError):
                mine.execute(prepared(text("INSERT INTO note VALUES (1, 'b')")))

    def go_on() -> None:
        with unit(write=True) as mine:
            with pytest.raises(errors.ConstraintError):
                mine.execute(prepared(text("INSERT INTO note VALUES (2, NULL)")))
            mine.execute(prepared(text("SELECT 1 AS n")))

    with tenant_scope(north):
        with pytest.raises(errors.UnitError, match="rolled back"):
            work()
        with pytest.raises(errors.UnitError, match="savepoint"):
            go_on()

        assert ids() == []


def test_sums_of_whole_numbers_are_whole_numbers(north: Tenant) -> None:
    with tenant_scope(north):
        write(7)
        write(8)
        query = text("SELECT sum(id) AS n, sum(id) / 2 AS half FROM note")
        with unit() as work:
            for row in (
                work.execute(prepared(query)).first(),
                work.connection.execute(query).one(),
            ):
                assert (row.n, type(row.n), str(row.half)) == (15, int, "7.5000000000000000")


def test_too_many_units_at_once_are_told_so(
    config: Config, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_pool, "BUSY_SECONDS", 0.1)
    narrow = open_catalogue(replace(config, databases=replace(databases, connections=1)))
    tenants = [create_tenant(narrow, slug=f"n{n}", **MAKE) for n in range(2)]
    caught: list[BaseException] = []

    with tenant_scope(tenants[0]), unit():
        thread = threading.Thread(target=_caught, args=(_in(tenants[1], lambda: write(1)), caught))
        thread.start()
        thread.join()
    narrow.installation.stores.close()

    assert [type(error) for error in caught] == [errors.StoreBusyError]


def test_a_store_is_made_once_and_removed_with_its_role(
    catalogue: Catalogue,
    stores: PostgresStores,
    north: Tenant,
    south: Tenant,
    owner: psycopg.Connection[Any],
) -> None:
    with tenant_scope(north):
        write(1)
    threads = [
        threading.Thread(target=stores.provision, args=(number, stores.root))
        for number in (north.id, 4711, 4711)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_scope(north):
        assert ids() == [1]
    assert stores.exists(4711)
    assert stores.revisions(4711) == ("0001",)
    stores.erase(4711)

    catalogue.set_status(north.id, "deleting")
    for _ in range(2):
        drop_scratch_tenant(catalogue, north.id)

    assert not stores.exists(north.id)
    found = owner.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^t_\\d+$'").fetchall()
    assert {f"t_{north.id}", "t_4711"}.isdisjoint(name for (name,) in found)
    assert (f"t_{south.id}",) in found
    with tenant_scope(north), pytest.raises(errors.StoreMissingError), unit():
        pass


def test_a_failed_migration_leaves_the_store_as_it_was(
    catalogue: Catalogue, stores: PostgresStores, north: Tenant
) -> None:
    def work() -> None:
        with stores.migration(north.id) as connection:
            connection.execute(text("CREATE TABLE more (id bigint)"))
            connection.execute(text("INSERT INTO more VALUES ('none')"))

    with pytest.raises(Exception, match="invalid input"):
        work()
    with tenant_scope(north), pytest.raises(Exception, match="does not exist"), unit() as reading:
        reading.connection.execute(text("SELECT * FROM more"))

    with stores.migration(north.id) as connection:
        connection.execute(text("CREATE TABLE more (id bigint)"))

    with tenant_scope(north), unit(write=True) as writing:
        writing.connection.execute(text("INSERT INTO more VALUES (1)"))


def test_a_missing_schema_is_told_and_not_made(
    north: Tenant, owner: psycopg.Connection[Any], stores: PostgresStores
) -> None:
    owner.execute(f"DROP SCHEMA t_{north.id} CASCADE".encode())
    assert not stores.exists(north.id)

    with tenant_scope(north), pytest.raises(errors.StoreMissingError), unit():
        pass


def test_tenants_go_to_the_first_cell_with_room(
    config: Config, postgres: ScratchPostgres, catalogue: Catalogue
) -> None:
    two = Databases({"east": postgres.database(), "west": postgres.database()})
    wide = open_catalogue(replace(config, databases=two))
    with wide.database.transaction(write=True) as connection:
        small = models.cell.update().where(models.cell.c.name.in_(two.names)).values(capacity=1)
        connection.execute(small)

    placed = [create_tenant(wide, slug=f"p{n}", **MAKE).cell for n in range(2)]
    local = create_tenant(wide, slug="file", cell="local", **MAKE)
    with pytest.raises(errors.CellFullError):
        create_tenant(wide, slug="more", **MAKE)
    with pytest.raises(errors.CatalogueError, match="no cell south"):
        create_tenant(wide, slug="more", cell="south", **MAKE)

    with tenant_scope(local):
        write(1)
    assert placed == ["east", "west"]
    assert (local.cell, wide.installation.stores.exists(local.id)) == ("local", True)
    with wide.database.transaction(write=False) as connection:
        assert {one.name: one.tenants for one in read_cells(connection)} == {
            "east": 1,
            "local": 1,
            "main": 0,
            "west": 1,
        }
    wide.installation.stores.close()


def test_a_cell_without_an_address_keeps_only_its_own_tenants_waiting(
    config: Config, databases: Databases, north: Tenant
) -> None:
    away = {"main": "postgresql://postgres@/none?host=/nowhere"}
    for elsewhere in (Databases(), Databases(away)):
        other = open_catalogue(replace(config, databases=elsewhere))
        tenant = other.by_slug("north")
        assert tenant is not None
        kind = errors.StoreUnavailableError if elsewhere.names else errors.StoreMissingError
        with tenant_scope(tenant), pytest.raises(kind), unit():
            pass
        local = create_tenant(other, slug=f"l{len(elsewhere.names)}", cell="local", **MAKE)
        with tenant_scope(local):
            write(1)


def test_a_cell_that_is_lost_while_it_is_looked_at_stops_no_start(
    config: Config, north: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        lost = "SELECT pg_terminate_backend(pg_backend_pid())"
        patch.setattr(Cell, "_check_server", lambda _, driver: driver.execute(lost))
        started = open_catalogue(config)
        tenant = started.by_slug("north")
        assert tenant is not None
        with tenant_scope(tenant), pytest.raises(errors.StoreUnavailableError), unit():
            pass
    with tenant_scope(tenant):
        write(1)
        assert ids() == [1]
    started.installation.stores.close()


def test_a_process_that_only_serves_needs_no_owner(
    config: Config, databases: Databases, catalogue: Catalogue, north: Tenant
) -> None:
    address = databases.urls["main"].replace("postgres@", "")
    serving = open_catalogue(replace(config, databases=Databases({}, {"main": address})))
    tenant = serving.by_slug("north")
    assert tenant is not None

    with tenant_scope(tenant):
        write(1)
        assert ids() == [1]
    with pytest.raises(errors.StoreUnavailableError, match="only serves"):
        create_tenant(serving, slug="new", **MAKE)
    serving.installation.stores.close()


def test_an_owner_who_is_no_superuser_makes_and_removes_stores(
    config: Config, postgres: ScratchPostgres
) -> None:
    url = postgres.database()
    with psycopg.connect(url, autocommit=True) as driver:
        driver.execute("CREATE ROLE keeper LOGIN CREATEROLE")
        driver.execute(f"ALTER DATABASE {driver.info.dbname} OWNER TO keeper".encode())
    open_catalogue(replace(config, databases=Databases({"kept": url}))).installation.stores.close()

    kept = Databases({"kept": url.replace("postgres@", "keeper@")})
    catalogue = open_catalogue(replace(config, databases=kept))
    for isolation in ("pooled", "dedicated"):
        tenant = create_tenant(catalogue, slug=isolation, isolation=isolation, **MAKE)
        with tenant_scope(tenant):
            write(1)
            assert ids() == [1]
        with catalogue.installation.stores.migration(tenant.store_id) as connection:
            connection.execute(text("CREATE TABLE more (id bigint)"))
        catalogue.set_status(tenant.id, "deleting")
        drop_scratch_tenant(catalogue, tenant.id)
        assert not catalogue.installation.stores.exists(tenant.store_id)
    catalogue.installation.stores.close()


def test_addresses_come_from_the_environment() -> None:
    found = Databases.from_env(
        {
            "DATABASE_URL": "postgres://a/ignored",
            "CHARTERHOUSE_DATABASE_URL": "postgresql+psycopg://a/one",
            "CHARTERHOUSE_DATABASE_URL_EAST_2": "postgresql://b/two",
            "CHARTERHOUSE_DATABASE_POOL_URL": "postgresql://pool/one",
            "CHARTERHOUSE_DATABASE_CONNECTIONS": "4",
            "CHARTERHOUSE_DATABASE_URL_WEST": "",
        }
    )

    assert found.urls == {"main": "postgresql+psycopg://a/one", "east-2": "postgresql://b/two"}
    assert (found.pool_urls, found.connections) == ({"main": "postgresql://pool/one"}, 4)
    assert Databases.from_env({"DATABASE_URL": "postgres://a/b"}).names == ("main",)
    for wrong in (
        {"DATABASE_URL": "mysql://a/b"},
        {"CHARTERHOUSE_DATABASE_CONNECTIONS": "0"},
        {"CHARTERHOUSE_DATABASE_CONNECTIONS": "many"},
    ):
        with pytest.raises(ValueError, match=r"postgresql://|connection|number"):
            Databases.from_env(wrong)


def test_what_fails_among_others_is_told_once(
    owner: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The driver says of what is behind it that it was left out, and we do not repeat it."""

    def ask() -> None:
        with owner.pipeline():
            owner.execute("SELECT 1 / 0")
            # Its failure is known before the others are sent.
            select.select([owner.fileno()], [], [], 30)
            for _ in range(3):
                owner.execute("SELECT 1")

    with pytest.raises(psycopg.errors.DivisionByZero):
        ask()
    assert caplog.messages == []


def test_other_warnings_of_the_driver_are_told(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("psycopg")
    for error in (
        psycopg.errors.PipelineAborted("pipeline aborted"),
        psycopg.OperationalError("x"),
    ):
        log.warning("error ignored terminating %r: %s", "pipeline", error)
    assert caplog.messages == ["error ignored terminating 'pipeline': x"]
