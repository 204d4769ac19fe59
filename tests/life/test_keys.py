from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from life_house import KEY, House
from sqlalchemy import LargeBinary

from charterhouse.clock import FixedClock, use_clock
from charterhouse.desk import files
from charterhouse.desk.errors import ConflictError
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.keys import drop_older_keys, renew_data_key, rewrap_keys
from charterhouse.desk.life.restore import restore
from charterhouse.desk.life.rows import TABLES, sealed_columns
from charterhouse.desk.people import find_people, get_person
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy import errors
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.config import Config
    from charterhouse.tenancy.tenant import Tenant

NEW = b"another key for everything here."


def prefixes(tenant: Tenant) -> dict[str, set[str]]:
    """With which key versions each sealed column is sealed."""
    found: dict[str, set[str]] = {}
    with tenant_scope(tenant), unit() as opened:
        for table in TABLES:
            for name in sealed_columns(table):
                if isinstance(table.c[name].type, LargeBinary):
                    continue
                values = opened.connection.execute(table.select().with_only_columns(table.c[name]))
                made = {str(each).partition(".")[0] for each in values.scalars() if each}
                if made:
                    found[f"{table.name}.{name}"] = made
    return found


def same(tenant: Tenant) -> dict[str, list[Any]]:
    with tenant_scope(tenant), unit() as opened:
        return {
            table.name: sorted(map(tuple, opened.connection.execute(table.select())), key=repr)
            for table in (t.posting, t.balance, t.audit, t.card, t.person_index, t.file)
        }


def test_everything_is_sealed_anew_and_says_the_same(any_house: House) -> None:
    house = any_house
    before = same(house.tenant)
    calls = []

    made = renew_data_key(house.catalogue, house.tenant, progress=lambda *n: calls.append(n))

    assert made.version == 2
    assert made.documents == 4
    found = prefixes(house.tenant)
    assert {"event.sealed", "decision.sealed", "person.sealed", "staff.totp_sealed"} <= found.keys()
    assert all(each == {"v2"} for each in found.values()), found
    assert calls[-1][0] >= made.values > 0
    assert same(house.tenant) == before
    assert verify_tenant(house.tenant).clean
    with tenant_scope(house.tenant):
        assert get_person(house.refs[0]).name == "王小明"
        assert find_people("name", "王小明") == [house.refs[0]]
    house.spend(house.refs[0], "after")


def test_history_is_as_protected_as_before(any_house: House) -> None:
    renew_data_key(any_house.catalogue, any_house.tenant)
    for table in t.HISTORY:
        with (
            pytest.raises(errors.TenancyError),
            tenant_scope(any_house.tenant),
            unit(write=True) as opened,
        ):
            opened.connection.execute(table.delete())


def test_without_its_old_key_a_tenant_works_and_old_backups_do_not_open(
    any_house: House, tmp_path: Path
) -> None:
    house = any_house
    back_up(house.catalogue, house.tenant, tmp_path / "old")
    house.catalogue.add_data_key(house.tenant.id)
    with pytest.raises(ConflictError) as told:
        drop_older_keys(house.catalogue, house.tenant)
    assert told.value.code == "keys_needed"
    renew_data_key(house.catalogue, house.tenant)
    back_up(house.catalogue, house.tenant, tmp_path / "new")

    drop_older_keys(house.catalogue, house.tenant)

    versions = {key.version for key in house.tenant.keys if key.purpose == "data"}
    assert versions == {2}
    assert verify_tenant(house.tenant).clean
    with tenant_scope(house.tenant):
        paper = files.of_person(house.refs[0])[0]
        assert files.open_(house.refs[0], int(paper.id), actor="staff:1")[1]
    with pytest.raises(errors.KeyDestroyedError):
        restore(house.catalogue, tmp_path / "old")
    restore(house.catalogue, tmp_path / "new")
    house.spend(house.refs[0], "after")


def test_events_go_on_while_all_is_sealed_anew(house: House) -> None:
    number = 0

    def meanwhile(_done: int, _expected: int) -> None:
        nonlocal number
        number += 1
        moment = house.clock.advance(timedelta(minutes=1))

        def tell() -> None:
            with use_clock(FixedClock(moment)):
                house.spend(house.refs[1], f"m{number}")

        thread = threading.Thread(target=tell)
        thread.start()
        thread.join()

    renew_data_key(house.catalogue, house.tenant, progress=meanwhile)

    assert number > 5
    assert all(each == {"v2"} for each in prefixes(house.tenant).values())
    assert verify_tenant(house.tenant).clean


def test_a_process_that_does_not_know_the_key_yet_is_told_to_wait(house: House) -> None:
    stale = house.tenant
    renew_data_key(house.catalogue, house.tenant)
    with tenant_scope(stale), pytest.raises(errors.StoreBusyError, match="try again"):
        get_person(house.refs[0])


CHILD = """
import os, signal, sys
from pathlib import Path
from charterhouse.config import Config
from charterhouse.desk.life.keys import renew_data_key
from charterhouse.tenancy import copies
from charterhouse.tenancy.provision import open_catalogue

folder, at = sys.argv[1:]
copies.SETTLE_SECONDS = 0
calls = 0

def progress(done, expected):
    global calls
    calls += 1
    if calls == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

catalogue = open_catalogue(Config(data_dir=Path(folder), master_key=b"a life's" * 4))
renew_data_key(catalogue, catalogue.by_slug("north"), progress=progress)
"""


@pytest.mark.parametrize("at", [1, 3, 9])
def test_a_renewal_killed_half_way_is_finished_by_the_next(house: House, at: int) -> None:
    folder = str(house.catalogue.installation.config.data_dir)

    def child(at: int) -> int:
        words = [sys.executable, "-c", CHILD, folder, str(at)]
        return subprocess.run(words, check=False, timeout=60, env={**os.environ}).returncode

    assert child(at) == -9
    house.catalogue._next_poll = 0.0
    assert verify_tenant(house.tenant).clean
    assert child(0) == 0

    house.catalogue._next_poll = 0.0
    assert all(each == {"v2"} for each in prefixes(house.tenant).values())
    assert max(key.version for key in house.tenant.keys) == 2
    drop_older_keys(house.catalogue, house.tenant)
    assert verify_tenant(house.tenant).clean


class Service:
    """A key service in memory: it keeps the keys itself and tells nobody.

    Attributes:
        calls: how often it was asked.
    """

    name = "service"

    def __init__(self, number: int = 0) -> None:
        self.calls = 0
        self._number = number
        self._kept: dict[bytes, tuple[bytes, bytes]] = {}

    def wrap(self, plain: bytes, context: bytes) -> bytes:
        self.calls += 1
        handle = os.urandom(16)
        self._kept[handle] = (plain, context)
        return handle

    def unwrap(self, sealed: bytes, context: bytes) -> bytes:
        self.calls += 1
        plain, known = self._kept[sealed]
        if known != context:
            raise errors.SealError("It was wrapped for another context.")
        return plain

    def fresh(self, sealed: bytes) -> bool:
        return sealed in self._kept


SERVICE = Service()


def service(_config: Config) -> Service:
    return SERVICE


@pytest.fixture(name="service_name")
def _service_name(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sys.modules, "hospital_keys", sys.modules[__name__])
    return "hospital_keys:service"


def reopened(house: House, **changes: Any) -> House:
    """The same installation after a start with another configuration."""
    house.catalogue.installation.stores.close()
    config = replace(house.catalogue.installation.config, **changes)
    return replace(house, catalogue=open_catalogue(config))


def test_keys_go_from_the_master_key_to_a_file_and_on_to_a_service_and_back(
    house: House, tmp_path: Path, service_name: str
) -> None:
    path = tmp_path / "keys" / "wrapping.keys"
    sealed = {key.wrapped for key in house.tenant.keys}

    house = reopened(house, key_wrapper=f"file:{path}")
    assert verify_tenant(house.tenant).clean
    assert rewrap_keys(house.catalogue) == 1
    assert rewrap_keys(house.catalogue) == 0
    assert path.stat().st_mode & 0o077 == 0
    assert not sealed & {key.wrapped for key in house.tenant.keys}

    # The master key opens nothing any more.
    other = reopened(house, key_wrapper="", key_wrapper_before="")
    with (
        tenant_scope(other.tenant),
        pytest.raises(errors.SealError, match="CHARTERHOUSE_KEY_WRAPPER_BEFORE"),
    ):
        get_person(house.refs[0])

    house = reopened(house, key_wrapper=service_name, key_wrapper_before=f"file:{path}")
    assert verify_tenant(house.tenant).clean
    assert rewrap_keys(house.catalogue) == 1
    house = reopened(house, key_wrapper=service_name, key_wrapper_before="")
    assert verify_tenant(house.tenant).clean
    assert SERVICE.calls >= 3
    made = create_tenant(
        house.catalogue, slug="south", name_zh="南方", name_en="South", charter="x.y"
    )
    assert all(b"service" in key.wrapped for key in made.keys)

    house = reopened(house, key_wrapper="", key_wrapper_before=service_name)
    assert rewrap_keys(house.catalogue) == 2
    house = reopened(house, key_wrapper="", key_wrapper_before="")
    assert verify_tenant(house.tenant).clean


def test_a_key_added_to_the_file_is_known_to_running_processes(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "wrapping.keys"
    here = reopened(house, key_wrapper=f"file:{path}")
    there = reopened(house, key_wrapper=f"file:{path}")
    rewrap_keys(here.catalogue)

    here.catalogue.installation.keyring.wrapper.add()  # type: ignore[attr-defined]  # a file of keys
    assert rewrap_keys(here.catalogue) == 1

    there.catalogue._next_poll = 0.0
    assert verify_tenant(there.tenant).clean
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) == 2
    path.write_text(lines[1])
    assert verify_tenant(reopened(house, key_wrapper=f"file:{path}").tenant).clean
    path.write_text(lines[0])
    without = reopened(house, key_wrapper=f"file:{path}").tenant
    with tenant_scope(without), pytest.raises(errors.SealError, match="restore its line"):
        get_person(house.refs[0])


def test_a_wrapped_key_of_another_tenant_does_not_open(house: House, tmp_path: Path) -> None:
    house = reopened(house, key_wrapper=f"file:{tmp_path / 'keys'}")
    rewrap_keys(house.catalogue)
    other = create_tenant(
        house.catalogue, slug="south", name_zh="南方", name_en="South", charter="x.y"
    )
    thief = replace(other, keys=house.tenant.keys)
    with tenant_scope(thief), pytest.raises(errors.SealError):
        find_people("phone", "1")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no key"),
        ("a b\n", "32 bytes"),
        ("a " + "A" * 10 + "\n", "32 bytes"),
    ],
)
def test_a_file_that_holds_no_keys_is_refused(
    house: House, tmp_path: Path, text: str, why: str
) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    path.chmod(0o600)
    opened = reopened(house, key_wrapper=f"file:{path}")
    with pytest.raises(errors.CatalogueError, match=why):
        rewrap_keys(opened.catalogue)


def test_a_file_open_to_others_and_an_unknown_wrapper_are_refused(
    house: House, tmp_path: Path
) -> None:
    opened = reopened(house, key_wrapper=f"file:{tmp_path / 'keys'}")
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(errors.CatalogueError, match="chmod 600"):
        rewrap_keys(opened.catalogue)
    for name in ("nothing", "nothing:here", "os:nothing", ":x"):
        with pytest.raises(errors.CatalogueError, match="no key wrapper"):
            reopened(house, key_wrapper=name)


def test_an_installation_copied_without_the_key_file_opens_nothing(
    house: House, tmp_path: Path
) -> None:
    house = reopened(house, key_wrapper=f"file:{tmp_path / 'keys'}")
    rewrap_keys(house.catalogue)
    house.catalogue.installation.stores.close()
    shutil.copytree(house.catalogue.installation.config.data_dir, tmp_path / "stolen")
    config = replace(
        house.catalogue.installation.config,
        data_dir=tmp_path / "stolen", key_wrapper=f"file:{tmp_path / 'other'}", master_key=KEY,
    )  # fmt: skip
    stolen = open_catalogue(config).by_slug("north")
    assert stolen is not None
    with tenant_scope(stolen), pytest.raises(errors.SealError):
        get_person(house.refs[0])


def test_the_master_key_is_exchanged_while_the_house_is_in_use(
    house: House, tmp_path: Path
) -> None:
    new, both = {"master_key": NEW, "master_key_old": b""}, {"master_key": NEW}
    other = create_tenant(
        house.catalogue, slug="south", name_zh="南方", name_en="South", charter="x.y"
    )
    back_up(house.catalogue, house.tenant, tmp_path / "before")
    with pytest.raises(errors.MasterKeyError):
        reopened(house, **new)

    # The way there: those who still have the old key first learn of the new one.
    waiting = reopened(house, master_key_old=NEW)
    house = reopened(house, **both, master_key_old=KEY)
    house.spend(house.refs[0], "meanwhile")
    made = create_tenant(
        house.catalogue, slug="east", name_zh="东方", name_en="East", charter="x.y"
    )
    waiting.catalogue._next_poll = 0.0
    with tenant_scope(waiting.catalogue.get(made.id)):
        assert find_people("phone", "1") == []
    later = create_tenant(
        waiting.catalogue, slug="west", name_zh="西方", name_en="West", charter="x.y"
    )
    house.catalogue._next_poll = 0.0
    assert verify_tenant(house.tenant).clean

    with pytest.raises(KeyboardInterrupt):
        rewrap_keys(house.catalogue, progress=_stopping_at(2))
    assert rewrap_keys(house.catalogue) in {1, 2}
    assert rewrap_keys(house.catalogue) == 0
    waiting.catalogue._next_poll = 0.0
    waiting.spend(house.refs[0], "still")

    house = reopened(house, **new)
    assert verify_tenant(house.tenant).clean
    restore(house.catalogue, tmp_path / "before")
    with tenant_scope(house.tenant):
        assert find_people("name", "王小明") == [house.refs[0]]
    for each in (other, made, later):
        with tenant_scope(house.catalogue.get(each.id)):
            assert find_people("phone", "1") == []
    with pytest.raises(errors.MasterKeyError):
        reopened(house, master_key=KEY)
    assert rewrap_keys(house.catalogue) == 0


def _stopping_at(number: int) -> Callable[[int, int], None]:
    def progress(done: int, _expected: int) -> None:
        if done == number:
            raise KeyboardInterrupt

    return progress
