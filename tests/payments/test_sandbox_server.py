"""The sandbox on a port: the real client, real sockets, the control desk."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from charterhouse.payments.sandbox import DEFAULT_KEY, SandboxState, Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(state: SandboxState) -> Iterator[Server]:
    server = Server(state).start()
    yield server
    server.stop()


@pytest.fixture
def remote(server: Server) -> stripe.StripeClient:
    return stripe.StripeClient(
        DEFAULT_KEY, base_addresses={"api": server.url}, max_network_retries=0
    )


def control(server: Server, name: str, body: Any, key: str = DEFAULT_KEY) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", f"/_sandbox/{name}", json.dumps(body), headers)
    answer = connection.getresponse()
    read = json.loads(answer.read())
    connection.close()
    return answer.status, read


def test_the_client_speaks_to_it_over_http(
    server: Server, remote: stripe.StripeClient, session_params: dict[str, Any]
) -> None:
    session = remote.v1.checkout.sessions.create(session_params)

    assert session.url == f"{server.url}/pay/{session.id}"
    with pytest.raises(stripe.InvalidRequestError):
        remote.v1.checkout.sessions.create(session_params | {"payment_method_types": ["card"]})


def test_a_timeout_hangs_up_after_the_effect(
    server: Server, remote: stripe.StripeClient, session_params: dict[str, Any]
) -> None:
    assert control(server, "faults", {"timeout_after_commit": 1})[0] == 200
    options: Any = {"idempotency_key": "attempt-1"}
    with pytest.raises(stripe.APIConnectionError) as caught:
        remote.v1.checkout.sessions.create(session_params, options)
    assert caught.value.should_retry

    session = remote.v1.checkout.sessions.create(session_params, options)

    assert [one.id for one in remote.v1.checkout.sessions.list().data] == [session.id]


def test_time_does_its_work_without_being_asked(
    server: Server, remote: stripe.StripeClient, session_params: dict[str, Any]
) -> None:
    remote.v1.checkout.sessions.create(session_params)
    server.state.put_clock_forward(2_000)
    limit = time.monotonic() + 5
    while time.monotonic() < limit:
        found = server.state.store.everywhere("checkout.session")[0][1]
        if found["status"] == "expired":
            break
        time.sleep(0.05)
    assert found["status"] == "expired"


def test_the_control_desk_sets_up_a_demonstration(
    server: Server, remote: stripe.StripeClient, session_params: dict[str, Any]
) -> None:
    account = {"id": "acct_1Qnew", "name": "New clinic"}
    assert control(server, "accounts", account) == (200, account)
    status, endpoint = control(
        server,
        "endpoints",
        {"url": "http://127.0.0.1:9/hook", "secret": "whsec_x", "account": "acct_1Qnew"},
    )
    assert (status, endpoint["secret"]) == (200, "whsec_x")
    session = remote.v1.checkout.sessions.create(session_params, {"stripe_account": "acct_1Qnew"})
    status, told = control(server, "clock", {"advance": 2_000})
    assert (status, told["done"]) == (200, 1)
    read = remote.v1.checkout.sessions.retrieve(session.id, {}, {"stripe_account": "acct_1Qnew"})
    assert read.status == "expired"


@pytest.mark.parametrize(
    ("name", "body", "key", "status"),
    [
        ("faults", {"colour": 1}, DEFAULT_KEY, 400),
        ("faults", [], DEFAULT_KEY, 415),
        ("faults", {}, "sk_test_other", 401),
        ("clock", {"advance": -1}, DEFAULT_KEY, 400),
        ("clock", {"advance": "soon"}, DEFAULT_KEY, 400),
        ("accounts", {"id": "acct_1Q"}, DEFAULT_KEY, 400),
    ],
)
def test_the_control_desk_refuses_what_it_cannot_use(
    server: Server, name: str, body: Any, key: str, status: int
) -> None:
    answered, told = control(server, name, body, key)
    assert answered == status
    assert told["error"]["message"]


def test_a_form_cannot_reach_the_control_desk(browser: Any) -> None:
    key = {"Authorization": f"Bearer {DEFAULT_KEY}"}
    assert browser.post("/_sandbox/faults", data={"hold": "true"}, headers=key).status_code == 415
    assert browser.post("/_sandbox/faults", json={"hold": True}).status_code == 401
    shown = browser.get("/_sandbox/", headers=key).get_json()
    assert shown["faults"]["hold"] is False


class _Hook(BaseHTTPRequestHandler):
    got: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["Stripe-Signature"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


def test_notices_leave_over_http(session_params: dict[str, Any]) -> None:
    got: list[tuple[str, bytes]] = []
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), type("Hook", (_Hook,), {"got": got}))
    Thread(target=receiver.serve_forever, daemon=True).start()
    server = Server(SandboxState(retry_delays=(0.01,))).start()
    server.state.add_endpoint(
        f"http://127.0.0.1:{receiver.server_port}/hook?house=1", secret="whsec_test"
    )
    server.state.add_endpoint("http://127.0.0.1:9/unreachable", secret="whsec_test")
    remote = stripe.StripeClient(DEFAULT_KEY, base_addresses={"api": server.url})
    session = remote.v1.checkout.sessions.create(session_params)
    remote.v1.checkout.sessions.expire(session.id)
    server.state.dispatcher.drain()
    server.stop()
    receiver.shutdown()
    receiver.server_close()

    assert len(got) == 1
    event = stripe.Webhook.construct_event(got[0][1], got[0][0], "whsec_test")
    assert event.data.object["id"] == session.id


def test_it_starts_from_the_command_line(tmp_path: Any) -> None:
    command = [sys.executable, "-u", "-m", "charterhouse.payments.sandbox", "--port", "0"]
    command += ["--state", str(tmp_path / "sandbox.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        remote = stripe.StripeClient(DEFAULT_KEY, base_addresses={"api": url})
        assert remote.v1.events.list().data == []
        process.terminate()
    assert (tmp_path / "sandbox.sqlite").exists()
