"""Where the limits on tries are counted; in one process, without a thread of its own."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from limits.storage import Storage

from charterhouse.web import counting_shared

if TYPE_CHECKING:
    from charterhouse.config import Config

__all__ = ["STORAGE_URI", "ProcessCounters", "place"]

STORAGE_URI: Final = "process://"
"""The address by which the limiter finds these counters."""

_SWEEP_SECONDS: Final = 60.0


def place(config: Config) -> str:
    """Return where the limiter counts: in Redis, with the other workers, or alone."""
    shared = counting_shared.SHARED_URI if counting_shared.inherited() else STORAGE_URI
    return config.counters or shared


class ProcessCounters(Storage):
    """Counts of fixed windows in the memory of this process.

    The library's own memory starts a timer thread at nearly every request and looks through all
    its counters then. These here are swept once a minute by the request that comes next.

    Args:
        uri: As the limiter was told it.
        wrap_exceptions: Of the library: whether errors are wrapped.
    """

    STORAGE_SCHEME: Final = ["process"]  # type: ignore[misc]  # the base has it open, nobody sets it

    def __init__(
        self,
        uri: str | None = None,
        wrap_exceptions: bool = False,  # noqa: FBT001, FBT002 - the library's signature
        **options: float | str | bool,
    ) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}  # key → count, end
        self._sweep_at = time.time() + _SWEEP_SECONDS

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong: nothing but wrong values."""
        return ValueError

    @property
    def windows(self) -> int:
        """How many windows are kept."""
        return len(self._windows)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more in the window of ``key``; return the count.

        A window begins with its first count and ends ``expiry`` seconds later.
        """
        now = time.time()
        with self._lock:
            if now >= self._sweep_at:
                self._sweep(now)
            count, end = self._windows.get(key, (0, 0.0))
            if not now < end <= now + expiry:
                # It is over, or was opened by a clock that ran ahead.
                count, end = 0, now + expiry
            self._windows[key] = (count + amount, end)
            return count + amount

    def get(self, key: str) -> int:
        """Return the count of the window of ``key``; 0 when none is open."""
        count, end = self._windows.get(key, (0, 0.0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window of ``key`` ends, in seconds since 1970; now when none is open."""
        now = time.time()
        return max(self._windows.get(key, (0, now))[1], now)

    def check(self) -> bool:
        """Return whether counting works."""
        return True

    def reset(self) -> int:
        """Forget everything; return how many windows there were."""
        with self._lock:
            count = len(self._windows)
            self._windows.clear()
            return count

    def clear(self, key: str) -> None:
        """Forget the window of ``key``."""
        with self._lock:
            self._windows.pop(key, None)

    def _sweep(self, now: float) -> None:
        self._windows = {key: each for key, each in self._windows.items() if each[1] > now}
        self._sweep_at = now + _SWEEP_SECONDS
