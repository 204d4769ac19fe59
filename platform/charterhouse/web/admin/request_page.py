"""The page of one request: what it rests on, where it stands, and what may be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import jsonify, redirect, render_template, request, url_for

from charterhouse.desk import files, paper_intake, requests
from charterhouse.desk.actions import explained
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import Answer, submit
from charterhouse.desk.request_file import RequestFile, request_file
from charterhouse.desk.request_moves import Move, moves
from charterhouse.desk.staff import list_staff
from charterhouse.desk.telling import VERBS
from charterhouse.desk.words import words
from charterhouse.kernel.clauses.service_details import DECIDE, needs
from charterhouse.tenancy.ids import new_key
from charterhouse.web.admin.acting import actor, branch, error_of, form_key, say
from charterhouse.web.admin.action_reading import read_pairs, sense
from charterhouse.web.admin.files import see
from charterhouse.web.admin.request_list import own_id
from charterhouse.web.admin.words import code_label, words_of
from charterhouse.web.errors import wants_json
from charterhouse.web.i18n import gettext, lazy_gettext, lazy_pgettext
from charterhouse.web.labels import register_status
from charterhouse.web.notices import notify
from charterhouse.web.permissions import may, require
from charterhouse.web.service_details import Told, read_told, told_fields
from charterhouse.web.uploads import sent_files
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.wrappers import Response

    from charterhouse.desk.actions import Preview

__all__ = ["register"]

_TEXT: Final = 1000
_WAYS: Final = {
    "step": ("progress", "step"),
    "decide": ("decide", "outcome"),
    "close": ("close", "outcome"),
    "cancel": ("cancel", "by"),
    "supply": ("supply", ""),
}
"""Way in the address → verb, and the field that the button's choice fills."""

_CHECKS: Final = {
    "right": lazy_pgettext("check", "Member with rights"),
    "tier": lazy_pgettext("check", "Tier has the service"),
    "policy": lazy_pgettext("check", "Policy in force"),
    "person": lazy_pgettext("check", "Relative who shares the service"),
    "network": lazy_pgettext("check", "Hospital of the network"),
    "waiting": lazy_pgettext("check", "Waiting period over"),
    "diagnosis": lazy_pgettext("check", "Diagnosis on file"),
    "benefit": lazy_pgettext("check", "A use of the benefit was left"),
    "consent": lazy_pgettext("check", "Consent given"),
    "papers": lazy_pgettext("check", "Papers complete"),
    "decision": lazy_pgettext("check", "Approved"),
}
_QUOTA: Final = {
    "reserved": ("wait", lazy_pgettext("quota", "Reserved")),
    "consumed": ("off", lazy_pgettext("quota", "Consumed")),
    "released": ("good", lazy_pgettext("quota", "Released")),
}


@require("members.read")
def show(request_id: str) -> str:
    """Show a request."""
    return _page(request_file(request_id))


def _page(
    file: RequestFile, *, errors: Mapping[str, str] | None = None, refused: Preview | None = None,
    at: str = "",
) -> str:  # fmt: skip
    """Show the page; `at` is the step whose form came back, or `DECIDE`."""
    found = moves(file, actor=actor()) if may("members.write") or may("approvals.decide") else ()
    see(file.person.ref, (kept for paper in file.papers for kept in paper.files))
    return render_template(
        "admin/requests/request.html",
        file=file,
        next=_allowed(found),
        later=[move for move in found if not move.allowed and _mine(move)],
        verbs=VERBS,
        errors=errors or {},
        refused=refused,
        values=request.form,
        told=lambda place="": _told(file, place),
        told_labels={each.name: each.label for each in _told(file, at)},
        at=at,
        staff=[(str(each.id), each.name) for each in list_staff() if each.active],
        me=own_id(),
        key=new_key,
        checks=_CHECKS,
        quota=_QUOTA,
        accept=files.ACCEPT,
        paper_choices=_paper_choices(file),
    )


def _paper_choices(file: RequestFile) -> list[tuple[str, str]]:
    """Return the papers of a request to choose from: code and label, what lacks before the rest."""
    lacking_first = sorted(file.papers, key=lambda paper: not paper.missing)
    return [(code, code_label(code)) for paper in lacking_first for code in paper.codes]


def _told(file: RequestFile, place: str) -> tuple[Told, ...]:
    """Return the fields for what is told with a step, the decision (`DECIDE`) or the request."""
    if file.service is None:
        return ()
    details = file.told(place)
    # What the request lacked was told at its opening; afterwards nothing of it has to be.
    must = [each.code for each in details if place and needs(file.service, each)]
    return told_fields(details, words_of(), required=must)


def _mine(move: Move) -> bool:
    return may("approvals.decide" if move.verb == "decide" else "members.write")


def _allowed(found: tuple[Move, ...]) -> dict[str, list[Move]]:
    """Return what may be done now by who is signed in: verb → moves; steps done before apart."""
    mine = [move for move in found if move.allowed and _mine(move)]
    told: dict[str, list[Move]] = {verb: [] for verb in ("again", *(v for v, _ in _WAYS.values()))}
    for move in mine:
        told["again" if move.done else move.verb].append(move)
    return told


def _tell(request_id: str, way: str) -> tuple[str, int] | Response:
    """Tell the event of a form; what is refused or unreadable comes back with its reason."""
    file = request_file(request_id)
    verb, chosen = _WAYS[way]
    choice = request.form.get("choice", "")
    at = {"step": choice, "decide": DECIDE}.get(way, "")
    fields = _told(file, at) if way in ("step", "decide", "supply") else ()
    told, errors = read_told(fields, request.form)
    if errors and choice != "refused":
        return _page(file, errors=errors, at=at), 422
    body = {"request": request_id, **_body(way), **_common(fields, told)}
    if chosen:
        body[chosen] = choice
    try:
        answer = submit(verb, body, actor=actor(), key=form_key())
    except DeskError as error:
        return _page(file, errors=error_of(error, verb), at=at), 422
    if not answer.accepted:
        why = explained(answer, words())
        place = str((answer.refusal or {}).get("field") or "").partition(".")[2]
        beside = {place: say(why.reason)} if place in {each.name for each in fields} else {}
        return _page(request_file(request_id), errors=beside, refused=why, at=at), 422
    notify(gettext("Done: %(what)s.", what=say(VERBS[verb])))
    return redirect(url_for("admin.request_page", request_id=request_id), code=303)


def _common(fields: tuple[Told, ...], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every form may say: who did it, a remark, details, the branch."""
    form = request.form
    found: dict[str, Any] = {}
    for name in ("by", "note"):
        text = form.get(name, "").strip()[:_TEXT]
        if text:
            found[name] = text
    details: dict[str, Any] = read_pairs(form.get("details", "")[:_TEXT])
    own = {each.name for each in fields}
    for name, value in form.items():
        if name in own:
            continue
        group, dot, code = name.partition(".")
        if dot and group == "details" and value.strip():
            details[code] = sense(value.strip()[:_TEXT])
    details |= told
    if details:
        found["details"] = details
    if branch():
        found["branch"] = branch()
    return found


def _body(way: str) -> dict[str, Any]:
    if way == "supply":
        return {"documents": dict.fromkeys(request.form.getlist("paper")[:50], 1)}
    reason = request.form.get("reason", "").strip()[:_TEXT]
    return {"reason": reason} if reason and way in ("decide", "cancel") else {}


@require("members.write")
def step(request_id: str) -> tuple[str, int] | Response:
    """Record a step that is done."""
    return _tell(request_id, "step")


@require("members.write")
def supply(request_id: str) -> tuple[str, int] | Response:
    """Record papers that were handed in."""
    return _tell(request_id, "supply")


@require("members.write")
def papers(request_id: str) -> tuple[Any, int] | Response:
    """Keep scans and photos for the request; a paper that lacked counts as handed in."""
    said = {"branch": branch()} if branch() else {}
    code = request.form.get("code", "")
    try:
        for data in sent_files():
            answer = paper_intake.take_in(
                request_file(request_id), code, data, said, actor=actor(), key=form_key()
            )
            if answer is not None and answer.refusal is not None:
                return _refused(request_id, answer, answer.refusal["code"])
    except DeskError as error:
        if error.status == 404:
            raise
        if wants_json():
            raise type(error)(worded(error.message), field=error.field, code=error.code) from error
        return _page(request_file(request_id), errors=error_of(error)), 422
    if wants_json():
        return jsonify(kept=True)
    notify(gettext("The file is kept."))
    return redirect(url_for("admin.request_page", request_id=request_id), code=303)


def _refused(request_id: str, answer: Answer, code: str) -> tuple[Any, int]:
    """Say why the charter does not take a paper: beside the file, or on the page."""
    why = explained(answer, words())
    if wants_json():
        raise DeskError(say(why.reason), field="file", code=code)
    return _page(request_file(request_id), refused=why), 422


@require("approvals.decide")
def decide(request_id: str) -> tuple[str, int] | Response:
    """Approve or refuse, with the reason."""
    return _tell(request_id, "decide")


@require("members.write")
def close(request_id: str) -> tuple[str, int] | Response:
    """Close the request with its outcome."""
    return _tell(request_id, "close")


@require("members.write")
def cancel(request_id: str) -> tuple[str, int] | Response:
    """Give the request up for one of its sides."""
    return _tell(request_id, "cancel")


@require("tasks.work")
def assign(request_id: str) -> tuple[str, int] | Response:
    """Say who works on the request."""
    chosen = request.form.get("staff", "")
    number = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0
    try:
        requests.assign(request_id, number if chosen else None, actor=actor())
    except DeskError as error:
        if error.status == 404:
            raise
        return _page(request_file(request_id), errors=error_of(error)), 422
    notify(gettext("The request is assigned.") if chosen else gettext("Nobody is assigned."))
    return redirect(url_for("admin.request_page", request_id=request_id), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    here = "/admin/requests/<request_id>"
    app.add_url_rule(here, "admin.request_page", show)
    ways = {"step": step, "supply": supply, "papers": papers, "decide": decide, "close": close, "cancel": cancel,
            "assign": assign}  # fmt: skip
    for name, view in ways.items():
        app.add_url_rule(f"{here}/{name}", f"admin.request_{name}", view, methods=["POST"])
    for state, tone, label in (
        ("received", "busy", lazy_pgettext("status", "Received")),
        ("incomplete", "wait", lazy_pgettext("status", "Incomplete")),
        ("arranged", "busy", lazy_pgettext("status", "Arranged")),
        ("served", "good", lazy_pgettext("status", "Served")),
        ("late", "bad", lazy_gettext("Done late")),
    ):
        register_status(state, tone, label)
