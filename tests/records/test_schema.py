"""A store made by the migrations has exactly the tables of the code."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from charterhouse.records.tables import metadata
from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True


def test_the_migrations_make_the_tables_of_the_code(north: Tenant) -> None:
    with north.installation.stores.migration(north.store_id) as connection:
        # What is out of balance during a transaction is the migrations' own business.
        opts = {"compare_type": True, "include_name": lambda name, *_: name != "imbalance"}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
