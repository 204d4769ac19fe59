"""Proving a tenant's records: everything decided anew and compared."""

from __future__ import annotations

from collections.abc import Callable

from charterhouse.records.rebuild import Difference, Findings, Head, verify, work_of
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["Difference", "Findings", "Head", "verify_tenant"]

_SECONDS = 7 * 24 * 3600.0


def verify_tenant(
    tenant: Tenant,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    before: Head | None = None,
) -> Findings:
    """Decide every event of a tenant anew and compare with what is stored.

    Args:
        tenant: whose records.
        progress: called with (rows dealt with, rows in all).
        before: the end of the audit chain at an earlier proof, which must still be a part of it.

    Raises:
        StoreMissingError: there is no store.
        CharterUnavailableError: the tenant's charter is not installed.
    """
    with tenant_scope(tenant), unit(seconds=_SECONDS) as opened:
        total = work_of(opened)
        return verify(opened, lambda done: progress(done, total), before=before)
