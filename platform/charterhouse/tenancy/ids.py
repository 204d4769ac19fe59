"""Ids made by the application, so that tenants move and merge without collisions.

An id has 63 bits: 41 of milliseconds since 2024, 12 of node, 10 of sequence. It therefore
fits a signed 64-bit column, grows with time, and needs no word with the database.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import threading
import time
import uuid

__all__ = ["ids_of", "made_at_ms", "new_id", "new_key"]

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_NODE_BITS = 12
_SEQUENCE_BITS = 10
_SEQUENCE_END = 1 << _SEQUENCE_BITS


class _Maker:
    """Makes the ids of one process, strictly growing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._sequence = 0
        self.renew()

    def renew(self) -> None:
        """Take the node of this process; a forked child must not go on with its parent's."""
        self._lock = threading.Lock()
        machine = f"{socket.gethostname()}|{uuid.getnode()}".encode()
        salt = int.from_bytes(hashlib.sha256(machine).digest()[:8], "big")
        # Workers of one machine have neighbouring process ids: their nodes differ for certain.
        self._node = ((salt + os.getpid()) % (1 << _NODE_BITS)) << _SEQUENCE_BITS

    def new(self) -> int:
        with self._lock:
            moment = time.time_ns() // 1_000_000 - _EPOCH_MS
            if moment > self._last_ms:
                self._last_ms = moment
                self._sequence = secrets.randbits(_SEQUENCE_BITS - 1)
            else:
                self._sequence += 1
                if self._sequence == _SEQUENCE_END:
                    self._next_millisecond(moment)
            return self._last_ms << (_NODE_BITS + _SEQUENCE_BITS) | self._node | self._sequence

    def _next_millisecond(self, moment: int) -> None:
        """Go on with the next millisecond, never much ahead of the clock.

        A clock that was set back does not stop the process: ids then count on from the last.
        """
        self._last_ms += 1
        self._sequence = 0
        if self._last_ms > moment:
            time.sleep(0.001)


_maker = _Maker()
os.register_at_fork(after_in_child=_maker.renew)


def new_id() -> int:
    """Return a new id: positive, below 2**63, greater than the last one of this process."""
    return _maker.new()


def made_at_ms(value: int) -> int:
    """Return when ``value`` was made, in milliseconds since 1970."""
    return (value >> (_NODE_BITS + _SEQUENCE_BITS)) + _EPOCH_MS


def ids_of(seconds: int) -> int:
    """Return by how much ids grow in so many seconds."""
    return seconds * 1000 << (_NODE_BITS + _SEQUENCE_BITS)


def new_key() -> str:
    """Return a new public key of 22 URL-safe characters, of which nothing can be guessed."""
    return secrets.token_urlsafe(16)
