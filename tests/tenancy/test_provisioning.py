from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import sqlite
from charterhouse.tenancy.provision import create_tenant, drop_scratch_tenant, template_store
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.vault import EncryptedStr

if TYPE_CHECKING:
    from pathlib import Path

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

GOOD = {"slug": "east", "name_zh": "东院", "name_en": "East", "charter": "sample.plain"}


def _seed(_: Tenant) -> None:
    with unit(write=True) as work:
        work.connection.execute(text("INSERT OR IGNORE INTO note VALUES (1, 'seed')"))


def _notes(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant), unit() as work:
        return list(work.connection.execute(text("SELECT text FROM note")).scalars())


def test_a_new_tenant_is_seeded_and_open(catalogue: Catalogue) -> None:
    tenant = create_tenant(
        catalogue, **GOOD, plugins=["dental"], seed=_seed, timezone="Asia/Urumqi"
    )

    assert (tenant.status, tenant.plugins, tenant.timezone) == (
        "active",
        {"dental"},
        "Asia/Urumqi",
    )
    assert _notes(tenant) == ["seed"]


def test_a_call_that_broke_off_is_finished_by_the_next(catalogue: Catalogue) -> None:
    def breaking(tenant: Tenant) -> None:
        assert current_tenant() == tenant
        _seed(tenant)
        raise KeyError

    with pytest.raises(KeyError):
        create_tenant(catalogue, **GOOD, seed=breaking)
    half = catalogue.by_slug("east")
    assert half is not None
    assert half.status == "provisioning"

    whole = create_tenant(catalogue, **GOOD, seed=_seed)

    assert (whole.id, whole.status, _notes(whole)) == (half.id, "active", ["seed"])
    assert len(catalogue.list()) == 1


def test_a_tenant_in_use_is_never_made_again(catalogue: Catalogue) -> None:
    create_tenant(catalogue, **GOOD, seed=_seed)

    with pytest.raises(errors.SlugTakenError):
        create_tenant(catalogue, **GOOD)


def test_a_store_that_is_there_is_never_replaced(catalogue: Catalogue) -> None:
    tenant = create_tenant(catalogue, **GOOD, seed=_seed)
    stores = catalogue.installation.stores

    stores.provision(tenant.id, template_store(catalogue.installation))

    assert _notes(tenant) == ["seed"]
    folder = stores.files(tenant.id).parent
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]


def test_a_store_that_appears_meanwhile_is_kept(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = create_tenant(catalogue, **GOOD, seed=_seed)
    stores = catalogue.installation.stores
    stores.close()
    assert isinstance(stores, sqlite.SqliteStores)
    path, away = stores.path(tenant.id), catalogue.installation.config.data_dir / "away.db"
    path.rename(away)

    def copy_late(source: Path, target: Path) -> None:
        copyfile(source, target)
        away.rename(path)

    copyfile = shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", copy_late)
    stores.provision(tenant.id, template_store(catalogue.installation))

    assert _notes(tenant) == ["seed"]


def test_the_template_is_made_once_and_leaves_no_drafts(catalogue: Catalogue) -> None:
    first = template_store(catalogue.installation)
    made = first.stat().st_mtime_ns

    assert template_store(catalogue.installation).stat().st_mtime_ns == made
    assert first.name.startswith("template-0001-")
    assert [file.name for file in first.parent.glob("*template*.db*")] == [first.name]


def test_dropping_a_scratch_tenant_destroys_keys_store_and_files(catalogue: Catalogue) -> None:
    tenant = create_tenant(catalogue, **GOOD, seed=_seed)
    stores = catalogue.installation.stores
    column = EncryptedStr("person", "name")
    with tenant_scope(tenant):
        sealed = column.encrypt(1, "name")
    stores.files(tenant.id).mkdir()
    (stores.files(tenant.id) / "logo.svg").write_text("<svg/>")
    with pytest.raises(errors.StatusError):
        drop_scratch_tenant(catalogue, tenant.id)

    catalogue.set_status(tenant.id, "deleting", reason="contract ended")
    drop_scratch_tenant(catalogue, tenant.id)

    assert list(stores.files(tenant.id).parent.iterdir()) == []
    gone = catalogue.get(tenant.id)
    with tenant_scope(gone):
        with pytest.raises(errors.KeyDestroyedError):
            column.decrypt(1, sealed)
        with pytest.raises(errors.KeyDestroyedError):
            column.encrypt(1, "name")
    with pytest.raises(errors.StatusError):
        catalogue.activate(tenant.id)
    with pytest.raises(errors.SlugTakenError):
        create_tenant(catalogue, **GOOD)
