"""What all tenants of one installation share: the place of the stores, and the keys."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING

from charterhouse.tenancy.blobs import Blobs
from charterhouse.tenancy.engines.base import MigrationLimits
from charterhouse.tenancy.engines.cells import CellStores
from charterhouse.tenancy.engines.room import room_for
from charterhouse.tenancy.engines.sqlite import SqliteStores
from charterhouse.tenancy.errors import StoreOutdatedError, StoreUnavailableError
from charterhouse.tenancy.history import History
from charterhouse.tenancy.vault import KeyRing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charterhouse.config import Config
    from charterhouse.tenancy.engines.base import Stores

__all__ = ["LOCAL", "Installation"]

LOCAL = "local"
"""The cell of the files in the data folder."""

_ANY_SCHEMA = ContextVar("any_schema", default=False)


def _nothing(_tenant_id: int) -> None:
    """Tell nobody: there is no catalogue yet."""


class Installation:
    """One data folder with its configuration.

    Attributes:
        config: The configuration.
        keyring: The tenants' keys.
        stores: The tenants' stores.
        on_refusal: Called with a tenant's id when its store refused what no tenant may do.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.keyring = KeyRing(config)
        self.on_refusal: Callable[[int], None] = _nothing
        self._placed: dict[int, tuple[str, str]] = {}
        self.stores: Stores = self._make_stores()

    @cached_property
    def history(self) -> History:
        """The migrations of the tenants' stores."""
        return History(self.config.migrations_dir / "tenant")

    @cached_property
    def blobs(self) -> Blobs:
        """The contents of the tenants' files."""
        return Blobs(self.config)

    @cached_property
    def _tables(self) -> str:
        return self.history.script("postgresql")

    def place(self, store_id: int, cell: str, isolation: str) -> None:
        """Note in which cell a tenant's store is, and how it is kept apart there."""
        self._placed[store_id] = (cell, isolation)

    def _make_stores(self) -> Stores:
        root, databases = self.config.data_dir / "tenants", self.config.databases
        bounds = self.config.bounds
        migrating = MigrationLimits(bounds.migration_seconds, bounds.migration_lock_seconds)
        local = SqliteStores(
            root,
            check=self._check,
            refused=self._note_refusal,
            capacity=room_for(bounds.open_stores),
            migrating=migrating,
        )
        if not databases.names:
            return local
        try:
            from charterhouse.tenancy.engines.postgres import PostgresStores
            from charterhouse.tenancy.engines.postgres_cell import Cell
        except ImportError as error:
            raise StoreUnavailableError(
                "The driver of PostgreSQL is missing: install charterhouse[postgres]."
            ) from error

        cells: dict[str, Stores] = {LOCAL: local}
        for name in databases.names:
            url, pool_url = databases.urls.get(name, ""), databases.pool_urls.get(name, "")
            cells[name] = PostgresStores(
                Cell(name, url, self.config.derivations, pool_url=pool_url),
                root,
                check=self._check,
                tables=lambda: self._tables,
                dedicated=lambda store_id: self._placement(store_id)[1] == "dedicated",
                refused=self._note_refusal,
                connections=databases.connections,
                own_logins=databases.dedicated,
                migrating=migrating,
            )
        return CellStores(cells, lambda tenant_id: self._placement(tenant_id)[0])

    def _note_refusal(self, tenant_id: int) -> None:
        self.on_refusal(tenant_id)

    def _placement(self, tenant_id: int) -> tuple[str, str]:
        return self._placed.get(tenant_id, (LOCAL, "pooled"))

    @contextmanager
    def any_schema(self) -> Iterator[None]:
        """Open stores of every schema that this release knows, to read them as they are."""
        before = _ANY_SCHEMA.set(True)
        try:
            yield
        finally:
            _ANY_SCHEMA.reset(before)

    def _check(self, found: tuple[str, ...]) -> bool:
        served = self.history.serves(found)
        known = bool(found) and all(self.history.knows(each) for each in found)
        if not served and not (known and _ANY_SCHEMA.get()):
            raise StoreOutdatedError(
                f"The store has schema {', '.join(found) or 'none'}, this release needs "
                f"{', '.join(self.history.heads)}: run 'charterhouse migrate'."
            )
        return served
