"""`charterhouse bench`: how fast an event goes its way, and how fast it could at best."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from charterhouse.commands.common import Failure, print_json, told_plainly

if TYPE_CHECKING:
    from charterhouse.commands.benchmark.measures import Measure

PARTS = (
    "kernel", "charters", "history", "replay", "store", "lengths", "postgres", "tenants",
    "growth", "life", "services", "http", "latency",
)  # fmt: skip


ENGINES = ("files", "PostgreSQL")


@click.command(name="bench")
@click.option(
    "--part", "parts", multiple=True, type=click.Choice(PARTS), help="All by default; repeatable."
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINES),
    help="Of the parts that measure both, one; repeatable.",
)
@click.option("--slices", default=15, show_default=True, type=click.IntRange(3, 1000))
@click.option("--size", default=200, show_default=True, help="Events of a slice.")
@click.option(
    "--tenants",
    default=1000,
    show_default=True,
    type=click.IntRange(10, 10_000),
    help="The largest number of tenants.",
)
@click.option(
    "--events",
    default=20_000,
    show_default=True,
    type=click.IntRange(100, 10_000_000),
    help="The longest history of a tenant.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True),
    help="Tenant folder of the institution; the first sample by default.",
)
@click.option(
    "--place",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where scratch data is kept: it should be on the disk that is meant.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@told_plainly
def command(
    *,
    parts: tuple[str, ...],
    engines: tuple[str, ...],
    slices: int,
    size: int,
    tenants: int,
    events: int,
    folder: Path | None,
    place: Path | None,
    as_json: bool,
) -> None:
    """Measure the kernel alone, use cases and the API on both engines, each beside its floor.

    Slices of the product and of its floor alternate, so that a busy machine slows both.
    """
    from charterhouse.commands.benchmark.engines import only
    from charterhouse.commands.benchmark.workload import Workload

    workload = Workload.of(folder)
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory(dir=place, prefix="charterhouse-bench-") as scratch:
        for part in parts or PARTS:
            click.echo(f"measuring: {part}", err=True)
            began = perf_counter()
            try:
                with only(engines or ENGINES):
                    found = _part(part, tenants, events)(workload, Path(scratch), slices, size)
            except OSError as error:
                raise Failure(f"{part}: {error}") from error
            measures.extend(found)
            click.echo(f"measured: {part}, {perf_counter() - began:.0f} s", err=True)
    if as_json:
        print_json({"machine": machine(), "measures": [one.plain() for one in measures]})
    else:
        _print(measures)


def _part(name: str, tenants: int, events: int) -> Callable[[Any, Path, int, int], list[Measure]]:
    from charterhouse.commands.benchmark import (
        charters,
        growth,
        http,
        kernel,
        latency,
        life,
        postgres,
        services,
        store,
    )
    from charterhouse.commands.benchmark import tenants as many

    known: dict[str, Callable[[Any, Path, int, int], list[Measure]]] = {
        "kernel": lambda workload, _place, slices, size: kernel.measure(workload, slices, size * 5),
        "charters": lambda workload, _place, slices, _size: charters.each_charter(
            workload, max(3, slices // 5)
        ),
        "history": lambda workload, _place, slices, _size: charters.history(workload, slices),
        "replay": lambda workload, _place, _slices, _size: charters.replayed(workload),
        "store": store.measure,
        "lengths": lambda workload, place, _slices, size: store.lengths(workload, place, size),
        "postgres": postgres.measure,
        "tenants": partial(many.measure, tenants=tenants),
        "growth": partial(growth.measure, events=events),
        "life": partial(life.measure, events=events),
        "services": services.measure,
        "http": http.measure,
        "latency": latency.measure,
    }
    return known[name]


def machine() -> dict[str, Any]:
    """On what the figures were taken."""
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cpus": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "load": [round(one, 2) for one in os.getloadavg()],
    }


def _print(measures: list[Measure]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("measure")
    for head in ("events/s", "slowest", "fastest", "floor/s", "times floor", "CPU µs", "floor µs"):
        table.add_column(head, justify="right")
    for one in measures:
        table.add_row(
            one.name,
            f"{one.rate:,.0f}",
            f"{one.low:,.0f}",
            f"{one.high:,.0f}",
            f"{one.floor_rate:,.0f}" if one.floor else "",
            f"{one.ratio:.2f}" if one.floor else "",
            f"{one.cpu:,.0f}" if one.cpu else "",
            f"{one.floor_cpu:,.0f}" if one.floor_cpu else "",
        )
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    for one in measures:
        more = ", ".join(f"{name} {value:,.4g}" for name, value in one.more.items())
        told = [f"floor is {one.floor}"] if one.floor else []
        if told or more:
            text = "; ".join([*told, *([more] if more else []), one.note])
            console.print(f"{one.name}: {text}", highlight=False)
    console.print(" ".join(f"{key}={value}" for key, value in machine().items()), highlight=False)
