from __future__ import annotations

import contextvars
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import registry

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import sqlite, sqlite_file
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import current_unit, find_unit, prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

mapper = registry()


class Note:
    id: int
    text: str


mapper.map_imperatively(Note, note)


def ids() -> list[int]:
    with unit() as work:
        return work.execute(read).scalars()


def write_and_fail(number: int) -> None:
    """Write once through the session and once past it, in a unit that may be nested."""
    with unit(write=True) as work:
        work.session.add(Note(id=number + 50, text=f"{number} by session"))
        work.execute(add, {"id": number, "text": str(number)})
        raise KeyError


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with tenant_scope(north):
        yield


def test_a_unit_commits_at_its_end() -> None:
    with unit(write=True) as work:
        work.execute(add, {"id": 1, "text": "a"})
        work.connection.execute(insert(note), {"id": 2, "text": "b"})
        work.session.add(Note(id=3, text="c"))

    assert ids() == [1, 2, 3]
    assert find_unit() is None


def test_an_error_rolls_everything_back() -> None:
    def work() -> None:
        with unit(write=True) as mine:
            mine.execute(add, {"id": 1, "text": "a"})
            mine.session.add(Note(id=3, text="c"))
            mine.flush()
            raise KeyError

    with pytest.raises(KeyError):
        work()

    assert ids() == []


def test_a_reading_unit_cannot_write_in_any_way() -> None:
    with unit() as work:
        with pytest.raises(errors.ReadOnlyUnitError):
            work.execute(add, {"id": 1, "text": "a"})
        assert work.execute(count).scalar() == 0
    with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
        work.connection.execute(insert(note), {"id": 1, "text": "a"})
    with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
        work.session.add(Note(id=1, text="a"))
    with unit() as work, pytest.raises(errors.ReadOnlyUnitError), work.savepoint():
        pass

    assert ids() == []


def test_writing_works_again_on_a_connection_that_read() -> None:
    for number in range(3):
        assert len(ids()) == number
        with unit(write=True) as work:
            work.execute(add, {"id": number, "text": str(number)})


def test_a_nested_unit_is_the_same_unit() -> None:
    with unit(write=True) as outer:
        with unit(write=True) as inner, unit() as innermost:
            inner.execute(add, {"id": 1, "text": "a"})
            assert inner is outer is innermost is current_unit()
        assert outer.execute(count).scalar() == 1

    assert ids() == [1]


def test_a_write_within_a_reading_unit_is_refused() -> None:
    with unit(), pytest.raises(errors.ReadOnlyUnitError), unit(write=True):
        pass


def test_a_failed_nested_write_forbids_the_commit_even_when_caught() -> None:
    def work() -> None:
        with unit(write=True) as outer:
            outer.execute(add, {"id": 1, "text": "a"})
            with pytest.raises(KeyError):
                write_and_fail(2)

    with pytest.raises(errors.UnitError, match="nested"):
        work()

    assert ids() == []


def test_a_savepoint_undoes_only_its_block() -> None:
    with unit(write=True) as work:
        work.execute(add, {"id": 1, "text": "a"})
        with pytest.raises(KeyError), work.savepoint():
            write_and_fail(3)
        with work.savepoint():
            work.session.add(Note(id=4, text="d"))

    assert ids() == [1, 4]


def test_an_ended_unit_is_of_no_use() -> None:
    with unit() as work:
        pass

    with pytest.raises(errors.UnitError, match="ended"):
        work.execute(count)
    with pytest.raises(errors.UnitError, match="ended"):
        _ = work.session


def test_a_session_never_ends_the_unit() -> None:
    with unit(write=True) as work:
        with pytest.raises(errors.UnitError):
            work.session.commit()
        with pytest.raises(errors.UnitError):
            work.session.rollback()


def test_another_thread_cannot_join_even_with_the_context() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            with unit():
                pass
        except errors.UnitError as error:
            caught.append(error)

    with unit():
        thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
        thread.start()
        thread.join()

    assert len(caught) == 1


def test_constraints_have_a_kind() -> None:
    with unit(write=True) as work:
        work.execute(add, {"id": 1, "text": "a"})
        for row, kind in (
            ({"id": 2, "text": "a"}, "unique"),
            ({"id": 2, "text": None}, "not_null"),
        ):
            with pytest.raises(errors.ConstraintError) as caught, work.savepoint():
                work.execute(add, row)
            assert (caught.value.kind, caught.value.code) == (kind, "constraint")
        with pytest.raises(IntegrityError), work.savepoint():
            work.connection.execute(insert(note), {"id": 1, "text": "x"})

    assert ids() == [1]


@pytest.mark.parametrize("write", [False, True])
def test_no_other_file_can_be_reached(north: Tenant, south: Tenant, *, write: bool) -> None:
    other = south.installation.stores.path(south.id)
    for statement in (
        f"ATTACH '{other}' AS other",
        f"VACUUM INTO '{other}.stolen'",
        "VACUUM",
    ):
        with unit(write=write) as work, pytest.raises(sqlite3.OperationalError):
            work.connection.connection.driver_connection.execute(statement)
    driver = sqlite_file.connect(north.installation.stores.path(north.id))
    with pytest.raises(sqlite3.OperationalError, match="too many attached"):
        driver.execute(f"ATTACH '{other}' AS other")
    with pytest.raises(sqlite3.OperationalError):
        driver.execute(f"VACUUM INTO '{other}.stolen'")
    driver.close()
    assert not other.with_name(other.name + ".stolen").exists()


def test_the_connection_is_hardened() -> None:
    with unit(write=True) as work:
        pragma = {
            name: work.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "synchronous", "journal_mode", "trusted_schema")
        }

    assert pragma == {
        "foreign_keys": 1,
        "synchronous": 2,
        "journal_mode": "wal",
        "trusted_schema": 0,
    }


def test_endless_work_is_interrupted() -> None:
    endless = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    began = time.monotonic()

    with pytest.raises(errors.StoreTimeoutError), unit(seconds=0.1) as work:
        work.connection.execute(endless)

    assert time.monotonic() - began < 3
    assert ids() == []


def test_a_full_store_takes_no_more_and_loses_nothing(catalogue: Catalogue, north: Tenant) -> None:
    tenant = catalogue.change(north.id, limits={"max_store_mib": 1})
    tenant.installation.stores.close()

    rows = [{"id": number, "text": str(number) * 600_000} for number in range(3)]
    with tenant_scope(tenant):
        with pytest.raises(errors.QuotaError), unit(write=True) as work:
            work.execute_many(add, rows)
        assert ids() == []


def test_two_threads_write_one_after_the_other(north: Tenant) -> None:
    def work(first: int) -> None:
        with tenant_scope(north):
            for number in range(first, first + 10):
                with unit(write=True) as mine:
                    seen = mine.execute(count).scalar()
                    mine.execute(add, {"id": number, "text": f"after {seen}"})

    threads = [threading.Thread(target=work, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with unit() as reading:
        assert {row.text for row in reading.execute(read)} == {f"after {n}" for n in range(30)}


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


def test_a_suspended_tenant_is_read_only(catalogue: Catalogue, north: Tenant) -> None:
    tenant = catalogue.suspend(north.id, reason="unpaid")

    with tenant_scope(tenant):
        assert ids() == []
        with pytest.raises(errors.TenantNotWritableError), unit(write=True):
            pass


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
        handle.engine.dispose()


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
