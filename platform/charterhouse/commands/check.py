"""`charterhouse check`: run scenario files through the engine and compare what comes out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from charterhouse.commands.coverage import Report
    from charterhouse.databases import Databases
    from charterhouse.kernel.scenario.files import Result, Told, Worlds
    from charterhouse.kernel.scenario.running import Failure

ZONE = "Asia/Shanghai"


class _Check(click.Command):
    """The command, whose `--mutate` takes its value only by an equals sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let `--mutate PATH` mean the default and a path."""
        spelt = ["--mutate=clauses" if arg == "--mutate" else arg for arg in args]
        return super().parse_args(ctx, spelt)


@click.command(name="check", cls=_Check)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--store",
    type=click.Choice(["memory", "sqlite", "postgres"]),
    default="memory",
    show_default=True,
    help="Where the stories are told: in memory, or in real stores thrown away after.",
)
@click.option(
    "--shuffle",
    type=click.IntRange(0, 1000),
    default=0,
    metavar="N",
    help="Tell each story also in N random orders of the clauses; the outcome must be the same.",
)
@click.option(
    "--coverage", is_flag=True, help="List, by charter, the clauses that no story exercises."
)
@click.option(
    "--mutate",
    type=click.Choice(["clauses", "handlers"]),
    metavar="[=handlers]",
    help="List the clauses too (or also single bindings) that can be left out unnoticed.",
)
@click.option("--strict", is_flag=True, help="Fail where --coverage or --mutate lists something.")
@click.option(
    "--equivalent",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML of what no story can notice: charter, then clause, then the reason.",
)
@click.option(
    "--jobs",
    type=click.IntRange(0, 256),
    default=0,
    metavar="N",
    help="Processes for --coverage and --mutate; one for each processor by default.",
)
@click.pass_context
def command(
    ctx: click.Context, /, paths: tuple[Path, ...], *, as_json: bool, store: str, shuffle: int,
    **measuring: Any,
) -> None:  # fmt: skip
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
    coverage = _measured(result, **measuring)
    if as_json:
        found = summary(result) | ({} if coverage is None else {"coverage": coverage.summary()})
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        _print_errors(result)
    else:
        if coverage is not None:
            coverage.show()
        _print(result)
    fails = measuring["strict"] and coverage is not None and not coverage.complete
    ctx.exit(0 if result.ok and not fails else 1)


def _measured(
    result: Result, *, coverage: bool, mutate: str | None, strict: bool, equivalent: Path | None,
    jobs: int,
) -> Report | None:  # fmt: skip
    """The clause coverage of what was told, where it is asked for.

    Raises:
        UsageError: an option that says nothing without `--coverage` or `--mutate`, or a list
            of equivalents that cannot be read.
    """
    if not coverage and mutate is None:
        if strict or equivalent is not None:
            raise click.UsageError("--strict and --equivalent need --coverage or --mutate")
        return None
    from charterhouse.commands.coverage import measure, read_equivalents
    from charterhouse.kernel.errors import ScenarioError

    try:
        known = read_equivalents(equivalent)
    except ScenarioError as error:
        raise click.UsageError(str(error)) from None
    return measure(result.told, zone=ZONE, mutate=mutate, jobs=jobs, equivalents=known)


@contextmanager
def worlds_of(store: str) -> Iterator[Worlds]:
    """How the worlds of the stories are made: in memory, or in a real store thrown away after."""
    from charterhouse.kernel.scenario.files import memory_world

    if store == "memory":
        yield memory_world
        return
    from charterhouse.records.world import Scratch, StoreWorld

    with ExitStack() as stack:
        scratch = Scratch(stack.enter_context(_own_databases()) if store == "postgres" else None)
        stack.callback(scratch.close)
        yield lambda charter, settings, zone: StoreWorld(charter, settings, zone, scratch)


@contextmanager
def _own_databases() -> Iterator[Databases]:
    """A PostgreSQL of this run alone.

    Raises:
        UsageError: this machine has none.
    """
    from charterhouse.databases import Databases
    from charterhouse.tenancy.errors import TenancyError

    try:
        from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres

        server = ScratchPostgres()
    except (ImportError, TenancyError) as error:
        raise click.UsageError(f"--store postgres: {error}") from None
    try:
        yield Databases({"main": server.database()})
    finally:
        server.close()


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
