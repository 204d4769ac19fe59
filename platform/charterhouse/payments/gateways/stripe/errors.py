"""The client's exceptions in the house's words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import stripe

from charterhouse.payments.gateways.errors import (
    GatewayCredentialsError,
    GatewayError,
    GatewayRefusedError,
    GatewayRequestError,
    GatewayUnavailableError,
    IdempotencyMismatchError,
    PaymentUnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSALS = {
    "charge_already_refunded": ("refund_exceeds", "This payment has already been refunded."),
    "charge_not_refundable": (
        "refund_window_closed",
        "The channel of this payment takes no refunds any more; refund at the counter or by bank.",
    ),
    "charge_disputed": ("payment_disputed", "A disputed payment cannot be refunded."),
    "amount_too_small": ("amount_too_small", "The gateway takes no payment this small."),
    "amount_too_large": ("amount_too_large", "The gateway takes no payment this large."),
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's exceptions into `GatewayError`s.

    The client's own text is not passed on: it may quote a part of the key.
    """
    try:
        yield
    except stripe.StripeError as error:
        raise _translate(error) from error


def _translate(error: stripe.StripeError) -> GatewayError:
    code = error.code or (error.error.code if error.error else None)
    status = error.http_status or 0
    if isinstance(error, stripe.IdempotencyError):
        made: GatewayError = IdempotencyMismatchError(
            "This idempotency key belongs to another request; make a new attempt."
        )
    elif isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        made = GatewayCredentialsError(
            "The gateway does not accept this key or account; check the gateway's settings."
        )
    elif isinstance(error, stripe.CardError):
        made = GatewayRefusedError("The card was declined.", code="card_declined")
    elif isinstance(error, stripe.InvalidRequestError):
        made = _invalid(error, code)
    elif isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or (
        status >= 500 or status in {0, 409}
    ):
        made = GatewayUnavailableError(
            "The gateway gave no usable answer; repeat with the same key, then reconcile."
        )
    else:
        made = GatewayError("The gateway answered with an error.")
    made.gateway_code = code
    made.request_id = error.request_id
    return made


def _invalid(error: stripe.InvalidRequestError, code: str | None) -> GatewayError:
    if code == "resource_missing":
        return PaymentUnknownError("The gateway has no such object on this account.")
    if code in REFUSALS:
        ours, message = REFUSALS[code]
        return GatewayRefusedError(message, code=ours, field=error.param)
    if error.param == "amount":
        return GatewayRefusedError(
            "The amount is more than what is left of this payment.",
            code="refund_exceeds",
            field="amount",
        )
    return GatewayRequestError(
        "The gateway refuses a field of this request.", field=error.param or None
    )
