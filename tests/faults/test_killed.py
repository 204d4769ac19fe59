"""The sites' worker and the job worker are killed at random moments of a running load.

Afterwards the proof is clean, every event that was acknowledged is there exactly once, and every
other one is absent or complete. `make soak` does the same for longer (`CHARTERHOUSE_SOAK_SECONDS`).
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from charterhouse.commands.demonstration.processes import free_port
from charterhouse.config import Config
from charterhouse.desk import access
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.books import adopt
from charterhouse.records.tables import decision, event
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

KEY = b"killed!!" * 4
SECONDS = float(os.environ.get("CHARTERHOUSE_SOAK_SECONDS", "12"))
CLIENTS = 4
MEMBERS = 6
CHANCE = Random()  # noqa: S311 - moments of a test, and no secrets


@dataclass
class House:
    """An installation with one tenant, some members, and a key of its API."""

    folder: Path
    catalogue: Catalogue
    tenant: Tenant
    token: str
    refs: list[str]
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """That of its processes."""
        key = base64.urlsafe_b64encode(KEY).decode()
        data = {"CHARTERHOUSE_DATA_DIR": str(self.folder), "CHARTERHOUSE_MASTER_KEY": key}
        return {**os.environ, **data}


@dataclass
class Told:
    """What the clients told: key → body, and of those acknowledged key → id of the event."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    catalogue = open_catalogue(Config(data_dir=tmp_path, master_key=KEY))
    tenant = create_tenant(
        catalogue, slug="east", name_zh="东", name_en="East", charter="gynecology.vip-card"
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        token = access.create_key("HIS", ("events.write", "events.read"), actor="test").token
        refs = [create_person({"name": "王秀英", "born": "1990-07-08"}).ref for _ in range(MEMBERS)]
        for ref in refs:
            assert submit("join", {"member": ref, "path": "ordinary"}, actor="test").accepted
    catalogue.installation.stores.close()
    yield House(tmp_path, catalogue, tenant, token, refs, free_port(18900))
    catalogue.installation.stores.close()


def _start(house: House, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "charterhouse", *arguments],
        env=house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _children(pid: int) -> list[int]:
    """The worker processes of a server."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _ask(house: House, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def _load(house: House, told: Told, name: int, over: threading.Event) -> None:
    number = 0
    while not over.is_set():
        number += 1
        # The API puts what callers name into a namespace of its own.
        key = f"api:client-{name}-{number}"
        bill = {"id": key, "member": CHANCE.choice(house.refs), "amount": "10.00"}
        body = {"spend": bill}
        with told.lock:
            told.sent[key] = body
        # Nobody knows what became of a request whose answer was lost: that is the point.
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            status, answer = _ask(
                house, "POST", "/t/east/api/v1/events", body, key.removeprefix("api:")
            )
            if status in (200, 201):
                with told.lock:
                    told.known[key] = answer["event"]
        time.sleep(0.02)


def _wait_ready(house: House, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            if _ask(house, "GET", "/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def _wait_told(told: Told, number: int) -> None:
    end = time.monotonic() + 30
    while len(told.known) < number and time.monotonic() < end:
        time.sleep(0.01)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a whole session at once, as a machine ends that loses its power."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _rage(house: House, server: subprocess.Popen[bytes], told: Told) -> int:
    """Kill at random while the clients tell; returns how many processes were killed."""
    over, killed = threading.Event(), 0
    clients = [threading.Thread(target=_load, args=(house, told, n, over)) for n in range(CLIENTS)]
    jobs = _start(house, "worker")
    try:
        for client in clients:
            client.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            # Only of a server that works: a worker that is new reads all charters first.
            _wait_told(told, len(told.known) + 15)
            time.sleep(CHANCE.uniform(0.0, 0.5))
            for pid in CHANCE.sample(_children(server.pid), 1):
                _kill(pid)
                killed += 1
            if CHANCE.random() < 0.5:
                _end(jobs)
                killed += 1
                jobs = _start(house, "worker")
    finally:
        _end(server)
        over.set()
        for client in clients:
            client.join(20)
        _end(jobs)
    return killed


def test_what_was_acknowledged_is_there_once_and_the_rest_is_absent_or_whole(house: House) -> None:
    told = Told()
    server = _start(house, "serve", "--port", str(house.port), "--workers", "2", "--threads", "4")
    try:
        _wait_ready(house, server)
        killed = _rage(house, server, told)
    finally:
        _end(server)
    assert killed >= 2
    assert len(told.known) > 20

    findings = verify_tenant(house.tenant)
    assert findings.differences == []
    kept = _kept(house)
    assert {key: kept.get(key, (None, 0)) for key in told.known} == {
        key: (event_id, 1) for key, event_id in told.known.items()
    }
    assert kept.keys() <= told.sent.keys(), "nothing is there that nobody told"
    assert all(decisions == 1 for _, decisions in kept.values())

    with tenant_scope(house.tenant):
        for key, body in told.sent.items():
            again = submit("spend", body["spend"], actor="api:1", key=key)
            assert again.accepted
            assert again.repeated == (key in kept)
    assert len(_kept(house)) == len(told.sent)
    assert verify_tenant(house.tenant).differences == []


def _kept(house: House) -> dict[str, tuple[str, int]]:
    """Key → (id of the event, number of its decisions) of all that came by the API."""
    query = (
        select(event.c.key, event.c.id, func.count(decision.c.id))
        .outerjoin(decision, decision.c.event_id == event.c.id)
        .where(event.c.key.is_not(None), event.c.verb == "spend")
        .group_by(event.c.key, event.c.id)
    )
    with tenant_scope(house.tenant), unit() as opened:
        rows = opened.connection.execute(query).all()
    assert len({row[0] for row in rows}) == len(rows)
    return {key: (str(number), decisions) for key, number, decisions in rows}
