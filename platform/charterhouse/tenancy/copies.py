"""Replacing a tenant's store: another is filled beside it and takes its place in one step.

The catalogue keeps what is under way, so that a replacement that broke off is begun anew by the
next one and leaves nothing behind. The store that was replaced rests, closed for writing, until
its time is over.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import delete, insert, select, update

from charterhouse import clock
from charterhouse.tenancy import errors, models
from charterhouse.tenancy.catalogue_cells import find_room
from charterhouse.tenancy.engines.sqlite_file import UNLIMITED_MIB
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.installation import LOCAL
from charterhouse.tenancy.provision import template_store

if TYPE_CHECKING:
    from collections.abc import Container
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

__all__ = [
    "REST",
    "Copy",
    "Spare",
    "alone",
    "begin",
    "clear",
    "close",
    "discard",
    "finish",
    "spares",
    "tidy",
    "writable",
]

_log = structlog.get_logger(__name__)

REST = timedelta(days=7)
"""How long a store that was replaced is kept."""

SETTLE_SECONDS = 2.5
"""As long may another process not know yet that a tenant's status changed."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A store being filled.

    Attributes:
        tenant: The tenant with the new store in place of its own, to be written in its scope.
        old_store: The store that is in use.
        old_cell: Where that is.
    """

    tenant: Tenant
    old_store: int
    old_cell: str


@dataclass(frozen=True, slots=True)
class Spare:
    """A store that no tenant uses.

    Attributes:
        store_id: Its id.
        tenant_id: Whose it was or is to be.
        cell: Where it is.
        state: ``filling``, ``retired`` or ``books``.
        until: When it goes; None for one that is being filled.
    """

    store_id: int
    tenant_id: int
    cell: str
    state: str
    until: datetime | None


def alone(catalogue: Catalogue, tenant_id: int) -> AbstractContextManager[None]:
    """Keep others from replacing, filling or erasing the stores of the same tenant.

    Raises:
        StoreBusyError: Another process is at it, on this machine or another.
    """
    return catalogue.database.alone(tenant_id)


def begin(
    catalogue: Catalogue, tenant_id: int, purpose: str, *, cell: str | None = None, actor: str
) -> Copy:
    """Make an empty store beside the tenant's own; see ``alone``.

    The tenant is in use until ``close``. What an earlier call left is removed.

    Args:
        catalogue: Of the installation.
        tenant_id: Whose store is to be replaced.
        purpose: For the audit: ``restore`` or ``move``.
        cell: Where the new store is to be; in the present cell when None.
        actor: Who does it, an id without personal data.

    Raises:
        CatalogueError: There is no such cell.
        CellFullError: The cell is full.
        StatusError: The tenant is being made, migrated or deleted.
    """
    tenant = catalogue.get(tenant_id)
    if tenant.status not in {"active", "suspended", "moving"}:
        raise errors.StatusError(
            f"The store of a tenant that is {tenant.status} cannot be replaced.", field="status"
        )
    left = [one for one in spares(catalogue, tenant_id) if one.state == "filling"]
    for one in left:
        _erase(catalogue, one, tenant.isolation)
    store_id, table = new_id(), models.store_copy
    with catalogue.changing(tenant_id, f"{purpose} begun", actor, {}) as connection:
        filling = (table.c.tenant_id == tenant_id) & (table.c.state == "filling")
        before = connection.execute(select(table.c.status).where(filling)).scalar()
        connection.execute(delete(table).where(filling))
        place = find_room(connection, (cell,)) if cell else _cell_id(connection, tenant.cell)
        row = {
            "store_id": store_id,
            "tenant_id": tenant_id,
            "cell_id": place,
            "state": "filling",
            "purpose": purpose,
            "status": before or tenant.status,
            "until": None,
            "changed_at": clock.now(),
        }
        connection.execute(insert(table), row)
    installation = catalogue.installation
    target = cell or tenant.cell
    installation.place(store_id, target, tenant.isolation)
    installation.stores.provision(store_id, template_store(installation))
    filled = replace(catalogue.get(tenant_id), store_id=store_id, cell=target)
    return Copy(writable(filled), tenant.store_id, tenant.cell)


def close(catalogue: Catalogue, copy: Copy, *, actor: str) -> None:
    """Close the tenant for writing; every process knows it when this returns.

    Raises:
        StatusError: The tenant was closed, erased or migrated meanwhile, or the copy is not the
            one under way any more.
    """
    tenant_id, store_id, table = copy.tenant.id, copy.tenant.store_id, models.store_copy
    with catalogue.changing(tenant_id, "closed for writing", actor, {}) as connection:
        mine, whose = table.c.store_id == store_id, models.tenant.c.id == tenant_id
        one = connection.execute(select(table.c.status).where(mine)).scalar()
        now = connection.execute(select(models.tenant.c.status).where(whose)).scalar()
        if one is None or now not in {"active", "suspended", "moving"}:
            raise errors.StatusError(
                f"The store of a tenant that is {now} cannot be replaced.", field="status"
            )
        if now != "moving":
            connection.execute(update(table).where(mine).values(status=now))
        if now == "active":
            _set(connection, tenant_id, status="moving")
    # Other processes look at the catalogue every second or two.
    time.sleep(SETTLE_SECONDS)


def finish(catalogue: Catalogue, copy: Copy, *, actor: str, rest: timedelta = REST) -> Tenant:
    """Let the filled store take the place of the old one, which rests for ``rest``.

    Raises:
        StatusError: The copy is not, or no longer, the one under way.
    """
    tenant_id, store_id, table = copy.tenant.id, copy.tenant.store_id, models.store_copy
    with catalogue.changing(tenant_id, "store replaced", actor, {}) as connection:
        one = (table.c.store_id == store_id) & (table.c.state == "filling")
        row = connection.execute(select(table).where(one)).first()
        if row is None:
            raise errors.StatusError("This copy of the store is not under way any more.")
        connection.execute(delete(table).where(one))
        now = clock.now()
        retired = {"store_id": copy.old_store, "cell_id": _cell_id(connection, copy.old_cell)}
        connection.execute(
            insert(table),
            {
                **row._asdict(),
                **retired,
                "state": "retired",
                "until": now + rest,
                "changed_at": now,
            },
        )
        # The new store has this release's schema, whatever became of the old one's migration.
        _set(connection, tenant_id, store_id=store_id, cell_id=row.cell_id, closed=None)
        _back(connection, tenant_id, row.status)
    return catalogue.get(tenant_id)


def discard(catalogue: Catalogue, tenant_id: int, *, actor: str) -> Tenant:
    """Remove the store that is being filled and give the tenant its status back."""
    tenant, table = catalogue.get(tenant_id), models.store_copy
    left = [one for one in spares(catalogue, tenant_id) if one.state == "filling"]
    for one in left:
        _erase(catalogue, one, tenant.isolation)
        with catalogue.changing(tenant_id, "copy discarded", actor, {}) as connection:
            mine = table.c.store_id == one.store_id
            status = connection.execute(select(table.c.status).where(mine)).scalar_one()
            connection.execute(delete(table).where(mine))
            _back(connection, tenant_id, status)
    return catalogue.get(tenant_id)


def spares(catalogue: Catalogue, tenant_id: int | None = None) -> tuple[Spare, ...]:
    """Return the stores that no tenant uses, of one tenant or of all, oldest first."""
    table, cell = models.store_copy, models.cell
    query = select(table, cell.c.name).join(cell, cell.c.id == table.c.cell_id)
    if tenant_id is not None:
        query = query.where(table.c.tenant_id == tenant_id)
    with catalogue.database.transaction(write=False) as connection:
        rows = connection.execute(query.order_by(table.c.changed_at, table.c.store_id)).all()
    return tuple(Spare(row.store_id, row.tenant_id, row.name, row.state, row.until) for row in rows)


def clear(
    catalogue: Catalogue,
    tenant_id: int | None = None,
    *,
    actor: str,
    states: Container[str] = ("retired", "books"),
    overdue: bool = True,
) -> tuple[Spare, ...]:
    """Remove spare stores for good and return them.

    Args:
        catalogue: Of the installation.
        tenant_id: Of this tenant only.
        actor: Who does it, an id without personal data.
        states: Of these states only.
        overdue: Only those whose time is over; all when False.
    """
    now, table = clock.now(), models.store_copy
    gone = []
    for one in spares(catalogue, tenant_id):
        if one.state not in states:
            continue
        if overdue and (one.until is None or one.until > now):
            continue
        if _is_elsewhere(catalogue, one):
            continue
        _erase(catalogue, one, catalogue.get(one.tenant_id).isolation)
        detail = {"state": one.state}
        with catalogue.changing(one.tenant_id, "store removed", actor, detail) as connection:
            connection.execute(delete(table).where(table.c.store_id == one.store_id))
        gone.append(one)
    return tuple(gone)


def tidy(catalogue: Catalogue, *, actor: str) -> tuple[Spare, ...]:
    """Remove the spare stores whose time is over and return them.

    A tenant at which another command works, perhaps the same one on another machine, is left out,
    and so is one whose spare store is out of reach.
    """
    now = clock.now()
    gone: list[Spare] = []
    overdue = {one.tenant_id for one in spares(catalogue) if one.until and one.until <= now}
    for tenant_id in sorted(overdue):
        try:
            with alone(catalogue, tenant_id):
                gone += clear(catalogue, tenant_id, actor=actor)
        except errors.TenancyError as error:
            # The others' time is over, too.
            _log.warning("not_tidied", tenant_id=tenant_id, problem=str(error))
    return tuple(gone)


def writable(tenant: Tenant) -> Tenant:
    """Return the tenant as it may be written by those who look after its store, full or not."""
    limits = {**tenant.limits, "max_store_mib": UNLIMITED_MIB}
    return replace(tenant, status="provisioning", limits=limits)


def _is_elsewhere(catalogue: Catalogue, spare: Spare) -> bool:
    """Whether a spare store is a file of another machine, which shares the catalogue."""
    installation = catalogue.installation
    if spare.cell != LOCAL or not installation.config.databases.catalogue_serving_url:
        return False
    installation.place(spare.store_id, spare.cell, "pooled")
    return not installation.stores.exists(spare.store_id)


def _erase(catalogue: Catalogue, spare: Spare, isolation: str) -> None:
    catalogue.installation.place(spare.store_id, spare.cell, isolation)
    catalogue.installation.stores.erase(spare.store_id)


def _cell_id(connection: Connection, name: str) -> int:
    found = select(models.cell.c.id).where(models.cell.c.name == name)
    return int(connection.execute(found).scalar_one())


def _set(connection: Connection, tenant_id: int, **values: Any) -> None:
    connection.execute(
        update(models.tenant).where(models.tenant.c.id == tenant_id).values(**values)
    )


def _back(connection: Connection, tenant_id: int, status: str) -> None:
    """Give the status back, unless somebody changed it in the meantime."""
    table = models.tenant
    mine = (table.c.id == tenant_id) & (table.c.status == "moving")
    connection.execute(update(table).where(mine).values(status=status))
