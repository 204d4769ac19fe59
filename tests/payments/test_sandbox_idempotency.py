"""The same call twice has its effect once; lost answers can be asked for again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import stripe

from charterhouse.payments.sandbox import SandboxState, make_app
from charterhouse.payments.sandbox.methods import DAY

ACCOUNT = "acct_1QnorthClinic01"
OTHER_ACCOUNT = "acct_1QsouthClinic02"


def test_the_same_key_and_parameters_give_the_first_answer(
    client: stripe.StripeClient, create: Any
) -> None:
    first = create(idempotency_key="attempt-1")
    again = create(idempotency_key="attempt-1")

    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_other_parameters_is_an_error(
    create: Any, session_params: dict[str, Any]
) -> None:
    create(idempotency_key="attempt-1")
    session_params["line_items"][0]["price_data"]["unit_amount"] = 500

    with pytest.raises(stripe.IdempotencyError) as caught:
        create(idempotency_key="attempt-1")

    assert caught.value.http_status == 400


def test_the_same_key_for_another_call_is_an_error(
    client: stripe.StripeClient, create: Any
) -> None:
    session = create(idempotency_key="attempt-1")
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "attempt-1"})


def test_keys_belong_to_an_account(create: Any) -> None:
    ids = {
        create(idempotency_key="attempt-1", **options).id
        for options in ({}, {"stripe_account": ACCOUNT}, {"stripe_account": OTHER_ACCOUNT})
    }
    assert len(ids) == 3


def test_a_refusal_is_kept_under_its_key(
    client: stripe.StripeClient, create: Any, act: Any
) -> None:
    session = create()
    act(session.id, "fail", "alipay")
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    options: Any = {"idempotency_key": "refund-1"}
    with pytest.raises(stripe.InvalidRequestError) as first:
        client.v1.refunds.create({"payment_intent": intent}, options)
    act(session.id)
    with pytest.raises(stripe.InvalidRequestError) as second:
        client.v1.refunds.create({"payment_intent": intent}, options)
    assert second.value.code == first.value.code == "payment_intent_unexpected_state"
    assert client.v1.refunds.create({"payment_intent": intent}).status == "pending"


def test_unusable_parameters_leave_the_key_free(
    create: Any, session_params: dict[str, Any]
) -> None:
    session_params["colour"] = "red"
    with pytest.raises(stripe.InvalidRequestError):
        create(idempotency_key="attempt-1")
    del session_params["colour"]
    assert create(idempotency_key="attempt-1").status == "open"


def test_a_key_is_forgotten_after_a_day(
    create: Any, state: Any, session_params: dict[str, Any]
) -> None:
    first = create(idempotency_key="attempt-1")
    state.put_clock_forward(DAY + 1)
    session_params["expires_at"] = state.clock.now() + 2_000
    assert create(idempotency_key="attempt-1").id != first.id


def test_a_key_that_is_being_worked_on_is_a_conflict(create: Any, state: Any) -> None:
    with state.running("", "attempt-1"), pytest.raises(stripe.APIError) as caught:
        create(idempotency_key="attempt-1")
    assert caught.value.http_status == 409
    assert create(idempotency_key="attempt-1").status == "open"


def test_a_key_that_is_too_long_is_refused(create: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(idempotency_key="k" * 256)


@pytest.mark.parametrize(
    ("fault", "error"),
    [("error_after_commit", stripe.APIError), ("timeout_after_commit", stripe.APIConnectionError)],
)
def test_a_lost_answer_is_found_again_under_its_key(
    client: stripe.StripeClient, create: Any, state: Any, fault: str, error: type[Exception]
) -> None:
    state.set_faults(**{fault: 1})
    with pytest.raises(error):
        create(idempotency_key="attempt-1")
    kept = client.v1.checkout.sessions.list().data

    again = create(idempotency_key="attempt-1")

    assert [one.id for one in kept] == [again.id]
    assert getattr(state.faults, fault) == 0


def test_the_client_repeats_a_lost_answer_by_itself(
    app: Any, client: stripe.StripeClient, create: Any, state: Any
) -> None:
    state.set_faults(error_after_commit=1)
    session = create(max_network_retries=1)
    assert [one.id for one in client.v1.checkout.sessions.list().data] == [session.id]


def test_many_at_once_under_one_key_have_one_effect(
    client: stripe.StripeClient, create: Any
) -> None:
    ids: list[str] = []
    conflicts: list[int | None] = []
    start = threading.Barrier(8)

    def run() -> None:
        start.wait(timeout=5)
        try:
            ids.append(create(idempotency_key="attempt-1").id)
        except stripe.APIError as error:
            conflicts.append(error.http_status)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)

    assert len(client.v1.checkout.sessions.list().data) == 1
    assert len(set(ids)) == 1
    assert set(conflicts) <= {409}
    assert len(ids) + len(conflicts) == 8


def test_a_restart_keeps_everything(
    tmp_path: Any, inbox: Any, session_params: dict[str, Any]
) -> None:
    from charterhouse.payments.gateways.stripe import SandboxHTTPClient

    path = tmp_path / "sandbox.sqlite"

    def opened() -> tuple[SandboxState, stripe.StripeClient]:
        state = SandboxState(path, sender=inbox)
        http = SandboxHTTPClient(make_app(state))
        return state, stripe.StripeClient(state.api_key, http_client=http)

    first, client = opened()
    first.add_account(ACCOUNT, "North clinic")
    first.add_endpoint("https://house.example/hook", secret="whsec_kept")
    first.put_clock_forward(1_000)
    session_params["expires_at"] = first.clock.now() + 2_000
    options: Any = {"idempotency_key": "attempt-1"}
    session = client.v1.checkout.sessions.create(session_params, options)
    first.set_faults(hold=True)
    make_app(first).test_client().post(
        f"/pay/{session.id}", data={"action": "pay", "method": "alipay"}
    )
    first.close()
    assert inbox.types == []

    second, client = opened()
    assert second.clock.offset == 1_000
    assert second.faults.hold
    assert second.account(ACCOUNT) is not None
    assert client.v1.checkout.sessions.create(session_params, options).id == session.id
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    second.set_faults()
    second.dispatcher.drain()
    assert sorted(set(inbox.types)) == [
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    second.close()
