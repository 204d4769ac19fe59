"""`charterhouse tenant audit`: what was done to tenants, and what was refused."""

from __future__ import annotations

import click

from charterhouse.commands.common import Failure, installation, print_json, told_plainly

__all__ = ["command"]


@click.command(name="audit")
@click.argument("slug", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@told_plainly
def command(*, slug: str | None, limit: int, as_json: bool) -> None:
    """List the latest entries of the platform's audit, newest first: of all, or of tenant SLUG."""
    catalogue = installation()
    found = catalogue.by_slug(slug) if slug else None
    if slug and found is None:
        raise Failure(f"There is no tenant {slug}.")
    names = {one.id: one.slug for one in catalogue.list()}
    entries = [
        {
            "at": row.at.isoformat(),
            "tenant": names.get(row.tenant_id) or (str(row.tenant_id) if row.tenant_id else None),
            "action": row.action,
            "actor": row.actor,
            "detail": dict(row.detail),
        }
        for row in catalogue.audit(found.id if found else None, limit=limit)
    ]
    if as_json:
        print_json({"entries": entries})
        return
    for each in entries:
        told = " ".join(f"{name}={value}" for name, value in each["detail"].items() if value)
        click.echo(
            f"{each['at']}  {each['tenant'] or '-'}  {each['action']}  {each['actor']}  {told}"
        )
