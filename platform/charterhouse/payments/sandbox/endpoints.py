"""Events (docs.stripe.com/api/events) and who is told of them.

Webhook endpoints follow docs.stripe.com/api/webhook_endpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.lists import page
from charterhouse.payments.sandbox.state import PLATFORM
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

KIND = "webhook_endpoint"


def retrieve_event(call: Call, event_id: str, _: dict[str, Any]) -> JSON:
    """Read an event."""
    return visible(call.require("event", event_id, "id"))


def listed_events(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List events, the newest first; `types` names several types."""
    wanted = dict(params)
    if "types" in wanted:
        if "type" in wanted:
            raise ApiError("Give either type or types.", param="types")
        wanted["type"] = wanted.pop("types")
    if "delivery_success" in wanted:
        raise ApiError("The sandbox does not list by delivery.", param="delivery_success")
    return page(call, "event", "/v1/events", wanted)


def create(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """Register an endpoint. Only this answer tells the signing secret."""
    _check(call, params)
    made = call.state.add_endpoint(
        params["url"],
        account=call.account,
        connect=params.get("connect", False),
        enabled_events=tuple(params["enabled_events"]),
    )
    kept = call.require(KIND, made["id"], "id")
    kept |= {
        "api_version": params.get("api_version"),
        "description": params.get("description"),
        "metadata": params.get("metadata") or {},
    }
    call.put(kept)
    return visible(kept) | {"secret": made["secret"]}


def retrieve(call: Call, endpoint_id: str, _: dict[str, Any]) -> JSON:
    """Read an endpoint, without its secret."""
    return visible(call.require(KIND, endpoint_id, "webhook_endpoint"))


def listed(call: Call, _: str, params: dict[str, Any]) -> JSON:
    """List endpoints, the newest first."""
    return page(call, KIND, "/v1/webhook_endpoints", params)


def update(call: Call, endpoint_id: str, params: dict[str, Any]) -> JSON:
    """Change where to and of what an endpoint is told, or disable it."""
    kept = call.require(KIND, endpoint_id, "webhook_endpoint")
    _check(call, params)
    if "disabled" in params:
        kept["status"] = "disabled" if params["disabled"] else "enabled"
    for name in ("url", "enabled_events", "description", "metadata"):
        if name in params:
            kept[name] = params[name]
    call.put(kept)
    return visible(kept)


def delete(call: Call, endpoint_id: str, _: dict[str, Any]) -> JSON:
    """Remove an endpoint."""
    call.require(KIND, endpoint_id, "webhook_endpoint")
    call.state.store.remove(call.account, KIND, endpoint_id)
    return {"id": endpoint_id, "object": KIND, "deleted": True}


def _check(call: Call, params: dict[str, Any]) -> None:
    if params.get("connect") and call.account != PLATFORM:
        raise ApiError("Only the platform listens to its connected accounts.", param="connect")
    if "url" in params:
        parts = urlsplit(params["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ApiError(
                "Give an absolute http or https address.", code="url_invalid", param="url"
            )
