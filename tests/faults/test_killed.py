"""Whatever runs is killed at random moments of a running load, on both engines at once.

Afterwards the proof is clean, every event that was acknowledged is there exactly once, every other
one is absent or complete, and members have what was acknowledged. `make soak` does it for longer.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.request import Request, urlopen

import pytest
from faults_house import (
    LOST,
    SOAK_SECONDS,
    House,
    chance_of,
    children,
    end,
    end_connections,
    kill,
    neighbour,
    wait_for,
)
from sqlalchemy import func, select

from charterhouse.databases import Databases
from charterhouse.desk.intake import submit
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.tables import balance, decision, event
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.installation import LOCAL
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

CLIENTS = 3
MEMBERS = 6
ANSWERS = 12
METRICS_TOKEN = "a token of operators"
ACCOUNTS = {"points": "points_earned", "spend_total": "due"}
"""Accounts of members, and by which figure of an answer each of them grew."""


@dataclass
class Told:
    """What the clients of one tenant told: key → body, and of those acknowledged key → answer."""

    house: House
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.fixture(name="database")
def _database() -> Iterator[ScratchPostgres]:
    """A server of this test alone, because it is to crash."""
    with contextlib.closing(ScratchPostgres()) as server:
        yield server


def _load(told: Told, name: int, chance: Random, over: threading.Event) -> None:
    house, number = told.house, 0
    while not over.is_set():
        number += 1
        # The API puts what callers name into a namespace of its own.
        key = f"api:client-{name}-{number}"
        bill = {"id": key, "member": chance.choice(house.refs), "amount": "10.00"}
        with told.lock:
            told.sent[key] = bill
        with contextlib.suppress(*LOST):
            status, answer = house.ask(
                "POST", house.events, {"spend": bill}, key.removeprefix("api:")
            )
            if status in (200, 201):
                with told.lock:
                    told.known[key] = answer
        time.sleep(0.02)


class _Rage:
    """Ends processes of an installation, and starts them again."""

    def __init__(self, house: House, database: ScratchPostgres, chance: Random) -> None:
        self.house = house
        self.database = database
        self.chance = chance
        self.server = house.serve()
        self.jobs = house.start("worker")

    def ways(self) -> list[Callable[[], None]]:
        """What can happen, each once, in random order."""
        ways = [self.worker, self.sites, self.job_worker, self.database.crash]
        if SOAK_SECONDS:
            ways.append(self.connections)
        self.chance.shuffle(ways)
        return ways

    def worker(self) -> None:
        """Kill one worker of the sites; the server starts another."""
        for pid in self.chance.sample(children(self.server.pid), 1):
            kill(pid)

    def sites(self) -> None:
        """Kill the whole server."""
        end(self.server)
        self.server = self.house.serve()

    def job_worker(self) -> None:
        """Kill the worker of jobs."""
        end(self.jobs)
        self.jobs = self.house.start("worker")

    def connections(self) -> None:
        """End all connections to the database at once, as a pooler or an operator does."""
        end_connections(self.database)

    def over(self) -> None:
        """Kill everything."""
        end(self.server)
        end(self.jobs)


def _answered(all_told: Sequence[Told], process: Callable[[], subprocess.Popen[bytes]]) -> None:
    """Wait for a number of answers of each: who has just started reads all charters first."""
    wanted = [len(told.known) + ANSWERS for told in all_told]

    def enough() -> bool:
        assert process().poll() is None, "the server ended by itself"
        return all(len(told.known) >= some for told, some in zip(all_told, wanted, strict=True))

    wait_for(enough)


def _rage(database: ScratchPostgres, chance: Random, all_told: Sequence[Told]) -> None:
    """Let each way happen at least once while the clients tell, and more for so many seconds."""
    over, house = threading.Event(), all_told[0].house
    clients = [
        threading.Thread(target=_load, args=(told, name, Random(chance.random()), over))  # noqa: S311 - whose turn it is, and no secret
        for told in all_told
        for name in range(CLIENTS)
    ]
    rage = _Rage(house, database, chance)
    try:
        house.ready(rage.server)
        for client in clients:
            client.start()
        until = time.monotonic() + SOAK_SECONDS
        todo = rage.ways()
        while todo or time.monotonic() < until:
            todo = todo or rage.ways()
            way = todo.pop()
            # Jobs may die while the sites are still starting.
            if way != rage.job_worker:
                _answered(all_told, lambda: rage.server)
            time.sleep(chance.uniform(0.0, 0.3))
            way()
        _answered(all_told, lambda: rage.server)
        house.ready(rage.server)
        _figures_are_told(house)
    finally:
        rage.over()
        over.set()
        for client in clients:
            if client.ident is not None:
                client.join(30)


def _figures_are_told(house: House) -> None:
    """The figures can be read, and count at least those that were answered since the last kill."""
    site = f"http://127.0.0.1:{house.port}/metrics"
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    with urlopen(Request(site, headers=headers), timeout=20) as answer:
        told = answer.read().decode()
    route = r'method="POST",route="/api/v1/events",status="201"'
    taken = re.search(rf"charterhouse_request_seconds_count{{{route}}} (\d+)", told)
    assert taken, told
    assert int(taken[1]) >= ANSWERS - CLIENTS


def _log_is_readable(house: House) -> None:
    """Whatever ended in whichever moment: each line that was told is a JSON object."""
    for name in ("serve.log", "worker.log"):
        lines = (house.folder / name).read_text("utf-8").splitlines()
        assert lines, name
        plain = [(lines[n - 1], each) for n, each in enumerate(lines) if not each.startswith("{")]
        assert not plain, (name, plain)
        assert all(json.loads(each)["timestamp"] for each in lines)


def test_what_was_acknowledged_is_there_once_and_the_rest_is_absent_or_whole(
    house_in: Callable[..., House], database: ScratchPostgres
) -> None:
    house = house_in(Databases({"main": database.database()}), MEMBERS)
    house.more = {"CHARTERHOUSE_METRICS_TOKEN": METRICS_TOKEN}
    in_a_file = neighbour(house, "west", LOCAL, MEMBERS)
    assert (house.tenant.cell, in_a_file.tenant.cell) == ("main", LOCAL)
    all_told = [Told(house), Told(in_a_file)]
    _rage(database, chance_of("killed"), all_told)

    _log_is_readable(house)
    for told in all_told:
        _proved(told)


def _proved(told: Told) -> None:
    house = told.house
    assert verify_tenant(house.tenant).differences == []
    kept = _kept(house)
    assert {key: kept.get(key, (None, 0)) for key in told.known} == {
        key: (answer["event"], 1) for key, answer in told.known.items()
    }
    assert kept.keys() <= told.sent.keys(), "nothing is there that nobody told"
    assert all(decisions == 1 for _, decisions in kept.values())
    _told_again(house, told, kept)


def _told_again(house: House, told: Told, kept: dict[str, tuple[str, int]]) -> None:
    """Whoever lost an answer tells again: one effect each, and members have the sum of them."""
    before, found = _balances(house), _nothing(house)
    with tenant_scope(house.tenant):
        for key, bill in told.sent.items():
            again = submit("spend", bill, actor="api:1", key=key)
            assert again.accepted
            assert again.repeated == (key in kept)
            if key in told.known:
                assert told.known[key]["figures"]["due"] == "8.00"
                assert again.figures["due"] == 800
            if key in kept:
                _add(found, bill["member"], again.figures)
    assert before == found
    for key in told.sent.keys() - kept.keys():
        _add(found, told.sent[key]["member"], {"due": 800, "points_earned": 8})
    assert _balances(house) == found
    assert len(_kept(house)) == len(told.sent)
    assert verify_tenant(house.tenant).differences == []


def _nothing(house: House) -> dict[tuple[str, str], int]:
    return {(ref, account): 0 for ref in house.refs for account in ACCOUNTS}


def _add(found: dict[tuple[str, str], int], member: str, figures: Any) -> None:
    for account, figure in ACCOUNTS.items():
        found[member, account] += figures[figure]


def _balances(house: House) -> dict[tuple[str, str], int]:
    """What members have, in fen and points, over all lots."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int, _nothing(house))
    query = select(balance).where(balance.c.account.in_(ACCOUNTS), balance.c.owner.in_(house.refs))
    with tenant_scope(house.tenant), unit() as opened:
        for row in opened.connection.execute(query):
            found[row.owner, row.account] += row.amount
    return dict(found)


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
