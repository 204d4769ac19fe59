"""The catalogue: which tenants there are, where they answer and what they may use.

It is read through a snapshot in memory, so that an ordinary request asks it nothing. Every change
raises the catalogue's version; a process notices the changes of others within two seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from charterhouse import clock
from charterhouse.tenancy import errors, models
from charterhouse.tenancy.catalogue_book import Book
from charterhouse.tenancy.catalogue_cells import find_room
from charterhouse.tenancy.catalogue_checks import check_fields, check_host, check_slug
from charterhouse.tenancy.catalogue_place import key_check
from charterhouse.tenancy.ids import new_id, new_key
from charterhouse.tenancy.installation import LOCAL
from charterhouse.tenancy.logins import renew_logins
from charterhouse.tenancy.tenant import STATUSES, Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

__all__ = ["Catalogue", "Tenant"]

_NEXT = {
    "provisioning": {"active", "deleting"},
    "active": {"suspended", "migrating", "moving", "deleting"},
    "suspended": {"active", "deleting"},
    "migrating": {"active", "suspended"},
    "moving": {"active", "suspended"},
    "deleting": {"active", "suspended"},
}


class Catalogue(Book):
    """The tenants of one installation, found by their names and changed under audit."""

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

    def create(
        self,
        *,
        slug: str,
        name_zh: str,
        name_en: str,
        charter: str,
        timezone: str = "Asia/Shanghai",
        isolation: str = "pooled",
        limits: Mapping[str, Any] | None = None,
        cell: str | None = None,
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
            cell: Where its store is to be; the first with room when None, a database before files.
            actor: Who did it, an id without personal data.

        Raises:
            CatalogueError: An argument is malformed; ``field`` names it.
            CellFullError: No cell, or not the one asked for, has room.
            SlugTakenError: Another tenant has the slug.
        """
        check_slug(slug)
        names = {"name_zh": name_zh.strip(), "name_en": name_en.strip()}
        more = {"timezone": timezone, "isolation": isolation, "limits": dict(limits or {})}
        given: dict[str, Any] = {**names, "charter": charter, **more}
        check_fields(given)
        tenant_id, now = new_id(), clock.now()
        row = {
            **given,
            "id": tenant_id,
            "store_id": tenant_id,
            "key": new_key(),
            "slug": slug,
            "status": "provisioning",
            "created_at": now,
            "changed_at": now,
            "version": 0,
        }
        with self.changing(tenant_id, "create", actor, {"slug": slug}) as connection:
            taken = select(models.tenant.c.id).where(models.tenant.c.slug == slug)
            if connection.execute(taken).first():
                raise errors.SlugTakenError(f"The address {slug} is taken.", field="slug")
            cells = self.installation.config.databases.names or (LOCAL,)
            row["cell_id"] = find_room(connection, cells if cell is None else (cell,))
            connection.execute(insert(models.tenant), row)
            self._insert_key(connection, tenant_id, "data", 1)
            self._insert_key(connection, tenant_id, "index", 1)
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
        check_fields(fields)
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
            row = connection.execute(select(models.tenant).where(one)).one()
            if row.status != status and status not in _NEXT[row.status]:
                raise errors.StatusError(
                    f"A tenant that is {row.status} cannot become {status}.", field="status"
                )
            if row.status != status and _is_being_erased(connection, tenant_id, row.store_id):
                raise errors.StatusError(
                    f"{row.slug} is erased, or its erasure has begun, which is not taken back: "
                    f"'charterhouse tenant erase {row.slug}' finishes it.",
                    field="status",
                )
            connection.execute(update(models.tenant).where(one).values(status=status))
        return self.get(tenant_id)

    def add_host(self, tenant_id: int, host: str, *, actor: str = "system") -> Tenant:
        """Let the tenant answer at a host of its own, whose ownership the caller has verified.

        Raises:
            CatalogueError: The host is malformed or below the platform's own.
            HostTakenError: Another tenant has it.
        """
        name = check_host(host, self.installation.config.base_host)
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

    def drop_older_data_keys(self, tenant_id: int, *, actor: str = "system") -> Tenant:
        """Destroy all data keys but the newest; the caller has seen that nothing needs them."""
        version = self.installation.keyring.newest(self.get(tenant_id), "data")
        table = models.tenant_key
        older = (table.c.tenant_id == tenant_id) & (table.c.purpose == "data")
        with self.changing(tenant_id, "drop older keys", actor, {"kept": version}) as connection:
            connection.execute(delete(table).where(older & (table.c.version < version)))
        self.installation.keyring.forget(tenant_id)
        return self.get(tenant_id)

    def rewrap_keys(self, tenant_id: int, *, actor: str = "system") -> bool:
        """Wrap the tenant's keys with the present wrapper; return whether any was not already.

        Raises:
            SealError: A key does not open with any wrapper that is configured.
        """
        ring, table = self.installation.keyring, models.tenant_key
        made = [ring.rewrap(tenant_id, key) for key in self.get(tenant_id).keys]
        if not any(made):
            return False
        detail = {"wrapper": ring.wrapper.name}
        with self.changing(tenant_id, "rewrap keys", actor, detail) as connection:
            for key in filter(None, made):
                one = (table.c.purpose == key.purpose) & (table.c.version == key.version)
                connection.execute(
                    update(table)
                    .where((table.c.tenant_id == tenant_id) & one)
                    .values(wrapped=key.wrapped)
                )
        return True

    def take_master_key(self, *, actor: str = "system") -> None:
        """Take the present master key for the installation's; the one before opens it no more.

        Logins of databases get passwords of the new one first.

        Raises:
            StoreMissingError: A database with tenants has no address here.
            StoreUnavailableError: One does not answer, or only its owner could do it.
        """
        present = key_check(self.installation.config)
        with self.database.transaction(write=False) as connection:
            known = connection.execute(select(models.state.c.key_check)).scalar_one()
        if known != present:
            renew_logins(self)
            with self.changing(None, "exchange master key", actor, {}) as connection:
                connection.execute(update(models.state).values(key_check=present))

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

    def _insert_key(
        self, connection: Connection, tenant_id: int, purpose: str, version: int
    ) -> None:
        made = self.installation.keyring.make(tenant_id, purpose, version)
        row = {"tenant_id": tenant_id, "purpose": purpose, "version": version}
        connection.execute(
            insert(models.tenant_key),
            {**row, "wrapped": made.wrapped, "created_at": clock.now()},
        )


def _is_being_erased(connection: Connection, tenant_id: int, store_id: int) -> bool:
    """Whether a tenant has no keys any more, or its store is noted as books already."""
    copy, key = models.store_copy.c, models.tenant_key.c
    books = (copy.store_id == store_id) & (copy.state == "books")
    if connection.execute(select(copy.store_id).where(books)).first() is not None:
        return True
    return connection.execute(select(key.version).where(key.tenant_id == tenant_id)).first() is None
