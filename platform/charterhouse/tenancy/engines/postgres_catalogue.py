"""The catalogue in PostgreSQL: a schema of its own, whose login can read nothing else.

It may lie in a database that is a cell too: no tenant's role and no cell's login may enter its
schema. The database's owner makes and changes the tables; the catalogue's own login reads and
writes them. Whoever writes holds the row of the catalogue's version first, so that writers take
turns, as they do in a file.
"""

from __future__ import annotations

import os
import weakref
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_cell import parts_of, plain
from charterhouse.tenancy.engines.postgres_driver import StoreConnection, connect, meaning
from charterhouse.tenancy.engines.postgres_login import Logins, is_wrong_password
from charterhouse.tenancy.engines.postgres_marks import is_newer, mark_of
from charterhouse.tenancy.engines.postgres_pool import (
    BUSY_SECONDS,
    driver_of,
    end,
    engine_of,
    limits,
)
from charterhouse.tenancy.engines.postgres_roles import CATALOGUE, catalogue_login

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

__all__ = ["Found", "PostgresCatalogue"]

_SECONDS = 15.0
_DDL_SECONDS = 600.0
_KEPT = 1
_MORE = 7
_RECYCLE_SECONDS = 900
_ALIVE = {"tcp_user_timeout": "5000", "keepalives_idle": "10", "keepalives_interval": "5"}
# A lock is held by a connection: the server lets it go a minute after the machine has died.
_HELD = (
    "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL tcp_keepalives_idle = 30; "
    "SET LOCAL tcp_keepalives_interval = 10; SET LOCAL tcp_keepalives_count = 3"
)

_PREPARE = """
SELECT pg_advisory_xact_lock(hashtext('charterhouse cell'));
DO $do$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {login_text}) THEN
    CREATE ROLE {login} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE;
  END IF;
END $do$;
ALTER ROLE {login} PASSWORD {password};
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {login};
SET LOCAL ROLE {keeper};
CREATE SCHEMA IF NOT EXISTS {schema};
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA {schema} TO {login};
COMMENT ON SCHEMA {schema} IS {mark};
"""

_GRANTS = """
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {login};
REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {login};
REVOKE UPDATE, DELETE ON {schema}.audit FROM {login};
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the database before anything is done to it.

    Attributes:
        key_check: What tells whether a master key is that of the installation; None before its
            first start.
        tenants: How many the catalogue has.
        stores: How many stores of tenants the database holds.
        exists: Whether there is a catalogue.
    """

    key_check: str | None
    tenants: int
    stores: int
    exists: bool


class PostgresCatalogue:
    """The database of the catalogue.

    Args:
        url: The owner's address; empty for a process that only serves.
        serving_url: Where the catalogue's login connects.
        derivations: Gives 32 secret bytes for a purpose: from the master key, then from the one
            before, if there is one.

    Raises:
        StoreUnavailableError: An address cannot be read.
    """

    def __init__(
        self, url: str, serving_url: str, derivations: Callable[[str], tuple[bytes, ...]]
    ) -> None:
        self._url, self._serving_url = plain(url), plain(serving_url)
        self.database = str(parts_of(self._serving_url, "the catalogue").get("dbname") or "")
        if not self.database:
            raise errors.StoreUnavailableError("The address of the catalogue names no database.")
        self.login = catalogue_login(self.database)
        self._logins = Logins(derivations)
        self._engine = engine_of(
            self._served,
            pool_size=_KEPT,
            max_overflow=_MORE,
            pool_timeout=BUSY_SECONDS,
            pool_recycle=_RECYCLE_SECONDS,
        )
        self._keeping = engine_of(self._owner, poolclass=NullPool)
        self._holding = engine_of(self._served, poolclass=NullPool)
        self._keeper = ""
        me = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _after_fork(me))

    @property
    def owned(self) -> bool:
        """Whether this process may make and change the catalogue's tables."""
        return bool(self._url)

    def look(self) -> Found:
        """Return what is there, changing nothing.

        Raises:
            CatalogueUnavailableError: The database does not answer.
            MasterKeyError: It does not know our login by its password.
        """
        connect_first = self._owner if self.owned else self._served
        with self._named_errors(telling=True), closing(connect_first()) as one:
            found = one.execute(
                "SELECT to_regclass(%s) IS NOT NULL, (SELECT count(*) FROM pg_namespace "
                r"WHERE nspname ~ '^t_\d{3,}$')",
                [f"{CATALOGUE}.catalogue_state"],
            ).fetchone()
            exists, stores = found or (False, 0)
            if not exists:
                return Found(None, 0, stores, exists=False)
            if self.owned:
                self._become_keeper(one)
            row = one.execute(
                sql.SQL(
                    "SELECT key_check, (SELECT count(*) FROM {0}.tenant) FROM {0}.catalogue_state"
                ).format(sql.Identifier(CATALOGUE))
            ).fetchone()
            key_check, tenants = row or (None, 0)
            return Found(key_check, tenants, stores, exists=True)

    def ready(self) -> None:
        """Make the schema and its login where they are missing and we are the owner.

        A password of the key before stays.

        Raises:
            UnsafeStoreError: The owner may not.
        """
        if self.owned:
            self._prepare(renewing=False)

    def renew_password(self) -> None:
        """Give the login the password of the present master key; see ``Database``."""
        self._prepare(renewing=True)

    def _prepare(self, *, renewing: bool) -> None:
        passwords = self._logins.passwords(self.login)
        with self._named_errors(telling=renewing), closing(self._owner()) as driver:
            self._keeper = _keeper(driver)
            names = {
                "login": sql.Identifier(self.login),
                "login_text": sql.Literal(self.login),
                "database": sql.Identifier(self.database),
                "keeper": sql.Identifier(self._keeper),
                "schema": sql.Identifier(CATALOGUE),
            }

            def script(password: str, mark: str) -> sql.Composed:
                told = {"password": sql.Literal(password), "mark": sql.Literal(mark)}
                return sql.SQL(_PREPARE).format(**names, **told)

            drafts = (script(each, "").as_string(driver) for each in passwords)
            marks = [mark_of(each) for each in drafts]
            query = "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')"
            (known,) = driver.execute(query, [CATALOGUE]).fetchone() or (None,)
            if known in (marks[:1] if renewing else marks) or (is_newer(known) and not renewing):
                return
            try:
                with driver.transaction():
                    driver.execute(script(passwords[0], marks[0]))
            except psycopg.errors.InsufficientPrivilege as error:
                raise errors.UnsafeStoreError(
                    f"The owner of the catalogue's database may not make it ready ({_line(error)}): "
                    "let a superuser do it once."
                ) from error

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """Begin a transaction; commit at the end of the block, roll back on an error."""
        with self._named_errors():
            connection = self._begin(_script(write=write))
            driver = driver_of(connection)
            try:
                yield connection
                if driver.failed:
                    raise errors.UnitError("A statement failed, so the whole change is undone.")
                if write:
                    driver.commit()
            finally:
                end(connection, driver)

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """Begin a transaction as the owner, then let the catalogue's login use what is new."""
        with self._named_errors(), self._keeping.connect() as connection:
            driver = driver_of(connection)
            connection.begin()
            wait = f"SET LOCAL lock_timeout = {round(BUSY_SECONDS * 1000)}"
            script = sql.SQL(
                "BEGIN; SET LOCAL ROLE {}; SET LOCAL search_path = {}; {}; "
                "SELECT pg_advisory_xact_lock(hashtext('charterhouse catalogue'))"
            ).format(
                sql.Identifier(self._keeper or _keeper(driver)),
                sql.Identifier(CATALOGUE),
                sql.SQL(limits(_DDL_SECONDS, wait)),
            )
            driver.execute(script)
            yield connection
            driver.execute(
                sql.SQL(_GRANTS).format(
                    schema=sql.Identifier(CATALOGUE), login=sql.Identifier(self.login)
                )
            )
            driver.commit()

    @contextmanager
    def alone(self, tenant_id: int) -> Iterator[None]:
        """Keep commands on all machines from the same tenant, until this one ends or dies.

        Raises:
            StoreBusyError: Another command is at work on it.
        """
        table = sql.Identifier(CATALOGUE, "tenant_lock")
        made = sql.SQL("INSERT INTO {} VALUES (%s) ON CONFLICT DO NOTHING").format(table)
        held = sql.SQL("SELECT FROM {} WHERE tenant_id = %s FOR UPDATE NOWAIT").format(table)
        with self._named_errors():
            connection = self._holding.connect()
            driver = driver_of(connection)
        try:
            with self._named_errors():
                driver.execute(made, [tenant_id])
                try:
                    psycopg.Cursor(driver).execute(_HELD)
                    driver.execute(held, [tenant_id])
                except psycopg.errors.LockNotAvailable as error:
                    raise errors.StoreBusyError(
                        "Another command is at work on this tenant: wait until it has ended."
                    ) from error
            yield
        finally:
            end(connection, driver)

    def scrub(self) -> None:
        """Overwrite removed keys in the tables; without the owner's address, a vacuum does later."""
        if self.owned:
            with self._named_errors(), closing(self._owner()) as driver:
                self._become_keeper(driver)
                table = sql.Identifier(CATALOGUE, "tenant_key")
                driver.execute(sql.SQL("VACUUM (FULL) {}").format(table))

    def ways_in(self) -> list[str]:
        """Return the logins of cells and the roles of tenants on this server that get in here."""
        query = sql.SQL(
            "SELECT rolname FROM pg_roles r WHERE (rolname ~ {tenants} OR rolname ~ {pools}) AND "
            "(has_schema_privilege(oid, {schema}, 'USAGE') OR pg_has_role(oid, {login}, 'MEMBER') "
            "OR pg_has_role(oid, (SELECT nspowner FROM pg_namespace WHERE nspname = {schema}), "
            "'MEMBER')) ORDER BY 1 LIMIT 10"
        ).format(
            tenants=sql.Literal(r"^t_\d+$"),
            pools=sql.Literal("_pool$"),
            schema=sql.Literal(CATALOGUE),
            login=sql.Literal(self.login),
        )
        with self.transaction(write=False) as connection:
            return [row[0] for row in driver_of(connection).execute(query).fetchall()]

    def close(self) -> None:
        """Close every idle connection."""
        self._engine.dispose()

    def abandon(self) -> None:
        """Start afresh in a forked child: a connection cannot be used from both sides."""
        for engine in (self._engine, self._keeping, self._holding):
            engine.dispose(close=False)

    def _begin(self, script: str) -> Connection:
        """Take a connection and begin on it; one that was lost while idle is replaced."""
        while True:
            try:
                connection = self._engine.connect()
            except PoolTimeoutError as error:
                raise errors.StoreBusyError("The catalogue is in use: try again.") from error
            driver = driver_of(connection)
            used = driver.used
            try:
                connection.begin()
                psycopg.Cursor(driver).execute(script.encode())
            except BaseException:
                lost = driver.lost
                end(connection, driver)
                if not (lost and used):
                    raise
            else:
                driver.used = True
                return connection

    def _owner(self) -> StoreConnection:
        if not self._url:
            raise errors.StoreUnavailableError(
                "This process only serves: to make or change the catalogue's tables, give it the "
                "owner's address in DATABASE_URL or CHARTERHOUSE_CATALOGUE."
            )
        return connect(self._url, **_ALIVE)

    def _served(self) -> StoreConnection:
        try:
            return self._logins.connect(self._serving_url, self.login, **_ALIVE)
        except errors.StoreUnavailableError as error:
            if is_wrong_password(error):
                raise errors.MasterKeyError(
                    f"The catalogue's database does not take the password of {self.login}, which "
                    "comes from the master key: set the CHARTERHOUSE_MASTER_KEY of the installation. "
                    "On its very first start, give the owner's address."
                ) from error
            raise

    def _become_keeper(self, driver: StoreConnection) -> None:
        driver.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(_keeper(driver))))

    @contextmanager
    def _named_errors(self, *, telling: bool = False) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, DBAPIError, errors.StoreUnavailableError) as error:
            known = meaning(error)
            if isinstance(known, errors.StoreUnavailableError) and not isinstance(
                known, errors.CatalogueUnavailableError
            ):
                # Later it is told to whoever wants to change something, and where it is not.
                reason = f" {known}" if telling else " Try again."
                raise errors.CatalogueUnavailableError(
                    f"The catalogue does not answer, so nothing of it can be changed.{reason}"
                ) from error
            if known is error:
                raise
            raise known from error


def _keeper(driver: StoreConnection) -> str:
    """Whose the catalogue is: the owner of the database, whom a superuser acts for."""
    row = driver.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    return str(row[0]) if row else ""


def _script(*, write: bool) -> str:
    path = f"SET LOCAL search_path = {CATALOGUE}"
    if not write:
        return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {path}; {limits(_SECONDS)}"
    wait = f"SET LOCAL lock_timeout = {round(BUSY_SECONDS * 1000)}"
    turn = "SELECT FROM catalogue_state FOR UPDATE"
    return f"BEGIN; {path}; {wait}; {turn}; {limits(_SECONDS)}"


def _line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0]


def _after_fork(me: weakref.ref[PostgresCatalogue]) -> None:
    catalogue = me()
    if catalogue is not None:
        catalogue.abandon()
