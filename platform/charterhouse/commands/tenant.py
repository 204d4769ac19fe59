"""`charterhouse tenant`: make tenants from folders, list them, and look after their stores."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from charterhouse.commands.common import (
    Failure,
    installation,
    print_json,
    progress_bar,
    told_plainly,
    where_tenants_are,
)
from charterhouse.commands.migrate import command as migrate
from charterhouse.commands.tenant_audit import command as audit
from charterhouse.commands.tenant_life import COMMANDS
from charterhouse.commands.tenant_undelivered import command as undelivered

if TYPE_CHECKING:
    from charterhouse.desk.applying import Applied
    from charterhouse.tenancy.tenant import Tenant


@click.group(name="tenant")
def command() -> None:
    """Look after tenants."""


command.add_command(migrate)
command.add_command(audit)
command.add_command(undelivered)
for _each in COMMANDS:
    command.add_command(_each)


@command.command(name="apply")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--members", type=click.IntRange(0, 100_000), help="So many sample members; 0: none.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%d"]),
    help="End of the sample stories, in the tenant's time; now by default.",
)
@click.option("--enrolled", is_flag=True, help="Second factors of staff count as handed over.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@told_plainly
def apply(
    folder: Path, *, members: int | None, until: datetime | None, enrolled: bool, as_json: bool
) -> None:
    """Make the tenant of FOLDER, or bring it to what its tenant.yaml says."""
    from zoneinfo import ZoneInfo

    from charterhouse.desk.applying import Options, apply_folder
    from charterhouse.desk.folder import read_folder

    read = read_folder(folder)
    unknown = unknown_roles({entry.role for entry in read.staff})
    if unknown:
        raise Failure(f"{read.path}: there is no role {', '.join(unknown)}.")
    end = until.replace(tzinfo=ZoneInfo(read.timezone)) if until else None
    with progress_bar(f"Telling the sample of {read.slug}") as progress:
        options = Options(members, end, enrolled, "system", progress)
        applied = apply_folder(installation(), read, options)
    if as_json:
        print_json(summary(applied))
    else:
        _print(applied)


def unknown_roles(roles: set[str]) -> list[str]:
    """Which of the roles the platform does not know."""
    from charterhouse.web.permissions import ROLES

    return sorted(roles - ROLES.keys())


def summary(applied: Applied) -> dict[str, Any]:
    """What applying a folder did, as plain JSON."""
    story = applied.story
    return {
        "tenant": applied.tenant.slug,
        "created": applied.created,
        "changes": applied.changes,
        "kept": applied.kept,
        "sample": {
            "people": story.people,
            "accepted": dict(sorted(story.accepted.items())),
            "refused": dict(sorted(story.refused.items())),
        }
        if story
        else None,
    }


def _print(applied: Applied) -> None:
    for line in applied.changes:
        click.echo(line)
    for line in applied.kept:
        click.echo(f"left as it is: {line}")
    if not applied.changes:
        click.echo(f"{applied.tenant.slug}: nothing to change")


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
@told_plainly
def list_tenants(*, as_json: bool) -> None:
    """List the tenants of this installation."""
    tenants = installation().list()
    if as_json:
        print_json([_row(tenant) for tenant in tenants])
        return
    if not tenants:
        click.echo(f"There is no tenant here; {where_tenants_are()}", err=True)
    for tenant in tenants:
        status = (
            f"{tenant.status}, closed: its migration failed" if tenant.closed else tenant.status
        )
        click.echo(
            f"{tenant.slug}\t{status}\t{tenant.charter}\t{tenant.name_zh} / {tenant.name_en}"
        )


def _row(tenant: Tenant) -> dict[str, Any]:
    return {
        "id": str(tenant.id),
        "key": tenant.key,
        "slug": tenant.slug,
        "name_zh": tenant.name_zh,
        "name_en": tenant.name_en,
        "status": tenant.status,
        "closed": tenant.closed,
        "cell": tenant.cell,
        "charter": tenant.charter,
        "timezone": tenant.timezone,
        "hosts": list(tenant.hosts),
        "plugins": sorted(tenant.plugins),
    }
