"""How the catalogue is read and written, whatever is in it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import insert, select, update

from charterhouse import clock
from charterhouse.tenancy import models
from charterhouse.tenancy.catalogue_rows import read_tenants
from charterhouse.tenancy.errors import (
    CataloguePlaceError,
    MasterKeyError,
    QuotaError,
    StoreBusyError,
    TenancyError,
)
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.tenant import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.database import Database
    from charterhouse.tenancy.installation import Installation

__all__ = ["Book"]

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.5
_AWAY_SECONDS = 5.0
_REFUSAL_SECONDS = 60.0


class Book:
    """A database read through a snapshot in memory and written under audit.

    Args:
        database: Of the catalogue, at the newest schema.
        installation: What the tenants share.
        poll_seconds: How often to look whether another process changed something.
    """

    def __init__(
        self,
        database: Database,
        installation: Installation,
        *,
        poll_seconds: float = _POLL_SECONDS,
    ) -> None:
        self.installation = installation
        self.database = database
        self._poll_seconds = poll_seconds
        self._polling = threading.Lock()
        self._next_poll = 0.0
        self._refusals: dict[int, float] = {}
        self._snapshot = self._load()
        installation.on_refusal = self._note_refusal

    def snapshot(self) -> Snapshot:
        """Return all tenants as they were at most two seconds ago.

        While the catalogue's database is away or takes our password no more, or the disk is full,
        those who are known stay.
        """
        if time.monotonic() >= self._next_poll and self._polling.acquire(blocking=False):
            try:
                self._refresh()
            except QuotaError:
                # On a full disk nobody changes anything either: who is known is served.
                _log.warning("catalogue_not_read", problem="full")
            except (StoreBusyError, CataloguePlaceError, MasterKeyError) as error:
                # Whoever asked waited for it; the others need not wait as often.
                self._next_poll = time.monotonic() + _AWAY_SECONDS
                _log.warning("catalogue_not_read", problem=str(error))
            finally:
                self._polling.release()
        return self._snapshot

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

    def check(self) -> None:
        """See that the catalogue can be read now: from its database, not from memory.

        Raises:
            CataloguePlaceError: It is not there any more.
            CatalogueUnavailableError: Its database does not answer.
        """
        with self.database.transaction(write=False) as connection:
            _state(connection)

    def close(self) -> None:
        """Close the idle connections of the catalogue and of all stores; they open again."""
        self.database.close()
        self.installation.stores.close()

    def audit(self, tenant_id: int | None = None, *, limit: int = 100) -> tuple[Any, ...]:
        """Return the latest entries of the audit, newest first, of one tenant or of all."""
        table = models.audit
        query = select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        if tenant_id is not None:
            query = query.where(table.c.tenant_id == tenant_id)
        with self.database.transaction(write=False) as connection:
            return tuple(connection.execute(query))

    def _note_refusal(self, tenant_id: int) -> None:
        """Write into the audit that a store refused something; once a minute for each tenant."""
        now = time.monotonic()
        if now < self._refusals.get(tenant_id, 0.0):
            return
        self._refusals[tenant_id] = now + _REFUSAL_SECONDS
        row = {"id": new_id(), "at": clock.now(), "tenant_id": tenant_id, "action": "refused"}
        try:
            with self.database.transaction(write=True) as connection:
                connection.execute(insert(models.audit), {**row, "actor": "store", "detail": {}})
        except TenancyError as error:
            # What was refused stays refused, whoever hears of it.
            _log.error("refusal_not_noted", tenant_id=tenant_id, problem=str(error))

    def _load(self) -> Snapshot:
        self._next_poll = time.monotonic() + self._poll_seconds
        with self.database.transaction(write=False) as connection:
            state = _state(connection)
            tenants = read_tenants(connection, self.installation)
        return Snapshot(state.version, state.removals, tenants)

    def _refresh(self) -> None:
        """Bring the snapshot up to date; the caller holds the polling lock."""
        self._next_poll = time.monotonic() + self._poll_seconds
        known = self._snapshot
        with self.database.transaction(write=False) as connection:
            state = _state(connection)
            if state.version == known.version:
                return
            # A version that went back is that of a database which was recovered.
            whole = state.removals != known.removals or state.version < known.version
            since = -1 if whole else known.version
            changed = read_tenants(connection, self.installation, since=since)
        if whole:
            self._snapshot = Snapshot(state.version, state.removals, changed)
        else:
            self._snapshot = known.patched(state.version, changed)


def _state(connection: Connection) -> Any:
    state = connection.execute(select(models.state)).one()
    if state.moved is not None:
        raise CataloguePlaceError(
            "The catalogue was moved to a database: start this process again."
        )
    return state
