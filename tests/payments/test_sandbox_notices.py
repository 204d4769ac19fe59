"""Signed notices, to whom they go, and all that may happen to them on the way."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from charterhouse.payments.sandbox import into, tick

ACCOUNT = "acct_1QnorthClinic01"
OTHER_ACCOUNT = "acct_1QsouthClinic02"
SECRET = "whsec_test"
URL = "https://house.example/hook"
PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


@pytest.fixture
def endpoint(state: Any) -> dict[str, Any]:
    made: dict[str, Any] = state.add_endpoint(URL, secret=SECRET)
    return made


def verify(inbox: Any, number: int, secret: str = SECRET) -> stripe.Event:
    return stripe.Webhook.construct_event(
        inbox.raw[number], inbox.headers[number]["Stripe-Signature"], secret
    )


def test_the_client_verifies_the_signature(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    session = create()
    act(session.id)
    state.dispatcher.drain()

    event = verify(inbox, 3)
    assert event.type == "checkout.session.completed"
    assert event.data.object["id"] == session.id
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0
    with pytest.raises(stripe.SignatureVerificationError):
        verify(inbox, 3, "whsec_other")


def test_events_go_to_the_accounts_own_endpoints_and_to_the_platforms_for_connect(
    create: Any, act: Any, inbox: Any, state: Any
) -> None:
    state.add_endpoint("https://house.example/platform")
    state.add_endpoint("https://house.example/connect", connect=True)
    state.add_endpoint("https://house.example/north", account=ACCOUNT)
    state.add_endpoint("https://house.example/south", account=OTHER_ACCOUNT)

    act(create(stripe_account=ACCOUNT).id)
    state.dispatcher.drain()

    told = [body.get("account") for body in inbox.bodies]
    assert told.count(ACCOUNT) == 4
    assert told.count(None) == 4
    inbox.bodies.clear()
    act(create().id)
    state.dispatcher.drain()
    assert [body.get("account") for body in inbox.bodies] == [None] * 4


def test_an_endpoint_is_told_of_what_it_asked_for(
    client: stripe.StripeClient, create: Any, act: Any, inbox: Any, state: Any
) -> None:
    made = client.v1.webhook_endpoints.create(
        {"url": URL, "enabled_events": ["checkout.session.completed"], "description": "House"}
    )
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    act(create().id)
    state.dispatcher.drain()
    assert inbox.types == ["checkout.session.completed"]
    verify(inbox, 0, made.secret)

    read = client.v1.webhook_endpoints.retrieve(made.id)
    assert "secret" not in read.to_dict()
    assert read.description == "House"
    client.v1.webhook_endpoints.update(made.id, {"disabled": True})
    act(create().id)
    state.dispatcher.drain()
    assert len(inbox.bodies) == 1
    assert client.v1.webhook_endpoints.delete(made.id).to_dict()["deleted"] is True
    assert client.v1.webhook_endpoints.list().data == []


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"enabled_events": ["no.such.event"]}, "enabled_events[0]"),
        ({"url": "house.example"}, "url"),
        ({"url": None}, "url"),
    ],
)
def test_an_unusable_endpoint_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], param: str
) -> None:
    params: Any = {"url": URL, "enabled_events": ["*"]} | change
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.webhook_endpoints.create(params)
    assert caught.value.param == param


def test_only_the_platform_listens_to_its_accounts(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.webhook_endpoints.create(
            {"url": URL, "enabled_events": ["*"], "connect": True}, {"stripe_account": ACCOUNT}
        )
    assert caught.value.param == "connect"


def test_a_notice_that_was_not_taken_comes_again(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    inbox.answers = [500, 503]
    act(create().id)
    state.dispatcher.drain()

    assert sorted(inbox.types) == sorted([*PAID, *PAID[:2]])
    assert all(event.pending_webhooks == 0 for event in client.v1.events.list().data)


def test_a_notice_that_is_never_taken_is_given_up_and_stays_pending(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    state.set_faults(
        drop=["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    )
    inbox.answers = [500, 301, 404]
    act(create().id)
    state.dispatcher.drain()

    assert inbox.types == ["checkout.session.completed"] * 3
    newest = client.v1.events.list({"type": "checkout.session.completed"}).data[0]
    assert newest.pending_webhooks == 1


@pytest.mark.parametrize("at_once", [False, True])
def test_notices_may_be_doubled(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, *, at_once: bool
) -> None:
    state.set_faults(duplicate=2, duplicate_at_once=at_once)
    meeting: list[float] = []
    inbox.on_notice = lambda _: (meeting.append(time.monotonic()), time.sleep(0.02))[0]
    act(create().id)
    state.dispatcher.drain()

    assert len({body["id"] for body in inbox.bodies}) == 4
    assert inbox.types == [kind for kind in PAID for _ in range(3)]
    spread = max(meeting[:3]) - min(meeting[:3])
    assert (spread < 0.02) is at_once


def test_notices_of_one_change_may_come_in_reverse(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any
) -> None:
    state.set_faults(reorder=True)
    act(create().id)
    state.dispatcher.drain()
    assert inbox.types == PAID[::-1]


def test_notices_of_several_changes_may_be_held_and_come_in_reverse(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    state.set_faults(hold=True)
    session = create()
    act(session.id)
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    client.v1.refunds.create({"payment_intent": intent})
    state.dispatcher.drain()
    assert inbox.types == []

    state.set_faults(reorder=True)
    state.dispatcher.drain()
    assert inbox.types == ["charge.refunded", "refund.created", *PAID[::-1]]


def test_notices_may_be_late(endpoint: Any, create: Any, act: Any, inbox: Any, state: Any) -> None:
    state.set_faults(delay=0.15)
    begun = time.monotonic()
    act(create().id)
    assert inbox.types == []
    with pytest.raises(TimeoutError):
        state.dispatcher.drain(timeout=0.01)
    state.dispatcher.drain()
    assert inbox.types == PAID
    assert time.monotonic() - begun >= 0.15


def test_notices_may_be_lost(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    state.set_faults(drop=["*"])
    session = create()
    act(session.id)
    state.dispatcher.drain()
    assert inbox.types == []
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert client.v1.events.list({"type": "checkout.session.completed"}).data[0].pending_webhooks


@pytest.mark.parametrize("fault", ["stale_timestamp", "wrong_secret"])
def test_a_notice_may_be_signed_badly(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, fault: str
) -> None:
    state.set_faults(**{fault: True})
    act(create().id)
    state.dispatcher.drain()
    with pytest.raises(stripe.SignatureVerificationError):
        verify(inbox, 0)


def test_a_notice_may_come_before_the_calls_answer(
    endpoint: Any, create: Any, act: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    session = create()
    seen: list[str | None] = []
    inbox.on_notice = lambda body: seen.append(
        client.v1.checkout.sessions.retrieve(body["data"]["object"]["id"]).status
    )
    state.set_faults(webhook_before_answer=True)

    client.v1.checkout.sessions.expire(session.id)

    # Without draining: the call itself has waited, and the receiver could ask back.
    assert seen == ["expired"]


def test_notices_carry_the_call_that_caused_them(
    endpoint: Any, create: Any, inbox: Any, state: Any, client: stripe.StripeClient
) -> None:
    client.v1.checkout.sessions.expire(create().id, {}, {"idempotency_key": "close-1"})
    second = create()
    state.put_clock_forward(2_000)
    tick(state)
    state.dispatcher.drain()

    assert inbox.bodies[0]["request"]["idempotency_key"] == "close-1"
    assert inbox.bodies[0]["request"]["id"].startswith("req_")
    assert inbox.bodies[1]["data"]["object"]["id"] == second.id
    assert inbox.bodies[1]["request"] == {"id": None, "idempotency_key": None}


def test_notices_can_be_led_into_an_application_of_the_same_process() -> None:
    from flask import Flask, request

    app = Flask("house")
    got: list[tuple[str, bytes]] = []

    @app.post("/hook")
    def hook() -> tuple[str, int]:
        got.append((request.headers["Stripe-Signature"], request.get_data()))
        return "", 204

    assert into(app)("http://localhost/hook", {"Stripe-Signature": "t=1"}, b"{}") == 204
    assert got == [("t=1", b"{}")]


@pytest.mark.parametrize(
    "switches",
    [{"colour": True}, {"duplicate": True}, {"hold": 1}, {"drop": "*"}, {"delay": "1"}],
)
def test_an_unknown_switch_is_refused(state: Any, switches: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(switches))):
        state.set_faults(**switches)
