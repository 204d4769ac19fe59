"""The store in PostgreSQL: one durable transaction for each event, beside the bare driver."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from charterhouse.commands.benchmark.engines import Engine, postgres
from charterhouse.commands.benchmark.measures import Measure, beside, pieces
from charterhouse.commands.benchmark.pgbench import MODES, Script, typical
from charterhouse.commands.benchmark.recording import Statement, recorded
from charterhouse.commands.benchmark.store import (
    ready,
    refs_of,
    submit,
    tell,
    through_case,
    through_door,
)
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.tenancy.engines.postgres_roles import tenant_name
from charterhouse.tenancy.scope import tenant_scope

__all__ = ["bare", "copied", "measure", "replay"]


def measure(workload: Workload, place: Path, slices: int, size: int) -> list[Measure]:
    """Tell slices of events and replay the statements of others in turns.

    Events go by the door and by the use case, the statements by psycopg and by pgbench.
    """
    with postgres(place / "postgres") as engine:
        catalogue, tenant = workload.settle_in(engine.config)
        told = workload.events(refs_of(tenant), "postgres")
        number = slices * size
        catalogue.installation.stores.close()
        # Before the statements are recorded: they have not happened in the copy.
        copy = copied(engine)
        with tenant_scope(tenant):
            doors = [
                recorded(partial(through_door, event))
                for event in ready(workload, list(islice(told, number)))
            ]
            cases = [recorded(partial(through_case, one)) for one in islice(told, number)]
            begin = ["BEGIN", f"SET LOCAL ROLE {tenant_name(tenant.store_id)}"]
            note = f"{slices} slices of {size} events, one thread, a Unix socket"
            script = Script(begin, typical(cases), place / "event.pgbench")
            results = []
            with closing(bare(copy)) as driver:
                again = partial(replay, driver, "; ".join(begin).encode())
                results += [
                    beside(
                        "postgres: one event, one transaction, synchronous_commit=on",
                        pieces(ready(workload, list(islice(told, number))), size, tell),
                        f"the same {_mean(doors):.0f} statements by bare psycopg, prepared",
                        pieces(doors, size, again),
                        note,
                    ),
                    beside(
                        "use case: an event read, checked and told, in PostgreSQL",
                        pieces(list(islice(told, number)), size, submit),
                        f"the same {_mean(cases):.0f} statements by bare psycopg, prepared",
                        pieces(cases, size, again),
                        note,
                    ),
                ]
            results += [
                beside(
                    f"use case: the same beside pgbench -M {mode}",
                    pieces(list(islice(told, number)), size, submit),
                    f"the statements of the commonest event by pgbench -M {mode}",
                    [script.slice(copy, mode, size)] * slices,
                    note,
                )
                for mode in MODES
            ]
        catalogue.installation.stores.close()
    return results


def copied(engine: Engine) -> str:
    """Copy the first cell of an engine to which nobody is connected; the copy's address."""
    assert engine.server is not None  # noqa: S101 - it is PostgreSQL
    first = min(engine.config.databases.urls.items())[1]
    return engine.server.database(str(conninfo_to_dict(first)["dbname"]))


def _mean(log: Sequence[Sequence[Statement]]) -> float:
    return statistics.mean(len(statements) for statements in log)


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
