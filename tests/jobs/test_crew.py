"""The crew: fair to all tenants, in time, and no wider open than its key."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from records_story import found

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config, ConfigError
from charterhouse.jobs.crew import Crew, round_seconds
from charterhouse.jobs.queue import open_queue
from charterhouse.jobs.worker import Job, Worker
from charterhouse.tenancy.tenant import Tenant

if TYPE_CHECKING:
    from huey import Huey

    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from conftest import House


@pytest.fixture(name="postgres_url", scope="module")
def _postgres_url(postgres: ScratchPostgres) -> str:
    return postgres.database()


@pytest.fixture(name="config", params=["file", "redis", "postgres"])
def _config(house: House, request: pytest.FixtureRequest) -> Config:
    url = "" if request.param == "file" else request.getfixturevalue(f"{request.param}_url")
    return replace(house.catalogue.installation.config, queue=url)


@pytest.fixture(name="queue")
def _queue(config: Config) -> Iterator[Huey]:
    queue = open_queue(config)
    queue.storage.flush_all()
    yield queue
    queue.storage.close()


def work_off(queue: Huey, most: int = 1000) -> int:
    """Do what waits, in order, in this thread; return how many visits that were."""
    for done in range(most):
        task = queue.dequeue() if queue.pending_count() else None
        if task is None:
            return done
        queue.execute(task)
    raise AssertionError("it never ends")


def test_a_burst_of_one_delays_nobody_else(house: House, queue: Huey) -> None:
    found(house.catalogue, "south")
    left, order = {"north": 30, "south": 1}, []

    def work(tenant: Tenant) -> bool:
        left[tenant.slug] -= 1
        order.append(tenant.slug)
        return left[tenant.slug] > 0

    crew = Crew(Worker(house.catalogue, [Job("test", work)]), queue)

    assert crew.plan(datetime(2025, 3, 9, tzinfo=UTC)) == 2
    work_off(queue)

    assert order.index("south") <= 1, "at most one piece of another's work before its own"
    assert order.count("north") == 30


def test_several_crews_plan_a_round_once(house: House, config: Config, queue: Huey) -> None:
    worker, other = Worker(house.catalogue, []), open_queue(config)
    first, second = Crew(worker, queue), Crew(worker, other)
    now = datetime(2025, 3, 9, 9, tzinfo=UTC)

    planned = [
        crew.plan(now + timedelta(seconds=round_seconds(1)) * number)
        for number in range(5)
        for crew in (first, second)
        if work_off(queue) >= 0
    ]

    other.storage.close()
    assert planned == [1, 0] * 5


def test_rounds_go_on_whatever_the_clock_says(house: House, queue: Huey) -> None:
    crew, now = Crew(Worker(house.catalogue, []), queue), datetime(2025, 3, 9, 9, tzinfo=UTC)
    planned = []
    for jump in (0, 24, 0, -1, 0, 24):
        planned.append(crew.plan(now + timedelta(hours=jump)))
        assert work_off(queue) == planned[-1]
    assert planned == [1] * 6


def test_a_crew_that_is_behind_is_not_given_more(house: House, queue: Huey) -> None:
    crew = Crew(Worker(house.catalogue, []), queue)
    now = datetime(2025, 3, 9, 9, tzinfo=UTC)
    planned = [crew.plan(now + timedelta(hours=number)) for number in range(5)]
    assert planned == [1, 1, 0, 0, 0]
    assert work_off(queue) == 2
    assert crew.plan(now + timedelta(hours=9)) == 1


def test_a_tenant_is_visited_at_its_next_moment(house: House, queue: Huey) -> None:
    crew = Crew(Worker(house.catalogue), queue)
    crew.plan(datetime.now(UTC))
    # The queue goes by the machine's own clock, for which the moment has to be still to come.
    birthday = house.at(f"{datetime.now(UTC).year + 1}-07-08 00:00")
    before = birthday - timedelta(seconds=1)
    with use_clock(FixedClock(before)):
        work_off(queue)
    assert queue.scheduled_count() == 1
    [due] = queue.scheduled()
    assert due.eta.replace(tzinfo=UTC) == birthday
    [task] = queue.read_schedule(due.eta)
    sent = len(house.messages())
    with use_clock(FixedClock(birthday)):
        queue.execute(task, due.eta)
    assert len(house.messages()) == sent + 1


def test_a_suspended_or_unknown_tenant_is_not_visited(house: House, queue: Huey) -> None:
    visited: list[str] = []

    def work(tenant: Tenant) -> bool:
        visited.append(tenant.slug)
        return False

    crew = Crew(Worker(house.catalogue, [Job("test", work)]), queue)
    crew.plan(datetime(2025, 3, 9, tzinfo=UTC))
    house.catalogue.suspend(house.north.id, reason="unpaid")
    crew._visit(4711)
    assert work_off(queue) == 2
    assert not visited


class Trap:
    """Tells when it is unpickled."""

    fell: list[str] = []  # noqa: RUF012 - the class is what survives pickling

    def __reduce__(self) -> Any:
        return self.fell.append, ("fell",)


def test_what_we_did_not_sign_is_not_read(house: House, queue: Huey) -> None:
    queue.storage.enqueue(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match=r"Separator|Signature"):
        queue.dequeue()
    other = replace(house.catalogue.installation.config, master_key=bytes(32))
    queue.storage.enqueue(open_queue(other).serializer.serialize(Trap()))
    with pytest.raises(ValueError, match="Signature"):
        queue.dequeue()
    assert not Trap.fell


def test_another_kind_of_queue_is_refused(house: House, tmp_path: Path) -> None:
    config = house.catalogue.installation.config
    with pytest.raises(ConfigError, match="redis://") as refused:
        replace(config, data_dir=tmp_path, queue="amqp://somewhere")
    assert refused.value.field == "CHARTERHOUSE_QUEUE"
