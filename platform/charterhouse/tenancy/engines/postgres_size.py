"""How large a tenant's schema is, measured now and then, since PostgreSQL bounds none by itself."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from charterhouse.tenancy.engines import postgres_roles as roles

if TYPE_CHECKING:
    from charterhouse.tenancy.engines.postgres_driver import StoreConnection

__all__ = ["Sizes", "adds_rows"]

_MIB = 1024 * 1024
_FRESH_SECONDS = 60.0
# Near its bound a store is looked at more often, lest it grows far beyond.
_NEAR = 0.9
_NEAR_SECONDS = 5.0
_MEASURE = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint
FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'm')
"""
_INSERT = re.compile(r"\bINSERT\s+INTO\b", re.IGNORECASE)


def adds_rows(query: str) -> bool:
    """Whether a statement is one that a full store has no room for.

    What changes and removes rows is let through, as far as it uses the room that there is.
    """
    return _INSERT.search(query) is not None


class _Size(NamedTuple):
    size: int
    at: float


class Sizes:
    """The sizes of the schemas that this process writes to, in bytes; for several threads."""

    def __init__(self) -> None:
        self._seen: dict[int, _Size] = {}
        self._lock = threading.Lock()

    def full(self, driver: StoreConnection, tenant_id: int, max_mib: int) -> bool:
        """Whether a tenant's schema has reached its bound, as it was within the last minute.

        Args:
            driver: In a transaction of the tenant.
            tenant_id: Whose schema.
            max_mib: The bound in MiB.
        """
        bound, now = max_mib * _MIB, time.monotonic()
        seen = self._seen.get(tenant_id)
        if seen is None or now - seen.at >= _pause(seen.size, bound):
            seen = _Size(_measured(driver, tenant_id), now)
            with self._lock:
                self._seen[tenant_id] = seen
        return seen.size >= bound

    def forget(self, tenant_id: int) -> None:
        """Measure the tenant's schema anew when it is next written to."""
        with self._lock:
            self._seen.pop(tenant_id, None)


def _pause(size: int, bound: int) -> float:
    return _NEAR_SECONDS if size >= bound * _NEAR else _FRESH_SECONDS


def _measured(driver: StoreConnection, tenant_id: int) -> int:
    row = driver.execute(_MEASURE, [roles.tenant_name(tenant_id)]).fetchone()
    return int(row[0]) if row else 0
