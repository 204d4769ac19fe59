"""How many requests one tenant gets of a process: so many a second, and so many at once.

Nothing here knows of HTTP. Whoever is over his share is told so at once, at a cost of microseconds,
so that a flood leaves the threads to the others.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from charterhouse.bounds import Bounds

__all__ = ["AT_ONCE", "RATE", "Share", "Shares", "TooMany"]

RATE: Final = "tenant_rate"
AT_ONCE: Final = "tenant_at_once"

_WAIT_SECONDS: Final = 0.5
_TELL_SECONDS: Final = 60.0
_SWEEP_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Share:
    """What one tenant may take of this process.

    Attributes:
        rate: Requests a second; 0 for any number.
        burst: Requests at one moment after a quiet time.
        at_once: Requests that are answered at the same time; 0 for any number.
    """

    rate: float
    burst: int
    at_once: int

    @classmethod
    def of(cls, bounds: Bounds, limits: Mapping[str, Any], *, alone: bool) -> Self:
        """Return this process's part of what a tenant may have.

        Args:
            bounds: Of the installation.
            limits: Of the tenant, where they differ.
            alone: Whether there is nobody else whom it could keep waiting.
        """
        second = int(limits.get("requests_second", bounds.requests_second))
        usual = 0 if "requests_second" in limits else bounds.requests_burst
        burst = int(limits.get("requests_burst", usual)) or 2 * second
        at_once = int(limits.get("requests_at_once", bounds.requests_at_once))
        # At least one: a tenant may have fewer than there are processes.
        share = math.ceil(at_once / bounds.processes)
        if not at_once and not alone and bounds.threads:
            share = max(1, bounds.threads * 3 // 4)
        return cls(second / bounds.processes, math.ceil(burst / bounds.processes), share)


@dataclass(frozen=True, slots=True)
class TooMany:
    """A request for which there is no room.

    Attributes:
        code: ``RATE`` or ``AT_ONCE``.
        retry_seconds: When there may be some.
        untold: How many were refused since somebody was told; 0 when he need not be told now.
    """

    code: str
    retry_seconds: int
    untold: int


class _Taken:
    """What one tenant has taken."""

    __slots__ = ("active", "full_at", "refused", "room", "seen", "tell_at", "tokens", "waiting")

    def __init__(self, lock: threading.Lock, tokens: float, now: float) -> None:
        self.room = threading.Condition(lock)
        self.active = self.waiting = 0
        self.tokens = tokens
        self.seen = self.full_at = now
        self.refused = dict.fromkeys((RATE, AT_ONCE), 0)
        self.tell_at = dict.fromkeys((RATE, AT_ONCE), 0.0)


class Shares:
    """The shares of all tenants of one process; for several threads.

    Args:
        threads: How many requests the process answers at the same time; 0 when nobody knows.
        now: Seconds that never go back.
    """

    def __init__(self, threads: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._threads = threads
        self._now = now
        self._lock = threading.Lock()
        self._taken: dict[Hashable, _Taken] = {}
        self._waiting = 0
        self._sweep_at = now() + _SWEEP_SECONDS

    @property
    def known(self) -> int:
        """How many tenants are remembered."""
        return len(self._taken)

    def enter(self, who: Hashable, share: Share) -> TooMany | None:
        """Take room for one request; whoever gets None has to ``leave``.

        A request over the number at once waits half a second for another to end, as long as
        that leaves a thread to everybody else.
        """
        with self._lock:
            now = self._now()
            if now >= self._sweep_at:
                self._sweep(now)
            taken = self._taken.get(who)
            if taken is None:
                taken = self._taken[who] = _Taken(self._lock, float(share.burst), now)
            if share.rate and not _token(taken, share, now):
                return self._refuse(taken, RATE, math.ceil((1 - taken.tokens) / share.rate), now)
            if share.at_once and taken.active >= share.at_once and not self._wait(taken, share):
                return self._refuse(taken, AT_ONCE, 1, now)
            taken.active += 1
            return None

    def leave(self, who: Hashable) -> None:
        """Give the room back."""
        with self._lock:
            taken = self._taken[who]
            taken.active -= 1
            taken.room.notify()

    def _wait(self, taken: _Taken, share: Share) -> bool:
        spare = (self._threads - share.at_once) // 2
        if self._waiting >= spare:
            return False
        self._waiting += 1
        taken.waiting += 1
        try:
            return taken.room.wait_for(lambda: taken.active < share.at_once, _WAIT_SECONDS)
        finally:
            self._waiting -= 1
            taken.waiting -= 1

    def _refuse(self, taken: _Taken, code: str, seconds: int, now: float) -> TooMany:
        taken.refused[code] += 1
        if now < taken.tell_at[code]:
            return TooMany(code, seconds, 0)
        taken.tell_at[code] = now + _TELL_SECONDS
        untold, taken.refused[code] = taken.refused[code], 0
        return TooMany(code, seconds, untold)

    def _sweep(self, now: float) -> None:
        """Forget those whose bucket is full again and of whom there is nothing left to tell."""
        self._sweep_at = now + _SWEEP_SECONDS
        self._taken = {
            who: taken
            for who, taken in self._taken.items()
            if taken.active or taken.waiting or now < max(taken.full_at, *taken.tell_at.values())
        }


def _token(taken: _Taken, share: Share, now: float) -> bool:
    """Fill the bucket by the time that went by, and take one token if there is one."""
    taken.tokens = min(float(share.burst), taken.tokens + (now - taken.seen) * share.rate)
    taken.seen = now
    if taken.tokens < 1:
        return False
    taken.tokens -= 1
    taken.full_at = now + (share.burst - taken.tokens) / share.rate
    return True
