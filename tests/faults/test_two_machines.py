"""Two machines of one chain: folders of their own, one catalogue in PostgreSQL, one master key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from subprocess import Popen
from typing import TYPE_CHECKING, Any

import pytest
from faults_house import EVENTS, House, a_port, end, leave_a_notice, sent_by, wait_for
from sqlalchemy import func, select

from charterhouse.desk.life.restore import move
from charterhouse.records.books import adopt
from charterhouse.records.tables import event
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from charterhouse.databases import Databases
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres

MAKE: dict[str, Any] = {"name_zh": "西", "name_en": "West", "charter": "gynecology.vip-card"}
SEEN = 3.0
"""Seconds within which a change of the catalogue is seen everywhere: it is read every one and a
half, and this machine has other things to do."""


@pytest.fixture(name="first")
def _first(chain: Databases, postgres: ScratchPostgres, house_in: Callable[..., House]) -> House:
    """The machine on which the chain began, with a second database to grow into."""
    return house_in(replace(chain, urls={**chain.urls, "east": postgres.database()}))


@pytest.fixture(name="second")
def _second(
    first: House, postgres: ScratchPostgres, tmp_path_factory: pytest.TempPathFactory
) -> House:
    """The other machine, which has nothing but the addresses and the key."""
    first.more["CHARTERHOUSE_QUEUE"] = postgres.database()
    folder = tmp_path_factory.mktemp("second")
    documents = {"CHARTERHOUSE_DOCUMENTS": f"file://{first.folder / 'documents'}"}
    return replace(first, folder=folder, port=a_port(18950), more={**first.more, **documents})


@pytest.fixture(name="start")
def _start() -> Iterator[Callable[..., Popen[bytes]]]:
    """Starts a command on a machine, and ends it after the test."""
    with ExitStack() as running:

        def start(house: House, *arguments: str) -> Popen[bytes]:
            process = house.start(*arguments)
            running.callback(end, process)
            return process

        yield start


def test_what_one_does_the_other_knows(
    first: House, second: House, start: Callable[..., Popen[bytes]]
) -> None:
    second.ready(start(second, "serve", "--port", str(second.port), "--workers", "1"))
    catalogue, ref = first.catalogue, first.refs[0]

    def told(key: str) -> int:
        bill = {"member": ref, "id": key, "amount": "10.00"}
        return second.ask("POST", EVENTS, {"spend": bill}, key)[0]

    def knows_west() -> bool:
        # Of no institution there is a page; an institution refuses another's key.
        with suppress(ValueError):
            return second.ask("POST", "/t/west/api/v1/events", {"spend": {}}, "k")[0] in (401, 403)
        return False

    assert not knows_west()
    create_tenant(catalogue, slug="west", **MAKE)
    wait_for(knows_west, SEEN)

    assert told("one") == 201
    catalogue.suspend(first.tenant.id, reason="unpaid")
    wait_for(lambda: told("unpaid") == 403, SEEN)
    catalogue.set_status(first.tenant.id, "active")
    wait_for(lambda: told("two") == 201, SEEN)

    before = _events(first)
    goal = {"main": "east", "east": "main"}[first.tenant.cell]
    move(catalogue, first.tenant, goal, actor="test")
    wait_for(lambda: told("three") == 201, SEEN)
    assert told("three") == 200, "the same event is there once"
    assert catalogue.get(first.tenant.id).cell == goal
    assert _events(first) == before + 1


def _events(house: House) -> int:
    with tenant_scope(house.catalogue.get(house.tenant.id)), unit() as opened:
        return int(opened.connection.execute(select(func.count()).select_from(event)).scalar_one())


def test_both_work_off_one_queue_and_nothing_twice(
    first: House, second: House, start: Callable[..., Popen[bytes]]
) -> None:
    tenants = [create_tenant(first.catalogue, slug=f"t{one}", **MAKE) for one in range(6)]
    for tenant in tenants:
        with tenant_scope(tenant), unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
    for house in (first, second):
        start(house, "worker", "--threads", "1")
    for house in (first, second):
        log = house.folder / "worker.log"
        wait_for(lambda log=log: b"worker_started" in log.read_bytes())

    phones: list[str] = []
    while not (sent_by(first) and sent_by(second)):
        assert len(phones) < 60, "one of them never works"
        for tenant in tenants:
            phones.append(f"154{len(phones):08}")
            with tenant_scope(tenant):
                leave_a_notice(phones[-1])
        wait_for(lambda: len(sent_by(first) + sent_by(second)) == len(phones))

    assert sent_by(first) + sent_by(second) == Counter(f"+86{phone}" for phone in phones)
