"""A PostgreSQL of one's own, for tests and trials: started in a moment, thrown away after.

It listens on a Unix socket in a private folder only, trusts whoever can open that, and never
waits for the disk: what it holds survives the server's end, but not the machine's.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from charterhouse.tenancy.errors import StoreMissingError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ScratchPostgres", "binaries"]

_START_SECONDS = 30.0
_HASTE = ("fsync=off", "full_page_writes=off", "autovacuum=off")
_SETTINGS = (
    "jit=off",
    "shared_buffers=32MB",
    "max_connections=80",
    "listen_addresses=",
)


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server on this machine.

    Raises:
        StoreMissingError: There is none.
    """
    beside = shutil.which("postgres")
    if beside is not None:
        return Path(beside).resolve().parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    if not found:
        raise StoreMissingError(
            "There is no PostgreSQL server on this machine: run scripts/find-postgres.sh."
        )
    return found[-1].parent


class ScratchPostgres:
    """One cluster in a temporary folder; the first call of ``database`` or ``url`` needs no more.

    Args:
        durable: Whether it waits for the disk, as a server does that is to be measured.
        place: The folder in which it makes its own.
        settings: More of the server's settings, ``name=value``.

    Raises:
        StoreMissingError: There is no server on this machine.
        StoreUnavailableError: It does not start.
    """

    def __init__(
        self, *, durable: bool = False, place: Path | None = None, settings: Iterable[str] = ()
    ) -> None:
        self._bin = binaries()
        self._settings = (*(() if durable else _HASTE), *_SETTINGS, *settings)
        self.folder = Path(tempfile.mkdtemp(prefix="charterhouse-pg-", dir=place))
        self._user = _unprivileged()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        try:
            self._make()
            self._server = self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._made = 0
        atexit.register(self.close)

    def url(self, database: str, user: str = "postgres") -> str:
        """Return the address of a database, for its superuser or another login."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def database(self, copied: str = "template0") -> str:
        """Make a new database, empty or as a copy; return its address for the superuser."""
        self._made += 1
        name = f"cell{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LOCALE 'C'").format(
                    sql.Identifier(name), sql.Identifier(copied)
                )
            )
        return self.url(name)

    def crash(self) -> None:
        """Kill the server without warning, and start it again: it recovers by its journal."""
        self.stop()
        self.start()

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._server.poll() is None

    def stop(self) -> None:
        """Kill the server without warning; it is away until it is started."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()

    def start(self) -> None:
        """Start the server that was stopped."""
        self._server = self._start()

    def close(self) -> None:
        """Stop the server and remove everything; twice is once."""
        atexit.unregister(self.close)
        if self.alive:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self) -> None:
        options = ["--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"]
        self._run("initdb", "--pgdata", self.folder / "data", "--username=postgres", *options)

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(  # noqa: S603 - a program of the machine, with arguments from here
            [self._bin / program, *arguments],
            user=self._user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StoreUnavailableError(f"No cluster could be made: {done.stderr.strip()}")

    def _start(self) -> subprocess.Popen[bytes]:
        command: list[str | Path] = [self._bin / "postgres", "-D", self.folder / "data"]
        command += ["-k", self.folder]
        for setting in self._settings:
            command += ["-c", setting]
        log = self.folder / "log"
        with log.open("ab") as sink:
            server = subprocess.Popen(  # noqa: S603 - as above
                command, user=self._user, cwd=self.folder, stdout=sink, stderr=sink
            )
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if server.poll() is not None or time.monotonic() > end:
                    server.kill()
                    raise StoreUnavailableError(
                        f"The server does not start: {log.read_text(errors='replace')[-500:]}"
                    ) from None
                time.sleep(0.02)
            else:
                return server


def _unprivileged() -> str | None:
    """Whom the server runs as when we are root, whom it refuses to serve."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
