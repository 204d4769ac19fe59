"""Signing in to the admin site in two steps, and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import segno
from flask import redirect, render_template, request, session, url_for

from charterhouse import clock
from charterhouse.desk import access
from charterhouse.desk.errors import DeskError
from charterhouse.desk.signing import STEP_SECONDS
from charterhouse.web.admin import account, acting, keys, staff
from charterhouse.web.admin.account import load_staff, principal_of
from charterhouse.web.admin.acting import error_of
from charterhouse.web.auth.session import (
    current_principal,
    register_loader,
    register_sign_in,
    safe_next,
    sign_in,
    sign_out,
)
from charterhouse.web.i18n import gettext, local
from charterhouse.web.navigation import url_if
from charterhouse.web.notices import notify
from charterhouse.web.permissions import public
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_SECOND: Final = "_second"
_SECOND_SECONDS: Final = 5 * 60
_OFTEN: Final = "30 per minute"
_REASON: Final = "Nobody is signed in yet; passwords and codes are what it asks for."


def _home() -> str:
    return url_if("admin.home") or url_for("admin.account")


def _wanted(target: str | None) -> str:
    return safe_next(target, _home())


@public(reason=_REASON)
def first() -> Response | str | tuple[str, int]:
    """Ask for login and password."""
    wanted = _wanted(request.values.get("next"))
    principal = current_principal()
    if principal is not None and principal.audience == "staff":
        return redirect(wanted, code=303)
    if request.method == "GET":
        return _ask_password({}, wanted)
    try:
        found = access.check_password(
            request.form.get("login", ""), request.form.get("password", "")
        )
    except access.SignInError as error:
        return _ask_password(error_of(error), wanted), 401
    # A new session: what was in the browser before signing in must not follow.
    session.clear()
    session[_SECOND] = {
        "id": found.id, "at": _seconds(), "next": wanted, "stamp": found.stamp,
    }  # fmt: skip
    return redirect(url_for("admin.sign_in_code"), code=303)


def _ask_password(errors: dict[str, str], wanted: str) -> str:
    return render_template(
        "admin/access/sign_in.html",
        errors=errors,
        wanted=wanted,
        login=request.form.get("login", ""),
        expired=request.args.get("expired") == "1",
    )


def _seconds() -> int:
    return int(clock.now().timestamp())


def _pending() -> tuple[int, str] | None:
    """Return who gave the password a moment ago, if it still holds, and where they wanted to go."""
    kept = session.get(_SECOND)
    if not kept or not 0 <= _seconds() - kept["at"] <= _SECOND_SECONDS:
        return None
    if access.get_staff(kept["id"]).stamp != kept["stamp"]:
        return None
    return kept["id"], kept["next"]


@public(reason=_REASON)
def second() -> Response | str | tuple[str, int]:
    """Ask for a code; a new account is first shown how to set its authenticator up."""
    pending = _pending()
    if pending is None:
        session.pop(_SECOND, None)
        notify(gettext("That took too long. Begin again."), "warning")
        return redirect(url_for("admin.sign_in"), code=303)
    staff_id, wanted = pending
    if request.method == "GET":
        return _ask_code(staff_id, {})
    try:
        signed = access.check_code(staff_id, request.form.get("code", ""))
    except DeskError as error:
        return _ask_code(staff_id, error_of(error)), 401
    sign_in(principal_of(signed))
    return redirect(wanted, code=303)


def _ask_code(staff_id: int, errors: dict[str, str]) -> str:
    found = access.get_staff(staff_id)
    enrolment = None if found.enrolled else access.enrolment_of(staff_id)
    return render_template(
        "admin/access/sign_in_code.html",
        errors=errors,
        account=found,
        enrolment=enrolment,
        picture=qr_picture(enrolment.uri) if enrolment else "",
        clock_time=local(clock.now()).strftime("%H:%M:%S"),
        seconds=STEP_SECONDS,
    )


def qr_picture(text: str) -> str:
    """Return a QR code as the address of an image; black on white also on dark pages."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=3, light="#fff"))


@public(reason="Who is not signed in any more may press it too.")
def leave() -> Response:
    """End the session."""
    sign_out()
    notify(gettext("You are signed out."))
    return redirect(url_for("admin.sign_in"), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    acting.init_app(app)
    both = ["GET", "POST"]
    often = limiter.limit(_OFTEN, methods=["POST"])
    app.add_url_rule("/admin/sign-in", "admin.sign_in", often(first), methods=both)
    app.add_url_rule("/admin/sign-in/code", "admin.sign_in_code", often(second), methods=both)
    app.add_url_rule("/admin/sign-out", "admin.sign_out", leave, methods=["POST"])
    register_loader(app, "staff", load_staff)
    register_sign_in(app, "staff", "admin.sign_in")
    account.register(app)
    staff.register(app)
    keys.register(app)
