"""The stores of an installation whose tenants live in several places."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from charterhouse.tenancy.errors import StoreMissingError, StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.base import Opened, Stores
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["CellStores"]


class CellStores:
    """Every call goes to the cell where the catalogue has placed the tenant.

    Args:
        cells: The stores of each cell by its name.
        cell_of: Tells the name of a tenant's cell.
    """

    def __init__(self, cells: Mapping[str, Stores], cell_of: Callable[[int], str]) -> None:
        self.cells = cells
        self._cell_of = cell_of

    def of(self, tenant_id: int) -> Stores:
        """Return the stores of the tenant's cell.

        Raises:
            StoreMissingError: This process is not told where the cell is.
        """
        name = self._cell_of(tenant_id)
        found = self.cells.get(name)
        if found is None:
            variable = f"CHARTERHOUSE_DATABASE_URL_{name.upper().replace('-', '_')}"
            raise StoreMissingError(f"Cell {name} has no address here: set {variable}.")
        return found

    def ready(self) -> None:
        """See that every database that answers is a safe cell.

        One that does not answer keeps only its own tenants waiting: it is looked at when it does.

        Raises:
            UnsafeStoreError: One must not serve.
        """
        for stores in self.cells.values():
            with suppress(StoreUnavailableError):
                stores.ready()

    def transaction(
        self, tenant: Tenant, *, write: bool, seconds: float | None
    ) -> AbstractContextManager[Opened]:
        """See ``Stores``."""
        return self.of(tenant.store_id).transaction(tenant, write=write, seconds=seconds)

    def exists(self, tenant_id: int) -> bool:
        """See ``Stores``."""
        return self.of(tenant_id).exists(tenant_id)

    def files(self, tenant_id: int) -> Path:
        """See ``Stores``."""
        return self.of(tenant_id).files(tenant_id)

    def provision(self, tenant_id: int, template: Path) -> None:
        """See ``Stores``."""
        self.of(tenant_id).provision(tenant_id, template)

    def revisions(self, tenant_id: int) -> tuple[str, ...]:
        """See ``Stores``."""
        return self.of(tenant_id).revisions(tenant_id)

    def migration(self, tenant_id: int) -> AbstractContextManager[Connection]:
        """See ``Stores``."""
        return self.of(tenant_id).migration(tenant_id)

    def rewriting(self, tenant_id: int, table: str) -> AbstractContextManager[Connection]:
        """See ``Stores``."""
        return self.of(tenant_id).rewriting(tenant_id, table)

    def scrub(self, tenant_id: int) -> None:
        """See ``Stores``."""
        self.of(tenant_id).scrub(tenant_id)

    def erase(self, tenant_id: int) -> None:
        """See ``Stores``."""
        self.of(tenant_id).erase(tenant_id)

    def renew_passwords(self, tenant_ids: Collection[int]) -> None:
        """See ``Stores``; in every cell, also one that has no tenants yet."""
        for name, stores in self.cells.items():
            stores.renew_passwords([one for one in tenant_ids if self._cell_of(one) == name])

    def close(self) -> None:
        """See ``Stores``."""
        for stores in self.cells.values():
            stores.close()
