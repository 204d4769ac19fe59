"""Ids turned into objects on demand (docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

MAX_DEPTH = 4

# (object, field): kinds that the id in the field may belong to.
REFERENCES: dict[tuple[str, str], tuple[str, ...]] = {
    ("checkout.session", "payment_intent"): ("payment_intent",),
    ("payment_intent", "latest_charge"): ("charge",),
    ("charge", "payment_intent"): ("payment_intent",),
    ("charge", "balance_transaction"): ("balance_transaction",),
    ("charge", "failure_balance_transaction"): ("balance_transaction",),
    ("refund", "charge"): ("charge",),
    ("refund", "payment_intent"): ("payment_intent",),
    ("refund", "balance_transaction"): ("balance_transaction",),
    ("refund", "failure_balance_transaction"): ("balance_transaction",),
    ("dispute", "charge"): ("charge",),
    ("dispute", "payment_intent"): ("payment_intent",),
    ("balance_transaction", "source"): ("charge", "refund", "dispute"),
}


def expand(call: Call, answer: JSON, paths: list[str]) -> JSON:
    """Expand the given paths of an answer, in place.

    Raises:
        ApiError: A path leads nowhere or too deep.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > MAX_DEPTH + 1:
            raise ApiError(f"{path} goes deeper than {MAX_DEPTH} levels.", param="expand")
        _follow(call, answer, steps, path)
    return answer


def _follow(call: Call, spot: Any, steps: list[str], path: str) -> None:
    if not steps or spot is None:
        return
    head, rest = steps[0], steps[1:]
    if isinstance(spot, dict) and spot.get("object") == "list" and head == "data":
        for one in spot["data"]:
            _follow(call, one, rest, path)
        return
    kind = str(spot.get("object")) if isinstance(spot, dict) else ""
    if (kind, head) in REFERENCES:
        if isinstance(spot[head], str):
            spot[head] = _read(call, REFERENCES[kind, head], spot[head])
    elif (kind, head) in _PARTS:
        spot.setdefault(head, _PARTS[kind, head](call, spot))
    else:
        raise ApiError(f"{path} cannot be expanded on this object.", param="expand")
    _follow(call, spot[head], rest, path)


def _read(call: Call, kinds: tuple[str, ...], object_id: str) -> JSON | str:
    for kind in kinds:
        found = call.get(kind, object_id)
        if found:
            return visible(found)
    return object_id


def _line_items(call: Call, session: JSON) -> JSON:
    kept = call.require("checkout.session", session["id"], "session")
    return {
        "object": "list",
        "data": kept["_line_items"],
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def _refunds(call: Call, charge: JSON) -> JSON:
    found = [one for one in call.newest("refund") if one["charge"] == charge["id"]]
    return {
        "object": "list",
        "data": [visible(one) for one in found[:10]],
        "has_more": len(found) > 10,
        "url": f"/v1/charges/{charge['id']}/refunds",
    }


# (object, field): parts that are left out unless asked for.
_PARTS: dict[tuple[str, str], Callable[[Call, JSON], JSON]] = {
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
}
