"""The counters behind the limits: windows that end, keys apart, no threads, nothing kept long."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from charterhouse.bounds import Bounds
from charterhouse.config import ConfigError
from charterhouse.web import counting_shared
from charterhouse.web.app import create_app
from charterhouse.web.counting import STORAGE_URI, ProcessCounters
from charterhouse.web.counting_shared import SharedCounters, Table
from charterhouse.web.permissions import public
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue


@pytest.fixture(name="moment")
def _moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the counters; the test moves it."""
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_a_window_ends_and_begins_anew(moment: list[float]) -> None:
    counters = ProcessCounters()
    assert [counters.incr("a", 60), counters.incr("a", 60, 2)] == [1, 3]
    assert (counters.get("a"), counters.get_expiry("a")) == (3, 1_000_060.0)
    moment[0] += 59.9
    assert counters.incr("a", 60) == 4
    assert counters.get_expiry("a") == 1_000_060.0, "counting does not prolong a window"
    moment[0] += 0.1
    assert counters.get("a") == 0
    assert counters.get_expiry("a") == moment[0]
    assert counters.incr("a", 60) == 1


@pytest.mark.usefixtures("moment")
def test_keys_are_counted_apart_and_cleared_apart() -> None:
    counters = ProcessCounters()
    for key in ("east", "west", "east"):
        counters.incr(key, 60)
    counters.clear("west")
    assert [counters.get(key) for key in ("east", "west", "north")] == [2, 0, 0]
    assert counters.reset() == 1
    assert counters.get("east") == 0


def test_ended_windows_do_not_stay(moment: list[float]) -> None:
    counters = ProcessCounters()
    for number in range(1000):
        counters.incr(f"10.0.{number}", 30)
    counters.incr("day", 86_400)
    moment[0] += 61
    counters.incr("next", 60)
    assert counters.windows == 2
    assert counters.get("day") == 1


def test_no_count_is_lost_between_threads_and_none_is_started() -> None:
    counters = ProcessCounters()
    before = threading.active_count()
    counters.incr("a", 60)
    assert threading.active_count() == before
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: counters.incr("a", 60), range(4000)))
    assert counters.get("a") == 4001


def test_the_library_finds_them_and_limits_by_them(moment: list[float]) -> None:
    made = storage_from_string(STORAGE_URI)
    assert isinstance(made, ProcessCounters)
    assert made.check()
    strategy, limit = FixedWindowRateLimiter(made), RateLimitItemPerMinute(2)
    assert [strategy.hit(limit, "east", "k") for _ in range(3)] == [True, True, False]
    assert strategy.hit(limit, "west", "k")
    assert not strategy.test(limit, "east", "k")
    moment[0] += 60
    assert strategy.hit(limit, "east", "k")


def test_the_application_counts_by_them(make_app: Callable[..., Flask]) -> None:
    make_app()
    assert isinstance(limiter.storage, ProcessCounters)


def test_the_table_of_the_workers_keeps_windows_as_a_process_does(moment: list[float]) -> None:
    table = Table(sets=4, ways=4)
    assert [table.add("a", 60, 1), table.add("b", 60, 1), table.add("a", 60, 2)] == [1, 1, 3]
    assert table.look("a") == (3, 1_000_060.0)
    moment[0] += 59.9
    assert table.add("a", 60, 1) == 4
    moment[0] += 0.1
    assert table.look("a") == (0, moment[0])
    assert table.add("a", 60, 1) == 1
    table.drop("a")
    assert table.look("a") == (0, moment[0])
    assert table.add("a", 60, 1) == 1
    assert table.empty() == 1
    assert table.look("a")[0] == 0


def test_a_window_of_a_clock_that_ran_ahead_is_over(moment: list[float]) -> None:
    counters, table = ProcessCounters(), Table(sets=4, ways=4)
    moment[0] += 24 * 3600
    assert [counters.incr("a", 60, 5), table.add("a", 60, 5)] == [5, 5]
    moment[0] -= 24 * 3600
    assert [counters.incr("a", 60), table.add("a", 60, 1)] == [1, 1]
    assert counters.get_expiry("a") == table.look("a")[1] == moment[0] + 60


def test_a_full_table_forgets_what_ends_first(moment: list[float]) -> None:
    table = Table(sets=1, ways=8)
    for number in range(7):
        table.add(f"hour {number}", 3600, 1)
    for number in range(100):
        table.add(f"minute {number}", 60, 1)
    assert all(table.look(f"hour {number}")[0] == 1 for number in range(7))
    assert [table.look(f"minute {number}")[0] for number in (98, 99)] == [0, 1]
    moment[0] += 61
    assert table.empty() == 7


def _count(table: Table) -> None:
    for _ in range(300):
        table.add("a", 60, 1)


def _die_inside(table: Table) -> None:
    with table._locked(table._whose("a")[1]):
        os.kill(os.getpid(), signal.SIGKILL)


def test_workers_count_together_and_one_that_is_killed_holds_up_nobody() -> None:
    table, forked = Table(), multiprocessing.get_context("fork")
    dead = forked.Process(target=_die_inside, args=(table,))
    dead.start()
    dead.join(10)
    assert dead.exitcode == -signal.SIGKILL
    workers = [forked.Process(target=_count, args=(table,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_count, [table] * 4))
    for worker in workers:
        worker.join(10)
        assert worker.exitcode == 0
    assert table.look("a")[0] == 8 * 300


def test_the_limiter_counts_in_the_table_that_workers_inherit(
    monkeypatch: pytest.MonkeyPatch, make_app: Callable[..., Flask]
) -> None:
    monkeypatch.setattr(counting_shared, "_table", [Table(sets=4, ways=4)])
    make_app()
    assert isinstance(limiter.storage, SharedCounters)
    strategy, limit = FixedWindowRateLimiter(limiter.storage), RateLimitItemPerMinute(2)
    assert [strategy.hit(limit, "east", "k") for _ in range(3)] == [True, True, False]
    limiter.storage.clear(limit.key_for("east", "k"))
    assert strategy.hit(limit, "east", "k")
    assert limiter.storage.check()
    assert limiter.storage.reset() == 1


def _often(app: Flask) -> None:
    @app.get("/often")
    @limiter.limit("3 per minute")
    @public(reason="limited")
    def often() -> str:
        return "often"


@pytest.mark.parametrize("variable", ["queue", "limits"])
def test_servers_with_a_redis_count_together(
    settings: Config, catalogue: Catalogue, redis_url: str, variable: str
) -> None:
    place = f"{redis_url}/1" if variable == "queue" else f"{redis_url}/2"
    more = {"queue": place} if variable == "queue" else {"bounds": Bounds(counters=place)}
    config = replace(settings, **more)
    codes = []
    for _ in range(2):
        # Each has counters of its own but for those in Redis.
        app = create_app(config, directory=catalogue, areas=(_often,))
        assert isinstance(limiter.storage, RedisStorage)
        codes += [app.test_client().get("/often").status_code for _ in range(2)]
    assert codes == [200, 200, 200, 429]


def test_nobody_is_kept_out_while_redis_is_away(
    settings: Config, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one limiter of this process remembers it otherwise.
    monkeypatch.setattr(limiter, "_storage_dead", limiter._storage_dead)
    config = replace(settings, bounds=Bounds(counters="redis://127.0.0.1:1/0"))
    client = create_app(config, directory=catalogue, areas=(_often,)).test_client()
    codes = [client.get("/often").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429], "each process counts alone"


def test_limits_are_counted_in_a_redis_only(settings: Config) -> None:
    with pytest.raises(ConfigError) as caught:
        replace(settings, bounds=Bounds(counters="postgresql://there"))
    assert caught.value.field == "CHARTERHOUSE_LIMITS"
    assert replace(settings, queue="postgresql://there").counters == ""
