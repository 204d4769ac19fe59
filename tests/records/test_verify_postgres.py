"""The proof of a tenant in PostgreSQL: a true history is clean, and what was altered is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from records_story import KEY, STORY, found, tell

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.plugins.registry import registry
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant


@pytest.fixture
def stored(tmp_path: Path, postgres: ScratchPostgres) -> Iterator[tuple[Tenant, Databases]]:
    """A tenant with the story, in a database of its own."""
    registry()  # Reading all plugins takes longer than a unit may.
    databases = Databases({"main": postgres.database()})
    catalogue = open_catalogue(Config(data_dir=tmp_path, master_key=KEY, databases=databases))
    tenant = found(catalogue)
    with tenant_scope(tenant):
        for at, verb, raw in STORY:
            tell(at, verb, raw)
    yield tenant, databases
    catalogue.installation.stores.close()


def test_the_proof_works_on_postgres(stored: tuple[Tenant, Databases]) -> None:
    tenant, databases = stored
    findings = verify_tenant(tenant)
    assert findings.differences == []
    assert findings.counts["events"] == len(STORY)

    with psycopg.connect(next(iter(databases.urls.values())), autocommit=True) as owner:
        query = "SELECT schemaname FROM pg_tables WHERE tablename = 'standing'"
        schemas = [row[0] for row in owner.execute(query).fetchall()]
        altered = 0
        for schema in schemas:
            owner.execute(f'SET search_path TO "{schema}"')
            owner.execute("SET session_replication_role = replica")
            done = owner.execute("UPDATE standing SET points = 31 WHERE ref = 'wu'").rowcount
            done += owner.execute(
                "UPDATE posting SET amount = 31 WHERE owner = 'li' AND account = 'points' "
                "AND amount = 30"
            ).rowcount
            altered += done
    assert altered == 2
    told = {str(each).partition(": ")[2] for each in verify_tenant(tenant).differences}
    assert "its column points is 31, rebuilt 30" in told
    assert "posting 2 (li points): amount is 31, decided 30" in told
