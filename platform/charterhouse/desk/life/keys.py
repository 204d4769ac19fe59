"""New keys while a tenant is in use: everything is sealed anew, a page at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Table, column, func, select, update
from sqlalchemy import table as light_table
from sqlalchemy.engine import Connection

from charterhouse.desk.errors import ConflictError
from charterhouse.desk.life.backup import SECONDS, Progress
from charterhouse.desk.life.rows import TABLES, sealed_columns
from charterhouse.records import tables as t
from charterhouse.tenancy import copies, models
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["Renewed", "drop_older_keys", "renew_data_key", "rewrap_keys", "seal_anew"]

_PAGE = 200
_PAGE_OF_FILES = 4


@dataclass(frozen=True, slots=True)
class Renewed:
    """What was sealed anew.

    Attributes:
        version: of the data key with which all is sealed now.
        values: sealed anew in tables.
        documents: sealed anew.
    """

    version: int
    values: int
    documents: int


def renew_data_key(
    catalogue: Catalogue,
    tenant: Tenant,
    *,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
) -> Renewed:
    """Give a tenant a new data key and seal everything with it; it is in use meanwhile.

    When an earlier call broke off, it is finished instead, without another key. Older keys stay, so that backups made with them open; see
    `drop_older_keys`.

    Raises:
        KeyDestroyedError: the tenant was erased.
        SealError: a value does not open.
        StoreBusyError: another command is at work on the tenant.
        BlobsUnavailableError: the place of documents does not answer; call again.
    """
    with copies.alone(catalogue, tenant.id):
        if not _unfinished(catalogue, catalogue.get(tenant.id)):
            catalogue.add_data_key(tenant.id, actor=actor)
        # By now every process must know the key with which it will have to open.
        time.sleep(copies.SETTLE_SECONDS)
        return seal_anew(catalogue, catalogue.get(tenant.id), actor=actor, progress=progress)


def seal_anew(
    catalogue: Catalogue,
    tenant: Tenant,
    *,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
) -> Renewed:
    """Seal with the tenant's newest key what an older one sealed; call again if it breaks off."""
    version = tenant.installation.keyring.newest(tenant, "data")
    with tenant_scope(tenant):
        expected, done, values = _expected(), 0, 0
        for table in TABLES:
            if not sealed_columns(table):
                continue
            last: Any = None
            while True:
                seen, renewed, last = _page(tenant, table, last)
                done, values = done + seen, values + renewed
                progress(done, expected)
                if last is None:
                    break
        documents = 0
        for name, _ in tenant.installation.blobs.names():
            documents += tenant.installation.blobs.renew(name)
            done += 1
            progress(done, expected)
    detail = {"version": version, "values": values, "documents": documents}
    with catalogue.changing(tenant.id, "seal anew", actor, detail):
        pass
    return Renewed(version, values, documents)


def drop_older_keys(catalogue: Catalogue, tenant: Tenant, *, actor: str = "system") -> Tenant:
    """Destroy the data keys that nothing in use needs: backups made with them open no more.

    Raises:
        ConflictError: values that they sealed are left; renew the key first.
        StoreBusyError: another command is at work on the tenant.
    """
    with copies.alone(catalogue, tenant.id):
        now = catalogue.get(tenant.id)
        time.sleep(copies.SETTLE_SECONDS)
        if _left(now):
            raise ConflictError(
                f"some of {now.slug} is sealed with an older key: renew the key first",
                code="keys_needed",
            )
        now = catalogue.drop_older_data_keys(now.id, actor=actor)
        catalogue.database.scrub()
        return now


def rewrap_keys(
    catalogue: Catalogue,
    *,
    actor: str = "system",
    progress: Progress = lambda _done, _expected: None,
) -> int:
    """Wrap the keys of all tenants with the present wrapper; return of how many tenants.

    Nothing that they sealed changes. Call again if it breaks off.

    Raises:
        OSError: the key service does not answer.
        SealError: a key does not open with any wrapper that is configured.
    """
    tenants = catalogue.list()
    changed = 0
    for number, tenant in enumerate(tenants, 1):
        changed += catalogue.rewrap_keys(tenant.id, actor=actor)
        progress(number, len(tenants))
    catalogue.take_master_key(actor=actor)
    return changed


def _expected() -> int:
    with unit(seconds=SECONDS) as opened:
        counts = (select(func.count()).select_from(each) for each in TABLES if sealed_columns(each))
        return sum(opened.connection.execute(each).scalar_one() for each in counts)


def _page(tenant: Tenant, table: Table, last: Any) -> tuple[int, int, Any]:
    """Seal a page anew: rows seen, values changed, and the last key, None at the end."""
    stores = tenant.installation.stores
    if table in t.HISTORY:
        with stores.rewriting(tenant.store_id, table.name) as connection:
            return _renew(connection, table, last)
    with tenant_scope(copies.writable(tenant)), unit(write=True) as opened:
        return _renew(opened.connection, table, last)


def _renew(connection: Connection, table: Table, last: Any) -> tuple[int, int, Any]:
    seals = sealed_columns(table)
    (key,) = (each.name for each in table.primary_key)
    light = light_table(table.name, *[column(each) for each in (key, *seals)])
    big = any(isinstance(table.c[each].type, LargeBinary) for each in seals)
    size = _PAGE_OF_FILES if big else _PAGE
    query = select(light).order_by(light.c[key]).limit(size)
    if last is not None:
        query = query.where(light.c[key] > last)
    rows = connection.execute(query).all()
    changed = 0
    for row in rows:
        found = row._asdict()
        values = {
            name: seal.renew(found[key], found[name])
            for name, seal in seals.items()
            if found[name] and seal.outdated(found[name])
        }
        if values:
            connection.execute(update(light).where(light.c[key] == found[key]).values(values))
            changed += len(values)
    return len(rows), changed, rows[-1]._asdict()[key] if len(rows) == size else None


def _unfinished(catalogue: Catalogue, tenant: Tenant) -> bool:
    """Whether not everything was sealed with the newest key since there is one."""
    version, table = tenant.installation.keyring.newest(tenant, "data"), models.audit
    query = select(table.c.detail).where(
        table.c.tenant_id == tenant.id, table.c.action == "seal anew"
    )
    with catalogue.database.transaction(write=False) as connection:
        told = connection.execute(query).scalars().all()
    return version > 1 and all(each.get("version") != version for each in told)


def _left(tenant: Tenant) -> bool:
    """Whether anything in use is sealed with an older key."""
    version = tenant.installation.keyring.newest(tenant, "data")
    with tenant_scope(tenant):
        with unit(seconds=SECONDS) as opened:
            for table in TABLES:
                for name in sealed_columns(table):
                    query = select(table.c[name]).where(_older(table.c[name], version)).limit(1)
                    if opened.connection.execute(query).first() is not None:
                        return True
        blobs = tenant.installation.blobs
        return any(blobs.outdated(name) for name, _ in blobs.names())


def _older(sealed: Any, version: int) -> Any:
    if isinstance(sealed.type, LargeBinary):
        return func.substr(sealed, 1, 4) != version.to_bytes(4, "big")
    return (sealed != "") & sealed.not_like(f"v{version}.%")
