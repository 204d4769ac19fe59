"""Settings of gunicorn: ``gunicorn -c python:charterhouse.web.gunicorn charterhouse.web.wsgi:app``."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from environs import Env
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # the library has no types

from charterhouse.bounds import Bounds
from charterhouse.web import counting_shared, observing
from charterhouse.web.logs import server_logging

if TYPE_CHECKING:
    from types import FrameType


def _bounds() -> Bounds:
    return Bounds.told(Env(prefix="CHARTERHOUSE_"))


class ServerLog(Logger):  # type: ignore[misc]  # the same
    """The log of the server itself, which tells nothing of a request: the sites do."""

    def access(self, *_: Any) -> None:
        """Leave it: putting a line together that nobody reads takes a tenth of a request."""


worker_class = "gthread"
logger_class = ServerLog
logconfig_dict = server_logging()
# gunicorn takes these from whoever connects from this machine, a proxy of it included, which may
# hand on what a stranger wrote. Nothing here asks a header for its path or scheme.
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
# After so long the server ends its workers by force.
graceful_timeout = _bounds().ending_seconds


def on_starting(server: Any) -> None:
    """Tell the workers how many they are, and give them a table to count in together."""
    counting_shared.prepare()
    os.environ.setdefault("CHARTERHOUSE_PROCESSES", str(server.cfg.workers))
    os.environ.setdefault("CHARTERHOUSE_THREADS", str(server.cfg.threads))


def post_worker_init(worker: Any) -> None:
    """Let this worker end in two steps when it is told to.

    `/readyz` says 503 at once; requests are taken for the pause, in which a balancer finds out,
    and those under way are finished after it. Being told twice ends the pause.
    """
    bounds = _bounds()
    told = signal.getsignal(signal.SIGTERM)
    worker.cfg.set("graceful_timeout", bounds.finish_seconds)

    def finish(_number: int, frame: FrameType | None) -> None:
        if callable(told):
            told(signal.SIGTERM, frame)

    def ending(number: int, frame: FrameType | None) -> None:
        observing.shut_down()
        if not bounds.drain_seconds:
            finish(number, frame)
            return
        signal.signal(signal.SIGTERM, finish)
        signal.signal(signal.SIGALRM, finish)
        signal.alarm(bounds.drain_seconds)

    signal.signal(signal.SIGTERM, ending)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Forget the gauges of a worker that has ended; its counts stay."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types here
