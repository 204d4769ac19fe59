"""Backups that a release before this one made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from life_house import House

from charterhouse.commands.migrate import catch_up
from charterhouse.desk.errors import DeskError
from charterhouse.desk.files import of_person
from charterhouse.desk.life.archive import ArchiveReader, ArchiveWriter
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.restore import restore
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.sealed_stream import SealedReader, SealedWriter, read_head
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from pathlib import Path

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
