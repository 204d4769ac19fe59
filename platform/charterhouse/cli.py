"""The `charterhouse` command: a group whose commands are imported when they are asked for."""

from __future__ import annotations

import importlib
from importlib.metadata import version

import click

COMMANDS = (
    "bench", "catalogue", "cells", "check", "demo", "demo-code", "documents", "migrate", "plugin", "replay",
    "sandbox", "serve", "tenant", "verify", "worker",
)  # fmt: skip
"""Names of the commands; `name` lives as `command` in `charterhouse.commands.<name>`."""


class LazyGroup(click.Group):
    """A group that imports a command's module only to run it or to tell what it does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See `click.Group`."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See `click.Group`."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"charterhouse.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("charterhouse"), prog_name="charterhouse")
def main() -> None:
    """Run the membership schemes of hospitals; the charter is the program."""
