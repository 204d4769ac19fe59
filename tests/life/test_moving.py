from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
from contextlib import closing
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from life_house import House, move_until, settle

from charterhouse.clock import FixedClock, use_clock
from charterhouse.databases import Databases
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import submit
from charterhouse.desk.life import restore as restoring
from charterhouse.desk.life.restore import move
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.tenancy import copies, errors
from charterhouse.tenancy.engines.freezing import freeze, thaw
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="cells", scope="session")
def _cells(postgres: ScratchPostgres) -> Databases:
    return Databases({"east": postgres.database(), "west": postgres.database()})


@pytest.fixture(name="placed")
def _placed(house: House, cells: Databases, tmp_path: Path) -> Iterator[House]:
    """The house in files, of an installation that has two databases beside."""
    house.catalogue.installation.stores.close()
    config = replace(
        house.catalogue.installation.config, data_dir=tmp_path / "placed", databases=cells
    )
    shutil.copytree(tmp_path / "var", config.data_dir)
    catalogue = open_catalogue(config)
    yield House(catalogue, house.slug, house.refs, house.clock)
    catalogue.installation.stores.close()


def content(tenant: Tenant) -> dict[str, Any]:
    with tenant_scope(tenant), unit() as opened:
        return {
            table.name: sorted(map(tuple, opened.connection.execute(table.select())), key=repr)
            for table in t.metadata.sorted_tables
        }


def test_a_tenant_moves_from_cell_to_cell_and_back(placed: House) -> None:
    before = content(placed.tenant)

    for cell in ("east", "west", "local"):
        found = move(placed.catalogue, placed.tenant, cell)
        assert (placed.tenant.cell, placed.tenant.status) == (cell, "active")
        assert found.rows == sum(map(len, before.values()))
        assert content(placed.tenant) == before
        placed.spend(placed.refs[0], f"in-{cell}")
        before = content(placed.tenant)

    assert verify_tenant(placed.tenant).clean
    assert [one.cell for one in copies.spares(placed.catalogue)] == ["local", "east", "west"]
    assert not list(placed.catalogue.installation.config.data_dir.glob(".move-*"))


def test_no_acknowledged_event_is_lost_in_a_move(placed: House) -> None:
    stale, kept, moment = placed.tenant, list[str](), placed.clock.now()
    began = threading.Event()

    def tell() -> None:
        """Tell events without a pause, holding the tenant as it was, until one is refused."""
        with use_clock(FixedClock(moment)), tenant_scope(stale):
            for number in range(100_000):
                told = {"id": f"m{number}", "member": placed.refs[1], "amount": "1.00"}
                try:
                    assert submit("spend", told, actor="staff:1", key=f"m{number}").accepted
                except (errors.TenancyError, DeskError):
                    return
                kept.append(f"m{number}")
                began.set()

    thread = threading.Thread(target=tell)
    thread.start()
    assert began.wait(10)
    move(placed.catalogue, placed.tenant, "east")
    thread.join(20)

    assert not thread.is_alive()
    told = {row[0] for row in content(placed.tenant)["document"]}
    assert kept
    assert set(kept) <= told
    assert len([one for one in told if one.startswith("m")]) == len(kept)
    assert verify_tenant(placed.tenant).clean


def test_a_move_that_fails_leaves_the_tenant_where_it_was(
    placed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(restoring, "prove_rows", fail)
        with pytest.raises(OSError, match="disk full"):
            move(placed.catalogue, placed.tenant, "west")

    assert (placed.tenant.cell, placed.tenant.status) == ("local", "active")
    assert copies.spares(placed.catalogue) == ()
    placed.spend(placed.refs[0], "goes-on")
    with pytest.raises(errors.CatalogueError):
        move(placed.catalogue, placed.tenant, "moon")
    placed.spend(placed.refs[0], "still")


@pytest.mark.parametrize("way", [("east",), ("east", "west"), ("east", "local")])
def test_what_happens_while_it_is_copied_moves_too(
    placed: House, monkeypatch: pytest.MonkeyPatch, way: tuple[str, ...]
) -> None:
    """Rows that are new, changed or removed after the copy was proved."""
    proved, ref = restoring.prove_records, placed.refs[2]

    def prove(tenant: Tenant) -> dict[str, int]:
        found = proved(tenant)
        placed.spend(ref, f"late-{tenant.cell}")
        with tenant_scope(placed.tenant), unit(write=True) as opened:
            people = t.person_index.c.person_id == int(ref)
            assert opened.connection.execute(t.person_index.delete().where(people)).rowcount
            opened.connection.execute(t.institution.insert().values(name=tenant.cell, value=1))
            named = t.institution.c.name == "short"
            opened.connection.execute(t.institution.delete().where(named))
            opened.connection.execute(t.staff.update().values(failures=t.staff.c.failures + 1))
            old = {"id": len(way), "key": f"old-{tenant.cell}", "seq": 10_000}
            like = opened.connection.execute(t.event.select().limit(1)).one()._asdict()
            opened.connection.execute(t.event.insert().values({**like, **old}))
        return found

    for cell in way[:-1]:
        move(placed.catalogue, placed.tenant, cell)
    with tenant_scope(placed.tenant), unit(write=True) as opened:
        opened.connection.execute(t.institution.insert().values(name="short", value=1))
    source = placed.tenant
    monkeypatch.setattr(restoring, "prove_records", prove)

    found = move(placed.catalogue, placed.tenant, way[-1])

    assert content(placed.tenant) == content(source)
    assert found.rows == sum(map(len, content(placed.tenant).values()))
    assert f"late-{way[-1]}" in {row[0] for row in content(placed.tenant)["document"]}
    assert found.closed > 0


def test_a_copy_that_cannot_follow_is_not_put_in_use(
    placed: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = restoring.prove_records

    def prove(tenant: Tenant) -> dict[str, int]:
        with tenant_scope(tenant), unit(write=True) as opened:
            row = opened.connection.execute(t.event.select().limit(1)).one()._asdict()
            opened.connection.execute(
                t.event.insert().values({**row, "id": 1, "seq": 9, "key": "9"})
            )
        return proved(tenant)

    monkeypatch.setattr(restoring, "prove_records", lambda tenant: (prove(tenant), {})[1])
    with pytest.raises(DeskError) as refused:
        move(placed.catalogue, placed.tenant, "east")

    assert refused.value.code == "store_unproved"
    assert (placed.tenant.cell, placed.tenant.status) == ("local", "active")
    placed.spend(placed.refs[0], "goes-on")


def test_a_tenant_with_a_login_of_its_own_moves_too(placed: House) -> None:
    refs = settle(placed.catalogue, placed.clock, "south", isolation="dedicated", cell="east")
    south = House(placed.catalogue, "south", refs, placed.clock)
    before = content(south.tenant)

    for cell in ("west", "local", "east"):
        move(placed.catalogue, south.tenant, cell)
        assert content(south.tenant) == before
        south.spend(refs[0], f"in-{cell}")
        before = content(south.tenant)

    assert south.tenant.isolation == "dedicated"


def test_a_frozen_store_is_read_and_not_written(any_house: House) -> None:
    tenant, stores = any_house.tenant, any_house.catalogue.installation.stores
    freeze(stores, tenant.store_id)
    freeze(stores, tenant.store_id)
    before = content(tenant)
    for statement in (
        t.person_index.delete(),
        t.balance.update().values(amount=1),
        t.institution.insert().values(name="x", value=1),
    ):
        with (
            pytest.raises(errors.StoreFrozenError),
            tenant_scope(tenant),
            unit(write=True) as opened,
        ):
            opened.connection.execute(statement)
    assert content(tenant) == before

    thaw(stores, tenant.store_id)
    thaw(stores, tenant.store_id)

    any_house.spend(any_house.refs[0], "again")


def killed_before(house: House, cell: str, step: str) -> None:
    """Begin a move in a process of its own, which is killed before a step."""
    # The library that keeps documents does not survive a fork of a process that used it.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["charterhouse.desk.life.restore", "psycopg"])
    config = house.catalogue.installation.config
    child = context.Process(target=move_until, args=(config, house.clock.now(), cell, step))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    house.catalogue._next_poll = 0.0


def test_a_move_killed_half_way_is_given_up(placed: House) -> None:
    before = content(placed.tenant)
    config = placed.catalogue.installation.config
    killed_before(placed, "east", "bring_over")
    assert (placed.tenant.status, placed.tenant.cell) == ("moving", "local")
    assert content(placed.tenant) == before

    restoring.give_up(placed.catalogue, placed.tenant)

    assert (placed.tenant.status, placed.tenant.cell) == ("active", "local")
    assert content(placed.tenant) == before
    assert copies.spares(placed.catalogue) == ()
    assert not list(config.data_dir.glob(".move-*"))
    placed.spend(placed.refs[0], "after")
    assert verify_tenant(placed.tenant).clean


@pytest.fixture(name="servers", scope="session")
def _servers(postgres: ScratchPostgres) -> Iterator[Databases]:
    """Two clusters with a cell each."""
    with closing(ScratchPostgres()) as other:
        yield Databases({"east": postgres.database(), "far": other.database()})


STEPS = (
    "begin", "back_up", "fill", "prove_rows", "prove_records", "close", "freeze", "bring_over",
    "finish", "end",
)  # fmt: skip
"""Before each of these a move is killed; the last is its end."""


def test_a_move_killed_at_any_step_in_any_direction_is_finished_by_the_same_call(
    house: House, servers: Databases, tmp_path: Path
) -> None:
    """From files to one cluster, on to another, and back; nothing is lost and nothing is left."""
    house.catalogue.installation.stores.close()
    config = replace(house.catalogue.installation.config, databases=servers)
    house = replace(house, catalogue=open_catalogue(config))
    before, seed = content(house.tenant), int.from_bytes(os.urandom(4), "big")
    chance = Random(int(os.environ.get("CHARTERHOUSE_FAULT_SEED", seed)))  # noqa: S311 - moments of a test
    for cell in ("east", "far", "local"):
        for step in chance.sample(STEPS[:-1], 2):
            killed_before(house, cell, step)
            assert content(house.tenant) == before, (seed, cell, step)
            assert house.tenant.cell != cell
        if cell == "far":
            killed_before(house, cell, "end")
        else:
            move(house.catalogue, house.tenant, cell)
        assert (house.tenant.cell, house.tenant.status) == (cell, "active"), seed
        assert content(house.tenant) == before, (seed, cell)
        house.spend(house.refs[0], f"in-{cell}")
        before = content(house.tenant)

    assert verify_tenant(house.tenant).clean
    spares = copies.spares(house.catalogue)
    assert [(one.cell, one.state) for one in spares] == [
        (cell, "retired") for cell in ("local", "east", "far")
    ]
    assert not list(config.data_dir.glob(".move-*"))
    house.catalogue.installation.stores.close()
