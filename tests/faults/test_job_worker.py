"""The worker of jobs is killed at random moments of its work, on both engines.

What it works on is told by the tenant's store alone, so each worker that follows goes on: what
became due is decided once, and of the messages at most the one in hand is sent a second time.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from faults_house import KEY, SOAK_SECONDS, chance_of, die, in_a_child
from sqlalchemy import select

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.channels import register_channel
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.undelivered import SENT, WAITING
from charterhouse.desk.verifying import verify_tenant
from charterhouse.jobs.clock import DueClock
from charterhouse.jobs.outbox import BATCH, LEASE, deliver
from charterhouse.jobs.worker import Worker
from charterhouse.records.books import adopt
from charterhouse.records.tables import outbox
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True
JOINED = datetime(2025, 3, 1, 2, tzinfo=UTC)
BIRTHDAY = datetime(2025, 7, 7, 16, 0, 1, tzinfo=UTC)
MEMBERS = 12 if not SOAK_SECONDS else 3 * BATCH
KILLS = 12 if not SOAK_SECONDS else 60


class Line:
    """A channel that writes down what it sends, and on demand kills who sends.

    Attributes:
        before, after: how many messages are sent until the process dies before, or right after,
            the next is written down; negative for never.
        seconds: how long each takes.
    """

    before = after = -1
    seconds = 0.0
    path = Path()

    def send(self, to: str, text: str, *, kind: str) -> None:
        time.sleep(self.seconds)
        if self.before == 0:
            die()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(handle, f"{to}\t{kind}\t{text}\n".encode())
        os.close(handle)
        if self.after == 0:
            die()
        self.before -= 1
        self.after -= 1


LINE = Line()


def _line(_config: Config) -> Line:
    return LINE


@dataclass
class Office:
    """A tenant whose members all have their birthday on one day."""

    catalogue: Catalogue
    tenant: Tenant
    clock: FixedClock
    phones: list[str]

    def work(self) -> None:
        """Do all that is to be done now, as a worker does that has just started."""
        worker = Worker(self.catalogue)
        while worker.visit(self.tenant):
            pass

    def sent(self) -> Counter[str]:
        """How often each phone got its message."""
        lines = LINE.path.read_text("utf-8").splitlines() if LINE.path.exists() else []
        return Counter(line.split("\t")[0] for line in lines)

    def states(self) -> Counter[str]:
        """How many messages are in which state."""
        with tenant_scope(self.tenant), unit() as opened:
            return Counter(opened.connection.execute(select(outbox.c.state)).scalars())


@pytest.fixture(name="office")
def _office(tmp_path: Path, databases: Databases) -> Iterator[Office]:
    register_channel("line", _line)
    LINE.before = LINE.after = -1
    LINE.seconds = 0.0
    LINE.path = tmp_path / "sent"
    config = Config(data_dir=tmp_path, master_key=KEY, databases=databases, channel="line")
    catalogue = open_catalogue(config)
    tenant = create_tenant(
        catalogue, slug="east", name_zh="东", name_en="East", charter="gynecology.vip-card"
    )
    clock = FixedClock(JOINED)
    phones = [f"154{number:08}" for number in range(MEMBERS)]
    with use_clock(clock), tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        for phone in phones:
            ref = create_person({"name": "王秀英", "phone": phone, "born": "1990-07-08"}).ref
            assert submit("join", {"member": ref, "path": "ordinary"}, actor="test").accepted
    office = Office(catalogue, tenant, clock, [f"+86{phone}" for phone in phones])
    with use_clock(clock):
        yield office
    catalogue.installation.stores.close()


def test_what_is_due_is_decided_once_and_told_at_least_once(office: Office) -> None:
    chance = chance_of("job worker")
    office.work()
    welcomed = office.sent()
    office.clock.set(BIRTHDAY)
    kills = _kill_often(office, chance)
    office.clock.advance(LEASE)
    office.work()

    states = office.states()
    assert states == {SENT: welcomed.total() + MEMBERS}, "each became due once, and none is left"
    told = office.sent() - welcomed
    assert sorted(told) == office.phones
    assert told.total() <= MEMBERS + kills, "only what was in hand may arrive a second time"
    assert verify_tenant(office.tenant).differences == []


def _kill_often(office: Office, chance: Random) -> int:
    """Let workers start and die until one is not killed any more; return how many died."""
    kills = 0
    for number in range(KILLS):
        LINE.before = LINE.after = -1
        if (number + 1) % 3:
            setattr(LINE, "before" if number % 2 else "after", chance.randrange(3))
        came_to_its_end = in_a_child(office.work, chance.uniform(0.002, 0.1))
        kills += not came_to_its_end
        if chance.random() < 0.5:
            office.clock.advance(LEASE)
    LINE.before = LINE.after = -1
    assert kills, "nobody was killed"
    return kills


def test_what_a_killed_worker_had_taken_comes_back_when_its_lease_is_over(office: Office) -> None:
    office.work()
    sent = office.sent().total()
    office.clock.set(BIRTHDAY)
    due = DueClock()
    while due.tick(office.tenant):
        pass
    LINE.after = 2
    assert not in_a_child(office.work)
    LINE.after = -1
    assert office.sent().total() == sent + 3

    office.clock.advance(LEASE - timedelta(seconds=1))
    taken = min(MEMBERS, BATCH)
    assert _delivered(office) == MEMBERS - taken
    office.clock.advance(timedelta(seconds=1))
    assert _delivered(office) == taken - 2
    assert office.states()[WAITING] == 0
    # The third was sent, and its row could not tell any more.
    assert office.sent().total() == sent + MEMBERS + 1


def _delivered(office: Office) -> int:
    found = 0
    while sent := deliver(office.tenant).sent:
        found += sent
    return found


def test_a_clock_that_ran_ahead_does_not_keep_messages_back(office: Office) -> None:
    office.work()
    sent = office.sent().total()
    office.clock.set(BIRTHDAY + timedelta(days=1))
    LINE.before = 0
    assert not in_a_child(office.work)
    LINE.before = -1
    # The clock is put right: the leases seem to run for another day.
    office.clock.set(BIRTHDAY)
    office.work()
    assert office.sent().total() == sent + MEMBERS
    assert verify_tenant(office.tenant).differences == []


def test_a_slow_channel_does_not_outlast_its_leases(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work()
    office.clock.set(BIRTHDAY)
    DueClock().tick(office.tenant)
    monkeypatch.setattr("charterhouse.jobs.outbox.LEASE", timedelta(seconds=0.2))
    monkeypatch.setattr("charterhouse.jobs.outbox.SECONDS", 0.1)
    LINE.seconds = 0.06
    first = deliver(office.tenant).sent
    assert 1 <= first <= 3, "who is slow leaves the rest, before another may take it too"
    LINE.seconds = 0.0
    monkeypatch.undo()
    office.clock.advance(timedelta(seconds=0.2))
    assert deliver(office.tenant).sent == min(MEMBERS - first, BATCH)
