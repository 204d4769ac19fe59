"""A tenant moves while others tell it events and read, by the sites of a real server.

Whoever is told to come again does so, with the same key. Afterwards every acknowledged event is in
the new place exactly once.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from faults_house import EVENTS, PATIENCE, House, end, wait_for
from sqlalchemy import func, select

from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.tables import decision, event
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

CLIENTS = 2


@dataclass
class Load:
    """What clients told and read: all of it until it was acknowledged.

    Attributes:
        house: whom they tell.
        known: key → id of the event that was acknowledged.
        again: codes of answers that told to come again.
        strange: answers that nobody should get.
        reads: moments of reads that were answered, by the monotonic clock.
        over: that nothing more is to be told.
        clients: who tell and who read.
    """

    house: House
    known: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    strange: list[tuple[int, Any]] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    clients: list[threading.Thread] = field(default_factory=list)

    def end(self) -> None:
        """Have nothing more told, and wait for what is under way."""
        self.over.set()
        for each in self.clients:
            if each.ident is not None:
                each.join(PATIENCE)
                assert not each.is_alive()

    def tell(self, name: int) -> None:
        """Tell events, each with its key until it is acknowledged."""
        number, house = 0, self.house
        while not self.over.is_set():
            number += 1
            key = f"client-{name}-{number}"
            bill = {"id": key, "member": house.refs[number % len(house.refs)], "amount": "10.00"}
            while not self._told(key, {"spend": bill}):
                time.sleep(0.2)
            time.sleep(0.1)

    def _told(self, key: str, body: Any) -> bool:
        status, answer, wait = self._ask("POST", EVENTS, body, key)
        if status == 503 and wait:
            self.again.append(answer["code"])
            return False
        if status not in (200, 201):
            self.strange.append((status, answer))
            return True
        self.known[f"api:{key}"] = answer["event"]
        return True

    def read(self) -> None:
        """Look at a decision again and again; it is there all the time."""
        while not self.over.is_set():
            if self.known:
                number = next(iter(self.known.values()))
                status, answer, _ = self._ask("GET", f"{EVENTS}/{number}")
                if status == 200:
                    self.reads.append(time.monotonic())
                else:
                    self.strange.append((status, answer))
            time.sleep(0.05)

    def _ask(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=60)) as line:
            headers = {
                "Authorization": f"Bearer {self.house.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            }
            line.request(method, path, json.dumps(body) if body else None, headers)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read()), answer.headers.get("Retry-After", "")


@pytest.fixture(name="placed")
def _placed(house_in: Callable[..., House], postgres: ScratchPostgres) -> Iterator[House]:
    """A tenant in files, of an installation with two clusters beside."""
    house = house_in(members=4)
    with closing(ScratchPostgres()) as other:
        databases = Databases({"near": postgres.database(), "far": other.database()})
        config = replace(house.catalogue.installation.config, databases=databases)
        with closing(open_catalogue(config)) as catalogue:
            yield replace(house, databases=databases, catalogue=catalogue)


@pytest.fixture(name="load")
def _load(placed: House) -> Iterator[Load]:
    """Clients that tell and read, of a server with two workers."""
    server, load = placed.serve(), Load(placed)
    load.clients = [threading.Thread(target=load.tell, args=(name,)) for name in range(CLIENTS)]
    load.clients.append(threading.Thread(target=load.read))
    try:
        placed.ready(server)
        for each in load.clients:
            each.start()
        yield load
    finally:
        load.end()
        end(server)


def _moved(house: House, cell: str) -> tuple[Any, float, float]:
    """Move by the command; what it says, and between which moments it ran."""
    began = time.monotonic()
    command = [sys.executable, "-m", "charterhouse", "tenant", "move", "east", cell, "--json"]
    done = subprocess.run(
        command, env=house.environment, capture_output=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout), began, time.monotonic()


def _kept(house: House) -> dict[str, tuple[str, int]]:
    """Key → (id of the event, number of its decisions)."""
    query = (
        select(event.c.key, event.c.id, func.count(decision.c.id))
        .join(decision, decision.c.event_id == event.c.id)
        .where(event.c.key.like("api:client-%"))
        .group_by(event.c.key, event.c.id)
    )
    with tenant_scope(house.catalogue.get(house.tenant.id)), unit() as opened:
        rows = opened.connection.execute(query).all()
    assert len({row[0] for row in rows}) == len(rows)
    return {key: (str(number), decisions) for key, number, decisions in rows}


def test_every_acknowledged_event_is_in_the_new_place_once(placed: House, load: Load) -> None:
    for cell in ("near", "far"):
        before = len(load.known)
        wait_for(lambda before=before: len(load.known) > before + 5)
        told, began, ended = _moved(placed, cell)
        after = len(load.known)
        assert (told["cell"], told["status"]) == (cell, "active")
        assert 0 < told["read_only_seconds"] < ended - began
        # Who reads is never kept waiting: the gaps are those of a busy machine.
        assert len([each for each in load.reads if began < each < ended]) > 10
        wait_for(lambda after=after: len(load.known) > after + 5)
    load.end()

    assert load.strange == []
    # On a machine with too much to do a writer may also wait longer for its turn than it has.
    allowed = {"tenant_moving", "store_frozen", "tenant_not_writable", "store_busy"}
    assert set(load.again) <= allowed
    assert "tenant_moving" in load.again
    assert _kept(placed) == {key: (number, 1) for key, number in load.known.items()}
    tenant = placed.catalogue.get(placed.tenant.id)
    assert tenant.cell == "far"
    assert verify_tenant(tenant).differences == []
