"""`charterhouse documents`: look after the contents of files of papers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from charterhouse.commands.common import (
    installation,
    print_json,
    progress_bar,
    tenant_named,
    told_plainly,
    where_tenants_are,
)

if TYPE_CHECKING:
    from charterhouse.desk.file_sweep import Swept

_SHOWN = 50


@click.group(name="documents")
def command() -> None:
    """Look after the contents of files of papers."""


@command.command(name="sweep")
@click.option("--tenant", "slugs", multiple=True, metavar="SLUG", help="All tenants by default.")
@click.option(
    "--older-than",
    "hours",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="HOURS",
    help="What was written later stays: its row may be on the way.",
)
@click.option("--dry-run", is_flag=True, help="Remove nothing; tell what would go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
@click.pass_context
@told_plainly
def sweep(
    ctx: click.Context, *, slugs: tuple[str, ...], hours: int, dry_run: bool, as_json: bool
) -> None:
    """Remove contents that no file names any more, and tell which files lack theirs.

    Works beside live traffic. Exit code 1 when the content of a file is missing: restore it from
    a backup.
    """
    from charterhouse.desk import file_sweep
    from charterhouse.tenancy.scope import tenant_scope

    catalogue = installation()
    tenants = [tenant_named(catalogue, slug) for slug in slugs] or list(catalogue.list("active"))
    if not tenants:
        click.echo(f"There is no active tenant here; {where_tenants_are()}", err=True)
    whole = True
    rows = []
    for tenant in tenants:
        with progress_bar(f"Sweeping {tenant.slug}") as progress, tenant_scope(tenant):
            found = file_sweep.sweep(
                older=timedelta(hours=hours), dry_run=dry_run, progress=progress
            )
        whole = whole and not found.lost
        rows.append({"tenant": tenant.slug, "removed": not dry_run, **asdict(found)})
        if not as_json:
            _print(tenant.slug, found, dry_run=dry_run)
    if as_json:
        print_json(rows)
    ctx.exit(0 if whole else 1)


def _print(slug: str, found: Swept, *, dry_run: bool) -> None:
    done = "would be removed" if dry_run else "removed"
    click.echo(
        f"{slug}: {found.files} files, {found.blobs} contents; {found.unnamed} {done}, "
        f"{found.young} too young, {len(found.lost)} missing"
    )
    for each in found.lost[:_SHOWN]:
        click.echo(f"  file {each.id} ({each.code}) of {each.ref}: its {each.what} is missing")
    if len(found.lost) > _SHOWN:
        click.echo(f"  … and {len(found.lost) - _SHOWN} more (--json lists all)")
