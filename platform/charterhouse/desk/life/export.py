"""Export of one tenant: everything opened, for its owner, in a form that `import_` takes back."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from charterhouse.desk.audit import note
from charterhouse.desk.life.archive import ArchiveWriter
from charterhouse.desk.life.backup import SECONDS, Progress, Written, about, count_rows
from charterhouse.desk.life.drafts import draft
from charterhouse.desk.life.rows import TABLES, as_export, read_rows
from charterhouse.records import tables as t
from charterhouse.tenancy import copies
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.store import Unit, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["LEFT_OUT", "export"]

LEFT_OUT = frozenset({"person_index", "one_time_code", "api_key"})
"""Tables that mean nothing outside: hashes under the tenant's own key, codes, keys to this house."""


def export(
    catalogue: Catalogue,
    tenant: Tenant,
    path: Path,
    *,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
) -> Written:
    """Write everything of one consistent state of the tenant, readable without this program.

    The file holds all personal data in the open, full identity numbers among them, and what staff
    sign in with: it is noted in the audit before it is begun. It appears whole or not at all.

    Args:
        catalogue: of the installation.
        tenant: whose.
        path: the file, which must not exist yet.
        actor: who does it, for the audit.
        progress: see `Progress`.

    Raises:
        ConflictError: there is such a file.
        BlobMissingError: the content of a file is missing.
        KeyDestroyedError: the tenant was erased.
        SealError: a value does not open.
    """
    with draft(path) as file, tenant_scope(tenant):
        with catalogue.changing(tenant.id, "export", actor, {"file": path.name}):
            pass
        if tenant.writable:
            # A full store does not keep its owner from leaving with it.
            with tenant_scope(copies.writable(tenant)):
                note("tenant.export", subject=str(tenant.id), actor=actor)
        archive = ArchiveWriter(file, about("export", tenant))
        with archive as writer, unit(seconds=SECONDS) as opened:
            manifest = _write(opened, writer, progress)
        size = file.tell()
    rows = sum(each["rows"] for each in manifest["tables"].values())
    return Written(path, rows, manifest["documents"]["count"], size)


def _write(opened: Unit, writer: ArchiveWriter, progress: Progress) -> dict[str, Any]:
    expected, done = count_rows(opened), 0
    names: dict[str, str] = {}
    for table in TABLES:
        if table.name in LEFT_OUT:
            continue
        for page in read_rows(opened.connection, table):
            for row in page:
                told = as_export(table, row)
                if table is t.file:
                    for column in ("content", "thumbnail"):
                        told[column] = _document(writer, names, row[column])
                writer.add_row(table.name, told)
            done += len(page)
            progress(done, expected)
        writer.end_table()
    return writer.close()


def _document(writer: ArchiveWriter, names: dict[str, str], name: str) -> str:
    """Write the content that is kept under `name`, once; return its SHA-256, its name outside."""
    if name and name not in names:
        data = current_tenant().installation.blobs.get(name)
        names[name] = sha256(data).hexdigest()
        writer.add_document(names[name], data)
    return names[name] if name else ""
