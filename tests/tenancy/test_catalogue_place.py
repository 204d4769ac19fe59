"""Where the catalogue is: in one place, with one master key, and read by nobody else."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from click.testing import CliRunner

from charterhouse.cli import main
from charterhouse.databases import Databases
from charterhouse.tenancy import catalogue_move, copies, errors
from charterhouse.tenancy.catalogue_move import move_catalogue
from charterhouse.tenancy.engines.postgres_roles import CATALOGUE, catalogue_login, pool_login
from charterhouse.tenancy.engines.sqlite_catalogue import CatalogueFile
from charterhouse.tenancy.provision import create_tenant, open_catalogue

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from charterhouse.tenancy.tenant import Tenant

MAKE: dict[str, Any] = {"name_zh": "示例", "name_en": "Sample", "charter": "sample.plain"}
CHAIN = pytest.mark.parametrize("databases", ["chain"], indirect=True)
BOTH = pytest.mark.parametrize("databases", ["sqlite", "chain"], indirect=True)


def shared(url: str, *, serving: str = "") -> Databases:
    """A database that has the catalogue and tenants."""
    return Databases({"main": url}, catalogue_url=url, catalogue_serving_url=serving or url)


def test_the_environment_says_where_it_is() -> None:
    def places(**given: str) -> tuple[str, str]:
        found = Databases.from_env(given)
        return found.catalogue_url, found.catalogue_serving_url

    main, pool = "postgresql://keeper@a/b", "postgresql://a/b"
    assert places() == ("", "")
    assert places(DATABASE_URL=main) == (main, main)
    assert places(CHARTERHOUSE_DATABASE_POOL_URL=pool) == ("", pool)
    assert places(CHARTERHOUSE_DATABASE_URL_EAST=main) == ("", "")
    assert places(DATABASE_URL=main, CHARTERHOUSE_CATALOGUE="file") == ("", "")
    other = "postgresql://other@a/c"
    assert places(DATABASE_URL=main, CHARTERHOUSE_CATALOGUE=other) == (other, other)
    assert places(CHARTERHOUSE_CATALOGUE="postgresql://a/c") == ("", "postgresql://a/c")
    with pytest.raises(ValueError, match="CHARTERHOUSE_CATALOGUE"):
        places(CHARTERHOUSE_CATALOGUE="elsewhere")


@BOTH
def test_another_master_key_is_refused(config: Config, north: Tenant) -> None:
    with pytest.raises(errors.MasterKeyError, match="CHARTERHOUSE_MASTER_KEY") as caught:
        open_catalogue(replace(config, master_key=b"x" * 32))

    assert caught.value.code == "master_key_wrong"
    with closing(open_catalogue(config)) as again:
        assert again.get(north.id) == north


def test_a_wrong_key_is_not_taken_for_the_right_one_of_an_older_catalogue(
    config: Config, catalogue: Catalogue, north: Tenant
) -> None:
    with catalogue.database.migration() as connection:
        connection.exec_driver_sql("UPDATE catalogue_state SET key_check = NULL")

    with pytest.raises(errors.MasterKeyError):
        open_catalogue(replace(config, master_key=b"x" * 32))
    with closing(open_catalogue(config)) as again:
        assert again.get(north.id) == north


@BOTH
def test_the_key_before_is_accepted_until_the_present_one_is_taken(
    config: Config, catalogue: Catalogue, north: Tenant
) -> None:
    catalogue.close()
    both = replace(config, master_key=b"x" * 32, master_key_old=config.master_key)
    with closing(open_catalogue(both)) as exchanging:
        assert exchanging.get(north.id) == north
        exchanging.take_master_key()
        exchanging.take_master_key()
        assert [one.action for one in exchanging.audit()].count("exchange master key") == 1

    with pytest.raises(errors.MasterKeyError):
        open_catalogue(config)
    with closing(open_catalogue(replace(both, master_key_old=b""))) as after:
        assert after.get(north.id) == north


@CHAIN
def test_a_folder_of_documents_of_ones_own_is_refused(
    config: Config, catalogue: Catalogue, north: Tenant
) -> None:
    second = replace(config, data_dir=config.data_dir.parent / "second")
    with pytest.raises(errors.BlobsElsewhereError, match="CHARTERHOUSE_DOCUMENTS"):
        open_catalogue(second)

    shared_folder = f"file://{config.data_dir / 'documents'}"
    with closing(open_catalogue(replace(second, documents=shared_folder))) as other:
        assert other.get(north.id) == north
    with closing(open_catalogue(replace(second, documents="s3://papers/of-all"))):
        pass


@BOTH
def test_commands_on_one_tenant_wait_for_each_other(config: Config, north: Tenant) -> None:
    with closing(open_catalogue(config)) as one, closing(open_catalogue(config)) as other:
        with copies.alone(one, north.id):
            with pytest.raises(errors.StoreBusyError), copies.alone(other, north.id):
                pass
            with copies.alone(other, north.id + 1):
                one.suspend(north.id, reason="unpaid")
        with copies.alone(other, north.id):
            pass


@CHAIN
def test_cells_are_filled_to_their_capacity_and_no_further(
    catalogue: Catalogue, config: Config
) -> None:
    with closing(open_catalogue(config)) as other:
        with catalogue.database.migration() as connection:
            connection.exec_driver_sql("UPDATE cell SET capacity = 2 WHERE name = 'main'")
        try:
            catalogue.create(slug="one", **MAKE)
            other.create(slug="two", **MAKE)
            with pytest.raises(errors.CellFullError):
                catalogue.create(slug="three", **MAKE)
        finally:
            with catalogue.database.migration() as connection:
                connection.exec_driver_sql("UPDATE cell SET capacity = 500 WHERE name = 'main'")
        with pytest.raises(errors.CatalogueError, match="no cell local"):
            other.create(slug="three", cell="local", **MAKE)


@CHAIN
def test_no_tenant_and_no_cell_reads_it(
    catalogue: Catalogue, config: Config, north: Tenant, postgres: ScratchPostgres, chain_url: str
) -> None:
    dedicated = create_tenant(catalogue, slug="alone", isolation="dedicated", **MAKE)
    database = chain_url.partition("@/")[2].partition("?")[0]
    pool, login = pool_login(database), catalogue_login(database)
    readers = (f"t_{dedicated.id}", pool)

    def reads(user: str, before: str, query: str) -> bool:
        with psycopg.connect(postgres.url(database, user)) as driver:
            try:
                driver.execute(f"{before}; {query}")
            except psycopg.errors.InsufficientPrivilege:
                return False
        return True

    for table in ("tenant_key", "tenant", "audit", "catalogue_state"):
        query = f"TABLE {CATALOGUE}.{table}"
        assert not [one for one in readers if reads(one, "SELECT", query)]
        assert not reads(pool, f"SET ROLE t_{north.id}", query)
        assert not reads(pool, f"SET ROLE {login}", query)
        assert reads(login, "SELECT", query)
    assert not reads(login, "SELECT", f"TABLE t_{north.id}.note")
    for change in ("DELETE FROM audit", "UPDATE audit SET actor = 'x'", "DROP TABLE audit"):
        assert not reads(login, f"SET search_path = {CATALOGUE}", change)

    for hole in (f"GRANT {login} TO {pool}", f"GRANT USAGE ON SCHEMA {CATALOGUE} TO {pool}"):
        undo = hole.replace("GRANT", "REVOKE").replace(" TO ", " FROM ")
        with psycopg.connect(chain_url, autocommit=True) as owner:
            owner.execute(hole)
            try:
                with pytest.raises(errors.UnsafeStoreError, match=pool):
                    open_catalogue(config)
            finally:
                owner.execute(undo)


@CHAIN
def test_a_process_that_only_serves_needs_no_owner(
    catalogue: Catalogue, config: Config, north: Tenant, chain_url: str
) -> None:
    url = chain_url.replace("postgres@", "")
    places = Databases({}, {"main": url}, catalogue_serving_url=url)
    with closing(open_catalogue(replace(config, databases=places))) as serving:
        assert serving.suspend(north.id, reason="unpaid").status == "suspended"
        with pytest.raises(errors.StoreUnavailableError, match="only serves"):
            create_tenant(serving, slug="south", **MAKE)


@pytest.fixture
def own(config: Config, postgres: ScratchPostgres) -> Config:
    """An installation whose tenants are in a database of its own, and the catalogue in the file."""
    return replace(config, databases=Databases({"main": postgres.database()}))


def _in_database(config: Config) -> Config:
    return replace(config, databases=shared(config.databases.urls["main"]))


def test_a_file_in_use_stays_the_catalogue_until_it_is_moved(own: Config) -> None:
    new = _in_database(own)
    with closing(open_catalogue(own)) as file:
        north = create_tenant(file, slug="north", **MAKE)
        file.add_host(north.id, "care.example")
        with closing(open_catalogue(new)) as still:
            assert isinstance(still.database, CatalogueFile)
            assert still.by_host("care.example") == file.get(north.id)
        with pytest.raises(errors.CataloguePlaceError, match="catalogue is elsewhere"):
            open_catalogue(replace(new, data_dir=own.data_dir.parent / "other"))
        known = file.get(north.id)

        assert move_catalogue(new) == 1

        with closing(open_catalogue(new)) as moved:
            assert not isinstance(moved.database, CatalogueFile)
            assert moved.get(north.id) == known
            assert [one.id for one in moved.audit()] == [one.id for one in _audit_of(moved)]
            assert moved.suspend(north.id, reason="unpaid").status == "suspended"
        # A process that was not started again knows its tenants, changes nothing and says so.
        with pytest.raises(errors.CatalogueUnavailableError):
            file.suspend(north.id, reason="unpaid")
        file._next_poll = 0.0
        assert file.get(north.id) == known
        with pytest.raises(errors.CataloguePlaceError):
            file.check()
    for word in (north.key, "care.example"):
        assert word.encode() not in (own.data_dir / "catalogue.db").read_bytes()
    with pytest.raises(errors.CataloguePlaceError, match="set DATABASE_URL"):
        open_catalogue(own)
    with pytest.raises(errors.CataloguePlaceError, match="to move"):
        move_catalogue(new)


def _audit_of(catalogue: Catalogue) -> tuple[Any, ...]:
    found = catalogue.audit()
    assert [one.action for one in found] == ["add host", "status", "create"]
    return found


def test_a_move_that_broke_off_is_finished(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    new = _in_database(own)
    with closing(open_catalogue(own)) as file:
        north = create_tenant(file, slug="north", **MAKE)

        def broken(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(catalogue_move, "_write", broken)
        with pytest.raises(KeyboardInterrupt):
            move_catalogue(new)
        assert file.suspend(north.id, reason="unpaid").status == "suspended", "nothing was moved"

        monkeypatch.undo()
        monkeypatch.setattr(catalogue_move, "_leave", broken)
        with pytest.raises(KeyboardInterrupt):
            move_catalogue(new)
    monkeypatch.undo()
    for config in (own, new):
        with pytest.raises(errors.CataloguePlaceError):
            open_catalogue(config)

    assert move_catalogue(new) == 1
    with closing(open_catalogue(new)) as moved:
        assert moved.get(north.id).status == "suspended"


def test_what_is_in_files_is_not_moved_away_from_them(own: Config) -> None:
    with closing(open_catalogue(own)) as file:
        create_tenant(file, slug="north", cell="local", **MAKE)
        with pytest.raises(errors.CataloguePlaceError, match="tenant move"):
            move_catalogue(_in_database(own))
        assert file.change(file.list()[0].id, name_en="North").name_en == "North"


def test_two_catalogues_are_never_guessed_between(own: Config) -> None:
    new = _in_database(own)
    with closing(open_catalogue(replace(new, data_dir=own.data_dir.parent / "other"))) as other:
        create_tenant(other, slug="north", **MAKE)
    with closing(open_catalogue(own)) as file:
        create_tenant(file, slug="south", **MAKE)

    with pytest.raises(errors.CataloguePlaceError, match="two catalogues"):
        open_catalogue(new)
    with pytest.raises(errors.CataloguePlaceError, match="already"):
        move_catalogue(new)


def test_the_command_says_where_it_is(own: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "CHARTERHOUSE_DATA_DIR": str(own.data_dir),
        "CHARTERHOUSE_MIGRATIONS_DIR": str(own.migrations_dir),
        "CHARTERHOUSE_MASTER_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "DATABASE_URL": own.databases.urls["main"],
    }.items():
        monkeypatch.setenv(name, value)
    with closing(open_catalogue(own)) as file:
        create_tenant(file, slug="north", **MAKE)

    def told(*words: str) -> str:
        result = CliRunner().invoke(main, ["catalogue", *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "the data folder's file; it has 1 tenants" in told()
    assert "of 1 tenants is in PostgreSQL now" in told("move")
    assert '"place": "database"' in told("--json")
