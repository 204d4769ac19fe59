"""Proving many tenants, each in a process of its own, as many at once as there are cores."""

from __future__ import annotations

import multiprocessing
import os
import queue
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from traceback import format_tb
from typing import TYPE_CHECKING, Any

import structlog

from charterhouse.commands.common import Bars, sentence

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.desk.verifying import Difference, Head
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Proved", "cores", "prove"]

Step = tuple[str, int, int]
"""A tenant's slug, rows dealt with, rows in all."""

_log = structlog.get_logger(__name__)

_TELL_SECONDS = 0.2
_KILLED = (
    "a process that proved was killed, for want of memory perhaps: try again with fewer --jobs"
)
_KIB = 1 if sys.platform != "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of the proof of one tenant.

    Attributes:
        slug: the tenant.
        counts: how many events, postings … were looked at.
        differences: the first of them.
        total: how many there are.
        head: the end of the audit chain; None when it could not be proved.
        seconds: how long it took.
        memory: the most that the process had at once, in KiB.
        error: why it could not be proved.
    """

    slug: str
    counts: Mapping[str, int] = field(default_factory=dict)
    differences: Sequence[Difference] = ()
    total: int = 0
    head: Head | None = None
    seconds: float = 0.0
    memory: int = 0
    error: str = ""

    @property
    def clean(self) -> bool:
        """Whether it was proved and nothing differs."""
        return not self.total and not self.error

    def as_json(self) -> dict[str, Any]:
        """For machines; by `head` a later proof sees whether the tail was cut off since."""
        return {
            "tenant": self.slug,
            "clean": self.clean,
            "error": self.error or None,
            "counts": dict(sorted(self.counts.items())),
            "differences": [each.as_json() for each in self.differences],
            "total": self.total,
            "head": self.head.as_json() if self.head else None,
            "seconds": round(self.seconds, 3),
            "memory_kib": self.memory,
        }


def cores() -> int:
    """How many processes can work at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prove(
    catalogue: Catalogue, tenants: Sequence[Tenant], before: Mapping[str, Head], *, jobs: int,
    bars: Bars,
) -> Iterator[Proved]:  # fmt: skip
    """Prove tenants and give what came of each, in the order in which they are done.

    Args:
        catalogue: of the installation.
        tenants: whose records.
        before: slug → the end of the audit chain at an earlier proof.
        jobs: how many at once; one is proved in this process.
        bars: where progress is shown.
    """
    if jobs == 1 or len(tenants) <= 1:
        for tenant in tenants:
            yield _one(tenant, before.get(tenant.slug), partial(bars.step, tenant.slug))
        return
    catalogue.installation.stores.close()
    yield from _at_once(catalogue, [tenant.slug for tenant in tenants], before, jobs, bars)


def _at_once(
    catalogue: Catalogue, slugs: Sequence[str], before: Mapping[str, Head], jobs: int, bars: Bars
) -> Iterator[Proved]:
    # Forked from a process that has no threads and no files open, and knows the modules already.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "charterhouse.desk.verifying"])
    steps: Any = context.Queue()
    with ProcessPoolExecutor(
        min(jobs, len(slugs)),
        mp_context=context,
        initializer=_begin,
        initargs=(steps, catalogue.installation.config),
    ) as pool:
        whose: dict[Future[Proved], str] = {
            pool.submit(_apart, slug, before.get(slug)): slug for slug in slugs
        }
        waiting = set(whose)
        while waiting:
            done, waiting = wait(waiting, _TELL_SECONDS, FIRST_COMPLETED)
            _show(steps, bars)
            yield from (_came_of(future, whose[future]) for future in done)
    steps.close()


def _came_of(future: Future[Proved], slug: str) -> Proved:
    try:
        return future.result()
    except BrokenProcessPool:
        # The pool ends with the first of its processes that is killed, whoever's turn it was.
        return Proved(slug, error=_KILLED)


def _show(steps: Any, bars: Bars) -> None:
    while True:
        try:
            step: Step = steps.get_nowait()
        except queue.Empty:
            return
        bars.step(*step)


_here: dict[str, Any] = {}
"""What a process of its own has: the queue of its steps, and its catalogue."""


def _begin(steps: Any, config: Config) -> None:
    from charterhouse.tenancy.provision import open_catalogue

    _here.update(steps=steps, catalogue=open_catalogue(config))


def _apart(slug: str, before: Head | None) -> Proved:
    """Prove a tenant in a process of its own."""
    tenant = _here["catalogue"].by_slug(slug)
    if tenant is None:
        return Proved(slug, error="it is gone")
    told = 0.0

    def step(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            _here["steps"].put((slug, done, total))

    return _one(tenant, before, step)


def _one(tenant: Tenant, before: Head | None, progress: Callable[[int, int], None]) -> Proved:
    from charterhouse.desk.errors import DeskError
    from charterhouse.desk.verifying import verify_tenant
    from charterhouse.kernel.errors import CharterError
    from charterhouse.plugins.errors import PluginError
    from charterhouse.tenancy.errors import TenancyError

    begun = time.monotonic()
    try:
        found = verify_tenant(tenant, progress, before=before)
    except (CharterError, DeskError, PluginError, TenancyError) as error:
        return Proved(tenant.slug, error=sentence(error), seconds=time.monotonic() - begun)
    except Exception as error:  # noqa: BLE001 - one tenant's records must not keep the others from being proved
        # Where, and not what it says: that may quote a person.
        where = "".join(format_tb(error.__traceback__))
        kind = type(error).__qualname__
        _log.error("not_proved", tenant=tenant.slug, problem=kind, where=where)
        error_told = f"its records lead to an error ({kind}): the log says where"
        return Proved(tenant.slug, error=error_told, seconds=time.monotonic() - begun)
    return Proved(
        slug=tenant.slug,
        counts=dict(found.counts),
        differences=found.differences,
        total=found.total,
        head=found.head,
        seconds=time.monotonic() - begun,
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB,
    )
