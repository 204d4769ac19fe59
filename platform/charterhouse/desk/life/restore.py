"""Restore of one tenant from a backup: into a new store, proved, and only then put in use."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from charterhouse import clock
from charterhouse.desk.errors import ConflictError, DeskError
from charterhouse.desk.life.backup import SECONDS, Progress, about, back_up
from charterhouse.desk.life.filling import fill
from charterhouse.desk.life.rows import TABLES, Sum, as_kept, read_rows
from charterhouse.desk.life.tail import bring_over
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy import copies
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.engines.freezing import freeze, thaw
from charterhouse.tenancy.errors import SealError, StoreBusyError, TenancyError
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.sealed_stream import read_head
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse.tenancy.types import to_json

__all__ = [
    "After", "Restored", "give_up", "move", "prove_records", "prove_rows", "restore", "tenant_of",
]  # fmt: skip

_log = structlog.get_logger(__name__)

After = Callable[[Tenant], None]
"""Fills what a new schema has room for, in a store that was migrated."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that was put in use.

    Attributes:
        tenant: whose, as it is now.
        made_at: when the state was that it shows, in ISO 8601.
        rows: of all tables.
        documents: contents of files.
        counts: what `verify` looked at.
        closed: for how many seconds the tenant could be read and not written.
        schema: of the backup or export, where it was an older one; "" otherwise.
    """

    tenant: Tenant
    made_at: str
    rows: int
    documents: int
    counts: dict[str, int]
    closed: float = 0.0
    schema: str = ""


def tenant_of(catalogue: Catalogue, path: Path) -> Tenant:
    """The tenant of a backup.

    Raises:
        SealError: it is no backup.
        UnknownTenantError: this installation does not know the tenant.
    """
    with path.open("rb") as file:
        return catalogue.get(read_head(file).tenant_id)


def restore(
    catalogue: Catalogue,
    path: Path,
    *,
    cell: str | None = None,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
    after: After | None = None,
) -> Restored:
    """Bring a tenant to the state of a backup.

    The backup goes into a new store beside the tenant's own, which nobody writes meanwhile. The
    new one takes its place when every row is what the manifest says, every content of a file
    opens and `verify` finds no difference; otherwise everything stays as it was. Whatever
    happened since the backup is in the old store only, which rests for a week.

    Args:
        catalogue: of the installation.
        path: the backup.
        cell: where the new store is to be; in the tenant's present cell when None.
        actor: who does it, for the audit.
        progress: called with (bytes of the backup read, its size).
        after: fills what the present schema has room for, when the backup is of an older one.

    Raises:
        SealError: it is no backup, or was altered or cut off.
        UnknownTenantError: this installation does not know the tenant.
        KeyDestroyedError: the tenant, or the key of the backup, was destroyed.
        StatusError: the tenant is being made, migrated or deleted.
        StoreBusyError: another command is at work on the tenant.
        DeskError: the backup is of a later schema (`archive_schema`), or damaged
            (`archive_broken`), or what is in it contradicts itself (`store_unproved`).
    """
    tenant = tenant_of(catalogue, path)
    with copies.alone(catalogue, tenant.id):
        return _replace(catalogue, tenant, path, "restore", cell, actor, progress, after)


def move(
    catalogue: Catalogue,
    tenant: Tenant,
    cell: str,
    *,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
) -> Restored:
    """Move a tenant's store to another cell.

    It is copied, and the copy proved, while the tenant is in use. Then it can be read and not
    written until what happened since is in the copy too. The old store is frozen before that, so
    that whoever still writes it fails instead of being lost. It rests, frozen, for a week.

    Args:
        catalogue: of the installation.
        tenant: whose.
        cell: where to.
        actor: who does it, for the audit.
        progress: called with (steps done, steps in all), thrice from the beginning.

    Raises:
        ConflictError: it is there already, or was migrated meanwhile.
        StoreMissingError: there is no store, or the cell has no address here.
        OSError: the data folder has no room for a copy.
        The same as `restore`.
    """
    tenant = catalogue.get(tenant.id)
    if tenant.cell == cell:
        raise ConflictError(f"{tenant.slug} is in {cell} already", field="cell")
    folder = Path(
        tempfile.mkdtemp(prefix=f".move-{tenant.id}-", dir=catalogue.installation.config.data_dir)
    )
    try:
        with copies.alone(catalogue, tenant.id):
            _clear(catalogue, tenant, but=folder)
            if catalogue.get(tenant.id).status == "moving":
                # It is used as before while it is copied anew.
                _take_back(catalogue, tenant.id, actor)
            return _replace(catalogue, tenant, folder / "backup", "move", cell, actor, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give_up(catalogue: Catalogue, tenant: Tenant, *, actor: str = "system") -> Tenant:
    """End a restore or move that broke off: the tenant is used again as it was before.

    Raises:
        StoreBusyError: Another command is at work on the tenant, or a store is in use or away: the
            tenant stays closed for writing, call again.
    """
    with copies.alone(catalogue, tenant.id):
        _clear(catalogue, tenant)
        _take_back(catalogue, tenant.id, actor)
        return catalogue.get(tenant.id)


def _clear(catalogue: Catalogue, tenant: Tenant, *, but: Path | None = None) -> None:
    """Remove the files that commands which were killed have left of a tenant."""
    for sort in ("move", "stage"):
        for left in catalogue.installation.config.data_dir.glob(f".{sort}-{tenant.id}-*"):
            if left != but:
                shutil.rmtree(left)


def _replace(
    catalogue: Catalogue,
    tenant: Tenant,
    path: Path,
    purpose: str,
    cell: str | None,
    actor: str,
    progress: Progress,
    after: After | None = None,
) -> Restored:
    source, stores = catalogue.get(tenant.id), catalogue.installation.stores
    old = source.store_id
    try:
        copy = copies.begin(catalogue, tenant.id, purpose, cell=cell, actor=actor)
        moved = purpose == "move"
        if moved:
            about("backup", source)
            back_up(catalogue, source, path, actor=actor, progress=progress)
        else:
            began = _close(catalogue, copy, actor)
            _freeze_what_is_left(catalogue, old)
        told, contents, older = fill(copy.tenant, path, progress)
        prove_rows(copy.tenant, contents)
        if older and after is not None:
            after(copy.tenant)
        found = prove_records(copy.tenant)
        made_at, rows = told["made_at"], sum(each["rows"] for each in contents["tables"].values())
        if moved:
            began = _close(catalogue, copy, actor)
            about("backup", source)
            freeze(stores, old)
            made_at, rows = clock.now().isoformat(), bring_over(source, copy.tenant, progress)
        now = copies.finish(catalogue, copy, actor=actor)
    except BaseException:
        # What is in use or away just now keeps the tenant closed for writing until `give_up`.
        with suppress(StoreBusyError):
            _take_back(catalogue, tenant.id, actor)
        raise
    closed = time.monotonic() - began
    schema = told["schema"][0] if older else ""
    return Restored(now, made_at, rows, contents["documents"]["count"], found, closed, schema)


def _close(catalogue: Catalogue, copy: copies.Copy, actor: str) -> float:
    """Close the tenant for writing; return when that began, by the monotonic clock."""
    began = time.monotonic()
    copies.close(catalogue, copy, actor=actor)
    return began


def _take_back(catalogue: Catalogue, tenant_id: int, actor: str) -> None:
    """Let the tenant use its store again and remove the copy, unless that took its place already."""
    stores, spares = catalogue.installation.stores, copies.spares(catalogue, tenant_id)
    if not any(one.state == "filling" for one in spares):
        return
    store_id = catalogue.get(tenant_id).store_id
    try:
        if stores.exists(store_id):
            thaw(stores, store_id)
    except StoreBusyError:
        # Open and frozen it would take nothing, and no command would be left to thaw it.
        raise
    except (TenancyError, SQLAlchemyError, sqlite3.Error) as error:
        # Its loss may be why one restores.
        _log.warning("store_not_thawed", store=store_id, problem=str(error))
    copies.discard(catalogue, tenant_id, actor=actor)


def _freeze_what_is_left(catalogue: Catalogue, store_id: int) -> None:
    """Close the old store for writing, if it is one still: its loss may be why one restores."""
    with suppress(TenancyError, SQLAlchemyError, sqlite3.Error):
        if catalogue.installation.stores.exists(store_id):
            freeze(catalogue.installation.stores, store_id)


def prove_rows(tenant: Tenant, contents: dict[str, Any]) -> None:
    """See that a filled store holds what was put into it.

    Args:
        tenant: with the store to prove.
        contents: that, as a manifest says it.

    Raises:
        DeskError: something differs (`store_unproved`).
    """
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        kept = {}
        for table in TABLES:
            total = Sum()
            for page in read_rows(opened.connection, table):
                for row in page:
                    total.add(to_json(as_kept(row)))
            if total.rows:
                kept[table.name] = (total.rows, total.digest)
    told = {name: (each["rows"], each["sum"]) for name, each in contents["tables"].items()}
    if kept != told:
        names = sorted(n for n in kept.keys() | told.keys() if kept.get(n) != told.get(n))
        raise _unproved([f"{name} is not what the archive holds" for name in names])


def prove_records(tenant: Tenant) -> dict[str, int]:
    """See that the files of a store open and that `verify` finds no difference.

    Returns:
        What `verify` looked at, by kind.

    Raises:
        DeskError: something differs (`store_unproved`).
    """
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        unreadable = _unreadable(
            row for page in read_rows(opened.connection, t.file) for row in page
        )
        adopted = opened.connection.execute(select(t.version.c.number).limit(1)).first()
    if unreadable:
        raise _unproved(unreadable)
    if adopted is None:
        return {}  # Without a charter nothing was ever decided.
    found = verify_tenant(tenant)
    if not found.clean:
        raise _unproved([str(each) for each in found.differences])
    return dict(found.counts)


def _unreadable(files: Iterable[dict[str, Any]]) -> list[str]:
    blobs, found = current_tenant().installation.blobs, []
    for row in files:
        for name in {row["content"], row["thumbnail"]} - {""}:
            try:
                blobs.get(name)
            except (SealError, TenancyError):
                found.append(f"the content of file {row['id']} does not open")
    return found


def _unproved(differences: list[str]) -> DeskError:
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return DeskError(
        f"what was restored is not in order and was not put in use: {differences[0]}{more}",
        field="file",
        code="store_unproved",
    )
