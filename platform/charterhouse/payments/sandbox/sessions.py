"""Checkout Sessions (docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.ids import new_id
from charterhouse.payments.sandbox.lists import cut, page
from charterhouse.payments.sandbox.methods import METHODS
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

URL = "/v1/checkout/sessions"
MINIMUM = 400
MAXIMUM = 99_999_999
SHORTEST = 30 * 60
LONGEST = 24 * 60 * 60


def create(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """Open a session with a hosted page."""
    _check_mode(params)
    items = _line_items(params)
    total = sum(item["amount_total"] for item in items)
    _check_amount(total)
    for name in ("success_url", "cancel_url"):
        if name in params:
            _check_url(params[name], name)
    if "success_url" not in params:
        raise _missing("success_url")
    if len(params.get("client_reference_id", "")) > 200:
        raise ApiError("At most 200 characters.", param="client_reference_id")
    session = _shape(call, params, total) | {"_line_items": items}
    session["_intent_data"] = params.get("payment_intent_data", {})
    session["_due"] = session["expires_at"]
    call.put(session)
    return visible(session)


def retrieve(call: Call, session_id: str, _: dict[str, Any]) -> JSON:
    """Read a session."""
    return visible(call.require("checkout.session", session_id, "session"))


def listed(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List sessions, the newest first."""
    return page(call, "checkout.session", URL, params)


def line_items(call: Call, session_id: str, params: dict[str, Any]) -> JSON:
    """List what a session is for."""
    session = call.require("checkout.session", session_id, "session")
    return cut(session["_line_items"], f"{URL}/{session_id}/line_items", params)


def expire(call: Call, session_id: str, _: dict[str, Any]) -> JSON:
    """Close an open session (docs.stripe.com/api/checkout/sessions/expire)."""
    session = call.require("checkout.session", session_id, "session")
    if session["status"] != "open":
        raise ApiError(f"Only open sessions expire; this one is {session['status']}.")
    return visible(close(call, session))


def close(call: Call, session: JSON) -> JSON:
    """Close an open session, by a call or because its time is over."""
    session |= {"status": "expired", "url": None, "_due": None}
    call.put(session)
    call.emit("checkout.session.expired", session)
    if session["payment_intent"]:
        intent = call.require("payment_intent", session["payment_intent"], "intent")
        intent |= {
            "status": "canceled",
            "canceled_at": call.now,
            "cancellation_reason": "automatic",
        }
        call.put(intent)
        call.emit("payment_intent.canceled", intent)
    return session


def _check_mode(params: dict[str, Any]) -> None:
    if "mode" not in params:
        raise _missing("mode")
    if params["mode"] != "payment":
        raise ApiError("The sandbox models mode=payment only.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The sandbox models the hosted page only.", param="ui_mode")


def _line_items(params: dict[str, Any]) -> list[JSON]:
    items = params.get("line_items") or []
    if not items:
        raise _missing("line_items")
    if len(items) > 100:
        raise ApiError("At most 100 line items.", param="line_items")
    return [_line_item(item, f"line_items[{number}]") for number, item in enumerate(items)]


def _line_item(item: dict[str, Any], path: str) -> JSON:
    price = item.get("price_data")
    if price is None:
        raise _missing(f"{path}[price_data]")
    quantity = item.get("quantity")
    if quantity is None:
        raise _missing(f"{path}[quantity]")
    for value, name in (
        (quantity - 1, f"{path}[quantity]"),
        (price.get("unit_amount", 0), f"{path}[price_data][unit_amount]"),
    ):
        if value < 0:
            raise ApiError("Too small.", code="parameter_invalid_integer", param=name)
    for name in ("unit_amount", "product_data"):
        if name not in price:
            raise _missing(f"{path}[price_data][{name}]")
    if price["currency"] != "cny":
        raise ApiError("The sandbox takes cny only.", param=f"{path}[price_data][currency]")
    if "recurring" in price:
        raise ApiError(
            "A single payment has no recurring price.", param=f"{path}[price_data][recurring]"
        )
    amount = quantity * price["unit_amount"]
    return {
        "id": new_id("item"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": "cny",
        "description": price["product_data"]["name"],
        "price": _price(price),
        "quantity": quantity,
    }


def _price(price: dict[str, Any]) -> JSON:
    return {
        "id": new_id("price"),
        "object": "price",
        "active": False,
        "currency": "cny",
        "livemode": False,
        "metadata": {},
        "product": new_id("product", length=14),
        "recurring": None,
        "type": "one_time",
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": str(price["unit_amount"]),
    }


def _check_amount(total: int) -> None:
    """Hold the total against the least and the greatest charge (docs.stripe.com/currencies)."""
    if total < MINIMUM:
        raise ApiError(
            f"The total must be at least {MINIMUM} fen.",
            code="amount_too_small",
            param="line_items[0][price_data][unit_amount]",
        )
    if total > MAXIMUM:
        raise ApiError(
            f"The total must be at most {MAXIMUM} fen.",
            code="amount_too_large",
            param="line_items[0][price_data][unit_amount]",
        )


def _check_url(url: str, param: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 5_000:
        raise ApiError("Give an absolute http or https address.", code="url_invalid", param=param)


def _expiry(call: Call, params: dict[str, Any]) -> int:
    wanted: int = params.get("expires_at", call.now + LONGEST)
    if not SHORTEST <= wanted - call.now <= LONGEST:
        raise ApiError(
            "expires_at must be between 30 minutes and 24 hours from now.", param="expires_at"
        )
    return wanted


def _missing(param: str) -> ApiError:
    return ApiError(f"The parameter {param} is required.", code="parameter_missing", param=param)


def _shape(call: Call, params: dict[str, Any], total: int) -> JSON:
    session_id = new_id("checkout.session", length=56)
    given = {
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "customer_email": params.get("customer_email"),
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
    }
    return (
        _constant()
        | given
        | {
            "id": session_id,
            "amount_subtotal": total,
            "amount_total": total,
            "created": call.now,
            "expires_at": _expiry(call, params),
            "url": f"{call.state.hosted_base}/pay/{session_id}",
        }
    )


def _constant() -> JSON:
    """List what is the same for every session that the sandbox models."""
    empty = (
        "after_expiration",
        "allow_promotion_codes",
        "allowed_payment_method_types",
        "billing_address_collection",
        "branding_settings",
        "client_secret",
        "collected_information",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer",
        "customer_account",
        "customer_details",
        "discounts",
        "excluded_payment_method_types",
        "integration_identifier",
        "invoice",
        "origin_context",
        "payment_intent",
        "payment_link",
        "payment_method_configuration_details",
        "permissions",
        "recovered_from",
        "saved_payment_method_options",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
        "subscription",
        "wallet_options",
    )
    return dict.fromkeys(empty) | {
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "currency": "cny",
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer_creation": "if_required",
        "invoice_creation": {"enabled": False, "invoice_data": _invoice_data()},
        "livemode": False,
        "managed_payments": {"enabled": False},
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": list(METHODS),
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def _invoice_data() -> JSON:
    names = (
        "account_tax_ids",
        "custom_fields",
        "description",
        "footer",
        "issuer",
        "rendering_options",
    )
    return dict.fromkeys(names) | {"metadata": {}}
