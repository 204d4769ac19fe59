"""Noting in the platform's audit what was refused because it reached for something not its own."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import insert

from charterhouse import clock
from charterhouse.tenancy import models
from charterhouse.tenancy.errors import TenancyError
from charterhouse.tenancy.ids import new_id

if TYPE_CHECKING:
    from charterhouse.tenancy.catalogue import Catalogue

__all__ = ["Refusals"]

_log = structlog.get_logger(__name__)
_OF_A_TENANT = 60.0
_OF_NOBODY = 3600.0


class Refusals:
    """Writes entries of the kind ``refused``, seldom enough that nobody can fill the audit.

    For each tenant and kind it is one a minute, and one an hour for what reached no tenant.

    Args:
        catalogue: Whose audit it is.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._next: dict[tuple[int | None, str], float] = {}
        self._lock = threading.Lock()

    def note(self, tenant_id: int | None, what: str, actor: str) -> None:
        """Note that something was refused; what keeps it from being noted goes to the log.

        Args:
            tenant_id: Who was reached for, or None.
            what: The kind, a short word.
            actor: Who it was, an id without personal data.
        """
        if not self._due(tenant_id, what):
            return
        row = {"id": new_id(), "at": clock.now(), "tenant_id": tenant_id, "action": "refused"}
        try:
            with self._catalogue.database.transaction(write=True) as connection:
                connection.execute(
                    insert(models.audit), {**row, "actor": actor, "detail": {"what": what}}
                )
        except TenancyError as error:
            _log.error("refusal_not_noted", tenant_id=tenant_id, what=what, problem=str(error))

    def _due(self, tenant_id: int | None, what: str) -> bool:
        now, key = time.monotonic(), (tenant_id, what)
        with self._lock:
            if now < self._next.get(key, now):
                return False
            self._next[key] = now + (_OF_NOBODY if tenant_id is None else _OF_A_TENANT)
        return True
