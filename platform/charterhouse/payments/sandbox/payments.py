"""What a payer does on the hosted page, and what comes of it.

PaymentIntents (docs.stripe.com/payments/paymentintents/lifecycle) and the order of the
events of a session (docs.stripe.com/payments/checkout/fulfillment).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox import charges, disputes
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.ids import new_id
from charterhouse.payments.sandbox.lists import page
from charterhouse.payments.sandbox.methods import CARDS, METHODS, Card, Method
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

# Money that comes late comes after the session's own time is over, so that the merchant
# has given the order up by then.
LATENESS = 60
WALLET_REFUSAL = Card("", "payment_intent_authentication_failure")


def retrieve(call: Call, intent_id: str, _: dict[str, Any]) -> JSON:
    """Read a PaymentIntent."""
    return visible(call.require("payment_intent", intent_id, "intent"))


def listed(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List PaymentIntents, the newest first."""
    return page(call, "payment_intent", "/v1/payment_intents", params)


def pay(call: Call, session: JSON, method: str, number: str = "") -> bool:
    """Pay a session's page; answers whether the money was taken.

    Args:
        call: The change.
        session: An open session.
        method: `card`, `alipay` or `wechat_pay`.
        number: For cards, one of the test numbers; it is not kept.

    Raises:
        ApiError: The session is not open, or the method or card is unknown.
    """
    card = _card(number) if method == "card" else Card("")
    if card.code:
        return _decline(call, session, METHODS[method], number, card)
    intent = _intent(call, session)
    charge = charges.create(call, intent, _method(method), number, card)
    charges.succeed(call, charge)
    _succeed(call, intent, charge)
    _complete(call, session, intent, "paid")
    call.emit("checkout.session.completed", session)
    if card.disputed:
        disputes.open_dispute(call, charge)
    return True


def pay_late(call: Call, session: JSON, method: str) -> None:
    """Finish a wallet's page with the money still on its way."""
    intent = _intent(call, session)
    charge = charges.create(call, intent, _method(method), "", Card(""))
    charge["status"] = "pending"
    call.put(charge)
    call.emit("charge.pending", charge)
    intent |= {
        "status": "processing",
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "last_payment_error": None,
        "_due": session["expires_at"] + LATENESS,
        "_session": session["id"],
    }
    call.put(intent)
    call.emit("payment_intent.processing", intent)
    _complete(call, session, intent, "unpaid")
    call.emit("checkout.session.completed", session)


def decline(call: Call, session: JSON, method: str) -> None:
    """Let the payer's wallet or bank say no; the session stays open."""
    number = "4000000000000002" if method == "card" else ""
    _decline(call, session, _method(method), number, CARDS.get(number, WALLET_REFUSAL))


def arrive(call: Call, intent: JSON) -> None:
    """Let money that was on its way arrive, or fail."""
    session = call.require("checkout.session", intent["_session"], "session")
    charge = call.require("charge", intent["latest_charge"], "charge")
    if call.state.use_up("payment_failures"):
        charges.fail(call, charge, WALLET_REFUSAL)
        _refuse(call, intent, charge, WALLET_REFUSAL)
        call.emit("checkout.session.async_payment_failed", session)
        return
    charges.succeed(call, charge)
    _succeed(call, intent, charge)
    session["payment_status"] = "paid"
    call.put(session)
    call.emit("checkout.session.async_payment_succeeded", session)


def _decline(call: Call, session: JSON, method: Method, number: str, card: Card) -> bool:
    intent = _intent(call, session)
    charge = charges.create(call, intent, method, number, card)
    charges.fail(call, charge, card)
    _refuse(call, intent, charge, card)
    return False


def _refuse(call: Call, intent: JSON, charge: JSON, card: Card) -> None:
    error = {
        "charge": charge["id"],
        "code": card.code,
        "decline_code": card.decline_code,
        "message": "The payment was refused.",
        "type": "card_error" if card.decline_code else "invalid_request_error",
    }
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": None,
        "last_payment_error": {name: part for name, part in error.items() if part is not None},
        "_due": None,
    }
    call.put(intent)
    call.emit("payment_intent.payment_failed", intent)


def _succeed(call: Call, intent: JSON, charge: JSON) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "last_payment_error": None,
        "_due": None,
    }
    call.put(intent)
    call.emit("payment_intent.succeeded", intent)


def _complete(call: Call, session: JSON, intent: JSON, payment_status: str) -> None:
    session |= {
        "status": "complete",
        "payment_status": payment_status,
        "payment_intent": intent["id"],
        "url": None,
        "_due": None,
    }
    call.put(session)


def _method(code: str) -> Method:
    if code not in METHODS:
        raise ApiError(f"Choose one of {', '.join(METHODS)}.", param="method")
    return METHODS[code]


def _card(number: str) -> Card:
    card = CARDS.get(number)
    if card is None:
        # A real card's number must not get any further than this.
        raise ApiError(
            "Only test cards are taken here.",
            status=402,
            type="card_error",
            code="incorrect_number",
        )
    return card


def _intent(call: Call, session: JSON) -> JSON:
    """Find the session's PaymentIntent, or make it at the payer's first try."""
    if session["status"] != "open":
        raise ApiError(f"This session is {session['status']}.", param="session")
    if session["payment_intent"]:
        return call.require("payment_intent", session["payment_intent"], "intent")
    intent = _shape(call, session)
    call.put(intent)
    call.emit("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    call.put(session)
    return intent


def _shape(call: Call, session: JSON) -> JSON:
    intent_id = new_id("payment_intent", length=24)
    data = session["_intent_data"]
    empty = (
        "allowed_payment_method_types",
        "application",
        "application_fee_amount",
        "automatic_payment_methods",
        "canceled_at",
        "cancellation_reason",
        "customer",
        "customer_account",
        "excluded_payment_method_types",
        "last_payment_error",
        "latest_charge",
        "managed_payments",
        "next_action",
        "on_behalf_of",
        "payment_method",
        "payment_method_configuration_details",
        "processing",
        "review",
        "setup_future_usage",
        "shipping",
        "source",
        "transfer_data",
        "transfer_group",
    )
    return dict.fromkeys(empty) | {
        "id": intent_id,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{new_id('request', length=25)[4:]}",
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": session["currency"],
        "description": data.get("description"),
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "payment_method_options": {},
        "payment_method_types": session["payment_method_types"],
        "receipt_email": data.get("receipt_email"),
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }
