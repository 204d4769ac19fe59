"""The fields of an action's form, made from the charter's codes, and reading what was entered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from charterhouse.desk.actions import SOURCES
from charterhouse.desk.member_file import MemberFile, Paper, papers
from charterhouse.desk.terms import METHODS
from charterhouse.desk.words import program_now
from charterhouse.web.admin.acting import say
from charterhouse.web.admin.words import code_label
from charterhouse.web.i18n import date_text, gettext, money_text, ngettext, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.datastructures import MultiDict

    from charterhouse.kernel.program import Program
    from charterhouse.web.admin.action_specs import Action

__all__ = ["PERSON_FIELDS", "Input", "inputs_of", "read_body", "spoken"]

PERSON_FIELDS = ("name", "phone", "id_number", "address", "email")
_MAKES = {"redeem": "redemption", "use": "use", "spend": "bill", "pay": "payment"}
"""Verb → the document that it makes; a detail named after a verb refers to one."""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form.

    Attributes:
        name: In the form; that of the event's field.
        kind: ``select``, ``radios``, ``checks``, ``text``, ``textarea``, ``count``, ``money``,
            ``moment``, ``papers`` or ``person``.
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
    for name in action.fields:
        made = _MAKERS[name](at)
        found += made if isinstance(made, list) else [made]
    return found


def _coded(codes: Any) -> list[tuple[str, str, str]]:
    return [(code, code_label(code), "") for code in sorted(codes)]


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
    return [
        Input(f"documents.{each.code}", "papers", code_label(each.code), clause=each.clause)
        for each in at.program.requirements(at.action.verb)
        if each.sort == "document"
    ]


def _details(at: _At) -> list[Input]:
    found = []
    for code in sorted(at.program.codes.get(f"{at.action.verb}.details", ())):
        made = _MAKES.get(code)
        options = [_described(each) for each in papers(at.file.ref, made)] if made else []
        empty = [("", gettext("None"), "")]
        kind = "select" if made else "text"
        found.append(Input(f"details.{code}", kind, code_label(code), empty + options))
    return found


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
        what, worth = code_label(content["for"]), money_text(content["paid"])
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
        _coded(at.program.codes.get("sanction.measures", ())), value=[], required=True,
    ),
    "to_tier": lambda at: Input(
        "to", "radios", gettext("New tier"),
        _coded(at.program.codes.get("tier", frozenset()) - {at.file.standing.tier}), required=True,
    ),
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


def read_body(
    action: Action, ref: str, form: MultiDict[str, str], inputs: list[Input]
) -> dict[str, Any]:
    """Return what was entered as the event's fields; amounts as decimals of yuan.

    What is not of its form stays text, so that the desk refuses it and names the field.
    """
    body: dict[str, Any] = {} if "of" in action.fields else {"member": ref}
    for each in inputs:
        value = _value(each, form)
        if value in (None, "", []) and each.kind != "checks":
            continue
        group, dot, code = each.name.partition(".")
        if dot:
            body.setdefault(group, {})[code] = value
        else:
            body[each.name] = value
    if action.verb == "redeem" and body.get("item"):
        body.pop("points", None)
    return body


def _value(each: Input, form: MultiDict[str, str]) -> Any:
    if each.kind == "checks":
        return form.getlist(each.name)
    text = form.get(each.name, "").strip()
    if each.kind in ("count", "papers"):
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text
    if each.kind == "money" and text:
        try:
            return Decimal(text.replace(",", "").replace("，", ""))
        except InvalidOperation:
            return text
    return text


def spoken(each: Input, form: MultiDict[str, str]) -> str:
    """Return what was entered as the review reads it back."""
    named = {value: label for value, label, _ in each.options}
    if each.kind == "checks":
        return "、".join(named.get(v, v) for v in form.getlist(each.name))
    text = form.get(each.name, "").strip()
    if each.kind == "money" and re.fullmatch(r"[0-9]+([.][0-9]{1,2})?", text):
        return f"¥{text}"
    if each.kind == "moment":
        return text.replace("T", " ")
    return named.get(text, text) if text else ""
