from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.clock import use_clock
from charterhouse.desk import files
from charterhouse.desk.errors import ConflictError, DeskError
from charterhouse.desk.life import restore as restoring
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.keys import renew_data_key
from charterhouse.desk.life.restore import restore
from charterhouse.desk.people import get_person
from charterhouse.desk.verifying import verify_tenant
from charterhouse.kernel.standing import dump
from charterhouse.records import tables as t
from charterhouse.records.view import StoreView
from charterhouse.tenancy import copies, errors
from charterhouse.tenancy.engines.base import MigrationLimits
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.vault import EncryptedStr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from life_house import House

    from charterhouse.tenancy.tenant import Tenant


def books(tenant: Tenant) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as it is kept."""
    with tenant_scope(tenant), unit() as opened:
        return {
            table.name: sorted(map(tuple, opened.connection.execute(table.select())), key=repr)
            for table in t.metadata.sorted_tables
        }


def test_a_restored_tenant_is_what_it_was_at_the_backup(any_house: House, tmp_path: Path) -> None:
    house, path = any_house, tmp_path / "north.backup"
    before = books(house.tenant)

    written = back_up(house.catalogue, house.tenant, path)
    house.spend(house.refs[0], "later")
    assert books(house.tenant) != before
    found = restore(house.catalogue, path)

    assert books(house.tenant) == before
    assert house.tenant.status == "active"
    assert found.rows == written.rows == sum(map(len, before.values()))
    assert found.documents == written.documents == 4
    assert found.counts["events"] == len(before["event"])
    with tenant_scope(house.tenant):
        assert get_person(house.refs[0]).name == "王小明"
        paper = files.of_person(house.refs[0])[0]
        assert files.open_(house.refs[0], int(paper.id), actor="staff:1")[1]
    house.spend(house.refs[1], "after")
    assert verify_tenant(house.tenant).clean


def test_a_restore_brings_back_a_store_and_files_that_are_lost(
    house: House, tmp_path: Path
) -> None:
    before, tenant = books(house.tenant), house.tenant
    back_up(house.catalogue, tenant, tmp_path / "b")
    house.catalogue.installation.stores.erase(tenant.store_id)
    house.catalogue.installation.blobs.erase(tenant.id)
    with pytest.raises(errors.StoreMissingError):
        books(tenant)

    restore(house.catalogue, tmp_path / "b")

    assert books(house.tenant) == before
    assert verify_tenant(house.tenant).clean


def test_a_file_that_was_damaged_is_replaced(house: House, tmp_path: Path) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    folder = house.catalogue.installation.config.data_dir / "documents"
    for blob in folder.glob("t*/*/*"):
        blob.write_bytes(b"x" * 100)

    restore(house.catalogue, tmp_path / "b")

    with tenant_scope(house.tenant):
        paper = files.of_person(house.refs[0])[0]
        assert files.open_(house.refs[0], int(paper.id), actor="staff:1")[1][:3] == b"\xff\xd8\xff"


def test_the_old_store_rests_frozen_and_then_goes(any_house: House, tmp_path: Path) -> None:
    house, stale = any_house, any_house.tenant
    back_up(house.catalogue, stale, tmp_path / "b")
    restore(house.catalogue, tmp_path / "b")
    stores = house.catalogue.installation.stores

    # A request that began before still holds the tenant as it was.
    with pytest.raises((errors.TenancyError, DeskError)), tenant_scope(stale):
        files.remove(house.refs[0], int(files.of_person(house.refs[0])[0].id), actor="staff:1")
    assert copies.clear(house.catalogue, actor="test") == ()
    assert stores.exists(stale.store_id)
    house.clock.advance(copies.REST + timedelta(seconds=1))
    (gone,) = copies.clear(house.catalogue, actor="test")

    assert gone.store_id == stale.store_id != house.tenant.store_id
    assert not stores.exists(stale.store_id)
    assert copies.spares(house.catalogue) == ()
    assert verify_tenant(house.tenant).clean


@pytest.mark.parametrize("place", [0, 40, 300, 5000, -40, -1])
def test_an_altered_backup_changes_nothing(house: House, tmp_path: Path, place: int) -> None:
    path = tmp_path / "b"
    back_up(house.catalogue, house.tenant, path)
    before, store = books(house.tenant), house.tenant.store_id
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)

    with pytest.raises((errors.SealError, errors.UnknownTenantError, errors.KeyDestroyedError)):
        restore(house.catalogue, path)

    assert (books(house.tenant), house.tenant.store_id) == (before, store)
    assert house.tenant.status == "active"
    house.spend(house.refs[0], "goes-on")


@pytest.mark.parametrize("size", [10, 200, 20_000, -1])
def test_a_backup_that_was_cut_off_changes_nothing(house: House, tmp_path: Path, size: int) -> None:
    path = tmp_path / "b"
    back_up(house.catalogue, house.tenant, path)
    store = house.tenant.store_id
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(errors.SealError):
        restore(house.catalogue, path)

    assert (house.tenant.store_id, house.tenant.status) == (store, "active")
    assert copies.spares(house.catalogue) == ()


def test_books_that_contradict_themselves_are_not_put_in_use(house: House, tmp_path: Path) -> None:
    with tenant_scope(house.tenant), unit(write=True) as opened:
        opened.connection.execute(t.balance.update().values(amount=t.balance.c.amount + 1))
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    store = house.tenant.store_id

    with pytest.raises(DeskError, match="balance") as told:
        restore(house.catalogue, tmp_path / "b")

    assert told.value.code == "store_unproved"
    assert (house.tenant.store_id, house.tenant.status) == (store, "active")


def test_a_backup_shows_nothing_and_opens_for_its_tenant_only(house: House, tmp_path: Path) -> None:
    path = tmp_path / "b"
    back_up(house.catalogue, house.tenant, path)

    data = path.read_bytes()
    for text in ("王小明", "event", "about.json", "13800000000"):
        assert text.encode() not in data
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(ConflictError):
        back_up(house.catalogue, house.tenant, path)
    house.catalogue.set_status(house.tenant.id, "deleting")
    with pytest.raises(errors.StatusError):
        restore(house.catalogue, path)
    house.catalogue.destroy_keys(house.tenant.id)
    with pytest.raises(errors.TenancyError):
        restore(house.catalogue, path)


def test_a_suspended_tenant_stays_suspended(house: House, tmp_path: Path) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    house.catalogue.suspend(house.tenant.id, reason="unpaid")
    restore(house.catalogue, tmp_path / "b")
    assert house.tenant.status == "suspended"


def test_what_a_backup_shows_is_one_state_while_others_write(house: House, tmp_path: Path) -> None:
    number = 0

    def meanwhile(done: int, expected: int) -> None:
        nonlocal number
        assert 0 < done <= expected
        number += 1
        _elsewhere(house, f"m{number}")

    back_up(house.catalogue, house.tenant, tmp_path / "b", progress=meanwhile)
    assert number > 5

    restore(house.catalogue, tmp_path / "b")

    assert not any("m1" in row for row in books(house.tenant)["document"])
    assert verify_tenant(house.tenant).clean


def _elsewhere(house: House, bill: str) -> None:
    """Tell an event on another thread, as another request does."""
    import threading

    from charterhouse.clock import FixedClock

    moment = house.clock.advance(timedelta(minutes=1))

    def tell() -> None:
        with use_clock(FixedClock(moment)):
            house.spend(house.refs[0], bill)

    thread = threading.Thread(target=tell)
    thread.start()
    thread.join()


CHILD = """
import os, signal, sys
from pathlib import Path
from charterhouse.config import Config
from charterhouse.tenancy import copies
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.desk.life import backup, restore

folder, path, verb, at = sys.argv[1:]
copies.SETTLE_SECONDS = 0
catalogue = open_catalogue(Config(data_dir=Path(folder), master_key=b"a life's" * 4))
calls = 0

def progress(done, expected):
    global calls
    calls += 1
    if calls == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

tenant = catalogue.by_slug("north")
if verb == "backup":
    backup.back_up(catalogue, tenant, Path(path), progress=progress)
else:
    restore.restore(catalogue, Path(path), progress=progress)
    print("calls", calls)
"""


def child(house: House, path: Path, verb: str, at: int) -> subprocess.CompletedProcess[str]:
    folder = str(house.catalogue.installation.config.data_dir)
    return subprocess.run(
        [sys.executable, "-c", CHILD, folder, str(path), verb, str(at)],
        capture_output=True, text=True, check=False, timeout=60, env={**os.environ},
    )  # fmt: skip


def test_a_backup_killed_half_way_leaves_no_file_and_is_made_by_the_next(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "b"
    assert child(house, path, "backup", 5).returncode == -9
    assert not path.exists()

    assert child(house, path, "backup", 0).returncode == 0

    assert [each.name for each in tmp_path.iterdir() if "b" in each.name] == ["b"]
    restore(house.catalogue, path)
    assert verify_tenant(house.tenant).clean


@pytest.mark.parametrize("at", [1, 4, 12])
def test_a_restore_killed_half_way_is_done_by_the_next(
    house: House, tmp_path: Path, at: int
) -> None:
    path, before = tmp_path / "b", books(house.tenant)
    back_up(house.catalogue, house.tenant, path)
    store = house.tenant.store_id
    assert child(house, path, "restore", at).returncode == -9
    house.catalogue._next_poll = 0.0
    assert (house.tenant.status, house.tenant.store_id) == ("moving", store)
    assert books(house.tenant) == before

    again = child(house, path, "restore", 0)

    assert again.returncode == 0, again.stderr
    house.catalogue._next_poll = 0.0
    assert house.tenant.status == "active"
    assert books(house.tenant) == before
    assert [one.state for one in copies.spares(house.catalogue)] == ["retired"]
    kept = {path.name for path in house.catalogue.installation.stores.root.glob("*/*.db")}
    assert kept == {f"t{store}.db", f"t{house.tenant.store_id}.db"}
    house.spend(house.refs[0], "after")


def test_a_restore_given_up_leaves_the_tenant_as_it_was(house: House, tmp_path: Path) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    assert child(house, tmp_path / "b", "restore", 4).returncode == -9
    house.catalogue._next_poll = 0.0

    restoring.give_up(house.catalogue, house.tenant)

    assert house.tenant.status == "active"
    assert copies.spares(house.catalogue) == ()
    house.spend(house.refs[0], "after")
    assert verify_tenant(house.tenant).clean


@contextmanager
def held(house: House) -> Iterator[None]:
    """Another process writes the tenant's store and does not end."""
    stores = house.catalogue.installation.stores
    with closing(sqlite3.connect(stores.path(house.tenant.store_id))) as other:  # type: ignore[attr-defined]  # the embedded engine
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_store_that_cannot_be_thawed_now_is_not_left_open_and_frozen(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    stores = house.catalogue.installation.stores
    monkeypatch.setattr(stores, "_migrating", MigrationLimits(lock_seconds=0.1))
    with ExitStack() as stack:

        def fails(*_: Any, **__: Any) -> None:
            stack.enter_context(held(house))
            raise errors.QuotaError("full")

        monkeypatch.setattr(restoring, "fill", fails)
        with pytest.raises(errors.QuotaError):
            restore(house.catalogue, tmp_path / "b")
        assert house.tenant.status == "moving"
        with pytest.raises(errors.StoreBusyError):
            restoring.give_up(house.catalogue, house.tenant)

    restoring.give_up(house.catalogue, house.tenant)

    assert house.tenant.status == "active"
    house.spend(house.refs[0], "after")


def test_a_restore_of_a_damaged_store_can_be_given_up(house: House, tmp_path: Path) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    stores = house.catalogue.installation.stores
    stores.close()
    stores.path(house.tenant.store_id).write_bytes(b"no database " * 1000)  # type: ignore[attr-defined]  # the embedded engine
    assert child(house, tmp_path / "b", "restore", 4).returncode == -9
    house.catalogue._next_poll = 0.0

    assert restoring.give_up(house.catalogue, house.tenant).status == "active"

    assert copies.spares(house.catalogue) == ()
    restore(house.catalogue, tmp_path / "b")
    house.spend(house.refs[0], "after")


def test_when_the_answer_to_the_last_step_is_lost_the_old_store_stays_frozen(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    old, finish = house.tenant, copies.finish

    def lost(*words: Any, **more: Any) -> None:
        finish(*words, **more)
        raise errors.CatalogueUnavailableError("lost")

    monkeypatch.setattr(copies, "finish", lost)
    with pytest.raises(errors.CatalogueUnavailableError):
        restore(house.catalogue, tmp_path / "b")

    assert house.tenant.store_id != old.store_id
    assert house.tenant.status == "active"
    with (
        tenant_scope(old),
        pytest.raises(errors.StoreFrozenError),
        unit(write=True) as opened,
    ):
        opened.connection.execute(t.balance.delete())


def test_two_commands_do_not_meet(house: House, tmp_path: Path) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    with copies.alone(house.catalogue, house.tenant.id), pytest.raises(errors.StoreBusyError):
        restore(house.catalogue, tmp_path / "b")


def test_a_standing_read_before_is_not_remembered(house: House, tmp_path: Path) -> None:
    def standing() -> object:
        with tenant_scope(house.tenant), unit() as opened:
            return dump(StoreView(opened).standing(house.refs[0]))

    back_up(house.catalogue, house.tenant, tmp_path / "b")
    before = standing()
    house.spend(house.refs[0], "later")
    assert standing() != before
    restore(house.catalogue, tmp_path / "b")
    assert standing() == before


def test_a_backup_survives_a_new_data_key(house: House, tmp_path: Path) -> None:
    back_up(house.catalogue, house.tenant, tmp_path / "b")
    house.catalogue.add_data_key(house.tenant.id)

    restore(house.catalogue, tmp_path / "b")

    with tenant_scope(house.tenant):
        assert EncryptedStr("person", "sealed").encrypt(1, "x").startswith("v2.")
    assert verify_tenant(house.tenant).clean


def fill_up(tenant: Tenant) -> None:
    for number in range(10_000):
        with tenant_scope(tenant), unit(write=True) as opened:
            row = {"name": f"n{number}", "value": "x" * 5000}
            opened.connection.execute(t.institution.insert().values(**row))


def test_a_full_store_is_looked_after_like_any_other(house: House, tmp_path: Path) -> None:
    house.catalogue.change(house.tenant.id, limits={"max_store_mib": 1})
    house.catalogue.installation.stores.close()
    with pytest.raises(errors.QuotaError):
        fill_up(house.tenant)
    before = books(house.tenant)

    back_up(house.catalogue, house.tenant, tmp_path / "b")
    restore(house.catalogue, tmp_path / "b")
    renew_data_key(house.catalogue, house.tenant)

    assert books(house.tenant)["institution"] == before["institution"]
    assert verify_tenant(house.tenant).clean
    # Another process, which asks for it anew, has the limit.
    house.catalogue.installation.stores.close()
    with pytest.raises(errors.QuotaError), tenant_scope(house.tenant), unit(write=True) as opened:
        opened.connection.execute(t.institution.insert().values(name="one", value="x" * 900_000))
