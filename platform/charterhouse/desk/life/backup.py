"""Backup of one tenant: everything as it is kept, in one file that only the tenant's key opens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from charterhouse import clock
from charterhouse.desk.errors import ConflictError
from charterhouse.desk.life.archive import ArchiveWriter
from charterhouse.desk.life.rows import TABLES, as_kept, read_rows
from charterhouse.records import tables as t
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.sealed_stream import SealedWriter
from charterhouse.tenancy.store import Unit, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["SECONDS", "Progress", "Written", "about", "back_up", "count_rows", "draft"]

Progress = Callable[[int, int], None]
"""Called with (rows and documents done, expected in all)."""

SECONDS = 24 * 3600.0
"""The longest that a pass over a whole store may take."""


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

    The file appears whole or not at all: what broke off is begun anew by the same call.

    Args:
        catalogue: of the installation.
        tenant: whose.
        path: the file, which must not exist yet.
        actor: who does it, for the audit.
        progress: see `Progress`.

    Raises:
        ConflictError: there is such a file, or the store is not of this release's schema.
        BlobMissingError: the content of a file is missing.
        KeyDestroyedError: the tenant was erased.
    """
    with draft(path) as file, tenant_scope(tenant):
        sealed = SealedWriter(file, tenant)
        archive = ArchiveWriter(sealed, about("backup", tenant))
        with archive as writer, unit(seconds=SECONDS) as opened:
            manifest = _write(opened, writer, progress)
        sealed.close()
        size = file.tell()
    detail = {"file": path.name, "bytes": size}
    with catalogue.changing(tenant.id, "backup", actor, detail):
        pass
    rows = sum(each["rows"] for each in manifest["tables"].values())
    return Written(path, rows, manifest["documents"]["count"], size)


def about(kind: str, tenant: Tenant) -> dict[str, Any]:
    """What `about.json` says of an archive of this kind.

    Raises:
        ConflictError: the store is not of this release's schema.
    """
    schema = tenant.installation.stores.revisions(tenant.store_id)
    if schema != tenant.installation.history.heads:
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


def count_rows(opened: Unit) -> int:
    """How many rows a store has in all."""
    counts = (select(func.count()).select_from(each) for each in TABLES)
    return sum(opened.connection.execute(each).scalar_one() for each in counts)


@contextmanager
def draft(path: Path) -> Iterator[IO[bytes]]:
    """A file, its owner's alone, that gets its name when it is whole and on the disk.

    Raises:
        ConflictError: there is such a file.
    """
    if path.exists():
        raise ConflictError(
            f"{path} is there already: name another file", field="file", code="file_exists"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _write(opened: Unit, writer: ArchiveWriter, progress: Progress) -> dict[str, Any]:
    expected, done = count_rows(opened), 0
    blobs, seen = current_tenant().installation.blobs, set[str]()
    for table in TABLES:
        for page in read_rows(opened.connection, table):
            for row in page:
                writer.add_row(table.name, as_kept(row))
                if table is t.file:
                    for name in {row["content"], row["thumbnail"]} - seen - {""}:
                        seen.add(name)
                        writer.add_document(name, blobs.sealed(name))
            done += len(page)
            progress(done, expected)
        writer.end_table()
    return writer.close()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
