"""A bounded memory of what a process has read from stores and what can never change there."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from charterhouse.tenancy.installation import Installation
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["Memo"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """Values by tenant and key; of an installation's values those go that rested longest.

    Only what is committed for good belongs here: a value read in a unit that wrote it may yet be
    rolled back.

    Args:
        capacity: how many values are kept for each installation.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        # Copies of an installation have the same tenant ids, and may go different ways.
        self._kept: WeakKeyDictionary[Installation, OrderedDict[tuple[int, Key], Value]] = (
            WeakKeyDictionary()
        )

    def get(self, tenant: Tenant, key: Key) -> Value | None:
        """The value kept for a tenant, or None."""
        with self._lock:
            kept = self._kept.get(tenant.installation)
            found = kept.get((tenant.store_id, key)) if kept is not None else None
            if kept is not None and found is not None:
                kept.move_to_end((tenant.store_id, key))
            return found

    def put(self, tenant: Tenant, key: Key, value: Value) -> None:
        """Keep a value for a tenant."""
        with self._lock:
            kept = self._kept.setdefault(tenant.installation, OrderedDict())
            kept[tenant.store_id, key] = value
            kept.move_to_end((tenant.store_id, key))
            while len(kept) > self._capacity:
                kept.popitem(last=False)
