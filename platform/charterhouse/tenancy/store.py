"""The one way to a tenant's data: ``unit()``, for the tenant in scope."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from charterhouse import metrics
from charterhouse.tenancy.errors import TenantNotWritableError, TenantSwitchError, UnitError
from charterhouse.tenancy.installation import LOCAL
from charterhouse.tenancy.prepared import Prepared, Rows
from charterhouse.tenancy.scope import current_tenant, open_unit
from charterhouse.tenancy.unit import Unit
from charterhouse.tracing import span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.sql.elements import TextClause
    from sqlalchemy.sql.selectable import SelectBase

    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Prepared", "Rows", "Unit", "current_unit", "find_unit", "prepared", "unit"]


def prepared(
    statement: SelectBase | UpdateBase | TextClause, *, columns: Iterable[str] | None = None
) -> Prepared:
    """Return ``statement`` ready to be run often; see ``Prepared``."""
    return Prepared(statement, columns=columns)


@contextmanager
def unit(*, write: bool = False, seconds: float | None = None) -> Iterator[Unit]:
    """Open one transaction on the store of the tenant in scope.

    It is committed when the block ends and rolled back when an error leaves it. Within an open
    unit of the same context it joins that one, and an error that leaves the inner block forbids
    the outer commit, even if it is caught.

    Args:
        write: Whether the block writes. A writing unit waits for its turn; a reading one never
            does, sees one state of the store throughout and cannot write.
        seconds: How long the block may take in all; the tenant's limit when None. Only the
            outermost unit's counts.

    Raises:
        NoTenantError: No tenant is in scope.
        TenantNotWritableError: The tenant's status forbids writing.
        ReadOnlyUnitError: A write is asked for within a reading unit.
        StoreBusyError: Other writers kept the store for too long.
        StoreTimeoutError: The block took too long.
        StoreMissingError: There is no store.
        StoreOutdatedError: The store's schema is not of this release.
        QuotaError: The store is full.
    """
    tenant = current_tenant()
    if write and not tenant.writable:
        raise TenantNotWritableError(
            f"Tenant {tenant.slug} is {tenant.status}: nothing can be written now."
        )
    outer = open_unit.get()
    if outer is None:
        with _outermost(tenant, write=write, seconds=seconds) as opened:
            yield opened
        return
    if outer.tenant.store_id != tenant.store_id:
        raise TenantSwitchError(f"A unit of tenant {outer.tenant.slug} is open: end it first.")
    outer.check_joinable(write=write)
    try:
        yield outer
    except BaseException:
        if write:
            outer.doom()
        raise


@contextmanager
def _outermost(tenant: Tenant, *, write: bool, seconds: float | None) -> Iterator[Unit]:
    stores = tenant.installation.stores
    engine = "sqlite" if tenant.cell == LOCAL else "postgres"
    with (
        metrics.transaction(engine, write=write),
        span("transaction", engine=engine, mode="write" if write else "read"),
        stores.transaction(tenant, write=write, seconds=seconds) as opened,
    ):
        made = Unit(tenant, opened, write=write)
        token = open_unit.set(made)
        try:
            yield made
            made.finish()
        finally:
            open_unit.reset(token)
            made.close()


def find_unit() -> Unit | None:
    """Return the open unit of this context, or None."""
    return open_unit.get()


def current_unit() -> Unit:
    """Return the open unit of this context.

    Raises:
        NoTenantError: No tenant is in scope.
        UnitError: No unit is open.
    """
    current_tenant()
    found = open_unit.get()
    if found is None:
        raise UnitError("No unit is open: use 'with unit():' around the work.")
    return found
