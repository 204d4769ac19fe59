"""Work that takes long, such as reports, files of registers and replays: one at a time for a tenant.

One tenant's reports must not take all threads of a process, nor all cores of a machine. A tenant has
one slot on a machine, and a process does a quarter of its threads' number at once in all. Whoever
comes meanwhile waits for a few seconds, and is then asked to come again.
"""

from __future__ import annotations

import fcntl
import functools
import os
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, ParamSpec, cast

import structlog
from flask import Response, current_app, make_response

from charterhouse import metrics
from charterhouse.tenancy.scope import current_tenant
from charterhouse.web.errors import Problem, problem_response
from charterhouse.web.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from charterhouse.config import Config
    from charterhouse.tenancy.tenant import Tenant

__all__ = ["CODE", "LongWork", "init_app", "long_work"]

_log = structlog.get_logger(__name__)

CODE: Final = "long_work_running"
_EXTENSION: Final = "charterhouse.long_work"
_WAIT_SECONDS: Final = 5.0
_STEP_SECONDS: Final = 0.05
_WAITERS: Final = 2
"""So many of one tenant wait at most: each has a thread."""

_RETRY_SECONDS: Final = 5
_USUAL_THREADS: Final = 8

P = ParamSpec("P")


class BusyError(Exception):
    """The tenant's slot, or every slot of the process, stayed taken."""


class LongWork:
    """The slots of one process.

    Args:
        folder: Where processes of one machine see whose slot is taken.
        threads: How many requests the process answers at once.
        patience: Seconds that somebody waits for a slot.
    """

    def __init__(self, folder: Path, threads: int, *, patience: float = _WAIT_SECONDS) -> None:
        self._folder = folder
        self._patience = patience
        self._room = threading.BoundedSemaphore(max(1, threads // 4))
        self._waiting: Counter[int] = Counter()
        self._lock = threading.Lock()

    def take(self, tenant: Tenant) -> Callable[[], None]:
        """Take a slot and return what gives it back, once, from whatever thread.

        Raises:
            BusyError: There is none.
        """
        until = time.monotonic() + self._patience
        with self._in_line(tenant.id):
            handle = self._of_tenant(tenant.id, until)
            if not self._room.acquire(timeout=max(0.0, until - time.monotonic())):
                _close(handle)
                raise BusyError
        left: list[bool] = []

        def give() -> None:
            if not left:
                left.append(True)
                self._room.release()
                _close(handle)

        return give

    @contextmanager
    def _in_line(self, tenant_id: int) -> Iterator[None]:
        with self._lock:
            # The one who finds it free is in the line for a moment too.
            if self._waiting[tenant_id] > _WAITERS:
                raise BusyError
            self._waiting[tenant_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[tenant_id] -= 1
                self._waiting += Counter()  # forgets those who have nobody

    def _of_tenant(self, tenant_id: int, until: float) -> int | None:
        """The tenant's lock, among all threads and processes; None where no lock is to be had."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = self._folder / f"long-{tenant_id}"
            handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            # A full disk is no reason not to show a report.
            _log.warning("slot_not_kept", problem=str(error))
            return None
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(handle)
                    raise BusyError from None
                time.sleep(_STEP_SECONDS)
            else:
                return handle


def _close(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def long_work(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let a view work in its tenant's slot; without one, answer 429 with ``long_work_running``.

    A page that is streamed keeps the slot to its end.
    """

    @functools.wraps(view)
    def within(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        slots = cast("LongWork", current_app.extensions[_EXTENSION])
        try:
            give = slots.take(current_tenant())
        except BusyError:
            return _refused()
        try:
            made = make_response(view(*args, **kwargs))
        except BaseException:
            give()
            raise
        if made.is_streamed and not made.direct_passthrough:
            made.response = _until_the_end(made.response, give)
            made.call_on_close(give)
        else:
            # Of a file nothing is left to be made when it is sent.
            give()
        return made

    return within


def _until_the_end(parts: Iterable[Any], give: Callable[[], None]) -> Iterator[Any]:
    try:
        yield from parts
    finally:
        give()


def _refused() -> Response:
    metrics.limited(CODE)
    _log.info("refused", code=CODE, status=429)
    message = gettext(
        "Another report of the institution is still being made. Wait until it is there, and try again."
    )
    response = problem_response(Problem(HTTPStatus.TOO_MANY_REQUESTS, CODE, message))
    response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response


def init_app(app: Flask, config: Config) -> None:
    """Give the application its slots."""
    threads = config.bounds.threads or _USUAL_THREADS
    slots: Any = LongWork(config.data_dir / "locks", threads)
    app.extensions[_EXTENSION] = slots
