"""The workers' queue is locked, or goes away with all it held: work goes on when it is back."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from faults_house import (
    KEY,
    PATIENCE,
    SOAK_SECONDS,
    House,
    a_port,
    leave_a_notice,
    sent_by,
    wait_for,
)
from sqlalchemy import select
from structlog.testing import capture_logs

from charterhouse.config import Config
from charterhouse.desk.undelivered import SENT
from charterhouse.jobs.crew import Crew
from charterhouse.jobs.queue import open_queue
from charterhouse.jobs.worker import Worker
from charterhouse.records.tables import outbox
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit


class RedisQueue:
    """A Redis that keeps nothing: what was in the queue is gone when it is back."""

    def __init__(self, folder: Path) -> None:
        self.url = f"redis://127.0.0.1:{a_port(18970)}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.back()

    def away(self) -> None:
        """Kill it without warning."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def back(self) -> None:
        """Start it."""
        program = shutil.which("redis-server")
        assert program, "run scripts/find-redis.sh"
        port = str(urlsplit(self.url).port)
        command = [program, "--port", port, "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )

    def close(self) -> None:
        """End it."""
        self.away()


class PostgresQueue:
    """A database that is away and has forgotten nothing when it is back."""

    def __init__(self, _folder: Path) -> None:
        self._server = ScratchPostgres()
        self.url = self._server.database()

    def away(self) -> None:
        """Kill it without warning."""
        self._server.stop()

    def back(self) -> None:
        """Start it."""
        self._server.start()

    def close(self) -> None:
        """End it."""
        self._server.close()


class FileQueue:
    """A file that another process has locked."""

    url = ""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "queue.db"
        self._other: sqlite3.Connection | None = None

    def away(self) -> None:
        """Lock it."""
        self._other = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        self._other.execute("BEGIN EXCLUSIVE")

    def back(self) -> None:
        """Let it go."""
        if self._other is not None:
            self._other.close()
            self._other = None

    close = back


Queue = RedisQueue | PostgresQueue | FileQueue


@pytest.fixture(name="queue", params=[FileQueue, RedisQueue, PostgresQueue])
def _queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Queue]:
    with closing(request.param(tmp_path)) as queue:
        yield queue


def test_who_starts_while_the_queue_is_away_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charterhouse.jobs.queue._PAUSE", 0.05)
    with closing(PostgresQueue(tmp_path)) as queue, ThreadPoolExecutor(1) as pool:
        queue.away()
        with capture_logs() as log:
            config = Config(data_dir=tmp_path, master_key=KEY, queue=queue.url)
            opening = pool.submit(open_queue, config)
            wait_for(lambda: len(log) > 1 or opening.done())
            assert not opening.done()
            queue.back()
            opened = opening.result(PATIENCE)
        assert {each["event"] for each in log} == {"waiting_for_queue"}
        assert opened.pending_count() == 0
        opened.storage.close()


@contextmanager
def _at_work(house: House, config: Config) -> Iterator[Crew]:
    crew = Crew(Worker(house.catalogue), open_queue(config), threads=2)
    running = threading.Thread(target=crew.run)
    running.start()
    try:
        yield crew
    finally:
        crew.stop()
        running.join(30)
        assert not running.is_alive()


def test_a_queue_that_comes_back_has_lost_and_doubled_nothing(
    queue: Queue, house_in: Callable[..., House]
) -> None:
    house = house_in()
    config = replace(house.catalogue.installation.config, queue=queue.url)
    phones = [f"154{number:08}" for number in range(9)]

    def tell(some: list[str]) -> None:
        with tenant_scope(house.tenant):
            for phone in some:
                leave_a_notice(phone)

    def told(some: list[str]) -> Callable[[], bool]:
        return lambda: set(sent_by(house)) >= {f"+86{phone}" for phone in some}

    with _at_work(house, config):
        tell(phones[:3])
        wait_for(told(phones[:3]))
        tell(phones[3:6])
        queue.away()
        tell(phones[6:])
        time.sleep(8.0 if SOAK_SECONDS else 1.5)
        queue.back()
        wait_for(told(phones))
    assert sent_by(house) == Counter(f"+86{phone}" for phone in phones)
    with tenant_scope(house.tenant), unit() as opened:
        states = Counter(opened.connection.execute(select(outbox.c.state)).scalars())
    assert set(states) == {SENT}
