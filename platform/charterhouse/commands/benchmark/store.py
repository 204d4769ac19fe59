"""The store: one durable transaction for each event, beside the same statements bare."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from charterhouse import clock
from charterhouse.commands.benchmark.measures import Measure, alone, beside, pieces
from charterhouse.commands.benchmark.recording import Statement, bare, recorded, replay
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.config import Config
from charterhouse.desk import intake
from charterhouse.kernel.events import parse_body
from charterhouse.records import door
from charterhouse.records.tables import standing
from charterhouse.tenancy.provision import open_catalogue
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


def submit(one: Told) -> None:
    """One event by the use case that every interface calls: read, checked, decided and kept.

    Raises:
        OSError: it was refused, so that it is not what is to be measured.
    """
    answer = intake.submit(one.verb, one.raw, actor="api:1", key=one.key)
    if not answer.accepted:
        raise OSError(f"{one.verb} was refused: {answer.refusal}")


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Tell slices of events and replay their statements in turns: by the door, by the use case."""
    catalogue, tenant = workload.settle_in(place / "product")
    refs = refs_of(tenant)
    catalogue.installation.stores.close()
    names = {
        "store": "store: one event, one transaction, synchronous=FULL",
        "case": "use case: an event read, checked and told, in a file",
    }
    results = []
    for sort, name in names.items():
        told = list(islice(workload.events(refs, sort), slices * size))
        floor = place / f"{sort}-floor"
        shutil.copytree(place / "product", floor)
        shutil.copytree(place / "product", place / f"{sort}-recorded")
        log = record(place / f"{sort}-recorded", workload, tenant, told, sort)
        with closing(bare(store_path(floor, tenant))) as driver, tenant_scope(tenant):
            product = (
                pieces(ready(workload, told), size, tell)
                if sort == "store"
                else pieces(told, size, submit)
            )
            per_event = statistics.mean(len(statements) for statements in log)
            results.append(
                beside(
                    name,
                    product,
                    f"the same {per_event:.0f} statements by the bare sqlite3 module",
                    pieces(log, size, partial(replay, driver)),
                    f"{slices} slices of {size} events, one thread",
                )
            )
    catalogue.installation.stores.close()
    return results


def store_path(data: Path, tenant: Tenant) -> Path:
    """Where the file of a tenant is in a data folder."""
    path: Path = tenant.installation.stores.path(tenant.store_id)  # type: ignore[attr-defined]  # only the embedded engine has files
    return data / path.relative_to(tenant.installation.config.data_dir)


def record(
    data: Path, workload: Workload, tenant: Tenant, told: Sequence[Told], sort: str
) -> list[list[Statement]]:
    """Tell events in a copy of an installation's files and note the statements of each.

    Args:
        data: the copy's folder.
        workload: whose events.
        tenant: of the installation that was copied.
        told: the events.
        sort: `store` for the door, `case` for what calls it.
    """
    key = tenant.installation.config.master_key
    catalogue = open_catalogue(Config(data_dir=data, master_key=key))
    with tenant_scope(catalogue.get(tenant.id)):
        if sort == "store":
            log = [recorded(partial(through_door, event)) for event in ready(workload, told)]
        else:
            log = [recorded(partial(through_case, one)) for one in told]
    catalogue.installation.stores.close()
    return log


def through_door(event: door.Told, opened: Unit) -> None:
    """Tell an event in a unit that is open."""
    door.Door(opened).tell(event)


def through_case(one: Told, _opened: Unit) -> None:
    """Tell an event by the use case, which joins the unit that is open."""
    submit(one)


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
                    pieces(events, 10, tell),
                    f"slices of 10 of {size} events",
                )
            )
            before = length + size
    catalogue.installation.stores.close()
    return results
