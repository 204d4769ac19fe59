"""Cells in the catalogue: which there are, and which has room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from charterhouse.tenancy import models
from charterhouse.tenancy.errors import CatalogueError, CellFullError
from charterhouse.tenancy.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

__all__ = ["CAPACITY", "CellUse", "add_cells", "find_room", "lacks_cells", "read_cells"]

CAPACITY = 500
"""Tenants in one database: beyond, taking a role and keeping the tables in mind cost too much."""


@dataclass(frozen=True, slots=True)
class CellUse:
    """A cell and how full it is.

    Attributes:
        id: In the catalogue.
        name: The same, for people and addresses.
        kind: ``sqlite`` or ``postgresql``.
        capacity: How many tenants it takes.
        tenants: How many it has.
    """

    id: int
    name: str
    kind: str
    capacity: int
    tenants: int


def read_cells(connection: Connection) -> tuple[CellUse, ...]:
    """Return all cells by name; tenants whose keys were destroyed count no more.

    A catalogue in a database serves several machines, which have no files in common: the cell of
    the files is left out there.
    """
    cell, tenant, key = models.cell, models.tenant, models.tenant_key
    living = select(key.c.tenant_id).distinct()
    used = (
        select(func.count())
        .select_from(tenant)
        .where(tenant.c.cell_id == cell.c.id, tenant.c.id.in_(living))
        .scalar_subquery()
    )
    rows = connection.execute(select(cell, used.label("tenants")).order_by(cell.c.name))
    shared = connection.dialect.name == "postgresql"
    return tuple(
        CellUse(row.id, row.name, row.kind, row.capacity, row.tenants)
        for row in rows
        if not (shared and row.kind == "sqlite")
    )


def find_room(connection: Connection, names: Iterable[str]) -> int:
    """Return the id of the first of ``names`` that can take a tenant.

    Raises:
        CatalogueError: There is no cell of a name.
        CellFullError: All are full.
    """
    known = {one.name: one for one in read_cells(connection)}
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none: set DATABASE_URL"
            raise CatalogueError(f"There is no cell {name}: there are {there}.", field="cell")
        if known[name].tenants < known[name].capacity:
            return known[name].id
    raise CellFullError("Every cell is full: add a database as another cell.", field="cell")


def add_cells(connection: Connection, names: Iterable[str]) -> None:
    """Enter databases of this configuration that the catalogue does not know yet."""
    for name in lacks_cells(connection, names):
        row = {"id": new_id(), "name": name, "kind": "postgresql", "capacity": CAPACITY}
        connection.execute(insert(models.cell), row)


def lacks_cells(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that the catalogue does not know, sorted."""
    known = set(connection.execute(select(models.cell.c.name)).scalars())
    return sorted(set(names) - known)
