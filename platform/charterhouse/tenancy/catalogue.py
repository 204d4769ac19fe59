"""The catalogue: which tenants there are, where they answer and what they may use.

It is read through a snapshot in memory, so that an ordinary request asks it nothing. Every change
raises the catalogue's version; a process notices the changes of others within two seconds.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, insert, select, update

from charterhouse import clock
from charterhouse.tenancy import errors, models
from charterhouse.tenancy.catalogue_rows import read_tenants
from charterhouse.tenancy.ids import new_id, new_key
from charterhouse.tenancy.tenant import STATUSES, Snapshot, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.sqlite_file import SqliteFile
    from charterhouse.tenancy.installation import Installation

__all__ = ["Catalogue", "Tenant"]

LOCAL_CELL = 1
_POLL_SECONDS = 1.5
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}\Z"
)
_RESERVED = frozenset({"admin", "api", "assets", "console", "hooks", "my", "static", "t", "www"})
_LIMITS = frozenset({"max_store_mib", "unit_seconds"})
_NEXT = {
    "provisioning": {"active", "deleting"},
    "active": {"suspended", "migrating", "moving", "deleting"},
    "suspended": {"active", "deleting"},
    "migrating": {"active", "suspended"},
    "moving": {"active", "suspended"},
    "deleting": {"active", "suspended"},
}


class Catalogue:
    """The tenants of one installation.

    Args:
        database: The catalogue's file, at the newest schema.
        installation: What the tenants share.
        poll_seconds: How often to look whether another process changed something.
    """

    def __init__(
        self,
        database: SqliteFile,
        installation: Installation,
        *,
        poll_seconds: float = _POLL_SECONDS,
    ) -> None:
        self.installation = installation
        self.database = database
        self._poll_seconds = poll_seconds
        self._polling = threading.Lock()
        self._next_poll = 0.0
        self._snapshot = self._load()

    def snapshot(self) -> Snapshot:
        """Return all tenants as they were at most two seconds ago."""
        if time.monotonic() >= self._next_poll and self._polling.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._polling.release()
        return self._snapshot

    def list(self, status: str | None = None) -> tuple[Tenant, ...]:
        """Return the tenants by slug, all or those of one status."""
        tenants = self.snapshot().tenants
        return tenants if status is None else tuple(t for t in tenants if t.status == status)

    def get(self, tenant_id: int) -> Tenant:
        """Return one tenant.

        Raises:
            UnknownTenantError: There is none with this id.
        """
        found = self.snapshot().by_id.get(tenant_id)
        if found is None:
            raise errors.UnknownTenantError(f"There is no tenant {tenant_id}.", field="tenant_id")
        return found

    def by_slug(self, slug: str) -> Tenant | None:
        """Return the tenant of this slug, or None."""
        return self.snapshot().by_slug.get(slug)

    def by_key(self, key: str) -> Tenant | None:
        """Return the tenant of this public key, or None."""
        return self.snapshot().by_key.get(key)

    def by_host(self, host: str) -> Tenant | None:
        """Return the tenant that answers at ``host`` (its own, or ``<slug>.<base host>``), or None.

        Args:
            host: As in the request, with or without a port, in any case.
        """
        name = host.lower().partition(":")[0].rstrip(".")
        snapshot = self.snapshot()
        found = snapshot.by_host.get(name)
        if found is not None:
            return found
        slug, _, base = name.partition(".")
        return snapshot.by_slug.get(slug) if base == self.installation.config.base_host else None

    def create(  # noqa: PLR0913 - keywords only, each a column
        self,
        *,
        slug: str,
        name_zh: str,
        name_en: str,
        charter: str,
        timezone: str = "Asia/Shanghai",
        isolation: str = "pooled",
        limits: Mapping[str, Any] | None = None,
        actor: str = "system",
    ) -> Tenant:
        """Enter a tenant as ``provisioning``, with fresh keys; ``provision`` makes its store.

        Args:
            slug: 1 to 40 lower-case letters, digits and hyphens.
            name_zh: Chinese name.
            name_en: English name.
            charter: Code of its charter.
            timezone: IANA name.
            isolation: ``pooled`` or ``dedicated``.
            limits: ``max_store_mib`` and ``unit_seconds`` where they differ from the defaults.
            actor: Who did it, an id without personal data.

        Raises:
            CatalogueError: An argument is malformed; ``field`` names it.
            SlugTakenError: Another tenant has the slug.
        """
        _check_slug(slug)
        _check_fields(
            {
                "name_zh": name_zh,
                "name_en": name_en,
                "timezone": timezone,
                "isolation": isolation,
                "limits": limits or {},
            }
        )
        tenant_id, now = new_id(), clock.now()
        row = {
            "id": tenant_id,
            "key": new_key(),
            "slug": slug,
            "name_zh": name_zh.strip(),
            "name_en": name_en.strip(),
            "status": "provisioning",
            "timezone": timezone,
            "charter": charter,
            "isolation": isolation,
            "cell_id": LOCAL_CELL,
            "limits": dict(limits or {}),
            "created_at": now,
            "changed_at": now,
            "version": 0,
        }
        with self.changing(tenant_id, "create", actor, {"slug": slug}) as connection:
            taken = select(models.tenant.c.id).where(models.tenant.c.slug == slug)
            if connection.execute(taken).first():
                raise errors.SlugTakenError(f"The address {slug} is taken.", field="slug")
            connection.execute(insert(models.tenant), row)
            for purpose in ("data", "index"):
                self._insert_key(connection, tenant_id, purpose, 1)
        return self.get(tenant_id)

    def change(self, tenant_id: int, *, actor: str = "system", **fields: Any) -> Tenant:
        """Change ``name_zh``, ``name_en``, ``timezone``, ``charter`` or ``limits``.

        Raises:
            CatalogueError: A field is unknown or malformed.
            UnknownTenantError: There is no such tenant.
        """
        unknown = fields.keys() - {"name_zh", "name_en", "timezone", "charter", "limits"}
        if unknown:
            name = min(unknown)
            raise errors.CatalogueError(f"A tenant's {name} cannot be changed.", field=name)
        _check_fields(fields)
        self.get(tenant_id)
        with self.changing(tenant_id, "change", actor, {"fields": sorted(fields)}) as connection:
            connection.execute(
                update(models.tenant).where(models.tenant.c.id == tenant_id).values(**fields)
            )
        return self.get(tenant_id)

    def activate(self, tenant_id: int, *, actor: str = "system") -> Tenant:
        """Open the tenant for use; see ``set_status``."""
        return self.set_status(tenant_id, "active", actor=actor)

    def suspend(self, tenant_id: int, *, reason: str, actor: str = "system") -> Tenant:
        """Close the tenant for use, keeping everything; see ``set_status``."""
        return self.set_status(tenant_id, "suspended", reason=reason, actor=actor)

    def set_status(
        self, tenant_id: int, status: str, *, reason: str = "", actor: str = "system"
    ) -> Tenant:
        """Bring the tenant to ``status``; the one which it has already is no change.

        Raises:
            CatalogueError: There is no such status.
            StatusError: The tenant cannot go there from where it is.
            UnknownTenantError: There is no such tenant.
        """
        if status not in STATUSES:
            raise errors.CatalogueError(
                f"A status is one of {', '.join(STATUSES)}.", field="status"
            )
        self.get(tenant_id)
        detail = {"status": status, "reason": reason}
        with self.changing(tenant_id, "status", actor, detail) as connection:
            one = models.tenant.c.id == tenant_id
            held = connection.execute(select(models.tenant.c.status).where(one)).scalar_one()
            if held != status and status not in _NEXT[held]:
                raise errors.StatusError(
                    f"A tenant that is {held} cannot become {status}.", field="status"
                )
            connection.execute(update(models.tenant).where(one).values(status=status))
        return self.get(tenant_id)

    def add_host(self, tenant_id: int, host: str, *, actor: str = "system") -> Tenant:
        """Let the tenant answer at a host of its own, whose ownership the caller has verified.

        Raises:
            CatalogueError: The host is malformed or below the platform's own.
            HostTakenError: Another tenant has it.
        """
        name = host.lower().rstrip(".")
        base = self.installation.config.base_host
        if not _HOST.match(name) or name == base or name.endswith(f".{base}"):
            raise errors.CatalogueError(
                f"{host} must be a host name of the institution's own.", field="host"
            )
        self.get(tenant_id)
        with self.changing(tenant_id, "add host", actor, {"host": name}) as connection:
            holder = select(models.host.c.tenant_id).where(models.host.c.host == name)
            held = connection.execute(holder).scalar()
            if held not in {None, tenant_id}:
                raise errors.HostTakenError(f"{name} belongs to another tenant.", field="host")
            if held is None:
                row = {"host": name, "tenant_id": tenant_id, "verified_at": clock.now()}
                connection.execute(insert(models.host), row)
        return self.get(tenant_id)

    def remove_host(self, tenant_id: int, host: str, *, actor: str = "system") -> Tenant:
        """Stop the tenant from answering at ``host``."""
        name = host.lower().rstrip(".")
        with self.changing(tenant_id, "remove host", actor, {"host": name}) as connection:
            connection.execute(
                delete(models.host).where(
                    models.host.c.host == name, models.host.c.tenant_id == tenant_id
                )
            )
        return self.get(tenant_id)

    def set_plugin(
        self, tenant_id: int, plugin: str, *, enabled: bool, actor: str = "system"
    ) -> Tenant:
        """Allow a plugin to the tenant, or forbid it."""
        self.get(tenant_id)
        table = models.plugin_state
        detail = {"plugin": plugin, "enabled": enabled}
        with self.changing(tenant_id, "plugin", actor, detail) as connection:
            one = (table.c.tenant_id == tenant_id) & (table.c.plugin == plugin)
            connection.execute(delete(table).where(one))
            row = {"tenant_id": tenant_id, "plugin": plugin, "enabled": enabled}
            connection.execute(insert(table), {**row, "changed_at": clock.now()})
        return self.get(tenant_id)

    def add_data_key(self, tenant_id: int, *, actor: str = "system") -> Tenant:
        """Give the tenant a new data key; older values still open and can be sealed again."""
        version = self.installation.keyring.newest(self.get(tenant_id), "data") + 1
        with self.changing(tenant_id, "add key", actor, {"version": version}) as connection:
            self._insert_key(connection, tenant_id, "data", version)
        return self.get(tenant_id)

    def destroy_keys(self, tenant_id: int, *, actor: str = "system") -> Tenant:
        """Destroy the keys of a tenant being deleted: what they sealed is gone, backups too.

        Raises:
            StatusError: The tenant is not being deleted.
        """
        if self.get(tenant_id).status != "deleting":
            raise errors.StatusError("Only the keys of a tenant being deleted can be destroyed.")
        with self.changing(tenant_id, "destroy keys", actor, {}) as connection:
            connection.execute(
                delete(models.tenant_key).where(models.tenant_key.c.tenant_id == tenant_id)
            )
        self.installation.keyring.forget(tenant_id)
        return self.get(tenant_id)

    @contextmanager
    def changing(
        self, tenant_id: int | None, action: str, actor: str, detail: Mapping[str, Any]
    ) -> Iterator[Connection]:
        """Change the catalogue and write the audit in one transaction, then look anew.

        Args:
            tenant_id: Whose entry changes, or None for the platform's own.
            action: What is done.
            actor: Who does it, an id without personal data.
            detail: What else the audit should tell; no personal data.
        """
        state, now = models.state, clock.now()
        with self.database.transaction(write=True) as connection:
            yield connection
            connection.execute(update(state).values(version=state.c.version + 1))
            version = connection.execute(select(state.c.version)).scalar_one()
            connection.execute(
                update(models.tenant)
                .where(models.tenant.c.id == tenant_id)
                .values(version=version, changed_at=now)
            )
            row = {"id": new_id(), "at": now, "tenant_id": tenant_id, "action": action}
            connection.execute(insert(models.audit), {**row, "actor": actor, "detail": detail})
        with self._polling:
            self._refresh()

    def audit(self, tenant_id: int | None = None, *, limit: int = 100) -> tuple[Any, ...]:
        """Return the latest entries of the audit, newest first, of one tenant or of all."""
        table = models.audit
        query = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        if tenant_id is not None:
            query = query.where(table.c.tenant_id == tenant_id)
        with self.database.transaction(write=False) as connection:
            return tuple(connection.execute(query))

    def _insert_key(
        self, connection: Connection, tenant_id: int, purpose: str, version: int
    ) -> None:
        made = self.installation.keyring.make(tenant_id, purpose, version)
        row = {"tenant_id": tenant_id, "purpose": purpose, "version": version}
        connection.execute(
            insert(models.tenant_key),
            {**row, "wrapped": made.wrapped, "created_at": clock.now()},
        )

    def _load(self) -> Snapshot:
        self._next_poll = time.monotonic() + self._poll_seconds
        with self.database.transaction(write=False) as connection:
            state = connection.execute(select(models.state)).one()
            tenants = read_tenants(connection, self.installation)
        return Snapshot(state.version, state.removals, tenants)

    def _refresh(self) -> None:
        """Bring the snapshot up to date; the caller holds the polling lock."""
        self._next_poll = time.monotonic() + self._poll_seconds
        known = self._snapshot
        with self.database.transaction(write=False) as connection:
            state = connection.execute(select(models.state)).one()
            if state.version == known.version:
                return
            whole = state.removals != known.removals
            since = -1 if whole else known.version
            changed = read_tenants(connection, self.installation, since=since)
        if whole:
            self._snapshot = Snapshot(state.version, state.removals, changed)
        else:
            self._snapshot = known.patched(state.version, changed)


def _check_slug(slug: str) -> None:
    if not _SLUG.match(slug) or slug in _RESERVED:
        raise errors.CatalogueError(
            "An address is 1 to 40 lower-case letters, digits and hyphens, begins and ends with "
            "a letter or digit, and is none of the platform's own.",
            field="slug",
        )


def _check_fields(fields: Mapping[str, Any]) -> None:
    for name in ("name_zh", "name_en", "charter"):
        if name in fields and not fields[name].strip():
            raise errors.CatalogueError(f"A tenant needs a {name}.", field=name)
    if "isolation" in fields and fields["isolation"] not in {"pooled", "dedicated"}:
        raise errors.CatalogueError("Isolation is pooled or dedicated.", field="isolation")
    if "timezone" in fields:
        try:
            ZoneInfo(fields["timezone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise errors.CatalogueError(
                f"{fields['timezone']} is no time zone: use a name such as Asia/Shanghai.",
                field="timezone",
            ) from error
    for name, value in fields.get("limits", {}).items():
        if (
            name not in _LIMITS
            or isinstance(value, bool)
            or not isinstance(value, int)
            or value < 1
        ):
            raise errors.CatalogueError(
                f"Limits are {' and '.join(sorted(_LIMITS))}, positive whole numbers.",
                field="limits",
            )
