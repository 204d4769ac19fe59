"""A clock that can be put forward, after the idea of docs.stripe.com/billing/testing/test-clocks."""

from __future__ import annotations

import time


class VirtualClock:
    """The wall clock plus an offset, in whole seconds since 1970.

    Args:
        offset: Seconds by which this clock is ahead.
    """

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Tell the sandbox's time."""
        return int(time.time()) + self.offset

    def advance(self, seconds: int) -> None:
        """Put the clock forward.

        Raises:
            ValueError: The clock would go back, which no object's history survives.
        """
        if seconds < 0:
            raise ValueError("The clock only goes forward.")
        self.offset += seconds
