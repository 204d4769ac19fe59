"""The machine's clock jumps, back and ahead, between events: order and proof stay right."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from faults_house import KEY, chance_of
from PIL import Image
from sqlalchemy import func, select

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk import files
from charterhouse.desk.audit import note
from charterhouse.desk.file_sweep import Swept, sweep
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.books import adopt
from charterhouse.records.chain import Walk, pages
from charterhouse.records.tables import audit, decision, event
from charterhouse.tenancy.blobs import Blobs
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.migrate import LEASE, migrate_tenant
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import find_unit, unit
from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True
# An evening before a new year: what lapses then is on both sides of the jumps.
MOMENT = datetime(2026, 12, 31, 15, 40, tzinfo=UTC)
JUMPS = [-60, 24 * 60, 0, -24 * 60, 0, -60, 60]


@pytest.fixture(name="clock")
def _clock() -> Iterator[FixedClock]:
    clock = FixedClock(MOMENT)
    with use_clock(clock):
        yield clock


@pytest.fixture(name="catalogue")
def _catalogue(clock: FixedClock, tmp_path: Path, databases: Databases) -> Iterator[Catalogue]:
    config = Config(data_dir=tmp_path, master_key=KEY, databases=databases)
    catalogue = open_catalogue(config)
    yield catalogue
    catalogue.close()


@pytest.fixture(name="tenant")
def _tenant(catalogue: Catalogue) -> Iterator[Tenant]:
    tenant = create_tenant(
        catalogue, slug="east", name_zh="东", name_en="East", charter="gynecology.vip-card"
    )
    with tenant_scope(tenant):
        with unit(write=True) as opened:
            adopt(opened, tenant.charter, {}, actor="test")
        yield tenant


def test_a_clock_that_jumps_changes_neither_order_nor_proof(
    tenant: Tenant, clock: FixedClock
) -> None:
    chance = chance_of("clock")
    refs = [create_person({"name": "王秀英", "born": "1990-07-08"}).ref for _ in range(2)]
    for ref in refs:
        assert submit("join", {"member": ref, "path": "ordinary"}, actor="test").accepted
    told = []
    for number, jump in enumerate(JUMPS + [chance.choice([-60, 0, 3, 24 * 60]) for _ in range(25)]):
        clock.advance(timedelta(minutes=jump))
        ref, key = chance.choice(refs), f"key-{number}"
        bill = {"id": f"bill-{number}", "member": ref, "amount": "100.00"}
        first = submit("spend", bill, actor="test", key=key)
        assert first.accepted
        told.append(first.event_id)
        if chance.random() < 0.3:
            points = {"id": f"gift-{number}", "member": ref, "points": 20, "shown": ["card", "id"]}
            told.append(submit("redeem", points, actor="test", key=f"gift-{number}").event_id)
        clock.advance(timedelta(minutes=chance.choice([-60, 24 * 60, 0])))
        again = submit("spend", bill, actor="test", key=key)
        assert again.repeated
        assert (again.event_id, again.figures) == (first.event_id, first.figures)
    _in_order(told)
    assert verify_tenant(tenant).differences == []


@pytest.mark.parametrize("moment", ["before its row", "before its commit"])
def test_a_clock_that_jumps_ahead_takes_no_file_on_its_way(
    tenant: Tenant, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """What is swept goes within a writing unit, as a file comes: one waits for the other."""
    (ref, code), paper = (create_person({"name": "王秀英"}).ref, files.paper_codes()[0]), _paper()
    swept: list[Swept] = []

    def sweeping() -> None:
        with use_clock(clock), tenant_scope(tenant):
            swept.append(sweep())

    put = Blobs.put
    other = threading.Thread(target=sweeping)

    def put_and_sweep(blobs: Blobs, plain: bytes) -> str:
        name = put(blobs, plain)
        if find_unit() is None:
            clock.advance(timedelta(days=1))
            sweeping()
        return name

    def sweep_and_note(*args: Any, **more: Any) -> int:
        clock.advance(timedelta(days=1))
        other.start()
        other.join(0.3)
        assert other.is_alive(), "it waits for the file"
        return note(*args, **more)

    if moment == "before its row":
        monkeypatch.setattr(Blobs, "put", put_and_sweep)
    else:
        monkeypatch.setattr(files, "note", sweep_and_note)
    kept = files.add(ref, code, paper, actor="test")
    monkeypatch.undo()
    if other.ident:
        other.join()
    assert sum(each.unnamed for each in swept) == (2 if moment == "before its row" else 0)
    assert files.open_(ref, int(kept.id), actor="test")[1] == paper.data
    assert files.thumbnail(ref, int(kept.id)) == paper.thumbnail


def _paper() -> files.Checked:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), (7, 90, 90)).save(drawn, "PNG")
    return files.check(drawn.getvalue())


def test_a_clock_that_jumps_leaves_no_store_to_a_run_that_is_no_more(
    catalogue: Catalogue, tenant: Tenant, clock: FixedClock
) -> None:
    def break_off(_: Tenant) -> None:
        raise KeyboardInterrupt

    def take_up(ahead: timedelta) -> str:
        """How another run finds the store of one that was killed while the clock ran ahead."""
        clock.advance(ahead)
        with pytest.raises(KeyboardInterrupt):
            migrate_tenant(catalogue, tenant, after=break_off)
        clock.advance(-ahead)
        return migrate_tenant(catalogue, tenant, after=lambda _: None).state

    assert take_up(timedelta(minutes=5)) == "claimed", "clocks of two machines differ a little"
    clock.advance(LEASE + timedelta(minutes=6))
    assert take_up(timedelta(days=1)) == "done"
    assert take_up(timedelta(hours=1)) == "done", "also of an hour that comes twice"
    assert take_up(timedelta(hours=-1)) == "done"
    assert tenant.installation.stores.revisions(tenant.store_id) == (
        tenant.installation.history.heads
    )


def _in_order(told: list[str]) -> None:
    with unit() as opened:
        rows = opened.connection.execute(
            select(event.c.id, event.c.at).where(event.c.verb != "join").order_by(event.c.seq)
        ).all()
        assert [str(row.id) for row in rows] == told, "the order is that of telling, not of clocks"
        assert any(after.at < before.at for before, after in pairwise(rows))
        walk = Walk()
        assert [text for page in pages(opened) for row in page for text in walk.step(row)] == []
        last = opened.connection.execute(select(audit.c.seq).order_by(audit.c.seq.desc())).scalar()
        assert walk.seq == last
        twice = opened.connection.execute(
            select(decision.c.event_id)
            .where(decision.c.event_id.is_not(None))
            .group_by(decision.c.event_id)
            .having(func.count() != 1)
        ).all()
        assert twice == []
