"""What is done with a whole tenant: a backup, bringing it back, a proof; and what each takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from charterhouse.commands.benchmark.engines import Engine, each_engine
from charterhouse.commands.benchmark.growth import grown
from charterhouse.commands.benchmark.measures import Measure
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.commands.common import progress_bar
from charterhouse.desk.life.backup import back_up
from charterhouse.desk.life.restore import restore
from charterhouse.desk.verifying import verify_tenant
from charterhouse.tenancy.provision import open_catalogue

__all__ = ["measure"]

PER = 100_000
"""Events for which times and sizes are told."""

Told = Callable[[int, int], None]


def measure(
    workload: Workload, place: Path, _slices: int, _size: int, events: int
) -> list[Measure]:
    """Back up, restore and verify a tenant with so many events, on each engine."""
    results: list[Measure] = []
    for engine in each_engine(place / "life"):
        results += _of(engine, workload, events)
        shutil.rmtree(engine.config.data_dir)
    return results


def _of(engine: Engine, workload: Workload, events: int) -> list[Measure]:
    catalogue = open_catalogue(engine.config)
    tenant = grown(workload, catalogue, engine, events, 0)
    path = engine.config.data_dir / "backup"

    def prove(told: Told) -> None:
        found = verify_tenant(tenant, told)
        if not found.clean:
            raise OSError(f"verify found {found.total} differences: {found.differences[0]}")

    def take(told: Told) -> None:
        back_up(catalogue, tenant, path, progress=told)

    def bring(told: Told) -> None:
        restore(catalogue, path, progress=told)

    found = [
        _timed(engine, "verify a tenant", events, prove),
        _timed(engine, "back up a tenant", events, take),
    ]
    size = {f"MiB for {PER:,}": path.stat().st_size / 2**20 * PER / events}
    found.append(_timed(engine, "restore it, and verify", events, bring, size))
    catalogue.installation.stores.close()
    return found


def _timed(
    engine: Engine,
    name: str,
    events: int,
    work: Callable[[Told], None],
    more: dict[str, float] | None = None,
) -> Measure:
    title = f"{engine.name}: {name}, {events:,} events"
    with progress_bar(title) as told:
        cpu, began = process_time(), perf_counter()
        work(told)
        seconds, spent = perf_counter() - began, process_time() - cpu
    rate, figures = events / seconds, {f"s for {PER:,}": seconds * PER / events, **(more or {})}
    return Measure(title, rate, rate, rate, cpu=spent * 1e6 / events, note="once", more=figures)
