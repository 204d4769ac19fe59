"""The processes of the demonstration: started together, watched, and ended cleanly."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from charterhouse.commands.common import Failure

HOST = "127.0.0.1"
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_TAIL_BYTES = 2000


def free_port(wanted: int) -> int:
    """The wanted port of this machine, or the next free one.

    Raises:
        Failure: a hundred in a row are taken.
    """
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Failure(f"The ports {wanted} to {wanted + 99} are all taken.")


class Child:
    """A process of this command with a log file of its own.

    Args:
        name: of the process and its log.
        arguments: what to run.
        environment: its environment.
        log: where its output goes.
    """

    def __init__(
        self, name: str, arguments: list[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                arguments,
                env=dict(environment),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl+C reaches the terminal's whole group; this command ends its children itself.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its id, which is also that of the session of all its own children."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace")

    def stop(self) -> None:
        """End it: asked first, forced when it takes too long."""
        if self.running:
            self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def python(*arguments: str) -> list[str]:
    """A command line of this interpreter."""
    return [sys.executable, *arguments]


def gunicorn(bind: str, *, workers: int, threads: int) -> list[str]:
    """The command line of the sites' server."""
    return python(
        "-m",
        "gunicorn",
        "--config=python:charterhouse.web.gunicorn",
        f"--workers={workers}",
        f"--threads={threads}",
        f"--bind={bind}",
        # A second server of the same user would fight for the one socket.
        "--no-control-socket",
        "charterhouse.web.wsgi:app",
    )


def get(url: str, *, timeout: float = 10.0) -> tuple[int, str, str]:
    """Fetch a page of this machine; return (status, where it leads, beginning of the text).

    Raises:
        OSError: nobody answers.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or HOST, parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return answer.status, answer.getheader("Location") or "", text
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def wait_for(url: str, children: list[Child]) -> None:
    """Wait until an address answers.

    Raises:
        Failure: it does not, or a process ended before.
    """
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        check(children)
        try:
            get(url, timeout=5.0)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise Failure(f"Nothing answered at {url} within {_START_SECONDS:.0f} seconds.")


def check(children: list[Child]) -> None:
    """See that all processes run.

    Raises:
        Failure: one has ended.
    """
    for child in children:
        if not child.running:
            raise Failure(f"The {child.name} has ended; the end of {child.log}:\n{child.tail()}")


@contextmanager
def children_of(started: list[Child]) -> Iterator[list[Child]]:
    """End all processes of a list at the end of the block, the last one first."""
    try:
        yield started
    finally:
        for child in reversed(started):
            child.stop()
