"""What every engine gives to the floor above it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy.engine import Connection, Dialect

    from charterhouse.tenancy.tenant import Tenant

__all__ = ["FROZEN", "MAX_STORE_MIB", "MigrationLimits", "Opened", "Stores", "max_mib"]

FROZEN = "the store is frozen"
"""What a frozen store says to whoever writes."""

MAX_STORE_MIB = 1024
"""The size at which a store counts as full, where the tenant's limits say nothing else."""


def max_mib(tenant: Tenant) -> int:
    """Return the size in MiB at which a tenant's store counts as full."""
    return int(tenant.limits.get("max_store_mib", MAX_STORE_MIB))


@dataclass(frozen=True, slots=True)
class MigrationLimits:
    """How much time a migration of one store has.

    Attributes:
        seconds: For a statement in PostgreSQL, and for the whole in a file.
        lock_seconds: To wait for those who use the store; in PostgreSQL readers of the same table
            queue behind it meanwhile.
    """

    seconds: float = 600.0
    lock_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A transaction that an engine has begun.

    Attributes:
        driver: The driver's connection.
        dialect: SQLAlchemy's, by which statements are compiled for it.
        connection: Gives SQLAlchemy's connection above it, the same one each time.
        meaning: Gives our error for an error of the driver, or the same error.
        together: Gives a block for statements whose answers are awaited at its end, all in one
            round trip where the engine can.
    """

    driver: Any
    dialect: Dialect
    connection: Callable[[], Connection]
    meaning: Callable[[BaseException], BaseException]
    together: Callable[[], AbstractContextManager[Any]] = nullcontext


class Stores(Protocol):
    """The stores of all tenants of one kind of cell."""

    def ready(self) -> None:
        """See that the stores may serve; called at the start.

        Raises:
            StoreUnavailableError: They do not answer.
            UnsafeStoreError: A known way out of a tenant's store is open.
        """
        ...

    def transaction(
        self, tenant: Tenant, *, write: bool, seconds: float | None
    ) -> AbstractContextManager[Opened]:
        """Begin a transaction; commit at the end of the block, roll back on an error."""
        ...

    def exists(self, tenant_id: int) -> bool:
        """Return whether the tenant has a store."""
        ...

    def files(self, tenant_id: int) -> Path:
        """Return the folder of the tenant's files, which may not exist yet."""
        ...

    def provision(self, tenant_id: int, template: Path) -> None:
        """Make the tenant's store from ``template``, wholly or not at all; twice is once."""
        ...

    def revisions(self, tenant_id: int) -> tuple[str, ...]:
        """Return the revisions of the tenant's schema, sorted."""
        ...

    def migration(self, tenant_id: int) -> AbstractContextManager[Connection]:
        """Begin a transaction that may change the schema; commit or roll back at its end."""
        ...

    def rewriting(self, tenant_id: int, table: str) -> AbstractContextManager[Connection]:
        """Begin a transaction in which rows of ``table`` may be changed, be it history or not.

        For sealing values anew, and for nothing that changes what they say.
        """
        ...

    def scrub(self, tenant_id: int) -> None:
        """Leave no trace of rows that were removed, as far as the engine can.

        Raises:
            StoreBusyError: Others used the store without a pause: try again.
        """
        ...

    def erase(self, tenant_id: int) -> None:
        """Remove the store and the files of a tenant for good."""
        ...

    def renew_passwords(self, tenant_ids: Collection[int]) -> None:
        """Give logins passwords of the present master key, where the engine has logins.

        Args:
            tenant_ids: Stores that have one of their own.

        Raises:
            StoreUnavailableError: A database does not answer, or this process may only serve it.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
