"""Proving a tenant's records: everything decided anew and compared."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from charterhouse.records.rebuild import Findings, verify
from charterhouse.records.tables import event
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["Findings", "verify_tenant"]

_SECONDS = 24 * 3600.0


def verify_tenant(
    tenant: Tenant, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Findings:
    """Decide every event of a tenant anew and compare with what is stored.

    Args:
        tenant: whose records.
        progress: called with (events decided, events in all).

    Raises:
        StoreMissingError: there is no store.
        CharterUnavailableError: the tenant's charter is not installed.
    """
    with tenant_scope(tenant), unit(seconds=_SECONDS) as opened:
        total = opened.connection.execute(select(func.count()).select_from(event)).scalar_one()
        return verify(opened, lambda done: progress(done, total))
