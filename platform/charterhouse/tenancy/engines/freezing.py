"""Closing a store for writing, in the store itself.

A tenant's status keeps new requests out; it does not reach a request that is under way and still
holds the tenant as it was. What is to be copied without losing an event is therefore frozen: from
the commit on, whoever tries to write fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from charterhouse.tenancy.engines.base import FROZEN

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from charterhouse.tenancy.engines.base import Stores

__all__ = ["freeze", "thaw"]

_VERBS = ("INSERT", "UPDATE", "DELETE")
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'object_not_in_prerequisite_state';
END $fn$
"""


def freeze(stores: Stores, store_id: int) -> None:
    """Wait for the writer of the moment, then refuse all others; twice is once.

    Raises:
        StoreBusyError: Writers kept the store for too long.
        StoreMissingError: There is no store.
    """
    with stores.migration(store_id) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_FUNCTION)
        for table in _tables(connection):
            for statement in _freezing(connection, table):
                connection.execute(text(statement))


def thaw(stores: Stores, store_id: int) -> None:
    """Let a frozen store be written again; one that is not frozen stays as it is.

    Raises:
        The same as ``freeze``.
    """
    with stores.migration(store_id) as connection:
        for table in _tables(connection):
            for statement in _thawing(connection, table):
                connection.execute(text(statement))
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION IF EXISTS refuse_frozen()"))


def _tables(connection: Connection) -> list[str]:
    if connection.dialect.name == "postgresql":
        query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        return list(connection.execute(text(query)).scalars())
    return sorted(inspect(connection).get_table_names())


def _freezing(connection: Connection, table: str) -> list[str]:
    if connection.dialect.name == "postgresql":
        # Privileges would be given back with the next migration; a trigger stays.
        return [
            f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}",
            f"CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen()",
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END"
        for verb in _VERBS
    ]


def _thawing(connection: Connection, table: str) -> list[str]:
    if connection.dialect.name == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}"]
    return [f"DROP TRIGGER IF EXISTS {table}_frozen_{verb.lower()}" for verb in _VERBS]
