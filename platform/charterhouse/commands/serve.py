"""`charterhouse serve`: the sites and the API."""

from __future__ import annotations

import os

import click

from charterhouse.commands.common import told_plainly


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--threads", default=8, show_default=True, help="Threads of each process.")
@click.option("--dev", is_flag=True, help="Reload on changes of the code; never in production.")
@told_plainly
def command(*, host: str, port: int, workers: int, threads: int, dev: bool) -> None:
    """Serve the sites and the API until told to end."""
    from charterhouse import metric_files
    from charterhouse.config import Config

    # What is wrong with the configuration is told here, in one sentence.
    metric_files.share(Config.from_env())
    if dev:
        from werkzeug.serving import run_simple

        from charterhouse.web.app import create_app

        run_simple(host, port, create_app(), use_reloader=True, threaded=True)
        return
    from charterhouse.commands.demonstration.processes import gunicorn

    arguments = gunicorn(f"{host}:{port}", workers=workers, threads=threads)
    os.execv(arguments[0], arguments)  # noqa: S606 - our own program, no shell
