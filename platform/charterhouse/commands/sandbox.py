"""`charterhouse sandbox`: the payment sandbox alone."""

from __future__ import annotations

from pathlib import Path

import click

from charterhouse.commands.common import told_plainly


@click.command(name="sandbox")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8899, show_default=True)
@click.option(
    "--state", type=click.Path(path_type=Path, dir_okay=False), help="File that keeps everything."
)
@told_plainly
def command(*, host: str, port: int, state: Path | None) -> None:
    """Run a payment gateway to try things out with; real money never moves."""
    from charterhouse.payments.sandbox import serve

    serve(host, port, state)
