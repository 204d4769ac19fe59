"""The benchmark compares like with like, and its figures are figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from psycopg import sql

from charterhouse.commands.benchmark import growth, services
from charterhouse.commands.benchmark.engines import Engine, each_engine
from charterhouse.commands.benchmark.growth import grown
from charterhouse.commands.benchmark.many import each_in_turn, make_many, make_one
from charterhouse.commands.benchmark.measures import beside
from charterhouse.commands.benchmark.pgbench import MODES, Script, typical
from charterhouse.commands.benchmark.recording import (
    Statement,
    bare,
    recorded,
    recording_unit,
    replay,
)
from charterhouse.commands.benchmark.store import ready, refs_of, submit, through_case
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.desk.verifying import verify_tenant
from charterhouse.jobs.clock import BATCH
from charterhouse.records.door import Door
from charterhouse.tenancy.engines.postgres_roles import tenant_name
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope

TABLES = ("event", "decision", "posting", "balance", "document", "audit", "standing")


def test_product_and_floor_take_turns_and_swap_who_is_first() -> None:
    order: list[str] = []

    def piece(name: str) -> int:
        order.append(name)
        return 1

    measure = beside("product", [lambda: piece("p")] * 4, "floor", [lambda: piece("f")] * 4)
    assert "".join(order) == "pffppffp"
    assert measure.ratio > 0
    assert measure.low <= measure.rate <= measure.high


def test_the_floor_executes_what_the_product_executed(tmp_path: Path) -> None:
    workload = Workload.of(None)
    catalogue, tenant = workload.settle_in(tmp_path / "product", members=6)
    path = catalogue.installation.stores.path(tenant.id)  # type: ignore[attr-defined]  # the embedded engine
    with closing(bare(path)) as source, closing(bare(tmp_path / "floor.db")) as copy:
        source.backup(copy)
    events = ready(workload, list(islice(workload.events(refs_of(tenant), "test"), 20)))
    log: list[list[Statement]] = []
    with tenant_scope(tenant):
        for event in events:
            statements: list[Statement] = []
            with recording_unit(statements) as opened:
                assert Door(opened).tell(event).outcome["refusal"] is None
            log.append(statements)
    with closing(bare(path)) as product, closing(bare(tmp_path / "floor.db")) as floor:
        for statements in log:
            replay(floor, statements)
        for table in TABLES:
            query = f"SELECT * FROM {table} ORDER BY 1, 2"  # noqa: S608 - names from above
            assert floor.execute(query).fetchall() == product.execute(query).fetchall(), table


def test_the_command_tells_figures(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "charterhouse", "bench", "--json", "--part", "kernel"]
    told = subprocess.run(
        [*command, "--slices", "3", "--size", "4", "--place", str(tmp_path)],
        env={**os.environ, "CHARTERHOUSE_DATA_DIR": str(tmp_path / "unused")},
        capture_output=True,
        text=True,
        check=True,
    )
    measures = json.loads(told.stdout)["measures"]
    assert [one["name"] for one in measures] == ["kernel: decide", "kernel: read and decide"]
    assert all(one["low"] <= one["rate"] <= one["high"] for one in measures)
    assert list(tmp_path.iterdir()) == [], "scratch data is thrown away"


def test_copied_requests_are_found_and_pass_their_deadlines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FEW", 100)
    monkeypatch.setattr(services, "MANY", 300)
    found = services.measure(Workload.of(None), tmp_path, slices=1, size=10)

    assert [one.name.partition(":")[0] for one in found] == [
        *["requests"] * 3, *["deadlines"] * 2, "working days",
    ]  # fmt: skip
    assert all(one.rate and one.ratio for one in found)
    (store,) = (tmp_path / "many" / "tenants").rglob("*.db")
    with closing(bare(store)) as many:
        copies = "SELECT count(*) FROM standing WHERE ref LIKE '0000%'"
        passed = "SELECT count(DISTINCT member) FROM decision WHERE member LIKE '0000%'"
        assert many.execute(copies).fetchone() == (300,)
        # The sample's own members pass theirs in the same batch.
        assert BATCH - 5 <= many.execute(passed).fetchone()[0] < BATCH


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder whose name is short enough for the address of a server's socket."""
    with TemporaryDirectory(prefix="bench-") as folder:
        yield Path(folder)


def test_on_each_engine_copies_are_as_if_decided(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "OF_A_MEMBER", 8)
    workload = Workload.of(None)
    for engine in each_engine(place):
        catalogue = open_catalogue(engine.config)
        tenant = grown(workload, catalogue, engine, 40, 0)
        found = verify_tenant(tenant)
        assert found.clean, found.differences
        assert (found.counts["events"], found.counts["standings"]) == (40, 5)

        houses = make_many(workload, catalogue, engine, make_one(workload, catalogue, 1), 4)
        assert len(catalogue.list("active")) == 4
        turns = list(each_in_turn(workload, houses, "turn", 6))
        assert [house.tenant.slug for house, _ in turns[:3]] == [h.tenant.slug for h in houses]
        for house, one in turns:
            with tenant_scope(house.tenant):
                submit(one)
        assert all(verify_tenant(house.tenant).clean for house in houses)
        if engine.server is not None:
            with tenant_scope(houses[0].tenant):
                told = each_in_turn(workload, houses[:1], "bench", 20)
                log = [recorded(partial(through_case, one)) for _, one in told]
            _runs(engine, tenant_name(houses[0].tenant.store_id), log, place / "script")
        catalogue.installation.stores.close()


def _runs(engine: Engine, role: str, log: list[list[Statement]], path: Path) -> None:
    (url,) = engine.config.databases.urls.values()
    script = Script(["BEGIN", f"SET LOCAL ROLE {role}"], typical(log), path)
    query = sql.SQL("SELECT count(*) FROM {}.posting").format(sql.Identifier(role))
    with closing(psycopg.connect(url, autocommit=True)) as driver:
        before = driver.execute(query).fetchall()[0][0]
        for mode in MODES:
            measured = script.run(url, mode, 3)
            assert measured.rate > 0
        lines = sum(
            len(rows) if many else 1
            for text, rows, many in typical(log)
            if text.startswith("INSERT INTO posting")
        )
        assert driver.execute(query).fetchall()[0][0] - before == len(MODES) * 3 * lines > 0
