"""Form bodies with bracketed names, read into nested values (docs.stripe.com/api)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charterhouse.payments.sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DEPTH = 10


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Read `a[b][0]=v` into `{"a": {"b": ["v"]}}`.

    Raises:
        ApiError: A name is malformed or used both as a value and as a group.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        parts = _parts(name)
        spot = root
        for part in parts[:-1]:
            spot = spot.setdefault(part or str(len(spot)), {})
            if not isinstance(spot, dict):
                raise _clash(name)
        last = parts[-1] or str(len(spot))
        if isinstance(spot.get(last), dict):
            raise _clash(name)
        spot[last] = value
    return {name: _listed(value) for name, value in root.items()}


def _parts(name: str) -> list[str]:
    head, *rest = name.split("[")
    parts = [head, *(part.removesuffix("]") for part in rest)]
    whole = head + "".join(f"[{part}]" for part in parts[1:])
    if not head or whole != name or len(parts) > MAX_DEPTH:
        raise ApiError(f"The parameter name {name!r} is malformed.", param=name)
    return parts


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(part) for name, part in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _clash(name: str) -> ApiError:
    return ApiError(f"The parameter {name!r} is given both as a value and as a group.", param=name)
