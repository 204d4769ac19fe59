"""The engines on which tenants are measured, each begun afresh in a folder of its own."""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from charterhouse.bounds import Bounds
from charterhouse.commands.benchmark.workload import config_of
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy.catalogue_cells import CAPACITY
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres

__all__ = ["FILES", "POSTGRES", "Engine", "each_engine", "only", "postgres", "server"]

FILES, POSTGRES = "files", "PostgreSQL"

_chosen: ContextVar[Collection[str]] = ContextVar("chosen", default=(FILES, POSTGRES))

# A server that serves, set as the manual of operations says.
_SETTINGS = ("max_connections=500", "max_wal_size=16GB", "checkpoint_timeout=15min")

# What one tenant may ask for at once is no part of what an event costs.
_UNBOUNDED = {
    "CHARTERHOUSE_TENANT_REQUESTS_SECOND": "0",
    "CHARTERHOUSE_TENANT_REQUESTS_AT_ONCE": "10000",
}


@dataclass(frozen=True, slots=True)
class Engine:
    """Where tenants are kept.

    Attributes:
        name: for people.
        config: of the installation.
        server: of its databases; None for files.
    """

    name: str
    config: Config
    server: ScratchPostgres | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that serves the installation."""
        key = base64.urlsafe_b64encode(self.config.master_key).decode()
        urls = {
            f"CHARTERHOUSE_DATABASE_URL_{name.upper()}": url
            for name, url in self.config.databases.urls.items()
        }
        own = {
            "CHARTERHOUSE_DATA_DIR": str(self.config.data_dir),
            "CHARTERHOUSE_MASTER_KEY": key,
            "CHARTERHOUSE_OPEN_STORES": str(self.config.bounds.open_stores),
        }
        return {**os.environ, **_UNBOUNDED, **own, **urls}

    @contextmanager
    def hasty(self) -> Iterator[None]:
        """Let the server not wait for the disk while something is set up that is not measured."""
        if self.server is None:
            yield
            return
        names = ("fsync", "full_page_writes", "autovacuum")
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            for name in names:
                connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
                # What was not waited for is written now, and by nobody while one measures.
                connection.execute("CHECKPOINT")
                os.sync()
                for name in names:
                    connection.execute(f"ALTER SYSTEM RESET {name}".encode())
                connection.execute("SELECT pg_reload_conf()")


@contextmanager
def server(place: Path) -> Iterator[ScratchPostgres]:
    """A PostgreSQL that waits for the disk."""
    place.mkdir(parents=True, exist_ok=True)
    # The server may run as somebody else, who has to get to its folder.
    for folder in (place, *place.parents):
        if folder.stat().st_mode & 0o011 == 0:
            folder.chmod(0o711)
    settings = (*_SETTINGS, f"shared_buffers={_memory_mib() // 4}MB")
    with closing(ScratchPostgres(durable=True, place=place, settings=settings)) as started:
        yield started


def _memory_mib() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)


@contextmanager
def postgres(place: Path, tenants: int = 1) -> Iterator[Engine]:
    """A server with as many cells as so many tenants need."""
    with server(place) as started:
        cells = {f"cell{n:02d}": started.database() for n in range(-(-tenants // CAPACITY))}
        yield Engine(POSTGRES, config_of(place / "data", Databases(cells)), started)


@contextmanager
def only(names: Collection[str]) -> Iterator[None]:
    """Let `each_engine` give no others, within the block."""
    token = _chosen.set(frozenset(names))
    try:
        yield
    finally:
        _chosen.reset(token)


def each_engine(place: Path, tenants: int = 1) -> Iterator[Engine]:
    """Files, then PostgreSQL with as many cells as so many tenants need."""
    if FILES in _chosen.get():
        bounds = Bounds(open_stores=max(tenants, Bounds().open_stores))
        yield Engine(FILES, replace(config_of(place / "files"), bounds=bounds))
    if POSTGRES not in _chosen.get():
        return
    with postgres(place / "pg", tenants) as engine:
        yield engine
