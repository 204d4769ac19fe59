"""Charges (docs.stripe.com/api/charges) and the account's book.

Balance transactions (docs.stripe.com/api/balance_transactions) carry the gateway's fee
and are what reconciliation reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.ids import new_id, prefixed
from charterhouse.payments.sandbox.lists import page
from charterhouse.payments.sandbox.methods import DAY, METHODS
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.methods import Card, Method
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON


def retrieve(call: Call, charge_id: str, _: dict[str, Any]) -> JSON:
    """Read a charge."""
    return visible(call.require("charge", charge_id, "charge"))


def listed(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List charges, the newest first."""
    return page(call, "charge", "/v1/charges", params)


def retrieve_entry(call: Call, entry_id: str, _: dict[str, Any]) -> JSON:
    """Read a balance transaction."""
    return visible(call.require("balance_transaction", entry_id, "id"))


def listed_entries(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List balance transactions, the newest first."""
    return page(call, "balance_transaction", "/v1/balance_transactions", params)


def create(call: Call, intent: JSON, method: Method, number: str, card: Card) -> JSON:
    """Begin a charge; `succeed` or `fail` ends it."""
    charge = _shape(call, intent, method, _details(method, number, card))
    call.put(charge)
    return charge


def succeed(call: Call, charge: JSON) -> None:
    """Book a charge with its fee."""
    method = METHODS[charge["payment_method_details"]["type"]]
    entry = book(
        call,
        "charge" if method.code == "card" else "payment",
        charge["id"],
        charge["amount"],
        fee=method.fee(charge["amount"]),
    )
    charge |= {
        "amount_captured": charge["amount"],
        "balance_transaction": entry["id"],
        "captured": True,
        "paid": True,
        "status": "succeeded",
        "outcome": _outcome("authorized", "approved_by_network"),
    }
    call.put(charge)
    call.emit("charge.succeeded", charge)


def fail(call: Call, charge: JSON, card: Card) -> None:
    """End a charge without money."""
    charge |= {
        "failure_code": card.code,
        "failure_message": "The payment was refused.",
        "status": "failed",
        "outcome": _outcome("issuer_declined", "declined_by_network", card.decline_code),
    }
    call.put(charge)
    call.emit("charge.failed", charge)


def book(call: Call, kind: str, source: str, amount: int, fee: int = 0) -> JSON:
    """Write one line into the account's book.

    Args:
        call: The change.
        kind: The API's type of balance transaction.
        source: What moved the money.
        amount: Signed fen.
        fee: Fen kept by the gateway.
    """
    days = _DAYS.get(kind, 0)
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": "cny",
            "description": "Processing fee",
            "type": "stripe_fee",
        }
    ]
    entry = {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": call.now + days * DAY,
        "balance_type": "payments",
        "created": call.now,
        "currency": "cny",
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": _CATEGORIES.get(kind, kind),
        "source": source,
        "status": "pending" if days else "available",
        "type": kind,
    }
    call.put(entry | {"_due": entry["available_on"] if days else None})
    return entry


def mature(call: Call, entry: JSON) -> None:
    """Make money available (docs.stripe.com/payouts#available-balance)."""
    call.put(entry | {"status": "available", "_due": None})


# After how many days the money of a payment is available; all else is at once.
_DAYS = {"charge": 2, "payment": 7}


_CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "payment_failure_refund": "refund_failure",
    "adjustment": "dispute",
}


def _outcome(kind: str, network_status: str, decline_code: str | None = None) -> JSON:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network_status,
        "reason": decline_code,
        "seller_message": "Payment complete." if kind == "authorized" else "Payment refused.",
        "type": kind,
    }


def _details(method: Method, number: str, card: Card) -> JSON:
    token = prefixed("", length=16)
    if method.code == "alipay":
        inner: JSON = {"buyer_id": token, "fingerprint": token, "transaction_id": prefixed("")}
    elif method.code == "wechat_pay":
        inner = {
            "fingerprint": token,
            "location": None,
            "reader": None,
            "transaction_id": prefixed(""),
        }
    else:
        inner = _card_details(number, card, token)
    return {"type": method.code, method.code: inner}


def _card_details(number: str, card: Card, fingerprint: str) -> JSON:
    empty = (
        "amount_authorized",
        "authorization_code",
        "installments",
        "mandate",
        "network_transaction_id",
        "regulated_status",
        "three_d_secure",
        "transaction_link_id",
        "wallet",
    )
    unavailable = ("extended_authorization", "incremental_authorization", "multicapture")
    return (
        dict.fromkeys(empty)
        | {name: {"status": "unavailable"} for name in unavailable}
        | {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "CN",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": fingerprint,
            "funding": "credit",
            "last4": number[-4:],
            "network": card.brand,
            "network_token": {"used": False},
            "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
        }
    )


def _shape(call: Call, intent: JSON, method: Method, details: JSON) -> JSON:
    empty = (
        "application",
        "application_fee",
        "application_fee_amount",
        "balance_transaction",
        "calculated_statement_descriptor",
        "customer",
        "failure_balance_transaction",
        "failure_code",
        "failure_message",
        "on_behalf_of",
        "outcome",
        "receipt_number",
        "receipt_url",
        "review",
        "shipping",
        "source",
        "source_transfer",
        "transfer_data",
        "transfer_group",
    )
    copied = (
        "amount",
        "currency",
        "description",
        "metadata",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
    )
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return (
        dict.fromkeys(empty)
        | {name: intent[name] for name in copied}
        | {
            "id": prefixed(method.charge_prefix),
            "object": "charge",
            "amount_captured": 0,
            "amount_refunded": 0,
            "billing_details": {
                "address": address,
                "email": None,
                "name": None,
                "phone": None,
                "tax_id": None,
            },
            "captured": False,
            "created": call.now,
            "disputed": False,
            "fraud_details": {},
            "livemode": False,
            "paid": False,
            "payment_intent": intent["id"],
            "payment_method": new_id("payment_method"),
            "payment_method_details": details,
            "refunded": False,
            "status": "pending",
        }
    )
