"""What the tenancy floor refuses, one class a reason, each with a stable code."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BlobMissingError",
    "BlobsElsewhereError",
    "BlobsUnavailableError",
    "CatalogueError",
    "CataloguePlaceError",
    "CatalogueUnavailableError",
    "CellFullError",
    "ConstraintError",
    "HostTakenError",
    "KeyDestroyedError",
    "KeyPendingError",
    "MasterKeyError",
    "MigrationError",
    "NoTenantError",
    "QuotaError",
    "ReadOnlyUnitError",
    "SealError",
    "SlugTakenError",
    "StatusError",
    "StoreBusyError",
    "StoreDamagedError",
    "StoreFrozenError",
    "StoreMissingError",
    "StoreOutdatedError",
    "StoreRefusedError",
    "StoreTimeoutError",
    "StoreUnavailableError",
    "TenancyError",
    "TenantNotWritableError",
    "TenantSwitchError",
    "UnitError",
    "UnknownTenantError",
    "UnsafeStoreError",
]


class TenancyError(Exception):
    """The family of every refusal of this floor.

    Attributes:
        code: Stable, for programs.
        field: The argument at fault, when one is.
    """

    code: ClassVar[str] = "tenancy"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class CatalogueError(TenancyError):
    """An argument of the catalogue is malformed."""

    code = "catalogue_invalid"


class CataloguePlaceError(TenancyError):
    """It is not certain where the catalogue is: there must be one, and only one."""

    code = "catalogue_place"


class MasterKeyError(TenancyError):
    """The master key is not the one with which the installation began."""

    code = "master_key_wrong"


class UnknownTenantError(TenancyError):
    """The catalogue has no such tenant."""

    code = "tenant_unknown"


class SlugTakenError(TenancyError):
    """Another tenant has this slug."""

    code = "slug_taken"


class HostTakenError(TenancyError):
    """Another tenant answers at this host."""

    code = "host_taken"


class CellFullError(TenancyError):
    """No cell has room for another tenant."""

    code = "cell_full"


class StatusError(TenancyError):
    """A tenant cannot go from its status to the one asked for."""

    code = "tenant_status"


class NoTenantError(TenancyError):
    """Tenant data was asked for without a tenant in scope."""

    code = "no_tenant"


class TenantSwitchError(TenancyError):
    """Another tenant was asked for while a unit of the present one is open."""

    code = "tenant_switch"


class TenantNotWritableError(TenancyError):
    """The tenant's status forbids writing."""

    code = "tenant_not_writable"


class StoreFrozenError(TenantNotWritableError):
    """The store is being copied or was replaced by another: whoever tries again finds that one."""

    code = "store_frozen"

    def __init__(self) -> None:
        super().__init__("The store is being moved and takes no changes: try again.")


class UnitError(TenancyError):
    """A unit was used in a way that could lose or mix work."""

    code = "unit_misused"


class ReadOnlyUnitError(UnitError):
    """A write was tried in a reading unit."""

    code = "unit_read_only"


class ConstraintError(TenancyError):
    """A row breaks a constraint of the store.

    Attributes:
        kind: ``unique``, ``foreign_key``, ``not_null`` or ``check``.
    """

    code = "constraint"

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class StoreMissingError(TenancyError):
    """The tenant's store does not exist where the catalogue says it is."""

    code = "store_missing"


class StoreDamagedError(TenancyError):
    """The file of the tenant's store is damaged."""

    code = "store_damaged"


class StoreOutdatedError(TenancyError):
    """The tenant's store has a schema that this release cannot serve."""

    code = "store_outdated"


class StoreBusyError(TenancyError):
    """The tenant's store stayed locked by another writer; trying again helps."""

    code = "store_busy"


class StoreUnavailableError(StoreBusyError):
    """The database does not answer; trying again helps once it does."""

    code = "store_unavailable"


class CatalogueUnavailableError(StoreUnavailableError):
    """The catalogue takes no changes now; tenants that are known are served meanwhile."""

    code = "catalogue_unavailable"


class StoreRefusedError(TenancyError):
    """The store refused what does not belong to the tenant, or a statement of no kind it takes."""

    code = "store_refused"


class UnsafeStoreError(TenancyError):
    """A known way out of a tenant's store is open: the installation must not serve."""

    code = "store_unsafe"


class StoreTimeoutError(TenancyError):
    """A unit worked longer on the store than it may."""

    code = "store_timeout"


class QuotaError(TenancyError):
    """The tenant's store has reached its size."""

    code = "store_full"


class MigrationError(TenancyError):
    """A store could not be brought to the schema of this release."""

    code = "migration_failed"


class SealError(TenancyError):
    """A sealed value does not open: altered, moved from elsewhere, or of another tenant."""

    code = "seal_broken"


class KeyDestroyedError(TenancyError):
    """The tenant's keys were destroyed; what they sealed is gone."""

    code = "key_destroyed"


class KeyPendingError(StoreBusyError):
    """A value was sealed with a key so new that this process does not know it yet."""

    code = "key_pending"


class BlobMissingError(TenancyError):
    """The content that a row names is not where documents are kept."""

    code = "blob_missing"


class BlobsUnavailableError(TenancyError):
    """The place of documents does not answer or refuses; trying again may help."""

    code = "documents_unavailable"


class BlobsElsewhereError(TenancyError):
    """This machine has another folder of documents than the installation."""

    code = "documents_elsewhere"
