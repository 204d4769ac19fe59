"""A client that costs little: raw sockets, kept alive, requests written beforehand."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import perf_counter

_CHUNK = 65_536


class Connection:
    """One connection to a server of this machine, kept alive."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> int:
        """Send a request, read the whole answer, and return its status.

        Raises:
            OSError: the server hung up or answered without a length.
        """
        self._socket.sendall(request)
        answer = self._socket.recv(_CHUNK)
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        lower = head.lower()
        place = lower.find(b"content-length:")
        if place < 0:
            raise OSError(f"no length in {head[:200]!r}")
        left = int(lower[place + 15 :].split(b"\r\n", 1)[0]) - len(body)
        while left > 0:
            left -= len(self._more())
        return int(head[9:12])

    def _more(self) -> bytes:
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise OSError("the server hung up")
        return chunk

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class Clients:
    """Some connections that take turns at a list of requests.

    Args:
        port: of the server.
        number: of connections.
    """

    def __init__(self, port: int, number: int) -> None:
        self._connections = [Connection(port) for _ in range(number)]
        self._pool = ThreadPoolExecutor(number)

    def send(self, requests: Sequence[bytes], expected: int) -> int:
        """Send all requests over all connections at once; return how many there were.

        Raises:
            OSError: an answer has another status than the expected one.
        """
        others = {status for status, _ in self.timed(requests)} - {expected}
        if others:
            raise OSError(f"the server answered {min(others)}")
        return len(requests)

    def timed(self, requests: Sequence[bytes]) -> list[tuple[int, float]]:
        """Send all requests over all connections at once; status and seconds of each."""
        numbers = count()
        found: list[tuple[int, float]] = []

        def work(connection: Connection) -> None:
            for number in _below(numbers, len(requests)):
                began = perf_counter()
                status = connection.send(requests[number])
                found.append((status, perf_counter() - began))

        list(self._pool.map(work, self._connections))
        return found

    def close(self) -> None:
        """Hang up."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()


def _below(numbers: Iterator[int], end: int) -> Iterator[int]:
    # next() of one counter is atomic, so that no two connections take the same request.
    while (number := next(numbers)) < end:
        yield number
