"""Disputes of card payments (docs.stripe.com/disputes, docs.stripe.com/testing#disputes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.charges import book
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.ids import new_id
from charterhouse.payments.sandbox.lists import page
from charterhouse.payments.sandbox.methods import DAY
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

FEE = 10_000
EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]
OPEN = ("needs_response", "under_review")


def retrieve(call: Call, dispute_id: str, _: dict[str, Any]) -> JSON:
    """Read a dispute."""
    return visible(call.require("dispute", dispute_id, "dispute"))


def listed(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List disputes, the newest first."""
    return page(call, "dispute", "/v1/disputes", params)


def update(call: Call, dispute_id: str, params: dict[str, Any]) -> JSON:
    """Answer a dispute; the test evidence decides it at once.

    `uncategorized_text` of `winning_evidence` wins, `losing_evidence` loses.
    """
    dispute = _open(call, dispute_id)
    dispute["evidence"] |= params.get("evidence", {})
    text = dispute["evidence"]["uncategorized_text"]
    dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
    verdicts = {"winning_evidence": "won", "losing_evidence": "lost"}
    return _end(call, dispute, verdicts.get(text or "", "under_review"))


def close(call: Call, dispute_id: str, _: dict[str, Any]) -> JSON:
    """Give a dispute up (docs.stripe.com/api/disputes/close)."""
    return _end(call, _open(call, dispute_id), "lost")


def open_dispute(call: Call, charge: JSON) -> None:
    """Let the cardholder's bank take the money back."""
    dispute = _shape(call, charge)
    entry = book(call, "adjustment", dispute["id"], -charge["amount"], fee=FEE)
    dispute["balance_transactions"] = [visible(entry)]
    charge["disputed"] = True
    call.put(charge)
    call.put(dispute)
    call.emit("charge.dispute.created", dispute)
    call.emit("charge.dispute.funds_withdrawn", dispute)


def _open(call: Call, dispute_id: str) -> JSON:
    dispute = call.require("dispute", dispute_id, "dispute")
    if dispute["status"] not in OPEN:
        raise ApiError(f"This dispute is {dispute['status']} already.")
    return dispute


def _end(call: Call, dispute: JSON, status: str) -> JSON:
    dispute["status"] = status
    if status == "won":
        entry = book(call, "adjustment", dispute["id"], dispute["amount"])
        dispute["balance_transactions"].append(visible(entry))
    call.put(dispute)
    if status in OPEN:
        call.emit("charge.dispute.updated", dispute)
        return visible(dispute)
    if status == "won":
        call.emit("charge.dispute.funds_reinstated", dispute)
    call.emit("charge.dispute.closed", dispute)
    return visible(dispute)


def _shape(call: Call, charge: JSON) -> JSON:
    card = charge["payment_method_details"]["card"]
    return {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": charge["amount"],
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": call.now + 7 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": "chargeback",
                "network": card["network"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }
