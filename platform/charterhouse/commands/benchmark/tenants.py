"""Many tenants: making them, an event here and an event there, and a migration of all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from charterhouse.bounds import Bounds
from charterhouse.commands.benchmark.engines import Engine, each_engine
from charterhouse.commands.benchmark.http import CREATED, slices_of
from charterhouse.commands.benchmark.many import House, each_in_turn, make_many, make_one
from charterhouse.commands.benchmark.measures import Measure, alone, beside, pieces, session_cpu
from charterhouse.commands.benchmark.memory import of_workers
from charterhouse.commands.benchmark.serving import request, served
from charterhouse.commands.benchmark.store import submit
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.commands.common import progress_bar
from charterhouse.tenancy.engines.room import room_for
from charterhouse.tenancy.migrate import Outcome
from charterhouse.tenancy.migrate_run import migrate_all
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope

STEPS = (100, 1_000, 10_000)
"""Numbers of tenants that are compared with one."""

MADE = 10
"""Tenants of a slice that are made as the product does."""

MIGRATED = 1_000

_ADDED = '''"""A column that the bench adds."""

import sqlalchemy as sa
from alembic import op

revision = "bench"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("person", sa.Column("bench", sa.Text()))
'''


def measure(workload: Workload, place: Path, slices: int, size: int, tenants: int) -> list[Measure]:
    """Tenants in files, then tenants in databases.

    Args:
        workload: whose charter they have.
        place: where.
        slices: of each comparison.
        size: events of a slice.
        tenants: how many at most; `STEPS` up to it and itself are measured.
    """
    found: list[Measure] = []
    for engine in each_engine(place / "tenants", tenants):
        found += _engine(engine, workload, slices, size, tenants)
        # Ten thousand stores are some gigabytes: they make room for those of the next engine.
        shutil.rmtree(engine.config.data_dir)
    return found


def _engine(
    engine: Engine, workload: Workload, slices: int, size: int, tenants: int
) -> list[Measure]:
    catalogue = open_catalogue(engine.config)
    houses: list[House] = []

    def make() -> int:
        number = max(1, min(MADE, (tenants - len(houses)) // slices))
        for _ in range(number):
            houses.append(make_one(workload, catalogue, len(houses)))
        return number

    measures = [
        alone(f"{engine.name}: make a tenant, with its charter, a member and a key",
              [make] * min(slices, tenants))
    ]  # fmt: skip
    for step in _steps(tenants):
        if step > len(houses):
            houses += make_many(workload, catalogue, engine, houses[0], step)[1:]
        measures += _in_turns(workload, engine, houses[:step], slices, size)
        catalogue.installation.stores.close()
        measures.append(_over_http(workload, engine, houses[:step], slices, size))
    catalogue.installation.stores.close()
    return [*measures, _migrated(engine, houses[:MIGRATED])]


def _steps(tenants: int) -> list[int]:
    return [*(step for step in STEPS if step < tenants), tenants]


def _in_turns(
    workload: Workload, engine: Engine, houses: Sequence[House], slices: int, size: int
) -> list[Measure]:
    """By the use case; of more files than a process keeps open by itself, with both numbers open."""
    kept, usual = room_for(engine.config.bounds.open_stores), Bounds().open_stores
    if engine.server is not None or len(houses) <= usual:
        return [_compared(workload, engine, houses, slices, size, "")]
    all_open = _compared(workload, engine, houses, slices, size, f", {kept:,} kept open")
    fewer = open_catalogue(replace(engine.config, bounds=Bounds()))
    same = [replace(house, tenant=fewer.get(house.tenant.id)) for house in houses]
    some_open = _compared(workload, engine, same, slices, size, f", {usual:,} kept open")
    fewer.installation.stores.close()
    return [all_open, some_open]


def _compared(
    workload: Workload, engine: Engine, houses: Sequence[House], slices: int, size: int, more: str
) -> Measure:
    number, name = slices * size, f"turns{len(houses)}{more[2:7].strip()}"
    with progress_bar(f"{engine.name}: a first event of each of {len(houses):,}") as told:
        for done, each in enumerate(each_in_turn(workload, houses, f"{name}-first", len(houses))):
            _submit(each)
            told(done, len(houses))
    many = list(each_in_turn(workload, houses, name, number))
    one = list(each_in_turn(workload, houses[:1], f"{name}-alone", number))
    return beside(
        f"{engine.name}: an event by the use case, {len(houses):,} tenants in turns{more}",
        pieces(many, size, _submit), "the same of one tenant", pieces(one, size, _submit),
        f"{slices} slices of {size} events, each tenant used once before",
    )  # fmt: skip


def _over_http(
    workload: Workload, engine: Engine, houses: Sequence[House], slices: int, size: int
) -> Measure:
    """The same through the API, and what it makes of the memory of a worker."""
    number, name = slices * size, f"http{len(houses)}"
    place = engine.config.data_dir.parent / "logs"

    def requests(chosen: Sequence[House], more: str, count: int) -> list[bytes]:
        return [request(*one) for one in each_in_turn(workload, chosen, f"{name}-{more}", count)]

    # One connection: several that tell of one tenant would wait for each other.
    with served("served", engine.environment, place, workers=1, connections=1) as server:
        send = server.clients.send
        send(requests(houses[:1], "one", 2 * size), CREATED)
        before = of_workers(server.workers)
        with progress_bar(f"{engine.name}: requests to each of {len(houses):,}") as told:
            first = requests(houses, "first", len(houses))
            for begin in range(0, len(first), size):
                send(first[begin : begin + size], CREATED)
                told(begin, len(first))
        after = of_workers(server.workers)
        many, one = requests(houses, "turns", number), requests(houses[:1], "alone", number)
        made = beside(
            f"{engine.name}: an event over HTTP, {len(houses):,} tenants in turns",
            slices_of(send, many, size), "the same of one tenant", slices_of(send, one, size),
            f"{slices} slices of {size} events, one worker and one connection",
            cpus=(session_cpu(server.child.pid),) * 2,
        )  # fmt: skip
    return replace(
        made,
        more={
            "MiB of a worker, one tenant": before["rss"],
            "all": after["rss"],
            "not shared, one tenant": before["pss"],
            "not shared, all": after["pss"],
        },
    )


def _submit(one: tuple[House, Told]) -> None:
    house, told = one
    with tenant_scope(house.tenant):
        submit(told)


def _migrated(engine: Engine, houses: Sequence[House]) -> Measure:
    """Stores get a column more."""
    config, number = engine.config, len(houses)
    folder = config.data_dir.parent / f"{config.data_dir.name}-migrations"
    shutil.copytree(config.migrations_dir, folder)
    (head,) = open_catalogue(config).installation.history.heads
    added = _ADDED.format(head=head)
    (folder / "tenant" / "versions" / "bench.py").write_text(added, "utf-8")
    newer, workers = replace(config, migrations_dir=folder), os.cpu_count() or 1
    slugs = {house.tenant.slug for house in houses}
    done: list[Outcome] = []
    with progress_bar(f"{engine.name}: migrate {number:,} tenants") as told:

        def note(outcome: Outcome) -> None:
            done.append(outcome)
            told(len(done), number)

        began = perf_counter()
        report = migrate_all(newer, note, only=slugs, workers=workers)
        rate = number / (perf_counter() - began)
    if {one.state for one in report.outcomes if one.slug in slugs} != {"done"}:
        raise OSError("not every store could be migrated")
    return Measure(
        f"{engine.name}: migrate a tenant", rate, rate, rate,
        note=f"{number:,} at once, {workers} processes", more={f"s for {number:,}": number / rate},
    )  # fmt: skip
