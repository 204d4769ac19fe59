"""Reading request bodies: exact numbers, no doubled names, nothing that could be read two ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Request, request
from marshmallow import RAISE, ValidationError
from webargs.flaskparser import FlaskParser

from charterhouse.kernel.settings import first_problem
from charterhouse.web.errors import WebError
from charterhouse.web.i18n import gettext

__all__ = ["BODY_LIMIT", "Parser", "read_json"]

BODY_LIMIT = 1024 * 1024
"""Bytes of a body: a bill of 200 lines has about 40,000."""
_DEPTH = 40
_WHOLE = 10**15


class _AmbiguousError(ValueError):
    """JSON that two readers would read differently."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise _AmbiguousError("a name stands twice in one object")
    return table


def _number(text: str) -> Decimal | int:
    """Read a number exactly; 5.0 is the whole number 5, as JSON Schema has it."""
    value = Decimal(text)
    whole = -_WHOLE < value < _WHOLE and value % 1 == 0
    return int(value) if whole else value


def _no_constant(name: str) -> NoReturn:
    raise _AmbiguousError(f"{name} is no number of JSON")


def _check_texts(value: Any, depth: int = 0) -> None:
    """Refuse what no store can keep: half a surrogate pair, a null character."""
    if depth > _DEPTH:
        raise _AmbiguousError("it is nested too deeply")
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise _AmbiguousError("a text holds what is no character")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            _check_texts(name, depth)
            _check_texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, depth + 1)


def read_json(raw: bytes) -> dict[str, Any]:
    """An object from JSON: fractions as `Decimal`, never as floats.

    Raises:
        WebError: it is no JSON object, or an ambiguous one (`malformed_json`).
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=_number,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
        _check_texts(value)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise WebError(
            gettext("The body is not JSON as it has to be: %(problem)s.", problem=_said(error)),
            code="malformed_json",
        ) from None
    if not isinstance(value, dict):
        raise WebError(gettext("The body has to be a JSON object."), code="malformed_json")
    return value


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno} column {error.colno}"
    return str(error) if isinstance(error, _AmbiguousError) else "it cannot be read"


class Parser(FlaskParser):
    """Reads bodies strictly and answers in the one shape of errors."""

    DEFAULT_VALIDATION_STATUS = HTTPStatus.BAD_REQUEST
    # A misspelt parameter must not read as none.
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - as webargs itself declares it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_json(self, req: Request, schema: Any) -> Any:
        """Read the body.

        Raises:
            WebError: it is not JSON or says that it is something else.
        """
        if not req.is_json:
            raise WebError(
                gettext("Send JSON, with the header Content-Type: application/json."),
                code="media_type_unsupported",
                status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            )
        return read_json(req.get_data(cache=False))

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Any,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Tell the first field at fault.

        Raises:
            WebError: always; `invalid_event` where an event was told, else `invalid`.
        """
        # webargs tells {location: {field: sentences}}.
        location, inner = next(iter(dict(error.messages_dict).items()))
        name, why = first_problem(inner)
        field = name.removesuffix("._schema").removesuffix("_schema") or None
        code = "invalid_event" if location == "json" and _tells_event() else "invalid"
        raise WebError(why, code=code, status=HTTPStatus.BAD_REQUEST, field=field)


def _tells_event() -> bool:
    return request.path.endswith(("/events", "/quotes"))
