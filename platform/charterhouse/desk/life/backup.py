"""Backup of one tenant: everything as it is kept, in one file that only the tenant's key opens."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, func, select

from charterhouse import clock
from charterhouse.desk.errors import ConflictError
from charterhouse.desk.life.archive import ArchiveWriter
from charterhouse.desk.life.drafts import draft
from charterhouse.desk.life.rows import TABLES, as_kept, read_rows
from charterhouse.records import tables as t
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.engines.sqlite_file import SqliteFile
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.sealed_stream import SealedWriter
from charterhouse.tenancy.store import Unit, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["SECONDS", "Progress", "Written", "about", "back_up", "count_rows"]

Progress = Callable[[int, int], None]
"""Called with (rows and documents done, expected in all)."""

SECONDS = 24 * 3600.0
"""The longest that a pass over a whole store may take."""

_ENGINES_OWN = frozenset({"alembic_version", "imbalance"})
"""Tables of a file that hold nothing of the tenant: its revision, and the sums of a transaction."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written.

    Attributes:
        path: where.
        rows: of all tables.
        documents: contents of files.
        size: in bytes.
    """

    path: Path
    rows: int
    documents: int
    size: int


def back_up(
    catalogue: Catalogue,
    tenant: Tenant,
    path: Path,
    *,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
) -> Written:
    """Write a backup of one consistent state of the tenant; writers go on meanwhile.

    A store of an older schema, because its migration failed, is written as it is: who restores
    it brings it to the schema of the release that does. The file appears whole or not at all: what broke off is begun anew by the same call.

    Args:
        catalogue: of the installation.
        tenant: whose.
        path: the file, which must not exist yet.
        actor: who does it, for the audit.
        progress: see `Progress`.

    Raises:
        ConflictError: there is such a file, or the store is of a schema that this release does not
            know, or was migrated meanwhile.
        BlobMissingError: the content of a file is missing.
        KeyDestroyedError: the tenant was erased.
    """
    installation = tenant.installation
    with draft(path) as file, tenant_scope(tenant), installation.any_schema():
        sealed = SealedWriter(file, tenant)
        told = about("backup", tenant, older=True)
        archive, tables = ArchiveWriter(sealed, told), _tables(tenant, told["schema"])
        with archive as writer, unit(seconds=SECONDS) as opened:
            expected = count_rows(opened, tables)
            # From the first look on, this unit sees one state.
            if list(installation.stores.revisions(tenant.store_id)) != told["schema"]:
                raise ConflictError(
                    f"{tenant.slug} is being migrated: try again", code="archive_schema"
                )
            manifest = _write(opened, writer, tables, expected, progress)
        sealed.close()
        size = file.tell()
    detail = {"file": path.name, "bytes": size}
    with catalogue.changing(tenant.id, "backup", actor, detail):
        pass
    rows = sum(each["rows"] for each in manifest["tables"].values())
    return Written(path, rows, manifest["documents"]["count"], size)


def about(kind: str, tenant: Tenant, *, older: bool = False) -> dict[str, Any]:
    """What `about.json` says of an archive of this kind.

    Args:
        kind: `backup` or `export`.
        tenant: whose.
        older: whether the store may be of an older schema.

    Raises:
        ConflictError: the store is not of this release's schema.
    """
    history = tenant.installation.history
    schema = tenant.installation.stores.revisions(tenant.store_id)
    if schema != history.heads and not (older and len(schema) == 1 and history.knows(schema[0])):
        raise ConflictError(
            f"the store of {tenant.slug} has schema {', '.join(schema)}: migrate it first, or do it "
            "with the release that served it",
            code="archive_schema",
        )
    return {
        "kind": kind,
        "schema": list(schema),
        "made_at": clock.now().isoformat(),
        "tenant": {
            "id": str(tenant.id),
            "slug": tenant.slug,
            "name_zh": tenant.name_zh,
            "name_en": tenant.name_en,
            "timezone": tenant.timezone,
            "charter": tenant.charter,
            "plugins": sorted(tenant.plugins),
            "limits": dict(tenant.limits),
        },
    }


def count_rows(opened: Unit, tables: Iterable[Table] = TABLES) -> int:
    """How many rows a store has in all."""
    counts = (select(func.count()).select_from(each) for each in tables)
    return sum(opened.connection.execute(each).scalar_one() for each in counts)


def _tables(tenant: Tenant, schema: Sequence[str]) -> tuple[Table, ...]:
    """The tables of a store, those that others lead to first."""
    history = tenant.installation.history
    if tuple(schema) == history.heads:
        return TABLES
    known = MetaData()
    with tempfile.TemporaryDirectory(dir=tenant.installation.config.data_dir) as folder:
        pattern = SqliteFile(Path(folder) / "pattern.db", create=True)
        with pattern.migration() as connection:
            history.upgrade(connection, to=schema[0])
            known.reflect(connection)
    return tuple(each for each in known.sorted_tables if each.name not in _ENGINES_OWN)


def _write(
    opened: Unit,
    writer: ArchiveWriter,
    tables: Iterable[Table],
    expected: int,
    progress: Progress,
) -> dict[str, Any]:
    blobs, seen, done = current_tenant().installation.blobs, set[str](), 0
    for table in tables:
        for page in read_rows(opened.connection, table):
            for row in page:
                writer.add_row(table.name, as_kept(row))
                if table.name == t.file.name:
                    for name in {row["content"], row["thumbnail"]} - seen - {""}:
                        seen.add(name)
                        writer.add_document(name, blobs.sealed(name))
            done += len(page)
            progress(done, expected)
        writer.end_table()
    return writer.close()
