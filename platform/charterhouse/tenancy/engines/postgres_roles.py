"""What the database is told once, and for each tenant: roles, schemas and what they may do.

Names come from ids alone. A tenant's role and schema have the same name, so that the search path
``"$user"`` follows the role and taking the role is all it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from psycopg.sql import Composed

__all__ = [
    "CATALOGUE",
    "PROBES",
    "catalogue_login",
    "create_tenant",
    "erase_tenant",
    "grant_tables",
    "pool_login",
    "prepare_cell",
    "renew_password",
    "tenant_name",
]

PROBES = (0, 1)
"""Ids of no tenant, whose empty stores the self-test attacks."""

CATALOGUE = "charterhouse_catalogue"
"""The schema of the catalogue, where it is in a database."""

_NAME_LENGTH = 63
_DEDICATED_CONNECTIONS = 20

# Each of these would let a tenant's statement reach past its schema: change the role or a limit,
# hinder or signal others, run text as a statement, or keep data where no backup looks.
_FUNCTIONS = (
    r"^(set_config|pg_notify|pg_export_snapshot|pg_logical_emit_message"
    r"|pg_(try_)?advisory_.*|pg_sleep.*|pg_cancel_backend|pg_terminate_backend"
    r"|lo_.*|loread|lowrite|(query|cursor|table|schema|database)_to_xml.*|ts_(stat|rewrite))$"
)

_PREPARE = r"""
SELECT pg_advisory_xact_lock(hashtext('charterhouse cell'));
DO $do$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {pool_text}) THEN
    CREATE ROLE {pool} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE;
  END IF;
END $do$;
ALTER ROLE {pool} PASSWORD {password};
ALTER ROLE {pool} SET search_path = "$user";
DO $do$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT oid FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ {functions}
  LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f); END LOOP;
END $do$;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO {pool};
REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {pool};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS charterhouse;
CREATE OR REPLACE FUNCTION charterhouse.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  RAISE EXCEPTION '% is history: it is never changed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $fn$;
CREATE OR REPLACE FUNCTION charterhouse.check_sums() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF EXISTS (
    SELECT FROM posting WHERE decision_id = NEW.decision_id
    GROUP BY regexp_replace(account, ':held$', '') HAVING sum(amount) <> 0
  ) THEN
    RAISE EXCEPTION 'the postings of decision % do not sum to zero', NEW.decision_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $fn$;
CREATE OR REPLACE FUNCTION charterhouse.my_turn() RETURNS void LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog AS $fn$
BEGIN
  PERFORM pg_advisory_xact_lock(substr(session_user, 3)::bigint);
END $fn$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA charterhouse FROM PUBLIC;
DO $do$ DECLARE
  keeper text := (SELECT quote_ident(pg_get_userbyid(datdba)) FROM pg_database
                  WHERE datname = current_database());
BEGIN
  EXECUTE 'GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO ' || keeper;
  EXECUTE 'GRANT USAGE ON LANGUAGE plpgsql TO ' || keeper;
  EXECUTE 'ALTER SCHEMA charterhouse OWNER TO ' || keeper;
  EXECUTE 'ALTER FUNCTION charterhouse.refuse_change() OWNER TO ' || keeper;
  EXECUTE 'ALTER FUNCTION charterhouse.check_sums() OWNER TO ' || keeper;
  EXECUTE 'ALTER FUNCTION charterhouse.my_turn() OWNER TO ' || keeper;
END $do$;
"""
# Later the database's owner makes stores, who need not be a superuser.
# my_turn is for tenants with a login of their own, who must not lock the turns of others.

_PROBE = """
CREATE SCHEMA IF NOT EXISTS {tenant};
CREATE TABLE IF NOT EXISTS {tenant}.probe (id bigint PRIMARY KEY);
GRANT USAGE ON SCHEMA {tenant} TO {tenant};
GRANT SELECT, INSERT, UPDATE, DELETE ON {tenant}.probe TO {tenant};
"""

_ROLE = """
DO $do$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {tenant_text}) THEN
    CREATE ROLE {tenant} NOINHERIT;
  END IF;
END $do$;
"""

_POOLED = """
ALTER ROLE {tenant} NOLOGIN PASSWORD NULL;
GRANT {tenant} TO {pool};
"""

_DEDICATED = """
ALTER ROLE {tenant} LOGIN PASSWORD {password} CONNECTION LIMIT {connections};
ALTER ROLE {tenant} SET search_path = "$user";
GRANT CONNECT ON DATABASE {database} TO {tenant};
GRANT USAGE ON SCHEMA charterhouse TO {tenant};
GRANT EXECUTE ON FUNCTION charterhouse.my_turn() TO {tenant};
"""

_GRANTS = """
GRANT USAGE ON SCHEMA {tenant} TO {tenant};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {tenant} TO {tenant};
REVOKE INSERT, UPDATE, DELETE ON {tenant}.alembic_version FROM {tenant};
"""


def tenant_name(tenant_id: int) -> str:
    """Return the name of the tenant's role and schema."""
    return f"t_{int(tenant_id)}"


def pool_login(database: str) -> str:
    """Return the name of the login that serves the pooled tenants of ``database``."""
    return f"{database[: _NAME_LENGTH - 5]}_pool"


def catalogue_login(database: str) -> str:
    """Return the name of the login that serves the catalogue of ``database``."""
    return f"{database[: _NAME_LENGTH - 10]}_catalogue"


def prepare_cell(database: str, password: str) -> Composed:
    """Return the script that makes a database a cell; running it again changes nothing.

    Args:
        database: Its name.
        password: Of the pool's login.
    """
    pool = pool_login(database)
    script = sql.SQL(_PREPARE).format(
        pool=sql.Identifier(pool),
        pool_text=sql.Literal(pool),
        password=sql.Literal(password),
        database=sql.Identifier(database),
        functions=sql.Literal(_FUNCTIONS),
    )
    probes = [
        step
        for probe in PROBES
        for step in (_role(probe), _pooled(probe, pool), _of(_PROBE, probe))
    ]
    return sql.Composed([script, *probes])


def create_tenant(
    tenant_id: int, database: str, tables: str, *, password: str | None = None
) -> Composed:
    """Return the script that makes a tenant's role, schema and tables.

    Args:
        tenant_id: Whose.
        database: The cell's.
        tables: Statements that make the tables in the first schema of the search path.
        password: Of the tenant's own login; None for a tenant of the pool.
    """
    name = tenant_name(tenant_id)
    steps = [_role(tenant_id)]
    if password is None:
        steps.append(_pooled(tenant_id, pool_login(database)))
    else:
        steps.append(
            sql.SQL(_DEDICATED).format(
                tenant=sql.Identifier(name),
                password=sql.Literal(password),
                connections=sql.Literal(_DEDICATED_CONNECTIONS),
                database=sql.Identifier(database),
            )
        )
    steps.append(
        sql.SQL("CREATE SCHEMA {0};\nSET LOCAL search_path = {0};\n").format(sql.Identifier(name))
    )
    steps.append(sql.Composed([sql.SQL(tables)]))
    steps.append(grant_tables(tenant_id))
    return sql.Composed(steps)


def renew_password(login: str, password: str) -> Composed:
    """Return the statement that gives a login another password."""
    return sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(password))


def grant_tables(tenant_id: int) -> Composed:
    """Return the script that lets a tenant's role use its tables, also those new since."""
    return _of(_GRANTS, tenant_id)


def erase_tenant(tenant_id: int, database: str) -> Composed:
    """Return the script that removes a tenant's schema and its ties to the cell, but not its role."""
    return sql.SQL(
        "DROP SCHEMA IF EXISTS {tenant} CASCADE;\n"
        "DO $do$ BEGIN\n"
        "  IF EXISTS (SELECT FROM pg_roles WHERE rolname = {tenant_text}) THEN\n"
        "    REVOKE {tenant} FROM {pool};\n"
        "    REVOKE ALL ON DATABASE {database} FROM {tenant};\n"
        "    REVOKE ALL ON SCHEMA charterhouse FROM {tenant};\n"
        "    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA charterhouse FROM {tenant};\n"
        "  END IF;\n"
        "END $do$;\n"
    ).format(
        tenant=sql.Identifier(tenant_name(tenant_id)),
        tenant_text=sql.Literal(tenant_name(tenant_id)),
        pool=sql.Identifier(pool_login(database)),
        database=sql.Identifier(database),
    )


def _role(tenant_id: int) -> Composed:
    name = tenant_name(tenant_id)
    return sql.SQL(_ROLE).format(tenant=sql.Identifier(name), tenant_text=sql.Literal(name))


def _pooled(tenant_id: int, pool: str) -> Composed:
    return sql.SQL(_POOLED).format(
        tenant=sql.Identifier(tenant_name(tenant_id)), pool=sql.Identifier(pool)
    )


def _of(script: str, tenant_id: int) -> Composed:
    made = sql.SQL(script)
    return made.format(tenant=sql.Identifier(tenant_name(tenant_id)))
