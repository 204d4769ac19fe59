"""The crew: threads that visit tenants in the order of one queue, on any number of machines.

Every tenant is visited at least once in a round, whose length grows with their number, and at the
moment that its store names as its next. A visit does a bounded piece of each job; what is left is
done in another visit, behind everybody else who waits.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from huey.consumer import Consumer

from charterhouse import clock
from charterhouse.jobs.clock import next_due
from charterhouse.jobs.outbox import next_message
from charterhouse.tenancy.errors import TenancyError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from huey import Huey

    from charterhouse.jobs.worker import Worker
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Crew", "round_seconds"]

_log = structlog.get_logger(__name__)

SHORTEST_ROUND = 2.0
SECONDS_A_TENANT = 0.02
"""A visit that finds nothing to do takes a third of this: planning leaves most of a core free."""

_PLANNING = 0.5
_TIDYING = 3600.0


def round_seconds(tenants: int) -> float:
    """How many seconds a round takes with so many tenants."""
    return max(SHORTEST_ROUND, tenants * SECONDS_A_TENANT)


class _Consumer(Consumer):  # type: ignore[misc]  # huey has no types
    """Leaves the signals to the process."""

    def _set_signal_handlers(self) -> None:
        return


class Crew:
    """Plans visits and does them, until it is told to stop.

    Args:
        worker: what is done on a visit, and whose tenants are visited.
        queue: shared by all crews of the installation.
        threads: how many visits happen at once.
    """

    def __init__(self, worker: Worker, queue: Huey, *, threads: int = 2) -> None:
        self._worker = worker
        self._queue = queue
        self._visit = queue.task(name="visit")(self._visited)
        # Threads have connections of their own to a queue in a database.
        queue.on_shutdown(name="close")(queue.storage.close)
        self._consumer = _Consumer(
            queue, workers=threads, periodic=False, initial_delay=0.05, max_delay=1.0
        )
        self._stopping = threading.Event()
        self._planned: dict[int, int] = {}
        self._here: set[int] = set()
        self._door = threading.Lock()

    def run(self) -> None:
        """Work until `stop` is called; visits that are begun end first."""
        planner = threading.Thread(target=self._plan, name="planner", daemon=True)
        planner.start()
        _log.info("worker_started")
        self._consumer.run()
        self._consumer.stop(graceful=True)
        planner.join()
        self._queue.storage.close()
        _log.info("worker_stopped")

    def stop(self) -> None:
        """Ask the crew to end after the visits at hand; safe in a signal handler."""
        self._worker.stop()
        self._stopping.set()
        self._consumer.stop_flag.set()

    def plan(self, now: datetime) -> int:
        """Put visits in the queue to whom this round has not called yet; return how many.

        Several crews plan the same round, and the first puts the visit.
        """
        tenants = self._worker.tenants()
        if self._queue.pending_count() > len(tenants):
            # The crews are behind: more visits to the same tenants would not help.
            return 0
        length, put = round_seconds(len(tenants)), 0
        for tenant in tenants:
            # Everybody's round begins at another moment, so that no moment has them all.
            number = int((now.timestamp() + tenant.id % 1009 / 1009 * length) // length)
            if self._planned.get(tenant.id) == number:
                continue
            if self._queue.put_if_empty(f"plan:{tenant.id}:{number}", True):
                self._visit(tenant.id)
                put += 1
            self._forget(tenant, self._planned.get(tenant.id))
            self._planned[tenant.id] = number
        return put

    def _forget(self, tenant: Tenant, number: int | None) -> None:
        if number is not None:
            self._queue.delete(f"plan:{tenant.id}:{number}")

    def _plan(self) -> None:
        tidied = -_TIDYING
        while not self._stopping.wait(_PLANNING):
            try:
                self.plan(datetime.now(UTC))
                if time.monotonic() - tidied > _TIDYING:
                    tidied = time.monotonic()
                    self._worker.tidy()
            except Exception:  # noqa: BLE001 - a queue that is away comes back
                _log.exception("planning_failed")

    def _visited(self, tenant_id: int) -> None:
        tenant = self._worker.tenant(tenant_id)
        if tenant is None or not self._enter(tenant_id):
            return
        try:
            if self._worker.visit(tenant):
                self._visit(tenant_id)
            else:
                self._call_again(tenant)
        finally:
            with self._door:
                self._here.discard(tenant_id)

    def _enter(self, tenant_id: int) -> bool:
        """Whether nobody of this crew is there already."""
        with self._door:
            if tenant_id in self._here:
                return False
            self._here.add(tenant_id)
            return True

    def _call_again(self, tenant: Tenant) -> None:
        """Have the tenant visited at its next moment, if that comes before the next round."""
        now = clock.now()
        within = now + timedelta(seconds=round_seconds(len(self._worker.tenants())))
        try:
            moment = _next_moment(tenant, now)
        except TenancyError:
            # The jobs have met and told it.
            return
        if moment and moment < within:
            local: dict[str, Any] = {"eta": moment.astimezone(UTC).replace(tzinfo=None)}
            self._visit.schedule((tenant.id,), **local)


def _next_moment(tenant: Tenant, now: datetime) -> datetime | None:
    with tenant_scope(tenant), unit() as opened:
        moments = [next_due(opened, now), next_message(opened, now)]
    return min((each for each in moments if each), default=None)
