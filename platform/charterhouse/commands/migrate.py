"""`charterhouse migrate`: bring the catalogue and every store to this release's schema."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from charterhouse.commands.common import (
    installation,
    print_json,
    progress_bar,
    tenant_named,
    told_plainly,
)

if TYPE_CHECKING:
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.migrate import Outcome, Report
    from charterhouse.tenancy.tenant import Tenant

_STATES = {
    "done": "migrated",
    "current": "up to date",
    "failed": "failed",
    "skipped": "skipped",
    "claimed": "left to another run",
    "busy": "in use or away, so that they wait for the next run",
}


@click.command(name="migrate")
@click.option("--tenant", "only", multiple=True, metavar="SLUG", help="Only this one; repeatable.")
@click.option("--canary", "canaries", multiple=True, metavar="SLUG",
              help="Before all others, which stay as they are if it fails; repeatable.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), default=None,
              help="How many processes migrate.  [default: one for each core]")  # fmt: skip
@click.option("--status", is_flag=True, help="Tell whose store is behind, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_context
@told_plainly
def command(
    ctx: click.Context,
    *,
    only: tuple[str, ...],
    canaries: tuple[str, ...],
    workers: int | None,
    status: bool,
    as_json: bool,
) -> None:
    """Bring the catalogue and every tenant's store to the schema of this release.

    Each store is one transaction; a run that broke off goes on when it is run again, and several
    may run at once. A tenant whose migration fails is closed until one succeeds, and loses nothing;
    the others go on. Exit code 1 when a store stayed behind.
    """
    from charterhouse.tenancy.migrate_run import migrate_all

    catalogue = installation()
    for slug in (*only, *canaries):
        tenant_named(catalogue, slug)
    if status:
        ctx.exit(0 if _told_status(catalogue, as_json=as_json) else 1)
    total, done = len(only) or len(catalogue.list()), 0
    with progress_bar("Migrating") as progress:

        def count(_outcome: Outcome) -> None:
            nonlocal done
            done += 1
            progress(done, total)

        report = migrate_all(
            catalogue.installation.config,
            count,
            only=only or None,
            canaries=canaries,
            workers=workers or os.cpu_count() or 1,
            after=catch_up,
        )
    _tell(report, as_json=as_json)
    ctx.exit(0 if report.ok else 1)


def catch_up(tenant: Tenant) -> None:
    """Fill what a new schema has room for: the board of requests, the folder of files."""
    from charterhouse.desk.files import move_over
    from charterhouse.desk.requests import list_requests
    from charterhouse.tenancy.scope import tenant_scope

    list_requests(tenant)
    with tenant_scope(tenant):
        _moved, stay = move_over()
    if stay:
        click.echo(
            f"{tenant.slug}: these files are damaged or unsafe and stay in the store: "
            f"{', '.join(stay)}",
            err=True,
        )


def _tell(report: Report, *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"tenant": one.slug, "state": one.state, "error": one.error} for one in report.outcomes
        ]
        print_json({"target": report.target, "ok": report.ok, "tenants": rows})
        return
    states = [one.state for one in report.outcomes]
    counts = [
        f"{states.count(state)} {text}"
        for state, text in _STATES.items()
        if state not in {"claimed", "busy"} or state in states
    ]
    click.echo(f"schema {report.target}: {', '.join(counts)}")
    for one in (one for one in report.outcomes if one.error is not None):
        click.echo(f"{one.slug}: {one.error}", err=True)


def _told_status(catalogue: Catalogue, *, as_json: bool) -> bool:
    """Tell whose store is behind; whether none is."""
    from charterhouse.tenancy.migrate import migration_states
    from charterhouse.tenancy.migrate_run import left_to_do

    states, target = migration_states(catalogue), " ".join(catalogue.installation.history.heads)
    rows = []
    for tenant, revisions, problem in left_to_do(catalogue):
        last = states.get(tenant.id)
        rows.append(
            {
                "tenant": tenant.slug,
                "status": tenant.status,
                "schema": " ".join(revisions) or None,
                "state": last.state if last else None,
                "attempts": last.attempts if last else 0,
                "error": problem or (last.error if last else None),
                "closed": tenant.closed,
            }
        )
    if as_json:
        print_json({"target": target, "ok": not rows, "tenants": rows})
        return not rows
    click.echo(f"schema {target}: {len(catalogue.list()) - len(rows)} up to date, {len(rows)} not")
    for row in rows:
        closed = ", closed until it is migrated" if row["closed"] else ""
        error = f"; {row['error']}" if row["error"] else ""
        click.echo(f"{row['tenant']}: {row['schema'] or 'not to be read'}{closed}{error}")
    return not rows
