"""The counters behind the limits: windows that end, keys apart, no threads, nothing kept long."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from charterhouse.web.counting import STORAGE_URI, ProcessCounters
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


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
