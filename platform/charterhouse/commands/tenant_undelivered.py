"""`charterhouse tenant undelivered`: notices that did not arrive, and work that fails for ever."""

from __future__ import annotations

from typing import Any

import click

from charterhouse.commands.common import installation, print_json, tenant_named, told_plainly

__all__ = ["command"]


@click.command(name="undelivered")
@click.argument("slug", required=False)
@click.option("--again", type=int, metavar="NUMBER", help="Try this one of tenant SLUG at once.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@told_plainly
def command(*, slug: str | None, again: int | None, as_json: bool) -> None:
    """List what was given up or failed, of all active tenants or of tenant SLUG.

    Without what notices say and to whom.
    """
    from charterhouse.desk.undelivered import try_again, undelivered
    from charterhouse.tenancy.scope import tenant_scope

    catalogue = installation()
    if again is not None and slug is None:
        raise click.UsageError("Name the tenant whose number it is.")
    found: list[dict[str, Any]] = []
    for tenant in [tenant_named(catalogue, slug)] if slug else catalogue.list("active"):
        with tenant_scope(tenant):
            if again is not None:
                try_again(again, actor="system")
            found += [
                {
                    "tenant": tenant.slug,
                    "number": str(each.id),
                    "what": each.job or "notice",
                    "state": "given_up" if each.given_up else "tried_again",
                    "tries": each.tries,
                    "at": each.at.isoformat(),
                    "problem": each.problem,
                }
                for each in undelivered()
            ]
    if as_json:
        print_json({"undelivered": found})
        return
    for each in found:
        click.echo("  ".join(str(value) for value in each.values()))
