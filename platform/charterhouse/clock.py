"""The one source of "now", which tests and the seeder may set."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Clock", "FixedClock", "SystemClock", "now", "use_clock"]


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """Return the present moment as an aware datetime in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told to move.

    Args:
        moment: An aware datetime.

    Raises:
        ValueError: ``moment`` has no time zone.
    """

    def __init__(self, moment: datetime) -> None:
        self._moment = _utc(moment)

    def now(self) -> datetime:
        """Return the moment at which the clock stands, in UTC."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move to ``moment``, which may lie in the past.

        Raises:
            ValueError: ``moment`` has no time zone.
        """
        self._moment = _utc(moment)

    def advance(self, by: timedelta) -> datetime:
        """Move by ``by`` and return the new moment."""
        self._moment += by
        return self._moment


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A clock needs an aware datetime: give it a time zone.")
    return moment.astimezone(UTC)


_system: Clock = SystemClock()
_clock: ContextVar[Clock] = ContextVar("charterhouse_clock", default=_system)


def now() -> datetime:
    """Return the present moment, aware and in UTC, of the clock in use."""
    return _clock.get().now()


@contextmanager
def use_clock(clock: Clock) -> Iterator[Clock]:
    """Let ``now()`` follow ``clock`` in this context; threads started within do not inherit it."""
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        _clock.reset(token)
