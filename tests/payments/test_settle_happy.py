"""A payment that goes as it should, and the same news told more than once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from charterhouse.desk.errors import ConflictError, NotFoundError
from charterhouse.kernel.events import load_body
from charterhouse.payments import attempts, checkout, orders
from charterhouse.payments.settle import settle
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.view import StoreView
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

BOTH_ENGINES = True


def standing(ref: str) -> Any:
    with unit() as opened:
        return StoreView(opened).standing(ref)


def test_an_order_names_amount_clause_and_version(shop: Any) -> None:
    ref = shop.applicant()

    order = shop.owe(ref)

    assert (order.amount, order.currency, order.clause, order.version) == (1000, "cny", "4.1.2", 1)
    assert shop.owe(ref) == order
    assert shop.count(t.orders) == 1


def test_nothing_owed_is_no_order(shop: Any) -> None:
    ref = shop.applicant()

    with pytest.raises(orders.NothingOwedError):
        orders.open_order(ref, "reissue")
    with pytest.raises(NotFoundError):
        orders.open_order("1", "donation")


@pytest.mark.parametrize("method", ["card", "alipay", "wechat_pay"])
def test_paying_on_the_page_issues_the_card(shop: Any, method: str) -> None:
    ref = shop.applicant()
    attempt = shop.begin(ref)
    assert (attempt.state, attempt.asked["title"]) == ("open", "Membership")

    shop.act(attempt, method=method)

    paid = attempts.get_attempt(attempt.id)
    assert (paid.state, paid.method, paid.received) == ("paid", method, 1000)
    assert orders.get_order(attempt.order_id).state == "paid"
    assert (standing(ref).status, standing(ref).card) == ("active", "active")
    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)
    with unit() as opened:
        row = opened.connection.execute(t.event.select().where(t.event.c.verb == "pay")).one()
        body = load_body("pay", sealing.EVENT.open(row.id, row.sealed)["body"])
        assert (body.method, body.amount, body.id) == (method, 1000, attempt.document)
        assert row.key == f"stripe::{paid.payment_id}:settled"


def test_clicking_twice_opens_one_page(shop: Any) -> None:
    ref = shop.applicant()

    first, second = shop.begin(ref), shop.begin(ref)

    assert first == second
    assert shop.count(t.attempt) == 1


def test_clicking_twice_at_the_same_moment_opens_one_page(shop: Any, shops: Any) -> None:
    order = shop.owe(shop.applicant())
    start, found = threading.Barrier(4), []

    def click() -> None:
        with tenant_scope(shop.tenant):
            start.wait(5)
            found.append(checkout.start(order.id, shops.BACK))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 4
    assert len({attempt.session_id for attempt in found}) == 1
    assert shop.count(t.attempt) == 1


def test_a_notice_sent_again_changes_nothing(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(duplicate=3)

    shop.act(attempt)

    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)
    known = shop.count(t.gateway_event)
    assert known == shop.count(t.gateway_event, t.gateway_event.c.state == "done")


def test_notices_at_the_same_moment_leave_one_posting(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(duplicate=5, duplicate_at_once=True)

    shop.act(attempt)

    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)


def test_settling_at_the_same_moment_leaves_one_posting(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(drop=["*"])
    shop.act(attempt)
    start, found = threading.Barrier(6), []

    def look() -> None:
        with tenant_scope(shop.tenant):
            start.wait(5)
            found.append(settle(attempt.id).state)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == ["paid"] * 6
    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)


def test_the_return_of_the_payer_may_come_before_the_notice(shop: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.state.set_faults(hold=True, reorder=True)
    shop.act(attempt)
    assert settle(attempt.id).state == "paid"

    shop.state.set_faults(reorder=True)
    shop.drain()

    assert (shop.paid_events(), shop.in_tills()) == (1, 1000)
    assert shop.count(t.gateway_event, t.gateway_event.c.state == "new") == 0


def test_an_order_is_paid_once(shop: Any, shops: Any) -> None:
    attempt = shop.begin(shop.applicant())
    shop.act(attempt)

    with pytest.raises(ConflictError):
        checkout.start(attempt.order_id, shops.BACK)
