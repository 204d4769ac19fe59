"""`charterhouse cells`: where tenants can be, how full it is, and whether it is safe to serve."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from charterhouse.commands.common import installation, print_json, told_plainly

if TYPE_CHECKING:
    from charterhouse.tenancy.catalogue import Catalogue

_STATES = {
    "ready": "ready",
    "unknown": "no address in this environment",
    "away": "does not answer",
}


@click.command(name="cells")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
@click.pass_context
@told_plainly
def command(ctx: click.Context, /, *, as_json: bool) -> None:
    """List the cells: the files of the data folder and the databases.

    A database of the environment becomes a cell when it is first seen. Exit code 1 if one does
    not answer; one that would let a tenant out of its schema stops every command with the reason.
    """
    from charterhouse.tenancy.catalogue_cells import read_cells

    catalogue = installation()
    with catalogue.database.transaction(write=False) as connection:
        cells = read_cells(connection)
    states = {one.name: _state(catalogue, one.name) for one in cells}
    if as_json:
        print_json([{**asdict(one), "id": str(one.id), "state": states[one.name]} for one in cells])
    else:
        for one in cells:
            room = f"{one.tenants} of {one.capacity} tenants"
            click.echo(f"{one.name}\t{one.kind}\t{room}\t{_STATES[states[one.name]]}")
    ctx.exit(1 if "away" in states.values() else 0)


def _state(catalogue: Catalogue, name: str) -> str:
    from charterhouse.tenancy.engines.cells import CellStores
    from charterhouse.tenancy.errors import StoreUnavailableError
    from charterhouse.tenancy.installation import LOCAL

    stores = catalogue.installation.stores
    cells = stores.cells if isinstance(stores, CellStores) else {LOCAL: stores}
    if name not in cells:
        return "unknown"
    try:
        cells[name].ready()
    except StoreUnavailableError:
        return "away"
    return "ready"
