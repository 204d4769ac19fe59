"""From the catalogue's rows to tenants."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from charterhouse.tenancy import models
from charterhouse.tenancy.tenant import Tenant, WrappedKey

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.schema import Table

    from charterhouse.tenancy.installation import Installation

__all__ = ["read_tenants"]


def read_tenants(
    connection: Connection, installation: Installation, *, since: int = -1
) -> list[Tenant]:
    """Return the tenants that changed after version ``since`` of the catalogue."""
    table = models.tenant
    rows = connection.execute(select(table).where(table.c.version > since)).all()
    hosts = _children(connection, models.host, since)
    plugins = _children(connection, models.plugin_state, since)
    keys = _children(connection, models.tenant_key, since)
    cell = models.cell
    cells = {row.id: row.name for row in connection.execute(select(cell.c.id, cell.c.name))}
    for row in rows:
        installation.place(row.store_id, cells[row.cell_id], row.isolation)
    return [
        Tenant(
            id=row.id,
            key=row.key,
            slug=row.slug,
            name_zh=row.name_zh,
            name_en=row.name_en,
            status=row.status,
            timezone=row.timezone,
            charter=row.charter,
            isolation=row.isolation,
            cell=cells[row.cell_id],
            store_id=row.store_id,
            installation=installation,
            limits=MappingProxyType(row.limits),
            closed=row.closed,
            hosts=tuple(sorted(one.host for one in hosts[row.id] if one.verified_at)),
            plugins=frozenset(one.plugin for one in plugins[row.id] if one.enabled),
            keys=tuple(WrappedKey(one.purpose, one.version, one.wrapped) for one in keys[row.id]),
        )
        for row in rows
    ]


def _children(connection: Connection, table: Table, since: int) -> dict[int, list[Any]]:
    tenant = models.tenant
    query = select(table).join(tenant, tenant.c.id == table.c.tenant_id)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query.where(tenant.c.version > since)):
        found[row.tenant_id].append(row)
    return found
