"""What a request reached for and did not get, as far as it may be an attack, goes into the audit."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import current_app, g, request

from charterhouse.tenancy.refusals import Refusals
from charterhouse.web.middleware import FOREIGN_SESSION, REFUSAL, TENANT

if TYPE_CHECKING:
    from flask import Flask, Response

__all__ = ["init_app"]

_BY_CODE: Final = {
    "host_malformed": "host",
    "tenant_unknown": "host",
    "key_invalid": "key",
    "cross_site": "form",
    "csrf": "form",
    "charter_failed": "charter",
}
_EXTENSION: Final = "charterhouse.refusals"


def _what() -> str | None:
    """The kind of what was refused: a host, session, key, form, id or scope; None if nothing was."""
    if g.get("left_scope"):
        return "scope"
    if request.environ.get(FOREIGN_SESSION):
        return "session"
    refusal = request.environ.get(REFUSAL)
    code: str = refusal.code if refusal is not None else g.get("problem_code", "")
    if code in _BY_CODE:
        # Who brings no key at all has only lost the way.
        return (
            _BY_CODE[code] if code != "key_invalid" or "Authorization" in request.headers else None
        )
    named = bool(request.view_args) and g.get("problem_status") == HTTPStatus.NOT_FOUND
    if g.get("principal") is not None and (named or code.endswith("_unknown")):
        return "id"
    return None


def _actor() -> str:
    if "api_key" in g:
        return str(g.api_key.actor)
    principal = g.get("principal")
    return principal.key if principal is not None else "anybody"


def _look(response: Response) -> Response:
    if what := _what():
        tenant = request.environ.get(TENANT)
        refusals: Refusals | None = current_app.extensions.get(_EXTENSION)
        if refusals is None:
            made = Refusals(current_app.extensions["charterhouse.catalogue"])
            refusals = current_app.extensions.setdefault(_EXTENSION, made)
        refusals.note(tenant.id if tenant is not None else None, what, _actor())
    return response


def init_app(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_look)
