"""Which tenant the running code serves. Without one, no tenant data can be reached."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from charterhouse.tenancy.errors import NoTenantError, TenantSwitchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.tenant import Tenant
    from charterhouse.tenancy.unit import Unit

__all__ = ["current_tenant", "find_tenant", "tenant_scope"]

_tenant: ContextVar[Tenant | None] = ContextVar("charterhouse_tenant", default=None)
open_unit: ContextVar[Unit | None] = ContextVar("charterhouse_unit", default=None)


@contextmanager
def tenant_scope(tenant: Tenant) -> Iterator[Tenant]:
    """Let the code within serve ``tenant``; the scope before returns at the end.

    Scopes follow a context, not a thread: a job in another thread opens its own.

    Raises:
        TenantSwitchError: A unit of another tenant is open. Its session would hand out the
            other tenant's rows for equal ids.
    """
    unit = open_unit.get()
    if unit is not None and unit.tenant.store_id != tenant.store_id:
        raise TenantSwitchError(
            f"A unit of tenant {unit.tenant.slug} is open: end it before serving {tenant.slug}."
        )
    token = _tenant.set(tenant)
    try:
        yield tenant
    finally:
        _tenant.reset(token)


def current_tenant() -> Tenant:
    """Return the tenant in scope.

    Raises:
        NoTenantError: There is none.
    """
    tenant = _tenant.get()
    if tenant is None:
        raise NoTenantError("No tenant is in scope: open one with tenant_scope(tenant).")
    return tenant


def find_tenant() -> Tenant | None:
    """Return the tenant in scope or None, for logs and pages of the platform itself."""
    return _tenant.get()
