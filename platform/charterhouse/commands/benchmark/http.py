"""Over HTTP: the API under gunicorn, beside a view that returns a constant and the bare driver."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from time import process_time

from charterhouse.commands.benchmark import postgres, recording
from charterhouse.commands.benchmark.engines import Engine, each_engine
from charterhouse.commands.benchmark.many import RIGHTS, House
from charterhouse.commands.benchmark.measures import Measure, Slice, beside, pieces, session_cpu
from charterhouse.commands.benchmark.recording import Statement, recorded
from charterhouse.commands.benchmark.serving import THREADS, request, served
from charterhouse.commands.benchmark.store import record, refs_of, store_path, through_case
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.desk.access import create_key
from charterhouse.tenancy.engines.postgres_roles import tenant_name
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

__all__ = ["CONNECTIONS", "CREATED", "measure", "slices_of"]

CONNECTIONS = 4
CREATED = 201

Log = Sequence[Sequence[Statement]]
Replay = Callable[[Sequence[Statement]], None]


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Post events to the API, with one worker process and with two, on each engine."""
    results = []
    for engine in each_engine(place / "http"):
        catalogue, tenant = workload.settle_in(engine.config)
        refs = refs_of(tenant)
        with tenant_scope(tenant):
            house = House(tenant, "", create_key("bench", RIGHTS, actor="system").token)
        catalogue.installation.stores.close()
        for workers in (1, 2):
            told = workload.events(refs, f"http{workers}")
            requests = [request(house, one) for one in islice(told, (slices + 1) * size)]
            results.append(_beside_flask(engine, workers, requests, size))
        recorded_first = list(islice(workload.events(refs, "bare"), slices * size))
        with _bare(engine, workload, tenant, recorded_first) as (log, replay):
            catalogue.installation.stores.close()
            again = workload.events(refs, "http-bare")
            requests = [request(house, one) for one in islice(again, (slices + 1) * size)]
            results.append(_beside_driver(engine, requests, log, replay, size))
    return results


def _beside_flask(engine: Engine, workers: int, requests: list[bytes], size: int) -> Measure:
    place, environment = engine.config.data_dir.parent / "logs", engine.environment
    many = {"workers": workers, "connections": CONNECTIONS}
    with (
        served("served", environment, place, **many) as ours,
        served("floor", environment, place, **many) as floor,
    ):
        product, least = (slices_of(each.clients.send, requests, size) for each in (ours, floor))
        # The first slice of each finds nothing in memory yet.
        product[0]()
        least[0]()
        ours.check()
        return beside(
            f"HTTP, {engine.name}: POST /api/v1/events, {workers} gunicorn worker"
            f"{'s' if workers > 1 else ''}",
            product[1:],
            "a Flask view that returns a constant",
            least[1:],
            f"{len(product) - 1} slices of {size} events, {THREADS} threads a worker, "
            f"{CONNECTIONS} kept-alive connections",
            cpus=(session_cpu(ours.child.pid), session_cpu(floor.child.pid)),
        )


def _beside_driver(
    engine: Engine, requests: list[bytes], log: Log, replay: Replay, size: int
) -> Measure:
    place, environment = engine.config.data_dir.parent / "logs", engine.environment
    with served("served", environment, place, workers=1, connections=1) as ours:
        product = slices_of(ours.clients.send, requests, size)
        product[0]()
        return beside(
            f"HTTP, {engine.name}: one worker and one connection, beside the driver",
            product[1:],
            "the statements of the same events by the bare driver",
            pieces(log, size, replay),
            f"{len(product) - 1} slices of {size} events",
            cpus=(session_cpu(ours.child.pid), process_time),
        )


def slices_of(
    send: Callable[[Sequence[bytes], int], int], requests: list[bytes], size: int
) -> list[Slice]:
    """Slices of so many requests each, sent over all connections of a client."""
    return [
        partial(send, requests[first : first + size], CREATED)
        for first in range(0, len(requests), size)
    ]


@contextmanager
def _bare(
    engine: Engine, workload: Workload, tenant: Tenant, told: Sequence[Told]
) -> Iterator[tuple[Log, Replay]]:
    """The statements of events, and what replays them on a copy in which they have not happened."""
    data = engine.config.data_dir
    if engine.server is None:
        copies = [data.with_name(f"{data.name}-{name}") for name in ("recorded", "floor")]
        for each in copies:
            shutil.copytree(data, each)
        log = record(copies[0], workload, tenant, told, "case")
        with closing(recording.bare(store_path(copies[1], tenant))) as file:
            yield log, partial(recording.replay, file)
        return
    copy = postgres.copied(engine)
    with tenant_scope(tenant):
        log = [recorded(partial(through_case, one)) for one in told]
    begin = f"BEGIN; SET LOCAL ROLE {tenant_name(tenant.store_id)}".encode()
    with closing(postgres.bare(copy)) as driver:
        yield log, partial(postgres.replay, driver, begin)
