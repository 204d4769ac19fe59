"""Connections are held by units alone, and no more of them than is said, on both engines."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import bindparam, text

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.closer import BACKLOG, Closer
from charterhouse.tenancy.engines.connections import Connections
from charterhouse.tenancy.engines.sqlite import SqliteStores
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, find_unit, prepared, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.config import Config
    from charterhouse.databases import Databases
    from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True

ADD = prepared(
    text("INSERT INTO note (id, text) VALUES (:id, :text)").bindparams(
        bindparam("id"), bindparam("text")
    )
)


_OPEN = {
    psycopg.pq.TransactionStatus.ACTIVE,
    psycopg.pq.TransactionStatus.INTRANS,
    psycopg.pq.TransactionStatus.INERROR,
}


class Held:
    """The connections that are lent at the moment, and those that came back in a transaction."""

    def __init__(self) -> None:
        self.now: list[Any] = []
        self.unfinished = 0
        self.lent = 0


def _in_transaction(driver: Any) -> bool:
    if isinstance(driver, psycopg.Connection):
        return driver.info.transaction_status in _OPEN
    return bool(driver.in_transaction)


@pytest.fixture(name="held")
def _held(monkeypatch: pytest.MonkeyPatch) -> Held:
    held, take, give = Held(), Connections.take, Connections.give

    def taken(self: Connections[Any], tenant_id: int | None = None) -> Any:
        driver = take(self, tenant_id)
        assert not _in_transaction(driver)
        held.now.append(driver)
        held.lent += 1
        return driver

    def given(self: Connections[Any], driver: Any, *, usable: bool = True) -> None:
        held.unfinished += _in_transaction(driver)
        held.now.remove(driver)
        give(self, driver, usable=usable)

    monkeypatch.setattr(Connections, "take", taken)
    monkeypatch.setattr(Connections, "give", given)
    return held


def _nested() -> None:
    with unit(write=True) as outer:
        with unit(write=True), outer.savepoint():
            outer.execute(ADD, {"id": 1, "text": "one"})
        assert outer.session.connection().in_transaction()


def _refused() -> None:
    with pytest.raises(errors.StoreRefusedError), unit(write=True) as work:
        work.connection.exec_driver_sql("DROP TABLE note")


def _broken() -> None:
    with pytest.raises(errors.ConstraintError), unit(write=True) as work:
        work.execute_many(ADD, [{"id": 2, "text": "two"}, {"id": 2, "text": "two"}])


def _fails(work: Unit | None = None) -> None:
    if work is not None:
        work.execute(ADD, {"id": 3, "text": "three"})
    raise KeyError


def _raised() -> None:
    with pytest.raises(KeyError), unit(write=True) as work:
        _fails(work)


def _doomed() -> None:
    with pytest.raises(errors.UnitError), unit(write=True), suppress(KeyError), unit(write=True):
        _fails()


def _works_long(work: Unit) -> None:
    work.execute(ADD, {"id": 4, "text": "four"})
    time.sleep(0.1)
    many = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        "SELECT sum(i) FROM n"
    )
    work.connection.execute(text(many))


def _overdue() -> None:
    with pytest.raises(errors.StoreTimeoutError), unit(write=True, seconds=0.05) as work:
        _works_long(work)


def _half_read() -> None:
    with unit() as work:
        rows = work.connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                "WHERE i < 1000) SELECT i FROM n"
            )
        )
        assert rows.fetchone() == (1,)


@pytest.mark.parametrize(
    "use", [_nested, _refused, _broken, _raised, _doomed, _overdue, _half_read]
)
def test_a_connection_is_held_by_a_unit_and_never_outside_a_transaction(
    north: Tenant, held: Held, use: Callable[[], None]
) -> None:
    with tenant_scope(north):
        assert held.now == []
        with unit() as work:
            assert len(held.now) == 1
            assert _in_transaction(held.now[0])
            assert find_unit() is work
        for _ in range(2):
            use()
            assert held.now == [], "whatever went wrong, it was given back"
            with unit(write=True) as work:
                work.connection.execute(text("DELETE FROM note"))
    assert held.now == []
    assert held.unfinished == 0
    assert held.lent >= 4


def test_the_server_sees_nobody_idle_in_a_transaction(north: Tenant, databases: Databases) -> None:
    with tenant_scope(north):
        for use in (_nested, _broken, _raised, _half_read):
            use()
            with unit(write=True) as work:
                work.connection.execute(text("DELETE FROM note"))
    if databases.names:
        with psycopg.connect(databases.urls["main"], autocommit=True) as owner:
            states = owner.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchall()
        assert {state for (state,) in states} <= {"idle"}


def test_units_at_once_hold_as_many_connections_as_there_are_units(
    north: Tenant, held: Held
) -> None:
    inside, gate = threading.Barrier(4, timeout=10), threading.Event()

    def read() -> None:
        with tenant_scope(north), unit():
            inside.wait()
            gate.wait(10)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert len(held.now) == 3
    gate.set()
    for thread in threads:
        thread.join()
    assert held.now == []


@pytest.fixture(name="few")
def _few(config: Config) -> Iterator[Callable[[int], list[Tenant]]]:
    """An installation that keeps two stores, or two dedicated logins, open."""
    bounds = replace(config.bounds, open_stores=2)
    databases = replace(config.databases, dedicated=2)
    catalogue = open_catalogue(replace(config, bounds=bounds, databases=databases))

    def make(number: int) -> list[Tenant]:
        return [
            create_tenant(
                catalogue,
                slug=f"few-{each}",
                name_zh="示例医院",
                name_en="Sample",
                charter="sample.plain",
                isolation="dedicated",
            )
            for each in range(number)
        ]

    yield make
    catalogue.installation.stores.close()


def _open(tenant: Tenant) -> int:
    stores: Any = tenant.installation.stores
    if isinstance(stores, SqliteStores):
        return len(stores._handles)
    return len(stores.cells["main"]._pools._own)


def test_no_more_stay_open_than_is_said_and_one_in_use_is_not_lost(
    few: Callable[[int], list[Tenant]],
) -> None:
    tenants = few(5)
    with tenant_scope(tenants[0]), unit(write=True) as work:
        work.execute(ADD, {"id": 1, "text": "one"})

        def others() -> None:
            for tenant in tenants[1:]:
                with tenant_scope(tenant), unit(write=True) as theirs:
                    theirs.execute(ADD, {"id": 1, "text": tenant.slug})

        thread = threading.Thread(target=others)
        thread.start()
        thread.join(30)
        assert _open(tenants[0]) == 2
    for tenant in tenants:
        with tenant_scope(tenant), unit() as read:
            assert read.connection.execute(text("SELECT count(*) FROM note")).scalar() == 1
    assert _open(tenants[0]) == 2


def test_closing_is_beside_the_requests_until_too_many_wait() -> None:
    closer, gate, closed = Closer(), threading.Event(), []
    me = threading.get_ident()

    def close() -> None:
        gate.wait(10)
        closed.append(threading.get_ident())

    for _ in range(BACKLOG):
        closer.close(close)
    assert closed == []
    closer.close(lambda: closed.append(threading.get_ident()))
    assert closed == [me], "the one too many is closed by whoever has it"
    gate.set()
    end = time.monotonic() + 10
    while len(closed) <= BACKLOG and time.monotonic() < end:
        time.sleep(0.01)
    assert closed.count(me) == 1
    assert len(closed) == BACKLOG + 1
