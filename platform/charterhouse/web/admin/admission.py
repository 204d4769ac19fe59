"""Admission on the admin site: who, which way in, papers, review; and those who wait."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from charterhouse.desk import admission, members
from charterhouse.desk.admission import Application
from charterhouse.desk.errors import DeskError
from charterhouse.desk.people import get_person
from charterhouse.tenancy.ids import new_key
from charterhouse.web.admin import admission_form as annex
from charterhouse.web.admin.acting import (
    actor,
    branch,
    error_of,
    form_key,
    refusal_of,
    say,
)
from charterhouse.web.admin.people_forms import enter_person, found_people
from charterhouse.web.admin.terms import term
from charterhouse.web.admin.words import code_label, person_name
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.listing import Page, read_page
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.notices import notify
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response as WerkzeugResponse

    from charterhouse.desk.actions import Preview
    from charterhouse.desk.intake import Answer
    from charterhouse.desk.people import Person

__all__ = ["register"]


_ON_THE_WAY = frozenset({("transfer-card", "to"), ("refer", "person")})
"""Actions that may need somebody who is not on file yet, and the field that names them."""

_RUNNING = frozenset({"active", "suspended", "withdrawing"})


def steps(ref: str = "", values: MultiDict[str, str] | None = None) -> list[Any]:
    """Return the steps with the addresses of those that can be gone back to."""
    kept: dict[str, Any] = {}
    if values:
        kept = _chosen(values)
    docs = values.getlist("doc") if values else []
    return [
        (gettext("Who"), url_for("admin.admission")),
        (gettext("Way in"), url_for("admin.admission_way", ref=ref, **kept) if ref else ""),
        (
            gettext("Papers"),
            url_for("admin.admission_papers", ref=ref, doc=docs, **kept) if ref else "",
        ),
        gettext("Review"),
        gettext("Card"),
    ]


_CHOSEN = ("tier", "path", "channel", "kind", "sponsor", "headcount")
"""What the way in is told by, from step to step."""


def _chosen(values: MultiDict[str, str]) -> dict[str, str]:
    """Return what was chosen so far, as it is carried from step to step."""
    return {
        name: text
        for name, text in values.items()
        if (name in _CHOSEN or name.startswith("choice.")) and text
    }


@require("members.write")
def who() -> str | tuple[str, int] | WerkzeugResponse:
    """Find who is to be admitted, or enter a new person."""
    errors: dict[str, str] = {}
    twins: Any = ()
    if request.method == "POST":
        person, errors, twins = enter_person()
        if person is not None:
            target = request.args.get("then", "")
            return redirect(_after_person(person, target), code=303)
    text = request.args.get("q", "")
    page = render_template(
        "admin/admission/who.html",
        steps=steps(),
        text=text,
        found=found_people(text),
        errors=errors,
        twins=twins,
        values=request.form,
        then=request.args.get("then", ""),
        way=_on_the_way(),
    )
    return (page, 422) if errors else page


def _on_the_way() -> tuple[str, str]:
    """The action for which somebody is looked for, and its field."""
    asked = (request.args.get("action", ""), request.args.get("field", ""))
    return asked if asked in _ON_THE_WAY else ("transfer-card", "to")


def _after_person(person: Person, target: str) -> str:
    """Return where a new person leads: the way in, or back to the transfer that asked for one."""
    if target.isdecimal():
        slug, field = _on_the_way()
        named: dict[str, Any] = {field: person.ref}
        return url_for("admin.member_act", ref=target, slug=slug, **named)
    return url_for("admin.admission_way", ref=person.ref)


def _belongs_elsewhere(ref: str) -> WerkzeugResponse | None:
    """Lead to the file of somebody whose membership runs: there is nothing to admit."""
    row = members.rows_of([ref]).get(ref)
    if row is None or row.status not in _RUNNING:
        return None
    return redirect(url_for("admin.member", ref=ref), code=303)


@require("members.write")
def way(ref: str) -> str | WerkzeugResponse:
    """Choose card type, path and channel, each with what the charter says of it."""
    person = get_person(ref)
    elsewhere = _belongs_elsewhere(ref)
    if elsewhere is not None:
        return elsewhere
    return render_template(
        "admin/admission/way.html",
        steps=steps(ref, request.args),
        person=person,
        options=admission.options(ref, actor=actor()),
        values=request.args,
    )


def _application(person: Person, values: MultiDict[str, str]) -> Application:
    """Read what is applied for: the choice and the papers as ``doc=<code>:<copies>``."""
    path, channel = values.get("path", ""), values.get("channel", "")
    documents = {}
    for text in values.getlist("doc"):
        code, _, copies = text.partition(":")
        documents[code] = int(copies) if copies.isdecimal() and len(copies) < 4 else 0
    for name, copies in values.items():
        code = name.removeprefix("documents.")
        if code != name:
            documents[code] = int(copies) if copies.isdecimal() and len(copies) < 4 else 0
    details = admission.details_of(person, admission.requirements(path, channel))
    for name in values.getlist("grant"):
        details[name] = True
    for name, text in _chosen(values).items():
        if name.startswith("choice."):
            details[name.removeprefix("choice.")] = int(text) if text.isdecimal() else text
    headcount = values.get("headcount", "")
    return Application(
        tier=values.get("tier", ""),
        kind=values.get("kind", ""),
        sponsor=_sponsor(values.get("sponsor", "")),
        headcount=int(headcount) if headcount.isdecimal() and len(headcount) < 7 else 0,
        path=path,
        channel=channel,
        documents={code: n for code, n in documents.items() if n},
        details=details,
        consent=values.get("consent") == "1",
    )


def _sponsor(text: str) -> str:
    """Return the one member whom a card number, phone or name means; nothing when unclear."""
    text = text.strip()[:80]
    if not text:
        return ""
    if text.isdecimal() and members.rows_of([text]):
        return text
    found = members.search(text, size=2)
    return found.rows[0].ref if found.total == 1 else ""


@require("members.write")
def papers(ref: str) -> str | tuple[str, int] | WerkzeugResponse:
    """Tick what was handed in and fill in the application form."""
    person = get_person(ref)
    elsewhere = _belongs_elsewhere(ref)
    if elsewhere is not None:
        return elsewhere
    values = request.form if request.method == "POST" else request.args
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            person = annex.keep(person, request.form)
        except DeskError as error:
            errors = error_of(error, "person")
    application = _application(person, values)
    if request.method == "POST" and not errors:
        return redirect(_url("admin.admission_review", ref, application), code=303)
    page = render_template(
        "admin/admission/papers.html",
        steps=steps(ref, values),
        person=person,
        application=application,
        chosen=_kept(values, application),
        needed=admission.requirements(application.path, application.channel, ref, application),
        lacking=admission.missing(application, ref),
        fields=annex.fields(),
        form=admission.form_of_charter(),
        values=annex.values(person, request.form if errors else None),
        errors=errors,
    )
    return (page, 422) if errors else page


@require("members.write")
def lacking(ref: str) -> str:
    """Name what still lacks, while papers are ticked."""
    person = annex.read(get_person(ref), request.form)
    application = _application(person, request.form)
    return render_template(
        "admin/admission/lacking.html", lacking=admission.missing(application, ref)
    )


def _kept(values: MultiDict[str, str], application: Application) -> dict[str, str]:
    """Return the choices as they are carried on; a sponsor by the ref that was found."""
    return {**_chosen(values), "sponsor": application.sponsor}


def _url(endpoint: str, ref: str, application: Application) -> str:
    named: dict[str, Any] = _kept(request.values, application)
    docs = [f"{code}:{copies}" for code, copies in application.documents.items()]
    return url_for(endpoint, ref=ref, doc=docs, **{k: v for k, v in named.items() if v})


@require("members.write")
def review(ref: str) -> str | tuple[str, int] | WerkzeugResponse:
    """Read everything back, take the consent, and hand the application in."""
    person = get_person(ref)
    values = request.form if request.method == "POST" else request.args
    application = _application(person, values)
    preview = admission.review(ref, _agreed(application), actor=actor())
    errors: dict[str, str] = {}
    if request.method == "POST":
        done, errors, preview = _hand_in(ref, application, preview)
        if done is not None:
            return done
    refusal = preview.answer.refusal
    page = render_template(
        "admin/admission/review.html",
        steps=steps(ref, values),
        person=person,
        application=application,
        chosen=_kept(values, application),
        labels=_labels(application),
        preview=preview,
        owed=admission.owed_in(preview.answer),
        grant=_grantable(refusal["field"] if refusal else ""),
        errors=errors,
        key=new_key(),
        back=_url("admin.admission_papers", ref, application),
        values=values,
    )
    return (page, 422) if errors else page


def _agreed(application: Application) -> Application:
    """Return it as if consent were given, so that the review shows what else is in the way."""
    return replace(application, consent=True)


def _grantable(field: str) -> str:
    """Return the detail of an application that somebody may grant, when only that is lacking."""
    name = field.removeprefix("apply.details.")
    return name if name != field else ""


def _labels(application: Application) -> list[tuple[str, str]]:
    named = (
        (gettext("Kind of membership"), term("kind", application.kind)),
        (gettext("Card type"), code_label(application.tier)),
        (gettext("Path"), code_label(application.path)),
        (gettext("Channel"), code_label(application.channel)),
        (gettext("Sponsor"), person_name(application.sponsor) if application.sponsor else ""),
        (gettext("Number of persons"), str(application.headcount or "")),
    )
    return [(label, text) for label, text in named if text]


def _hand_in(
    ref: str, application: Application, preview: Preview
) -> tuple[WerkzeugResponse | None, dict[str, str], Preview]:
    """Hand in, and approve at once where who acts may do so and asked for it."""
    key = form_key()
    try:
        answer = admission.apply(ref, application, actor=actor(), key=key, branch=branch())
    except DeskError as error:
        return None, error_of(error, "apply"), preview
    if not answer.accepted:
        told = admission.told(answer)
        return None, refusal_of(told, "apply"), told
    if answer.after and answer.after["status"] != "applied":
        # A charter without a review has decided already.
        return _go_on(ref, answer), {}, preview
    if request.form.get("then") != "approve" or not may("approvals.decide"):
        notify(
            gettext("The application of %(name)s waits for its review.", name=get_person(ref).name)
        )
        return redirect(url_for("admin.admission_queue"), code=303), {}, preview
    return _after_approval(ref, f"{key}:approve"), {}, preview


def _after_approval(ref: str, key: str) -> WerkzeugResponse:
    answer = admission.approve(ref, actor=actor(), key=key)
    if not answer.accepted:
        notify(say(admission.told(answer).reason), "error")
        return redirect(url_for("admin.member", ref=ref), code=303)
    return _go_on(ref, answer)


def _go_on(ref: str, answer: Answer) -> WerkzeugResponse:
    """Lead to the payment of what is owed, to the first top-up, or to the finished admission."""
    after = answer.after or {}
    if after.get("owed"):
        target = "admin.member_pay" if may("bills.charge") else "admin.member"
        return redirect(url_for(target, ref=ref), code=303)
    target = "admin.admission_done" if after.get("status") == "active" else "admin.member"
    return redirect(url_for(target, ref=ref), code=303)


@require("members.read")
def queue() -> str:
    """List the applications that wait for a review, or for their payment."""
    number, size = read_page()
    status = "approved" if request.args.get("state") == "approved" else "applied"
    rows, total = admission.waiting(status, number=number, size=size)
    counted = {
        s: members.search(filters=members.Filters(status=s), size=1).total
        for s in ("applied", "approved")
    }
    return render_template(
        "admin/admission/queue.html",
        page=Page(rows, number, size, total),
        status=status,
        counted=counted,
        key=new_key(),
    )


@require("approvals.decide")
def decide(ref: str) -> WerkzeugResponse:
    """Approve or reject an application."""
    key = form_key()
    if request.form.get("outcome") == "approve":
        return _after_approval(ref, f"{key}:{ref}:approve")
    reason = request.form.get("reason", "").strip()
    name = get_person(ref).name
    if not reason:
        notify(gettext("Say why the application is rejected."), "error")
    else:
        answer = admission.reject(ref, reason, actor=actor(), key=f"{key}:{ref}:reject")
        if answer.accepted:
            notify(gettext("The application of %(name)s was rejected.", name=name))
        else:
            notify(say(admission.told(answer).reason), "error")
    return redirect(url_for("admin.admission_queue"), code=303)


@require("members.read")
def done(ref: str) -> str:
    """Show the card that was issued, with a slip to print."""
    return render_template("admin/admission/done.html", file=members.file(ref), steps=steps())


@require("members.write")
def form(ref: str) -> str:
    """Show the filled application form for printing; later with the phone hidden."""
    person = get_person(ref)
    if _belongs_elsewhere(ref) is not None and not may("members.unmask"):
        person = replace(person, phone=person.masked_phone)
    return render_template(
        "admin/admission/form.html",
        person=person,
        form=admission.form_of_charter(),
        fields=annex.fields(),
        values=annex.values(person),
    )


def register(app: Flask) -> None:
    """Add the pages."""
    rule, both = app.add_url_rule, ["GET", "POST"]
    rule("/admin/admission", "admin.admission", who, methods=both)
    rule("/admin/admission/queue", "admin.admission_queue", queue)
    rule("/admin/admission/<ref>", "admin.admission_way", way)
    rule("/admin/admission/<ref>/papers", "admin.admission_papers", papers, methods=both)
    rule("/admin/admission/<ref>/lacking", "admin.admission_lacking", lacking, methods=["POST"])
    rule("/admin/admission/<ref>/review", "admin.admission_review", review, methods=both)
    rule("/admin/admission/<ref>/decide", "admin.admission_decide", decide, methods=["POST"])
    rule("/admin/admission/<ref>/done", "admin.admission_done", done)
    rule("/admin/admission/<ref>/form", "admin.admission_form", form)
    daily = lazy_gettext("Daily")
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.admission", lazy_gettext("Admission"), icon="user-plus", group=daily,
            permission="members.write", order=21,
        ),
        NavItem(
            "admin.admission_queue", lazy_gettext("Applications"), icon="clipboard-check",
            group=daily, permission="members.read", order=22,
        ),
    )  # fmt: skip
