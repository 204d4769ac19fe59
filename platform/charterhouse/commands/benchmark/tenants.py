"""Many tenants: making them, an event here and an event there, and a migration of all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import perf_counter

from charterhouse.commands.benchmark.measures import Measure, Slice, alone, beside
from charterhouse.commands.benchmark.postgres import server
from charterhouse.commands.benchmark.store import ready, tell
from charterhouse.commands.benchmark.workload import Told, Workload, config_of
from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.records import door
from charterhouse.records.books import adopt
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.catalogue_cells import CAPACITY
from charterhouse.tenancy.migrate_run import migrate_all
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

FEW = 100
MANY_FILES, MANY_SCHEMAS = 1_000, 300

MEMBER = "m"

_ADDED = '''"""A column that the bench adds."""

import sqlalchemy as sa
from alembic import op

revision = "bench"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("person", sa.Column("bench", sa.Text()))
'''


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Tenants in files, then tenants in a database."""
    config = config_of(place / "files")
    found = _engine("files", workload, config, MANY_FILES // slices, slices, size)
    with server(place / "tenants-server") as started:
        cells = {
            f"cell{number}": started.database() for number in range(-(-MANY_SCHEMAS // CAPACITY))
        }
        config = config_of(place / "databases", Databases(cells))
        batch = MANY_SCHEMAS // slices
        found += _engine("PostgreSQL", workload, config, batch, slices, size)
    return found


def _engine(
    name: str, workload: Workload, config: Config, batch: int, slices: int, size: int
) -> list[Measure]:
    catalogue = open_catalogue(config)
    tenants: list[Tenant] = []

    def make() -> int:
        for _ in range(batch):
            tenants.append(_made(workload, catalogue, len(tenants)))
        return batch

    made = alone(
        f"tenants in {name}: make one, with its charter and a member",
        [make] * slices,
        f"slices of {batch}",
    )
    measures = [made]
    for number in (FEW, len(tenants)):
        many = _round(workload, tenants[:number], slices, size, f"{name}-{number}")
        one = _round(workload, tenants[:1], slices, size, f"{name}-{number}-alone")
        measures.append(
            beside(
                f"tenants in {name}: an event, {number:,} tenants in turns",
                many, "the same of one tenant", one, f"{slices} slices of {size} events",
            )
        )  # fmt: skip
    catalogue.installation.stores.close()
    return [*measures, _migrated(name, config, len(tenants))]


def _made(workload: Workload, catalogue: Catalogue, number: int) -> Tenant:
    folder = workload.folder

    def seed(_tenant: Tenant) -> None:
        with unit(write=True) as opened:
            adopt(opened, folder.charter, dict(folder.settings), actor="bench")
            (join,) = ready(workload, [Told("join", {"member": MEMBER}, "join")])
            door.Door(opened).tell(join)

    return create_tenant(
        catalogue,
        slug=f"bench-{number}",
        name_zh="测试",
        name_en="Bench",
        charter=folder.charter,
        timezone=folder.timezone,
        seed=seed,
    )


def _round(
    workload: Workload, tenants: Sequence[Tenant], slices: int, size: int, name: str
) -> list[Slice]:
    """Slices in which each tenant is told an event after the other."""
    told = iter(ready(workload, list(islice(workload.events([MEMBER], name), slices * size))))
    turn = 0

    def run() -> int:
        nonlocal turn
        for event in islice(told, size):
            with tenant_scope(tenants[turn % len(tenants)]):
                tell(event)
            turn += 1
        return size

    return [run] * slices


def _migrated(name: str, config: Config, number: int) -> Measure:
    """All stores get a column more."""
    folder = config.data_dir.parent / f"{config.data_dir.name}-migrations"
    shutil.copytree(config.migrations_dir, folder)
    (head,) = open_catalogue(config).installation.history.heads
    added = _ADDED.format(head=head)
    (folder / "tenant" / "versions" / "bench.py").write_text(added, "utf-8")
    newer = replace(config, migrations_dir=folder)
    workers = os.cpu_count() or 1
    rate = _rate(lambda: migrate_all(newer, workers=workers).ok, number)
    return Measure(
        f"tenants in {name}: migrate one", rate, rate, rate, note=f"{number:,} at once, {workers} processes"
    )  # fmt: skip


def _rate(work: Callable[[], bool], number: int) -> float:
    began = perf_counter()
    if not work():
        raise OSError("not every store could be migrated")
    return number / (perf_counter() - began)
