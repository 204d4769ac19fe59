"""What both places of the catalogue give to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import Connection

__all__ = ["Database"]


class Database(Protocol):
    """The database of the catalogue."""

    def transaction(self, *, write: bool) -> AbstractContextManager[Connection]:
        """Begin a transaction; commit at the end of the block, roll back on an error.

        Those that write take turns: what one reads stays true until it commits.

        Raises:
            CatalogueUnavailableError: It does not answer, or takes no changes.
        """
        ...

    def migration(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that may change the schema."""
        ...

    def alone(self, tenant_id: int) -> AbstractContextManager[None]:
        """Keep other commands from a tenant, until this one ends or dies.

        Raises:
            StoreBusyError: Another command is at work on it.
        """
        ...

    def scrub(self) -> None:
        """Overwrite what was removed."""
        ...

    def renew_password(self) -> None:
        """Give the login a password of the present master key, where it has one.

        Raises:
            CatalogueUnavailableError: It does not answer, or this process may only serve.
        """
        ...

    def close(self) -> None:
        """Close every idle connection."""
        ...
