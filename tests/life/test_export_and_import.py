from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from life_house import KEY, House

from charterhouse.config import Config
from charterhouse.desk import files
from charterhouse.desk.errors import ConflictError, DeskError
from charterhouse.desk.intake import submit
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.drafts import draft
from charterhouse.desk.life.export import LEFT_OUT, export
from charterhouse.desk.life.importing import import_
from charterhouse.desk.people import find_people, get_person
from charterhouse.desk.trail import trail
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="elsewhere")
def _elsewhere(tmp_path: Path) -> Iterator[Catalogue]:
    """Another installation, with another master key."""
    opened = open_catalogue(Config(data_dir=tmp_path / "elsewhere", master_key=KEY[::-1]))
    yield opened
    opened.installation.stores.close()


def read(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    data = b"".join(v for k, v in sorted(read(path).items()) if k.startswith(f"tables/{table}/"))
    return [json.loads(line) for line in data.splitlines()]


def rewrite(path: Path, change: dict[str, bytes | None]) -> None:
    """Write an export anew with other contents; None leaves an entry out."""
    entries = {**read(path), **change}
    entries["manifest.json"] = entries.pop("manifest.json")
    with tarfile.open(path, "w:gz") as tar:
        for name, data in entries.items():
            if data is not None:
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))


def plain(tenant: Tenant) -> dict[str, list[tuple[Any, ...]]]:
    """What does not depend on the tenant's keys."""
    with tenant_scope(tenant), unit() as opened:
        return {
            table.name: sorted(
                tuple(row._mapping[c] for c in table.columns if "sealed" not in c.name)
                for row in opened.connection.execute(table.select())
            )
            for table in (t.posting, t.balance, t.audit, t.event, t.decision, t.standing, t.card)
        }


def test_an_export_is_readable_by_anybody_and_tells_everything(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "north.tar.gz"
    export(house.catalogue, house.tenant, path)
    entries = read(path)

    people = rows(path, "person")
    assert [one["sealed"]["name"] for one in people] == ["王小明", "李秀英", "Anna Müller"]
    assert [one["id"] for one in people] == house.refs
    assert people[0]["created_at"].startswith("2026-03-01T02:")
    assert rows(path, "event")[0]["sealed"]["body"]
    assert rows(path, "staff")[0]["name_sealed"] == "陈前台"
    told = {one["content"] for one in rows(path, "file")}
    assert told <= {name.removeprefix("documents/") for name in entries}
    for name, data in entries.items():
        if name.startswith("documents/"):
            assert sha256(data).hexdigest() == name.removeprefix("documents/")
    named = {name.split("/")[1] for name in entries if name.startswith("tables/")}
    assert named.isdisjoint(LEFT_OUT)
    manifest = json.loads(entries["manifest.json"])
    for table, each in manifest["tables"].items():
        parts = [v for k, v in sorted(entries.items()) if k.startswith(f"tables/{table}/")]
        assert sha256(b"".join(parts)).hexdigest() == each["sha256"]
        assert len(rows(path, table)) == each["rows"]
    assert path.stat().st_mode & 0o077 == 0


def test_an_export_is_noted_where_the_tenant_and_the_platform_look(
    house: House, tmp_path: Path
) -> None:
    export(house.catalogue, house.tenant, tmp_path / "x", actor="operator:7")
    assert house.catalogue.audit(house.tenant.id)[0].actor == "operator:7"
    with tenant_scope(house.tenant):
        assert trail().entries[0].action == "tenant.export"


def test_an_import_elsewhere_is_the_same_house(
    any_house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    house, path = any_house, tmp_path / "x"
    export(house.catalogue, house.tenant, path)
    before = plain(house.tenant)

    found = import_(elsewhere, path, slug="north-again")

    tenant = elsewhere.by_slug("north-again")
    assert tenant is not None
    assert (tenant.status, tenant.name_zh, tenant.charter) == (
        "active", "北方医院", house.tenant.charter,
    )  # fmt: skip
    assert tenant.id != house.tenant.id
    assert plain(tenant) == before
    assert found.counts["events"] == len(before["event"])
    with tenant_scope(tenant):
        assert find_people("phone", "+8613800000001") == [house.refs[1]]
        assert find_people("name", "王小") == [house.refs[0]]
        assert get_person(house.refs[2]).name == "Anna Müller"
        paper = files.of_person(house.refs[0])[0]
        _, data = files.open_(house.refs[0], int(paper.id), actor="staff:1")
        assert data[:3] == b"\xff\xd8\xff"
        again = submit("spend", {"id": "b9", "member": house.refs[0], "amount": "1.00"}, actor="s")
        assert again.accepted
    assert verify_tenant(tenant).clean


def test_an_import_takes_no_address_that_is_taken(house: House, tmp_path: Path) -> None:
    export(house.catalogue, house.tenant, tmp_path / "x")
    with pytest.raises(ConflictError, match="taken"):
        import_(house.catalogue, tmp_path / "x")
    assert len(house.catalogue.list()) == 1


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("manifest.json", None, "no manifest"),
        ("documents/" + "0" * 64, b"other", "not what its name says"),
        ("tables/posting/000001.jsonl", None, "manifest"),
        ("tables/balance/000001.jsonl", b'{"owner": 1}\n', "not of its form"),
        ("tables/balance/000001.jsonl", b"[]\n", "no JSON object"),
        ("tables/nothing/000001.jsonl", b"{}\n", "no place"),
        ("../../etc/passwd", b"x", "no place"),
        ("about.json", b'{"format": 2}', "format 2"),
        ("about.json", b'{"format": 1, "kind": "backup"}', "no export"),
    ],
)
def test_a_damaged_export_opens_no_tenant(
    house: House, elsewhere: Catalogue, tmp_path: Path, name: str, data: bytes | None, why: str
) -> None:
    path = tmp_path / "x"
    export(house.catalogue, house.tenant, path)
    rewrite(path, {name: data})

    with pytest.raises(DeskError, match=why):
        import_(elsewhere, path)

    assert all(one.status == "provisioning" for one in elsewhere.list())


def test_books_that_were_altered_in_an_export_are_not_put_in_use(
    house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    with tenant_scope(house.tenant), unit(write=True) as opened:
        opened.connection.execute(t.balance.update().values(amount=t.balance.c.amount + 1))
    export(house.catalogue, house.tenant, path)

    with pytest.raises(DeskError, match="balance") as told:
        import_(elsewhere, path)

    assert told.value.code == "store_unproved"
    assert [one.status for one in elsewhere.list()] == ["provisioning"]


def test_a_backup_is_no_export_and_garbage_neither(
    house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    (tmp_path / "g").write_bytes(gzip.compress(b"x" * 5000))
    for name in ("b", "g"):
        with pytest.raises(DeskError) as told:
            import_(elsewhere, tmp_path / name)
        assert told.value.code == "archive_broken"


CHILD = """
import os, signal, sys
from pathlib import Path
from charterhouse.config import Config
from charterhouse.desk.life.importing import import_
from charterhouse.tenancy.provision import open_catalogue

folder, path, at = sys.argv[1:]
catalogue = open_catalogue(Config(data_dir=Path(folder), master_key=(b"a life's" * 4)[::-1]))
calls = 0

def progress(done, expected):
    global calls
    calls += 1
    if calls == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

import_(catalogue, Path(path), progress=progress)
"""


@pytest.mark.parametrize("at", [1, 6])
def test_an_import_killed_half_way_is_done_by_the_next(
    house: House, elsewhere: Catalogue, tmp_path: Path, at: int
) -> None:
    path, folder = tmp_path / "x", elsewhere.installation.config.data_dir
    export(house.catalogue, house.tenant, path)

    def child(at: int) -> int:
        words = [sys.executable, "-c", CHILD, str(folder), str(path), str(at)]
        return subprocess.run(words, check=False, timeout=60).returncode

    assert child(at) == -9
    elsewhere._next_poll = 0.0
    assert [one.status for one in elsewhere.list()] == ["provisioning"]
    assert child(0) == 0
    elsewhere._next_poll = 0.0

    (tenant,) = elsewhere.list()
    assert tenant.status == "active"
    assert plain(tenant) == plain(house.tenant)
    assert verify_tenant(tenant).clean


EXPORTING = """
import os, signal, sys
from pathlib import Path
from charterhouse.config import Config
from charterhouse.desk.life.export import export
from charterhouse.tenancy.provision import open_catalogue

folder, path = sys.argv[1:]
catalogue = open_catalogue(Config(data_dir=Path(folder), master_key=b"a life's" * 4))

def progress(done, expected):
    if done > expected // 2:
        os.kill(os.getpid(), signal.SIGKILL)

export(catalogue, catalogue.by_slug("north"), Path(path), progress=progress)
"""


def test_of_an_export_that_was_killed_nothing_stays_beside_the_next(
    house: House, tmp_path: Path
) -> None:
    folder, target = house.catalogue.installation.config.data_dir, tmp_path / "out"
    words = [sys.executable, "-c", EXPORTING, str(folder), str(target / "at-noon.tar.gz")]
    assert subprocess.run(words, check=False, timeout=60).returncode == -9
    assert len(list(target.iterdir())) == 1, "people in the open, under a name that nobody sees"

    # Names have the moment in them: the same command writes another file.
    export(house.catalogue, house.tenant, target / "at-one.tar.gz")

    assert [each.name for each in target.iterdir()] == ["at-one.tar.gz"]


def test_two_exports_beside_each_other_leave_each_other_alone(house: House, tmp_path: Path) -> None:
    tenant = house.tenant
    with draft(tmp_path / "held.tar.gz") as held:
        held.write(b"x")
        export(house.catalogue, tenant, tmp_path / "first.tar.gz")
        with pytest.raises(ConflictError, match=r"writing held\.tar\.gz"):
            export(house.catalogue, tenant, tmp_path / "held.tar.gz")
    assert (tmp_path / "held.tar.gz").read_bytes() == b"x"


def test_a_full_tenant_can_leave_and_come_elsewhere(
    house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    with tenant_scope(house.tenant), unit(write=True) as opened:
        for number in range(15):
            row = {"name": f"n{number}", "value": "x" * 100_000}
            opened.connection.execute(t.institution.insert().values(row))
    house.catalogue.change(house.tenant.id, limits={"max_store_mib": 1})

    export(house.catalogue, house.tenant, tmp_path / "x")
    with tenant_scope(house.tenant):
        assert trail().entries[0].action == "tenant.export"
    tenant = import_(elsewhere, tmp_path / "x").tenant

    assert dict(tenant.limits) == {"max_store_mib": 1}
    assert plain(tenant)["posting"] == plain(house.tenant)["posting"]


def test_what_an_import_left_before_its_plugins_is_made_whole(
    house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    house.catalogue.set_plugin(house.tenant.id, "gynecology", enabled=True)
    house.catalogue.change(house.tenant.id, limits={"keep_books_days": 30})
    export(house.catalogue, house.tenant, tmp_path / "x")
    # As far as an import, or another command, had come when it was killed.
    elsewhere.create(slug="north", name_zh="别的", name_en="Other", charter="sample.other")

    tenant = import_(elsewhere, tmp_path / "x").tenant

    assert tenant.plugins == {"gynecology"}
    assert (tenant.name_zh, tenant.charter) == ("北方医院", house.tenant.charter)
    assert dict(tenant.limits) == {"keep_books_days": 30}


def test_an_import_that_broke_off_in_another_cell_is_not_gone_on_with(
    house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    export(house.catalogue, house.tenant, tmp_path / "x")
    elsewhere.create(slug="north", name_zh="别的", name_en="Other", charter="sample.other")
    with pytest.raises(ConflictError, match="is in local"):
        import_(elsewhere, tmp_path / "x", cell="east")


def test_an_export_of_a_suspended_tenant_can_be_made(house: House, tmp_path: Path) -> None:
    house.catalogue.suspend(house.tenant.id, reason="left")
    written = export(house.catalogue, house.tenant, tmp_path / "x")
    assert written.documents == 4


def test_an_unknown_charter_is_refused_before_anything_is_made(
    house: House, elsewhere: Catalogue, tmp_path: Path
) -> None:
    strange = replace(house.tenant, charter="sample.unknown")
    export(house.catalogue, strange, tmp_path / "x")
    with pytest.raises(Exception, match=r"sample\.unknown"):
        import_(elsewhere, tmp_path / "x")
    assert elsewhere.list() == ()
