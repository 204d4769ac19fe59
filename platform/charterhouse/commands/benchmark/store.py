"""The store: one durable transaction for each event, beside the same statements bare."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from charterhouse import clock
from charterhouse.commands.benchmark.measures import Measure, Slice, alone, beside
from charterhouse.commands.benchmark.recording import (
    Statement,
    bare,
    recording_unit,
    replay,
)
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.kernel.events import parse_body
from charterhouse.records import door
from charterhouse.records.tables import standing
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, unit
from charterhouse.tenancy.tenant import Tenant

LENGTHS = (10, 1_000, 10_000)


def ready(workload: Workload, told: Sequence[Told]) -> list[door.Told]:
    """Read events as the door takes them."""
    now = workload.noon
    return [
        door.Told(parse_body(one.verb, one.raw, workload.zone), now, "api:1", one.key)
        for one in told
    ]


def tell(event: door.Told) -> None:
    """One event in one transaction."""
    with unit(write=True) as opened:
        door.Door(opened).tell(event)


def members(opened: Unit) -> list[str]:
    """Those whose cards give rights."""
    query = select(standing.c.ref).where(standing.c.status == "active", standing.c.card == "active")
    return sorted(opened.connection.execute(query).scalars())


def refs_of(tenant: Tenant) -> list[str]:
    """The members of a tenant whose cards give rights."""
    with tenant_scope(tenant), unit() as opened:
        return members(opened)


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Tell slices of events through the door and replay their statements in turns."""
    catalogue, tenant = workload.settle_in(place / "product")
    refs = refs_of(tenant)
    events = ready(workload, list(islice(workload.events(refs, "store"), slices * size)))
    catalogue.installation.stores.close()
    shutil.copytree(place / "product", place / "recorded")
    shutil.copytree(place / "product", place / "floor")
    log = _record(place / "recorded", tenant, events)
    path = _path(catalogue, tenant)
    floor = place / "floor" / path.relative_to(place / "product")
    with closing(bare(floor)) as driver, tenant_scope(tenant):

        def product(number: int) -> Slice:
            def run() -> int:
                for event in events[number * size : (number + 1) * size]:
                    tell(event)
                return size

            return run

        def least(number: int) -> Slice:
            def run() -> int:
                for statements in log[number * size : (number + 1) * size]:
                    replay(driver, statements)
                return size

            return run

        per_event = statistics.mean(len(statements) for statements in log)
        result = beside(
            "store: one event, one transaction, synchronous=FULL",
            [product(number) for number in range(slices)],
            f"the same {per_event:.0f} statements by the bare sqlite3 module",
            [least(number) for number in range(slices)],
            f"{slices} slices of {size} events, one thread",
        )
    catalogue.installation.stores.close()
    return [result]


def _path(catalogue: Catalogue, tenant: Tenant) -> Path:
    # Only the embedded engine keeps a file for each tenant, and it is what is measured here.
    path: Path = catalogue.installation.stores.path(tenant.id)  # type: ignore[attr-defined]  # as said above
    return path


def _record(data: Path, tenant: Tenant, events: Sequence[door.Told]) -> list[list[Statement]]:
    from charterhouse.config import Config
    from charterhouse.tenancy.provision import open_catalogue

    config = tenant.installation.config
    catalogue = open_catalogue(Config(data_dir=data, master_key=config.master_key))
    log: list[list[Statement]] = []
    with tenant_scope(catalogue.get(tenant.id)):
        for event in events:
            statements: list[Statement] = []
            with recording_unit(statements) as opened:
                door.Door(opened).tell(event)
            log.append(statements)
    catalogue.installation.stores.close()
    return log


def lengths(workload: Workload, place: Path, size: int) -> list[Measure]:
    """The cost of an event of one member after ten, a thousand and ten thousand others."""
    catalogue, tenant = workload.settle_in(place / "lengths")
    ref = refs_of(tenant)[0]
    told = workload.events([ref], "lengths")
    results: list[Measure] = []
    before = 0
    with tenant_scope(tenant), clock.use_clock(clock.FixedClock(workload.noon)):
        for length in LENGTHS:
            for begin in range(before, length, 500):
                count = min(500, length - begin)
                with unit(write=True, seconds=600) as opened:
                    one_door = door.Door(opened)
                    for event in ready(workload, list(islice(told, count))):
                        one_door.tell(event)
            events = ready(workload, list(islice(told, size)))
            results.append(
                alone(
                    f"store: an event of a member with {length:,} events",
                    [_slice(events[first : first + 10]) for first in range(0, size, 10)],
                    f"slices of 10 of {size} events",
                )
            )
            before = length + size
    catalogue.installation.stores.close()
    return results


def _slice(events: Sequence[door.Told]) -> Slice:
    def run() -> int:
        for event in events:
            tell(event)
        return len(events)

    return run
