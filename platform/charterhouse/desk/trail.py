"""The audit trail for people: what was done, by whom, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from charterhouse.records.models import AuditEntry, db
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

__all__ = ["Done", "Trail", "trail"]


@dataclass(frozen=True, slots=True)
class Done:
    """One entry of the audit chain.

    Attributes:
        number: of the entry, without a gap from 1.
        at: on the tenant's wall clock.
        actor: `staff:<id>`, `member:<ref>`, `api:<id>`, `clock`, `system` or `web`.
        action: what was done, as `staff.sign_in`; `event.<verb>` for a decision.
        subject: id of what it was done to; of a decision for `event.<verb>`.
        hash: over this entry and the hash of the one before.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    hash: str

    @property
    def decision(self) -> int | None:
        """The id of the decision that this entry vouches for, if it is one."""
        return int(self.subject) if self.action.startswith("event.") else None


@dataclass(frozen=True, slots=True)
class Trail:
    """One page of the trail and how many entries there are in all."""

    entries: tuple[Done, ...]
    total: int


def trail(subject: str = "", *, number: int = 1, size: int = 50) -> Trail:
    """One page of what was done, newest first.

    Args:
        subject: only what was done to this id; everything when empty.
        number: of the page, counted from 1.
        size: entries on a page.
    """
    zone = current_tenant().zone
    wanted = select(AuditEntry).order_by(AuditEntry.seq.desc())
    # The chain has no gaps, so that its last number counts it without reading it.
    counting = select(func.max(AuditEntry.seq))
    if subject:
        wanted = wanted.where(AuditEntry.subject == subject)
        counting = select(func.count()).where(AuditEntry.subject == subject)
    with unit():
        found = db.session.scalars(wanted.offset((number - 1) * size).limit(size))
        entries = tuple(
            Done(e.seq, e.at.astimezone(zone), e.actor, e.action, e.subject, e.hash) for e in found
        )
        return Trail(entries, db.session.scalar(counting) or 0)
