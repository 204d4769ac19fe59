"""Stores beside the one in use, and a catalogue from before there were any."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from charterhouse.tenancy import copies, errors, models
from charterhouse.tenancy.engines.cells import CellStores
from charterhouse.tenancy.engines.sqlite_file import SqliteFile
from charterhouse.tenancy.history import History
from charterhouse.tenancy.installation import LOCAL
from charterhouse.tenancy.provision import open_catalogue, template_store
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


def notes(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant), unit() as work:
        return list(work.connection.execute(text("SELECT text FROM note")).scalars())


def write(tenant: Tenant, what: str) -> None:
    with tenant_scope(tenant), unit(write=True) as work:
        work.connection.execute(text("INSERT INTO note VALUES (1, :what)"), {"what": what})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "SETTLE_SECONDS", 0.0)


def test_a_filled_store_takes_the_place_of_the_old_one(catalogue: Catalogue, north: Tenant) -> None:
    write(north, "old")
    copy = copies.begin(catalogue, north.id, "restore", actor="test")
    assert catalogue.get(north.id).status == "active", "in use until it is closed"
    copies.close(catalogue, copy, actor="test")
    closed = catalogue.get(north.id)
    assert (closed.status, notes(closed), notes(copy.tenant)) == ("moving", ["old"], [])
    with pytest.raises(errors.TenantNotWritableError):
        write(closed, "no")
    write(copy.tenant, "new")

    now = copies.finish(catalogue, copy, actor="test")

    assert (now.status, notes(now), notes(north)) == ("active", ["new"], ["old"])
    with pytest.raises(errors.StatusError):
        copies.finish(catalogue, copy, actor="test")
    told = [entry.action for entry in catalogue.audit(north.id, limit=3)]
    assert told == ["store replaced", "closed for writing", "restore begun"]


def test_a_store_out_of_reach_keeps_no_other_from_being_removed(
    catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> None:
    tenants = sorted((make_tenant(slug) for slug in ("a", "b")), key=lambda one: one.id)
    for tenant in tenants:
        copy = copies.begin(catalogue, tenant.id, "restore", actor="test")
        copies.close(catalogue, copy, actor="test")
        copies.finish(catalogue, copy, actor="test", rest=timedelta(0))
    gone = {"id": 7, "name": "gone", "kind": "postgresql", "capacity": 500}
    lost = models.store_copy.c.tenant_id == tenants[0].id
    with catalogue.database.transaction(write=True) as connection:
        connection.execute(models.cell.insert(), gone)
        connection.execute(models.store_copy.update().where(lost).values(cell_id=7))
    installation, real = catalogue.installation, catalogue.installation.stores
    installation.stores = CellStores({LOCAL: real}, lambda one: installation._placement(one)[0])

    removed = copies.tidy(catalogue, actor="test")

    assert [one.tenant_id for one in removed] == [tenants[1].id]
    assert [one.tenant_id for one in copies.spares(catalogue)] == [tenants[0].id]


def test_a_copy_begun_anew_forgets_the_one_before(catalogue: Catalogue, north: Tenant) -> None:
    first = copies.begin(catalogue, north.id, "restore", actor="test")
    write(first.tenant, "half")
    second = copies.begin(catalogue, north.id, "restore", actor="test")

    assert notes(second.tenant) == []
    assert not north.installation.stores.exists(first.tenant.store_id)
    with pytest.raises(errors.StatusError):
        copies.finish(catalogue, first, actor="test")
    assert copies.finish(catalogue, second, actor="test").status == "active"


def test_whoever_suspends_meanwhile_is_heeded(catalogue: Catalogue, north: Tenant) -> None:
    copy = copies.begin(catalogue, north.id, "restore", actor="test")
    catalogue.suspend(north.id, reason="now")
    assert copies.finish(catalogue, copy, actor="test").status == "suspended"


@pytest.mark.parametrize("status", ["provisioning", "migrating", "deleting"])
def test_only_a_tenant_in_use_gets_another_store(
    catalogue: Catalogue, north: Tenant, status: str
) -> None:
    if status == "provisioning":
        tenant = catalogue.create(slug="new", name_zh="新", name_en="New", charter="x.y")
    else:
        tenant = catalogue.set_status(north.id, status)
    with pytest.raises(errors.StatusError):
        copies.begin(catalogue, tenant.id, "restore", actor="test")
    assert catalogue.get(tenant.id).status == status


def test_what_one_unit_has_open_is_not_mixed_with_the_copy(
    catalogue: Catalogue, north: Tenant
) -> None:
    copy = copies.begin(catalogue, north.id, "restore", actor="test")
    with (
        tenant_scope(catalogue.get(north.id)),
        unit(),
        pytest.raises(errors.TenantSwitchError),
        tenant_scope(copy.tenant),
    ):
        pass


def test_a_catalogue_from_before_keeps_its_tenants_where_they_are(
    config: Config, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(config.migrations_dir / "catalogue", older)
    for path in (older / "versions").glob("*.py"):
        if not path.name.startswith("0001"):
            path.unlink()
    config = replace(config, data_dir=tmp_path / "before")
    config.data_dir.mkdir()
    with SqliteFile(config.data_dir / "catalogue.db", create=True).migration() as connection:
        History(older).upgrade(connection)
        connection.execute(text(
            "INSERT INTO tenant VALUES (77, 'k', 'north', '北', 'North', 'active', "
            "'Asia/Shanghai', 'x.y', 'pooled', 1, '{}', 0, 0, 1)"
        ))  # fmt: skip

    catalogue = open_catalogue(config)

    tenant = catalogue.by_slug("north")
    assert tenant is not None
    assert (tenant.id, tenant.store_id, tenant.cell) == (77, 77, "local")
    tenant.installation.stores.provision(77, template_store(catalogue.installation))
    write(tenant, "there")
    assert notes(tenant) == ["there"]
    catalogue.installation.stores.close()
