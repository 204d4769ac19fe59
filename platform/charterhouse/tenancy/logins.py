"""New passwords for the logins of all databases, when the master key is exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, union

from charterhouse.tenancy import models
from charterhouse.tenancy.errors import StoreMissingError

if TYPE_CHECKING:
    from charterhouse.tenancy.catalogue import Catalogue

__all__ = ["renew_logins"]


def renew_logins(catalogue: Catalogue) -> None:
    """Give the logins of all cells and of the catalogue passwords of the present master key.

    Processes that know both keys go on meanwhile and after. Call again if it breaks off.

    Args:
        catalogue: Of the installation.

    Raises:
        StoreMissingError: A database with tenants has no address here.
        StoreUnavailableError: One does not answer, or this process may only serve it.
    """
    installation, tenant, copy = catalogue.installation, models.tenant, models.store_copy
    cell, key = models.cell, models.tenant_key
    living = tenant.c.id.in_(select(key.c.tenant_id))
    query = union(
        select(tenant.c.store_id, cell.c.name, tenant.c.isolation)
        .select_from(tenant.join(cell))
        .where(living, cell.c.kind == "postgresql"),
        select(copy.c.store_id, cell.c.name, tenant.c.isolation)
        .select_from(copy.join(tenant).join(cell, cell.c.id == copy.c.cell_id))
        .where(cell.c.kind == "postgresql"),
    )
    with catalogue.database.transaction(write=False) as connection:
        rows = connection.execute(query).all()
    unknown = {row.name for row in rows}.difference(installation.config.databases.names)
    if unknown:
        name = min(unknown)
        raise StoreMissingError(
            f"Cell {name} has no address here, so its logins cannot get new passwords: set "
            "the addresses of all cells, as their owner."
        )
    for row in rows:
        installation.place(row.store_id, row.name, row.isolation)
    installation.stores.renew_passwords([r.store_id for r in rows if r.isolation == "dedicated"])
    catalogue.database.renew_password()
