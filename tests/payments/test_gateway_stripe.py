"""The Stripe gateway against the sandbox."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from charterhouse.config import Config
from charterhouse.payments.gateways.base import (
    CheckoutRequest,
    Gateway,
    GatewayEvent,
    PaymentState,
    RefundRequest,
)
from charterhouse.payments.gateways.errors import (
    GatewayCredentialsError,
    GatewayError,
    GatewayRefusedError,
    GatewayRequestError,
    GatewayUnavailableError,
    IdempotencyMismatchError,
    PaymentUnknownError,
    WebhookSignatureError,
)
from charterhouse.payments.gateways.stripe import (
    API_VERSION,
    SandboxHTTPClient,
    StripeGateway,
    StripeSettings,
)
from charterhouse.payments.sandbox import tick
from charterhouse.payments.sandbox.delivery import signature
from charterhouse.payments.sandbox.methods import DAY

ACCOUNT = "acct_1QnorthClinic01"
OTHER_ACCOUNT = "acct_1QsouthClinic02"
SECRET = "whsec_current"


def settings(**changes: Any) -> StripeSettings:
    given: dict[str, Any] = {
        "api_key": "sk_test_sandbox",
        "webhook_secrets": ("whsec_next", SECRET),
        "max_retries": 0,
    }
    return StripeSettings(**given | changes)


@pytest.fixture
def gateway(app: Any) -> Gateway:
    return StripeGateway(settings(), SandboxHTTPClient(app))


def request(state: Any, **changes: Any) -> CheckoutRequest:
    given: dict[str, Any] = {
        "reference": "4711",
        "amount": 19_900,
        "title": "Membership service",
        "success_url": "https://north.example/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://north.example/back",
        "expires_at": datetime.fromtimestamp(state.clock.now() + 1_900, UTC),
        "account": ACCOUNT,
        "idempotency_key": "attempt-4711",
    }
    return CheckoutRequest(**given | changes)


def paid(gateway: Gateway, state: Any, act: Any, method: str = "alipay") -> PaymentState:
    session = gateway.create_checkout(request(state))
    act(session.session_id, "pay", method, "4242424242424242")
    return gateway.retrieve(session.session_id, account=ACCOUNT)


def refund_of(payment: PaymentState, **changes: Any) -> RefundRequest:
    given: dict[str, Any] = {
        "payment_id": payment.payment_id,
        "amount": 900,
        "reference": "r1",
        "account": ACCOUNT,
        "idempotency_key": "refund-r1",
    }
    return RefundRequest(**given | changes)


def test_a_checkout_is_a_page_that_waits(gateway: Gateway, state: Any, client: Any) -> None:
    asked = request(state, locale="zh")
    checkout = gateway.create_checkout(asked)

    assert checkout.url.endswith(f"/pay/{checkout.session_id}")
    assert checkout.expires_at == asked.expires_at
    assert gateway.retrieve(checkout.session_id, account=ACCOUNT) == PaymentState(
        status="open",
        amount=19_900,
        currency="cny",
        reference="4711",
        session_id=checkout.session_id,
        account=ACCOUNT,
    )
    kept = client.v1.checkout.sessions.retrieve(
        checkout.session_id, {}, {"stripe_account": ACCOUNT}
    )
    assert (kept.locale, kept.client_reference_id) == ("zh", "4711")


def test_the_same_request_again_opens_no_second_page(gateway: Gateway, state: Any) -> None:
    asked = request(state)
    assert gateway.create_checkout(asked) == gateway.create_checkout(asked)
    with pytest.raises(IdempotencyMismatchError) as caught:
        gateway.create_checkout(dataclasses.replace(asked, amount=500))
    assert (caught.value.code, caught.value.retryable) == ("idempotency_mismatch", False)


def test_a_payment_says_what_arrived_and_what_it_cost(
    gateway: Gateway, state: Any, act: Any
) -> None:
    before = state.clock.now()
    payment = paid(gateway, state, act)

    assert payment.status == "paid"
    assert (payment.amount, payment.received, payment.refunded, payment.fee) == (
        19_900,
        19_900,
        0,
        438,
    )
    assert (payment.method, payment.currency, payment.reference) == ("alipay", "cny", "4711")
    assert payment.payment_id is not None
    assert payment.paid_at is not None
    assert before <= payment.paid_at.timestamp() <= state.clock.now()
    again = gateway.retrieve_payment(payment.payment_id, account=ACCOUNT)
    assert again == dataclasses.replace(payment, session_id=None)


def test_a_declined_card_leaves_the_page_open_with_a_reason(
    gateway: Gateway, state: Any, act: Any
) -> None:
    session = gateway.create_checkout(request(state)).session_id
    act(session, "pay", "card", "4000000000009995")
    found = gateway.retrieve(session, account=ACCOUNT)
    assert (found.status, found.failure_code, found.received) == ("open", "insufficient_funds", 0)
    assert found.method is None
    assert found.payment_id is not None
    assert gateway.retrieve_payment(found.payment_id, account=ACCOUNT).status == "open"


@pytest.mark.parametrize(("failures", "status"), [(0, "paid"), (1, "failed")])
def test_money_on_its_way_is_processing_until_it_is_decided(
    gateway: Gateway, state: Any, act: Any, failures: int, status: str
) -> None:
    session = gateway.create_checkout(request(state)).session_id
    act(session, "late", "wechat_pay")
    waiting = gateway.retrieve(session, account=ACCOUNT)
    assert (waiting.status, waiting.received, waiting.paid_at) == ("processing", 0, None)

    state.set_faults(payment_failures=failures)
    state.put_clock_forward(2_000)

    found = gateway.retrieve(session, account=ACCOUNT)
    assert found.status == status
    if found.paid_at:
        assert found.paid_at.timestamp() >= state.clock.now() - 5


def test_an_open_page_is_closed_and_a_paid_one_says_so(
    gateway: Gateway, state: Any, act: Any
) -> None:
    session = gateway.create_checkout(request(state)).session_id
    act(session, "fail", "alipay")
    closed = gateway.expire(session, account=ACCOUNT)
    assert closed.status == "expired"
    assert closed.payment_id is not None
    assert gateway.retrieve_payment(closed.payment_id, account=ACCOUNT).status == "canceled"
    other = gateway.create_checkout(request(state, idempotency_key="attempt-2")).session_id
    act(other)
    assert gateway.expire(other, account=ACCOUNT).status == "paid"
    with pytest.raises(PaymentUnknownError):
        gateway.expire("cs_test_none", account=ACCOUNT)


def test_a_wallet_refund_is_pending_then_done(gateway: Gateway, state: Any, act: Any) -> None:
    payment = paid(gateway, state, act)
    refund = gateway.refund(refund_of(payment))
    assert (refund.status, refund.amount, refund.reference) == ("pending", 900, "r1")
    assert refund.payment_id == payment.payment_id
    assert gateway.refund(refund_of(payment)) == refund

    state.put_clock_forward(61)

    assert gateway.retrieve_refund(refund.refund_id, account=ACCOUNT).status == "succeeded"
    assert payment.payment_id is not None
    assert gateway.retrieve_payment(payment.payment_id, account=ACCOUNT).refunded == 900


def test_a_failed_refund_says_why(gateway: Gateway, state: Any, act: Any) -> None:
    refund = gateway.refund(refund_of(paid(gateway, state, act)))
    state.set_faults(refund_failures=1)
    state.put_clock_forward(61)
    failed = gateway.retrieve_refund(refund.refund_id, account=ACCOUNT)
    assert (failed.status, failed.failure_code) == ("failed", "declined")


def test_refunds_that_cannot_be_are_refused(gateway: Gateway, state: Any, act: Any) -> None:
    payment = paid(gateway, state, act)
    with pytest.raises(GatewayRefusedError) as caught:
        gateway.refund(refund_of(payment, amount=19_901))
    assert (caught.value.code, caught.value.field) == ("refund_exceeds", "amount")
    gateway.refund(refund_of(payment, amount=19_900, idempotency_key="refund-2"))
    with pytest.raises(GatewayRefusedError) as caught:
        gateway.refund(refund_of(payment, amount=1, idempotency_key="refund-3"))
    assert caught.value.code == "refund_exceeds"
    with pytest.raises(PaymentUnknownError):
        gateway.refund(refund_of(payment, account=OTHER_ACCOUNT, idempotency_key="refund-4"))


def test_a_closed_refund_window_has_its_own_code(gateway: Gateway, state: Any, act: Any) -> None:
    payment = paid(gateway, state, act)
    state.put_clock_forward(91 * DAY)
    with pytest.raises(GatewayRefusedError) as caught:
        gateway.refund(refund_of(payment))
    assert caught.value.code == "refund_window_closed"


@pytest.mark.parametrize("fault", ["error_after_commit", "timeout_after_commit"])
def test_no_usable_answer_is_retryable_and_the_repetition_finds_the_first(
    gateway: Gateway, state: Any, client: Any, fault: str
) -> None:
    state.set_faults(**{fault: 1})
    asked = request(state)
    with pytest.raises(GatewayUnavailableError) as caught:
        gateway.create_checkout(asked)
    assert caught.value.retryable

    made = gateway.create_checkout(asked)

    kept = client.v1.checkout.sessions.list({}, {"stripe_account": ACCOUNT}).data
    assert [one.id for one in kept] == [made.session_id]


def test_a_port_where_nobody_listens_is_retryable(state: Any) -> None:
    gateway = StripeGateway(settings(api_base="http://127.0.0.1:9"))
    with pytest.raises(GatewayUnavailableError):
        gateway.create_checkout(request(state))


def test_a_wrong_key_or_account_is_a_matter_of_settings(app: Any, state: Any) -> None:
    key = "sk_test_somebody_elses_key"
    wrong = StripeGateway(settings(api_key=key), SandboxHTTPClient(app))
    with pytest.raises(GatewayCredentialsError) as caught:
        wrong.retrieve("cs_test_none")
    assert key[:12] not in str(caught.value)
    assert key not in repr(settings(api_key=key))
    gateway = StripeGateway(settings(), SandboxHTTPClient(app))
    with pytest.raises(GatewayCredentialsError):
        gateway.create_checkout(request(state, account="acct_unknown"))


def test_what_the_gateway_finds_unusable_is_a_request_error(gateway: Gateway, state: Any) -> None:
    with pytest.raises(GatewayRequestError) as caught:
        gateway.create_checkout(request(state, success_url="north.example"))
    assert (caught.value.code, caught.value.field) == ("gateway_request", "success_url")
    with pytest.raises(GatewayRefusedError) as refused:
        gateway.create_checkout(request(state, amount=1, idempotency_key="attempt-2"))
    assert refused.value.code == "amount_too_small"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", 0),
        ("amount", -5),
        ("reference", ""),
        ("title", " "),
        ("currency", "CNY"),
        ("expires_at", datetime(2026, 11, 1)),  # noqa: DTZ001 - the naive time is the point
        ("idempotency_key", ""),
    ],
)
def test_an_unusable_request_is_not_even_sent(state: Any, name: str, value: Any) -> None:
    with pytest.raises(GatewayRequestError) as caught:
        request(state, **{name: value})
    assert caught.value.field == name


@pytest.mark.parametrize("name", ["payment_id", "reference", "idempotency_key"])
def test_an_unusable_refund_is_not_even_sent(name: str) -> None:
    payment = PaymentState(
        status="paid", amount=1, currency="cny", reference=None, payment_id="pi_1"
    )
    for field, value in ((name, ""), ("amount", 0)):
        with pytest.raises(GatewayRequestError) as caught:
            refund_of(payment, **{field: value})
        assert caught.value.field == field


def test_the_gateways_book_tells_of_payments_that_nobody_told_of(
    gateway: Gateway, state: Any, act: Any
) -> None:
    begun = datetime.fromtimestamp(state.clock.now(), UTC)
    state.set_faults(drop=["*"])
    payment = paid(gateway, state, act)
    gateway.refund(refund_of(payment))
    state.put_clock_forward(100)

    lines = list(gateway.movements(begun, begun + timedelta(seconds=60), account=ACCOUNT))

    assert [(line.type, line.amount, line.fee, line.net, line.reference) for line in lines] == [
        ("payment_refund", -900, 0, -900, "r1"),
        ("payment", 19_900, 438, 19_462, "4711"),
    ]
    assert {line.payment_id for line in lines} == {payment.payment_id}
    assert list(gateway.movements(begun + timedelta(days=1), begun + timedelta(days=2))) == []


def test_a_book_of_several_pages_is_read_to_its_end(gateway: Gateway, state: Any, act: Any) -> None:
    for number in range(103):
        session = gateway.create_checkout(request(state, idempotency_key=f"attempt-{number}"))
        act(session.session_id)
    begun = datetime.fromtimestamp(state.clock.now() - 60, UTC)
    lines = list(gateway.movements(begun, begun + timedelta(hours=1), account=ACCOUNT))
    assert len({line.payment_id for line in lines}) == 103


def test_a_notice_is_verified_and_read(gateway: Gateway, state: Any, act: Any, inbox: Any) -> None:
    state.add_endpoint("https://house.example/hook", secret=SECRET, connect=True)
    payment = paid(gateway, state, act)
    gateway.refund(refund_of(payment))
    state.dispatcher.drain()

    read = [
        gateway.parse_webhook(raw, headers["Stripe-Signature"])
        for raw, headers in zip(inbox.raw, inbox.headers, strict=True)
    ]

    completed = next(one for one in read if one.type == "checkout.session.completed")
    body = next(one for one in inbox.bodies if one["id"] == completed.id)
    assert completed == GatewayEvent(
        id=body["id"],
        account=ACCOUNT,
        type="checkout.session.completed",
        object_id=str(payment.session_id),
        created=datetime.fromtimestamp(body["created"], UTC),
        session_id=payment.session_id,
        payment_id=payment.payment_id,
    )
    assert {one.payment_id for one in read} == {payment.payment_id}


def test_a_notice_of_the_platform_names_no_account(gateway: Gateway) -> None:
    body = {"id": "evt_1", "object": "event", "type": "charge.succeeded", "created": 1}
    raw = json.dumps(body | {"data": {"object": {"id": "ch_1", "object": "charge"}}}).encode()
    event = gateway.parse_webhook(raw, signature(SECRET, raw, int(datetime.now(UTC).timestamp())))
    assert (event.account, event.object_id, event.session_id) == (None, "ch_1", None)


@pytest.mark.parametrize("fault", ["stale_timestamp", "wrong_secret"])
def test_a_badly_signed_notice_is_refused(
    gateway: Gateway, state: Any, act: Any, inbox: Any, fault: str
) -> None:
    state.add_endpoint("https://house.example/hook", secret=SECRET, connect=True)
    state.set_faults(**{fault: True})
    paid(gateway, state, act)
    state.dispatcher.drain()
    with pytest.raises(WebhookSignatureError) as caught:
        gateway.parse_webhook(inbox.raw[0], inbox.headers[0]["Stripe-Signature"])
    assert caught.value.code == "webhook_signature"


@pytest.mark.parametrize(
    "header", [None, "", "t=1", "t=x,v1=y", "v1=abc", "garbage", "t=1,v1=\u00e9"]
)
def test_a_notice_without_a_usable_signature_is_refused(
    gateway: Gateway, header: str | None
) -> None:
    with pytest.raises(WebhookSignatureError):
        gateway.parse_webhook(b"{}", header)


@pytest.mark.parametrize("raw", [b"{", b"[]", b"{}", b'"text"', b"\xff", b'{"object": "event"}'])
def test_a_signed_notice_that_is_no_event_is_refused(gateway: Gateway, raw: bytes) -> None:
    header = signature(SECRET, raw, int(datetime.now(UTC).timestamp()))
    with pytest.raises(WebhookSignatureError) as caught:
        gateway.parse_webhook(raw, header)
    # Bytes that are no text cannot have been signed by the client's rules.
    assert caught.value.code == ("webhook_signature" if raw == b"\xff" else "webhook_unreadable")


def test_a_changed_body_is_refused(gateway: Gateway) -> None:
    header = signature(SECRET, b'{"amount": 1}', int(datetime.now(UTC).timestamp()))
    with pytest.raises(WebhookSignatureError):
        gateway.parse_webhook(b'{"amount": 2}', header)


def test_settings_come_from_the_configuration(tmp_path: Any) -> None:
    def config(**given: str) -> Config:
        return Config(data_dir=tmp_path, master_key=bytes(32), **given)

    assert StripeSettings.from_config(config()) is None
    found = StripeSettings.from_config(
        config(stripe_key="sk_test_x", stripe_webhook_secret="whsec_a, whsec_b")
    )
    assert found is not None
    assert found.webhook_secrets == ("whsec_a", "whsec_b")
    assert found.api_base == "https://api.stripe.com"
    found = StripeSettings.from_config(
        config(stripe_key="sk_test_x", stripe_api_base="http://localhost:4010")
    )
    assert found is not None
    assert (found.api_base, found.webhook_secrets) == ("http://localhost:4010", ())


def test_the_pinned_version_is_the_clients_own() -> None:
    assert stripe.api_version == API_VERSION
    assert issubclass(PaymentUnknownError, GatewayError)


def test_time_alone_changes_what_the_gateway_sees(gateway: Gateway, state: Any) -> None:
    session = gateway.create_checkout(request(state)).session_id
    state.put_clock_forward(2_000)
    assert tick(state) == 1
    assert gateway.retrieve(session, account=ACCOUNT).status == "expired"
