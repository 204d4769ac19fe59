"""`charterhouse replay`: what a changed charter would have made of a tenant's real events."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from charterhouse.commands.common import (
    installation,
    print_json,
    progress_bar,
    sentence,
    tenant_named,
    told_plainly,
)

if TYPE_CHECKING:
    from rich.console import Console

    from charterhouse.desk.replays import Asked
    from charterhouse.kernel.charter import Charter
    from charterhouse.kernel.difference import Difference, Movers
    from charterhouse.tenancy.tenant import Tenant

_POINTS = "points"
_COUNTED = frozenset({"events", "accepted", "members", "refusals", "points_given"})
_NAMES = {
    "events": "events",
    "accepted": "accepted",
    "members": "members",
    "liabilities": "liability",
    "points_given": "points given",
    "discounts": "discounts",
    "listed": "list price of bills",
    "net": "charged for bills",
    "paid": "paid by members",
    "refusals": "refused",
}


class Unusable(click.ClickException):
    """Settings or a charter that cannot be replayed; exit code 2."""

    exit_code = 2


@click.command(name="replay")
@click.option("--tenant", "slug", required=True, metavar="SLUG", help="Whose events.")
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML table of settings that replace those of the same name ON TOP of every version: "
    "from the beginning, or from --since on, whatever amendments said of them.",
)
@click.option(
    "--charter",
    "code",
    default="",
    metavar="CODE",
    help="Another installed charter, with its sample figures and those of --settings over them.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Members begin with their standing of this day; only what came later differs.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_context
@told_plainly
def command(
    ctx: click.Context,
    *,
    slug: str,
    file: Path | None,
    code: str,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Decide a tenant's real events anew, in memory, and tell what differs. Nothing is stored.

    A changed charter (--settings, --charter) is compared with the live one, decided anew beside
    it. An amendment among the events applies with the settings told then. What another charter
    does not know counts as refused.

    Without a change the live charter is compared with what is on record; any difference is a
    defect, and the exit code is 1. Exit code 2: the settings or the charter cannot be used.
    """
    from charterhouse.desk.replays import Asked

    settings = _read(file) if file else None
    asked = Asked(settings, code, since.date() if since else None)
    tenant = tenant_named(installation(), slug)
    found = _replayed(tenant, asked, quiet=as_json)
    if as_json:
        day = asked.since.isoformat() if asked.since else None
        head = {"tenant": slug, "charter": code or tenant.charter, "since": day}
        print_json({**head, "settings": settings, **found.dump()})
    else:
        _print(found, _labels(tenant, code), changed=asked.changed)
    ctx.exit(0 if asked.changed or found.empty else 1)


def _read(file: Path) -> dict[str, Any]:
    from charterhouse.kernel.errors import ScenarioError
    from charterhouse.kernel.scenario.loading import read_yaml

    try:
        raw = read_yaml(file)
    except ScenarioError as error:
        raise Unusable(str(error)) from None
    if not isinstance(raw, Mapping):
        raise Unusable(f"{file}: must be a table of settings such as `reissue_fee: 5.00`.")
    return dict(raw)


def _replayed(tenant: Tenant, asked: Asked, *, quiet: bool) -> Difference:
    from charterhouse.desk.errors import DeskError
    from charterhouse.desk.replays import replay_tenant
    from charterhouse.plugins.errors import CharterUnavailableError

    try:
        if quiet:
            return replay_tenant(tenant, asked, lambda _done, _total: None)
        with progress_bar(f"Replaying {tenant.slug}") as progress:
            return replay_tenant(tenant, asked, progress)
    except DeskError as error:
        raise Unusable(sentence(error)) from None
    except CharterUnavailableError as error:
        if asked.charter:
            raise Unusable(f"--charter: {sentence(error)}") from None
        raise


def _labels(tenant: Tenant, code: str) -> dict[str, str]:
    """Code → Chinese label of the charters concerned, the other one's last."""
    from charterhouse.plugins.registry import registry

    found: dict[str, str] = {}
    charters: list[Charter] = [registry().charter(each) for each in (tenant.charter, code) if each]
    for charter in charters:
        found |= {each: label[0] for each, label in charter.labels.items()}
    return found


def _print(found: Difference, labels: Mapping[str, str], *, changed: bool) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    _print_figures(console, found, labels, changed=changed)
    for move in found.moves:
        was, now = (_code(each, labels) for each in (move.before, move.after))
        console.print(
            f"{move.what} {was} → {now}: {move.count} members{_because(move.clause, move.reason)} "
            f"({', '.join(move.refs)}{' …' if move.count > len(move.refs) else ''})",
            markup=False,
        )
    for measure, movers in found.movers.items():
        _print_movers(console, measure, movers)
    for fault in found.faults:
        console.print(f"the charter broke: {fault}", markup=False)
    if found.empty:
        console.print("no difference")
    elif changed:
        console.print(f"{found.otherwise} events accepted by one charter and refused by the other")


def _print_figures(
    console: Console, found: Difference, labels: Mapping[str, str], *, changed: bool
) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("figure")
    heads = ("live", "changed") if changed else ("on record", "replayed")
    for head in (*heads, "difference"):
        table.add_column(head, justify="right")
    for path, before, after in found.rows():
        if not before and not after:
            continue
        name = " ".join((_NAMES[path[0]], *_words(path, labels)))
        unit = _POINTS if path[0] in _COUNTED or path[-1] == _POINTS else "fen"
        gap = f"{'+' if after > before else ''}{_shown(unit, after - before)}"
        table.add_row(
            name, _shown(unit, before), _shown(unit, after), gap if after != before else ""
        )
    console.print(table)


def _words(path: tuple[str, ...], labels: Mapping[str, str]) -> Iterable[str]:
    if path[0] == "refusals":
        return (path[1], f"by {path[2]}" if path[2] else "by the kernel")
    return (_code(each, labels) for each in path[1:])


def _code(code: str, labels: Mapping[str, str]) -> str:
    label = labels.get(code)
    return f"{label} ({code})" if label else code or "–"


def _because(clause: str, reason: str) -> str:
    parts = (f"clause {clause}" if clause else "", f"refused as {reason}" if reason else "")
    told = ", ".join(part for part in parts if part)
    return f", {told}" if told else ""


def _print_movers(console: Console, measure: str, movers: Movers) -> None:
    change = _shown(measure, movers.change)
    console.print(f"{measure.replace('_', ' ')}: {movers.count} members differ, {change} in all")
    for word, most in (("lose", movers.lose), ("gain", movers.gain)):
        for each in most:
            was, now = (_shown(measure, value) for value in (each.before, each.after))
            console.print(
                f"  {word}s  {each.ref}  card {each.card_no or '–'}  {was} → {now}"
                f"{_because(each.clause, each.reason)}",
                markup=False,
            )


def _shown(unit: str, value: int) -> str:
    if unit == _POINTS:
        return f"{value:,}"
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100:,}.{abs(value) % 100:02d}"
