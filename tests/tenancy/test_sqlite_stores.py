"""What is peculiar to files: other processes, other files, and how many stay open."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, func, insert, select

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import sqlite, sqlite_file
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

note = Table(
    "note",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
)
add = prepared(insert(note))
count = prepared(select(func.count().label("n")).select_from(note))
read = prepared(select(note).order_by(note.c.id))


def ids() -> list[int]:
    with unit() as work:
        return work.execute(read).scalars()


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with tenant_scope(north):
        yield


@pytest.mark.parametrize("write", [False, True])
def test_no_other_file_can_be_reached(north: Tenant, south: Tenant, *, write: bool) -> None:
    other = south.installation.stores.path(south.id)
    for statement in (
        f"ATTACH '{other}' AS other",
        f"VACUUM INTO '{other}.stolen'",
        "VACUUM",
    ):
        with unit(write=write) as work, pytest.raises(errors.StoreRefusedError):
            work.connection.connection.driver_connection.execute(statement)
    driver = sqlite_file.connect(north.installation.stores.path(north.id))
    with pytest.raises(sqlite3.OperationalError, match="too many attached"):
        driver.execute(f"ATTACH '{other}' AS other")
    with pytest.raises(sqlite3.OperationalError):
        driver.execute(f"VACUUM INTO '{other}.stolen'")
    driver.close()
    assert not other.with_name(other.name + ".stolen").exists()


def test_the_connection_is_hardened(north: Tenant) -> None:
    with closing(sqlite_file.connect(north.installation.stores.path(north.id))) as driver:
        pragma = {
            name: driver.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "foreign_keys", "synchronous", "journal_mode", "trusted_schema",
                "recursive_triggers",
            )
        }  # fmt: skip

    assert pragma == {
        "foreign_keys": 1,
        "synchronous": 2,
        "journal_mode": "wal",
        "trusted_schema": 0,
        "recursive_triggers": 1,
    }


def test_a_full_store_takes_no_more_and_loses_nothing(catalogue: Catalogue, north: Tenant) -> None:
    tenant = catalogue.change(north.id, limits={"max_store_mib": 1})
    tenant.installation.stores.close()

    rows = [{"id": number, "text": str(number) * 600_000} for number in range(3)]
    with tenant_scope(tenant):
        with pytest.raises(errors.QuotaError), unit(write=True) as work:
            work.execute_many(add, rows)
        assert ids() == []


OTHER = """
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
c.execute("INSERT INTO note VALUES (7, 'theirs')")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
c.execute("COMMIT")
"""


def hold(north: Tenant, seconds: float) -> subprocess.Popen[str]:
    path = str(north.installation.stores.path(north.id))
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, path, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "locked\n"
    return other


def test_another_process_is_waited_for_while_readers_go_on(north: Tenant) -> None:
    with hold(north, 0.3) as other:
        assert ids() == []
        with unit(write=True) as work:
            assert work.execute(count).scalar() == 1
            work.execute(add, {"id": 8, "text": "ours"})
        other.wait()

    assert ids() == [7, 8]


def test_waiting_has_an_end(north: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(sqlite_file, "_BUSY_STEP_MS", 50)
    north.installation.stores.close()

    with hold(north, 1.0) as other:
        with pytest.raises(errors.StoreBusyError), unit(write=True):
            pass
        other.kill()


def test_a_missing_store_is_told_and_not_made(north: Tenant) -> None:
    path = north.installation.stores.path(north.id)
    path.rename(path.with_suffix(".away"))

    with pytest.raises(errors.StoreMissingError), unit():
        pass

    assert not path.exists()


def test_idle_stores_are_closed_beyond_the_capacity(
    north: Tenant, make_tenant: Callable[[str], Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = north.installation.stores
    monkeypatch.setattr(stores, "_capacity", 2)

    for slug in ("a", "b", "c", "d"):
        tenant = make_tenant(slug)
        with tenant_scope(tenant), unit(write=True) as work:
            work.execute(add, {"id": 1, "text": slug})
    assert ids() == []

    assert len(stores._handles) == 2
    assert north.id in stores._handles


def test_a_store_in_use_is_never_closed(
    north: Tenant, make_tenant: Callable[[str], Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = north.installation.stores
    assert isinstance(stores, sqlite.SqliteStores)
    monkeypatch.setattr(stores, "_capacity", 1)
    others = [make_tenant(slug) for slug in ("a", "b", "c")]

    def visit() -> None:
        for tenant in others:
            with tenant_scope(tenant), unit() as work:
                work.execute(count)

    with unit(write=True) as work:
        thread = threading.Thread(target=visit)
        thread.start()
        thread.join()
        assert set(stores._handles) == {north.id, others[-1].id}
        work.execute(add, {"id": 1, "text": "a"})

    assert ids() == [1]


def test_all_tenants_share_one_cache_of_compiled_statements(north: Tenant, south: Tenant) -> None:
    stores = north.installation.stores
    with unit() as work:
        work.connection.execute(select(note.c.text)).all()
    size = len(stores._compiled)

    with tenant_scope(south), unit() as work:
        work.connection.execute(select(note.c.text)).all()

    assert size >= 1
    assert len(stores._compiled) == size


def test_a_forked_child_opens_its_own_connections(north: Tenant) -> None:
    stores = north.installation.stores
    ids()
    before = stores._handles

    stores.abandon()

    assert ids() == []
    assert stores._handles is not before
    assert stores._inherited == [before]
    for handle in before.values():
        handle.connections.close()


def test_a_store_of_another_release_is_not_served(north: Tenant) -> None:
    path = north.installation.stores.path(north.id)
    driver = sqlite3.connect(path)
    driver.execute("UPDATE alembic_version SET version_num = '0900'")
    driver.commit()
    driver.close()
    north.installation.stores.close()

    with pytest.raises(errors.StoreOutdatedError, match="0900"), unit():
        pass


def test_the_engine_module_names_no_tenant_by_its_slug(north: Tenant) -> None:
    stores = north.installation.stores
    assert isinstance(stores, sqlite.SqliteStores)
    assert stores.path(north.id).name == f"t{north.id}.db"
    assert stores.path(north.id).stat().st_mode & 0o077 == 0


class Open(sqlite_file.StoreConnection):
    """A connection on which nobody set a limit."""

    def setlimit(self, category: int, limit: int, /) -> int:
        return limit


def test_an_installation_that_could_reach_other_files_does_not_serve(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "StoreConnection", Open)

    with pytest.raises(errors.UnsafeStoreError, match="ATTACH, VACUUM INTO"):
        open_catalogue(config)
