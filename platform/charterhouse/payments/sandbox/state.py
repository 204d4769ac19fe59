"""One sandbox: its documents, clock, faults and outgoing notices."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.clock import VirtualClock
from charterhouse.payments.sandbox.delivery import RETRY_DELAYS, Dispatcher, Notice, post
from charterhouse.payments.sandbox.errors import no_such
from charterhouse.payments.sandbox.faults import Faults
from charterhouse.payments.sandbox.ids import new_id
from charterhouse.payments.sandbox.store import JSON, Store, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from charterhouse.payments.sandbox.delivery import Sender

API_VERSION = "2026-10-28.endive"
PLATFORM = ""
DEFAULT_KEY = "sk_test_sandbox"


class Call:
    """One change of one account, and the notices it gives rise to.

    Args:
        state: The sandbox.
        account: The connected account, or `PLATFORM`.
        request_id: The API call behind it, None when time or a payer acted.
        idempotency_key: The call's key.
    """

    def __init__(
        self,
        state: SandboxState,
        account: str,
        request_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        self.state = state
        self.account = account
        self.now = state.clock.now()
        self.notices: list[Notice] = []
        self._request = {"id": request_id, "idempotency_key": idempotency_key}

    def put(self, obj: JSON) -> None:
        """Keep an object."""
        self.state.store.put(self.account, obj)

    def get(self, kind: str, object_id: str) -> JSON | None:
        """Read an object of this account."""
        return self.state.store.get(self.account, kind, object_id)

    def require(self, kind: str, object_id: str, param: str, *, status: int = 404) -> JSON:
        """Read an object of this account.

        Raises:
            ApiError: There is none (`resource_missing`).
        """
        obj = self.get(kind, object_id)
        if obj is None:
            raise no_such(kind, object_id, param, status=status)
        return obj

    def newest(self, kind: str) -> list[JSON]:
        """List this account's objects of a kind, the newest first."""
        return self.state.store.newest(self.account, kind)

    def emit(self, event_type: str, obj: JSON, previous: JSON | None = None) -> None:
        """Record an event with a snapshot of the object (docs.stripe.com/api/events).

        Args:
            event_type: The API's word.
            obj: The object as it is now.
            previous: Former values of what changed, for `…updated` events.
        """
        data: JSON = {"object": visible(obj)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: JSON = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": self._request,
            "type": event_type,
        }
        endpoints = self._endpoints(event_type)
        event["pending_webhooks"] = len(endpoints)
        event["_pending"] = [endpoint["id"] for endpoint in endpoints]
        self.put(event)
        self.notices += [self.state.notice(self.account, event, one) for one in endpoints]

    def _endpoints(self, event_type: str) -> list[JSON]:
        """Find who is told: the account's own endpoints, and the platform's for Connect.

        Follows docs.stripe.com/connect/webhooks.
        """
        store = self.state.store
        found = [one for one in self.newest("webhook_endpoint") if not one["_connect"]]
        if self.account != PLATFORM:
            platform = store.newest(PLATFORM, "webhook_endpoint")
            found += [one for one in platform if one["_connect"]]
        return [
            one
            for one in reversed(found)
            if one["status"] == "enabled" and {"*", event_type} & set(one["enabled_events"])
        ]


class SandboxState:
    """A sandbox: give it to `make_app`, or act on it in process.

    Args:
        path: File in which all is kept; None for memory.
        api_key: The only secret key accepted.
        hosted_base: Address under which payers reach the hosted page.
        sender: How notices leave; an HTTP POST unless given.
        retry_delays: Seconds between tries of a notice that was not taken.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        api_key: str = DEFAULT_KEY,
        hosted_base: str = "http://localhost:4010",
        sender: Sender = post,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.store = Store(path)
        self.api_key = api_key
        self.hosted_base = hosted_base.rstrip("/")
        self.clock = VirtualClock(self.store.setting("clock_offset") or 0)
        self.faults = Faults.from_json(self.store.setting("faults") or {})
        self.dispatcher = Dispatcher(self, sender, retry_delays)
        self._running: set[tuple[str, str]] = set()
        self._running_lock = threading.Lock()
        self._resume()

    def close(self) -> None:
        """Stop sending and close the file."""
        self.dispatcher.close()
        self.store.close()

    @contextmanager
    def change(
        self,
        account: str,
        *,
        request_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> Iterator[Call]:
        """Do one change as a whole, then send its notices."""
        with self.store.transaction():
            call = Call(self, account, request_id, idempotency_key)
            yield call
        self.dispatcher.send(call.notices)

    @contextmanager
    def running(self, account: str, key: str) -> Iterator[bool]:
        """Mark an idempotency key as being worked on; yields False when it already is."""
        mark = (account, key)
        with self._running_lock:
            free = mark not in self._running
            self._running.add(mark)
        try:
            yield free
        finally:
            if free:
                with self._running_lock:
                    self._running.discard(mark)

    def add_account(self, account: str, name: str) -> None:
        """Connect an account; `name` is what payers read on the hosted page."""
        self.store.put(PLATFORM, {"id": account, "object": "account", "name": name})

    def account(self, account: str) -> JSON | None:
        """Read a connected account."""
        return self.store.get(PLATFORM, "account", account)

    def add_endpoint(
        self,
        url: str,
        *,
        secret: str | None = None,
        account: str = PLATFORM,
        connect: bool = False,
        enabled_events: tuple[str, ...] = ("*",),
    ) -> JSON:
        """Have notices sent to a URL (docs.stripe.com/api/webhook_endpoints).

        Args:
            url: Where to.
            secret: Signing secret; made when omitted, see the answer's `secret`.
            account: Whose events.
            connect: The platform's endpoint for all connected accounts' events.
            enabled_events: Types, `*` for all.
        """
        endpoint: JSON = {
            "id": new_id("webhook_endpoint"),
            "object": "webhook_endpoint",
            "api_version": None,
            "application": None,
            "created": self.clock.now(),
            "description": None,
            "enabled_events": list(enabled_events),
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": url,
            "_secret": secret or new_id("webhook_secret", length=32),
            "_connect": connect,
        }
        self.store.put(account, endpoint)
        return visible(endpoint) | {"secret": endpoint["_secret"]}

    def set_faults(self, **switches: Any) -> Faults:
        """Set the switches; those not named are off. Letting go of `hold` sends what waited."""
        self.faults = Faults.from_json(switches)
        self.store.set_setting("faults", self.faults.to_json())
        self.dispatcher.release()
        return self.faults

    def use_up(self, name: str) -> bool:
        """Take one from a counted fault; False when there is none left."""
        with self.store.transaction():
            left: int = getattr(self.faults, name)
            if left <= 0:
                return False
            setattr(self.faults, name, left - 1)
            self.store.set_setting("faults", self.faults.to_json())
            return True

    def put_clock_forward(self, seconds: int) -> int:
        """Advance the virtual clock; answers the new time. What fell due is done by `tick`."""
        self.clock.advance(seconds)
        self.store.set_setting("clock_offset", self.clock.offset)
        return self.clock.now()

    def notice(self, account: str, event: JSON, endpoint: JSON) -> Notice:
        """Address an event to an endpoint.

        Only what goes to an endpoint for Connect names the account it came from.
        """
        body = visible(event)
        if endpoint["_connect"]:
            body["account"] = account
        return Notice(
            account=account,
            event_id=event["id"],
            event_type=event["type"],
            endpoint_id=endpoint["id"],
            url=endpoint["url"],
            secret=endpoint["_secret"],
            body=body,
        )

    def delivered(self, notice: Notice) -> None:
        """Note that an endpoint took a notice."""
        with self.store.transaction():
            event = self.store.get(notice.account, "event", notice.event_id)
            if event and notice.endpoint_id in event["_pending"]:
                event["_pending"].remove(notice.endpoint_id)
                event["pending_webhooks"] = len(event["_pending"])
                self.store.put(notice.account, event)

    def _resume(self) -> None:
        """Send what a stopped sandbox still owed."""
        for account, event in self.store.everywhere("event"):
            for endpoint_id in event["_pending"]:
                found = self.store.find("webhook_endpoint", endpoint_id)
                if found:
                    self.dispatcher.send([self.notice(account, event, found[1])])
