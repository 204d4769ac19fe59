"""`charterhouse demo-code`: a fresh second factor of a demonstration's staff."""

from __future__ import annotations

import os

import click

from charterhouse.commands.common import Failure, told_plainly


@click.command(name="demo-code")
@click.argument("login")
@click.option("--tenant", "slug", help="Of which institution; all that know the login by default.")
@told_plainly
def command(login: str, slug: str | None) -> None:
    """Print the six digits with which LOGIN signs in now, in a demonstration."""
    from charterhouse.commands.demonstration import folder
    from charterhouse.config import Config
    from charterhouse.desk.errors import NotFoundError
    from charterhouse.desk.samples.showcase import second_factor
    from charterhouse.tenancy.provision import open_catalogue
    from charterhouse.tenancy.scope import tenant_scope

    data = folder.data_folder()
    if not (data / folder.MARK).exists():
        raise Failure(f"There is no demonstration in {data}: start one by `charterhouse demo`.")
    os.environ |= {"CHARTERHOUSE_DATA_DIR": str(data), "CHARTERHOUSE_DEMO": "1"}
    found = False
    for tenant in open_catalogue(Config.from_env()).list("active"):
        if slug not in (None, tenant.slug):
            continue
        with tenant_scope(tenant):
            try:
                factor = second_factor(login)
            except NotFoundError:
                continue
        found = True
        click.echo(f"{factor.code}  {tenant.slug}  ({factor.seconds} s)")
    if not found:
        raise Failure(f"Nobody has the login {login!r} there.")
