"""A new tenant: quick, and with the same store as one that came by every migration."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from life_house import KEY
from sqlalchemy import inspect, text

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy.migrate import migrate_tenant
from charterhouse.tenancy.provision import create_tenant, open_catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="config", params=["sqlite", "postgresql"])
def _config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    databases = Databases()
    if request.param == "postgresql":
        databases = request.getfixturevalue("databases")
    return Config(data_dir=tmp_path / "var", master_key=KEY, databases=databases)


def make(catalogue: Catalogue, slug: str) -> Tenant:
    return create_tenant(catalogue, slug=slug, name_zh="新", name_en="New", charter="x.y")


def told(index: Any) -> str:
    """An index, with the conditions of partial ones as text."""
    more = {name: str(each) for name, each in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": more})


def shape(catalogue: Catalogue, tenant: Tenant) -> dict[str, Any]:
    """What a store is made of, by the database's own account."""
    with catalogue.installation.stores.migration(tenant.store_id) as connection:
        found = inspect(connection)
        tables = {
            name: {
                "columns": [
                    {**each, "type": str(each["type"])} for each in found.get_columns(name)
                ],
                "key": found.get_pk_constraint(name)["constrained_columns"],
                "foreign": sorted(map(str, found.get_foreign_keys(name))),
                "indexes": sorted(map(told, found.get_indexes(name))),
                "unique": sorted(str(each["column_names"]) for each in found.get_unique_constraints(name)),
                "checks": sorted(map(str, found.get_check_constraints(name))),
            }
            for name in found.get_table_names()
        }  # fmt: skip
        triggers = (
            "SELECT tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c "
            "ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
            if connection.dialect.name == "postgresql"
            else "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        )
        own = f"t_{tenant.store_id}"
        made = sorted(str(row).replace(own, "") for row in connection.execute(text(triggers)))
        version = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        )
    return {"tables": tables, "triggers": made, "version": version}


def test_a_new_store_is_the_same_as_one_that_came_by_every_migration(
    config: Config, tmp_path: Path
) -> None:
    product, first = config.migrations_dir, tmp_path / "first"
    shutil.copytree(product, first)
    for path in (first / "tenant" / "versions").glob("*.py"):
        if not path.name.startswith("0001"):
            path.unlink()
    before = open_catalogue(replace(config, migrations_dir=first))
    old = make(before, "old")
    assert shape(before, old)["version"] == ["0001"]
    before.installation.stores.close()

    now = open_catalogue(config)
    assert migrate_tenant(now, now.get(old.id)).state == "done"
    new = make(now, "new")

    assert shape(now, now.get(old.id)) == shape(now, new)
    assert len(shape(now, new)["triggers"]) > 5
    now.installation.stores.close()


def test_a_tenant_is_made_in_less_than_a_second(config: Config) -> None:
    catalogue = open_catalogue(config)
    make(catalogue, "first")  # The template is made once in a release.
    taken = []
    for number in range(5):
        begun = time.perf_counter()
        make(catalogue, f"t{number}")
        taken.append(time.perf_counter() - begun)
    catalogue.installation.stores.close()
    assert min(taken) < 1.0
