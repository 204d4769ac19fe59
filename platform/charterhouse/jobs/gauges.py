"""How the outboxes stand, as the worker saw them on its visits."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from charterhouse import clock, metrics
from charterhouse.desk.undelivered import DEAD, JOB, WAITING
from charterhouse.records.tables import outbox
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, prepared, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["OutboxGauge", "Stands"]

_FRESH_SECONDS = 600.0
_STANDS = prepared(
    select(func.count().label("number"), func.min(outbox.c.due_at).label("oldest")).where(
        outbox.c.state == WAITING
    )
)
_DEAD = prepared(
    select(outbox.c.topic, func.count().label("number"))
    .where(outbox.c.state == DEAD)
    .group_by(outbox.c.topic)
)


class Stands(NamedTuple):
    """How one tenant's outbox stands.

    Attributes:
        waiting: messages that wait to be sent.
        oldest: when the first of them was due; None when none waits.
        dead: messages that were given up.
        jobs: jobs that fail whenever they are tried.
    """

    waiting: int
    oldest: datetime | None
    dead: int
    jobs: int


class OutboxGauge:
    """Adds up the tenants that were visited within ten minutes; may be used by several threads."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[float, Stands]] = {}
        self._lock = threading.Lock()

    def look(self, tenant: Tenant) -> bool:
        """Look at a tenant's outbox and tell how all of them stand; never asks to come again."""
        with tenant_scope(tenant), unit() as opened:
            stands = self._stands(opened)
        now = time.monotonic()
        with self._lock:
            self._seen[tenant.id] = (now, stands)
            fresh = {k: e for k, e in self._seen.items() if now - e[0] < _FRESH_SECONDS}
            self._seen = fresh
        each = [stands for _, stands in fresh.values()]
        oldest = min((one.oldest for one in each if one.oldest), default=None)
        late = max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0
        metrics.outbox(sum(o.waiting for o in each), late, sum(o.dead for o in each))
        metrics.jobs_given_up(sum(o.jobs for o in each))
        return False

    def _stands(self, opened: Unit) -> Stands:
        row = opened.execute(_STANDS).one()
        dead = {one.topic: int(one.number) for one in opened.execute(_DEAD).all()}
        jobs = dead.pop(JOB, 0)
        return Stands(row.number, row.oldest, sum(dead.values()), jobs)
