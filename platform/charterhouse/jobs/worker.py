"""What is done on a visit to a tenant: the clock, the outbox, payments and files."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from charterhouse.config import Config
from charterhouse.desk import file_sweep, files
from charterhouse.jobs.clock import DueClock
from charterhouse.jobs.gauges import OutboxGauge
from charterhouse.jobs.outbox import deliver
from charterhouse.payments.sweeper import sweep
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.copies import tidy
from charterhouse.tenancy.errors import NoTenantError, TenantSwitchError, UnknownTenantError
from charterhouse.tenancy.refusals import Refusals
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

_log = structlog.get_logger(__name__)

_REST_SECONDS = 60.0


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

    def due(self, tenant: Tenant, now: float) -> bool:
        """Whether its time has come for a tenant."""
        return now >= self._next.get(tenant.id, 0.0)

    def rest(self, tenant: Tenant, until: float) -> None:
        """Leave a tenant alone until then."""
        self._next[tenant.id] = until


def standard_jobs() -> list[Job]:
    """The clock and the outbox on every visit, the others after their pause."""
    due_clock = DueClock()

    def swept(tenant: Tenant) -> bool:
        sweep(tenant)
        return False

    def swept_files(tenant: Tenant) -> bool:
        with tenant_scope(tenant):
            files.move_over()
            file_sweep.sweep()
        return False

    return [
        Job("clock", lambda tenant: due_clock.tick(tenant) > 0),
        Job("outbox", lambda tenant: deliver(tenant).sent > 0),
        Job("payments", swept, every=30.0),
        Job("gauges", OutboxGauge().look, every=30.0),
        Job("files", swept_files, every=6 * 3600.0, slow=True),
    ]


class Worker:
    """Does the jobs for one tenant after the other; may be used by several threads.

    A job that fails for a tenant rests a minute for that tenant alone; nothing stops the others.

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
                job.rest(tenant, now + _REST_SECONDS)
                return False
        if job.every:
            job.rest(tenant, now + job.every)
        return more


__all__ = ["Job", "Worker", "standard_jobs"]
