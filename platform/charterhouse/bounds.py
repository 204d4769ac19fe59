"""How much of one installation a single tenant may take, and how much of a machine a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from environs import Env

__all__ = ["Bounds", "in_redis"]

_LONGEST: Final = 86_400
_REDIS: Final = frozenset({"redis", "rediss"})


def in_redis(address: str) -> bool:
    """Whether an address is that of a Redis."""
    return urlsplit(address).scheme in _REDIS


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds that the environment sets; a tenant's own are in its ``limits``.

    Attributes:
        requests_second: Requests a second of one tenant, in all processes together; 0 for any number.
        requests_burst: How many of them may come at one moment after a quiet time; 0 for twice as
            many as a second has.
        requests_at_once: Requests of one tenant that are answered at the same time, in all
            processes together; 0 for three quarters of the threads of each, where there is more
            than one tenant.
        processes: How many processes serve, on all machines; each allows its part.
        threads: How many requests one process answers at the same time; 0 when nobody told.
        open_stores: How many stores in files a process keeps open; those that rested longest are
            closed for others.
        counters: Where processes count tries together: ``redis://…``; empty for the queue's Redis
            if it has one, else among the workers of one server.
        drain_seconds: How long a server that is told to end still takes requests, while it says
            that it is not ready.
        finish_seconds: How long it then finishes the requests under way.
        migration_seconds: How long a migration may work on one store.
        migration_lock_seconds: How long it waits for those who use the store.
    """

    requests_second: int = 200
    requests_burst: int = 0
    requests_at_once: int = 0
    processes: int = 1
    threads: int = 0
    open_stores: int = 1024
    counters: str = field(default="", repr=False)
    drain_seconds: int = 0
    finish_seconds: int = 30
    migration_seconds: float = 600.0
    migration_lock_seconds: float = 5.0

    @classmethod
    def told(cls, env: Env) -> Self:
        """Read the variables; what is malformed is told when the environment is sealed."""
        return cls(
            requests_second=env.int("TENANT_REQUESTS_SECOND", default=200),
            requests_burst=env.int("TENANT_REQUESTS_BURST", default=0),
            requests_at_once=env.int("TENANT_REQUESTS_AT_ONCE", default=0),
            processes=env.int("PROCESSES", default=1),
            threads=env.int("THREADS", default=0),
            open_stores=env.int("OPEN_STORES", default=1024),
            counters=env.str("LIMITS", default=""),
            drain_seconds=env.int("DRAIN_SECONDS", default=0),
            finish_seconds=env.int("FINISH_SECONDS", default=30),
            migration_seconds=env.float("MIGRATION_SECONDS", default=600.0),
            migration_lock_seconds=env.float("MIGRATION_LOCK_SECONDS", default=5.0),
        )

    @property
    def ending_seconds(self) -> int:
        """How long a server takes to end at most, before it is ended by force."""
        return self.drain_seconds + self.finish_seconds + 5

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield the variable at fault and what is to be changed."""
        for name in ("tenant_requests_second", "tenant_requests_burst", "tenant_requests_at_once"):
            if getattr(self, name.removeprefix("tenant_")) < 0:
                yield _variable(name), "The number must be 0 or more."
        for name in ("drain_seconds", "finish_seconds"):
            if getattr(self, name) < 0:
                yield _variable(name), "The number of seconds must be 0 or more."
        yield from self._problems_of_migrations()
        if self.threads < 0:
            yield _variable("threads"), "The number of threads must be 0 or more."
        if self.processes < 1:
            yield _variable("processes"), "The number of processes must be 1 or more."
        if self.open_stores < 1:
            yield _variable("open_stores"), "The number of open stores must be 1 or more."
        if self.counters and not in_redis(self.counters):
            yield _variable("limits"), "Limits are counted at redis://… or rediss://…."

    def _problems_of_migrations(self) -> Iterator[tuple[str, str]]:
        for name in ("migration_seconds", "migration_lock_seconds"):
            # Written so that what is not a number is no number of seconds either.
            if not 0 < getattr(self, name) <= _LONGEST:
                yield _variable(name), "The number of seconds must be above 0, and a day at most."


def _variable(name: str) -> str:
    return f"CHARTERHOUSE_{name.upper()}"
