from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from charterhouse.clock import FixedClock, now, use_clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    with use_clock(FixedClock(NOON)) as clock:
        assert now() == NOON
        clock.advance(timedelta(days=1))
        assert now() == NOON + timedelta(days=1)
        clock.set(NOON)
        assert now() == NOON

    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_time_is_told_in_utc() -> None:
    china = timezone(timedelta(hours=8))

    assert FixedClock(datetime(2026, 3, 1, 20, tzinfo=china)).now().isoformat() == NOON.isoformat()


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 3, 1))  # noqa: DTZ001 - the mistake under test


def test_another_thread_keeps_the_system_clock() -> None:
    seen: list[datetime] = []
    with use_clock(FixedClock(NOON)):
        thread = threading.Thread(target=lambda: seen.append(now()))
        thread.start()
        thread.join()

    assert seen[0] != NOON
