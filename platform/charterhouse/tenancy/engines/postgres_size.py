"""How large a tenant's schema is, measured now and then, since PostgreSQL bounds none by itself."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

from charterhouse.tenancy.engines import postgres_roles as roles

if TYPE_CHECKING:
    from charterhouse.tenancy.engines.postgres_driver import StoreConnection

__all__ = ["Sizes", "adds_rows"]

_MIB = 1024 * 1024
_FRESH_SECONDS = 60.0
# Near its bound a store is looked at more often, lest it grows far beyond.
_NEAR = 0.9
_NEAR_SECONDS = 5.0
# Elsewhere only where much was written: a look opens all tables and indexes of the schema, which
# takes longer than an event, and the server process keeps them in mind.
_MANY_ROWS = 2000
_QUIET_SECONDS = 3600.0
# By the index of what depends on the schema: none finds the tables of a schema in pg_class, which
# holds a hundred entries for each tenant of the cell.
_MEASURE = """
SELECT coalesce(sum(pg_total_relation_size(objid)), 0)::bigint
FROM pg_depend
WHERE refclassid = 'pg_namespace'::regclass AND refobjid = to_regnamespace(%s)
  AND classid = 'pg_class'::regclass
"""
_INSERT = re.compile(r"\bINSERT\s+INTO\b", re.IGNORECASE)


def adds_rows(query: str) -> bool:
    """Whether a statement is one that a full store has no room for.

    What changes and removes rows is let through, as far as it uses the room that there is.
    """
    return _INSERT.search(query) is not None


class _Size:
    """What a look found, when, and how many rows this process wrote since."""

    __slots__ = ("at", "rows", "size")

    def __init__(self, size: int, at: float) -> None:
        self.size = size
        self.at = at
        self.rows = 0

    def is_fresh(self, now: float, bound: int) -> bool:
        """Whether the store cannot have grown much since."""
        if self.size >= bound * _NEAR:
            pause = _NEAR_SECONDS
        else:
            pause = _FRESH_SECONDS if self.rows >= _MANY_ROWS else _QUIET_SECONDS
        return now - self.at < pause


class Sizes:
    """The sizes of the schemas that this process writes to, in bytes; for several threads."""

    def __init__(self) -> None:
        self._seen: dict[int, _Size] = {}
        self._lock = threading.Lock()

    def full(self, driver: StoreConnection, tenant_id: int, max_mib: int) -> bool:
        """Whether a tenant's schema has reached its bound, as far as was seen lately.

        Args:
            driver: In a transaction of the tenant.
            tenant_id: Whose schema.
            max_mib: The bound in MiB.
        """
        bound, now = max_mib * _MIB, time.monotonic()
        seen = self._seen.get(tenant_id)
        if seen is None or not seen.is_fresh(now, bound):
            seen = _Size(_measured(driver, tenant_id), now)
            with self._lock:
                self._seen[tenant_id] = seen
        return seen.size >= bound

    def note(self, tenant_id: int, rows: int) -> None:
        """Note how many rows a unit wrote, at most."""
        seen = self._seen.get(tenant_id)
        if seen is not None:
            seen.rows += rows

    def forget(self, tenant_id: int) -> None:
        """Measure the tenant's schema anew when it is next written to."""
        with self._lock:
            self._seen.pop(tenant_id, None)


def _measured(driver: StoreConnection, tenant_id: int) -> int:
    row = driver.execute(_MEASURE, [roles.tenant_name(tenant_id)]).fetchone()
    return int(row[0]) if row else 0
