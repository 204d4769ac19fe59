"""Tenants in great number, made quickly: what is measured is not how they were made.

Each has keys, a store and a member of its own, as if it had been made one by one; only the
catalogue's entries are written together, and stores are made by several threads at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import insert, select

from charterhouse import clock
from charterhouse.commands.benchmark.engines import Engine
from charterhouse.commands.benchmark.store import ready
from charterhouse.commands.benchmark.workload import Told, Workload
from charterhouse.commands.common import progress_bar
from charterhouse.desk.access import create_key
from charterhouse.desk.people import create_person
from charterhouse.records import door
from charterhouse.records.books import adopt
from charterhouse.records.tables import version
from charterhouse.tenancy import models
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.catalogue_cells import CAPACITY, read_cells
from charterhouse.tenancy.ids import new_id, new_key
from charterhouse.tenancy.installation import LOCAL
from charterhouse.tenancy.provision import create_tenant, template_store
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, prepared, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["House", "each_in_turn", "make_many", "make_one"]

RIGHTS = ("events.write", "points.adjust")

_VERSIONS = prepared(select(version))
_ADD_VERSION = prepared(insert(version))
_TOGETHER = 200
_PERSON = {"name": "测试"}


@dataclass(frozen=True, slots=True)
class House:
    """A tenant with one member.

    Attributes:
        tenant: itself.
        ref: the member.
        token: of the key by which another system tells its events.
    """

    tenant: Tenant
    ref: str
    token: str


def make_one(workload: Workload, catalogue: Catalogue, number: int) -> House:
    """Make a tenant as the product does, with its charter, a member and a key."""
    folder, made = workload.folder, []

    def seed(tenant: Tenant) -> None:
        with unit(write=True) as opened:
            adopt(opened, folder.charter, dict(folder.settings), actor="bench")
            made.append(_settled(workload, opened, tenant))

    tenant = create_tenant(
        catalogue,
        slug=f"bench-{number}",
        name_zh="测试",
        name_en="Bench",
        charter=folder.charter,
        timezone=folder.timezone,
        seed=seed,
    )
    return replace(made[0], tenant=tenant)


def _settled(workload: Workload, opened: Unit, tenant: Tenant) -> House:
    ref = create_person(_PERSON).ref
    (join,) = ready(workload, [Told("join", {"member": ref}, "bench/join")])
    door.Door(opened).tell(join)
    token = create_key("bench", RIGHTS, actor="system").token
    return House(tenant, ref, token)


def make_many(
    workload: Workload, catalogue: Catalogue, engine: Engine, first: House, number: int
) -> list[House]:
    """Make tenants until there are so many.

    Args:
        workload: whose charter they have.
        catalogue: of the engine's installation.
        engine: where.
        first: one that was made as the product does.
        number: how many there are to be, the first included.
    """
    tenants = _entered(catalogue, engine, first.tenant, number)
    with tenant_scope(first.tenant), unit() as opened:
        (row,) = opened.execute(_VERSIONS)
        adopted = row._asdict()
    houses = [first]
    with progress_bar(f"{engine.name}: {number:,} tenants") as told, engine.hasty():
        for done, tenant in enumerate(_stored(catalogue, tenants), 2):
            with tenant_scope(tenant), unit(write=True) as opened:
                opened.execute(_ADD_VERSION, adopted)
                houses.append(_settled(workload, opened, tenant))
            told(done, number)
    return houses


def _stored(catalogue: Catalogue, tenants: Sequence[Tenant]) -> Iterator[Tenant]:
    """Make the stores, some of them at once, and give their tenants.

    No tenant is used while others are made: a connection that looks up its roles at the moment in
    which PostgreSQL is given another one may not see that one.
    """
    installation = catalogue.installation
    template = template_store(installation)

    def provision(tenant: Tenant) -> Tenant:
        installation.stores.provision(tenant.store_id, template)
        return tenant

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for first in range(0, len(tenants), _TOGETHER):
            yield from list(pool.map(provision, tenants[first : first + _TOGETHER]))


def _entered(catalogue: Catalogue, engine: Engine, like: Tenant, number: int) -> list[Tenant]:
    """Enter tenants into the catalogue, so many as fill it up to a number, in one transaction."""
    with catalogue.database.transaction(write=False) as connection:
        cells = {one.name: one.id for one in read_cells(connection)}
        known = connection.execute(select(models.state.c.version)).scalar_one()
    names = engine.config.databases.names or (LOCAL,)
    rows, keys = [], []
    for count in range(len(catalogue.list()), number):
        cell = cells[names[count // CAPACITY] if engine.server else LOCAL]
        row = _row(like, count, cell, known + 1)
        rows.append(row)
        keys += [_key(catalogue, row["id"], purpose) for purpose in ("data", "index")]
    with catalogue.changing(None, "bench", "bench", {}) as connection:
        if rows:
            connection.execute(insert(models.tenant), rows)
            connection.execute(insert(models.tenant_key), keys)
    return [catalogue.get(row["id"]) for row in rows]


def _row(like: Tenant, number: int, cell: int, known: int) -> dict[str, Any]:
    tenant_id, now = new_id(), clock.now()
    return {
        "id": tenant_id,
        "store_id": tenant_id,
        "key": new_key(),
        "slug": f"bench-{number}",
        "name_zh": like.name_zh,
        "name_en": like.name_en,
        "status": "active",
        "timezone": like.timezone,
        "charter": like.charter,
        "isolation": like.isolation,
        "cell_id": cell,
        "limits": {},
        "created_at": now,
        "changed_at": now,
        "version": known,
    }


def _key(catalogue: Catalogue, tenant_id: int, purpose: str) -> dict[str, Any]:
    made = catalogue.installation.keyring.make(tenant_id, purpose, 1)
    row = {"tenant_id": tenant_id, "purpose": purpose, "version": 1}
    return {**row, "wrapped": made.wrapped, "created_at": clock.now()}


def each_in_turn(
    workload: Workload, houses: Sequence[House], name: str, number: int
) -> Iterator[tuple[House, Told]]:
    """So many events, each of the next tenant's member.

    Args:
        workload: whose events.
        houses: the tenants, one after the other and again from the first.
        name: of the events, which must be new to the tenants.
        number: how many.
    """
    for count, told in enumerate(islice(workload.events([houses[0].ref], name), number)):
        house = houses[count % len(houses)]
        yield house, Told(told.verb, {**told.raw, "member": house.ref}, told.key)
