"""The fields of an action's form, made from the charter's codes, and reading what was entered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from charterhouse.desk.member_file import MemberFile, Paper, papers
from charterhouse.desk.possible import OVER, SOURCES, coded, codes_of
from charterhouse.desk.terms import METHODS, field_label
from charterhouse.desk.words import program_now
from charterhouse.kernel.events import FIELDS
from charterhouse.tenancy.ids import new_key
from charterhouse.web.admin.acting import say
from charterhouse.web.admin.terms import term
from charterhouse.web.admin.words import code_label
from charterhouse.web.i18n import date_text, gettext, money_text, ngettext, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from charterhouse.kernel.program import Program
    from charterhouse.web.admin.action_specs import Action

__all__ = ["PERSON_FIELDS", "Input", "inputs_of", "names_of"]

PERSON_FIELDS = ("name", "phone", "id_number", "address", "email")
_MAKES = {"redeem": "redemption", "use": "use", "spend": "bill", "pay": "payment"}
"""Verb → the document that it makes; a detail named after a verb refers to one."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form.

    Attributes:
        name: In the form; that of the event's field unless ``field`` says another.
        kind: ``select``, ``radios``, ``checks``, ``flag``, ``text``, ``textarea``, ``count``,
            ``money``, ``date``, ``moment``, ``papers``, ``pairs``, ``hidden`` or ``person``.
        options: (value, label, explanation) to choose from.
        value: Filled in before anybody enters something; a list for ``checks``.
    """

    name: str
    kind: str
    label: str
    options: list[tuple[str, str, str]] = field(default_factory=list)
    value: Any = ""
    required: bool = False
    help: str = ""
    clause: str = ""
    field: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The options without their explanations, or with them in the same line."""
        return [
            (value, " · ".join(filter(None, (label, more)))) for value, label, more in self.options
        ]


@dataclass(frozen=True, slots=True)
class _At:
    """Where a form is made: for which action, for whom, under which program."""

    action: Action
    file: MemberFile
    program: Program


def inputs_of(action: Action, file: MemberFile) -> list[Input]:
    """Return the fields of an action for one member, with what the charter lets choose."""
    at = _At(action, file, program_now().variant(file.standing.tier))
    found: list[Input] = []
    for name in names_of(action):
        maker = _MAKERS.get(name)
        made = maker(at) if maker is not None else _plain(at, name)
        found += made if isinstance(made, list) else [made]
    return found


def names_of(action: Action) -> tuple[str, ...]:
    """Return the names of an action's fields: its own, else all of the vocabulary's."""
    if action.fields is not None:
        return action.fields
    return tuple(name for name in FIELDS[action.verb] if name not in _COMMON)


_COMMON = frozenset({"member", "by", "branch", "channel", "note", "hospital"})
"""Fields that every verb carries, or that no form of a member asks for."""


def _options(at: _At, name: str, codes: list[str]) -> list[tuple[str, str, str]]:
    family = f"{at.action.verb}.{name}"
    return [(code, term(family, code), "") for code in codes]


def _coded(codes: Any) -> list[tuple[str, str, str]]:
    return [(code, code_label(code), "") for code in sorted(codes)]


_PLAIN: Mapping[str, str] = {
    "ref": "person", "fen": "money", "positive_fen": "money", "count": "count",
    "positive": "count", "day": "date", "moment": "moment", "yes_no": "flag",
}  # fmt: skip


def _plain(at: _At, name: str) -> Input | list[Input]:
    """A field made from the vocabulary and the codes of the charter."""
    kind = FIELDS[at.action.verb][name].kind.name
    if kind == "papers":
        return _documents(at)
    if kind == "details":
        return _details(at)
    return _choice(at, name) if kind in ("code", "codes") or name == "by" else _entry(at, name)


def _choice(at: _At, name: str) -> Input:
    """A field that takes codes: those of the charter, else those of the vocabulary."""
    each, label = FIELDS[at.action.verb][name], say(field_label(name))
    options = _options(at, name, coded(at.program, at.action.verb, name))
    if each.kind.name == "codes":
        return Input(name, "checks", label, options, value=[], required=each.required)
    if not options:
        return Input(name, "text", label, required=each.required)
    if not each.required and name != "by":
        options = [("", gettext("not stated"), ""), *options]
    value = each.default if isinstance(each.default, str) else ""
    return Input(name, "radios", label, options, value=value, required=each.required)


def _entry(at: _At, name: str) -> Input:
    """A field that takes a number, a day, a person or a text."""
    each, label = FIELDS[at.action.verb][name], say(field_label(name))
    kind = _PLAIN.get(each.kind.name, "textarea" if each.kind.name == "text" else "text")
    value = "" if each.required or each.default is None else str(each.default)
    if kind == "flag":
        value = "1" if each.default is True else ""
    return Input(name, kind, label, value=value, required=each.required)


def _number(at: _At) -> Input:
    """The number under which a request or booking is found again."""
    return Input("id", "hidden", "", value=f"{at.action.verb[0].upper()}{new_key()[:10]}")


def _request(at: _At) -> Input:
    options = [
        _described(each)
        for kind in SOURCES[at.action.verb]
        for each in papers(at.file.ref, kind, most=30)
        if each.content.get("status") not in OVER
    ]
    first = options[0][0] if len(options) == 1 else ""
    return Input(
        "request", "radios", gettext("Which one"), options, value=first, required=True
    )  # fmt: skip


def _item(at: _At) -> list[Input]:
    balance = at.file.standing.balance("points")
    items = sorted(at.program.catalogue().items(), key=lambda pair: pair[1])
    if not items:
        return []
    options = [("", gettext("No gift: a number of points"), "")]
    for code, cost in items:
        left = balance - cost
        after = (
            gettext(
                "%(before)s → %(after)s points",
                before=number_text(balance),
                after=number_text(left),
            )
            if left >= 0
            else gettext("%(count)s points are lacking", count=number_text(-left))
        )
        price = ngettext("%(num)s point", "%(num)s points", cost)
        options.append((code, f"{code_label(code)} · {price}", after))
    return [Input("item", "radios", gettext("Gift"), options, value="")]


def _points(at: _At) -> Input:
    if at.action.verb == "award":
        return Input("points", "count", gettext("Points"), required=True)
    balance = number_text(at.file.standing.balance("points"))
    return Input(
        "points", "count", gettext("Points"), required=not at.program.catalogue(),
        help=gettext("The member has %(count)s points.", count=balance),
    )  # fmt: skip


def _benefit(at: _At) -> Input:
    options = []
    for each in at.file.benefits:
        if each.remaining == 0:
            continue
        left = (
            gettext("without limit")
            if each.remaining is None
            else ngettext("%(num)s left", "%(num)s left", each.remaining)
        )
        options.append((each.code, code_label(each.code), f"{left} · § {each.clause}"))
    return Input("benefit", "radios", gettext("Benefit"), options, required=True)


def _shown(_at: _At) -> Input:
    options = [("card", gettext("Member card"), ""), ("id", gettext("ID document"), "")]
    return Input("shown", "checks", gettext("Shown and checked"), options, value=[])


def _documents(at: _At) -> list[Input]:
    found = {
        each.code: each.clause
        for each in at.program.requirements(at.action.verb)
        if each.sort == "document"
    }
    if at.action.verb == "supply":
        for each in papers(at.file.ref, "request", most=30):
            found |= {code: found.get(code, "") for code in each.content.get("missing", ())}
    for code in at.program.codes.get(f"{at.action.verb}.documents", ()):
        found.setdefault(code, "")
    return [
        Input(f"documents.{code}", "papers", code_label(code), clause=clause)
        for code, clause in found.items()
    ]


def _details(at: _At) -> list[Input]:
    found = []
    known = set(at.program.codes.get(f"{at.action.verb}.details", ()))
    known |= {
        each.code for each in at.program.requirements(at.action.verb) if each.sort == "detail"
    }
    for code in sorted(known):
        made = _MAKES.get(code)
        options = [_described(each) for each in papers(at.file.ref, made)] if made else []
        empty = [("", gettext("None"), "")]
        kind = "select" if made else "text"
        found.append(Input(f"details.{code}", kind, code_label(code), empty + options))
    if at.action.verb != "incident":
        found.append(_pairs())
    return found


def _pairs() -> Input:
    return Input(
        "details", "pairs", gettext("Further details"),
        help=gettext("One a line, as “name: value”; only where the charter asks for them."),
    )  # fmt: skip


def _of(at: _At) -> Input:
    options = [
        _described(each)
        for kind in SOURCES[at.action.verb]
        for each in papers(at.file.ref, kind, most=20)
        if not each.content.get("given_back") and each.content.get("refunded", 0) < _paid(each)
    ]
    return Input("of", "radios", gettext("Which one"), options, required=True)


def _paid(each: Paper) -> int:
    paid: int = each.content.get("paid", 1)
    return max(paid, 1)


def _described(each: Paper) -> tuple[str, str, str]:
    """A document as an option: what it was, when, and what it was worth."""
    content = each.content
    day = date_text(each.at)
    if each.kind == "redemption":
        what = code_label(content["item"]) if content.get("item") else gettext("Points redeemed")
        worth = ngettext("%(num)s point", "%(num)s points", content["points"])
        if content.get("disputed"):
            worth = gettext("%(worth)s · objection raised", worth=worth)
    elif each.kind == "use":
        what, worth = code_label(content["benefit"]), f"× {content['quantity']}"
    elif each.kind == "payment":
        what, worth = term("purpose", content["for"]), money_text(content["paid"])
    elif each.kind in ("request", "booking"):
        what = code_label(str(content.get("service") or content.get("what") or each.kind))
        worth = term("request.state", str(content.get("status") or "open"))
    else:
        left = content["paid"] - content.get("refunded", 0)
        what, worth = gettext("Bill"), gettext("%(amount)s paid", amount=money_text(left))
    return each.id, f"{what} · {day}", worth


def _changes(at: _At) -> list[Input]:
    labels = {
        "name": gettext("Name"), "phone": gettext("Phone"), "id_number": gettext("ID number"),
        "address": gettext("Address"), "email": gettext("E-mail"),
    }  # fmt: skip
    shown = {
        "name": at.file.person.name, "phone": at.file.person.masked_phone,
        "id_number": at.file.person.masked_id_number, "address": at.file.person.address,
        "email": at.file.person.email,
    }  # fmt: skip
    return [
        Input(
            f"changes.{name}", "text", labels[name],
            help=gettext("Now: %(value)s", value=shown[name]) if shown[name] else "",
        )
        for name in PERSON_FIELDS
    ]  # fmt: skip


def _amount(at: _At) -> Input:
    whole = at.action.verb == "refund"
    hint = gettext("Leave empty to give back everything that is left.") if whole else ""
    return Input("amount", "money", gettext("Amount"), required=not whole, help=hint)


def _reason_code(at: _At) -> Input:
    codes = _coded(at.program.codes.get(f"{at.action.verb}.reason", ()))
    options = [*codes, ("not-enjoyed", gettext("Undone before it was enjoyed"), "")]
    return Input("reason", "radios", gettext("Reason"), options, required=True)


def _text(name: str, label: Callable[[], str], kind: str = "text", *, required: bool = False,
          helped: Callable[[], str] | None = None) -> Callable[[_At], Input]:  # fmt: skip
    return lambda _: Input(name, kind, label(), required=required, help=helped() if helped else "")


def _kinds(verb: str) -> Callable[[_At], Input]:
    return lambda at: Input(
        "kind", "radios", gettext("Kind"), _coded(at.program.codes.get(f"{verb}.kind", ())),
        required=True,
    )  # fmt: skip


_MAKERS: Mapping[str, Callable[[_At], Input | list[Input]]] = {
    "item": _item,
    "points": _points,
    "quantity": lambda _: Input("quantity", "count", gettext("Quantity"), value="1"),
    "benefit": _benefit,
    "shown": _shown,
    "documents": _documents,
    "details": _details,
    "of": _of,
    "changes": _changes,
    "award_kind": _kinds("award"),
    "incident_kind": _kinds("incident"),
    "reason_code": _reason_code,
    "measures": lambda at: Input(
        "measures", "checks", gettext("Measures"),
        _options(at, "measures", sorted(at.program.codes.get("sanction.measures", ()))),
        value=[], required=True,
    ),
    "to_tier": lambda at: Input(
        "to", "radios", gettext("New tier"),
        [
            option
            for option in _options(at, "to", codes_of(at.program, "upgrade", "to"))
            if option[0] != at.file.standing.tier
        ],
        required=True,
    ),
    "difference": lambda _: Input(
        "amount", "money", gettext("Amount"),
        help=gettext("Leave empty for exactly the difference."),
    ),
    "fee": lambda _: Input(
        "fee", "money", gettext("Fee"), help=gettext("Leave empty for exactly what is due."),
    ),
    "upgrade": lambda at: [
        Input("upgrade", "flag", say(field_label("upgrade")))
    ] if "upgrade" in at.program.verbs else [],
    "request": _request,
    # The form itself has a field of the name "step".
    "step": lambda at: replace(_choice(at, "step"), name="work-step", field="step"),
    "id": _number,
    "to": lambda _: Input("to", "person", gettext("New holder"), required=True),
    "reason": _text("reason", lambda: gettext("Reason"), "textarea"),
    "note": _text("note", lambda: gettext("What happened"), "textarea"),
    "approver": _text(
        "approver", lambda: gettext("Approved by"), required=True,
        helped=lambda: gettext("Name of who in management approved it."),
    ),
    "occurred_at": _text(
        "occurred_at", lambda: gettext("Time of the loss"), "moment",
        helped=lambda: gettext("Leave empty when it is not known."),
    ),
    "amount": _amount,
    "method": lambda _: Input(
        "method", "select", gettext("How"),
        [("", gettext("As it was paid"), ""), *((c, say(t), "") for c, t in METHODS.items())],
    ),
}  # fmt: skip
