"""The worker serves all tenants fairly, and ends after the piece of work at hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from records_story import KEY, found

from charterhouse.clock import FixedClock, use_clock
from charterhouse.jobs.worker import Job, Worker
from charterhouse.tenancy import copies
from charterhouse.tenancy.tenant import Tenant

if TYPE_CHECKING:
    from conftest import House


def test_one_tenants_trouble_is_its_own(house: House) -> None:
    found(house.catalogue, "south")
    served: list[str] = []

    def work(tenant: Tenant) -> bool:
        served.append(tenant.slug)
        if tenant.slug == "north":
            raise RuntimeError("its plugin is broken")
        return True

    worker = Worker(house.catalogue, [Job("test", work)])
    assert worker.round()
    assert worker.round()
    assert served == ["north", "south", "south"], "north rests a minute"


def test_a_round_does_one_piece_for_each(house: House) -> None:
    left = {"north": 3, "south": 1}
    found(house.catalogue, "south")
    order: list[str] = []

    def work(tenant: Tenant) -> bool:
        if left[tenant.slug]:
            left[tenant.slug] -= 1
            order.append(tenant.slug)
            return True
        return False

    worker = Worker(house.catalogue, [Job("test", work)])
    while worker.round():
        pass
    assert order == ["north", "south", "north", "north"]


def test_slow_work_leaves_a_thread_to_the_others(house: House) -> None:
    found(house.catalogue, "south")
    begun, gate = threading.Event(), threading.Event()
    done: list[str] = []

    def slow(tenant: Tenant) -> bool:
        begun.set()
        gate.wait(10)
        done.append(f"slow {tenant.slug}")
        return False

    def quick(tenant: Tenant) -> bool:
        done.append(f"quick {tenant.slug}")
        return False

    worker = Worker(
        house.catalogue,
        [Job("slow", slow, every=60.0, slow=True), Job("quick", quick)],
    )
    north, south = worker.tenants()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(worker.visit, north)
        assert begun.wait(5)
        worker.visit(south)
        assert done == ["quick south"], "the other is not held up by work of its own kind"
        gate.set()
        first.result()
    worker.visit(south)
    assert done[-2:] == ["slow south", "quick south"]


def test_a_job_with_a_rhythm_waits_for_it(house: House) -> None:
    runs: list[str] = []

    def work(tenant: Tenant) -> bool:
        runs.append(tenant.slug)
        return False

    worker = Worker(house.catalogue, [Job("test", work, every=3600.0)])
    worker.round()
    worker.round()
    assert runs == ["north"]


def test_suspended_tenants_are_left_alone(house: House) -> None:
    house.catalogue.suspend(house.north.id, reason="unpaid")
    worker = Worker(house.catalogue, [Job("test", lambda _tenant: True)])
    assert not worker.round()


def test_the_process_catches_up_and_ends_when_told(house: House) -> None:
    import base64

    environment = {
        **os.environ,
        "CHARTERHOUSE_DATA_DIR": str(house.folder),
        "CHARTERHOUSE_MASTER_KEY": base64.urlsafe_b64encode(KEY).decode(),
    }
    command = [sys.executable, "-m", "charterhouse", "worker"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    end = time.monotonic() + 30
    while not house.messages() and time.monotonic() < end:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0, out
    assert "worker_stopped" in out
    birthdays = [m for m in house.messages() if "生日" in m[4]]
    assert birthdays, "the birthdays since 2025 were noticed"
    assert subprocess.run([*command, "--once"], env=environment, check=False).returncode == 0


def test_stores_that_rested_long_enough_are_removed(house: House) -> None:
    copy = copies.begin(house.catalogue, house.north.id, "restore", actor="test")
    copies.finish(house.catalogue, copy, actor="test")
    assert [one.state for one in copies.spares(house.catalogue)] == ["retired"]
    worker = Worker(house.catalogue, [])

    assert worker.tidy() == 0
    with use_clock(FixedClock(house.at("2099-01-01 00:00"))):
        assert worker.tidy() == 1
    assert not copies.spares(house.catalogue)
