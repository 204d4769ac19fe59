"""Stripe's objects, read into the house's own values. Pure functions of plain dicts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from charterhouse.payments.gateways.base import (
    GatewayEvent,
    Movement,
    PaymentState,
    PaymentStatus,
    RefundState,
    RefundStatus,
)

INTENT_STATUSES: dict[str, PaymentStatus] = {
    "succeeded": "paid",
    "processing": "processing",
    "canceled": "canceled",
}
ENDED_STATUSES: dict[str, PaymentStatus] = {
    "processing": "processing",
    "canceled": "canceled",
}
REFUND_STATUSES: dict[str, RefundStatus] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "canceled",
}

JSON = dict[str, Any]


def session_state(session: JSON, account: str | None) -> PaymentState:
    """Read a Checkout Session whose payment intent, charge and fee are expanded."""
    intent = session["payment_intent"] or {}
    charge = _charge(intent)
    return PaymentState(
        status=_session_status(session, intent),
        amount=session["amount_total"],
        currency=session["currency"],
        reference=session["client_reference_id"],
        session_id=session["id"],
        **_money(intent, charge),
        account=account,
    )


def intent_state(intent: JSON, account: str | None) -> PaymentState:
    """Read a PaymentIntent whose charge and fee are expanded."""
    return PaymentState(
        # An intent that waits for a payment method after a failed try can still be
        # paid, as can one that nobody has tried yet.
        status=INTENT_STATUSES.get(intent["status"], "open"),
        amount=intent["amount"],
        currency=intent["currency"],
        reference=intent["metadata"].get("reference"),
        **_money(intent, _charge(intent)),
        account=account,
    )


def refund_state(refund: JSON, account: str | None) -> RefundState:
    """Read a Refund."""
    return RefundState(
        refund_id=refund["id"],
        # `requires_action` waits for the payer and is pending to us.
        status=REFUND_STATUSES.get(refund["status"], "pending"),
        amount=refund["amount"],
        currency=refund["currency"],
        payment_id=_id(refund["payment_intent"]),
        reference=refund["metadata"].get("reference"),
        failure_code=refund.get("failure_reason"),
        account=account,
    )


def movement(line: JSON, account: str | None) -> Movement:
    """Read a BalanceTransaction whose source is expanded."""
    source = line["source"] or {}
    return Movement(
        id=line["id"],
        type=line["type"],
        amount=line["amount"],
        fee=line["fee"],
        net=line["net"],
        currency=line["currency"],
        created=datetime.fromtimestamp(line["created"], UTC),
        source_id=_id(source),
        payment_id=_id(source.get("payment_intent")),
        reference=(source.get("metadata") or {}).get("reference"),
        account=account,
    )


def event(notice: JSON) -> GatewayEvent:
    """Read an Event.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: It is none.
    """
    subject = notice["data"]["object"]
    kind = subject["object"]
    return GatewayEvent(
        id=notice["id"],
        account=notice.get("account"),
        type=notice["type"],
        object_id=subject["id"],
        created=datetime.fromtimestamp(notice["created"], UTC),
        session_id=subject["id"] if kind == "checkout.session" else None,
        payment_id=_id(subject if kind == "payment_intent" else subject.get("payment_intent")),
    )


def _session_status(session: JSON, intent: JSON) -> PaymentStatus:
    if session["status"] == "complete":
        if session["payment_status"] == "paid":
            return "paid"
        # The page is done with, so an intent without money that is not under way has
        # failed for good.
        return ENDED_STATUSES.get(intent.get("status", ""), "failed")
    return "expired" if session["status"] == "expired" else "open"


def _charge(intent: JSON) -> JSON:
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, dict) else {}


def _money(intent: JSON, charge: JSON) -> dict[str, Any]:
    paid = intent.get("status") == "succeeded"
    entry = charge.get("balance_transaction")
    # A payment that took its time arrived when it was booked, not when it was begun.
    arrival = entry if isinstance(entry, dict) else charge
    problem = intent.get("last_payment_error") or {}
    return {
        "received": intent.get("amount_received", 0),
        "refunded": charge.get("amount_refunded", 0),
        "payment_id": intent.get("id"),
        "method": (charge.get("payment_method_details") or {}).get("type") if paid else None,
        "paid_at": datetime.fromtimestamp(arrival["created"], UTC) if paid and arrival else None,
        "failure_code": problem.get("decline_code") or problem.get("code"),
        "fee": entry["fee"] if isinstance(entry, dict) else None,
    }


def _id(value: str | JSON | None) -> str | None:
    if isinstance(value, dict):
        return value.get("id")
    return value
