"""The present moment and day on the tenant's wall clock."""

from __future__ import annotations

from datetime import date, datetime

from charterhouse import clock
from charterhouse.tenancy.scope import current_tenant

__all__ = ["now_here", "today"]


def now_here() -> datetime:
    """The present moment in the zone of the tenant in scope."""
    return clock.now().astimezone(current_tenant().zone)


def today() -> date:
    """The present day on the tenant's calendar."""
    return now_here().date()
