"""What is done on a visit to a tenant: the clock, the outbox, payments and files."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from charterhouse import metrics
from charterhouse.config import Config
from charterhouse.desk import file_sweep, files
from charterhouse.desk.undelivered import JOB, NO_SENDER
from charterhouse.jobs import dead
from charterhouse.jobs.clock import DueClock
from charterhouse.jobs.gauges import OutboxGauge
from charterhouse.jobs.outbox import TRIES, UndeliverableError, deliver
from charterhouse.payments.sweeper import sweep
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.copies import tidy
from charterhouse.tenancy.errors import (
    NoTenantError,
    SealError,
    TenancyError,
    TenantSwitchError,
    UnknownTenantError,
)
from charterhouse.tenancy.refusals import Refusals
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.tenant import Tenant

_log = structlog.get_logger(__name__)


NOTICES = "notices"
"""What fails when notices of a gateway do."""

NOTICE_TRIES = 60
"""In so many sweeps, half an hour of them, a gateway may be away before anybody is told."""


@dataclass(slots=True)
class Job:
    """Something done for each tenant.

    Attributes:
        name: for the log.
        run: does a bounded piece of it and tells whether there may be more at once.
        every: seconds between two runs for one tenant.
        slow: whether it may take minutes; one thread of a process does such work at a time, so that
            several great tenants do not have all of them.
    """

    name: str
    run: Callable[[Tenant], bool]
    every: float = 0.0
    slow: bool = False
    _next: dict[int, float] = field(default_factory=dict)
    _failures: dict[int, int] = field(default_factory=dict)

    def due(self, tenant: Tenant, now: float) -> bool:
        """Whether its time has come for a tenant."""
        return now >= self._next.get(tenant.id, 0.0)

    def rest(self, tenant: Tenant, until: float) -> None:
        """Leave a tenant alone until then."""
        self._next[tenant.id] = until

    def failed(self, tenant: Tenant, now: float) -> int:
        """Count a failure, after which the tenant is left alone; return how many there were."""
        tries = self._failures.get(tenant.id, 0) + 1
        self._failures[tenant.id] = tries
        self.rest(tenant, now + dead.pause_after(tries).total_seconds())
        return tries

    def succeeded(self, tenant: Tenant) -> int:
        """Forget the failures; return how many there were."""
        return self._failures.pop(tenant.id, 0)


class _GatewayNotices:
    """Notices of a gateway that cannot be handled, however often the payments are swept."""

    def __init__(self) -> None:
        self._tries: dict[int, int] = {}

    def look(self, tenant: Tenant, stuck: int) -> None:
        """Tell when some are stuck in each of many sweeps, and when none is any more."""
        if not stuck:
            if self._tries.pop(tenant.id, 0) >= NOTICE_TRIES:
                dead.raised(tenant, NOTICES)
            return
        tries = self._tries.get(tenant.id, 0) + 1
        self._tries[tenant.id] = tries
        if tries == NOTICE_TRIES:
            dead.bury(tenant, NOTICES, tries, "notice_waits")

    def again(self, tenant: Tenant) -> None:
        """Try at once.

        Raises:
            OSError: some are stuck still.
        """
        if sweep(tenant).stuck:
            raise OSError("notice_waits")


def standard_jobs() -> list[Job]:
    """The clock and the outbox on every visit, the others after their pause."""
    due_clock, notices = DueClock(), _GatewayNotices()

    def swept(tenant: Tenant) -> bool:
        notices.look(tenant, sweep(tenant).stuck)
        return False

    def swept_files(tenant: Tenant) -> bool:
        with tenant_scope(tenant):
            files.move_over()
            file_sweep.sweep()
        return False

    def again(subject: str, _content: Mapping[str, Any]) -> None:
        """Try work that was given up, as a message to its job."""
        name, _, member = subject.partition(":")
        job, tenant = next((job for job in jobs if job.name == name), None), current_tenant()
        if job is None and name != NOTICES:
            raise UndeliverableError(NO_SENDER)
        try:
            if member:
                due_clock.wake(tenant, member)
            elif name == NOTICES:
                notices.again(tenant)
            elif job is not None and name != "outbox":  # which is at work just now
                job.run(tenant)
        except (TenancyError, SealError) as error:
            # It is this work that cannot, and no reason to leave what else is to be sent.
            raise OSError(_code(error)) from error
        if job is not None and job.succeeded(tenant):
            job.rest(tenant, 0.0)

    jobs = [
        Job("clock", lambda tenant: due_clock.tick(tenant) > 0),
        Job("outbox", lambda tenant: deliver(tenant, more={JOB: again}).sent > 0),
        Job("payments", swept, every=30.0),
        Job("gauges", OutboxGauge().look, every=30.0),
        Job("files", swept_files, every=6 * 3600.0, slow=True),
    ]
    return jobs


def _code(error: Exception) -> str:
    """What failed, without what the error says: that may quote a person."""
    return str(getattr(error, "code", "") or type(error).__qualname__)


class Worker:
    """Does the jobs for one tenant after the other; may be used by several threads.

    A job that fails for a tenant rests for that tenant alone, a minute first and an hour at last;
    nothing stops the others. What goes on failing is told to the institution, and whoever starts
    anew tries it once more.

    Args:
        catalogue: whose active tenants are served.
        jobs: what is done.
    """

    def __init__(self, catalogue: Catalogue, jobs: list[Job] | None = None) -> None:
        self._catalogue = catalogue
        self._refusals = Refusals(catalogue)
        self._jobs = standard_jobs() if jobs is None else jobs
        self._stopping = threading.Event()
        self._slow = threading.Lock()
        self._visited: set[int] = set()

    def stop(self) -> None:
        """Ask to end after the piece of work at hand; safe in a signal handler."""
        self._stopping.set()

    @property
    def config(self) -> Config:
        """The configuration of the installation."""
        return self._catalogue.installation.config

    def tenants(self) -> tuple[Tenant, ...]:
        """The tenants that are visited."""
        return tuple(each for each in self._catalogue.list("active") if each.open)

    def tenant(self, tenant_id: int) -> Tenant | None:
        """The tenant of this id, if it is visited."""
        try:
            found = self._catalogue.get(tenant_id)
        except UnknownTenantError:
            return None
        return found if found.open else None

    def round(self) -> bool:
        """Visit each tenant once; whether anything was done."""
        return sum(self.visit(tenant) for tenant in self.tenants()) > 0

    def tidy(self) -> int:
        """Remove stores whose time is over, such as those that were replaced; how many."""
        return len(tidy(self._catalogue, actor="system"))

    def visit(self, tenant: Tenant) -> bool:
        """Do one bounded piece of each job for a tenant; whether there may be more at once."""
        if tenant.id not in self._visited:
            self._visited.add(tenant.id)
            dead.once_more(tenant, TRIES - 1)
        return sum(self._one(job, tenant) for job in self._jobs) > 0

    def _one(self, job: Job, tenant: Tenant) -> bool:
        now = time.monotonic()
        if self._stopping.is_set() or not job.due(tenant, now):
            return False
        if job.slow and not self._slow.acquire(blocking=False):
            # Its turn comes at the next visit that finds nobody at such work.
            return False
        try:
            return self._run(job, tenant, now)
        finally:
            if job.slow:
                self._slow.release()

    def _run(self, job: Job, tenant: Tenant, now: float) -> bool:
        with structlog.contextvars.bound_contextvars(tenant=tenant.slug, job=job.name):
            try:
                more = job.run(tenant)
            except Exception as error:  # noqa: BLE001 - one tenant's trouble must not stop the others
                _log.exception("job_failed")
                if isinstance(error, NoTenantError | TenantSwitchError):
                    self._refusals.note(tenant.id, "scope", f"worker:{job.name}")
                metrics.job_failed(job.name)
                tries = job.failed(tenant, now)
                if tries >= dead.TRIES:
                    dead.bury(tenant, job.name, tries, _code(error))
                return False
            if job.succeeded(tenant) >= dead.TRIES:
                dead.raised(tenant, job.name)
        if job.every:
            job.rest(tenant, now + job.every)
        return more


__all__ = ["Job", "Worker", "standard_jobs"]
