"""My requests: where each stands and until when what is promised, giving one up, saying how it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import jsonify, redirect, render_template, request, url_for

from charterhouse import clock
from charterhouse.desk import asking, files
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.desk.institution import contact
from charterhouse.desk.portal import home
from charterhouse.tenancy.ids import new_key
from charterhouse.web.errors import wants_json
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import gone, own_ref, portal
from charterhouse.web.portal.service_words import why_text
from charterhouse.web.portal.services import form_key
from charterhouse.web.uploads import send_content, send_picture, sent_files
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from charterhouse.desk.intake import Answer
    from charterhouse.desk.request_file import RequestFile

_REASON: Final = 500


@portal.get("/requests")
@signed_in("member")
def service_requests() -> str:
    """All that I asked for, what is open first."""
    return render_template("portal/requests.html", home=home(own_ref()))


@portal.get("/requests/<request_id>")
@signed_in("member")
def service_request(request_id: str) -> str:
    """Where my request stands, what is promised until when, and what giving it up costs."""
    return _page(request_id, "")


def _own(request_id: str) -> RequestFile:
    try:
        return asking.own_request(own_ref(), request_id)
    except NotFoundError:
        gone()


def _page(request_id: str, problem: str, errors: Mapping[str, str] | None = None) -> str:
    file = _own(request_id)
    if any(kept.pictured for paper in file.papers for kept in paper.files[:1]):
        files.seen(file.person.ref, actor=f"member:{file.person.ref}")
    return render_template(
        "portal/request.html",
        home=home(own_ref()),
        file=file,
        price=asking.price_of_giving_up(file) if file.open else None,
        asked_opinion=asking.may_rate(file),
        late=file.due_at is not None and file.due_at <= clock.now(),
        contact=contact(),
        problem=problem,
        errors=errors or {},
        accept=files.ACCEPT,
        limit=files.LIMIT,
        key=new_key,
    )


def _done(request_id: str, answer: Answer, text: str) -> tuple[str, int] | Response:
    """Back to the request, or with the reason why not."""
    if answer.refusal is not None:
        return _page(request_id, why_text(answer.refusal["code"])), 422
    notify(text)
    return redirect(url_for("portal.service_request", request_id=request_id), code=303)


@portal.post("/requests/<request_id>/papers")
@signed_in("member")
def service_paper(request_id: str) -> tuple[str, int] | Response:
    """Hand a paper in: a photo or scan of it."""
    code = request.form.get("code", "")
    try:
        answer = asking.hand_in(own_ref(), request_id, code, sent_files()[0], key=form_key())
    except NotFoundError:
        gone()
    except ConflictError:
        # The same form with another paper: the first one is in.
        return redirect(url_for("portal.service_request", request_id=request_id), code=303)
    except DeskError as error:
        text = worded(error.message)
        if wants_json():
            raise DeskError(text, field=error.field, code=error.code) from error
        return _page(request_id, "", {f"paper.{code}": text}), 422
    if answer.accepted and wants_json():
        notify(gettext("Your paper is with us."))
        return jsonify(kept=True)
    return _done(request_id, answer, gettext("Your paper is with us."))


def _kept(number: int) -> files.Kept:
    try:
        return files.own(f"member:{own_ref()}", number)
    except NotFoundError:
        gone()


_ONE: Final = "/papers/<int(max=9223372036854775807):number>"


@portal.get(_ONE)
@signed_in("member")
def own_paper(number: int) -> Response:
    """Look at a paper of my own; that somebody looked is noted."""
    kept = _kept(number)
    _, data = files.open_(kept.ref, number, actor=f"member:{kept.ref}")
    return send_content(kept, data)


@portal.get(f"{_ONE}/thumbnail")
@signed_in("member")
def own_paper_small(number: int) -> Response:
    """Send the small picture of a paper of my own; the page that shows it is noted."""
    kept = _kept(number)
    if not kept.pictured:
        gone()
    return send_picture(kept, files.thumbnail(kept.ref, number))


@portal.post("/requests/<request_id>/cancel")
@signed_in("member")
def service_cancel(request_id: str) -> tuple[str, int] | Response:
    """Give my request up."""
    _own(request_id)
    reason = request.form.get("reason", "").strip()[:_REASON]
    try:
        answer = asking.give_up(own_ref(), request_id, key=form_key(), reason=reason)
    except ConflictError:
        # The same form with other words: it was given up before.
        return redirect(url_for("portal.service_request", request_id=request_id), code=303)
    except DeskError as error:
        return _page(request_id, worded(error.message)), 422
    return _done(request_id, answer, gettext("Your request is cancelled."))


@portal.post("/requests/<request_id>/opinion")
@signed_in("member")
def service_opinion(request_id: str) -> tuple[str, int] | Response:
    """Say how a service was."""
    _own(request_id)
    try:
        answer = asking.rate(own_ref(), request_id, request.form.get("answer", ""))
    except NotFoundError:
        gone()
    except DeskError as error:
        return _page(request_id, worded(error.message)), 422
    return _done(request_id, answer, gettext("Thank you for telling us."))
