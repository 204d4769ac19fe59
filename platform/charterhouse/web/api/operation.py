"""How an operation of the API is declared: its address, its right, what it takes and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask_smorest import Blueprint  # type: ignore[import-untyped]  # it carries no types

from charterhouse.web.api.reading import Parser
from charterhouse.web.api.schemas import ErrorSchema
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from marshmallow import Schema

__all__ = ["api", "operation"]

View = Callable[..., Any]
Also = Mapping[HTTPStatus, str | tuple[type["Schema"], str]]


class _Blueprint(Blueprint):  # type: ignore[misc]  # the same
    ARGUMENTS_PARSER = Parser()


api = _Blueprint("api", __name__, url_prefix="/api/v1", description="Events, members, charter")


def operation(
    method: str,
    rule: str,
    right: str,
    answer: type[Schema],
    *,
    about: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    takes: Mapping[str, type[Schema]] | None = None,
    also: Also | None = None,
) -> Callable[[View], View]:
    """Make a function an operation.

    Args:
        method: GET or POST.
        rule: its address below `/api/v1`.
        right: the permission that a key needs for it.
        answer: schema through which its answer is written.
        about: when that answer comes.
        status: of that answer.
        takes: location (`headers`, `query`, `json`) → schema; each is an argument, in this order.
        also: further answers: status → description of an error, or schema and description.
    """

    def declare(view: View) -> View:
        made = api.response(status, answer, description=about or None)(view)
        for code, told in (also or {}).items():
            schema, text = (ErrorSchema, told) if isinstance(told, str) else told
            made = api.alt_response(code, schema=schema, description=text)(made)
        for location, schema in reversed(list((takes or {}).items())):
            # An instance serves all requests; a class would be made anew for each of them.
            made = api.arguments(schema(), location=location)(made)
        guarded = require(right)(made)
        api.route(rule, methods=[method])(guarded)
        return view

    return declare
