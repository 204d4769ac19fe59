"""Erasing a tenant: its keys are destroyed, and with them what they sealed, backups too.

Books that the law wants kept stay: who is in them is a number that nobody can look up any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from charterhouse import clock
from charterhouse.desk.errors import ConflictError
from charterhouse.desk.life.backup import SECONDS
from charterhouse.desk.life.books import Books, check_books
from charterhouse.records import tables as t
from charterhouse.tenancy import copies, models
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["GRACE", "KEEP_BOOKS_DAYS", "Erased", "closed_at", "erase"]

GRACE = timedelta(days=30)
"""How long a closed tenant can be opened again, unless it is erased at once."""

KEEP_BOOKS_DAYS = 3653
"""How long books are kept where the tenant's limits name no `keep_books_days`: ten years."""

_ABOUT_PEOPLE = (
    t.person_index, t.one_time_code, t.saved_view, t.outbox, t.api_key, t.attachment, t.file,
    t.institution,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left of a tenant.

    Attributes:
        books: what was found in its books; None when they are gone.
        until: when they go; None when they are gone.
    """

    books: Books | None
    until: datetime | None


def closed_at(catalogue: Catalogue, tenant: Tenant) -> datetime | None:
    """When a tenant was closed, or None when it is not."""
    if tenant.status != "deleting":
        return None
    table = models.audit
    query = (
        select(table.c.at, table.c.detail)
        .where(table.c.tenant_id == tenant.id, table.c.action == "status")
        .order_by(table.c.at.desc(), table.c.id.desc())
    )
    with catalogue.database.transaction(write=False) as connection:
        for row in connection.execute(query):
            if row.detail.get("status") == "deleting":
                return row.at  # type: ignore[no-any-return]  # a moment, as the column's type says
    return None


def erase(
    catalogue: Catalogue,
    tenant: Tenant,
    *,
    at_once: bool = False,
    keep_books_days: int | None = None,
    actor: str = "system",
) -> Erased:
    """Erase a closed tenant for good; what broke off is finished by the same call.

    Afterwards no name, number, file, event or backup of it can be read by anybody. Postings,
    balances, dates and the audit chain stay as long as books are to be kept, and still prove that
    they add up; then they go as well. Of the entry in the catalogue only the id, the address and
    the moment stay, so that neither is ever given to another.

    Args:
        catalogue: of the installation.
        tenant: which.
        at_once: without waiting for `GRACE` after it was closed.
        keep_books_days: how long the books are kept, 0 for not at all; the tenant's limit
            `keep_books_days` when None, else `KEEP_BOOKS_DAYS`. Only the first call's counts.
        actor: who does it, for the audit.

    Raises:
        ConflictError: it is not closed (`tenant_open`), or not for long enough (`tenant_grace`).
        StoreBusyError: another command is at work on the tenant, or others use its store or the
            catalogue without a pause; call again.
        BlobsUnavailableError: the place of documents does not answer; call again.
    """
    tenant = catalogue.get(tenant.id)
    closed = closed_at(catalogue, tenant)
    if closed is None:
        raise _in_use(tenant)
    if tenant.keys and not at_once and clock.now() < closed + GRACE:
        raise ConflictError(
            f"{tenant.slug} was closed on {closed:%Y-%m-%d} and can be erased "
            f"{GRACE.days} days later, or at once when that is asked for",
            code="tenant_grace",
        )
    with copies.alone(catalogue, tenant.id):
        days = keep_books_days
        if days is None:
            days = int(tenant.limits.get("keep_books_days", KEEP_BOOKS_DAYS))
        _keep_books(catalogue, tenant, timedelta(days=days), actor)
        beside = ("filling", "retired")
        copies.clear(catalogue, tenant.id, actor=actor, states=beside, overdue=False)
        if tenant.installation.stores.exists(tenant.store_id):
            _forget_people(tenant)
            tenant.installation.stores.scrub(tenant.store_id)
        catalogue.installation.blobs.erase(tenant.id)
        catalogue.destroy_keys(tenant.id, actor=actor)
        _forget_names(catalogue, tenant, actor)
        catalogue.database.scrub()
        copies.clear(catalogue, tenant.id, actor=actor)
        left = [one for one in copies.spares(catalogue, tenant.id) if one.state == "books"]
    if not left or not tenant.installation.stores.exists(tenant.store_id):
        return Erased(None, None)
    return Erased(check_books(catalogue.get(tenant.id)), left[0].until)


def _keep_books(catalogue: Catalogue, tenant: Tenant, how_long: timedelta, actor: str) -> None:
    """Note until when the store is kept, from when on the tenant is not opened again; an earlier note stands.

    Raises:
        ConflictError: the tenant was opened meanwhile.
    """
    table, cell, now = models.store_copy, models.cell, clock.now()
    known = select(table.c.store_id).where(table.c.store_id == tenant.store_id)
    with catalogue.database.transaction(write=False) as connection:
        if connection.execute(known).first() is not None or not tenant.keys:
            return
    until = now + how_long
    detail = {"books_until": until.isoformat() if how_long else None}
    with catalogue.changing(tenant.id, "erase", actor, detail) as connection:
        now_is = select(models.tenant.c.status).where(models.tenant.c.id == tenant.id)
        if connection.execute(now_is).scalar_one() != "deleting":
            raise _in_use(tenant)
        place = connection.execute(select(cell.c.id).where(cell.c.name == tenant.cell))
        row = {
            "store_id": tenant.store_id,
            "tenant_id": tenant.id,
            "cell_id": place.scalar_one(),
            "state": "books",
            "purpose": "erase",
            "status": tenant.status,
            "until": until,
            "changed_at": now,
        }
        connection.execute(insert(table), row)


def _in_use(tenant: Tenant) -> ConflictError:
    return ConflictError(f"{tenant.slug} is in use: close it first", code="tenant_open")


def _forget_people(tenant: Tenant) -> None:
    """Take out of a store what tells of people without being sealed, or is no part of the books."""
    with tenant_scope(copies.writable(tenant)), unit(write=True, seconds=SECONDS) as opened:
        for table in _ABOUT_PEOPLE:
            opened.connection.execute(delete(table))
        numbers = opened.connection.execute(select(t.staff.c.id)).scalars().all()
        for number in numbers:
            values = {"login": f"erased-{number}", "password_hash": "", "state": "closed"}
            opened.connection.execute(
                update(t.staff).where(t.staff.c.id == number).values(**values)
            )
        opened.connection.execute(update(t.attempt).values(url=None, asked={}))


def _forget_names(catalogue: Catalogue, tenant: Tenant, actor: str) -> None:
    for host in tenant.hosts:
        catalogue.remove_host(tenant.id, host, actor=actor)
    catalogue.change(tenant.id, name_zh="已删除", name_en="Erased", actor=actor)
