"""`charterhouse worker`: the process beside the sites that does what time asks for."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import click
import structlog

from charterhouse.commands.common import installation, told_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.jobs.worker import Worker


@click.command(name="worker")
@click.option("--once", is_flag=True, help="Work until nothing is left to do, then end.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 64),
              help="How many tenants are served at once.")  # fmt: skip
@told_plainly
def command(*, once: bool, threads: int) -> None:
    """Advance members to what became due, send notices, and follow up payments.

    Ends after the piece of work at hand on SIGTERM or Ctrl+C. Any number may run at once.
    """
    from charterhouse import metric_files, tracing
    from charterhouse.config import Config

    metric_files.share(Config.from_env())
    from charterhouse.jobs.worker import Worker
    from charterhouse.web.logs import configure_logging

    configure_logging()
    tracing.start(Config.from_env())
    worker = Worker(installation(wait=not once))
    if once:
        _stopped_by_signals(worker.stop)
        while worker.round():
            pass
    else:
        _serve(worker, threads)


def _serve(worker: Worker, threads: int) -> None:
    from charterhouse.jobs.crew import Crew
    from charterhouse.jobs.queue import open_queue
    from charterhouse.tenancy.engines.room import warn_of_little_room

    config = worker.config
    warn_of_little_room(config.bounds.open_stores)
    if config.databases.catalogue_serving_url and not config.queue:
        structlog.get_logger(__name__).warning(
            "queue_in_file", hint="workers on other machines share it by CHARTERHOUSE_QUEUE only"
        )
    crew = Crew(worker, open_queue(config), threads=threads)
    _stopped_by_signals(crew.stop)
    crew.run()


def _stopped_by_signals(stop: Callable[[], None]) -> None:
    def stopped(_signal: int, _frame: Any) -> None:
        stop()

    signal.signal(signal.SIGTERM, stopped)
    signal.signal(signal.SIGINT, stopped)
