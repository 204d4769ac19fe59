"""`charterhouse migrate`: bring the catalogue and every store to this release's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from charterhouse.commands.common import print_json, progress_bar, told_plainly

if TYPE_CHECKING:
    from charterhouse.tenancy.migrate import Outcome


@click.command(name="migrate")
@click.option("--tenant", "only", multiple=True, metavar="SLUG", help="Only this one; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_context
@told_plainly
def command(ctx: click.Context, *, only: tuple[str, ...], as_json: bool) -> None:
    """Bring the catalogue and every tenant's store to the schema of this release.

    Each store is one transaction; a run that broke off goes on when it is run again. Exit code 1
    when a store stayed behind.
    """
    from charterhouse.commands.common import tenant_named
    from charterhouse.config import Config
    from charterhouse.desk.files import move_over
    from charterhouse.desk.requests import list_requests
    from charterhouse.tenancy.migrate import migrate_all
    from charterhouse.tenancy.provision import open_catalogue
    from charterhouse.tenancy.scope import tenant_scope

    config = Config.from_env()
    catalogue = open_catalogue(config)
    for slug in only:
        tenant_named(catalogue, slug)
    total = len(only) or len(catalogue.list())
    done = 0
    with progress_bar("Migrating") as progress:

        def count(_outcome: Outcome) -> None:
            nonlocal done
            done += 1
            progress(done, total)

        report = migrate_all(config, count, only=only or None)
    for one in report.outcomes:
        if one.state == "done":
            list_requests(catalogue.get(one.tenant_id))
            with tenant_scope(catalogue.get(one.tenant_id)):
                _moved, stay = move_over()
            if stay:
                click.echo(
                    f"{one.slug}: these files are damaged or unsafe and stay in the store: "
                    f"{', '.join(stay)}",
                    err=True,
                )
    if as_json:
        rows = [
            {"tenant": one.slug, "state": one.state, "error": one.error} for one in report.outcomes
        ]
        print_json({"target": report.target, "ok": report.ok, "tenants": rows})
    else:
        states = [one.state for one in report.outcomes]
        click.echo(
            f"schema {report.target}: {states.count('done')} migrated, "
            f"{states.count('current')} up to date, {states.count('failed')} failed, "
            f"{states.count('skipped')} skipped"
        )
        for one in report.failed:
            click.echo(f"{one.slug}: {one.error}", err=True)
    ctx.exit(0 if report.ok else 1)
