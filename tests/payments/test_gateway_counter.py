"""Money in staff's hands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from charterhouse.payments.gateways.base import CounterGateway, PaymentState, Payout, Tender
from charterhouse.payments.gateways.counter import KINDS, Counter
from charterhouse.payments.gateways.errors import ApproverMissingError, GatewayRequestError

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def counter() -> CounterGateway:
    return Counter(take_limit=100_000, give_limit=20_000)


def tender(**changes: Any) -> Tender:
    given: dict[str, Any] = {
        "reference": "4711",
        "amount": 19_900,
        "kind": "cash",
        "drawer": "front-1",
        "cashier": "li",
        "taken_at": AT,
    }
    return Tender(**given | changes)


def payout(**changes: Any) -> Payout:
    given: dict[str, Any] = {
        "payment_id": "R-front-1-20261103-4711",
        "reference": "r1",
        "amount": 900,
        "kind": "cash",
        "drawer": "front-1",
        "cashier": "li",
        "given_at": AT,
    }
    return Payout(**given | changes)


def test_cash_is_paid_at_once_against_a_receipt(counter: CounterGateway) -> None:
    assert counter.take(tender()) == PaymentState(
        status="paid",
        amount=19_900,
        received=19_900,
        currency="cny",
        reference="4711",
        payment_id="R-front-1-20261103-4711",
        method="cash",
        paid_at=AT,
        fee=0,
    )


def test_the_same_attempt_has_the_same_receipt(counter: CounterGateway) -> None:
    assert counter.take(tender()) == counter.take(tender())
    assert counter.take(tender(reference="4712")).payment_id != counter.take(tender()).payment_id


@pytest.mark.parametrize("kind", sorted(KINDS - {"cash"}))
def test_machines_and_banks_leave_a_number(counter: CounterGateway, kind: str) -> None:
    for slip in (None, " "):
        with pytest.raises(GatewayRequestError) as caught:
            counter.take(tender(kind=kind, slip=slip))
        assert (caught.value.code, caught.value.field) == ("slip_missing", "slip")
    assert counter.take(tender(kind=kind, slip="000123")).method == kind


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("amount", 0, "amount_invalid"),
        ("kind", "shells", "kind_invalid"),
        ("drawer", " ", "drawer_invalid"),
        ("cashier", "", "cashier_invalid"),
        ("taken_at", datetime(2026, 11, 3), "at_invalid"),  # noqa: DTZ001 - the naive time is the point
    ],
)
def test_a_tender_is_whole(counter: CounterGateway, name: str, value: Any, code: str) -> None:
    with pytest.raises(GatewayRequestError) as caught:
        counter.take(tender(**{name: value}))
    assert caught.value.code == code


@pytest.mark.parametrize("approver", [None, "", "li"])
def test_a_large_amount_needs_a_second_person(
    counter: CounterGateway, approver: str | None
) -> None:
    assert counter.take(tender(amount=100_000, approver=approver)).status == "paid"
    with pytest.raises(ApproverMissingError) as caught:
        counter.take(tender(amount=100_001, approver=approver))
    assert (caught.value.code, caught.value.field) == ("approver_missing", "approver")
    assert counter.take(tender(amount=100_001, approver="wang")).received == 100_001


def test_money_given_back_has_its_own_limit_and_receipt(counter: CounterGateway) -> None:
    given = counter.give(payout())
    assert (given.status, given.refund_id) == ("succeeded", "P-front-1-20261103-r1")
    assert (given.payment_id, given.reference, given.amount) == (
        "R-front-1-20261103-4711",
        "r1",
        900,
    )
    with pytest.raises(ApproverMissingError):
        counter.give(payout(amount=20_001))
    assert counter.give(payout(amount=20_001, approver="wang")).amount == 20_001
    with pytest.raises(GatewayRequestError):
        counter.give(payout(kind="shells"))
