"""The catalogue in a file of the data folder, for the processes of one machine."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from charterhouse.tenancy import errors, models
from charterhouse.tenancy.engines.sqlite_file import SqliteFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

__all__ = ["CatalogueFile"]


class CatalogueFile(SqliteFile):
    """The file of the catalogue, which takes no changes once it was moved to a database.

    Args:
        path: The file; made when missing, its owner's alone.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, create=True, keep=True)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """Begin a transaction; see ``Database``.

        Raises:
            CatalogueUnavailableError: The catalogue is being moved, or was.
        """
        with super().transaction(write=write) as connection:
            if write and connection.execute(models.state.select()).one().moved is not None:
                raise errors.CatalogueUnavailableError(
                    "The catalogue was moved to a database: start this process again."
                )
            yield connection

    @contextmanager
    def alone(self, tenant_id: int) -> Iterator[None]:
        """Lock a file named after the tenant; see ``Database``."""
        folder = self.path.parent / "locks"
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder / f"t{tenant_id}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise errors.StoreBusyError(
                    "Another command is at work on this tenant: wait until it has ended."
                ) from error
            yield
        finally:
            os.close(handle)

    def renew_password(self) -> None:
        """Do nothing: a file has no login; see ``Database``."""

    def close(self) -> None:
        """Close every idle connection."""
        self._engine.dispose()
