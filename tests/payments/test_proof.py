"""Orders and attempts are proved against the ledger; whatever is altered shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from charterhouse.desk.verifying import verify_tenant
from charterhouse.payments import attempts

_HISTORY = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"


@pytest.fixture
def paid(shop: Any) -> Any:
    """One payment that was booked, one of which the page is still open."""
    first = shop.begin(shop.applicant())
    shop.act(first, method="alipay")
    shop.begin(shop.applicant())
    return shop


def _alter(shop: Any, statement: str) -> None:
    path = shop.catalogue.installation.stores.path(shop.tenant.id)
    with closing(sqlite3.connect(path)) as driver:
        for (name,) in driver.execute(_HISTORY).fetchall():
            driver.execute(f"DROP TRIGGER {name}")
        assert driver.execute(statement).rowcount == 1
        driver.commit()


def test_what_was_paid_is_clean(paid: Any) -> None:
    found = verify_tenant(paid.tenant)
    assert found.differences == []
    counts = [found.counts[name] for name in ("orders", "attempts", "bookings")]
    assert counts == [2, 2, 1]


def test_what_went_back_is_clean(paid: Any) -> None:
    ref = paid.applicant()
    late = paid.begin(ref)
    paid.pay_at_the_counter(ref)
    paid.act(late)
    assert attempts.get_attempt(late.id).state.startswith("refund")
    found = verify_tenant(paid.tenant)
    assert found.differences == []
    _alter(paid, "UPDATE attempt SET refunded = 1400 WHERE state LIKE 'refund%'")
    told = [each.text for each in verify_tenant(paid.tenant).differences]
    assert told
    assert "1400 fen went back of 1000 received" in told[0]


ALTERED = {
    "amount of an order": (
        "UPDATE orders SET amount = 1001 WHERE state = 'paid'",
        "its amount is 1001 fen, event",
    ),
    "purpose of an order": (
        "UPDATE orders SET purpose = 'fee' WHERE state = 'paid'",
        "its purpose is fee, event",
    ),
    "member of an order": (
        "UPDATE orders SET member = '7' WHERE state = 'paid'",
        "an event of verb pay of",
    ),
    "order without its event": (
        "UPDATE orders SET event_id = NULL WHERE state = 'paid'",
        "no event paid it",
    ),
    "order paid by another event": (
        "UPDATE orders SET event_id = (SELECT id FROM event WHERE verb = 'apply' LIMIT 1) "
        "WHERE state = 'paid'",
        "an event of verb apply of",
    ),
    "order set paid": (
        "UPDATE orders SET state = 'paid' WHERE state = 'open'",
        "it is paid, and no event paid it",
    ),
    "order opened again": (
        "UPDATE orders SET state = 'cancelled' WHERE state = 'paid'",
        "it is cancelled, and event",
    ),
    "what an attempt received": (
        "UPDATE attempt SET received = 900 WHERE state = 'paid'",
        "it received 900 fen",
    ),
    "attempt set paid": (
        "UPDATE attempt SET state = 'paid', received = 1000 WHERE state = 'open'",
        "it is paid, and no event booked it",
    ),
    "attempt set failed": (
        "UPDATE attempt SET state = 'failed' WHERE state = 'paid'",
        "it is failed, and event",
    ),
    "another payment": (
        "UPDATE attempt SET payment_id = 'pi_other' WHERE state = 'paid'",
        "which no attempt received",
    ),
    "deleted attempt": ("DELETE FROM attempt WHERE state = 'paid'", "which no attempt received"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_found(paid: Any, what: str) -> None:
    statement, told = ALTERED[what]
    _alter(paid, statement)
    found = verify_tenant(paid.tenant)
    assert any(told in each for each in found.differences), found.differences
