"""One Alembic history, loaded once and run on many stores."""

from __future__ import annotations

import hashlib
import io
import threading
from functools import partial
from typing import TYPE_CHECKING

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from charterhouse.tenancy.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from sqlalchemy.engine import Connection

__all__ = ["History"]

# Alembic's ``op`` is one object for the whole process.
_running = threading.Lock()


class History:
    """The migrations of one folder.

    Args:
        folder: The folder that holds ``versions/``.

    Raises:
        MigrationError: There is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        versions = folder / "versions"
        if not versions.is_dir():
            raise MigrationError(
                f"There are no migrations at {versions}: set CHARTERHOUSE_MIGRATIONS_DIR."
            )
        self._script = ScriptDirectory(str(folder))
        self.heads = tuple(sorted(self._script.get_heads()))
        before = (self._script.get_revision(head) for head in self.heads)
        self.served = frozenset(self.heads) | {
            name
            for revision in before
            if revision
            for name in revision._all_down_revisions  # noqa: SLF001 - the public attribute is a string or a tuple or None
        }
        self._next = frozenset(_after(head) for head in self.heads)
        self.served |= self._next
        digest = hashlib.sha256()
        for file in sorted(versions.glob("*.py")):
            digest.update(file.read_bytes())
        self.digest = digest.hexdigest()[:12]

    def current(self, connection: Connection) -> tuple[str, ...]:
        """Return the revisions which the store has now."""
        return tuple(sorted(self._context(connection).get_current_heads()))

    def upgrade(self, connection: Connection, *, to: str | None = None) -> bool:
        """Bring the store to revision ``to``, within the transaction of ``connection``.

        Args:
            connection: Of the store.
            to: A revision of this history; its heads when None.

        Returns:
            Whether there was anything to do.

        Raises:
            MigrationError: The store has revisions which this release does not know.
        """
        found = self.current(connection)
        if found == ((to,) if to else self.heads):
            return False
        unknown = [name for name in found if not self.knows(name)]
        if unknown:
            raise MigrationError(
                f"The store has revision {', '.join(unknown)} of a newer release: update first."
            )
        with _running:
            context = self._context(connection, fn=partial(self._steps, to=to or "heads"))
            with Operations.context(context):
                context.run_migrations()
        return True

    def script(self, dialect_name: str) -> str:
        """Return the statements that make an empty store, for a database of ``dialect_name``."""
        output = io.StringIO()
        opts = {"as_sql": True, "output_buffer": output, "script": self._script, "fn": self._steps}
        with _running:
            context = MigrationContext.configure(dialect_name=dialect_name, opts=opts)
            with Operations.context(context):
                context.run_migrations()
        return output.getvalue()

    def knows(self, revision: str) -> bool:
        """Return whether ``revision`` is part of this history."""
        return revision in self._script.revision_map._revision_map  # noqa: SLF001 - the public getter raises and resolves prefixes

    def serves(self, revisions: Iterable[str]) -> bool:
        """Return whether code of this release works on a store with ``revisions``.

        It does on its own schema and on the one before, because stores migrate one by one, and on
        the one after, because the next release migrates while this one serves: a migration only
        adds what the code before it does not need.
        """
        found = set(revisions)
        return found <= self.served and bool(found) == bool(self.heads)

    def is_ahead(self, revisions: Iterable[str]) -> bool:
        """Return whether ``revisions`` are those of the release after this one."""
        found = frozenset(revisions)
        return bool(found) and found <= self._next and found != frozenset(self.heads)

    def _steps(self, revision: Any, context: MigrationContext, *, to: str = "heads") -> Any:
        return self._script._upgrade_revs(to, revision)  # noqa: SLF001 - what Alembic's own upgrade command calls

    def _context(self, connection: Connection, **opts: Any) -> MigrationContext:
        return MigrationContext.configure(connection, opts={"script": self._script, **opts})


def _after(revision: str) -> str:
    """The name of the migration after this one, in a history that counts them."""
    return f"{int(revision) + 1:0{len(revision)}}" if revision.isdecimal() else revision
