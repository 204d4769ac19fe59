"""A store made by the migrations has exactly the tables of the code."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from charterhouse.records.tables import metadata
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant


def test_the_migrations_make_the_tables_of_the_code(north: Tenant) -> None:
    with tenant_scope(north), unit() as opened:
        context = MigrationContext.configure(opened.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
