"""A tenant as the rest of the platform sees it, and the snapshot that knows them all."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from charterhouse.tenancy.installation import Installation

__all__ = ["MIGRATION", "STATUSES", "WRITABLE", "Snapshot", "Tenant", "WrappedKey"]

STATUSES = ("provisioning", "active", "suspended", "migrating", "moving", "deleting")
MIGRATION = "migration"
WRITABLE = frozenset({"provisioning", "active"})


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key of one tenant, encrypted with the master key.

    Attributes:
        purpose: ``data`` (personal data) or ``index`` (blind indexes).
        version: Counts from 1; the highest is used for new values.
        wrapped: Nonce, ciphertext and tag.
    """

    purpose: str
    version: int
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One institution. Immutable: a change in the catalogue gives a new value.

    Attributes:
        id: 63-bit id; names of files and roles come from it alone.
        key: Random public key, used in webhook addresses and API tokens.
        slug: The name in addresses.
        status: One of ``STATUSES``.
        timezone: IANA name.
        charter: Code of the charter which it runs.
        isolation: ``pooled`` or ``dedicated``.
        cell: Name of the cell where its store is.
        store_id: Id of its store there: the tenant's own until a restore or move replaced it.
        limits: ``max_store_mib``, ``unit_seconds``, ``keep_books_days``, ``requests_second``,
            ``requests_burst`` and ``requests_at_once`` where they differ from the defaults.
        closed: ``MIGRATION`` when its migration failed: it is kept as it was, and nobody uses it until
            the migration succeeds; None otherwise.
        hosts: Verified custom hosts.
        plugins: Codes of the plugins allowed to it.
        installation: Where its store and keys are reached.
    """

    id: int
    key: str
    slug: str
    name_zh: str
    name_en: str
    status: str
    timezone: str
    charter: str
    isolation: str
    store_id: int
    installation: Installation = field(repr=False, compare=False)
    cell: str = "local"
    limits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    closed: str | None = None
    hosts: tuple[str, ...] = ()
    plugins: frozenset[str] = frozenset()
    keys: tuple[WrappedKey, ...] = field(default=(), repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the tenant's days begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def open(self) -> bool:
        """Whether it is in use: people and jobs get in."""
        return self.status == "active" and self.closed is None

    @property
    def writable(self) -> bool:
        """Whether the status allows writing to the store."""
        return self.status in WRITABLE

    def name(self, language: str) -> str:
        """Return the name in ``language``: Chinese for ``zh…``, English otherwise."""
        return self.name_zh if language.startswith("zh") else self.name_en


class Snapshot:
    """All tenants at one version of the catalogue, found by any of their names.

    Args:
        version: The catalogue's version.
        removals: How many tenants were removed for good so far.
        tenants: All of them.
    """

    def __init__(self, version: int, removals: int, tenants: Iterable[Tenant]) -> None:
        self.version = version
        self.removals = removals
        self.by_id = {one.id: one for one in tenants}
        self.by_key = {one.key: one for one in self.by_id.values()}
        self.by_slug = {one.slug: one for one in self.by_id.values()}
        self.by_host = {host: one for one in self.by_id.values() for host in one.hosts}

    @cached_property
    def tenants(self) -> tuple[Tenant, ...]:
        """All tenants by slug."""
        return tuple(sorted(self.by_id.values(), key=lambda one: one.slug))

    def patched(self, version: int, changed: Iterable[Tenant]) -> Snapshot:
        """Return the snapshot at ``version``, in which only ``changed`` differ."""
        made = copy(self)
        made.__dict__.pop("tenants", None)
        made.version = version
        made.by_id, made.by_key = dict(self.by_id), dict(self.by_key)
        made.by_slug, made.by_host = dict(self.by_slug), dict(self.by_host)
        renewed = list(changed)
        for old in (self.by_id[one.id] for one in renewed if one.id in self.by_id):
            made.by_slug.pop(old.slug, None)
            for host in old.hosts:
                made.by_host.pop(host, None)
        for one in renewed:
            made.by_id[one.id] = made.by_key[one.key] = made.by_slug[one.slug] = one
            made.by_host.update(dict.fromkeys(one.hosts, one))
        return made
