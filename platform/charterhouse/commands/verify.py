"""`charterhouse verify`: decide a tenant's events anew and compare with what is stored."""

from __future__ import annotations

import click

from charterhouse.commands.common import (
    installation,
    print_json,
    progress_bar,
    tenant_named,
    told_plainly,
    where_tenants_are,
)

_SHOWN = 50


@click.command(name="verify")
@click.option("--tenant", "slugs", multiple=True, metavar="SLUG", help="All tenants by default.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
@click.pass_context
@told_plainly
def command(ctx: click.Context, *, slugs: tuple[str, ...], as_json: bool) -> None:
    """Rebuild tenants from their events and compare with what is stored.

    Compares standings, balances, postings and documents, and checks the audit chain. Exit code 1
    on any difference.
    """
    from charterhouse.desk.verifying import verify_tenant

    catalogue = installation()
    tenants = [tenant_named(catalogue, slug) for slug in slugs] or list(catalogue.list("active"))
    if not tenants:
        click.echo(f"There is no active tenant here; {where_tenants_are()}", err=True)
    clean = True
    rows = []
    for tenant in tenants:
        with progress_bar(f"Verifying {tenant.slug}") as progress:
            found = verify_tenant(tenant, progress)
        clean = clean and found.clean
        rows.append(
            {
                "tenant": tenant.slug,
                "clean": found.clean,
                "counts": dict(found.counts),
                "differences": found.differences,
            }
        )
        if not as_json:
            _print(tenant.slug, found.counts, found.differences)
    if as_json:
        print_json(rows)
    ctx.exit(0 if clean else 1)


def _print(slug: str, counts: dict[str, int], differences: list[str]) -> None:
    told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
    click.echo(f"{slug}: {len(differences)} differences in {told}")
    for line in differences[:_SHOWN]:
        click.echo(f"  {line}")
    if len(differences) > _SHOWN:
        click.echo(f"  … and {len(differences) - _SHOWN} more (--json lists all)")
