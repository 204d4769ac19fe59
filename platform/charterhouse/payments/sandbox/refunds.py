"""Refunds (docs.stripe.com/refunds, docs.stripe.com/api/refunds).

Card refunds are done at once. Wallet refunds are accepted first (`pending`) and end in
`succeeded` or `failed` some time later, and only within the wallet's own window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.charges import book
from charterhouse.payments.sandbox.errors import ApiError, no_such
from charterhouse.payments.sandbox.ids import prefixed
from charterhouse.payments.sandbox.lists import page
from charterhouse.payments.sandbox.methods import DAY, METHODS
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

# How long a wallet takes to do what it accepted, in virtual seconds.
SLOWNESS = 60


def create(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """Refund a charge in full or in part."""
    charge = _charge(call, params)
    amount = _amount(charge, params)
    method = METHODS[charge["payment_method_details"]["type"]]
    if method.refund_days and call.now - charge["created"] > method.refund_days * DAY:
        raise ApiError(
            f"Refunds of {method.code} are taken within {method.refund_days} days.",
            code="charge_not_refundable",
        )
    refund = _shape(call, charge, amount, params, method.refund_prefix)
    kind = "refund" if method.code == "card" else "payment_refund"
    refund["balance_transaction"] = book(call, kind, refund["id"], -amount)["id"]
    refund["destination_details"] = {
        "type": method.code,
        method.code: _destination(method.code),
    }
    if method.slow_refund:
        refund |= {"status": "pending", "pending_reason": "processing"}
        refund["_due"] = call.now + SLOWNESS
    call.put(refund)
    _count(call, charge, amount)
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge)
    return visible(refund)


def retrieve(call: Call, refund_id: str, _: dict[str, Any]) -> JSON:
    """Read a refund."""
    return visible(call.require("refund", refund_id, "refund"))


def listed(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List refunds, the newest first."""
    return page(call, "refund", "/v1/refunds", params)


def settle(call: Call, refund: JSON) -> None:
    """End a refund that was on its way."""
    refund.pop("pending_reason", None)
    refund["_due"] = None
    failed = call.state.use_up("refund_failures")
    if failed:
        # The money returns to the account, as docs.stripe.com/refunds tells of failures.
        entry = book(call, "payment_failure_refund", refund["id"], refund["amount"])
        refund |= {
            "status": "failed",
            "failure_reason": "declined",
            "failure_balance_transaction": entry["id"],
        }
        charge = call.require("charge", refund["charge"], "charge")
        _count(call, charge, -refund["amount"])
    else:
        refund["status"] = "succeeded"
    call.put(refund)
    previous = {"status": "pending"}
    call.emit("refund.updated", refund, previous)
    call.emit("charge.refund.updated", refund, previous)
    if failed:
        call.emit("refund.failed", refund)


def _charge(call: Call, params: dict[str, Any]) -> JSON:
    if ("charge" in params) == ("payment_intent" in params):
        raise ApiError(
            "Give either charge or payment_intent.",
            code="parameter_missing",
            param="payment_intent",
        )
    if "charge" in params:
        return call.require("charge", params["charge"], "charge", status=400)
    intent = call.require("payment_intent", params["payment_intent"], "payment_intent", status=400)
    if intent["status"] != "succeeded":
        raise ApiError(
            f"Nothing has been paid: the payment is {intent['status']}.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return call.require("charge", intent["latest_charge"], "charge")


def _amount(charge: JSON, params: dict[str, Any]) -> int:
    if not charge["paid"]:
        raise no_such("paid charge", charge["id"], "charge", status=400)
    if charge["disputed"]:
        raise ApiError("A disputed charge is not refunded.", code="charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError("Already refunded in full.", code="charge_already_refunded")
    amount: int = params.get("amount", left)
    if amount < 1:
        raise ApiError(
            "amount must be above zero.", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        raise ApiError(f"Only {left} fen of this charge are left to refund.", param="amount")
    return amount


def _count(call: Call, charge: JSON, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.put(charge)


def _destination(method: str) -> JSON:
    if method != "card":
        return {}
    return {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }


def _shape(call: Call, charge: JSON, amount: int, params: dict[str, Any], prefix: str) -> JSON:
    empty = (
        "customer",
        "customer_account",
        "receipt_number",
        "source_transfer_reversal",
        "transfer_reversal",
    )
    return dict.fromkeys(empty) | {
        "id": prefixed(prefix),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "status": "succeeded",
    }
