"""Turns between the processes that write one file.

Within a process writers queue. Processes have no queue in common: SQLite gives its lock to whoever
asks at the right moment, and that is most often who has just let it go. A process that has waited
for a while therefore says so by a lock of its own, and no other begins before it.

It is a matter of manners alone: what two processes may not do at once is SQLite's to prevent, and
without these locks nothing is lost but the order.
"""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Queue", "Turn", "Turns"]


class Queue:
    """One at a time, in the order in which they came.

    A lock of ``threading`` goes to whoever asks when it is free, before those who wait for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def enter(self, patience: float) -> bool:
        """Wait for one's turn for so many seconds; whether it came."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=patience):
            return True
        with self._lock:
            if called not in self._waiting:
                return True  # It came in this very moment.
            self._waiting.remove(called)
        return False

    def leave(self) -> None:
        """Let the next one in."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Turns:
    """The locks of all stores under one folder: each is a byte of one file, at the store's id.

    So a process keeps one descriptor more, however many stores are open. The kernel ends the locks
    of a process with it. They are those of POSIX: of a process and not of a thread, which suits
    those who queue within it; and none of them outlives a descriptor of the file that is closed,
    so it stays open for as long as this does.

    Args:
        path: The file; made when it is first needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._closing: weakref.finalize[..., Turns] | None = None

    def of(self, number: int) -> Turn:
        """Return what speaks for the writers of one store in this process."""
        return Turn(self, number)

    def file(self) -> int | None:
        """Return the descriptor of the file; None when it cannot be opened."""
        if self._file is None:
            with self._lock, suppress(OSError):
                if self._file is None:
                    self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
                    self._closing = weakref.finalize(self, os.close, self._file)
        return self._file

    def abandon(self) -> None:
        """Start afresh in a forked child, which has none of its parent's locks."""
        self._lock = threading.Lock()
        self._file = None
        if self._closing is not None:
            self._closing()


class Turn:
    """One process's turn to write one store."""

    __slots__ = ("_number", "_turns")

    def __init__(self, turns: Turns, number: int) -> None:
        self._turns = turns
        self._number = number

    def is_of_another(self) -> bool:
        """Return whether another process has waited so long that it goes first."""
        # Those who look share the lock, so that they do not see each other.
        if not self._locked(fcntl.LOCK_SH | fcntl.LOCK_NB):
            return True
        self.leave()
        return False

    def take(self) -> bool:
        """Go before other processes, until ``leave``; False when one of them already does."""
        return self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def leave(self) -> None:
        """Let others have it."""
        self._locked(fcntl.LOCK_UN)

    def _locked(self, how: int) -> bool:
        file = self._turns.file()
        if file is None:
            return not how & fcntl.LOCK_EX
        try:
            fcntl.lockf(file, how, 1, self._number)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks: all go on without manners.
            return not how & fcntl.LOCK_EX
        return True
