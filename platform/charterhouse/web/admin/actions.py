"""Actions on a member: a form, a preview of what will change, and the event itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from flask import abort, redirect, render_template, request, url_for

from charterhouse.desk import actions, members
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import submit
from charterhouse.desk.papers import paper
from charterhouse.desk.terms import METHODS
from charterhouse.desk.words import program_now, words
from charterhouse.tenancy.ids import new_key
from charterhouse.web.admin.acting import actor, branch, error_of, form_key, refusal_of, say
from charterhouse.web.admin.action_details import CHOICES, groups_of, hospital_of, read_groups
from charterhouse.web.admin.action_fields import inputs_of
from charterhouse.web.admin.action_reading import read_body, spoken
from charterhouse.web.admin.action_specs import ACTIONS
from charterhouse.web.admin.people_forms import found_people
from charterhouse.web.admin.till import SECOND_PERSON, pay_online, take
from charterhouse.web.admin.words import told_text
from charterhouse.web.errors import WebError
from charterhouse.web.i18n import gettext
from charterhouse.web.notices import notify
from charterhouse.web.permissions import PERMISSIONS, may, require
from charterhouse.web.service_details import read_told

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as WerkzeugResponse

    from charterhouse.desk.intake import Answer
    from charterhouse.desk.member_file import MemberFile
    from charterhouse.web.admin.action_fields import Input
    from charterhouse.web.admin.action_specs import Action

__all__ = ["register"]


class _Page:
    """One action on one member, while its form is filled in."""

    def __init__(self, ref: str, slug: str) -> None:
        action = ACTIONS.get(slug)
        if action is None:
            abort(404)
        if not may(action.permission):
            raise WebError(
                gettext(
                    "Your role may not do this. Ask an owner for the right “%(right)s”.",
                    right=PERMISSIONS[action.permission].label,
                ),
                code="permission_missing",
                status=403,
            )
        self.action: Action = action
        self.file: MemberFile = members.file(ref)
        program = program_now().variant(self.file.standing.tier)
        self.groups = groups_of(action.verb, self.file, program)
        self.hospital = hospital_of(action.verb, program)
        self.inputs: list[Input] = inputs_of(action, self.file)
        self.errors: dict[str, str] = {}
        self.preview: actions.Preview | None = None

    @property
    def ref(self) -> str:
        return self.file.ref

    @property
    def wanted(self) -> Input | None:
        """The field that names another person, if there is one."""
        return next((each for each in self.inputs if each.kind == "person"), None)

    def body(self) -> dict[str, Any]:
        """Return the event's fields as they were entered."""
        body = read_body(self.action, self.file, request.form, self.inputs)
        told, _ = read_groups(self.groups, self.chosen, request.form)
        if told:
            body["details"] = {**body.get("details", {}), **told}
        hospital, _ = read_told(self.hospital, request.form)
        if hospital:
            body["hospital"] = hospital
        return body

    @property
    def choice(self) -> str:
        """The form's field whose choice says which details are told; "" where none does."""
        return CHOICES.get(self.action.verb, "")

    @property
    def chosen(self) -> str:
        """What was chosen in it."""
        return request.form.get(self.choice, "") if self.choice else ""

    @property
    def told_labels(self) -> dict[str, str]:
        """Field → label of what is told with the choice."""
        fields = (*self.groups.get(self.chosen, ()), *self.hospital)
        return {each.name: each.label for each in fields}

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was told of the chosen group, in words."""
        found, _ = read_groups(self.groups, self.chosen, request.form)
        fields = self.groups.get(self.chosen, ())
        told = [(e.label, told_text(found[e.code])) for e in fields if e.code in found]
        where, _ = read_told(self.hospital, request.form)
        at = gettext("Hospital")
        return told + [
            (f"{at} · {e.label}", told_text(where[e.code]))
            for e in self.hospital
            if e.code in where
        ]

    def look_ahead(self) -> None:
        """Decide what was entered without keeping anything."""
        _, self.errors = read_groups(self.groups, self.chosen, request.form)
        self.errors |= read_told(self.hospital, request.form)[1]
        if self.errors:
            return
        try:
            body = self.body()
            if "of" in body:
                paper(self.ref, body["of"])
            self.preview = actions.preview(self.action.verb, body, self.ref, actor=actor())
        except DeskError as error:
            self.find_fault(error_of(error, self.action.verb))
            return
        self.find_fault(refusal_of(self.preview, self.action.verb))

    def find_fault(self, errors: dict[str, str]) -> None:
        """Show errors of the event's fields beside those of the form."""
        names = {each.field: each.name for each in self.inputs if each.field}
        for each in self.groups.get(self.chosen, ()):
            names[f"details.{each.code}"] = each.name
            names[f"documents.{each.code}"] = each.name
        self.errors = {names.get(field, field): text for field, text in errors.items()}

    def tell(self, key: str) -> Answer:
        """Tell the event under its key."""
        body = self.body()
        if self.action.verb == "change_details":
            shown = body.get("shown", [])
            return actions.change_details(
                self.ref, body.get("changes", {}), shown, actor=actor(), key=key
            )
        if branch():
            body["branch"] = branch()
        return submit(self.action.verb, body, actor=actor(), key=key)

    def form(self, status: int = 200) -> tuple[str, int]:
        """Return the form, with what was entered and what is wrong with it."""
        wanted = self.wanted
        return (
            render_template(
                "admin/actions/form.html",
                page=self,
                action=self.action,
                file=self.file,
                values=request.form if request.method == "POST" else request.args,
                wanted=wanted,
                found=found_people(request.args.get("q", "")) if wanted else None,
                chosen=_chosen(wanted),
            ),
            status,
        )

    def review(self) -> str:
        """Return what will change, to be confirmed."""
        pairs = [(each.label, spoken(each, request.form)) for each in self.inputs]
        pairs += self.told
        return render_template(
            "admin/actions/review.html",
            page=self,
            action=self.action,
            file=self.file,
            preview=self.preview,
            wanted=self.wanted,
            entered=[(label, value) for label, value in pairs if value],
            sent=[(k, v) for k, v in request.form.items(multi=True) if k not in _OWN],
            chosen=_chosen(self.wanted),
            key=new_key(),
        )


_OWN = frozenset({"csrf_token", "key", "step", "confirm"})


def _chosen(wanted: Input | None) -> members.Row | None:
    """The other person who was chosen for a field."""
    if wanted is None:
        return None
    ref = request.form.get(wanted.name) or request.args.get(wanted.name, "")
    return members.rows_of([ref]).get(ref) if ref else None


@require("members.read")
def act(ref: str, slug: str) -> str | tuple[str, int] | WerkzeugResponse:
    """Show the form, then what will change, then tell the event."""
    page = _Page(ref, slug)
    step = request.form.get("step", "") if request.method == "POST" else ""
    if step not in ("preview", "confirm"):
        return page.form()
    page.look_ahead()
    if page.errors:
        return page.form(422)
    named = request.form.get("confirm", "").strip() == page.file.person.name
    if step == "preview":
        return page.review()
    if page.action.danger and not named:
        page.errors = {"confirm": gettext("Type the name as it is written above.")}
        return page.review()
    answer = page.tell(form_key())
    if not answer.accepted:
        page.preview = actions.explained(answer, words())
        page.find_fault(refusal_of(page.preview, page.action.verb))
        return page.form(422)
    return _done(page, answer)


def _done(page: _Page, answer: Answer) -> WerkzeugResponse:
    ref = page.ref
    here = url_for("admin.member", ref=ref)
    notify(
        gettext("Done: %(what)s.", what=page.action.title),
        link=(gettext("See the entry"), f"{here}#timeline"),
    )
    if answer.after and answer.after["owed"] and may("bills.charge"):
        return redirect(url_for("admin.member_pay", ref=ref), code=303)
    return redirect(here, code=303)


@require("bills.charge")
def pay(ref: str) -> str | tuple[str, int] | WerkzeugResponse:
    """Take at the counter what a member owes."""
    file = members.file(ref)
    errors: dict[str, str] = {}
    if request.method == "POST":
        debt = next((o for o in file.owed if o.purpose == request.form.get("for")), None)
        if debt is None:
            errors = {"_": gettext("This is not owed any more.")}
        else:
            answer, errors = take(ref, debt)
            if answer is not None and answer.accepted:
                return _paid(file, answer)
    owed = file.owed
    page = render_template(
        "admin/actions/pay.html", file=file, owed=owed, errors=errors, key=new_key(),
        values=request.form, online=pay_online, second=SECOND_PERSON,
        methods=[(code, say(text)) for code, text in METHODS.items()],
    )  # fmt: skip
    return (page, 422) if errors else page


def _paid(file: MemberFile, answer: Answer) -> WerkzeugResponse:
    notify(gettext("The payment is booked."))
    fresh = file.standing.card_no == "" or file.standing.card != "active"
    if fresh and answer.after and answer.after["card"] == "active":
        return redirect(url_for("admin.admission_done", ref=file.ref), code=303)
    return redirect(url_for("admin.member", ref=file.ref), code=303)


def register(app: Flask) -> None:
    """Add the pages."""
    both = ["GET", "POST"]
    app.add_url_rule("/admin/members/<ref>/pay", "admin.member_pay", pay, methods=both)
    app.add_url_rule("/admin/members/<ref>/do/<slug>", "admin.member_act", act, methods=both)
    app.jinja_env.globals["qr"] = _qr


def _qr(text: str) -> str:
    """Return a QR code as the address of an image."""
    return str(segno.make_qr(text, error="m").svg_data_uri(scale=4, border=1))
