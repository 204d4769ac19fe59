"""Requests held against the client's own typed parameters (`stripe.params`).

The client says of each call which parameters exist, of what type, and which words an
enumeration takes. Those types are the whole specification here, so the sandbox refuses
what the pinned version of the API refuses, without a list of its own. The types leave
enumerations open for words of later versions; the sandbox models one version and closes
them.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin

import typing_extensions
from stripe import params as _params  # noqa: F401 - loads the modules that the types live in

from charterhouse.payments.sandbox.errors import ApiError

# What a caller passes beside the parameters; never sent as parameters.
_OPTIONS = frozenset(
    {
        "api_key",
        "stripe_version",
        "stripe_account",
        "stripe_context",
        "max_network_retries",
        "idempotency_key",
        "content_type",
        "headers",
    }
)
# Names that the options' types use and the parameters' modules do not import.
_NAMES = {"StripeContext": object, "Mapping": Mapping}
_UNIONS = (Union, types.UnionType)
_WRAPPERS = (typing.NotRequired, typing.Required, typing.Annotated)


@lru_cache(maxsize=512)
def _fields(shape: type) -> tuple[dict[str, Any], frozenset[str]]:
    hints = typing_extensions.get_type_hints(shape, localns=_NAMES)
    fields = {name: hint for name, hint in hints.items() if name not in _OPTIONS}
    required: frozenset[str] = getattr(shape, "__required_keys__", frozenset())
    return fields, required & frozenset(fields)


def check(shape: type, given: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Check and convert the parameters of one call.

    Args:
        shape: A TypedDict of `stripe.params`.
        given: Nested text values, from `forms.nested`.
        path: Where in the request this is, for messages.

    Raises:
        ApiError: An unknown, missing, mistyped or unlisted value; `param` names it.
    """
    fields, required = _fields(shape)
    for name in given:
        if name not in fields:
            param = _join(path, name)
            raise ApiError(
                f"The parameter {param} is unknown to this call; leave it out.",
                code="parameter_unknown",
                param=param,
            )
    for name in sorted(required - given.keys()):
        param = _join(path, name)
        raise ApiError(f"The parameter {param} is required.", code="parameter_missing", param=param)
    return {name: _value(fields[name], value, _join(path, name)) for name, value in given.items()}


def _value(hint: Any, value: Any, param: str) -> Any:
    origin = get_origin(hint)
    if origin in _WRAPPERS:
        return _value(get_args(hint)[0], value, param)
    if origin in _UNIONS:
        return _one_of(_flat(hint), value, param)
    if origin in _GENERICS:
        return _GENERICS[origin](get_args(hint), value, param)
    if typing_extensions.is_typeddict(hint):
        return check(hint, _group(value, param), param)
    reader = _SCALARS.get(hint)
    return reader(value, param) if reader else value


def _flat(hint: Any) -> list[Any]:
    if get_origin(hint) in _UNIONS:
        return [part for member in get_args(hint) for part in _flat(member)]
    return [hint]


def _one_of(members: list[Any], value: Any, param: str) -> Any:
    """Choose the member of a union by the value's form."""
    words = [word for part in members if get_origin(part) is Literal for word in get_args(part)]
    if isinstance(value, dict | list):
        for part in members:
            if typing_extensions.is_typeddict(part) or get_origin(part) in (dict, list):
                return _value(part, value, param)
        raise _mistyped("a single value", param)
    if value in words:
        return value
    listed = [word for word in words if word != ""]
    for kind in (int, Decimal, bool):
        if kind in members:
            return _SCALARS[kind](value, param)
    if listed:
        return _word(tuple(listed), value, param)
    if str in members:
        return _text(value, param)
    raise _mistyped("a group of named values", param)


def _word(words: tuple[Any, ...], value: Any, param: str) -> Any:
    allowed = [word for word in words if word != ""]
    if value not in allowed:
        raise ApiError(
            f"The value of {param} must be one of {', '.join(map(str, allowed))}.", param=param
        )
    return value


def _list(hints: tuple[Any, ...], value: Any, param: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, list):
        raise _mistyped("a list", param)
    return [_value(hints[0], part, f"{param}[{number}]") for number, part in enumerate(value)]


def _mapping(_: tuple[Any, ...], value: Any, param: str) -> dict[str, str]:
    """Check metadata and its like (docs.stripe.com/api/metadata)."""
    group = _group(value, param)
    if len(group) > 50:
        raise ApiError(f"{param} takes at most 50 entries.", param=param)
    for name, text in group.items():
        if len(name) > 40 or not isinstance(text, str) or len(text) > 500:
            raise ApiError(
                f"{_join(param, name)}: names up to 40 and texts up to 500 characters.",
                param=_join(param, name),
            )
    return group


def _group(value: Any, param: str) -> dict[str, Any]:
    if isinstance(value, list):
        # A group whose names are all numbers reads like a list.
        return {str(number): part for number, part in enumerate(value)}
    if not isinstance(value, dict):
        raise _mistyped("a group of named values", param)
    return value


def _text(value: Any, param: str) -> str:
    if not isinstance(value, str):
        raise _mistyped("a text", param)
    if value == "":
        raise ApiError(
            f"{param} may not be empty; leave it out.", code="parameter_invalid_empty", param=param
        )
    return value


def _integer(value: Any, param: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value):
        raise ApiError(
            f"{param} must be a whole number.", code="parameter_invalid_integer", param=param
        )
    return int(value)


def _truth(value: Any, param: str) -> bool:
    if value not in ("true", "false"):
        raise _mistyped("true or false", param)
    return bool(value == "true")


def _decimal(value: Any, param: str) -> Decimal:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise _mistyped("a decimal number", param) from error
    if not number.is_finite():
        raise _mistyped("a decimal number", param)
    return number


_SCALARS: dict[Any, typing.Callable[[Any, str], Any]] = {
    str: _text,
    int: _integer,
    bool: _truth,
    Decimal: _decimal,
}

_GENERICS: dict[Any, typing.Callable[[tuple[Any, ...], Any, str], Any]] = {
    Literal: _word,
    list: _list,
    dict: _mapping,
}


def _mistyped(wanted: str, param: str) -> ApiError:
    return ApiError(f"{param} must be {wanted}.", param=param)


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
