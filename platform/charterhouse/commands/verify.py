"""`charterhouse verify`: decide tenants' events anew and compare with what is stored."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from charterhouse.commands.common import (
    Failure,
    installation,
    print_json,
    progress_bars,
    tenant_named,
    told_plainly,
    where_tenants_are,
)

if TYPE_CHECKING:
    from charterhouse.commands.proving import Proved
    from charterhouse.desk.verifying import Head

P = ParamSpec("P")

_SHOWN = 50
_DIFFERS, _UNPROVED = 1, 2


class _NotBegunError(Failure):
    exit_code = _UNPROVED


def _no_difference(command: Callable[P, None]) -> Callable[P, None]:
    """Let no failure be taken for records that differ."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Failure as failure:
            raise _NotBegunError(failure.message) from failure

    return wrapped


@click.command(name="verify")
@click.option(
    "--tenant", "slugs", multiple=True, metavar="SLUG", help="All active tenants by default."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="How many tenants at once; one for each core by default.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What an earlier proof wrote with --json: its audit chains must still be there.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
@click.pass_context
@_no_difference
@told_plainly
def command(
    ctx: click.Context,
    *,
    slugs: tuple[str, ...],
    jobs: int | None,
    against: Path | None,
    as_json: bool,
) -> None:
    """Rebuild tenants from their events and compare with what is stored.

    Compares events, decisions, postings, balances, standings, documents, cards and what was paid
    online, and checks the audit chain. The memory that it takes does not grow with the history.

    Exit code 0 when all is as it was decided, 1 when something differs, 2 when a tenant, or
    anything at all, could not be proved.
    """
    from charterhouse.commands.proving import cores, prove

    catalogue = installation()
    tenants = [tenant_named(catalogue, slug) for slug in slugs] or list(catalogue.list("active"))
    if not tenants:
        click.echo(f"There is no active tenant here; {where_tenants_are()}", err=True)
    before = _heads(against) if against else {}
    proved: list[Proved] = []
    with progress_bars(len(tenants)) as bars:
        for each in prove(catalogue, tenants, before, jobs=jobs or cores(), bars=bars):
            proved.append(each)
            bars.end(each.slug, _line(each))
    proved.sort(key=lambda each: each.slug)
    if as_json:
        print_json([each.as_json() for each in proved])
    else:
        for each in proved:
            _print(each)
    if any(each.error for each in proved):
        ctx.exit(_UNPROVED)
    ctx.exit(0 if all(each.clean for each in proved) else _DIFFERS)


def _heads(path: Path) -> dict[str, Head]:
    from charterhouse.desk.verifying import Head

    try:
        rows = json.loads(path.read_text("utf-8"))
        return {row["tenant"]: Head.from_json(row["head"]) for row in rows if row["head"]}
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"{path} is not what `charterhouse verify --json` writes.") from error


def _line(proved: Proved) -> str:
    if proved.error:
        return f"not proved: {proved.error}"
    speed = proved.counts.get("events", 0) / (proved.seconds or 1)
    return f"{proved.total} differences in {proved.seconds:.1f} s, {speed:,.0f} events a second"


def _print(proved: Proved) -> None:
    if proved.error:
        click.echo(f"{proved.slug}: not proved: {proved.error}")
        return
    told = ", ".join(f"{number} {name}" for name, number in sorted(proved.counts.items()))
    click.echo(f"{proved.slug}: {proved.total} differences in {told}")
    for each in proved.differences[:_SHOWN]:
        click.echo(f"  {proved.slug}: {each}")
    if proved.total > _SHOWN:
        click.echo(f"  … and {proved.total - _SHOWN} more (--json lists {len(proved.differences)})")
