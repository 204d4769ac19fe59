"""A session's life: opened, tried, paid, run out, refunded, disputed."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from charterhouse.payments.sandbox import tick
from charterhouse.payments.sandbox.methods import DAY, METHODS

ACCOUNT = "acct_1QnorthClinic01"
OTHER_ACCOUNT = "acct_1QsouthClinic02"


def forward(state: Any, seconds: int) -> None:
    state.put_clock_forward(seconds)
    tick(state)


def test_paying_completes_the_session_and_books_money_and_fee(
    client: stripe.StripeClient, create: Any, act: Any, inbox: Any, state: Any
) -> None:
    session = create()
    assert session.id.startswith("cs_test_")
    assert session.url == f"http://localhost:4010/pay/{session.id}"
    assert (session.status, session.payment_status, session.payment_intent) == (
        "open",
        "unpaid",
        None,
    )

    answer = act(session.id)

    assert answer.status_code == 303
    assert answer.location == f"https://north.example/done?session={session.id}"
    paid = client.v1.checkout.sessions.retrieve(
        session.id,
        {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]},
    ).to_dict()
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    intent = paid["payment_intent"]
    assert intent["id"].startswith("pi_")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 19_900)
    assert intent["metadata"] == {"reference": "4711"}
    charge = intent["latest_charge"]
    assert charge["id"].startswith("py_")
    assert charge["payment_method_details"]["type"] == "alipay"
    entry = charge["balance_transaction"]
    assert entry["id"].startswith("txn_")
    # 2.2 % of 19900 is 437.8
    assert (entry["amount"], entry["fee"], entry["net"]) == (19_900, 438, 19_462)
    assert paid["line_items"]["data"][0]["amount_total"] == 19_900


def test_the_events_of_a_payment_come_in_their_order(
    create: Any, act: Any, inbox: Any, state: Any
) -> None:
    state.add_endpoint("https://house.example/hook")
    act(create().id)
    state.dispatcher.drain()

    assert inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000 0000 0000 9995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
    ],
)
def test_a_declined_card_leaves_the_session_open(
    client: stripe.StripeClient, create: Any, act: Any, card: str, code: str, decline: str | None
) -> None:
    session = create()
    answer = act(session.id, "pay", "card", card)

    assert answer.status_code == 303
    assert "notice=declined" in answer.location
    read = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    ).to_dict()
    assert read["status"] == "open"
    intent = read["payment_intent"]
    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["code"] == code
    assert intent["last_payment_error"].get("decline_code") == decline
    assert intent["latest_charge"]["status"] == "failed"
    assert intent["latest_charge"]["balance_transaction"] is None

    first = read["payment_intent"]["id"]
    assert act(session.id, "pay", "card", "4242 4242 4242 4242").location.startswith("https://")
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_intent, paid.payment_status) == (first, "paid")


def test_a_number_that_is_no_test_card_is_refused_and_not_kept(
    create: Any, act: Any, client: stripe.StripeClient
) -> None:
    session = create()
    answer = act(session.id, "pay", "card", "6222020000000000")

    assert "notice=incorrect_number" in answer.location
    assert client.v1.payment_intents.list().data == []


def test_a_session_runs_out_by_time(
    client: stripe.StripeClient, create: Any, act: Any, inbox: Any, state: Any
) -> None:
    state.add_endpoint("https://house.example/hook")
    session = create()
    act(session.id, "fail", "wechat_pay")
    forward(state, 1_901)
    state.dispatcher.drain()

    read = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (read.status, read.url) == ("expired", None)
    assert read.to_dict()["payment_intent"]["status"] == "canceled"
    assert inbox.types[-2:] == ["checkout.session.expired", "payment_intent.canceled"]


def test_only_an_open_session_is_expired_by_a_call(
    client: stripe.StripeClient, create: Any, act: Any
) -> None:
    session = create()
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    paid = create()
    act(paid.id)
    for one in (session, paid):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.expire(one.id)


def test_money_may_come_after_the_session_is_over(
    client: stripe.StripeClient, create: Any, act: Any, inbox: Any, state: Any
) -> None:
    state.add_endpoint("https://house.example/hook")
    session = create()
    assert act(session.id, "late", "alipay").location.startswith("https://north.example/done")
    read = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (read.status, read.payment_status) == ("complete", "unpaid")
    assert read.to_dict()["payment_intent"]["status"] == "processing"
    forward(state, 1_900)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"

    forward(state, 61)

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    state.dispatcher.drain()
    assert inbox.types[-1] == "checkout.session.async_payment_succeeded"
    assert client.v1.balance_transactions.list().data[0].amount == 19_900


def test_money_on_its_way_may_fail(
    client: stripe.StripeClient, create: Any, act: Any, inbox: Any, state: Any
) -> None:
    state.add_endpoint("https://house.example/hook")
    session = create()
    act(session.id, "late", "alipay")
    state.set_faults(payment_failures=1)
    forward(state, 2_000)
    state.dispatcher.drain()

    read = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (read.status, read.payment_status) == ("complete", "unpaid")
    assert read.to_dict()["payment_intent"]["status"] == "requires_payment_method"
    assert inbox.types[-1] == "checkout.session.async_payment_failed"
    assert client.v1.balance_transactions.list().data == []


def paid_with(client: stripe.StripeClient, create: Any, act: Any, method: str) -> str:
    session = create()
    act(session.id, "pay", method, "4242424242424242")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    assert isinstance(intent, str)
    return intent


def test_a_card_refund_is_done_at_once(client: stripe.StripeClient, create: Any, act: Any) -> None:
    intent = paid_with(client, create, act, "card")
    refund = client.v1.refunds.create(
        {"payment_intent": intent, "amount": 900, "metadata": {"reference": "r1"}}
    )

    assert (refund.status, refund.id[:3]) == ("succeeded", "re_")
    assert refund.to_dict()["metadata"] == {"reference": "r1"}
    charge = client.v1.charges.retrieve(str(refund.charge), {"expand": ["refunds"]}).to_dict()
    assert (charge["amount_refunded"], charge["refunded"]) == (900, False)
    assert [one["id"] for one in charge["refunds"]["data"]] == [refund.id]
    entry = client.v1.balance_transactions.retrieve(str(refund.balance_transaction))
    assert (entry.amount, entry.fee, entry.type) == (-900, 0, "refund")


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_a_wallet_refund_is_accepted_first_and_done_later(
    client: stripe.StripeClient, create: Any, act: Any, inbox: Any, state: Any, method: str
) -> None:
    intent = paid_with(client, create, act, method)
    state.add_endpoint("https://house.example/hook")
    refund = client.v1.refunds.create({"payment_intent": intent})
    assert (refund.status, refund.amount, refund.id[:4]) == ("pending", 19_900, "pyr_")

    forward(state, 61)
    state.dispatcher.drain()

    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert inbox.types == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]


def test_an_accepted_refund_may_fail_and_gives_the_money_back_to_the_account(
    client: stripe.StripeClient, create: Any, act: Any, state: Any
) -> None:
    intent = paid_with(client, create, act, "alipay")
    refund = client.v1.refunds.create({"payment_intent": intent})
    state.set_faults(refund_failures=1)
    forward(state, 61)

    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "declined")
    assert failed.to_dict()["failure_balance_transaction"]["amount"] == 19_900
    assert client.v1.charges.retrieve(str(refund.charge)).amount_refunded == 0
    assert client.v1.refunds.create({"payment_intent": intent}).status == "pending"


def test_no_more_is_refunded_than_was_paid(
    client: stripe.StripeClient, create: Any, act: Any
) -> None:
    intent = paid_with(client, create, act, "wechat_pay")
    client.v1.refunds.create({"payment_intent": intent, "amount": 19_000})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent, "amount": 901})
    assert caught.value.param == "amount"
    client.v1.refunds.create({"payment_intent": intent, "amount": 900})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent, "amount": 1})
    assert caught.value.code == "charge_already_refunded"


@pytest.mark.parametrize(("method", "days"), [("alipay", 90), ("wechat_pay", 180), ("card", None)])
def test_a_wallets_refund_window_closes(
    client: stripe.StripeClient, create: Any, act: Any, state: Any, method: str, days: int | None
) -> None:
    assert METHODS[method].refund_days == days
    intent = paid_with(client, create, act, method)
    forward(state, (days or 400) * DAY - 5)
    client.v1.refunds.create({"payment_intent": intent, "amount": 500})
    if days is None:
        return
    forward(state, 20)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent, "amount": 500})
    assert caught.value.code == "charge_not_refundable"


def test_refunds_name_one_paid_thing(client: stripe.StripeClient, create: Any, act: Any) -> None:
    session = create()
    act(session.id, "fail", "alipay")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": str(intent)})
    assert caught.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": "pi_none"})
    assert (caught.value.code, caught.value.http_status) == ("resource_missing", 400)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({})
    failed = client.v1.charges.list().data[0]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"charge": failed.id})


@pytest.mark.parametrize(
    ("evidence", "status", "entries"),
    [("winning_evidence", "won", 2), ("losing_evidence", "lost", 1), (None, "lost", 1)],
)
def test_a_disputed_card_payment_is_taken_back(
    client: stripe.StripeClient,
    create: Any,
    act: Any,
    inbox: Any,
    state: Any,
    evidence: str | None,
    status: str,
    entries: int,
) -> None:
    state.add_endpoint("https://house.example/hook")
    session = create()
    act(session.id, "pay", "card", "4000000000000259")
    dispute = client.v1.disputes.list().data[0]
    assert dispute.status == "needs_response"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": str(dispute.payment_intent)})
    assert caught.value.code == "charge_disputed"

    if evidence:
        client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    else:
        client.v1.disputes.close(dispute.id)
    state.dispatcher.drain()

    ended = client.v1.disputes.retrieve(dispute.id)
    assert (ended.status, len(ended.balance_transactions)) == (status, entries)
    assert "charge.dispute.created" in inbox.types
    assert inbox.types[-1] == "charge.dispute.closed"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(dispute.id)


def test_one_account_sees_nothing_of_another(
    client: stripe.StripeClient, create: Any, act: Any
) -> None:
    session = create(stripe_account=ACCOUNT)
    act(session.id)
    mine: Any = {"stripe_account": ACCOUNT}
    intent = str(client.v1.checkout.sessions.retrieve(session.id, {}, mine).payment_intent)

    for options in ({}, {"stripe_account": OTHER_ACCOUNT}):
        theirs: Any = options
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.checkout.sessions.retrieve(session.id, {}, theirs)
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": intent}, theirs)
        for service in ("payment_intents", "charges", "balance_transactions", "events"):
            assert getattr(client.v1, service).list({}, theirs).data == []
        assert client.v1.checkout.sessions.list({}, theirs).data == []
    assert client.v1.refunds.create({"payment_intent": intent}, mine).amount == 19_900


def test_lists_come_in_pages_the_newest_first(client: stripe.StripeClient, create: Any) -> None:
    made = [create().id for _ in range(7)][::-1]
    first = client.v1.checkout.sessions.list({"limit": 3})
    assert ([one.id for one in first.data], first.has_more) == (made[:3], True)
    second = client.v1.checkout.sessions.list({"limit": 4, "starting_after": made[2]})
    assert ([one.id for one in second.data], second.has_more) == (made[3:], False)
    back = client.v1.checkout.sessions.list({"limit": 2, "ending_before": made[4]})
    assert ([one.id for one in back.data], back.has_more) == (made[2:4], True)
    assert [one.id for one in first.auto_paging_iter()] == made
    for params in ({"limit": 0}, {"limit": 101}, {"starting_after": "cs_test_none"}):
        wrong: Any = params
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.list(wrong)


def test_lists_are_filtered(client: stripe.StripeClient, create: Any, act: Any, state: Any) -> None:
    paid, opened = create().id, create().id
    act(paid)
    sessions = client.v1.checkout.sessions
    assert [one.id for one in sessions.list({"status": "open"}).data] == [opened]
    intent = str(sessions.retrieve(paid).payment_intent)
    assert [one.id for one in sessions.list({"payment_intent": intent}).data] == [paid]
    assert len(client.v1.charges.list({"payment_intent": intent}).data) == 1
    assert client.v1.charges.list({"payment_intent": "pi_other"}).data == []
    types: Any = {"types": ["charge.succeeded", "payment_intent.created"]}
    assert len(client.v1.events.list(types).data) == 2
    assert len(client.v1.events.list({"type": "charge.succeeded"}).data) == 1
    now = state.clock.now()
    assert len(client.v1.events.list({"created": {"gte": now - 60, "lt": now + 60}}).data) == 4
    assert client.v1.events.list({"created": {"gt": now + 60}}).data == []


def test_what_cannot_be_expanded_is_refused(client: stripe.StripeClient, create: Any) -> None:
    session = create()
    for path in ("colour", "line_items.data.colour", "a.b.c.d.e.f"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})
        assert caught.value.param == "expand"


def test_money_becomes_available_with_time(
    client: stripe.StripeClient, create: Any, act: Any, state: Any
) -> None:
    act(create().id)
    assert client.v1.balance_transactions.list().data[0].status == "pending"
    forward(state, 7 * DAY + 1)
    assert client.v1.balance_transactions.list().data[0].status == "available"


def test_a_session_lists_its_lines(client: stripe.StripeClient, create: Any) -> None:
    lines = client.v1.checkout.sessions.line_items.list(create().id)
    assert [line.description for line in lines.data] == ["Membership service"]
