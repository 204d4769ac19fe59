"""`charterhouse worker`: the process beside the sites that does what time asks for."""

from __future__ import annotations

import signal
from typing import Any

import click

from charterhouse.commands.common import installation, told_plainly


@click.command(name="worker")
@click.option("--once", is_flag=True, help="Work until nothing is left to do, then end.")
@told_plainly
def command(*, once: bool) -> None:
    """Advance members to what became due, send notices, and follow up payments.

    Ends after the piece of work at hand on SIGTERM or Ctrl+C. Any number may run at once.
    """
    from charterhouse.jobs.worker import Worker
    from charterhouse.web.logs import configure_logging

    configure_logging()
    worker = Worker(installation())

    def stop(_signal: int, _frame: Any) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if once:
        while worker.round():
            pass
    else:
        worker.run()
