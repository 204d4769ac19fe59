"""Counters that all workers of one server share: a table in memory that they inherit.

The table is made before the workers are forked. It lies in no file, so a full disk does not touch
it, and its locks are the system's, which lets go of those of a worker that was killed.
"""

from __future__ import annotations

import fcntl
import mmap
import struct
import tempfile
import threading
import time
import weakref
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from limits.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SHARED_URI", "SharedCounters", "Table", "inherited", "prepare"]

SHARED_URI: Final = "workers://"
"""The address by which the limiter finds these counters."""

_SETS: Final = 8192
_WAYS: Final = 8
_SLOT: Final = struct.Struct("<16sqd")  # whose, how many, until when


class Table:
    """Fixed windows by key, for all threads of all processes that inherit it.

    A key belongs to one of the sets and has one of its slots. Where all slots of a set are taken
    by windows that have not ended, the one that ends first is forgotten: the memory is bounded,
    and windows of an hour outlast those of a minute.

    Args:
        sets: How many sets there are.
        ways: How many slots each has.
    """

    def __init__(self, sets: int = _SETS, ways: int = _WAYS) -> None:
        self._sets, self._ways = sets, ways
        self._memory = mmap.mmap(-1, sets * ways * _SLOT.size)
        # Nothing is written to it: places in it can be locked, though there is nothing there.
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the table
        weakref.finalize(self, self._locks.close)
        self._lock = threading.Lock()

    def add(self, key: str, expiry: int, amount: int) -> int:
        """Count ``amount`` more in the window of ``key``; return the count."""
        digest, chosen = self._whose(key)
        now = time.time()
        with self._locked(chosen):
            place, count, end = self._find(digest, chosen) or (self._free(chosen), 0, 0.0)
            if not now < end <= now + expiry:
                # It is over, or was opened by a clock that ran ahead.
                count, end = 0, now + expiry
            _SLOT.pack_into(self._memory, place, digest, count + amount, end)
            return count + amount

    def look(self, key: str) -> tuple[int, float]:
        """Return the count of the window of ``key`` and its end; (0, now) when none is open."""
        digest, chosen = self._whose(key)
        now = time.time()
        with self._locked(chosen):
            found = self._find(digest, chosen)
        return found[1:] if found is not None and found[2] > now else (0, now)

    def drop(self, key: str) -> None:
        """Forget the window of ``key``."""
        digest, chosen = self._whose(key)
        with self._locked(chosen):
            found = self._find(digest, chosen)
            if found is not None:
                _SLOT.pack_into(self._memory, found[0], b"", 0, 0.0)

    def empty(self) -> int:
        """Forget everything; return how many windows were open."""
        windows, now = 0, time.time()
        for chosen in range(self._sets):
            with self._locked(chosen):
                size = self._ways * _SLOT.size
                kept = self._memory[chosen * size : (chosen + 1) * size]
                windows += sum(end > now for _, _, end in _SLOT.iter_unpack(kept))
                self._memory[chosen * size : (chosen + 1) * size] = bytes(size)
        return windows

    def _whose(self, key: str) -> tuple[bytes, int]:
        digest = blake2b(key.encode(), digest_size=16).digest()
        return digest, int.from_bytes(digest[:8], "little") % self._sets

    def _find(self, digest: bytes, chosen: int) -> tuple[int, int, float] | None:
        """Return the place of a key's slot, its count and its end."""
        size = self._ways * _SLOT.size
        place = self._memory.find(digest, chosen * size, (chosen + 1) * size)
        while place >= 0 and place % _SLOT.size:
            place = self._memory.find(digest, place + 1, (chosen + 1) * size)
        if place < 0:
            return None
        _, count, end = _SLOT.unpack_from(self._memory, place)
        return place, count, end

    def _free(self, chosen: int) -> int:
        """Return the place of the slot whose window ended, or ends, first."""
        size = self._ways * _SLOT.size
        kept = self._memory[chosen * size : (chosen + 1) * size]
        ends = [end for _, _, end in _SLOT.iter_unpack(kept)]
        return chosen * size + ends.index(min(ends)) * _SLOT.size

    @contextmanager
    def _locked(self, chosen: int) -> Iterator[None]:
        # The system's locks are a process's; its threads need one of their own.
        with self._lock:
            fcntl.lockf(self._locks, fcntl.LOCK_EX, 1, chosen)
            try:
                yield
            finally:
                fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, chosen)


_table: list[Table] = []


def prepare() -> None:
    """Make the table that processes forked from now on share; twice is once."""
    if not _table:
        _table.append(Table())


def inherited() -> bool:
    """Whether this process shares a table."""
    return bool(_table)


class SharedCounters(Storage):
    """The counters of the limiter in the table that was prepared.

    Args:
        uri: As the limiter was told it.
        wrap_exceptions: Of the library: whether errors are wrapped.
    """

    STORAGE_SCHEME: Final = ["workers"]  # type: ignore[misc]  # the base has it open, nobody sets it

    def __init__(
        self,
        uri: str | None = None,
        wrap_exceptions: bool = False,  # noqa: FBT001, FBT002 - the library's signature
        **options: float | str | bool,
    ) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        prepare()
        self._table = _table[0]

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong: the system has no lock to give."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more in the window of ``key``; return the count.

        A window begins with its first count and ends ``expiry`` seconds later.
        """
        return self._table.add(key, expiry, amount)

    def get(self, key: str) -> int:
        """Return the count of the window of ``key``; 0 when none is open."""
        return self._table.look(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the window of ``key`` ends, in seconds since 1970; now when none is open."""
        return self._table.look(key)[1]

    def check(self) -> bool:
        """Return whether counting works."""
        return True

    def reset(self) -> int:
        """Forget everything; return how many windows there were."""
        return self._table.empty()

    def clear(self, key: str) -> None:
        """Forget the window of ``key``."""
        self._table.drop(key)
