"""Backups and exports that a release before this one made."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from life_house import KEY, House, settle

from charterhouse.commands.migrate import catch_up
from charterhouse.config import Config
from charterhouse.desk.errors import ConflictError, DeskError
from charterhouse.desk.files import of_person
from charterhouse.desk.life.archive import ArchiveReader, ArchiveWriter
from charterhouse.desk.life.backup import about, back_up
from charterhouse.desk.life.export import export
from charterhouse.desk.life.importing import import_
from charterhouse.desk.life.restore import restore
from charterhouse.desk.people import find_people, get_person
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy.errors import StoreOutdatedError
from charterhouse.tenancy.migrate import migrate_tenant
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.sealed_stream import SealedReader, SealedWriter, read_head
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from charterhouse.clock import FixedClock
    from charterhouse.databases import Databases
    from charterhouse.tenancy.tenant import Tenant

LATER = {
    "0001": {"attachment", "request", "saved_view", "file"},
    "0002": {"request", "saved_view", "file"},
    "0004": {"file"},
}
"""Tables that came after a schema."""


def as_of(tenant: Tenant, schema: str, path: Path, target: Path) -> None:
    """Write a backup as the release with an older schema would have written it."""
    with path.open("rb") as file, target.open("wb") as out:
        reader = ArchiveReader(SealedReader(file, read_head(file), tenant))
        sealed = SealedWriter(out, tenant)
        told = {**reader.about, "schema": [schema]}
        with ArchiveWriter(sealed, told) as writer:
            for part in reader.parts():
                for row in part.rows:
                    if part.table not in LATER.get(schema, ()):
                        writer.add_row(part.table, row)
            writer.close()
        sealed.close()


def ledger(tenant: Tenant) -> list[Any]:
    with tenant_scope(tenant), unit() as opened:
        return [
            sorted(map(tuple, opened.connection.execute(table.select())), key=repr)
            for table in (t.posting, t.balance, t.event, t.audit, t.person)
        ]


@pytest.fixture(name="released")
def _released(tmp_path: Path, moment: FixedClock) -> Callable[[str], House]:
    """Makes a house of a release that knew the schema, and none after it."""

    def make(schema: str) -> House:
        product = Config(data_dir=tmp_path / "then", master_key=KEY)
        folder = tmp_path / "migrations"
        shutil.copytree(product.migrations_dir, folder)
        for path in (folder / "tenant" / "versions").glob("*.py"):
            if path.name[:4] > schema:
                path.unlink()
        then = open_catalogue(replace(product, migrations_dir=folder))
        refs = settle(then, moment)
        return House(then, "north", refs, moment)

    return make


def test_last_years_backup_and_export_are_of_use(
    released: Callable[[str], House], databases: Databases, tmp_path: Path
) -> None:
    then = released("0005")
    before = ledger(then.tenant)
    back_up(then.catalogue, then.tenant, tmp_path / "backup")
    export(then.catalogue, then.tenant, tmp_path / "export")
    stores, tenant = then.catalogue.installation.stores, then.tenant
    assert stores.revisions(tenant.store_id) == ("0005",)
    stores.close()

    now = open_catalogue(Config(data_dir=tmp_path / "then", master_key=KEY))
    found = restore(now, tmp_path / "backup", after=catch_up)
    heads = now.installation.history.heads
    assert now.installation.stores.revisions(found.tenant.store_id) == heads
    assert ledger(found.tenant) == before
    now.installation.stores.close()

    config = Config(data_dir=tmp_path / "else", master_key=KEY[::-1], databases=databases)
    elsewhere = open_catalogue(config)
    made = import_(elsewhere, tmp_path / "export", after=catch_up).tenant
    assert elsewhere.installation.stores.revisions(made.store_id) == heads
    house = House(elsewhere, "north", then.refs, then.clock)
    with tenant_scope(made):
        assert find_people("phone", "+8613800000001") == [then.refs[1]]
        assert [len(of_person(ref)) for ref in then.refs] == [1, 1, 0]
    house.spend(then.refs[0], "after")
    assert verify_tenant(made).clean
    elsewhere.installation.stores.close()


def test_an_export_from_before_there_were_requests_is_imported(
    house: House, tmp_path: Path
) -> None:
    """Columns that it lacks are filled by the migrations, and those of today are known by name."""
    export(house.catalogue, house.tenant, tmp_path / "new")
    with (tmp_path / "new").open("rb") as file, (tmp_path / "old").open("wb") as out:
        reader = ArchiveReader(file)
        told = {**reader.about, "schema": ["0002"]}
        with ArchiveWriter(out, told) as writer:
            for part in reader.parts():
                for row in part.rows:
                    if part.table not in LATER["0002"]:
                        writer.add_row(part.table, _as_of_0002(row))
            writer.close()
    elsewhere = open_catalogue(Config(data_dir=tmp_path / "else", master_key=KEY[::-1]))

    made = import_(elsewhere, tmp_path / "old", after=catch_up).tenant

    assert verify_tenant(made).clean
    told = House(elsewhere, "north", house.refs, house.clock)
    told.spend(house.refs[0], "after")
    with tenant_scope(made):
        assert get_person(house.refs[0]).name == "王小明"
    elsewhere.installation.stores.close()


def _as_of_0002(row: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in row.items() if name not in {"done_at", "done_by"}}


@pytest.mark.parametrize("schema", ["9999", "0008"])
def test_an_export_of_a_later_release_is_refused(house: House, tmp_path: Path, schema: str) -> None:
    export(house.catalogue, house.tenant, tmp_path / "new")
    with (tmp_path / "new").open("rb") as file, (tmp_path / "later").open("wb") as out:
        told = {**ArchiveReader(file).about, "schema": [schema]}
        with ArchiveWriter(out, told) as writer:
            writer.close()

    with pytest.raises(DeskError) as refused:
        import_(house.catalogue, tmp_path / "later", slug="other")

    assert refused.value.code == "archive_schema"
    assert [one.slug for one in house.catalogue.list()] == ["north"]


@pytest.mark.parametrize("schema", ["0001", "0002", "0004"])
def test_an_older_backup_is_migrated_on_the_way(house: House, tmp_path: Path, schema: str) -> None:
    tenant, before = house.tenant, ledger(house.tenant)
    back_up(house.catalogue, tenant, tmp_path / "new")
    as_of(tenant, schema, tmp_path / "new", tmp_path / "old")
    house.spend(house.refs[0], "later")

    restore(house.catalogue, tmp_path / "old", after=catch_up)

    assert ledger(house.tenant) == before
    with tenant_scope(house.tenant):
        assert of_person(house.refs[0]) == []
    house.spend(house.refs[0], "after")
    assert verify_tenant(house.tenant).clean
    assert not list(house.catalogue.installation.config.data_dir.glob(".stage-*"))


def test_an_older_backup_goes_into_a_database_too(any_house: House, tmp_path: Path) -> None:
    house = any_house
    before = ledger(house.tenant)
    back_up(house.catalogue, house.tenant, tmp_path / "new")
    as_of(house.tenant, "0002", tmp_path / "new", tmp_path / "old")

    restore(house.catalogue, tmp_path / "old", after=catch_up)

    assert ledger(house.tenant) == before
    assert verify_tenant(house.tenant).clean


@pytest.mark.parametrize("schema", ["9999", "head", ""])
def test_a_backup_of_a_later_release_is_refused(house: House, tmp_path: Path, schema: str) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "new")
    as_of(house.tenant, schema, tmp_path / "new", tmp_path / "other")

    with pytest.raises(DeskError) as told:
        restore(house.catalogue, tmp_path / "other")

    assert told.value.code == "archive_schema"
    house.spend(house.refs[0], "goes-on")


def later_release(folder: Path, heads: tuple[str, ...], first: str) -> tuple[str, ...]:
    """Add two migrations to the product's, of which the first one does what is said."""
    number, later = int(heads[0]), heads
    for body in (first, 'op.add_column("event", sa.Column("colour", sa.Text()))'):
        number, before = number + 1, later[0]
        later = (f"{number:04d}",)
        (folder / "tenant" / "versions" / f"{later[0]}.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n\n"
            f'revision = "{later[0]}"\ndown_revision = "{before}"\n\n\n'
            f"def upgrade() -> None:\n    {body}\n",
            encoding="utf-8",
        )
    return later


def test_a_tenant_whose_migration_failed_is_backed_up_as_it_is(
    any_house: House, tmp_path: Path
) -> None:
    before, refs = ledger(any_house.tenant), any_house.refs
    then = any_house.catalogue.installation
    heads, folder = then.history.heads, tmp_path / "migrations"
    then.stores.close()
    shutil.copytree(then.config.migrations_dir, folder)
    later_release(folder, heads, 'op.execute("DELETE FROM nowhere")')
    config = replace(then.config, migrations_dir=folder)
    now = open_catalogue(config)
    assert migrate_tenant(now, now.get(any_house.tenant.id)).state == "failed"
    tenant = now.get(any_house.tenant.id)
    assert not tenant.open

    back_up(now, tenant, tmp_path / "backup")
    with pytest.raises(ConflictError, match="migrate it first"):
        about("backup", tenant)
    with tenant_scope(tenant), pytest.raises(StoreOutdatedError), unit():
        pass
    now.installation.stores.close()

    mended_heads = later_release(folder, heads, 'op.execute("DELETE FROM event WHERE id = 0")')
    mended = open_catalogue(config)
    found = restore(mended, tmp_path / "backup", after=catch_up)
    stores = mended.installation.stores
    assert (found.schema, stores.revisions(found.tenant.store_id)) == (heads[0], mended_heads)
    assert found.tenant.open
    assert ledger(found.tenant) == before
    assert verify_tenant(found.tenant).clean
    with tenant_scope(found.tenant):
        assert [len(of_person(ref)) for ref in refs] == [1, 1, 0]
    stores.close()
