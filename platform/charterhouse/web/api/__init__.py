"""The API for other systems: events in, decisions out, described by OpenAPI."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api  # type: ignore[import-untyped]  # it carries no types

from charterhouse.desk.errors import DeskError
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.tenancy.errors import QuotaError, TenantNotWritableError
from charterhouse.web.api import gate
from charterhouse.web.api import schemas as answer_schemas
from charterhouse.web.api.docs import docs
from charterhouse.web.api.kinds import VERB_SCHEMAS, constraints_of, schema_name
from charterhouse.web.api.schemas import ErrorSchema
from charterhouse.web.api.views import VERB_PERMISSIONS, api
from charterhouse.web.errors import PASSING, Problem, passing_response, problem_response
from charterhouse.web.permissions import access_of
from charterhouse.web.security import limiter
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from flask import Flask, Response

__all__ = ["register"]

_log = structlog.get_logger("charterhouse.web.api")

VERSION: Final = "1"
SPEC: Final = "charterhouse.openapi"
_PASSING = (*PASSING, TenantNotWritableError, QuotaError)


class _Api(Api):  # type: ignore[misc]  # flask-smorest carries no types
    """Leaves the answers to errors to the application, which has one shape for them."""

    ERROR_SCHEMA = ErrorSchema

    def _register_error_handlers(self) -> None:
        """Register none."""


def _desk_error(error: DeskError) -> Response:
    status = 400 if error.code == "invalid_event" else error.status
    _log.info("refused", code=error.code, field=error.field, status=status)
    return problem_response(Problem(status, error.code, worded(error.message), error.field or None))


def _charter_gone(error: CharterUnavailableError) -> Response:
    return problem_response(Problem(503, error.code, worded(error.message)))


def register(app: Flask) -> None:
    """Add the API and its description."""
    app.config.update(API_TITLE="Charterhouse", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False  # Answers are read by people too: the order means something.
    _prepare()
    described = _Api(
        app,
        spec_kwargs={
            "info": {
                "description": "What happens to a member is an event; what comes out is a decision "
                "that names the clauses of the charter. Amounts are yuan as text with two decimals."
            },
            "security": [{"key": []}],
        },
    )
    described.spec.components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "description": "An API key of the institution."}
    )
    described.register_blueprint(api)
    app.register_blueprint(docs)
    app.extensions[SPEC] = _finished(app, described.spec.to_dict())


def _prepare() -> None:
    """Set the gates of the operations, once for all applications of this process."""
    if api.before_request_funcs:
        return
    limiter.limit(gate.rate, key_func=gate.per_key)(api)
    limiter.limit(
        gate.REFUSED_RATE,
        key_func=gate.per_address,
        deduct_when=lambda answer: answer.status_code == HTTPStatus.UNAUTHORIZED,
    )(api)
    api.before_request(gate.let_in)
    api.register_error_handler(DeskError, _desk_error)
    api.register_error_handler(CharterUnavailableError, _charter_gone)
    for kind in _PASSING:
        api.register_error_handler(kind, passing_response)


def _finished(app: Flask, spec: dict[str, Any]) -> dict[str, Any]:
    """The document with what schemas cannot say: one verb an event, and who may call what."""
    schemas = spec["components"]["schemas"]
    for verb, made in VERB_SCHEMAS.items():
        schemas[schema_name(verb)] |= constraints_of(verb) | {"description": made.__doc__}
    for told in vars(answer_schemas).values():
        name = getattr(told, "__name__", "").removesuffix("Schema")
        if name in schemas and told.__doc__:
            schemas[name]["description"] = inspect.cleandoc(told.__doc__)
    schemas.pop("PaginationMetadata", None)  # of the framework; no operation answers it
    schemas["Event"] |= {
        "additionalProperties": False,
        "oneOf": [{"required": [verb]} for verb in VERB_SCHEMAS],
    }
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("api."):
            continue
        path = spec["paths"][rule.rule.replace("<", "{").replace(">", "}")]
        for method in (rule.methods or set()) & {"GET", "POST"}:
            access = access_of(app.view_functions[rule.endpoint], method)
            operation = path[method.lower()]
            operation["x-permissions"] = list(access.permissions) if access else []
    spec["x-verb-permissions"] = VERB_PERMISSIONS
    return spec
