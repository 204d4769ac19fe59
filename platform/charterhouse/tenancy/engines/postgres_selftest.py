"""The known ways out of a tenant's schema, tried on two empty stores before a cell serves.

Statements go past the cursor's own guard where the database itself must refuse them.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psycopg

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_roles import CATALOGUE, PROBES, tenant_name

if TYPE_CHECKING:
    from charterhouse.tenancy.engines.postgres_driver import StoreConnection

__all__ = ["ways_out"]

_HOME, _OTHER = (tenant_name(probe) for probe in PROBES)
_SECONDS = 5.0

_BY_DATABASE = (
    f"TABLE {_OTHER}.probe",
    f"WITH x AS (TABLE {_OTHER}.probe) TABLE x",
    f"TABLE {CATALOGUE}.tenant_key",
    f"TABLE {CATALOGUE}.tenant",
    f"MERGE INTO {_OTHER}.probe a USING probe b ON a.id = b.id WHEN MATCHED THEN DELETE",
    f"SELECT set_config('role', '{_OTHER}', true)",
    "SELECT set_config('statement_timeout', '0', true)",
    "UPDATE pg_settings SET setting = '0' WHERE name = 'statement_timeout'",
    f"DO $$ BEGIN EXECUTE 'SET ROLE {_OTHER}'; END $$",
    "CREATE TABLE mine (id int)",
    "CREATE TEMP TABLE mine (id int)",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "SET SESSION AUTHORIZATION postgres",
    f"SELECT query_to_xml('TABLE {_OTHER}.probe', true, true, '')",
    "SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_notify('x', 'y')",
    "SELECT pg_sleep(0)",
    "COPY probe TO PROGRAM 'true'",
    "COPY probe TO '/dev/null'",
    "TRUNCATE probe",
    "DROP TABLE probe",
    f"ALTER ROLE {_HOME} SUPERUSER",
)
_BY_CURSOR = (
    f"SELECT 1; SET ROLE {_OTHER}",
    f"SET ROLE {_OTHER}",
    "RESET ROLE",
    "SET LOCAL statement_timeout = 0",
    "COMMIT",
    "ROLLBACK",
    f"/* x */ SET ROLE {_OTHER}",
    f"-- x\nSET ROLE {_OTHER}",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE x AS SELECT 1",
    "DECLARE x CURSOR WITH HOLD FOR SELECT 1",
    "LISTEN x",
    "LOCK TABLE probe",
)
_AFTER_RESET = (
    f"TABLE {_HOME}.probe",
    f"TABLE {_OTHER}.probe",
    f"TABLE {CATALOGUE}.tenant_key",
)
_LOGIN = (
    "SELECT rolsuper OR rolinherit OR rolcreaterole OR rolcreatedb OR rolreplication "
    "OR rolbypassrls OR EXISTS (SELECT FROM pg_shdepend d WHERE d.refobjid = r.oid "
    "AND d.deptype = 'o') FROM pg_roles r WHERE rolname = session_user"
)

_MEMBERS = (
    "SELECT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
    r"WHERE r.rolname ~ '^t_\d+$')"
)


def ways_out(driver: StoreConnection) -> list[str]:
    """Return what the database or the cursor let through and should not have.

    Args:
        driver: A connection of the pool's login, outside a transaction.
    """
    found = [text for text in _BY_DATABASE if _passes(driver, text, guarded=False)]
    found += [text for text in _BY_CURSOR if _passes(driver, text, guarded=True)]
    found += [f"RESET ROLE, then {text}" for text in _AFTER_RESET if _passes_reset(driver, text)]
    if driver.execute(_LOGIN).fetchone() != (False,):
        found.append("the pool's login has rights of its own")
    if driver.execute(_MEMBERS).fetchone() != (False,):
        found.append("a tenant's role is a member of another role")
    return found


def _begin(driver: StoreConnection) -> None:
    limit = f"SET LOCAL statement_timeout = {round(_SECONDS * 1000)}"
    driver.begin(f"BEGIN; SET LOCAL ROLE {_HOME}; {limit}", _SECONDS)


def _passes(driver: StoreConnection, text: str, *, guarded: bool) -> bool:
    _begin(driver)
    try:
        with closing(driver.cursor() if guarded else psycopg.Cursor(driver)) as cursor:
            cursor.execute(text.encode() if not guarded else text)
    except (psycopg.Error, errors.StoreRefusedError):
        return False
    else:
        return True
    finally:
        driver.end()
        driver.rollback()


def _passes_reset(driver: StoreConnection, text: str) -> bool:
    """Whether the pool's login itself reads what the roles it may take can."""
    _begin(driver)
    try:
        psycopg.Cursor(driver).execute("RESET ROLE")
        psycopg.Cursor(driver).execute(text.encode())
    except psycopg.Error:
        return False
    else:
        return True
    finally:
        driver.end()
        driver.rollback()
