"""A cell whose two addresses, the owner's and the pooler's, do not lead to the same database."""

from __future__ import annotations

import hashlib
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres


def _derived(purpose: str) -> tuple[bytes, ...]:
    return (hashlib.sha256(purpose.encode()).digest(),)


def test_units_in_a_copy_of_the_server_are_refused(postgres: ScratchPostgres) -> None:
    """As when the owner's address leads to a recovered server and the pooler to the live one."""
    live = postgres.database()
    name = live.partition("@/")[2].partition("?")[0]
    with closing(ScratchPostgres()) as other:
        with psycopg.connect(other.url("postgres"), autocommit=True) as driver:
            made = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
            driver.execute(sql.SQL(made).format(sql.Identifier(name)))
        recovered = other.url(name)
        for url in (live, recovered):
            Cell("main", url, _derived).ready()

        with pytest.raises(errors.UnsafeStoreError, match="CHARTERHOUSE_DATABASE_POOL_URL"):
            Cell("main", recovered, _derived, pool_url=live.replace("postgres@", "")).ready()


def test_units_in_another_database_are_refused(postgres: ScratchPostgres) -> None:
    first, second = postgres.database(), postgres.database()
    for url in (first, second):
        Cell("main", url, _derived).ready()
    login = Cell("main", first, _derived).database + "_pool"

    # The pooler's address names the login itself.
    pooled = second.replace("postgres@", f"{login}@")
    with psycopg.connect(second, autocommit=True) as driver:
        database = sql.Identifier(Cell("main", second, _derived).database)
        grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        driver.execute(grant.format(database, sql.Identifier(login)))

    with pytest.raises(errors.UnsafeStoreError, match="different databases"):
        Cell("main", first, _derived, pool_url=pooled).ready()
