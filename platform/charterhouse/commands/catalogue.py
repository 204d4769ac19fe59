"""`charterhouse catalogue`: where the catalogue is, and how it goes to a database."""

from __future__ import annotations

import click

from charterhouse.commands.common import installation, print_json, told_plainly


@click.group(name="catalogue", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_context
@told_plainly
def command(ctx: click.Context, /, *, as_json: bool) -> None:
    """Tell where the catalogue of this installation is, and how many tenants it has."""
    if ctx.invoked_subcommand is not None:
        return
    from charterhouse.tenancy.engines.sqlite_catalogue import CatalogueFile

    found = installation()
    in_file = isinstance(found.database, CatalogueFile)
    place, tenants = "file" if in_file else "database", len(found.list())
    if as_json:
        print_json({"place": place, "tenants": tenants, "version": found.snapshot().version})
        return
    where = "the data folder's file" if in_file else "PostgreSQL"
    click.echo(f"The catalogue is in {where}; it has {tenants} tenants.")


@command.command(name="move")
@told_plainly
def move() -> None:
    """Move the catalogue from the data folder's file to the database of DATABASE_URL.

    Stop what runs before, and start it again afterwards. What broke off is finished by the same
    command. The file is emptied: take a copy before, and keep that no longer than other copies.
    """
    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue_move import move_catalogue

    tenants = move_catalogue(Config.from_env())
    click.echo(
        f"The catalogue of {tenants} tenants is in PostgreSQL now: start the processes again."
    )
