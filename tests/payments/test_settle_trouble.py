"""What goes wrong with money: lost answers, crashes, lateness, wrong sums, foreign notices."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from charterhouse import clock
from charterhouse.desk.errors import ConflictError
from charterhouse.desk.intake import submit
from charterhouse.desk.undelivered import try_again, undelivered
from charterhouse.jobs import worker
from charterhouse.payments import attempts, checkout, house, inbox, orders, refunds
from charterhouse.payments import settle as settling
from charterhouse.payments.gateways.errors import GatewayUnavailableError
from charterhouse.payments.sandbox.delivery import signature
from charterhouse.payments.settle import settle
from charterhouse.payments.sweeper import reconcile, sweep
from charterhouse.records import tables as t
from charterhouse.records.chain import broken_links
from charterhouse.tenancy.errors import ConstraintError
from charterhouse.tenancy.store import unit


@pytest.fixture(name="quiet", autouse=True)
def _quiet(shop: Any) -> None:
    """The audit chain holds after whatever a test does."""
    yield
    with unit() as opened:
        assert list(broken_links(opened)) == []


def ahead(minutes: int) -> Any:
    return clock.use_clock(clock.FixedClock(clock.now() + timedelta(minutes=minutes)))


def one_posting(shop: Any) -> bool:
    return (shop.paid_events(), shop.in_tills()) == (1, 1000)


def post(shop: Any, body: bytes, header: str, tenant: Any = None) -> Any:
    return shop.site.test_client().post(
        shop.hook(tenant), data=body, headers={"Stripe-Signature": header}
    )


def notice_of(shop: Any, kind: str) -> dict[str, Any]:
    """A notice of a kind as the gateway would send it."""
    return next(event for _, event in shop.state.store.everywhere("event") if event["type"] == kind)


# Lost and late news.


def test_a_notice_before_the_answer_to_our_own_call(shop: Any, shops: Any) -> None:
    """The page was opened and paid, and the answer that names the page is still on its way."""
    order = shop.owe(shop.applicant())
    written = attempts.write_attempt(order, house.merchant(), shops.BACK)
    page = shop.gateway.create_checkout(written.request)
    shop.act(dataclasses.replace(written, session_id=page.session_id))

    assert attempts.get_attempt(written.id).state == "paid"
    assert attempts.page_opened(written.id, page).state == "paid"
    assert one_posting(shop)


def test_a_lost_answer_is_asked_for_again_and_opens_no_second_page(shop: Any) -> None:
    ref = shop.applicant()
    shop.state.set_faults(timeout_after_commit=3)
    with pytest.raises(GatewayUnavailableError):
        shop.begin(ref)
    assert shop.count(t.attempt, t.attempt.c.state == "new") == 1

    attempt = shop.begin(ref)

    assert attempt.state == "open"
    assert len(shop.state.store.newest("", "checkout.session")) == 1
    shop.act(attempt)
    assert one_posting(shop)


def test_a_crash_between_the_call_and_its_row(shop: Any, shops: Any) -> None:
    order = shop.owe(shop.applicant())
    written = attempts.write_attempt(order, house.merchant(), shops.BACK)
    shop.gateway.create_checkout(written.request)
    # Here the process ends: the row knows nothing of the page.

    attempt = checkout.start(order.id, shops.BACK)

    assert attempt.id == written.id
    assert len(shop.state.store.newest("", "checkout.session")) == 1


def test_a_crash_before_the_call_is_swept_up(shop: Any, shops: Any) -> None:
    order = shop.owe(shop.applicant())
    written = attempts.write_attempt(order, house.merchant(), shops.BACK)

    with ahead(3):
        swept = sweep(shop.tenant)

    # The gateway's time did not go on, so the call can still be made.
    assert attempts.get_attempt(written.id).state == "open"
    assert swept.errors == 0


def test_an_attempt_that_never_left_gives_way_to_a_new_one(shop: Any, shops: Any) -> None:
    order = shop.owe(shop.applicant())
    written = attempts.write_attempt(order, house.merchant(), shops.BACK)
    shop.later(5)

    with ahead(5):
        attempt = checkout.start(order.id, shops.BACK)

    assert attempt.id != written.id
    assert attempts.get_attempt(written.id).state == "failed"
    shop.act(attempt)
    assert one_posting(shop)


def test_a_crash_between_the_answer_and_the_posting(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    state = settling.look(attempt, house.merchant())
    assert state is not None
    assert state.status == "paid"
    # Here the process ends.

    assert settle(attempt.id).state == "paid"
    assert one_posting(shop)


def test_a_crash_within_the_posting_leaves_nothing_behind(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    state = settling.look(attempt, house.merchant())

    def book_and_die() -> None:
        with unit(write=True):
            assert settling.book(attempt.id, state).state == "paid"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book_and_die()

    assert attempts.get_attempt(attempt.id).state == "open"
    assert shop.paid_events() == 0
    assert settle(attempt.id).state == "paid"
    assert one_posting(shop)


def test_a_crash_between_the_notice_and_its_handling(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    body = json.dumps(notice_of(shop, "checkout.session.completed")).encode()
    kept = inbox.receive(body, signature(shop.config.stripe_webhook_secret, body, int(time.time())))
    assert kept is not None
    # Here the process ends: the notice is in the inbox and nobody looks at it.

    swept = sweep(shop.tenant)

    assert swept.notices == 1
    assert one_posting(shop)


def test_notices_that_nobody_can_handle_are_told_and_taken_back(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    body = json.dumps(notice_of(shop, "checkout.session.completed")).encode()
    inbox.receive(body, signature(shop.config.stripe_webhook_secret, body, int(time.time())))
    jobs = worker.standard_jobs()
    [payments] = [job for job in jobs if job.name == "payments"]
    monkeypatch.setattr(worker, "NOTICE_TRIES", 3)
    working = worker.Worker(shop.catalogue, jobs)

    def told() -> list[tuple[str, str]]:
        payments.rest(shop.tenant, 0.0)
        working.visit(shop.tenant)
        return [(each.job, each.problem) for each in undelivered() if each.job]

    with monkeypatch.context() as cut_off:
        cut_off.setattr(type(house.merchant().gateway), "retrieve", _away)
        assert [told(), told(), told()] == [[], [], [("notices", "notice_waits")]]
        [entry] = undelivered()
        try_again(entry.id, actor="staff:1")
        assert told() == [("notices", "notice_waits")], "it is tried again by itself"

    assert told() == []
    assert one_posting(shop)


def _away(*_: object, **__: object) -> None:
    raise GatewayUnavailableError("nobody answers")


def test_lost_notices_are_swept_up(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)

    assert sweep(shop.tenant).asked == 0
    with ahead(3):
        swept = sweep(shop.tenant)

    assert (swept.asked, swept.changed) == (1, 1)
    assert attempts.get_attempt(attempt.id).state == "paid"
    assert one_posting(shop)
    with ahead(6):
        assert sweep(shop.tenant).asked == 0


def test_money_for_an_attempt_given_up_is_found_in_the_gateways_book(shop: Any, shops: Any) -> None:
    order = shop.owe(shop.applicant())
    written = attempts.write_attempt(order, house.merchant(), shops.BACK)
    page = shop.gateway.create_checkout(written.request)
    shop.state.set_faults(drop=["*"])
    shop.act(dataclasses.replace(written, session_id=page.session_id))
    # The answer was lost, and so were all notices; the attempt was given up.
    attempts.change(written.id, "failed", problem="never_begun")

    swept = sweep(shop.tenant)

    assert swept.found == 1
    assert attempts.get_attempt(written.id).state == "paid"
    assert one_posting(shop)
    since = written.created_at - timedelta(minutes=1)
    assert reconcile(house.merchant(), since, since + timedelta(days=1)) == 0


def test_a_page_that_ran_out_is_closed(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.later(40)

    with ahead(40):
        sweep(shop.tenant)

    assert attempts.get_attempt(attempt.id).state == "expired"
    assert shop.paid_events() == 0


def test_paying_anew_after_a_page_ran_out(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.later(40)
    assert attempts.get_attempt(attempt.id).state == "expired"

    with ahead(40):
        again = checkout.start(attempt.order_id, shops.BACK)

    assert (again.id != attempt.id, again.state) == (True, "open")
    shop.act(again)
    assert one_posting(shop)


def test_a_page_almost_over_is_closed_and_another_opened(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.later(30)

    with ahead(30):
        again = checkout.start(attempt.order_id, shops.BACK)

    assert attempts.get_attempt(attempt.id).state == "expired"
    assert shop.gateway.retrieve(attempt.session_id).status == "expired"
    assert (again.id != attempt.id, again.state) == (True, "open")


def test_a_page_almost_over_that_was_paid_is_not_lost(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)

    with ahead(30):
        again = checkout.start(attempt.order_id, shops.BACK)

    assert (again.id, again.state) == (attempt.id, "paid")
    assert one_posting(shop)


# Failure and trying again.


def test_trying_again_after_a_refusal_of_the_bank(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.act(attempt, action="fail", method="card")
    assert attempts.get_attempt(attempt.id).state == "open"

    again = checkout.start(attempt.order_id, shops.BACK)
    assert again.id == attempt.id
    shop.act(again)

    assert one_posting(shop)


def test_trying_again_after_a_wallet_failed_later(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.act(attempt, action="late", method="wechat_pay")
    assert attempts.get_attempt(attempt.id).state == "processing"
    with pytest.raises(ConstraintError):
        attempts.write_attempt(orders.get_order(attempt.order_id), house.merchant(), shops.BACK)
    shop.state.set_faults(payment_failures=1)
    shop.later(33)
    failed = attempts.get_attempt(attempt.id)
    assert (failed.state, bool(failed.problem)) == ("failed", True)

    with ahead(33):
        again = checkout.start(attempt.order_id, shops.BACK)
    shop.act(again)

    assert again.id != attempt.id
    assert one_posting(shop)


def test_while_money_is_on_its_way_no_second_page_opens(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.act(attempt, action="late", method="alipay")

    again = checkout.start(attempt.order_id, shops.BACK)

    assert (again.id, again.state) == (attempt.id, "processing")
    shop.later(33)
    assert one_posting(shop)


# Money that is not wanted any more.


@pytest.mark.parametrize(("method", "straight"), [("card", "refunded"), ("alipay", "refunding")])
def test_money_after_the_debt_is_gone_goes_back(shop: Any, method: str, straight: str) -> None:
    ref = shop.applicant()
    attempt = shop.begin(ref)
    shop.pay_at_the_counter(ref)

    shop.act(attempt, method=method)

    late = attempts.get_attempt(attempt.id)
    assert (late.state, late.problem) == (straight, "order_violation")
    assert orders.get_order(attempt.order_id).state == "cancelled"
    assert shop.told("payment.late") == 1
    assert one_posting(shop)
    shop.later(5)
    done = attempts.get_attempt(attempt.id)
    assert (done.state, done.refunded) == ("refunded", 1000)
    assert shop.gateway.retrieve_payment(done.payment_id).refunded == 1000


def test_a_wallet_that_pays_late_after_the_counter(shop: Any) -> None:
    ref = shop.applicant()
    attempt = shop.begin(ref)
    shop.act(attempt, action="late", method="wechat_pay")
    shop.pay_at_the_counter(ref)

    shop.later(33)
    shop.later(5)

    assert attempts.get_attempt(attempt.id).state == "refunded"
    assert one_posting(shop)


def test_a_refund_whose_answer_is_lost_is_made_once(shop: Any) -> None:
    ref = shop.applicant()
    attempt = shop.begin(ref)
    shop.pay_at_the_counter(ref)
    shop.state.set_faults(drop=["*"])
    shop.act(attempt, method="card")
    shop.state.set_faults(drop=["*"], timeout_after_commit=3)
    with pytest.raises(GatewayUnavailableError):
        settle(attempt.id)
    assert attempts.get_attempt(attempt.id).state == "refunding"

    with ahead(3):
        sweep(shop.tenant)

    assert attempts.get_attempt(attempt.id).state == "refunded"
    assert len(shop.state.store.newest("", "refund")) == 1


def test_a_refund_that_fails_later_is_seen(shop: Any) -> None:
    ref = shop.applicant()
    attempt = shop.begin(ref)
    shop.pay_at_the_counter(ref)
    shop.act(attempt, method="alipay")
    shop.state.set_faults(refund_failures=1)

    shop.later(5)

    failed = attempts.get_attempt(attempt.id)
    assert (failed.state, failed.refunded) == ("refund_failed", 0)
    assert shop.told("payment.refund_failed") == 1
    assert [seen.state for seen in orders.troubled()] == ["refund_failed"]


def test_a_second_payment_of_the_same_order_goes_back(shop: Any, shops: Any) -> None:
    """A page given up on our side was paid all the same, and so was its successor."""
    first = shop.begin(shop.applicant())
    attempts.change(first.id, "failed", problem="given_up")
    second = checkout.start(first.order_id, shops.BACK)
    shop.act(second)
    shop.act(first, method="card")

    assert attempts.get_attempt(second.id).state == "paid"
    assert attempts.get_attempt(first.id).state == "refunded"
    assert one_posting(shop)


def test_the_other_page_of_a_paid_order_is_closed(shop: Any, shops: Any) -> None:
    first = shop.begin(shop.applicant())
    attempts.change(first.id, "failed", problem="given_up")
    second = checkout.start(first.order_id, shops.BACK)
    shop.act(first)

    assert attempts.get_attempt(first.id).state == "paid"
    assert attempts.get_attempt(second.id).state == "expired"
    assert one_posting(shop)


def test_a_debt_that_is_gone_closes_its_page(shop: Any) -> None:
    ref = shop.applicant()
    attempt = shop.begin(ref)
    shop.pay_at_the_counter(ref)

    with ahead(3):
        sweep(shop.tenant)

    assert attempts.get_attempt(attempt.id).state == "expired"
    assert shop.gateway.retrieve(attempt.session_id).status == "expired"


# Sums that differ.


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("amount", 100, "amount_differs"),
        ("received", 100, "received_differs"),
        ("currency", "usd", "currency_differs"),
        ("reference", "4711", "reference_differs"),
        ("session_id", "cs_test_other", "session_differs"),
        ("account", "acct_other", "account_differs"),
        ("payment_id", None, "payment_missing"),
    ],
)
def test_what_differs_is_set_aside(shop: Any, field: str, value: Any, problem: str) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    state = settling.look(attempt, house.merchant())
    assert state is not None

    odd = settling.act(attempt.id, dataclasses.replace(state, **{field: value}), house.merchant())

    assert (odd.state, odd.problem) == ("quarantined", problem)
    assert shop.told("payment.quarantined") == 1
    (seen,) = orders.troubled()
    assert (seen.attempt_id, seen.state, seen.problem) == (attempt.id, "quarantined", problem)
    assert settle(attempt.id).state == "quarantined"
    assert (shop.paid_events(), shop.in_tills()) == (0, 0)


@pytest.mark.parametrize(("change", "problem"), [
    ({"amount_total": 100}, "amount_differs"), ({"currency": "usd"}, "currency_differs"),
])  # fmt: skip
def test_a_page_with_another_sum_is_set_aside(
    shop: Any, change: dict[str, Any], problem: str
) -> None:
    """The gateway's own object says something else than we asked for."""
    attempt = shop.begin(shop.applicant())
    session = shop.state.store.get("", "checkout.session", attempt.session_id)
    shop.state.store.put("", session | change)

    shop.act(attempt)

    odd = attempts.get_attempt(attempt.id)
    assert (odd.state, odd.problem) == ("quarantined", problem)
    assert shop.paid_events() == 0


def test_money_set_aside_can_be_given_back(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt, method="card")
    state = settling.look(attempt, house.merchant())
    assert state is not None
    settling.act(attempt.id, dataclasses.replace(state, reference="4711"), house.merchant())

    done = refunds.give_back(attempt.id, actor="staff:1", reason="not ours")

    assert (done.state, done.refunded) == ("refunded", 1000)
    with pytest.raises(ConflictError):
        refunds.give_back(attempt.id, actor="staff:1", reason="once more")


def test_the_charter_may_refuse_a_refund(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.act(attempt)

    with pytest.raises(ConflictError) as caught:
        refunds.give_back(attempt.id, actor="staff:1", reason="asked for it")

    assert caught.value.code == "not_refundable"
    assert attempts.get_attempt(attempt.id).state == "paid"


def test_a_refund_made_at_the_gateway_itself_is_seen(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.act(attempt)
    paid = attempts.get_attempt(attempt.id)
    shop.gateway.refund(refunds.RefundRequest(
        payment_id=paid.payment_id, amount=400, reference="elsewhere", idempotency_key="elsewhere",
    ))  # fmt: skip
    shop.drain()

    seen = attempts.get_attempt(attempt.id)
    assert (seen.state, seen.refunded, seen.problem) == ("paid", 400, "refunded_elsewhere")
    assert shop.told("payment.refunded_elsewhere") == 1
    assert [seen.problem for seen in orders.troubled()] == ["refunded_elsewhere"]


def test_an_order_for_another_sum_replaces_the_old_one(shop: Any) -> None:
    ref = shop.applicant()
    before = shop.owe(ref)
    day = clock.now().astimezone(shop.tenant.zone).date()
    amended = submit(
        "amend",
        {
            "announced": day.isoformat(),
            "effective": (day + timedelta(days=8)).isoformat(),
            "settings": {"ordinary_donation": "12.00"},
            "notified": True,
        },
        actor="test",
    )
    assert amended.accepted, amended.refusal
    with ahead(10 * 24 * 60):
        after = shop.owe(ref)

    # What was owed stays; the version in force is another one.
    assert (after.amount, after.version, before.version) == (1000, 2, 1)
    assert orders.get_order(before.id).state == "cancelled"


# Notices that are not to be believed.


def test_a_wrong_signature_is_refused(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(wrong_secret=True)
    shop.act(attempt)

    assert shop.count(t.gateway_event) == 0
    assert attempts.get_attempt(attempt.id).state == "open"


def test_a_stale_notice_is_refused(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(stale_timestamp=True)
    shop.act(attempt)

    assert shop.count(t.gateway_event) == 0
    assert shop.paid_events() == 0


def test_a_notice_without_signature_or_with_another_body_is_refused(shop: Any) -> None:
    body = b'{"id": "evt_1", "type": "checkout.session.completed"}'
    right = signature(shop.config.stripe_webhook_secret, body, int(time.time()))

    assert post(shop, body, "").status_code == 400
    refused = post(shop, body + b" ", right)

    assert (refused.status_code, refused.json["code"]) == (400, "webhook_signature")
    # Signed well, but no event of the gateway.
    assert post(shop, body, right).json["code"] == "webhook_unreadable"


def test_the_key_of_another_tenant_books_nothing_anywhere(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    body = json.dumps(notice_of(shop, "checkout.session.completed")).encode()
    right = signature(shop.config.stripe_webhook_secret, body, int(time.time()))

    with post(shop, body, right, shop.tenants[1]) as answer:
        assert answer.status_code == 200

    assert attempts.get_attempt(attempt.id).state == "open"
    with shop.open(shop.tenants[1]):
        assert shop.paid_events() == 0
        assert shop.count(t.gateway_event, t.gateway_event.c.state == "foreign") == 1


def test_while_a_tenant_is_moved_the_gateway_is_asked_to_come_again(shop: Any) -> None:
    shop.catalogue.set_status(shop.tenant.id, "moving")

    assert post(shop, b"{}", "").status_code == 503


def test_an_unknown_key_is_not_found(shop: Any) -> None:
    client = shop.site.test_client()

    assert client.post("/hooks/stripe/nobody", data=b"{}").status_code == 404
    assert client.get(shop.hook()).status_code == 405


def test_a_notice_of_another_account_is_not_ours(shop: Any) -> None:
    house.choose_merchant(account="acct_1Qnorth")
    body = json.dumps({
        "id": "evt_1", "type": "payment_intent.succeeded", "created": 1, "account": "acct_1Qother",
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
    }).encode()  # fmt: skip
    right = signature(shop.config.stripe_webhook_secret, body, int(time.time()))

    with post(shop, body, right) as answer:
        assert answer.status_code == 200

    assert shop.count(t.gateway_event, t.gateway_event.c.state == "foreign") == 1


def test_money_goes_to_the_account_of_the_institution(shop: Any) -> None:
    shop.state.add_account("acct_1Qnorth", "North clinic")
    shop.state.add_endpoint(
        shop.hook(), secret=shop.config.stripe_webhook_secret, account="acct_1Qnorth"
    )
    house.choose_merchant(account="acct_1Qnorth")
    attempt = shop.begin(shop.applicant())

    shop.act(attempt)

    assert attempt.account == "acct_1Qnorth"
    assert attempts.get_attempt(attempt.id).state == "paid"
    assert len(shop.state.store.newest("acct_1Qnorth", "charge")) == 1
    assert shop.state.store.newest("", "charge") == []


def test_without_a_gateway_nothing_is_taken(shop: Any, shops: Any) -> None:
    order = shop.owe(shop.applicant())
    house.choose_merchant(gateway="")

    with pytest.raises(house.NoGatewayError):
        checkout.start(order.id, shops.BACK)
    assert sweep(shop.tenant).asked == 0
    assert post(shop, b"{}", "").status_code == 409
