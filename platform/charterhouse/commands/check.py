"""`charterhouse check`: run scenario files through the engine and compare what comes out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from charterhouse.kernel.scenario.files import Result, Told, Worlds
    from charterhouse.kernel.scenario.running import Failure

ZONE = "Asia/Shanghai"


@click.command(name="check")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--store",
    type=click.Choice(["memory", "sqlite"]),
    default="memory",
    show_default=True,
    help="Where the stories are told: in memory or in a real store.",
)
@click.option(
    "--shuffle",
    type=click.IntRange(0, 1000),
    default=0,
    metavar="N",
    help="Tell each story also in N random orders of the clauses; the outcome must be the same.",
)
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], *, as_json: bool, store: str, shuffle: int
) -> None:
    """Run scenario files, or every *.yaml and *.yml of folders.

    Exit code 0 only if every expectation holds and every file could be run.
    """
    from zoneinfo import ZoneInfo

    from charterhouse.kernel.scenario.files import Result, check_files, find_files
    from charterhouse.plugins.registry import registry

    files, errors = find_files(paths)
    result = Result(errors=errors)
    charters, zone = registry().charter, ZoneInfo(ZONE)
    with worlds_of(store) as worlds:
        for path in _shown(files):
            one = check_files([path], charters, zone, worlds=worlds, orders=shuffle)
            result.told.extend(one.told)
            result.errors.extend(one.errors)
    if as_json:
        click.echo(json.dumps(summary(result), ensure_ascii=False, indent=2))
        _print_errors(result)
    else:
        _print(result)
    ctx.exit(0 if result.ok else 1)


@contextmanager
def worlds_of(store: str) -> Iterator[Worlds]:
    """How the worlds of the stories are made: in memory, or in a real store thrown away after."""
    from charterhouse.kernel.scenario.files import memory_world

    if store == "memory":
        yield memory_world
        return
    from charterhouse.records.world import Scratch, StoreWorld

    scratch = Scratch()
    try:
        yield lambda charter, settings, zone: StoreWorld(charter, settings, zone, scratch)
    finally:
        scratch.close()


def _shown(files: list[Path]) -> Iterable[Path]:
    """The files, with a progress bar when a person looks on."""
    return _with_bar(files) if sys.stderr.isatty() else files


def _with_bar(files: list[Path]) -> Iterator[Path]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(files, description="Checking", console=console, transient=True)


def summary(result: Result) -> dict[str, Any]:
    """The counts and failures of a run as plain JSON values."""
    return {
        "passed": result.passed,
        "failed": len(result.failed),
        "disputed": len(result.disputed),
        "errors": len(result.errors),
        "failures": [
            {
                "file": str(told.path),
                "scenario": told.scenario.name,
                "step": failure.step,
                "key": failure.key,
                "expected": _plain(failure.expected),
                "got": _plain(failure.got),
            }
            for told in result.failed
            for failure in told.failures
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _print_errors(result: Result) -> None:
    for error in result.errors:
        click.echo(f"ERROR {error}", err=True)


def _print(result: Result) -> None:
    for told in result.failed:
        for failure in told.failures:
            _print_failure(told, failure)
    for told in result.disputed:
        holds = "does not hold" if told.failures else "holds"
        where = f"{told.path}:{told.scenario.line}"
        click.echo(f"DISPUTED {where} {told.scenario.name} ({holds}): {told.scenario.disputed}")
    _print_errors(result)
    click.echo(
        f"{result.passed} passed, {len(result.failed)} failed, "
        f"{len(result.disputed)} disputed, {len(result.errors)} errors"
    )


def _print_failure(told: Told, failure: Failure) -> None:
    click.echo(f"FAILED {told.path}:{failure.line} {told.scenario.name}")
    click.echo(f"  step {failure.step}, {failure.key}")
    click.echo(f"    expected: {_shown_value(failure.expected)}")
    click.echo(f"    got:      {_shown_value(failure.got)}")
    for entry in failure.trace:
        click.echo(f"    | {entry}")


def _shown_value(value: Any) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
