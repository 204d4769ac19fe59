"""Room on the disk for the figures of a process, taken before it is written to.

The library lets its files grow without taking room for them and writes through memory: on a full
disk the system then kills the process. Here a file that cannot grow is left as it is, and the
process counts on in its own memory: figures may get lost, and requests go on.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any, Final

from prometheus_client import mmap_dict, values

__all__ = ["take_room_first"]

_SIZE: Final = 64 * 1024
_HEAD: Final = 8
# Of an entry, beside its key: a length, two numbers, and what fills up to eight bytes.
_ENTRY: Final = 4 + 16 + 8


class _Roomy(mmap_dict.MmapedDict):
    """The figures of one kind of one process, in a file whose blocks are all there.

    Args:
        filename: Where they are.
        read_mode: Whether they are only read.
    """

    _m: mmap.mmap
    _used: int
    _capacity: int

    def __init__(self, filename: str, read_mode: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's signature
        if read_mode or _filled(Path(filename)):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]  # the library has no types here
            return
        self._f: Any = None
        self._fname = filename
        self._m = mmap.mmap(-1, _SIZE)
        self._capacity = _SIZE
        self._positions: dict[str, int] = {}
        self._used = _HEAD
        self._m[:4] = _HEAD.to_bytes(4, "little")

    def _init_value(self, key: str) -> None:
        """Add a figure; the library's lock is held."""
        while self._used + len(key.encode()) + _ENTRY > self._capacity:
            self._grow()
        super()._init_value(key)  # type: ignore[no-untyped-call]  # the same

    def _grow(self) -> None:
        bigger = 2 * self._capacity
        if self._f is not None and _fill(self._f.fileno(), self._capacity):
            self._m = mmap.mmap(self._f.fileno(), bigger)
        else:
            memory = mmap.mmap(-1, bigger)
            memory[: self._capacity] = self._m[:]
            self._m = memory
        self._capacity = bigger


def _filled(path: Path) -> bool:
    """Make the file with all of its blocks, unless it is there; whether it is there now."""
    if path.exists() and path.stat().st_size:
        return True
    try:
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return False
    done = _fill(number, _SIZE)
    os.close(number)
    if not done:
        # Who adds up all files could not read one that is empty.
        path.unlink(missing_ok=True)
    return done


def _fill(number: int, size: int) -> bool:
    """Append so many zeros to an open file or none; whether there was room."""
    before = os.fstat(number).st_size
    try:
        while missing := before + size - os.fstat(number).st_size:
            os.write(number, bytes(missing))
    except OSError:
        os.truncate(number, before)
        return False
    return True


def take_room_first() -> None:
    """Let the library keep figures in such files only; called before the first figure is made."""
    vars(values)["MmapedDict"] = _Roomy
