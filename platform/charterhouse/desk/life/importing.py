"""Import: a tenant made of an export, with keys of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Table

from charterhouse.desk.errors import ConflictError, DeskError
from charterhouse.desk.life.archive import ArchiveReader, Part, broken
from charterhouse.desk.life.backup import SECONDS, Progress
from charterhouse.desk.life.export import LEFT_OUT
from charterhouse.desk.life.filling import copy, older_schema, staged
from charterhouse.desk.life.restore import After, Restored, prove_records, prove_rows
from charterhouse.desk.life.rows import (
    TABLES,
    Row,
    Sum,
    as_export,
    from_export,
    read_rows,
    with_meaning,
    write_rows,
)
from charterhouse.desk.people import index_person, open_person
from charterhouse.plugins.registry import registry
from charterhouse.records import tables as t
from charterhouse.tenancy import copies
from charterhouse.tenancy.blobs import blob_name_of
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import template_store
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse.tenancy.types import to_json

__all__ = ["import_", "read_about"]


def read_about(path: Path) -> dict[str, Any]:
    """What an export says of itself.

    Raises:
        DeskError: it is no export (`archive_broken`) or of another format (`archive_format`).
    """
    with path.open("rb") as file:
        told = ArchiveReader(file).about
    if told.get("kind") != "export" or not isinstance(told.get("tenant"), dict):
        raise broken("it is no export: a backup is for restore")
    return told


def import_(
    catalogue: Catalogue,
    path: Path,
    *,
    slug: str | None = None,
    cell: str | None = None,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
    after: After | None = None,
) -> Restored:
    """Make a tenant of an export, of this release or of an older one.

    It opens for use when every row is what the manifest says and `verify` finds no difference.
    What broke off is begun anew by the same call. Keys of the API and addresses of webhooks hold
    the tenant's own public key, which is a new one: they have to be made again.

    Args:
        catalogue: of the installation.
        path: the export.
        slug: the tenant's name in addresses; that of the export when None.
        cell: where its store is to be; the first with room when None.
        actor: who does it, for the audit.
        progress: called with (bytes of the export read, its size).
        after: fills what the present schema has room for, when the export is of an older one.

    Raises:
        ConflictError: the slug is taken by a tenant in use.
        CatalogueError: what the export says of its tenant cannot be.
        CharterUnavailableError: its charter is not installed.
        StoreBusyError: another command is at work on the tenant.
        DeskError: the export is damaged (`archive_broken`), of a later schema (`archive_schema`),
            or what is in it contradicts itself (`store_unproved`).
    """
    told = read_about(path)
    older = older_schema(catalogue.installation.history, told)
    # What is there now has to fit in, whatever the tenant's limit.
    tenant = copies.writable(_enter(catalogue, told["tenant"], slug, cell, actor))
    with copies.alone(catalogue, tenant.id):
        if catalogue.get(tenant.id).status != "provisioning":
            raise ConflictError(f"the address {tenant.slug} is taken", field="slug")
        stores = catalogue.installation.stores
        stores.erase(tenant.store_id)
        stores.provision(tenant.store_id, template_store(catalogue.installation))
        if older is None:
            contents = _fill(tenant, path, progress)
            _prove(tenant, contents)
        else:
            contents = _fill_from_older(tenant, older, path, progress)
            if after is not None:
                after(tenant)
        found = prove_records(tenant)
        now = catalogue.activate(tenant.id, actor=actor)
    rows = sum(each["rows"] for each in contents["tables"].values())
    return Restored(
        now, told["made_at"], rows, contents["documents"]["count"], found, schema=older or ""
    )


def _enter(
    catalogue: Catalogue, told: Mapping[str, Any], slug: str | None, cell: str | None, actor: str
) -> Tenant:
    """The entry of the tenant to be: a new one, or that of an import that broke off."""
    name = slug or str(told.get("slug", ""))
    known = catalogue.by_slug(name)
    if known is not None and known.status != "provisioning":
        raise ConflictError(f"the address {name} is taken: give another", field="slug")
    if known is not None and cell not in {None, known.cell}:
        raise ConflictError(
            f"what broke off of {name} is in {known.cell}: go on there, or close and erase it first",
            field="cell",
        )
    try:
        fields = {each: told[each] for each in ("name_zh", "name_en", "charter", "timezone")}
        plugins, limits = list(told["plugins"]), dict(told["limits"])
    except (KeyError, TypeError, ValueError) as error:
        raise broken("about.json does not tell of a tenant") from error
    registry().charter(fields["charter"])
    if known is None:
        made = catalogue.create(slug=name, limits=limits, cell=cell, actor=actor, **fields)
    else:
        made = catalogue.change(known.id, limits=limits, actor=actor, **fields)
    for plugin in plugins:
        made = catalogue.set_plugin(made.id, plugin, enabled=True, actor=actor)
    return made


def _fill(tenant: Tenant, path: Path, progress: Progress) -> dict[str, Any]:
    with path.open("rb") as file, tenant_scope(tenant):
        reader = ArchiveReader(file)
        for part in _parts(reader, file, progress):
            if part.name:
                _put_document(part)
            else:
                _put_rows(part)
        return reader.contents.manifest()


def _fill_from_older(tenant: Tenant, schema: str, path: Path, progress: Progress) -> dict[str, Any]:
    """Fill the store by way of a file of an older schema; prove it row by row."""
    with path.open("rb") as file, tenant_scope(tenant):
        reader = ArchiveReader(file)
        parts = _parts(reader, file, progress)
        with staged(tenant, schema, parts, rows=_older_rows, put=_put_document) as store:
            contents = copy(store)
        contents["documents"] = reader.contents.manifest()["documents"]
        prove_rows(tenant, contents)
        with unit(write=True, seconds=SECONDS) as opened:
            for page in read_rows(opened.connection, t.person):
                _index(page)
    return contents


def _parts(reader: ArchiveReader, file: IO[bytes], progress: Progress) -> Iterator[Part]:
    size = os.fstat(file.fileno()).st_size
    for part in reader.parts():
        yield part
        progress(file.tell(), size)


def _put_document(part: Part) -> None:
    if sha256(part.data).hexdigest() != part.name:
        raise broken(f"document {part.name} is not what its name says")
    current_tenant().installation.blobs.put(part.data)


def _put_rows(part: Part) -> None:
    table = t.metadata.tables.get(part.table)
    if table is None:
        raise broken(f"there is no place for rows of {part.table}")
    rows = _rows(table, part)
    with unit(write=True, seconds=SECONDS) as opened:
        write_rows(opened.connection, table, rows)
        if table is t.person:
            _index(rows)


def _older_rows(table: Table, part: Part) -> list[Row]:
    return _rows(with_meaning(table), part)


def _rows(table: Table, part: Part) -> list[Row]:
    if part.table in LEFT_OUT:
        raise broken(f"there is no place for rows of {part.table}")
    try:
        return [from_export(table, _inside(part.table, row)) for row in part.rows]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise broken(f"a row of {part.table} is not of its form") from error


def _index(people: Iterable[Row]) -> None:
    for row in people:
        index_person(row["id"], open_person(row["id"], row["sealed"]))


def _inside(table: str, row: Row) -> Row:
    """A row with its documents under the names that they have in this tenant."""
    if table != t.file.name:
        return row
    named = {each: blob_name_of(row[each]) if row[each] else "" for each in _DOCUMENTS}
    return {**row, **named}


_DOCUMENTS = ("content", "thumbnail")


def _prove(tenant: Tenant, contents: Mapping[str, Any]) -> None:
    """See that the store, opened again, tells what the export told; documents are proved apart."""
    kept: dict[str, tuple[int, str]] = {}
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        for table in TABLES:
            if table.name in LEFT_OUT or table is t.file:
                continue
            total = Sum()
            for page in read_rows(opened.connection, table):
                for row in page:
                    total.add(to_json(as_export(table, row)))
            if total.rows:
                kept[table.name] = (total.rows, total.digest)
    for name, each in contents["tables"].items():
        if name != t.file.name and kept.get(name) != (each["rows"], each["sum"]):
            raise DeskError(
                f"what was imported is not in order and was not put in use: {name} is not what "
                "the export holds",
                field="file",
                code="store_unproved",
            )
