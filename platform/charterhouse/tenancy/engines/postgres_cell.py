"""One database as a cell: its addresses, its logins, and how it is made ready."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_roles as roles
from charterhouse.tenancy.engines.postgres_driver import StoreConnection, connect, meaning
from charterhouse.tenancy.engines.postgres_login import Logins
from charterhouse.tenancy.engines.postgres_marks import is_newer, mark_of
from charterhouse.tenancy.engines.postgres_selftest import ways_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Cell", "parts_of", "plain"]

_OLDEST = 150_000


class Cell:
    """A database that holds tenants, and who connects to it.

    The owner makes schemas; the pool's login serves tenants and owns nothing. The passwords of
    pool and tenants are derived from the master key, so that nobody has to keep them.

    Args:
        name: The cell's, in the catalogue.
        url: The owner's address, ``postgresql://owner@host/database``; empty for a process that
            only serves.
        derivations: Gives 32 secret bytes for a purpose: from the master key, then from the one
            before, if there is one.
        pool_url: Where units connect instead, when a pooler stands in between. The pool's login
            is put in where it names no user.

    Raises:
        StoreUnavailableError: An address cannot be read.
    """

    def __init__(
        self,
        name: str,
        url: str,
        derivations: Callable[[str], tuple[bytes, ...]],
        *,
        pool_url: str = "",
    ) -> None:
        self.name = name
        self._url = plain(url)
        self._logins = Logins(derivations)
        self._pool_url = plain(pool_url or url)
        self.database = str(self._parts(self._url or self._pool_url).get("dbname") or "")
        if not self.database:
            raise errors.StoreUnavailableError(f"The address of cell {name} names no database.")
        named = bool(pool_url) and "user" in self._parts(self._pool_url)
        self._pool_login = None if named else roles.pool_login(self.database)

    def owner(self) -> StoreConnection:
        """Connect as the owner of the schemas.

        Raises:
            StoreUnavailableError: It does not answer, or this process may only serve.
        """
        if not self._url:
            raise errors.StoreUnavailableError(
                f"This process only serves cell {self.name}: to make or change stores, give it the "
                "owner's address in CHARTERHOUSE_DATABASE_URL."
            )
        return connect(self._url)

    def pool(self) -> StoreConnection:
        """Connect as the pool's login."""
        if self._pool_login is None:
            return connect(self._pool_url)
        return self._logins.connect(self._pool_url, self._pool_login)

    def tenant(self, tenant_id: int) -> StoreConnection:
        """Connect as a dedicated tenant's own login, past any pooler."""
        return self._logins.connect(self._url or self._pool_url, roles.tenant_name(tenant_id))

    def password(self, tenant_id: int) -> str:
        """Return the password of a dedicated tenant's login."""
        return self._logins.passwords(roles.tenant_name(tenant_id))[0]

    def renew_passwords(self, tenant_ids: Iterable[int]) -> None:
        """Give the pool and dedicated tenants the passwords of the present master key.

        Args:
            tenant_ids: The stores here that have a login of their own.

        Raises:
            StoreUnavailableError: It does not answer, or this process may only serve.
            UnsafeStoreError: The owner may not.
        """
        pool = roles.pool_login(self.database)
        with closing(self.owner()) as driver:
            known, marks = self._marks(driver)
            if known not in marks:
                raise errors.UnsafeStoreError(
                    f"Cell {self.name} was made ready by another release: run this with that one."
                )
            with self._as_owner(), driver.transaction():
                # Not all that made it ready, which takes more than the owner may.
                driver.execute(roles.renew_password(pool, self._logins.passwords(pool)[0]))
                driver.execute(_marked(marks[0]))
                for tenant_id in tenant_ids:
                    name = roles.tenant_name(tenant_id)
                    query = "SELECT FROM pg_roles WHERE rolname = %s AND rolcanlogin"
                    if driver.execute(query, [name]).fetchone() is not None:
                        driver.execute(roles.renew_password(name, self.password(tenant_id)))

    def ready(self) -> None:
        """See that the database is a safe cell; make it one where it is not and we may.

        Raises:
            StoreUnavailableError: It does not answer.
            UnsafeStoreError: It cannot be a cell, a known way out of a schema is open, or units
                would be in another database than stores are made in.
        """
        where = self._prepare() if self._url else None
        with closing(self.pool()) as driver:
            if where is not None and where != _where(driver):
                raise errors.UnsafeStoreError(
                    f"The two addresses of cell {self.name} lead to different databases: let "
                    "CHARTERHOUSE_DATABASE_POOL_URL lead to that of CHARTERHOUSE_DATABASE_URL, or "
                    "leave it empty."
                )
            found = ways_out(driver)
        if found:
            raise errors.UnsafeStoreError(
                f"Cell {self.name} is not safe to serve: {'; '.join(found)}."
            )

    def _prepare(self) -> tuple[object, ...]:
        """Make the database a cell and tell which it is; a password of the key before stays."""
        pool = roles.pool_login(self.database)
        with closing(self.owner()) as driver:
            self._check_server(driver)
            known, marks = self._marks(driver)
            if known not in marks and not is_newer(known):
                password = self._logins.passwords(pool)[0]
                with self._as_owner(), driver.transaction():
                    driver.execute(roles.prepare_cell(self.database, password))
                    driver.execute(_marked(marks[0]))
            return _where(driver)

    def _marks(self, driver: StoreConnection) -> tuple[str | None, list[str]]:
        """What the database is marked with, and what we would leave, for each of the passwords."""
        passwords = self._logins.passwords(roles.pool_login(self.database))
        scripts = (roles.prepare_cell(self.database, each) for each in passwords)
        query = "SELECT obj_description(to_regnamespace('charterhouse'), 'pg_namespace')"
        (known,) = driver.execute(query).fetchone() or (None,)
        return known, [mark_of(each.as_string(driver)) for each in scripts]

    @contextmanager
    def _as_owner(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            if not isinstance(meaning(error), errors.StoreRefusedError):
                raise
            reason = str(error).strip().splitlines()[0]
            raise errors.UnsafeStoreError(
                f"The owner of cell {self.name} may not make it ready ({reason}): "
                "let a superuser do it once."
            ) from error

    def _check_server(self, driver: StoreConnection) -> None:
        if driver.info.server_version < _OLDEST:
            raise errors.UnsafeStoreError(f"Cell {self.name} needs PostgreSQL 15 or later.")
        row = driver.execute(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
        if row not in {("C", "UTF8"), ("POSIX", "UTF8")}:
            raise errors.UnsafeStoreError(
                f"Cell {self.name} must sort by bytes, as every engine here does: make its "
                "database with TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'."
            )

    def _parts(self, url: str) -> dict[str, object]:
        return parts_of(url, f"cell {self.name}")


def _where(driver: StoreConnection) -> tuple[object, ...]:
    """Tell a database from all others; a recovered copy differs in when its server started."""
    query = "SELECT current_database(), extract(epoch FROM pg_postmaster_start_time())::text"
    row: tuple[object, ...] | None = driver.execute(query).fetchone()
    return row or ()


def _marked(mark: str) -> psycopg.sql.Composed:
    return psycopg.sql.SQL("COMMENT ON SCHEMA charterhouse IS {}").format(psycopg.sql.Literal(mark))


def parts_of(url: str, whose: str) -> dict[str, object]:
    """Return the parts of an address.

    Raises:
        StoreUnavailableError: It cannot be read; ``whose`` says whose it is.
    """
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error as error:
        raise errors.StoreUnavailableError(
            f"The address of {whose} is malformed: write postgresql://…."
        ) from error


def plain(url: str) -> str:
    """Take SQLAlchemy's way of writing, which names the driver, for libpq's."""
    scheme = urlsplit(url).scheme
    if scheme.startswith(("postgresql+", "postgres+")):
        return "postgresql" + url[len(scheme) :]
    return url
