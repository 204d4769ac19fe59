"""Bring one tenant's store to the schema of this release, and keep how it went.

The revision inside a store is the truth; the catalogue only keeps how the last attempt went. One
store is one transaction, so a crash or an error leaves whole schemas only, and a run that broke
off is continued by running again. Who migrates a store holds a lease on it, so that runs on
several machines share the work.

A tenant whose migration failed is closed to use until one succeeds: it is whole, on its old schema.
One whose store was only busy or away is not: it waits for its turn like those not yet migrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from charterhouse import clock
from charterhouse.tenancy import models
from charterhouse.tenancy.errors import StoreBusyError
from charterhouse.tenancy.tenant import MIGRATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.history import History
    from charterhouse.tenancy.tenant import Tenant

    After = Callable[[Tenant], None]

__all__ = [
    "LEASE",
    "Outcome",
    "Report",
    "State",
    "has_no_store",
    "migrate_tenant",
    "migration_states",
]

LEASE = timedelta(minutes=30)
"""How long a store is left to the run that took it up, if that is not heard of again."""

_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tenant's store.

    Attributes:
        tenant_id: Whose store.
        slug: The same, for people.
        state: ``done``, ``current`` (nothing to do), ``failed`` (left as it was), ``skipped`` (the
            run stopped before, because too many failed), ``claimed`` (another run is at it) or
            ``busy`` (left as it was and in use: others held it, or its database is away).
        error: Why it failed.
    """

    tenant_id: int
    slug: str
    state: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all stores.

    Attributes:
        target: The revision aimed at.
        outcomes: One for each tenant, in order.
    """

    target: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The stores that stayed on their old schema with an error."""
        return tuple(one for one in self.outcomes if one.state == "failed")

    @property
    def ok(self) -> bool:
        """Whether every store is at the target."""
        return all(one.state in {"done", "current"} for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class State:
    """How the last attempt at a store went.

    Attributes:
        state: ``running``, ``done`` or ``failed``.
        revision: The schema of the last attempt that succeeded, or None.
        attempts: How many there were.
        error: Why the last one failed, or None.
    """

    state: str
    revision: str | None
    attempts: int
    error: str | None


def migrate_tenant(
    catalogue: Catalogue, tenant: Tenant, *, settled: bool = False, after: After | None = None
) -> Outcome:
    """Migrate one store in one transaction; an error leaves it as it was and is reported.

    Then the tenant is closed to use, unless its schema is new and only what follows failed.

    Args:
        catalogue: Of the installation.
        tenant: Whose store.
        settled: Whether no attempt is known that did not come to its end.
        after: Fills what the new schema has room for; repeated when an attempt broke off in it.
    """
    history = catalogue.installation.history
    stores = catalogue.installation.stores
    if has_no_store(tenant):
        return Outcome(tenant.id, tenant.slug, "current")
    behind, newer = True, False
    try:
        found = stores.revisions(tenant.store_id)
        newer = any(not history.knows(name) for name in found)
        behind = history.heads != found and not history.is_ahead(found)
        if settled and not behind:
            return Outcome(tenant.id, tenant.slug, "current")
        if not _claim(catalogue, tenant, history):
            return Outcome(tenant.id, tenant.slug, "claimed")
        if behind:
            with stores.migration(tenant.store_id) as connection:
                history.upgrade(connection)
            behind = False
        if after is not None:
            after(tenant)
    except Exception as error:  # noqa: BLE001 - a migration may fail in any way, and all are reported
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:_ERROR_LENGTH]
        busy = isinstance(error, StoreBusyError)
        # A release that is too old for the store knows nothing of how its migration went.
        tried = not (busy or newer)
        _note(catalogue, tenant, history, "failed", behind=behind, tried=tried, error=reason)
        return Outcome(tenant.id, tenant.slug, "busy" if busy else "failed", reason)
    _note(catalogue, tenant, history, "done", behind=False)
    return Outcome(tenant.id, tenant.slug, "done")


def has_no_store(tenant: Tenant) -> bool:
    """Whether a tenant has no store yet, or none any more."""
    if tenant.status not in {"provisioning", "deleting"}:
        return False
    return not tenant.installation.stores.exists(tenant.store_id)


def migration_states(catalogue: Catalogue) -> dict[int, State]:
    """Return, by tenant id, how the last attempt went."""
    table = models.tenant_migration
    with catalogue.database.transaction(write=False) as connection:
        rows = connection.execute(select(table)).all()
    return {row.tenant_id: State(row.state, row.revision, row.attempts, row.error) for row in rows}


def _claim(catalogue: Catalogue, tenant: Tenant, history: History) -> bool:
    """Take the store up; False while another run holds it."""
    table = models.tenant_migration
    one = table.c.tenant_id == tenant.id
    with catalogue.database.transaction(write=True) as connection:
        row = connection.execute(select(table).where(one)).first()
        # One from far ahead was taken by a clock that has been put right since.
        if row and row.state == "running" and abs(row.changed_at - clock.now()) < LEASE:
            return False
        connection.execute(delete(table).where(one))
        connection.execute(
            insert(table),
            {
                "tenant_id": tenant.id,
                "state": "running",
                "revision": row.revision if row else None,
                "target": _name(history.heads),
                "attempts": (row.attempts if row else 0) + 1,
                "error": None,
                "changed_at": clock.now(),
            },
        )
    return True


def _note(
    catalogue: Catalogue,
    tenant: Tenant,
    history: History,
    state: str,
    *,
    behind: bool,
    tried: bool = True,
    error: str | None = None,
) -> None:
    """Keep how the attempt went, and close the tenant or open it where that changes something.

    Args:
        catalogue: Of the installation.
        tenant: Whose store.
        history: Aimed at.
        state: ``done`` or ``failed``.
        behind: Whether the store still has its old schema.
        tried: Whether it could be tried; otherwise nothing is known of the migration itself.
        error: Why it failed.
    """
    table, one = models.tenant, models.tenant.c.id == tenant.id
    with catalogue.database.transaction(write=False) as connection:
        closed = connection.execute(select(table.c.closed).where(one)).scalar_one_or_none()
    shut = MIGRATION if behind else None
    values = {"state": state, "error": error, "changed_at": clock.now()}
    if not behind:
        values["revision"] = _name(history.heads)
    if shut == closed or (behind and not tried):
        # It changes nothing that requests read, so no new version.
        with catalogue.database.transaction(write=True) as connection:
            _write(connection, tenant, history, values)
        return
    action = "closed by migration" if shut else "opened by migration"
    with catalogue.changing(tenant.id, action, "system", {}) as connection:
        connection.execute(update(table).where(one).values(closed=shut))
        _write(connection, tenant, history, values)


def _write(
    connection: Connection, tenant: Tenant, history: History, values: dict[str, Any]
) -> None:
    table = models.tenant_migration
    if connection.execute(update(table).where(table.c.tenant_id == tenant.id), values).rowcount:
        return
    row = {"tenant_id": tenant.id, "revision": None, "target": _name(history.heads)}
    connection.execute(insert(table), {**row, "attempts": 0, **values})


def _name(heads: tuple[str, ...]) -> str:
    return " ".join(heads)
