"""How long a caller waits when many call at once."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from charterhouse.commands.benchmark.engines import Engine, each_engine
from charterhouse.commands.benchmark.http import CREATED
from charterhouse.commands.benchmark.many import House, each_in_turn, make_many, make_one
from charterhouse.commands.benchmark.measures import Measure, session_cpu
from charterhouse.commands.benchmark.serving import THREADS, Served, request, served
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.commands.common import progress_bar
from charterhouse.tenancy.provision import open_catalogue

__all__ = ["CLIENTS", "measure"]

CLIENTS, WORKERS = 32, 2
TENANTS = 100
BUSY = 503
"""What is answered to whoever waited for five seconds for his turn with a tenant's store."""


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Events from many clients at once, of a hundred tenants and of one, on each engine."""
    results = []
    for engine in each_engine(place / "latency"):
        catalogue = open_catalogue(engine.config)
        first = make_one(workload, catalogue, 0)
        houses = make_many(workload, catalogue, engine, first, TENANTS)
        catalogue.installation.stores.close()
        logs = engine.config.data_dir.parent / "logs"
        with served(
            "served", engine.environment, logs, workers=WORKERS, connections=CLIENTS
        ) as server:
            results += [
                _of(workload, engine, server, chosen, slices, size)
                for chosen in (houses, houses[:1])
            ]
    return results


def _of(
    workload: Workload,
    engine: Engine,
    server: Served,
    houses: Sequence[House],
    slices: int,
    size: int,
) -> Measure:
    name = f"latency, {engine.name}: {CLIENTS} clients, {_tenants(len(houses))}"
    cpu_of = session_cpu(server.child.pid)
    answers: list[tuple[int, float]] = []
    rates, cpus = [], []
    with progress_bar(name) as told:
        for number in range(-1, slices):
            told(number, slices)
            turns = each_in_turn(workload, houses, f"latency{len(houses)}-{number}", size)
            requests = [request(house, one) for house, one in turns]
            cpu, began = cpu_of(), perf_counter()
            found = server.clients.timed(requests)
            if number < 0:
                continue  # The first ones find nothing in memory yet.
            rates.append(size / (perf_counter() - began))
            cpus.append((cpu_of() - cpu) * 1e6 / size)
            answers += found
    busy = [status for status, _ in answers if status == BUSY]
    if len(busy) + [status for status, _ in answers].count(CREATED) < len(answers):
        raise OSError(f"the server answered {sorted({status for status, _ in answers})}")
    cuts = statistics.quantiles([seconds for _, seconds in answers], n=100)
    p50, p99 = cuts[49] * 1000, cuts[98] * 1000
    return Measure(
        name, statistics.median(rates), min(rates), max(rates), cpu=statistics.median(cpus),
        note=f"{slices} slices of {size} events, {WORKERS} workers of {THREADS} threads",
        more={"p50 ms": p50, "p99 ms": p99, "p99/p50": p99 / p50, "busy": len(busy)},
    )  # fmt: skip


def _tenants(number: int) -> str:
    return "one tenant" if number == 1 else f"{number} tenants in turns"
