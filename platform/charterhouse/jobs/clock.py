"""The clock: brings members through what became due, so that reports and reminders are current.

No right or balance depends on it having run: an event advances its members anyway.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select

from charterhouse import clock
from charterhouse.jobs.dead import bury, raised
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.standing import HOUSE
from charterhouse.records.books import load_book
from charterhouse.records.door import Door
from charterhouse.records.tables import standing
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, prepared, unit
from charterhouse.tenancy.tenant import Tenant

_log = structlog.get_logger(__name__)

BATCH = 100
"""How many members one transaction advances at most."""

_FAULTS = (CharterError, SealError)
"""What can be wrong with one member alone: the charter fails, or the standing is damaged."""

_REST = timedelta(minutes=15)

_DUE = prepared(
    select(standing.c.ref)
    .where(standing.c.wake <= bindparam("now"))
    # By the index alone: many deadlines pass in one moment, and need no order among themselves.
    .order_by(standing.c.wake)
    .limit(bindparam("most"))
)
_NEXT = prepared(
    select(standing.c.wake)
    .where(standing.c.wake > bindparam("now"))
    .order_by(standing.c.wake)
    .limit(1)
)
_HOUSE = prepared(select(standing.c.done).where(standing.c.ref == HOUSE))
_BEHIND = prepared(
    select(standing.c.ref)
    .where(standing.c.done < bindparam("change"), standing.c.ref > bindparam("after"))
    .order_by(standing.c.ref)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class _Change:
    """A version that came into force, and the last member brought over it; None when all are."""

    moment: datetime
    after: str | None = ""


class DueClock:
    """Wakes members whose time has come; keeps in memory what a restart may find again.

    A member at whom the charter fails, or whose standing is damaged, is left to rest for a while, so that others go on.
    """

    def __init__(self) -> None:
        # By tenant, since each is visited by one thread at a time, and others meanwhile.
        self._resting: dict[int, dict[str, datetime]] = {}
        self._changes: dict[int, _Change] = {}
        self._buried: set[tuple[int, str]] = set()

    def tick(self, tenant: Tenant, *, most: int = BATCH) -> int:
        """Advance one batch of a tenant's members in one transaction; return how many.

        Raises:
            CharterUnavailableError: the tenant's charter is not installed.
            StoreBusyError: other writers kept the store for too long.
        """
        now = clock.now().astimezone(tenant.zone)
        with tenant_scope(tenant):
            refs = self._due(tenant, now, most)
            if not refs:
                return 0
            try:
                with unit(write=True) as opened:
                    _advance(opened, refs, now)
            except _FAULTS:
                return self._one_by_one(tenant, refs, now)
            for ref in refs:
                self._goes_on(tenant, ref)
        return len(refs)

    def wake(self, tenant: Tenant, ref: str) -> None:
        """Advance one member, at rest or not.

        Raises:
            CharterError: the charter fails at the member.
            SealError: the standing is damaged.
            TenancyError: the store takes nothing now.
        """
        with tenant_scope(tenant), unit(write=True) as opened:
            _advance(opened, [ref], clock.now().astimezone(tenant.zone))
        self._resting.get(tenant.id, {}).pop(ref, None)

    def _due(self, tenant: Tenant, now: datetime, most: int) -> list[str]:
        # Who seems to rest for longer was put to rest by a clock that ran ahead.
        known = self._resting.pop(tenant.id, {})
        resting = {ref: until for ref, until in known.items() if now < until <= now + _REST}
        if resting:
            self._resting[tenant.id] = resting
        with unit() as opened:
            wanted = {"now": now, "most": most + len(resting)}
            refs = [ref for ref in opened.execute(_DUE, wanted).scalars() if ref not in resting]
            if refs:
                return refs[:most]
            if _unfounded(opened, now) and HOUSE not in resting:
                return [HOUSE]
            return self._over_change(opened, tenant, now, most, resting)

    def _over_change(
        self, opened: Unit, tenant: Tenant, now: datetime, most: int, resting: Container[str]
    ) -> list[str]:
        """Members not yet brought over the last version that came into force."""
        past = [moment for moment in load_book(opened).effects if moment <= now]
        if not past:
            return []
        change = self._changes.get(tenant.id)
        if change is None or change.moment != past[-1]:
            change = _Change(past[-1])
        if change.after is None:
            return []
        wanted = {"change": change.moment, "after": change.after, "most": most}
        refs = opened.execute(_BEHIND, wanted).scalars()
        self._changes[tenant.id] = _Change(change.moment, refs[-1] if refs else None)
        return [ref for ref in refs if ref not in resting]

    def _one_by_one(self, tenant: Tenant, refs: list[str], now: datetime) -> int:
        advanced = 0
        for ref in refs:
            try:
                with unit(write=True) as opened:
                    _advance(opened, [ref], now)
            except _FAULTS as error:
                self._resting.setdefault(tenant.id, {})[ref] = now + _REST
                _log.error("due_failed", member=ref, problem=str(error))
                # Waiting helps neither a charter nor a standing: it is told at once.
                bury(tenant, f"clock:{ref}", 1, str(getattr(error, "code", type(error).__name__)))
                self._buried.add((tenant.id, ref))
            else:
                self._goes_on(tenant, ref)
                advanced += 1
        return advanced

    def _goes_on(self, tenant: Tenant, ref: str) -> None:
        if (tenant.id, ref) in self._buried:
            self._buried.discard((tenant.id, ref))
            raised(tenant, f"clock:{ref}")


def next_due(opened: Unit, now: datetime) -> datetime | None:
    """The first moment after now at which something becomes due to a member."""
    moment: datetime | None = opened.execute(_NEXT, {"now": now}).scalar()
    return moment


def _unfounded(opened: Unit, now: datetime) -> bool:
    """Whether the institution has dues of its own that never began: nothing wakes it before."""
    has_dues = bool(load_book(opened).at(now).house_dues)
    return has_dues and opened.execute(_HOUSE).scalar() is None


def _advance(opened: Unit, refs: list[str], now: datetime) -> None:
    door = Door(opened)
    for ref in refs:
        door.advance(ref, now)


__all__ = ["BATCH", "DueClock", "next_due"]
