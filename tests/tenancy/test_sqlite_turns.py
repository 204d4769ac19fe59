"""Writers of one file come one after the other, within a process and between processes."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from charterhouse.tenancy.engines import sqlite_file
from charterhouse.tenancy.engines.sqlite_file import begin, connect
from charterhouse.tenancy.engines.sqlite_turns import Queue, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STORE, OTHER_STORE = 2**62 + 5, 2**62 + 6
PATIENCE = 60.0


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.002)


@contextmanager
def process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Another process, once it has said a line."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        try:
            assert other.stdout
            assert other.stdout.readline() == "ready\n"
            yield other
        finally:
            other.kill()


FIRST = """
import sys
from pathlib import Path
from charterhouse.tenancy.engines.sqlite_turns import Turns
turn = Turns(Path(sys.argv[1])).of(int(sys.argv[2]))
assert turn.take()
print("ready", flush=True)
sys.stdin.readline()
turn.leave()
print("left", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("PRAGMA journal_mode=WAL")
        driver.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, who TEXT, number INTEGER)")
    return path


def test_threads_come_in_the_order_in_which_they_came() -> None:
    queue = Queue()
    came: list[int] = []

    def enter(number: int) -> None:
        assert queue.enter(PATIENCE)
        came.append(number)
        queue.leave()

    assert queue.enter(0.0)
    threads = [threading.Thread(target=enter, args=(number,)) for number in range(12)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        wait_for(lambda number=number: len(queue._waiting) == number)
    queue.leave()
    # Whoever asks now comes after all of them, however fast it is.
    assert queue.enter(PATIENCE)
    assert came == list(range(12))
    queue.leave()
    for thread in threads:
        thread.join()
    assert queue.enter(0.0)


def test_who_waited_in_vain_is_not_called() -> None:
    queue = Queue()
    assert queue.enter(0.0)
    assert not queue.enter(0.01)
    queue.leave()
    assert queue.enter(0.0)


def test_a_turn_is_of_one_process_and_one_store_and_ends_with_its_process(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "turns")
    turn, other_store = turns.of(STORE), turns.of(OTHER_STORE)
    with process(FIRST, tmp_path / "turns", STORE) as other:
        assert turn.is_of_another()
        assert not turn.take()
        assert not other_store.is_of_another()
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert not turn.is_of_another()
    assert turn.take()
    with pytest.raises(AssertionError), process(FIRST, tmp_path / "turns", STORE):
        pass
    turn.leave()
    with process(FIRST, tmp_path / "turns", STORE):
        assert turn.is_of_another()


def test_a_forked_child_has_no_turn_of_its_parent(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "turns")
    turn = turns.of(STORE)
    assert turn.take()
    pid = os.fork()
    if pid == 0:
        turns.abandon()
        os._exit(0 if turn.is_of_another() else 1)
    assert os.waitpid(pid, 0)[1] == 0
    with pytest.raises(AssertionError), process(FIRST, tmp_path / "turns", STORE):
        pass


def test_without_a_file_for_turns_writers_go_on(file: Path) -> None:
    turn = Turns(file / "nowhere" / "turns").of(STORE)
    assert not turn.is_of_another()
    assert not turn.take()
    with closing(connect(file)) as driver:
        begin(driver, write=True, turn=turn)
        driver.rollback()


def test_a_writer_lets_another_process_go_first_and_a_reader_does_not(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "_WAY", PATIENCE)
    path = file.with_name("turns")
    turn = Turns(path).of(STORE)
    begun = threading.Event()

    def write() -> None:
        with closing(connect(file)) as driver:
            begin(driver, write=True, patience=PATIENCE, turn=turn)
            begun.set()
            driver.rollback()

    with process(FIRST, path, STORE) as other:
        writer = threading.Thread(target=write)
        writer.start()
        with closing(connect(file)) as driver:
            begin(driver, write=False, turn=turn)
            driver.rollback()
        assert not begun.wait(0.2)
        assert other.stdin
        other.stdin.write("\n")
        other.stdin.flush()
        assert begun.wait(PATIENCE)
        writer.join()


def test_a_stopped_process_that_goes_first_stops_nobody(file: Path) -> None:
    path = file.with_name("turns")
    with process(FIRST, path, STORE) as other, closing(connect(file)) as driver:
        other.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        begin(driver, write=True, turn=Turns(path).of(STORE))
        driver.rollback()
        assert time.monotonic() - began >= sqlite_file._WAY


HOLDING = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
print("ready", flush=True)
sys.stdin.readline()
c.execute("COMMIT")
sys.stdin.readline()
"""
LOOKING = """
import sys, time
from pathlib import Path
from charterhouse.tenancy.engines.sqlite_turns import Turns
turn = Turns(Path(sys.argv[1])).of(int(sys.argv[2]))
print("ready", flush=True)
while not turn.is_of_another():
    time.sleep(0.001)
print("waits", flush=True)
while turn.is_of_another():
    time.sleep(0.001)
print("begun", flush=True)
"""


def test_who_waited_long_goes_first_until_it_has_begun(file: Path) -> None:
    path = file.with_name("turns")
    with process(LOOKING, path, STORE) as looking, process(HOLDING, file) as holding:
        assert looking.stdout
        assert holding.stdin

        def write() -> None:
            with closing(connect(file)) as driver:
                begin(driver, write=True, patience=PATIENCE, turn=Turns(path).of(STORE))
                driver.rollback()

        writer = threading.Thread(target=write)
        writer.start()
        assert looking.stdout.readline() == "waits\n"
        holding.stdin.write("\n")
        holding.stdin.flush()
        assert looking.stdout.readline() == "begun\n"
        writer.join()


WRITING = r"""
import os, sys, threading
from pathlib import Path
from types import SimpleNamespace
from charterhouse.tenancy.engines.sqlite import SqliteStores
stores = SqliteStores(Path(sys.argv[1]), check=lambda revisions: True)
tenant = SimpleNamespace(id=1, store_id=int(sys.argv[2]), limits={})
who = sys.argv[3]
def write(thread):
    for number in range(int(sys.argv[4])):
        with stores.transaction(tenant, write=True, seconds=None) as opened:
            row = (f"{who}-{thread}", number)
            opened.driver.execute("INSERT INTO note (who, number) VALUES (?, ?)", row)
        os.write(1, f"{row[0]} {row[1]}\n".encode())
print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done", flush=True)
"""
EACH = 30


def test_of_three_processes_none_is_kept_out_and_nothing_is_lost(
    file: Path, tmp_path: Path
) -> None:
    store = tmp_path / f"{STORE % 256:02x}" / f"t{STORE}.db"
    store.parent.mkdir()
    file.rename(store)
    with (
        process(WRITING, tmp_path, STORE, "first", EACH) as first,
        process(WRITING, tmp_path, STORE, "second", EACH) as second,
        process(WRITING, tmp_path, STORE, "killed", 10**9) as killed,
    ):
        told: dict[str, list[str]] = {}

        def listen(name: str, other: subprocess.Popen[str]) -> None:
            assert other.stdout
            told[name] = []
            for line in other.stdout:
                told[name].append(line.strip())

        others = {"first": first, "second": second, "killed": killed}
        listening = [threading.Thread(target=listen, args=each) for each in others.items()]
        for thread in listening:
            thread.start()
        for other in others.values():
            assert other.stdin
            other.stdin.write("\n")
            other.stdin.flush()
        wait_for(lambda: all(len(told.get(name, ())) >= EACH for name in others))
        killed.send_signal(signal.SIGKILL)
        for thread in listening:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    assert told["first"].pop() == told["second"].pop() == "done", "one gave up after five seconds"
    with closing(connect(store)) as driver:
        kept = [f"{who} {number}" for who, number in driver.execute("SELECT who, number FROM note")]
    assert len(kept) == len(set(kept))
    assert set(told["first"] + told["second"] + told["killed"]) <= set(kept)
    assert len(told["first"]) == len(told["second"]) == 3 * EACH
    unacknowledged = len(kept) - 6 * EACH - len(told["killed"])
    assert 0 <= unacknowledged <= 3
