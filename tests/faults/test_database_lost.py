"""The database ends what works in it, or goes away: refused cleanly, and on again by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import closing
from random import Random

import pytest
from faults_house import House, chance_of, end_connections, wait_for
from faults_site import Site
from sqlalchemy import func, select

from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.tables import decision, event
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

CLIENTS = 3
ENDINGS = 25
PASSING = {"store_unavailable", "store_busy"}


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[ScratchPostgres]:
    """A server of this file alone, because it is to go away."""
    with closing(ScratchPostgres()) as server:
        yield server


@pytest.fixture(name="house")
def _house(server: ScratchPostgres, house_in: Callable[..., House]) -> House:
    return house_in(Databases({"main": server.database()}), CLIENTS)


@pytest.fixture(name="site")
def _site(house: House) -> Site:
    return Site(house)


def _kept(house: House) -> dict[str, int]:
    """Key → number of its decisions, of all that came by the API."""
    query = (
        select(event.c.key, func.count(decision.c.id))
        .outerjoin(decision, decision.c.event_id == event.c.id)
        .where(event.c.key.is_not(None))
        .group_by(event.c.key, event.c.id)
    )
    with tenant_scope(house.tenant), unit() as opened:
        return {str(key).removeprefix("api:"): n for key, n in opened.connection.execute(query)}


def test_connections_that_are_ended_at_work_end_nothing_else(
    site: Site, server: ScratchPostgres
) -> None:
    chance, house = chance_of("backends"), site.house
    told: dict[str, tuple[int, str]] = {}
    over = threading.Event()

    def load(name: int) -> None:
        client, number = site.app.test_client(), 0
        while not over.is_set():
            number += 1
            key = f"client-{name}-{number}"
            told[key] = site.tell(client, house.refs[name], key)

    clients = [threading.Thread(target=load, args=(name,)) for name in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        _end_often(server, chance, told)
    finally:
        over.set()
        for client in clients:
            client.join(30)
    assert {503, 201} == {status for status, _ in told.values()}
    for name in range(CLIENTS):
        told[f"then-{name}"] = site.tell(site.app.test_client(), house.refs[name], f"then-{name}")
        assert told[f"then-{name}"] == (201, "")
    _proved(site, told)


def _end_often(server: ScratchPostgres, chance: Random, told: Sized) -> None:
    """End one server process at work, and each third time all that there are."""
    for number in range(ENDINGS):
        wanted = len(told) + 2
        wait_for(lambda wanted=wanted: len(told) >= wanted)
        time.sleep(chance.uniform(0, 0.02))
        end_connections(server, one=number % 3 > 0)


def _proved(site: Site, told: dict[str, tuple[int, str]]) -> None:
    house = site.house
    assert verify_tenant(house.tenant).differences == []
    kept = _kept(house)
    assert set(kept.values()) == {1}
    accepted = {key for key, answer in told.items() if answer == (201, "")}
    assert accepted <= kept.keys() <= told.keys()
    refused = told.keys() - accepted
    assert {told[key][0] for key in refused} <= {503}
    assert {told[key][1] for key in refused} <= PASSING
    # Of one that was refused nobody knows whether it was kept: whoever tells it again learns it.
    client = site.app.test_client()
    for key in refused:
        ref = house.refs[int(key.split("-")[1])]
        assert site.tell(client, ref, key)[0] == (200 if key in kept else 201)
    assert _kept(house) == dict.fromkeys(told, 1)
    assert verify_tenant(house.tenant).differences == []


def test_a_server_that_is_away_is_told_and_found_again(site: Site, server: ScratchPostgres) -> None:
    house, client, owner = site.house, site.app.test_client(), site.owner()
    ref = house.refs[0]
    assert site.tell(client, ref, "before") == (201, "")
    assert owner.get("/t/east/admin/members").status_code == 200
    server.stop()
    try:
        for number in range(3):
            assert site.tell(client, ref, f"away-{number}") == (503, "store_unavailable")
        page = owner.get("/t/east/admin/members?lang=en")
        assert page.status_code == 503
        assert "cannot take this just now" in page.text
        assert str(server.folder) not in page.text
        assert "socket" not in page.text, "what the driver says is for the log"
    finally:
        server.start()
    assert site.tell(client, ref, "after") == (201, "")
    assert owner.get("/t/east/admin/members").status_code == 200
    assert _kept(house) == {"before": 1, "after": 1}
    assert verify_tenant(house.tenant).differences == []
