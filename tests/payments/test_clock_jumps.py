"""The machine's clock runs ahead and is put right: no payment waits until it would come true."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from charterhouse import clock
from charterhouse.payments import attempts, house
from charterhouse.payments.sweeper import sweep


def shifted(**by: float) -> Any:
    return clock.use_clock(clock.FixedClock(clock.now() + timedelta(**by)))


def one_posting(shop: Any) -> bool:
    return (shop.paid_events(), shop.in_tills()) == (1, 1000)


def test_a_payment_that_nobody_told_of_is_swept_up_whatever_the_clock_said(shop: Any) -> None:
    shop.state.set_faults(drop=["*"])
    with shifted(hours=20):
        # A page is open for a day at most, by the gateway's own clock.
        attempt = shop.begin(shop.applicant())
    shop.act(attempt)

    swept = sweep(shop.tenant)

    assert (swept.asked, swept.changed) == (1, 1)
    assert attempts.get_attempt(attempt.id).state == "paid"
    assert one_posting(shop)
    with shifted(hours=-1):
        assert sweep(shop.tenant).asked == 0
    with shifted(days=1):
        assert sweep(shop.tenant).asked == 0
    assert one_posting(shop)


def test_money_for_an_attempt_given_up_is_found_though_it_was_made_tomorrow(
    shop: Any, shops: Any
) -> None:
    ref = shop.applicant()
    shop.state.set_faults(drop=["*"])
    with shifted(hours=20):
        written = attempts.write_attempt(shop.owe(ref), house.merchant(), shops.BACK)
    page = shop.gateway.create_checkout(written.request)
    shop.act(dataclasses.replace(written, session_id=page.session_id))
    attempts.change(written.id, "failed", problem="never_begun")

    assert sweep(shop.tenant).found == 1
    assert attempts.get_attempt(written.id).state == "paid"
    assert one_posting(shop)
    assert sweep(shop.tenant).found == 0


def test_after_a_jump_back_an_attempt_is_still_followed_up(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    with shifted(hours=-1):
        assert sweep(shop.tenant).changed == 1
    assert sweep(shop.tenant).asked == 0
    assert one_posting(shop)
