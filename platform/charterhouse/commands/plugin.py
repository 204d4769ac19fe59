"""`charterhouse plugin`: what is installed, and what is quarantined and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from charterhouse.plugins.registry import Plugin


@click.group(name="plugin")
def command() -> None:
    """Look after plugins."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
def list_plugins(*, as_json: bool) -> None:
    """List the installed plugins with their charters and state."""
    from charterhouse.plugins.registry import registry

    plugins = registry().plugins
    if as_json:
        rows = [_row(plugin) for plugin in plugins]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not plugins:
        click.echo("no plugin is installed", err=True)
    for plugin in plugins:
        click.echo(f"{plugin.name} {plugin.version} ({plugin.distribution}): {plugin.state}")
        for code in plugin.charters:
            click.echo(f"  {code}")
        if plugin.problem:
            click.echo(f"  problem: {plugin.problem}")


def _row(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "charters": list(plugin.charters),
        "state": plugin.state,
        "problem": plugin.problem,
    }
