"""Filling an empty store from an archive, of this release's schema or of an older one.

What is of an older schema goes into a file of that schema first, which is migrated and copied: so
an archive of any age can be used, into either engine.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Connection

from charterhouse.desk.errors import DeskError
from charterhouse.desk.life.archive import TOGETHER, ArchiveReader, Contents, Part, broken
from charterhouse.desk.life.backup import SECONDS, Progress
from charterhouse.desk.life.rows import TABLES, Row, as_kept, from_kept, read_rows, write_rows
from charterhouse.records import tables as t
from charterhouse.tenancy.engines.sqlite_file import SqliteFile
from charterhouse.tenancy.history import History
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.sealed_stream import SealedReader, read_head
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse.tenancy.types import to_json

__all__ = ["copy", "fill", "older_schema", "staged"]

Put = Callable[[Part], None]
Rows = Callable[[Table, Part], list[Row]]


def fill(
    tenant: Tenant, path: Path, progress: Progress
) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Fill the empty store of a tenant.

    Values stay sealed on the way, whatever the schema.

    Args:
        tenant: with the store to fill, writable.
        path: the backup.
        progress: called with (bytes of the backup read, its size).

    Returns:
        What the backup says of itself, what was put into the store as a manifest says it, and
        whether it was of an older schema.

    Raises:
        SealError: it was altered, cut off or is another tenant's.
        DeskError: it is damaged or no backup (`archive_broken`), or of a schema that this release
            does not know (`archive_schema`).
    """
    size = path.stat().st_size
    with path.open("rb") as file, tenant_scope(tenant):
        sealed = SealedReader(file, read_head(file), tenant)
        reader = ArchiveReader(sealed)
        if reader.about.get("kind") != "backup":
            raise broken("it is no backup: use import")
        schema = older_schema(tenant.installation.history, reader.about)

        def parts() -> Iterator[Part]:
            for part in reader.parts():
                yield part
                progress(file.tell(), size)
            sealed.finish()

        if schema is None:
            for part in parts():
                _put(part)
            return reader.about, reader.contents.manifest(), False
        with staged(tenant, schema, parts(), rows=_rows, put=_put) as store:
            contents = copy(store)
        contents["documents"] = reader.contents.manifest()["documents"]
        return reader.about, contents, True


def older_schema(history: History, told: Mapping[str, Any]) -> str | None:
    """The older schema of which an archive is; None for the present one.

    Args:
        history: of the tenants' stores.
        told: what the archive says of itself.

    Raises:
        DeskError: it is of a schema that this release does not know (`archive_schema`).
    """
    schema = told.get("schema")
    if schema == list(history.heads):
        return None
    if not (isinstance(schema, list) and len(schema) == 1 and history.knows(str(schema[0]))):
        raise DeskError(
            f"this {told.get('kind')} has schema {schema}, which this release does not know: use "
            "the release that made it, or a later one",
            field="file",
            code="archive_schema",
        )
    return str(schema[0])


def _put(part: Part) -> None:
    if part.name:
        current_tenant().installation.blobs.put_sealed(part.name, part.data)
        return
    table = _table(t.metadata, part.table)
    rows = _rows(table, part)
    with unit(write=True, seconds=SECONDS) as opened:
        write_rows(opened.connection, table, rows)


def _table(metadata: MetaData, name: str) -> Table:
    table = metadata.tables.get(name)
    if table is None:
        raise broken(f"there is no place for rows of {name}")
    return table


def _rows(table: Table, part: Part) -> list[Row]:
    try:
        return [from_kept(table, row) for row in part.rows]
    except (KeyError, ValueError, TypeError) as error:
        raise broken(f"a row of {part.table} is not of its form") from error


@contextmanager
def staged(
    tenant: Tenant, schema: str, parts: Iterator[Part], *, rows: Rows, put: Put
) -> Iterator[SqliteFile]:
    """A file with what the parts hold, made at an older schema and brought to the present one.

    Args:
        tenant: for whom; in scope.
        schema: the older one.
        parts: of the archive.
        rows: gives the rows of a part as a table of the older schema keeps them.
        put: puts a document in its place.
    """
    history, folder = tenant.installation.history, tenant.installation.config.data_dir
    for left in folder.glob(f".stage-{tenant.id}-*"):
        shutil.rmtree(left)
    stage = Path(tempfile.mkdtemp(prefix=f".stage-{tenant.id}-", dir=folder))
    try:
        store = SqliteFile(stage / "store.db", create=True)
        with store.migration() as connection:
            history.upgrade(connection, to=schema)
            known = MetaData()
            known.reflect(connection)
        for part in parts:
            if part.name:
                put(part)
                continue
            table = _table(known, part.table)
            with store.transaction(write=True) as connection:
                write_rows(connection, table, rows(table, part))
        with store.migration() as connection:
            history.upgrade(connection)
        yield store
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def copy(store: SqliteFile) -> dict[str, Any]:
    """Copy all rows of a file into the store of the tenant in scope; tell them as a manifest."""
    contents = Contents()
    with store.transaction(write=False) as source:
        for table in TABLES:
            for rows in _whole(source, table):
                with unit(write=True, seconds=SECONDS) as opened:
                    write_rows(opened.connection, table, rows)
                contents.add_rows(table.name, [to_json(as_kept(row)) for row in rows], b"")
    return contents.manifest()


def _whole(source: Connection, table: Table) -> Iterator[list[Row]]:
    """Pages of a table, none of which ends between rows that belong together."""
    key, kept = TOGETHER.get(table.name), list[Row]()
    for page in read_rows(source, table):
        kept += page
        if key is None:
            yield kept
            kept = []
            continue
        last = kept[-1][key]
        ready = [row for row in kept if row[key] != last]
        if ready:
            yield ready
        kept = [row for row in kept if row[key] == last]
    if kept:
        yield kept
