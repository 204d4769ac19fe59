"""The cost of an event in a tenant with a short history and with long ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from charterhouse.commands.benchmark.copying import copy_history
from charterhouse.commands.benchmark.engines import Engine, each_engine
from charterhouse.commands.benchmark.many import House, each_in_turn, make_one
from charterhouse.commands.benchmark.measures import Measure, beside, pieces, timed
from charterhouse.commands.benchmark.store import refs_of, submit
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

__all__ = ["grown", "measure"]

SHORT, MIDDLE = 10, 10_000
OF_A_MEMBER = 100
"""Events of each member of a tenant with a long history."""

_ROOM_MIB = 64 * 1024


def measure(workload: Workload, place: Path, slices: int, size: int, events: int) -> list[Measure]:
    """Events of a tenant that has ten, ten thousand and so many events, on each engine."""
    results: list[Measure] = []
    for engine in each_engine(place / "growth"):
        catalogue = open_catalogue(engine.config)
        for number, length in enumerate(sorted({min(MIDDLE, events), events})):
            # A short history grows while it is measured: each comparison has a new one.
            short = grown(workload, catalogue, engine, SHORT, 2 * number)
            long = grown(workload, catalogue, engine, length, 2 * number + 1)
            ours = _told(workload, long, f"long{number}", (slices + 1) * size)
            theirs = _told(workload, short, f"short{number}", (slices + 1) * size)
            many, few = (pieces(each, size, _submit) for each in (ours, theirs))
            # The first slice of each finds nothing in memory yet.
            timed(many[0])
            timed(few[0])
            results.append(
                beside(
                    f"{engine.name}: an event of a tenant with {length:,} events",
                    many[1:], f"the same of a tenant with {SHORT}", few[1:],
                    f"{slices} slices of {size} events, of all its members",
                )
            )  # fmt: skip
        catalogue.installation.stores.close()
    return results


def grown(
    workload: Workload, catalogue: Catalogue, engine: Engine, events: int, number: int
) -> Tenant:
    """Make a tenant with so many events, those of one member told and the others copied.

    Args:
        workload: whose events.
        catalogue: of the engine's installation.
        engine: where.
        events: how many; rounded up to whole members where there is more than one.
        number: of the tenant, which tells it from others.
    """
    house = make_one(workload, catalogue, number)
    own = min(events, OF_A_MEMBER)
    for one in each_in_turn(workload, [house], "told", own - 1):
        _submit(one)
    limits = {"max_store_mib": _ROOM_MIB, "unit_seconds": 600}
    tenant = catalogue.change(house.tenant.id, limits=limits)
    members = -(-events // own)
    if members > 1:
        copy_history(engine, tenant, members)
    return tenant


def _told(
    workload: Workload, tenant: Tenant, name: str, number: int
) -> Sequence[tuple[House, Told]]:
    events = islice(workload.events(refs_of(tenant), name), number)
    return [(House(tenant, "", ""), one) for one in events]


def _submit(one: tuple[House, Told]) -> None:
    house, told = one
    with tenant_scope(house.tenant):
        submit(told)
