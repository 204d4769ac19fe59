"""Signed notices to webhook endpoints, by a thread of their own.

Follows docs.stripe.com/webhooks: the `Stripe-Signature` header carries the time and an
HMAC-SHA256 over time and body; an answer other than 2xx is tried again later; neither
order nor singleness is promised.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.test import Client

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from charterhouse.payments.sandbox.state import SandboxState
    from charterhouse.payments.sandbox.store import JSON

Sender = Callable[[str, dict[str, str], bytes], int]
RETRY_DELAYS: tuple[float, ...] = (1, 5, 30, 120, 600)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One event on its way to one endpoint."""

    account: str
    event_id: str
    event_type: str
    endpoint_id: str
    url: str
    secret: str = field(repr=False)
    body: JSON
    tries: int = 0
    tried: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Send a notice over HTTP; answers the status. Redirects are not followed.

    Raises:
        OSError: The endpoint could not be reached.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=10)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def into(app: WSGIApplication) -> Sender:
    """Send notices into a WSGI application of the same process."""

    def send(url: str, headers: dict[str, str], body: bytes) -> int:
        # Closed as a server closes it: some applications go on working after their answer.
        with Client(app).post(url, headers=headers, data=body) as answer:
            return answer.status_code

    return send


def signature(secret: str, body: bytes, at: int) -> str:
    """Make the `Stripe-Signature` header for a body sent at a time."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


class Dispatcher:
    """The queue of notices and the thread that works it off.

    Args:
        state: The sandbox whose faults apply.
        sender: How notices leave.
        retry_delays: Seconds between tries; after the last one the notice is given up.
    """

    def __init__(
        self, state: SandboxState, sender: Sender, retry_delays: tuple[float, ...]
    ) -> None:
        self._state = state
        self._sender = sender
        self._retry_delays = retry_delays
        self._queue: list[tuple[float, int, Notice]] = []
        self._held: list[Notice] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def send(self, notices: list[Notice]) -> None:
        """Queue the notices of one change, bent by the faults in force."""
        faults = self._state.faults
        wanted = [one for one in notices if not faults.drops(one.event_type)]
        if faults.hold:
            with self._changed:
                self._held += wanted
            return
        if faults.reorder:
            wanted.reverse()
        self._enqueue(wanted, faults.delay)
        if faults.webhook_before_answer and not faults.delay:
            self._work_off()
            # The thread may have been faster to take some of them.
            for one in wanted:
                one.tried.wait(timeout=10)

    def release(self) -> None:
        """Queue what was held, once holding has ended."""
        if self._state.faults.hold:
            return
        with self._changed:
            held, self._held = self._held, []
        self.send(held)

    def drain(self, timeout: float = 5.0) -> None:
        """Wait until nothing is queued or under way.

        Raises:
            TimeoutError: That did not come to pass in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._queue and not self._busy, timeout):
                raise TimeoutError(f"{len(self._queue)} notices are still waiting.")

    def close(self) -> None:
        """Stop the thread; what is queued stays pending on its events."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(timeout=15)

    def _enqueue(self, notices: list[Notice], delay: float) -> None:
        with self._changed:
            for one in notices:
                due = time.monotonic() + delay
                heapq.heappush(self._queue, (due, next(self._numbers), one))
            if notices and self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
            self._work_off()

    def _work_off(self) -> None:
        while (one := self._take()) is not None:
            try:
                self._deliver(one)
            finally:
                one.tried.set()
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _take(self) -> Notice | None:
        with self._changed:
            if self._closing or not self._queue or self._queue[0][0] > time.monotonic():
                return None
            self._busy += 1
            return heapq.heappop(self._queue)[2]

    def _deliver(self, one: Notice) -> None:
        faults = self._state.faults
        copies = 1 + faults.duplicate
        if faults.duplicate_at_once and copies > 1:
            taken = self._at_once(one, copies)
        else:
            # Every copy is sent, whatever becomes of the one before.
            results = [self._try(one) for _ in range(copies)]
            taken = all(results)
        if taken:
            self._state.delivered(one)
        elif one.tries < len(self._retry_delays):
            later = replace(one, tries=one.tries + 1)
            self._enqueue([later], self._retry_delays[one.tries])

    def _at_once(self, one: Notice, copies: int) -> bool:
        start = threading.Barrier(copies)
        results: list[bool] = []

        def send() -> None:
            start.wait(timeout=5)
            results.append(self._try(one))

        threads = [threading.Thread(target=send, daemon=True) for _ in range(copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=15)
        return len(results) == copies and all(results)

    def _try(self, one: Notice) -> bool:
        faults = self._state.faults
        body = json.dumps(one.body, ensure_ascii=False).encode()
        # Receivers hold the time against their own clock, so the virtual one is no use here.
        at = int(time.time()) - (3_600 if faults.stale_timestamp else 0)
        secret = "whsec_of_somebody_else" if faults.wrong_secret else one.secret
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secret, body, at),
            "User-Agent": "Stripe/1.0 (sandbox)",
        }
        try:
            return 200 <= self._sender(one.url, headers, body) < 300
        except (OSError, http.client.HTTPException):
            return False
