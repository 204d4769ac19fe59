"""Which calls there are, what each may be given, and who answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params as p
from stripe.params import checkout

from charterhouse.payments.sandbox import (
    charges,
    disputes,
    endpoints,
    payments,
    refunds,
    sessions,
)
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.state import Call
from charterhouse.payments.sandbox.store import JSON

Act = Callable[[Call, str, dict[str, Any]], JSON]


@dataclass(frozen=True)
class Route:
    """One call: method and path, the type of its parameters, its answer."""

    method: str
    path: str
    shape: type
    act: Act

    def match(self, method: str, path: str) -> str | None:
        """Tell the object's id in the path ("" when the call has none), None for no match."""
        if method != self.method:
            return None
        wanted, given = self.path.split("/"), path.strip("/").split("/")
        if len(wanted) != len(given):
            return None
        object_id = ""
        for part, value in zip(wanted, given, strict=True):
            if part == "*":
                object_id = value
            elif part != value:
                return None
        return object_id


ROUTES = (
    Route("POST", "checkout/sessions", checkout.SessionCreateParams, sessions.create),
    Route("GET", "checkout/sessions", checkout.SessionListParams, sessions.listed),
    Route("GET", "checkout/sessions/*", checkout.SessionRetrieveParams, sessions.retrieve),
    Route("POST", "checkout/sessions/*/expire", checkout.SessionExpireParams, sessions.expire),
    Route(
        "GET",
        "checkout/sessions/*/line_items",
        checkout.SessionListLineItemsParams,
        sessions.line_items,
    ),
    Route("GET", "payment_intents", p.PaymentIntentListParams, payments.listed),
    Route("GET", "payment_intents/*", p.PaymentIntentRetrieveParams, payments.retrieve),
    Route("GET", "charges", p.ChargeListParams, charges.listed),
    Route("GET", "charges/*", p.ChargeRetrieveParams, charges.retrieve),
    Route("GET", "balance_transactions", p.BalanceTransactionListParams, charges.listed_entries),
    Route(
        "GET", "balance_transactions/*", p.BalanceTransactionRetrieveParams, charges.retrieve_entry
    ),
    Route("POST", "refunds", p.RefundCreateParams, refunds.create),
    Route("GET", "refunds", p.RefundListParams, refunds.listed),
    Route("GET", "refunds/*", p.RefundRetrieveParams, refunds.retrieve),
    Route("GET", "disputes", p.DisputeListParams, disputes.listed),
    Route("GET", "disputes/*", p.DisputeRetrieveParams, disputes.retrieve),
    Route("POST", "disputes/*", p.DisputeUpdateParams, disputes.update),
    Route("POST", "disputes/*/close", p.DisputeCloseParams, disputes.close),
    Route("GET", "events", p.EventListParams, endpoints.listed_events),
    Route("GET", "events/*", p.EventRetrieveParams, endpoints.retrieve_event),
    Route("POST", "webhook_endpoints", p.WebhookEndpointCreateParams, endpoints.create),
    Route("GET", "webhook_endpoints", p.WebhookEndpointListParams, endpoints.listed),
    Route("GET", "webhook_endpoints/*", p.WebhookEndpointRetrieveParams, endpoints.retrieve),
    Route("POST", "webhook_endpoints/*", p.WebhookEndpointUpdateParams, endpoints.update),
    Route("DELETE", "webhook_endpoints/*", p.WebhookEndpointDeleteParams, endpoints.delete),
)


def find(method: str, path: str) -> tuple[Route, str]:
    """Find the call for a method and path; answers it with the object's id.

    Raises:
        ApiError: 404, the sandbox does not model it.
    """
    for route in ROUTES:
        object_id = route.match(method, path)
        if object_id is not None:
            return route, object_id
    raise ApiError(f"The sandbox does not know {method} /v1/{path}.", status=404)
