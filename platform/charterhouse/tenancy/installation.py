"""What all tenants of one installation share: the place of the stores, and the keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from charterhouse.tenancy.blobs import Blobs
from charterhouse.tenancy.engines.sqlite import SqliteStores
from charterhouse.tenancy.errors import StoreOutdatedError
from charterhouse.tenancy.history import History
from charterhouse.tenancy.vault import KeyRing

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.tenancy.engines.base import Stores

__all__ = ["Installation"]


class Installation:
    """One data folder with its configuration.

    Attributes:
        config: The configuration.
        keyring: The tenants' keys.
        stores: The tenants' stores.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.keyring = KeyRing(config)
        self.stores: Stores = SqliteStores(config.data_dir / "tenants", check=self._check)

    @cached_property
    def history(self) -> History:
        """The migrations of the tenants' stores."""
        return History(self.config.migrations_dir / "tenant")

    @cached_property
    def blobs(self) -> Blobs:
        """The contents of the tenants' files."""
        return Blobs(self.config)

    def _check(self, found: tuple[str, ...]) -> None:
        if not self.history.serves(found):
            raise StoreOutdatedError(
                f"The store has schema {', '.join(found) or 'none'}, this release needs "
                f"{', '.join(self.history.heads)}: run 'charterhouse tenant migrate'."
            )
