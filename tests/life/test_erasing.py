from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from life_house import House
from sqlalchemy import insert

from charterhouse.desk.errors import ConflictError
from charterhouse.desk.life import erasing
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.books import check_books
from charterhouse.desk.life.erasing import GRACE, erase
from charterhouse.desk.life.export import export
from charterhouse.desk.life.restore import restore
from charterhouse.desk.people import get_person
from charterhouse.records import tables as t
from charterhouse.tenancy import copies, errors, models
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from pathlib import Path

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


def close(house: House) -> None:
    house.catalogue.set_status(house.tenant.id, "deleting")


def numbers(tenant: Tenant) -> dict[str, list[Any]]:
    with tenant_scope(tenant), unit() as opened:
        return {
            table.name: sorted(map(tuple, opened.connection.execute(table.select())), key=repr)
            for table in (t.posting, t.balance, t.audit)
        }


def test_of_an_erased_tenant_the_books_alone_can_be_read(any_house: House, tmp_path: Path) -> None:
    house, stale = any_house, any_house.tenant
    house.catalogue.add_host(stale.id, "north.example")
    back_up(house.catalogue, stale, tmp_path / "b")
    restore(house.catalogue, tmp_path / "b")
    before = numbers(house.tenant)
    close(house)
    house.clock.advance(GRACE)

    left = erase(house.catalogue, house.tenant, actor="operator:1")

    tenant = house.tenant
    assert left.books is not None
    assert left.books.differences == ()
    assert left.until == house.clock.now() + timedelta(days=3653)
    assert numbers(tenant) == before
    assert tenant.keys == ()
    with tenant_scope(tenant), pytest.raises(errors.KeyDestroyedError):
        get_person(house.refs[0])
    with pytest.raises(errors.KeyDestroyedError):
        back_up(house.catalogue, tenant, tmp_path / "c")
    with pytest.raises(errors.KeyDestroyedError):
        export(house.catalogue, tenant, tmp_path / "d")
    with pytest.raises(errors.StatusError):
        restore(house.catalogue, tmp_path / "b")
    with pytest.raises(errors.StatusError):
        house.catalogue.activate(tenant.id)
    assert not house.catalogue.installation.stores.exists(stale.store_id)
    assert [one.state for one in copies.spares(house.catalogue)] == ["books"]


def test_nothing_that_tells_of_people_is_left(house: House) -> None:
    close(house)
    tenant, installation = house.tenant, house.catalogue.installation
    keys = [installation.keyring.key(tenant, one.purpose, one.version) for one in tenant.keys]
    wrapped = [one.wrapped for one in tenant.keys]
    erase(house.catalogue, tenant, at_once=True)

    with tenant_scope(house.tenant), unit() as opened:
        for table in (t.person_index, t.file, t.outbox, t.institution, t.saved_view):
            assert opened.connection.execute(table.select()).all() == []
        (account,) = opened.connection.execute(t.staff.select())
        assert (account.login, account.password_hash) == (f"erased-{account.id}", "")
    # Catalogue and store are still open here, as they are in an installation that serves.
    folder = installation.config.data_dir
    assert list(folder.rglob("*.db-wal"))
    assert not list((folder / "documents").glob("*/*/*"))
    for path in folder.rglob("*.db*"):
        data = path.read_bytes()
        for text in ("王小明", "13800000000", "chen", "北方医院"):
            assert text.encode() not in data, (path, text)
        for key in keys:
            assert key not in data
        if path.name.startswith("catalogue.db"):
            for one in wrapped:
                assert one not in data, "the wrapped key can still be read from the file"


def test_the_audit_keeps_a_tombstone_without_names(house: House) -> None:
    close(house)
    erase(house.catalogue, house.tenant, at_once=True, keep_books_days=30, actor="operator:1")

    told = {one.action: one for one in house.catalogue.audit(house.tenant.id)}
    assert told["destroy keys"].actor == "operator:1"
    assert told["erase"].detail["books_until"].startswith("2026-04-01")
    assert house.tenant.name_zh == "已删除"
    assert house.tenant.hosts == ()
    with pytest.raises(errors.SlugTakenError):
        create_tenant(
            house.catalogue, slug="north", name_zh="另一家", name_en="Other", charter="x.y"
        )


def test_only_a_tenant_closed_for_long_is_erased(house: House) -> None:
    with pytest.raises(ConflictError) as told:
        erase(house.catalogue, house.tenant)
    assert told.value.code == "tenant_open"
    close(house)
    house.clock.advance(GRACE - timedelta(seconds=1))
    with pytest.raises(ConflictError) as told:
        erase(house.catalogue, house.tenant)
    assert told.value.code == "tenant_grace"
    house.catalogue.activate(house.tenant.id)
    house.spend(house.refs[0], "goes-on")
    # The clock runs from the last closing.
    close(house)
    house.clock.advance(timedelta(days=1))
    with pytest.raises(ConflictError):
        erase(house.catalogue, house.tenant)
    assert house.tenant.keys


def test_books_go_when_their_time_is_over(any_house: House) -> None:
    house = any_house
    house.catalogue.change(house.tenant.id, limits={"keep_books_days": 10})
    close(house)
    erase(house.catalogue, house.tenant, at_once=True)
    # Later calls change nothing about the time.
    assert erase(house.catalogue, house.tenant, keep_books_days=0).books is not None
    house.clock.advance(timedelta(days=10))

    assert len(copies.clear(house.catalogue, actor="test")) == 1

    assert not house.catalogue.installation.stores.exists(house.tenant.store_id)
    assert erase(house.catalogue, house.tenant).books is None
    assert house.tenant.slug == "north"


def test_without_books_nothing_stays(any_house: House) -> None:
    house = any_house
    close(house)
    left = erase(house.catalogue, house.tenant, at_once=True, keep_books_days=0)
    assert (left.books, left.until) == (None, None)
    assert not house.catalogue.installation.stores.exists(house.tenant.store_id)
    assert erase(house.catalogue, house.tenant).until is None


def test_a_tenant_without_a_store_is_erased(house: House) -> None:
    house.catalogue.installation.stores.erase(house.tenant.store_id)
    close(house)
    assert erase(house.catalogue, house.tenant, at_once=True).books is None
    assert house.tenant.keys == ()


@pytest.mark.parametrize(
    ("tamper", "why"),
    [
        (t.balance.update().values(amount=t.balance.c.amount + 1), "only in the balances"),
        (t.balance.delete(), "only in the postings"),
    ],
)
def test_books_that_were_altered_are_noticed_without_keys(
    any_house: House, tamper: Any, why: str
) -> None:
    house = any_house
    close(house)
    erase(house.catalogue, house.tenant, at_once=True)
    with tenant_scope(copies.writable(house.tenant)), unit(write=True) as opened:
        opened.connection.execute(tamper)
    assert any(why in one for one in check_books(house.tenant).differences)


def test_a_posting_too_many_and_a_decision_unknown_are_noticed(house: House) -> None:
    close(house)
    erase(house.catalogue, house.tenant, at_once=True)
    stores = house.catalogue.installation.stores
    # Otherwise the store itself refuses the line.
    with stores.rewriting(house.tenant.store_id, "posting") as connection:
        first = connection.execute(t.posting.select()).first()
        assert first is not None
        connection.execute(
            insert(t.posting), {**first._asdict(), "line": 99, "owner": "@till:cash"}
        )
    with tenant_scope(copies.writable(house.tenant)), unit(write=True) as opened:
        decision = opened.connection.execute(t.decision.select()).first()
        assert decision is not None
        opened.connection.execute(insert(t.decision), {**decision._asdict(), "id": 5})
    found = " ".join(check_books(house.tenant).differences)
    assert "sum to" in found
    assert "decision 5: the audit does not know it" in found


CHILD = """
import os, signal, sys
from pathlib import Path
from charterhouse.config import Config
from charterhouse.desk.life import erasing
from charterhouse.tenancy.provision import open_catalogue

folder, at = sys.argv[1:]
calls = 0

def counted(real):
    def call(*words, **more):
        global calls
        calls += 1
        if calls == int(at):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **more)
    return call

catalogue = open_catalogue(Config(data_dir=Path(folder), master_key=b"a life's" * 4))
for name in ("_keep_books", "_forget_people", "_forget_names", "check_books"):
    setattr(erasing, name, counted(getattr(erasing, name)))
catalogue.destroy_keys = counted(catalogue.destroy_keys)
erasing.erase(catalogue, catalogue.by_slug("north"), at_once=True)
"""


@pytest.mark.parametrize("at", range(1, 6))
def test_an_erasure_killed_between_any_two_steps_is_finished_by_the_next(
    house: House, at: int
) -> None:
    close(house)
    folder = str(house.catalogue.installation.config.data_dir)

    def child(at: int) -> int:
        words = [sys.executable, "-c", CHILD, folder, str(at)]
        return subprocess.run(words, check=False, timeout=60, env={**os.environ}).returncode

    assert child(at) == -9
    assert child(0) == 0

    house.catalogue._next_poll = 0.0
    assert house.tenant.keys == ()
    assert house.tenant.name_en == "Erased"
    assert check_books(house.tenant).differences == ()
    with house.catalogue.database.transaction(write=False) as connection:
        rows = connection.execute(models.store_copy.select()).all()
    assert [one.state for one in rows] == ["books"]


def test_an_erasure_that_has_begun_is_not_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(house)
    monkeypatch.setattr(erasing, "_forget_people", broken_off)
    with pytest.raises(KeyboardInterrupt):
        erase(house.catalogue, house.tenant, at_once=True, keep_books_days=0)
    assert house.tenant.keys

    # Its people may be gone already, and what the tidying removes is its only store.
    with pytest.raises(errors.StatusError, match="tenant erase north"):
        house.catalogue.activate(house.tenant.id)


def test_a_tenant_opened_while_its_erasure_begins_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(house)
    real = copies.alone

    def alone(catalogue: Catalogue, tenant_id: int) -> Any:
        catalogue.activate(tenant_id)
        return real(catalogue, tenant_id)

    monkeypatch.setattr(copies, "alone", alone)
    with pytest.raises(ConflictError) as told:
        erase(house.catalogue, house.tenant, at_once=True, keep_books_days=0)
    assert told.value.code == "tenant_open"
    copies.tidy(house.catalogue, actor="test")
    assert get_name(house) == "王小明"


def broken_off(*_: Any) -> None:
    raise KeyboardInterrupt


def get_name(house: House) -> str:
    with tenant_scope(house.tenant):
        return get_person(house.refs[0]).name


def test_another_tenant_is_untouched(house: House) -> None:
    other = create_tenant(
        house.catalogue, slug="south", name_zh="南方", name_en="South", charter="x.y"
    )
    close(house)
    erase(house.catalogue, house.tenant, at_once=True, keep_books_days=0)
    assert replace(house.catalogue.get(other.id), limits={}) == replace(other, limits={})
    with tenant_scope(other), unit(write=True):
        pass
