from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from charterhouse.tenancy.ids import made_at_ms, new_id, new_key

if TYPE_CHECKING:
    import pytest

MANY = "from charterhouse.tenancy.ids import new_id\nprint(*(new_id() for _ in range(5000)))"


def test_ids_fit_a_signed_column_and_grow() -> None:
    made = [new_id() for _ in range(5000)]

    assert all(0 < one < 2**63 for one in made)
    assert made == sorted(set(made))


def test_an_id_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000

    made = made_at_ms(new_id())

    assert before - 50 <= made <= time.time_ns() // 1_000_000 + 50


def test_threads_never_share_an_id() -> None:
    made: list[int] = []

    def work() -> None:
        made.extend([new_id() for _ in range(3000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 12_000


def test_processes_never_share_an_id() -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", MANY], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    made = [one for process in running for one in process.communicate()[0].split()]

    assert len(made) == 15_000
    assert len(set(made)) == 15_000


def test_neighbouring_processes_have_nodes_of_their_own() -> None:
    nodes = {
        subprocess.check_output(
            [sys.executable, "-c", f"{MANY.splitlines()[0]}\nprint(new_id() >> 10 & 4095)"]
        )
        for _ in range(3)
    }

    assert len(nodes) == 3


def test_a_forked_child_makes_no_id_of_its_parent() -> None:
    script = (
        "import os\nfrom charterhouse.tenancy.ids import new_id\nnew_id()\nchild = os.fork()\n"
        "if child: os.waitpid(child, 0)\nprint(new_id() >> 10 & 4095, flush=True)"
    )
    nodes = subprocess.check_output([sys.executable, "-c", script]).split()

    assert len(set(nodes)) == 2


def test_ids_go_on_growing_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    back = time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: back)

    later = [new_id() for _ in range(1500)]

    assert min(later) > first
    assert later == sorted(set(later))


def test_keys_are_random_and_fit_an_address() -> None:
    keys = {new_key() for _ in range(100)}

    assert len(keys) == 100
    assert all(len(key) == 22 and key.replace("-", "").replace("_", "").isalnum() for key in keys)
