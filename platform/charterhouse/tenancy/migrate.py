"""Bring the catalogue and every tenant's store to the schema of this release.

The revision inside a store is the truth; the catalogue only keeps how the last attempt went. One
store is one transaction, so a crash or an error leaves whole schemas only, and a run that broke
off is continued by running again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from charterhouse import clock
from charterhouse.tenancy import models
from charterhouse.tenancy.provision import open_catalogue, template_store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.history import History
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Outcome", "Report", "migrate_all", "migrate_tenant", "migration_states"]

_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tenant's store.

    Attributes:
        tenant_id: Whose store.
        slug: The same, for people.
        state: ``done``, ``current`` (nothing to do), ``failed`` (left as it was) or ``skipped``
            (the run stopped before, because too many failed).
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


def migrate_all(
    config: Config,
    on_progress: Callable[[Outcome], None] | None = None,
    *,
    only: Collection[str] | None = None,
) -> Report:
    """Migrate the catalogue, the template and the stores.

    A store that fails keeps its old schema and the others go on, until more than three and more
    than one in a hundred have failed: then the migration is at fault, and the rest is left alone.

    Args:
        config: The installation.
        on_progress: Called after each store.
        only: Slugs of the tenants to migrate; all when None.

    Raises:
        MigrationError: The catalogue itself cannot be migrated, or migrations are missing.
    """
    catalogue = open_catalogue(config)
    history = catalogue.installation.history
    template_store(catalogue.installation)
    tenants = [one for one in catalogue.list() if only is None or one.slug in only]
    bearable = max(3, len(tenants) // 100)
    outcomes: list[Outcome] = []
    failures = 0
    for tenant in tenants:
        if failures > bearable:
            outcome = Outcome(tenant.id, tenant.slug, "skipped")
        else:
            outcome = migrate_tenant(catalogue, tenant)
        failures += outcome.state == "failed"
        outcomes.append(outcome)
        if on_progress is not None:
            on_progress(outcome)
    return Report(_name(history.heads), tuple(outcomes))


def migrate_tenant(catalogue: Catalogue, tenant: Tenant) -> Outcome:
    """Migrate one store in one transaction; an error leaves it as it was and is reported."""
    history = catalogue.installation.history
    stores = catalogue.installation.stores
    if not stores.exists(tenant.id) and tenant.status in {"provisioning", "deleting"}:
        # It has no store yet, or none any more.
        return Outcome(tenant.id, tenant.slug, "current")
    try:
        if history.heads == stores.revisions(tenant.id):
            return Outcome(tenant.id, tenant.slug, "current")
        _note(catalogue, tenant, history, "running")
        with stores.migration(tenant.id) as connection:
            history.upgrade(connection)
    except Exception as error:  # noqa: BLE001 - a migration may fail in any way, and all are reported
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:_ERROR_LENGTH]
        _note(catalogue, tenant, history, "failed", reason)
        return Outcome(tenant.id, tenant.slug, "failed", reason)
    _note(catalogue, tenant, history, "done")
    return Outcome(tenant.id, tenant.slug, "done")


def migration_states(catalogue: Catalogue) -> dict[int, tuple[str, str | None]]:
    """Return, by tenant id, the state of the last attempt and its error."""
    table = models.tenant_migration
    with catalogue.database.transaction(write=False) as connection:
        rows = connection.execute(select(table)).all()
    return {row.tenant_id: (row.state, row.error) for row in rows}


def _note(
    catalogue: Catalogue, tenant: Tenant, history: History, state: str, error: str | None = None
) -> None:
    """Keep how the attempt went. It changes nothing that requests read, so no new version."""
    table = models.tenant_migration
    one = table.c.tenant_id == tenant.id
    target = _name(history.heads)
    with catalogue.database.transaction(write=True) as connection:
        before = connection.execute(select(table.c.attempts, table.c.revision).where(one)).first()
        attempts = (before.attempts if before else 0) + (state == "running")
        revision = target if state == "done" else (before.revision if before else None)
        connection.execute(delete(table).where(one))
        connection.execute(
            insert(table),
            {
                "tenant_id": tenant.id,
                "state": state,
                "revision": revision,
                "target": target,
                "attempts": attempts,
                "error": error,
                "changed_at": clock.now(),
            },
        )


def _name(heads: tuple[str, ...]) -> str:
    return " ".join(heads)
