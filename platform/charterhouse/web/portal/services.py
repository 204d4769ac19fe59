"""Services: what I may ask for and what each needs, asking, where a request stands, giving it up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, url_for

from charterhouse import clock
from charterhouse.desk import asking
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.desk.portal import home
from charterhouse.kernel.reasons import REASONS
from charterhouse.tenancy.ids import new_key
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import gone, own_ref, portal, said

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from charterhouse.desk.intake import Answer

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TEXT: Final = 500


@portal.get("/services")
@signed_in("member")
def services() -> str:
    """What I may ask for, until when and with what; and what I asked for."""
    ref = own_ref()
    return render_template("portal/services.html", home=home(ref), offered=asking.offered(ref))


@portal.route("/services/<code>", methods=["GET", "POST"])
@signed_in("member")
def ask(code: str) -> str | tuple[str, int] | Response:
    """Ask for a service."""
    ref = own_ref()
    if request.method == "GET":
        return _ask_page(ref, code, "")
    try:
        request_id, answer = asking.ask(
            ref, code, details=_details(), consent=bool(request.form.get("consent")), key=_key()
        )
    except NotFoundError:
        gone()
    except ConflictError:
        # The same form with other words: what was asked first stands.
        return redirect(url_for("portal.services"), code=303)
    except DeskError as error:
        return _ask_page(ref, code, gettext(error.message)), 422
    if not answer.accepted:
        return _ask_page(ref, code, _why(answer)), 422
    notify(gettext("Your request is with us."))
    return redirect(url_for("portal.service_request", request_id=request_id), code=303)


def _ask_page(ref: str, code: str, problem: str) -> str:
    found = asking.offered(ref, code=code)
    if not found:
        gone()
    return render_template(
        "portal/ask.html", home=home(ref), offer=found[0], problem=problem, key=new_key()
    )


def _details() -> dict[str, str]:
    given = {
        name.removeprefix("details."): value.strip()[:_TEXT]
        for name, value in request.form.items()
        if name.startswith("details.")
    }
    return {name: value for name, value in given.items() if value}


def _key() -> str:
    """The idempotency key of the form; a new one where it was tampered with."""
    given = request.form.get("key", "")
    return given if _KEY.fullmatch(given) else new_key()


def _why(answer: Answer) -> str:
    return said(REASONS[answer.refusal["code"]]) if answer.refusal else ""


@portal.get("/requests/<request_id>")
@signed_in("member")
def service_request(request_id: str) -> str:
    """Where my request stands, what is promised until when, and what giving it up costs."""
    return _request_page(request_id, "")


def _request_page(request_id: str, problem: str) -> str:
    ref = own_ref()
    try:
        file = asking.own_request(ref, request_id)
    except NotFoundError:
        gone()
    return render_template(
        "portal/request.html",
        home=home(ref),
        file=file,
        price=asking.price_of_giving_up(file) if file.open else None,
        late=file.due_at is not None and file.due_at <= clock.now(),
        problem=problem,
        key=new_key(),
    )


@portal.post("/requests/<request_id>/cancel")
@signed_in("member")
def give_up(request_id: str) -> tuple[str, int] | Response:
    """Give my request up."""
    try:
        answer = asking.give_up(own_ref(), request_id, key=_key())
    except NotFoundError:
        gone()
    if not answer.accepted:
        return _request_page(request_id, _why(answer)), 422
    notify(gettext("Your request is cancelled."))
    return redirect(url_for("portal.service_request", request_id=request_id), code=303)
