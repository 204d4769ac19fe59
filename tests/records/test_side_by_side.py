"""Two releases beside each other, while the stores go from the schema of one to that of the other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from records_story import KEY, STORY, found, tell

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.tenancy import errors
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.migrate import migrate_tenant
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

BOTH_ENGINES = True


def _without(config: Config, folder: Path, last: int) -> Config:
    """The configuration of the release whose last migrations were not there yet."""
    shutil.copytree(config.migrations_dir, folder)
    for file in sorted((folder / "tenant" / "versions").glob("0*.py"))[-last:]:
        file.unlink()
    return replace(config, migrations_dir=folder)


@pytest.fixture(name="releases")
def _releases(tmp_path: Path, databases: Databases) -> tuple[Config, Config, Config]:
    new = Config(data_dir=tmp_path / "var", master_key=KEY, databases=databases)
    return _without(new, tmp_path / "older", 2), _without(new, tmp_path / "old", 1), new


def _tell(catalogue: Catalogue, story: Any) -> None:
    tenant = catalogue.by_slug("north")
    assert tenant is not None
    with tenant_scope(tenant):
        for at, verb, raw in story:
            tell(at, verb, raw)


def test_old_and_new_serve_one_store_before_and_after_it_is_migrated(
    releases: tuple[Config, Config, Config],
) -> None:
    _, old, new = releases
    serving = open_catalogue(old)
    found(serving)
    _tell(serving, STORY[:3])
    beside = open_catalogue(new)
    _tell(beside, STORY[3:6])
    tenant = beside.by_slug("north")
    assert tenant is not None
    assert migrate_tenant(beside, tenant).state == "done"

    _tell(serving, STORY[6:8])
    _tell(beside, STORY[8:10])
    fresh = open_catalogue(old)  # A process of the old release that never saw the old schema.
    _tell(fresh, STORY[10:])

    for catalogue in (fresh, beside):
        tenant = catalogue.by_slug("north")
        assert tenant is not None
        assert verify_tenant(tenant).differences == []
    for catalogue in (serving, beside, fresh):
        catalogue.installation.stores.close()


def test_a_store_two_migrations_ahead_is_closed(releases: tuple[Config, Config, Config]) -> None:
    older, _, new = releases
    made = open_catalogue(new)
    found(made)
    catalogue = open_catalogue(older)
    tenant = catalogue.by_slug("north")
    assert tenant is not None
    with tenant_scope(tenant), pytest.raises(errors.StoreOutdatedError), unit():
        pass
    for each in (made, catalogue):
        each.installation.stores.close()
