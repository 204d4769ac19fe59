"""Services: what I have until when, what each needs, and asking for one in two steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from charterhouse.desk import asking, files
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.desk.offers import Asked, Offered, offered, persons, picks_hospital
from charterhouse.desk.portal import home
from charterhouse.desk.request_file import covers
from charterhouse.tenancy.ids import new_key
from charterhouse.web.errors import wants_json
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import signed_in
from charterhouse.web.portal.base import gone, own_ref, portal, said
from charterhouse.web.portal.service_words import why_text
from charterhouse.web.service_details import Told, read_told, told_fields
from charterhouse.web.uploads import sent_files
from charterhouse.web.worded import worded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from charterhouse.desk.asking import Foreseen

__all__ = ["form_key"]

_TEXT: Final = 500
_NAME: Final = 80


@portal.get("/services")
@signed_in("member")
def services() -> str:
    """What I may ask for, until when and with what; my policies; what I asked for."""
    ref = own_ref()
    found = home(ref)
    every = offered(ref)
    return render_template(
        "portal/services.html",
        home=found,
        offered=[offer for offer in every if offer.included],
        others=[offer for offer in every if not offer.included],
        covers=covers(found.standing),
    )


@portal.route("/services/<code>", methods=["GET", "POST"])
@signed_in("member")
def service_ask(code: str) -> str | tuple[str, int] | Response:
    """Ask for a service: fill the form in, look at what will happen, send."""
    ref = own_ref()
    offer = next(iter(offered(ref, code=code)), None)
    if offer is None:
        gone()
    offer = _asking_for(offer, _sent_details())
    if request.method == "GET" or request.form.get("step") == "edit" or not offer.allowed:
        return _form(ref, offer, {})
    if request.form.get("step") == "paper" and wants_json():
        return _kept(ref, offer)
    try:
        return _answer(ref, offer)
    except NotFoundError:
        gone()
    except DeskError as error:
        return _form(ref, offer, {_place(error.field or ""): worded(error.message)}), 422


def _kept(ref: str, offer: Offered) -> Response:
    """Keep a photo that a script sends, and say so; the page asks for itself anew afterwards."""
    try:
        asking.keep_paper(ref, offer, request.form.get("code", ""), sent_files()[0])
    except NotFoundError:
        gone()
    except DeskError as error:
        raise DeskError(worded(error.message), field=error.field, code=error.code) from error
    return jsonify(kept=True)


def _answer(ref: str, offer: Offered) -> str | tuple[str, int] | Response:
    """Check what was entered, or send it."""
    key = form_key()
    details, errors = read_told(_fields(ref, offer), request.form)
    if errors:
        return _form(ref, offer, errors), 422
    taken, problems = _take_paper(ref, offer)
    asked = _entered(ref, offer, taken, details)
    if request.form.get("step") != "send":
        return _look(ref, offer, asked, key, problems)
    try:
        request_id, answer = asking.ask(ref, offer.code, asked, key=key)
    except ConflictError:
        # The same form with other words: what was asked first stands.
        return redirect(
            url_for("portal.service_request", request_id=asking.request_id_of(ref, key)), code=303
        )
    if answer.refusal is not None:
        coming = asking.Foreseen(
            answer.refusal["code"], answer.refusal["clause"], answer.refusal["field"] or "",
            tuple(answer.refusal["missing"]),
        )  # fmt: skip
        return _form(ref, offer, _errors(offer, coming)), 422
    notify(gettext("Your request is with us."))
    return redirect(url_for("portal.service_request", request_id=request_id), code=303)


def _fields(ref: str, offer: Offered) -> tuple[Told, ...]:
    """The fields for what is told with it, as far as members can know it."""
    found = home(ref)
    policies = [
        (
            each.id,
            f"{said(found.words.label(each.product))} · {each.id}" if each.product else each.id,
        )
        for each in covers(found.standing)
    ]
    return told_fields(offer.told, found.words, required=offer.details, policies=policies)


def _sent_details() -> list[str]:
    """The details that a form asked for because what was chosen in it needs them."""
    return [name.partition(".")[2] for name in request.form if name.startswith("details.")]


def _asking_for(offer: Offered, codes: Iterable[str]) -> Offered:
    """The offer, with the further details that are needed for what was chosen."""
    more = [code for code in codes if code in offer.may_ask]
    return replace(offer, details=tuple(dict.fromkeys((*offer.details, *more))))


def _look(
    ref: str, offer: Offered, asked: Asked, key: str, problems: Mapping[str, str]
) -> str | tuple[str, int]:
    """Show what will happen; or the form again with what is wrong in it."""
    coming = asking.what_comes(ref, offer.code, asked, key=key)
    errors = _errors(offer, coming)
    papers_lack = bool(errors) and all(name.startswith("paper.") for name in errors)
    if errors and not papers_lack:
        return _form(ref, _asking_for(offer, coming.lacking), errors), 422
    lacking = {*coming.missing, *coming.lacking}
    kept = asking.kept_papers(ref, asked.documents)
    if any(each.pictured for each in kept.values()):
        files.seen(ref, actor=f"member:{ref}")
    values = MultiDict(request.form)
    values.setlist("given", list(asked.documents))
    page = render_template(
        "portal/ask_check.html",
        home=home(ref),
        offer=offer,
        coming=coming,
        asked=asked,
        key=key,
        person=_name_of(ref, offer, asked.person),
        values=values,
        slots=[
            codes
            for codes in offer.papers
            if codes[0] in lacking or set(codes) & set(asked.documents)
        ],
        kept=kept,
        errors=problems,
        accept=files.ACCEPT,
        limit=files.LIMIT,
    )
    return (page, 422) if problems else page


def _take_paper(ref: str, offer: Offered) -> tuple[str, dict[str, str]]:
    """Keep a photo that was sent; return which paper it is, and what is wrong with it."""
    if request.form.get("step") != "paper":
        return "", {}
    code = request.form.get("code", "")
    try:
        asking.keep_paper(ref, offer, code, sent_files()[0])
    except NotFoundError:
        raise
    except DeskError as error:
        return "", {f"paper.{code}": worded(error.message)}
    return code, {}


def _form(ref: str, offer: Offered, errors: Mapping[str, str]) -> str:
    found = home(ref)
    fields = _fields(ref, offer)
    declared = {each.code for each in offer.told}
    labels = {f"details.{code}": said(found.words.detail(code)) for code in offer.details}
    labels |= {each.name: each.label for each in fields}
    return render_template(
        "portal/ask.html",
        home=found,
        offer=offer,
        errors=errors,
        labels=labels,
        fields=fields,
        others=[code for code in offer.details if code not in declared],
        values=request.form,
        persons=persons(ref, offer.code),
        hospital=picks_hospital(ref, offer.code),
        key=form_key(),
    )


def _entered(ref: str, offer: Offered, taken: str, told: Mapping[str, Any]) -> Asked:
    """What the form holds, as far as this service asks for it, with a paper just taken."""
    form = request.form
    declared = {each.code for each in offer.told}
    others = [code for code in offer.details if code not in declared]
    details = {code: form.get(f"details.{code}", "").strip()[:_TEXT] for code in others}
    person = form.get("person", "")
    served = {each.ref for each in persons(ref, offer.code)} if person else set()
    if person and person not in served:
        # Whom the form did not offer is nobody: others' ids tell nothing.
        raise NotFoundError("there is no such person", code="member_unknown")
    return Asked(
        details={**told, **{code: text for code, text in details.items() if text}},
        documents=_given(ref, offer, taken),
        person=person,
        hospital=form.get("hospital", "").strip()[:_NAME],
        consent=bool(form.get("consent")) if offer.consent else None,
        note=form.get("note", "").strip()[:_TEXT],
    )


def _given(ref: str, offer: Offered, taken: str) -> dict[str, int]:
    """The papers that were photographed for this form; only what is on record counts."""
    asks = {code for codes in offer.papers for code in codes}
    given = [code for code in (*request.form.getlist("given"), taken) if code in asks]
    return dict.fromkeys(asking.kept_papers(ref, given), 1)


def _name_of(ref: str, offer: Offered, person: str) -> str:
    """The name of whom it is for; empty for the member."""
    found = persons(ref, offer.code) if person else ()
    return next((each.name for each in found if each.ref == person and not each.own), "")


def _errors(offer: Offered, coming: Foreseen) -> dict[str, str]:
    """Why it would be refused, by the field of the form that can put it right."""
    if coming.accepted:
        return {}
    if coming.lacking:
        papers = {code: codes[0] for codes in offer.papers for code in codes}
        return {
            f"paper.{papers[code]}" if code in papers else f"details.{code}": (
                gettext("Hand this paper in.") if code in papers else gettext("Fill this in.")
            )
            for code in coming.lacking
        }
    place = "consent" if coming.refusal == "consent_missing" else _place(coming.field)
    return {place: why_text(coming.refusal)}


_PLACES: Final[Mapping[str, str]] = {"for": "person", "note": "note", "consent": "consent"}


def _place(field: str) -> str:
    """The form's field of an event's field; "_" for what has none."""
    _, _, name = field.partition(".")
    if name.startswith("details."):
        return name
    if name.startswith("hospital"):
        return "hospital"
    return _PLACES.get(name, "_")


def form_key() -> str:
    """The idempotency key of the form; a new one where there is none or it was tampered with."""
    given: Any = request.form.get("key", "")
    return given if asking.is_key(given) else new_key()
