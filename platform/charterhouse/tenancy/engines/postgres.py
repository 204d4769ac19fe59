"""PostgreSQL: one database as a cell, one schema and one role in it for each tenant.

Tenants share the connections of a pool login that owns nothing and inherits nothing; a unit takes
its tenant's role in the round trip that begins the transaction, and the role ends with it, also
behind a pooler. A ``dedicated`` tenant has a login and connections of its own instead.
"""

from __future__ import annotations

import os
import shutil
import threading
import weakref
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_roles as roles
from charterhouse.tenancy.engines.base import MigrationLimits, max_mib
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.engines.postgres_driver import meaning
from charterhouse.tenancy.engines.postgres_pool import (
    BUSY_SECONDS,
    Pools,
    driver_of,
    engine_of,
    limits,
)
from charterhouse.tenancy.engines.postgres_size import Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.base import Opened
    from charterhouse.tenancy.engines.postgres_driver import StoreConnection
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["PostgresStores"]

_UNIT_SECONDS = 10.0
_MIGRATING = MigrationLimits()
_CONNECTIONS = 10
_OWN_LOGINS = 10


class PostgresStores:
    """The schemas of the tenants of one cell.

    Args:
        cell: The database and its logins.
        root: The folder of the tenants' files.
        check: Called with the revisions of a store when it is first used; raises when such a
            schema cannot be served. Returns whether it need not be asked again.
        tables: Gives the statements that make a store of this release's schema.
        dedicated: Tells whether a tenant has a login of its own.
        refused: Called with a tenant's id when something was refused to it; after its unit.
        connections: How many connections the pool opens at most.
        own_logins: How many dedicated tenants keep connections of their own open.
        migrating: How much time a migration has.
    """

    def __init__(
        self,
        cell: Cell,
        root: Path,
        *,
        check: Callable[[tuple[str, ...]], bool],
        tables: Callable[[], str],
        dedicated: Callable[[int], bool] = lambda _: False,
        refused: Callable[[int], None] = lambda _: None,
        connections: int = _CONNECTIONS,
        own_logins: int = _OWN_LOGINS,
        migrating: MigrationLimits = _MIGRATING,
    ) -> None:
        self.cell = cell
        self.root = root
        self._check = check
        self._tables = tables
        self._dedicated = dedicated
        self._refused = refused
        self._migrating = migrating
        self._pools = Pools(cell, connections, dedicated=own_logins)
        self._owner = engine_of(cell.owner, poolclass=NullPool)
        self._ready = False
        self._lock = threading.Lock()
        self._turns: weakref.WeakValueDictionary[int, _Turn] = weakref.WeakValueDictionary()
        self._checked: set[int] = set()
        self._sizes = Sizes()
        me = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _after_fork(me))

    def ready(self) -> None:
        """See, once in each process, that the database is a safe cell.

        Raises:
            StoreUnavailableError: It does not answer.
            UnsafeStoreError: It must not serve.
        """
        if not self._ready:
            with self._named_errors():
                self.cell.ready()
            self._ready = True

    def files(self, tenant_id: int) -> Path:
        """Return the folder of the tenant's files."""
        return self.root / f"{tenant_id % 256:02x}" / f"t{tenant_id}.files"

    def exists(self, tenant_id: int) -> bool:
        """Return whether the tenant has a schema."""
        query = "SELECT to_regnamespace(%s) IS NOT NULL"
        self.ready()
        with self._named_errors(), self._pools.lent() as driver:
            row = driver.execute(query, [roles.tenant_name(tenant_id)]).fetchone()
            return bool(row and row[0])

    @contextmanager
    def transaction(
        self, tenant: Tenant, *, write: bool, seconds: float | None
    ) -> Iterator[Opened]:
        """Begin a transaction in the tenant's role; see ``Stores``."""
        limit = seconds or float(tenant.limits.get("unit_seconds", _UNIT_SECONDS))
        with (
            self._told(tenant),
            self._turn(tenant.store_id, write=write),
            self._unit(tenant.store_id, write=write, seconds=limit) as opened,
        ):
            driver: StoreConnection = opened.driver
            known = tenant.store_id in self._checked
            if not known and self._check(_revisions(driver)):
                self._checked.add(tenant.store_id)
            if write:
                driver.full = self._sizes.full(driver, tenant.store_id, max_mib(tenant))
            try:
                yield opened
            finally:
                driver.end()
            if write and driver.failed:
                raise errors.UnitError(
                    "A statement of this unit failed, so the whole unit is rolled back."
                )
            if write:
                self._sizes.note(tenant.store_id, driver.rows)
                driver.commit()

    def provision(self, tenant_id: int, template: Path) -> None:
        """Make role, schema and tables in one transaction; ``template`` is of the same schema."""
        if self.exists(tenant_id):
            return
        password = self.cell.password(tenant_id) if self._dedicated(tenant_id) else None
        script = roles.create_tenant(
            tenant_id, self.cell.database, self._tables(), password=password
        )
        with self._named_errors(), closing(self.cell.owner()) as driver, driver.transaction():
            # Two that make the same tenant wait for each other.
            driver.execute("SELECT pg_advisory_xact_lock(%s)", [tenant_id])
            known = driver.execute(
                "SELECT to_regnamespace(%s)", [roles.tenant_name(tenant_id)]
            ).fetchone()
            if known == (None,):
                driver.execute(script)

    def revisions(self, tenant_id: int) -> tuple[str, ...]:
        """Return the revisions of the tenant's schema; see ``Stores``."""
        with (
            self._named_errors(),
            self._unit(tenant_id, write=False, seconds=_UNIT_SECONDS) as opened,
        ):
            return _revisions(opened.driver)

    @contextmanager
    def migration(self, tenant_id: int) -> Iterator[Connection]:
        """Begin a transaction as the schemas' owner, then let the role use what is new.

        A queued change of a table holds up all who only read it, so it does not wait for long.
        """
        self.ready()
        wait = f"SET LOCAL lock_timeout = {max(1, round(self._migrating.lock_seconds * 1000))}"
        begin = sql.SQL("BEGIN; SET LOCAL search_path = {}; {}; SELECT {}").format(
            sql.Identifier(roles.tenant_name(tenant_id)),
            sql.SQL(limits(self._migrating.seconds, wait)),
            sql.SQL(f"pg_advisory_xact_lock({int(tenant_id)})"),
        )
        with self._named_errors(), self._owner.connect() as connection:
            driver = driver_of(connection)
            connection.begin()
            driver.execute(begin)
            yield connection
            driver.execute(roles.grant_tables(tenant_id))
            driver.commit()
            self._checked.discard(tenant_id)
            self._sizes.forget(tenant_id)

    @contextmanager
    def rewriting(self, tenant_id: int, table: str) -> Iterator[Connection]:
        """Disable the triggers that protect history within one transaction; see ``Stores``."""
        name = f'"{table}"'
        with self.migration(tenant_id) as connection:
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            yield connection
            connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")

    def scrub(self, tenant_id: int) -> None:
        """Do nothing: what was removed goes with the server's next vacuum; see ``Stores``."""

    def erase(self, tenant_id: int) -> None:
        """Drop the schema, then the role unless it still has one in another cell."""
        self._pools.forget(tenant_id)
        self._checked.discard(tenant_id)
        name = sql.Identifier(roles.tenant_name(tenant_id))
        with self._named_errors(), closing(self.cell.owner()) as driver:
            with driver.transaction():
                driver.execute(roles.erase_tenant(tenant_id, self.cell.database))
            # One that was moved has a schema in another cell, whose role it still is.
            with suppress(psycopg.errors.DependentObjectsStillExist):
                driver.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))
        shutil.rmtree(self.files(tenant_id), ignore_errors=True)

    def renew_passwords(self, tenant_ids: Collection[int]) -> None:
        """Set the passwords of the pool's login and of dedicated tenants; see ``Stores``."""
        with self._named_errors():
            self.cell.renew_passwords(tenant_ids)

    def close(self) -> None:
        """Close every idle connection; they open again when asked for."""
        self._pools.close()

    def abandon(self) -> None:
        """Start afresh in a forked child: a connection cannot be used from both sides."""
        self._lock = threading.Lock()
        self._turns = weakref.WeakValueDictionary()
        self._pools.abandon()

    def _unit(
        self, tenant_id: int, *, write: bool, seconds: float
    ) -> AbstractContextManager[Opened]:
        self.ready()
        own = self._dedicated(tenant_id)
        return self._pools.unit(tenant_id, own=own, write=write, seconds=seconds)

    @contextmanager
    def _turn(self, tenant_id: int, *, write: bool) -> Iterator[None]:
        """Let one writer of this process in at a time: those who wait hold no connection."""
        if not write:
            yield
            return
        with self._lock:
            turn = self._turns.get(tenant_id)
            if turn is None:
                turn = self._turns[tenant_id] = _Turn()
        if not turn.lock.acquire(timeout=BUSY_SECONDS):
            raise errors.StoreBusyError("Other writers kept the store too long: try again.")
        try:
            yield
        finally:
            turn.lock.release()

    @contextmanager
    def _told(self, tenant: Tenant) -> Iterator[None]:
        try:
            with self._named_errors():
                yield
        except errors.StoreRefusedError:
            self._refused(tenant.id)
            raise

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, DBAPIError) as error:
            known = meaning(error)
            if known is error:
                raise
            raise known from error


class _Turn:
    """The queue of this process's writers of one tenant."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def _revisions(driver: StoreConnection) -> tuple[str, ...]:
    try:
        rows = driver.execute("SELECT version_num FROM alembic_version ORDER BY 1").fetchall()
    except psycopg.errors.UndefinedTable as error:
        # A schema is made whole or not at all, so it is the schema that is missing.
        raise errors.StoreMissingError("The tenant has no schema here: restore it.") from error
    return tuple(row[0] for row in rows)


def _after_fork(me: weakref.ref[PostgresStores]) -> None:
    stores = me()
    if stores is not None:
        stores.abandon()
