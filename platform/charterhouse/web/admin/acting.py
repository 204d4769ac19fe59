"""Who acts on a page of the admin site, and how the desk's words and errors reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError, UnavailableError
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.tenancy.errors import QuotaError
from charterhouse.tenancy.ids import new_key
from charterhouse.web.auth.session import current_principal, need_sign_in
from charterhouse.web.errors import WebError, map_error
from charterhouse.web.i18n import gettext, pick
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from flask import Flask

    from charterhouse.desk.actions import Preview
    from charterhouse.kernel.charter import Text

__all__ = [
    "actor",
    "branch",
    "branches",
    "error_of",
    "form_key",
    "init_app",
    "own_branch",
    "refusal_of",
    "say",
]

_KEY_LIMIT = 100


def actor() -> str:
    """Return who acts, as the audit names them.

    Raises:
        SignInRequiredError: Nobody of the staff is signed in.
    """
    principal = current_principal()
    if principal is None:
        need_sign_in("staff")
    return principal.key


def branches() -> frozenset[str]:
    """Return the branches to which who acts is limited; empty for all."""
    principal = current_principal()
    return principal.branches if principal is not None else frozenset()


def branch() -> str:
    """Return the branch to which who acts is limited; empty for those of several or all."""
    limited = branches()
    return next(iter(limited)) if len(limited) == 1 else ""


def own_branch(given: str) -> str:
    """Return the branch for which a form acts: that which it names, if who acts belongs there.

    Raises:
        WebError: Who acts is limited to other branches.
    """
    allowed = branches()
    if not allowed or given in allowed:
        return given
    if not given:
        return branch()
    raise WebError(
        gettext("You work at another branch: choose your own."),
        code="branch_not_yours",
        status=403,
        field="branch",
    )


def form_key() -> str:
    """Return the idempotency key of the form that was sent.

    The prefix keeps forms from taking the keys of the house's own events, such as payments.
    """
    return f"form:{request.form.get('key', '')[:_KEY_LIMIT] or new_key()}"


def say(text: Text) -> str:
    """Return a pair of texts in the reader's language."""
    return pick(*text)


def _name(field: str, prefix: str) -> str:
    return field.removeprefix(f"{prefix}.").removeprefix("person.")


def error_of(error: DeskError, prefix: str = "") -> dict[str, str]:
    """Return an error of the desk as a message beside its field.

    Args:
        error: What the desk could not read.
        prefix: The verb whose fields the form has.
    """
    return {_name(error.field, prefix) or "_": worded(error.message)}


def refusal_of(preview: Preview, prefix: str = "") -> dict[str, str]:
    """Return the charter's refusal as messages beside its fields; those without one under ``_``."""
    refusal = preview.answer.refusal
    if refusal is None:
        return {}
    if refusal["missing"]:
        return {f"documents.{code}": gettext("This is missing.") for code in refusal["missing"]}
    return {_name(refusal["field"], prefix) or "_": say(preview.reason)}


def init_app(app: Flask) -> None:
    """Answer the desk's errors, and give the templates ``say()``."""
    for kind in (DeskError, NotFoundError, ConflictError, UnavailableError):
        map_error(app, kind, kind.status)
    for passing in (CharterUnavailableError, QuotaError):
        map_error(app, passing, 503)
    app.jinja_env.globals["say"] = say
