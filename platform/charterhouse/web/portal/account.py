"""The member's own page: data, language, text size, devices, a copy of everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, request, url_for

from charterhouse.desk import portal as desk
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.institution import branches, contact
from charterhouse.desk.own_data import own_data
from charterhouse.web.auth.session import sign_out
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import enter, gone, own_ref, portal
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


@portal.get("/profile")
@signed_in("member")
def profile() -> str:
    """Who I am here, masked, and what I can choose."""
    ref = own_ref()
    return render_template(
        "portal/profile.html",
        home=desk.home(ref),
        household=desk.household(ref),
        branches=branches(),
        contact=contact(),
    )


@portal.post("/switch")
@signed_in("member")
def switch() -> AnyResponse:
    """Go on as another person with the same phone."""
    try:
        person = desk.switch_to(own_ref(), request.form.get("ref", ""))
    except NotFoundError:
        gone()
    enter(person.ref)
    notify(gettext("You see the membership of %(name)s now.", name=person.name), "info")
    return redirect(url_for("portal.home"), code=303)


@portal.post("/sign-out-everywhere")
@signed_in("member")
def leave_everywhere() -> AnyResponse:
    """End all sign-ins, on this device too."""
    desk.sign_out_everywhere(own_ref())
    sign_out()
    notify(gettext("You are signed out on every device."), "success")
    return redirect(url_for("portal.sign_in"), code=303)


@portal.post("/data")
@signed_in("member")
@limiter.limit("6 per hour")
def data() -> Response:
    """Hand out a copy of everything on record of this person."""
    ref = own_ref()
    body = json.dumps(own_data(ref), ensure_ascii=False, indent=2)
    answer = Response(body, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="membership-{ref}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
