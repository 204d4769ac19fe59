"""One's own account: who one is here, and the password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, url_for

from charterhouse.desk import access
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.institution import all_branches
from charterhouse.desk.passwords import MIN_LENGTH
from charterhouse.web.admin.acting import error_of
from charterhouse.web.auth.session import Principal, current_principal, need_sign_in, sign_in
from charterhouse.web.i18n import gettext, pick
from charterhouse.web.notices import notify
from charterhouse.web.permissions import PERMISSIONS, ROLES, permissions_of, signed_in
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["branch_names", "load_staff", "principal_of", "register"]


# Whoever finds a browser signed in must not find out the password there.
_SELDOM: Final = "10 per minute"


def principal_of(account: access.Staff) -> Principal:
    """Return whom an account stands for; an account of an unknown role may do nothing."""
    roles = frozenset({account.role} & ROLES.keys())
    return Principal(
        "staff",
        account.id,
        account.name,
        roles,
        permissions_of(roles),
        frozenset({account.branch}) if account.branch else frozenset(),
        account.stamp,
    )


def load_staff(number: int) -> Principal | None:
    """Return the principal of an account, None when it is gone or closed."""
    try:
        account = access.get_staff(number)
    except NotFoundError:
        return None
    return principal_of(account) if account.active else None


def branch_names() -> dict[str, str]:
    """Return all branches of the institution, closed ones too: code → name."""
    return {each.code: pick(each.zh, each.en) for each in all_branches()}


def _me() -> Principal:
    principal = current_principal()
    if principal is None:
        need_sign_in("staff")
    return principal


@signed_in("staff")
def show() -> Response | str | tuple[str, int]:
    """Show the own account; change the password."""
    me = _me()
    if request.method == "GET":
        return _page(me, {})
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _page(me, {"again": gettext("is not the same as above")}), 422
    try:
        changed = access.change_password(me.id, request.form.get("old", ""), new)
    except DeskError as error:
        return _page(me, error_of(error)), 422
    # The new password ends every session of the account; this one begins anew.
    sign_in(principal_of(changed))
    notify(gettext("Your password is changed. All other devices are signed out."))
    return redirect(url_for("admin.account"), code=303)


def _page(me: Principal, errors: dict[str, str]) -> str:
    found = access.get_staff(me.id)
    return render_template(
        "admin/access/account.html",
        account=found,
        role=ROLES.get(found.role),
        branch=branch_names().get(found.branch or "", found.branch),
        rights=[PERMISSIONS[name].label for name in sorted(me.permissions) if name in PERMISSIONS],
        errors=errors,
        least=MIN_LENGTH,
    )


def register(app: Flask) -> None:
    """Add the page."""
    seldom = limiter.limit(_SELDOM, methods=["POST"])
    app.add_url_rule("/admin/account", "admin.account", seldom(show), methods=["GET", "POST"])
