"""Errors as answers: one JSON shape for programs, one page for people, one reference for both.

The JSON shape is ``{code, message, field, clause, reference}``. Nothing of an unforeseen
error reaches the reader but its reference; the log has the rest under the same reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from flask import Response, g, jsonify, make_response, render_template, request
from flask_login import AnonymousUserMixin
from werkzeug.exceptions import HTTPException

from charterhouse.tenancy.errors import (
    NoTenantError,
    StoreBusyError,
    StoreFrozenError,
    StoreOutdatedError,
    StoreTimeoutError,
    TenancyError,
    TenantSwitchError,
)
from charterhouse.web import refusals
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.middleware import REFERENCE, new_reference
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as WerkzeugResponse

__all__ = [
    "PASSING",
    "Problem",
    "WebError",
    "init_app",
    "map_error",
    "passing_response",
    "problem_response",
    "reference",
    "wants_json",
]

_log = structlog.get_logger("charterhouse.web")
_RETRY_SECONDS: Final = "2"
_MACHINE_PATHS: Final = ("/api/", "/hooks/")


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told.

    Attributes:
        status: HTTP status.
        code: Stable, for programs.
        message: What happened and what to do, in the reader's language.
        field: The input at fault.
        clause: The clause of the charter that decided.
    """

    status: int
    code: str
    message: str
    field: str | None = None
    clause: str | None = None


class WebError(Exception):
    """A refusal that the web itself makes.

    Args:
        message: What happened and what to do, in the reader's language.
        code: Stable, for programs.
        status: HTTP status.
        field: The input at fault.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int = HTTPStatus.BAD_REQUEST,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.field = field


PASSING: Final = (StoreBusyError, StoreFrozenError, StoreTimeoutError)
"""What a store refuses for the moment, wherever it is met."""

_HTTP_CODES: Final = {
    400: "bad_request",
    401: "sign_in_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    413: "body_too_large",
    415: "media_type_unsupported",
    422: "invalid",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}
_MESSAGES: Final = {
    400: lazy_gettext("The request is not understandable. Go back, reload the page and try again."),
    401: lazy_gettext("Please sign in first."),
    403: lazy_gettext("You may not do this. Ask an owner of your institution for the right."),
    404: lazy_gettext("There is nothing at this address. Check it, or begin at the home page."),
    405: lazy_gettext("This address does not take such a request."),
    409: lazy_gettext("Somebody changed this meanwhile. Reload the page and try again."),
    410: lazy_gettext("What was here has been removed."),
    413: lazy_gettext("What you sent is too large. Send a smaller file, or split it."),
    415: lazy_gettext("This kind of file or body is not taken here."),
    422: lazy_gettext("Some of what you entered cannot be taken. Correct it and send it again."),
    429: lazy_gettext("That was too often. Wait a minute and try again."),
    500: lazy_gettext("Something went wrong on our side. Nothing was changed by this request."),
    503: lazy_gettext("This is being moved or repaired. Try again in a few minutes."),
}
_TITLES: Final = {
    400: lazy_gettext("Not understood"),
    401: lazy_gettext("Sign in again"),
    403: lazy_gettext("Not allowed"),
    404: lazy_gettext("Not found"),
    413: lazy_gettext("Too large"),
    422: lazy_gettext("Cannot be taken"),
    429: lazy_gettext("Too many requests"),
    500: lazy_gettext("Something went wrong"),
    503: lazy_gettext("For a moment not available"),
}
_TITLES_OF_CODES: Final = {"tenant_suspended": lazy_gettext("Suspended")}
_OF_TENANT = re.compile(r"/t/[^/]*(?=/)")
"""What is left in the path of a tenant that is unknown."""


def reference() -> str:
    """Return the reference of this request, which support can search in the log."""
    given: str | None = request.environ.get(REFERENCE)
    if given is None:
        given = request.environ[REFERENCE] = new_reference()
    return given


def wants_json() -> bool:
    """Whether the reader is a program: an address of the API or of a hook, or one asking for JSON."""
    if _OF_TENANT.sub("", request.path, count=1).startswith(_MACHINE_PATHS):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and not request.accept_mimetypes.accept_html


def _partial(problem: Problem) -> Response:
    """Answer htmx: a notice beside the page instead of a page within the page."""
    body = render_template("errors/notice.html", problem=problem, reference=reference())
    response = make_response(body, problem.status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response


def problem_response(problem: Problem) -> Response:
    """Return a problem in the form that suits who asks: JSON, a notice for htmx, or a page."""
    g.problem_code, g.problem_status = problem.code, problem.status
    if wants_json():
        response = jsonify(
            code=problem.code,
            message=problem.message,
            field=problem.field,
            clause=problem.clause,
            reference=reference(),
        )
        response.status_code = problem.status
        return response
    if request.headers.get("HX-Request") == "true":
        return _partial(problem)
    title = _TITLES_OF_CODES.get(problem.code) or _TITLES.get(
        problem.status, _TITLES[400 if problem.status < 500 else 500]
    )
    page = render_template("errors/error.html", problem=problem, title=title, reference=reference())
    return make_response(page, problem.status)


def _of_error(error: Exception, status: int) -> Problem:
    return Problem(
        status=status,
        code=str(getattr(error, "code", None) or _HTTP_CODES.get(status, "error")),
        message=worded(str(error)),
        field=getattr(error, "field", None),
        clause=getattr(error, "clause", None),
    )


def map_error(app: Flask, kind: type[Exception], status: int) -> None:
    """Answer errors of ``kind`` and its subclasses with ``status``.

    Their ``code``, ``field`` and ``clause`` attributes and their text reach the reader, so
    map only families whose messages are written for readers.
    """

    def answer(error: Exception) -> Response:
        problem = _of_error(error, status)
        _log.info("refused", code=problem.code, field=problem.field, status=status)
        return problem_response(problem)

    app.register_error_handler(kind, answer)


def _http_error(error: HTTPException) -> WerkzeugResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status >= 500:
        _log.error("http_error", status=status, description=error.description)
    known = getattr(error, "charterhouse_code", None)
    message = _MESSAGES.get(status) or error.name
    code = known or _HTTP_CODES.get(status, error.name.lower().replace(" ", "_"))
    response = problem_response(Problem(status, code, str(message)))
    # Allow, Retry-After and WWW-Authenticate belong to the error, not to its form.
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _web_error(error: WebError) -> Response:
    return problem_response(_of_error(error, int(error.status)))


def _to_nobody() -> None:
    """Look nobody up for the page that follows: it would be done in the very store that fails."""
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - where flask-login keeps it
    g.pop("principal", None)


def _unforeseen(error: Exception) -> Response:
    # The rule and not the address, in which there may be what somebody searched for.
    route = request.url_rule.rule if request.url_rule else None
    _log.error("unforeseen_error", exc_info=error, route=route, method=request.method)
    _to_nobody()
    g.left_scope = isinstance(error, NoTenantError | TenantSwitchError)
    return problem_response(Problem(500, "internal_error", str(_MESSAGES[500])))


def _closed(error: StoreOutdatedError) -> Response:
    """Answer for a store that waits for its migration; which schema it has is not the reader's."""
    _log.error("store_closed", problem=str(error))
    _to_nobody()
    return problem_response(Problem(503, error.code, str(_MESSAGES[503])))


def passing_response(error: TenancyError) -> Response:
    """Answer for a store that cannot just now; where it is and why is not the reader's."""
    _log.warning("store_unavailable", code=error.code, problem=str(error))
    _to_nobody()
    message = gettext("The institution's store cannot take this just now. Try again.")
    response = problem_response(Problem(503, error.code, message))
    response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def init_app(app: Flask) -> None:
    """Answer every error of the application."""
    refusals.init_app(app)
    app.register_error_handler(StoreOutdatedError, _closed)
    for kind in PASSING:
        app.register_error_handler(kind, passing_response)
    app.register_error_handler(WebError, _web_error)
    app.register_error_handler(HTTPException, _http_error)
    # Flask asks the most precise handler first; this one takes what nobody foresaw.
    app.register_error_handler(Exception, _unforeseen)
    app.jinja_env.globals.update(reference=reference)
