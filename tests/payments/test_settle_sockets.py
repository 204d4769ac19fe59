"""The same over localhost: the site on one port, the sandbox on another, the real client between."""

from __future__ import annotations

import http.client
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from werkzeug.serving import make_server

from charterhouse.payments import attempts
from charterhouse.payments.sandbox import SandboxState, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(name="street")
def _street(shops: Any, tmp_path: Path) -> Iterator[Any]:
    sandbox = Server(SandboxState(retry_delays=(0.05, 0.1, 0.2))).start()
    shop = shops.Shop(tmp_path, api_base=sandbox.url)
    site = make_server("127.0.0.1", 0, shop.site, threaded=True)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    shop.state = sandbox.state
    hook = f"http://127.0.0.1:{site.server_port}/hooks/stripe/{shop.tenant.key}"
    sandbox.state.add_endpoint(hook, secret=shop.config.stripe_webhook_secret)
    with shop.open():
        yield shop
    sandbox.stop()
    site.shutdown()
    thread.join(10)
    site.server_close()
    shop.close()


def submit_page(url: str, **form: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", parts.path, urlencode(form), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def settled(attempt_id: int) -> attempts.Attempt:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = attempts.get_attempt(attempt_id)
        if found.settled:
            return found
        time.sleep(0.05)
    pytest.fail("nobody told the house of the payment")


@pytest.mark.parametrize("faults", [
    {}, {"duplicate": 3, "duplicate_at_once": True}, {"reorder": True}, {"delay": 0.3},
])  # fmt: skip
def test_paying_over_the_wire(street: Any, faults: dict[str, Any]) -> None:
    attempt = street.begin(street.applicant())
    assert attempt.url is not None
    street.state.set_faults(**faults)

    assert submit_page(attempt.url, action="pay", method="alipay") == 303

    assert settled(attempt.id).state == "paid"
    street.state.dispatcher.drain()
    assert (street.paid_events(), street.in_tills()) == (1, 1000)


def test_a_hangup_after_the_page_was_opened(street: Any) -> None:
    # One repetition is the client's own: it gets the kept answer to the same key.
    street.state.set_faults(timeout_after_commit=1)

    attempt = street.begin(street.applicant())

    assert len(street.state.store.newest("", "checkout.session")) == 1
    assert submit_page(attempt.url, action="pay", method="wechat_pay") == 303
    assert settled(attempt.id).state == "paid"
