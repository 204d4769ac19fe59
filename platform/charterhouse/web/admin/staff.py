"""Accounts of staff: who works here, with which role, and what to do when a phone is lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import abort, redirect, render_template, request, url_for

from charterhouse.desk import access
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import branches
from charterhouse.web.admin.account import branch_names
from charterhouse.web.admin.acting import actor, error_of
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import PERMISSIONS, ROLES, permissions_of, require
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_RIGHT: Final = "staff.manage"
# Without letters and digits that look alike, since it is read out or copied by hand.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_FORM: Final = ("login", "name", "role", "branch")


def _first_password() -> str:
    """Return a random password of 79 bits in groups of four."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


@require(_RIGHT)
def index() -> str:
    """List all accounts."""
    return render_template(
        "admin/access/staff.html",
        accounts=access.list_staff(),
        roles=ROLES,
        branches=branch_names(),
    )


def _entered() -> tuple[dict[str, str], dict[str, str]]:
    values = {name: request.form.get(name, "").strip() for name in _FORM}
    errors = {}
    if values["role"] not in ROLES:
        errors["role"] = gettext("Choose a role.")
    if values["branch"] and values["branch"] not in branch_names():
        errors["branch"] = gettext("Choose a branch of the list.")
    return values, errors


def _form(
    values: dict[str, str], errors: dict[str, str], account: access.Staff | None = None
) -> str:
    return render_template(
        "admin/access/staff_form.html",
        values=values,
        errors=errors,
        account=account,
        roles=[(role.name, role.label, _rights_of(role.name)) for role in ROLES.values()],
        branches=_branches(values.get("branch", "")),
    )


def _branches(held: str) -> list[tuple[str, str]]:
    """Return the branches to choose from: the open ones, and that which the account has."""
    offered = {each.code for each in branches()} | {held}
    return [pair for pair in branch_names().items() if pair[0] in offered]


def _rights_of(role: str) -> str:
    held = permissions_of(frozenset({role}))
    if "staff.manage" in held:
        return str(gettext("Everything, staff and keys included"))
    labels = [PERMISSIONS[name].label for name in PERMISSIONS if name in held]
    shown = str(gettext(", ")).join(labels[:4])
    return str(gettext("%(some)s and %(count)s more", some=shown, count=len(labels) - 4))


@require(_RIGHT)
def new() -> str | tuple[str, int]:
    """Open an account; its first password is shown once."""
    if request.method == "GET":
        return _form({"role": "cashier"}, {})
    values, errors = _entered()
    password = _first_password()
    if not errors:
        try:
            made = access.create_staff(
                values["login"],
                values["name"],
                password,
                values["role"],
                values["branch"] or None,
                actor=actor(),
            )
        except DeskError as error:
            errors = error_of(error)
        else:
            return _told(made.staff, password=password)
    return _form(values, errors), 422


def _told(account: access.Staff, *, password: str = "", factor: bool = True) -> str:
    """Show once what the member of staff needs for the next sign-in."""
    return render_template(
        "admin/access/staff_told.html", account=account, password=password, factor=factor
    )


@require(_RIGHT)
def edit(staff_id: int) -> Response | str | tuple[str, int]:
    """Change name, role and branch."""
    account = access.get_staff(staff_id)
    if request.method == "GET":
        values = {
            "login": account.login,
            "name": account.name,
            "role": account.role,
            "branch": account.branch or "",
        }
        return _form(values, {}, account)
    values, errors = _entered()
    values["login"] = account.login
    if not errors:
        try:
            access.change_staff(
                staff_id,
                name=values["name"],
                role=values["role"],
                branch=values["branch"] or None,
                actor=actor(),
            )
        except DeskError as error:
            errors = error_of(error)
        else:
            notify(gettext("%(name)s is changed.", name=values["name"]))
            return redirect(url_for("admin.staff"), code=303)
    return _form(values, errors, account), 422


@require(_RIGHT)
def act(staff_id: int, action: str) -> Response | str:
    """Close or open an account, or give it a new password or second factor."""
    account = access.get_staff(staff_id)
    if action == "password":
        password = _first_password()
        reset = access.reset_password(staff_id, password, actor=actor())
        return _told(reset, password=password, factor=not reset.enrolled)
    if action == "factor":
        return _told(access.reset_second_factor(staff_id, actor=actor()).staff)
    if action not in ("close", "open"):
        abort(404)
    try:
        access.set_active(staff_id, active=action == "open", actor=actor())
    except DeskError as error:
        notify(worded(error.message), "error")
        return redirect(url_for("admin.staff_edit", staff_id=staff_id), code=303)
    said = (
        gettext("%(name)s may sign in again.", name=account.name)
        if action == "open"
        else gettext("%(name)s may not sign in any more.", name=account.name)
    )
    notify(said)
    return redirect(url_for("admin.staff"), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    rule, both = app.add_url_rule, ["GET", "POST"]
    rule("/admin/staff", "admin.staff", index)
    rule("/admin/staff/new", "admin.staff_new", new, methods=both)
    rule(
        "/admin/staff/<int(max=9223372036854775807):staff_id>",
        "admin.staff_edit",
        edit,
        methods=both,
    )
    rule(
        "/admin/staff/<int(max=9223372036854775807):staff_id>/<action>",
        "admin.staff_act",
        act,
        methods=["POST"],
    )
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.staff",
            lazy_gettext("Staff"),
            "user-cog",
            lazy_gettext("Institution"),
            _RIGHT,
            order=80,
            prefix="admin.staff",
        ),
    )
