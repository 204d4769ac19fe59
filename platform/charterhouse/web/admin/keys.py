"""Keys by which other systems use the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, url_for

from charterhouse.desk import access
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.web.admin.acting import actor, error_of
from charterhouse.web.api.views import RIGHTS
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import PERMISSIONS, require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_RIGHT: Final = "keys.manage"
_USUAL: Final = ("events.write", "events.read", "members.read", "members.write")


@require(_RIGHT)
def index() -> str:
    """List all keys."""
    return render_template(
        "admin/access/keys.html", keys=access.list_keys(), permissions=PERMISSIONS
    )


@require(_RIGHT)
def new() -> str | tuple[str, int]:
    """Make a key; it is shown once."""
    if request.method == "GET":
        return _form("", _USUAL, {})
    name = request.form.get("name", "")
    chosen = [right for right in request.form.getlist("permissions") if right in RIGHTS]
    try:
        made = access.create_key(name, chosen, actor=actor())
    except DeskError as error:
        return _form(name, tuple(chosen), error_of(error)), 422
    return render_template("admin/access/key_told.html", made=made)


def _form(name: str, chosen: tuple[str, ...], errors: dict[str, str]) -> str:
    return render_template(
        "admin/access/key_form.html",
        name=name,
        chosen=chosen,
        errors=errors,
        rights=[PERMISSIONS[right] for right in RIGHTS],
    )


@require(_RIGHT)
def revoke(key_id: int) -> Response:
    """End a key, once its name was typed."""
    key = next((key for key in access.list_keys() if key.id == key_id), None)
    if key is None:
        raise NotFoundError("there is no such key", code="key_unknown")
    if request.form.get("confirm", "").strip() != key.name:
        notify(gettext("Type the name of the key to end it."), "error")
    else:
        access.revoke_key(key_id, actor=actor())
        notify(gettext("The key of %(name)s is ended.", name=key.name))
    return redirect(url_for("admin.keys"), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    rule = app.add_url_rule
    rule("/admin/keys", "admin.keys", index)
    rule("/admin/keys/new", "admin.keys_new", new, methods=["GET", "POST"])
    rule(
        "/admin/keys/<int(max=9223372036854775807):key_id>/end",
        "admin.keys_end",
        revoke,
        methods=["POST"],
    )
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.keys",
            lazy_gettext("API keys"),
            "key",
            lazy_gettext("Institution"),
            _RIGHT,
            order=85,
            prefix="admin.keys",
        ),
    )
