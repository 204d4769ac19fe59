"""Closing connections beside the requests: of a file it takes a checkpoint, which waits for the disk."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BACKLOG", "Closer"]

BACKLOG = 32
"""So many wait to be closed at most; whoever has more closes it himself, lest files run out."""

_THREADS = 2


class Closer:
    """Closes what it is given on threads of its own."""

    def __init__(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        """Start afresh in a forked child, which has none of its parent's threads."""
        self._room = threading.BoundedSemaphore(BACKLOG)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-closer")

    def close(self, close: Callable[[], None]) -> None:
        """Have ``close`` called soon, or call it now when too many wait."""
        if self._room.acquire(blocking=False):
            self._threads.submit(self._close, close, self._room)
        else:
            close()

    @staticmethod
    def _close(close: Callable[[], None], room: threading.BoundedSemaphore) -> None:
        try:
            close()
        finally:
            room.release()
