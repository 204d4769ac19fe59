"""The store in PostgreSQL: one durable transaction for each event, beside the bare driver."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from charterhouse.commands.benchmark.measures import Measure, Slice, beside
from charterhouse.commands.benchmark.recording import Statement, recording_unit
from charterhouse.commands.benchmark.store import ready, refs_of, tell
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.databases import MAIN, Databases
from charterhouse.records import door
from charterhouse.tenancy.engines.postgres_roles import tenant_name
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.scope import tenant_scope


@contextmanager
def server(place: Path) -> Iterator[ScratchPostgres]:
    """A PostgreSQL that waits for the disk."""
    place.mkdir(parents=True, exist_ok=True)
    # The server may run as somebody else, who has to get to its folder.
    for folder in (place, place.parent):
        folder.chmod(0o711)
    with closing(ScratchPostgres(durable=True, place=place)) as started:
        yield started


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Tell slices of events through the door and replay the statements of others in turns."""
    half = slices * size
    with server(place / "server") as started:
        url = started.database()
        catalogue, tenant = workload.settle_in(place / "postgres", databases=Databases({MAIN: url}))
        told = workload.events(refs_of(tenant), "postgres")
        recorded, timed = (ready(workload, list(islice(told, half))) for _ in range(2))
        catalogue.installation.stores.close()
        copy = started.database(str(conninfo_to_dict(url)["dbname"]))
        with tenant_scope(tenant), closing(bare(copy)) as driver:
            log = [_recorded(event) for event in recorded]
            begin = f"BEGIN; SET LOCAL ROLE {tenant_name(tenant.store_id)}".encode()

            def product(number: int) -> Slice:
                def run() -> int:
                    for event in timed[number * size : (number + 1) * size]:
                        tell(event)
                    return size

                return run

            def least(number: int) -> Slice:
                def run() -> int:
                    for statements in log[number * size : (number + 1) * size]:
                        replay(driver, begin, statements)
                    return size

                return run

            per_event = statistics.mean(len(statements) for statements in log)
            result = beside(
                "postgres: one event, one transaction, synchronous_commit=on",
                [product(number) for number in range(slices)],
                f"the same {per_event:.0f} statements by bare psycopg, prepared",
                [least(number) for number in range(slices)],
                f"{slices} slices of {size} events, one thread, a Unix socket",
            )
        catalogue.installation.stores.close()
    return [result]


def _recorded(event: door.Told) -> list[Statement]:
    statements: list[Statement] = []
    with recording_unit(statements) as opened:
        door.Door(opened).tell(event)
    return statements


def bare(url: str) -> psycopg.Connection[Any]:
    """A connection as the driver gives it."""
    return psycopg.connect(url, autocommit=True)


def replay(driver: psycopg.Connection[Any], begin: bytes, statements: Sequence[Statement]) -> None:
    """Execute what one event executed, in one transaction."""
    driver.execute(begin)
    for sql, params, many in statements:
        with driver.cursor() as cursor:
            if many:
                cursor.executemany(sql, params)
            else:
                cursor.execute(sql, params)
                if cursor.description:
                    cursor.fetchall()
    driver.execute("COMMIT")
