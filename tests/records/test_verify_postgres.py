"""The proof of a tenant in PostgreSQL: a true history is clean, and what was altered is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from records_story import KEY, STORY, found, tell
from test_verify import ALTERED

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.plugins.registry import registry
from charterhouse.records.tables import metadata
from charterhouse.tenancy.engines.postgres_roles import tenant_name
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant


class Superuser:
    """Somebody whom no trigger and no right stops, with the tenant's schema before their eyes."""

    def __init__(self, url: str, tenant: Tenant) -> None:
        self.driver = psycopg.connect(url, autocommit=True)
        self.driver.execute("SET session_replication_role = replica")
        self.home = sql.Identifier(tenant_name(tenant.id))
        self.driver.execute(sql.SQL("SET search_path TO {}").format(self.home))
        self.driver.execute("CREATE SCHEMA kept")
        self._each("CREATE TABLE kept.{0} AS SELECT * FROM {1}.{0}")

    def _each(self, statement: str) -> None:
        for table in metadata.sorted_tables:
            made = sql.SQL(statement).format(sql.Identifier(table.name), self.home)
            self.driver.execute(made)

    def restore(self) -> None:
        """Bring every row back."""
        self._each("DELETE FROM {1}.{0}")
        self._each("INSERT INTO {1}.{0} SELECT * FROM kept.{0}")

    def execute(self, statement: str, values: Any = ()) -> Any:
        """Run a statement as SQLite's driver takes it."""
        told = re.sub(r"\?|(?<!\w):\w+", "%s", statement)
        return self.driver.execute(told.encode(), values or None)


@pytest.fixture(name="stored", scope="module")
def _stored(
    tmp_path_factory: pytest.TempPathFactory, postgres: ScratchPostgres
) -> Iterator[tuple[Tenant, Superuser]]:
    """A tenant with the story, in a database of its own."""
    registry()  # Reading all plugins takes longer than a unit may.
    url = postgres.database()
    folder = tmp_path_factory.mktemp("verify")
    catalogue = open_catalogue(
        Config(data_dir=folder, master_key=KEY, databases=Databases({"main": url}))
    )
    tenant = found(catalogue)
    with tenant_scope(tenant):
        for at, verb, raw in STORY:
            tell(at, verb, raw)
    superuser = Superuser(url, tenant)
    yield tenant, superuser
    superuser.driver.close()
    catalogue.installation.stores.close()


def test_a_true_history_is_clean(stored: tuple[Tenant, Superuser]) -> None:
    tenant, superuser = stored
    superuser.restore()
    findings = verify_tenant(tenant)
    assert findings.differences == []
    assert findings.counts["events"] == len(STORY)


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_found(stored: tuple[Tenant, Superuser], what: str) -> None:
    tenant, superuser = stored
    superuser.restore()
    alter, told = ALTERED[what]
    alter(superuser)  # type: ignore[arg-type]  # it runs statements as SQLite's driver does
    differences = [str(each) for each in verify_tenant(tenant).differences]
    assert any(told in each for each in differences), differences
