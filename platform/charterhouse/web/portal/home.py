"""The first page: the card, the code to show, what is owed, benefits."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno
from flask import Response, redirect, render_template, url_for

from charterhouse.desk import member_code
from charterhouse.desk.portal import home as read_home
from charterhouse.desk.portal import household, last_day
from charterhouse.desk.requests import services
from charterhouse.payments.house import find_merchant
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import own_ref, portal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

STEPS = {"applied": 2, "approved": 3}
"""How far an application is: handed in, reviewed, paid, card."""


@portal.get("/")
@signed_in("member")
def home() -> str:
    """The card and all that goes with it, or how far the application is."""
    ref = own_ref()
    return render_template(
        "portal/home.html",
        home=read_home(ref),
        household=household(ref),
        online=find_merchant() is not None,
        step=STEPS,
        last_day=last_day,
        services=bool(services()),
    )


@portal.get("/member-code.svg")
@signed_in("member")
def member_code_image() -> Response:
    """A fresh member code as a QR code."""
    made = member_code.make(own_ref())
    drawn = io.BytesIO()
    segno.make(made.text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, border=1, scale=8, dark="#101615"
    )
    answer = Response(drawn.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@portal.get("/benefits")
@signed_in("member")
def benefits() -> AnyResponse | str:
    """Every benefit with its clause, in plain words."""
    found = read_home(own_ref())
    if not found.benefits:
        return redirect(url_for("portal.home"), code=303)
    return render_template("portal/benefits.html", home=found)
