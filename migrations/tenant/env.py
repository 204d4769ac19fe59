"""Alembic's environment for writing migrations of the tenant history.

It compares the tables in the code with a scratch store that has all migrations so far.
The platform runs migrations without it, see ``charterhouse.tenancy.history``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from alembic import context

from charterhouse.records.tables import metadata
from charterhouse.tenancy.engines.sqlite_file import SqliteFile
from charterhouse.tenancy.history import History

with tempfile.TemporaryDirectory() as folder:
    store = SqliteFile(Path(folder) / "scratch.db", create=True)
    with store.migration() as connection:
        History(Path(__file__).parent).upgrade(connection)
    with store.migration() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        context.run_migrations()
