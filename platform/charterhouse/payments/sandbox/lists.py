"""Lists, newest first, in pages (docs.stripe.com/api/pagination)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.errors import ApiError, no_such
from charterhouse.payments.sandbox.store import visible

if TYPE_CHECKING:
    from charterhouse.payments.sandbox.state import Call
    from charterhouse.payments.sandbox.store import JSON

# Parameters that steer the page and filter nothing.
_STEERING = frozenset({"limit", "starting_after", "ending_before", "expand", "created"})


def page(call: Call, kind: str, url: str, params: dict[str, Any]) -> JSON:
    """List an account's objects of a kind.

    Every parameter that does not steer the page is compared with the object's own value
    of that name. `starting_after` goes on behind an object, `ending_before` stops ahead
    of one.

    Raises:
        ApiError: A limit outside 1 to 100, or an unknown cursor.
    """
    wanted = {name: value for name, value in params.items() if name not in _STEERING}
    found = [
        one
        for one in call.newest(kind)
        if _created_within(one["created"], params.get("created"))
        and all(_same(one.get(name), value) for name, value in wanted.items())
    ]
    return cut(found, url, params)


def cut(found: list[JSON], url: str, params: dict[str, Any]) -> JSON:
    """Cut one page out of all that was found.

    Raises:
        ApiError: A limit outside 1 to 100, or an unknown cursor.
    """
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise ApiError(
            "limit must be between 1 and 100.", code="parameter_invalid_integer", param="limit"
        )
    if "ending_before" in params:
        end = _position(found, params["ending_before"], "ending_before")
        start = max(0, end - limit)
        more = start > 0
    else:
        start = 0
        if "starting_after" in params:
            start = _position(found, params["starting_after"], "starting_after") + 1
        end = start + limit
        more = end < len(found)
    data = [visible(one) for one in found[start:end]]
    return {"object": "list", "data": data, "has_more": more, "url": url}


def _position(found: list[JSON], object_id: str, param: str) -> int:
    for number, one in enumerate(found):
        if one["id"] == object_id:
            return number
    raise no_such("object", object_id, param, status=400)


def _same(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else value == wanted


def _created_within(created: int, wanted: int | dict[str, int] | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return created == wanted
    tests = {
        "gt": lambda limit: created > limit,
        "gte": lambda limit: created >= limit,
        "lt": lambda limit: created < limit,
        "lte": lambda limit: created <= limit,
    }
    return all(tests[name](limit) for name, limit in wanted.items())
