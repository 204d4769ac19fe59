"""Paying on the phone: what is owed, the gateway's page, and every way in which it ends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from charterhouse import clock
from charterhouse.payments import attempts, house, orders
from charterhouse.records import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

PHONE = "13900139000"


@pytest.fixture(name="mine")
def _mine(phone: Callable[..., Any], applicant: str) -> Any:
    return phone(number=PHONE)


def only_attempt(ref: str) -> attempts.Attempt:
    (order,) = orders.orders_of(ref)
    (attempt,) = attempts.attempts_of(order.id)
    return attempt


def begin(mine: Any, applicant: str) -> attempts.Attempt:
    """Go to the gateway's page as the member does."""
    answer = mine.post("/pay/donation")
    attempt = only_attempt(applicant)
    assert answer.location == attempt.url
    return attempt


def state_of(mine: Any, attempt: attempts.Attempt, back: str = "") -> str:
    query = f"?back={back}" if back else ""
    page = mine.text(f"/payments/{attempt.id}{query}")
    found = re.search(r'class="ch-outcome-title">([^<]+)<', page)
    assert found is not None
    return found[1]


def test_before_paying_amount_clause_and_payee_are_told(mine: Any) -> None:
    page = mine.text("/pay/donation")

    assert "¥10.00" in page
    assert "house-0" in page
    assert "Ordinary application" in page
    assert "#clause-4.1.2" in page


def test_paying_and_coming_back(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    assert attempt.asked["title"] == "Membership service"
    shop.act(attempt)

    assert state_of(mine, attempt, "done") == "Paid"
    page = mine.text(f"/payments/{attempt.id}")
    assert "Your card is active until" in page
    receipt = mine.text(f"/receipts/{attempt.document}")
    assert "¥10.00" in receipt
    assert "Alipay" in receipt
    assert attempt.document in mine.text("/receipts")
    assert "data-member-code" in mine.text("/")
    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)


def test_the_way_back_leads_to_the_payment(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    shop.state.set_faults(drop=["*"])
    answer = shop.pages.test_client().post(
        f"/pay/{attempt.session_id}", data={"action": "pay", "method": "wechat_pay"}
    )

    back = urlsplit(answer.location)
    landed = mine.client.get(f"{back.path}?{back.query}")

    # Nobody told the house but the payer, who came back.
    assert "Thank you" in landed.text
    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)


def test_a_double_click_opens_one_page(shop: Any, mine: Any, applicant: str) -> None:
    first, second = mine.post("/pay/donation"), mine.post("/pay/donation")

    assert first.location == second.location
    assert shop.count(t.attempt) == 1


def test_giving_up_and_going_on(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)

    assert state_of(mine, attempt, "cancel") == "Not paid yet"
    assert state_of(mine, attempt, "done") == "One moment"
    assert mine.post("/pay/donation").location == attempt.url


def test_money_on_its_way_is_asked_for_again(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    shop.act(attempt, action="late", method="wechat_pay")

    assert state_of(mine, attempt, "done") == "On its way"
    page = mine.text(f"/payments/{attempt.id}")
    assert 'hx-trigger="every 3s"' in page
    again = mine.post("/pay/donation")
    assert again.location.endswith(f"/payments/{attempt.id}")
    shop.later(33)
    part = mine.get(f"/payments/{attempt.id}", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Thank you" in part
    assert "hx-trigger" not in part


def test_a_failed_wallet_can_be_tried_again(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    shop.act(attempt, action="late", method="wechat_pay")
    shop.state.set_faults(payment_failures=1)
    shop.later(33)

    assert state_of(mine, attempt) == "Not paid"
    assert "Try again" in mine.text(f"/payments/{attempt.id}")


def test_a_page_that_ran_out(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    shop.later(40)

    assert state_of(mine, attempt) == "The payment page has run out"
    with clock.use_clock(clock.FixedClock(clock.now() + timedelta(minutes=40))):
        again = mine.post("/pay/donation")
    assert again.location != attempt.url
    assert shop.count(t.attempt) == 2


@pytest.mark.parametrize(("method", "words", "badge"), [
    ("card", "Your money went back", "Refunded"),
    ("alipay", "Your money goes back", "On its way back"),
])  # fmt: skip
def test_paid_at_the_counter_meanwhile(
    shop: Any, mine: Any, applicant: str, method: str, words: str, badge: str
) -> None:
    attempt = begin(mine, applicant)
    shop.pay_at_the_counter(applicant)
    shop.act(attempt, method=method)

    assert state_of(mine, attempt, "done") == words
    assert badge in mine.text("/receipts")
    shop.later(5)
    assert state_of(mine, attempt) == "Your money went back"
    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)


def test_a_refund_that_fails_is_told(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    shop.pay_at_the_counter(applicant)
    shop.act(attempt)
    shop.state.set_faults(refund_failures=1)
    shop.later(5)

    assert state_of(mine, attempt) == "We owe you money"


def test_a_payment_set_aside_is_told(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    session = shop.state.store.get("", "checkout.session", attempt.session_id)
    shop.state.store.put("", session | {"amount_total": 1})
    shop.act(attempt)

    assert state_of(mine, attempt, "done") == "Being checked"
    assert shop.paid_events() == 0


def test_no_longer_owed_before_anything_was_paid(shop: Any, mine: Any, applicant: str) -> None:
    attempt = begin(mine, applicant)
    shop.pay_at_the_counter(applicant)
    orders.close_order(attempt.order_id, "cancelled")

    assert state_of(mine, attempt, "cancel") == "No longer needed"


def test_the_gateway_does_not_answer(shop: Any, mine: Any, applicant: str) -> None:
    shop.state.set_faults(error_after_commit=3)

    answer = mine.post("/pay/donation", 503)

    assert "Nothing was charged" in answer.text
    assert mine.post("/pay/donation").location == only_attempt(applicant).url


def test_nothing_is_owed(mine: Any) -> None:
    mine.get("/pay/reissue", 303)
    assert "Nothing is owed" in mine.text("/")


def test_without_a_gateway_the_service_desk_is_named(mine: Any, applicant: str) -> None:
    house.choose_merchant(gateway="")

    assert "service desk" in mine.text("/pay/donation")
    assert "Go to payment" not in mine.text("/pay/donation")


def test_payments_and_receipts_of_others_are_not_found(
    shop: Any, mine: Any, applicant: str, member: str, phone: Callable[..., Any]
) -> None:
    attempt = begin(mine, applicant)
    shop.act(attempt)
    other = phone(number="13800138000")

    other.get(f"/payments/{attempt.id}", 404)
    other.get(f"/receipts/{attempt.document}", 404)
    mine.get("/payments/1", 404)
    mine.get(f"/payments/{2**70}", 404)
    mine.get("/receipts/nothing", 404)
