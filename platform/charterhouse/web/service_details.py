"""Fields for what is told with a request or a step, made from its declaration, and reading them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen
from charterhouse.web.i18n import gettext, lazy_gettext, pick

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from charterhouse.desk.words import Words
    from charterhouse.kernel.clauses.service_details import Detail

__all__ = ["Told", "read_told", "told_fields"]

_TEXT: Final = 500
_LIST: Final = 50
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}([.][0-9]{1,6})?")
_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Told:
    """A field of a form for a detail.

    Attributes:
        name: in the form.
        kind: as the declaration has it (`service_details.KINDS`).
        options: (value, label) to choose from.
        required: whether it has to be filled in.
        help: in which case it is needed.
        when: of conditional ones: name of the other field, and its values.
    """

    name: str
    detail: Detail
    label: str
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    help: str = ""
    when: tuple[str, tuple[str, ...]] = ("", ())

    @property
    def kind(self) -> str:
        """As the declaration has it."""
        return self.detail.kind

    @property
    def code(self) -> str:
        """The name of the detail."""
        return self.detail.code


@dataclass(slots=True)
class _Read:
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def told_fields(
    details: Iterable[Detail], words: Words, *, required: Iterable[str] = (),
    policies: Iterable[tuple[str, str]] = (), group: str = "details",
) -> tuple[Told, ...]:  # fmt: skip
    """Return the fields of a form for details; a choice of one policy or none is no field.

    Args:
        details: that are told in the form.
        words: of the charter.
        required: codes without which it is refused.
        policies: (id, label) of the member's.
        group: before the dot of the fields' names.
    """
    kept, own, needed = tuple(details), tuple(policies), frozenset(required)
    labels = {each.code: pick(*words.detail(each.code)) for each in kept}
    found = []
    for each in kept:
        options = own if each.kind == "policy" else _options(each, words)
        if each.kind == "policy" and len(own) < 2:
            continue
        other, values = next(iter(each.when.items()), ("", ()))
        told = tuple({"True": "yes", "False": "no"}.get(value, value) for value in values)
        found.append(
            Told(
                name=f"{group}.{each.code}", detail=each, label=labels[each.code],
                options=options, required=each.code in needed and not each.when,
                help=_needed_for(each, labels.get(other, other), words) if other else "",
                when=(f"{group}.{other}", told) if other else ("", ()),
            )
        )  # fmt: skip
    return tuple(found)


def _options(detail: Detail, words: Words) -> tuple[tuple[str, str], ...]:
    if detail.kind == "yes_no":
        return ("yes", gettext("Yes")), ("no", gettext("No"))
    return tuple((code, pick(*words.label(code))) for code in detail.among)


def _needed_for(detail: Detail, other: str, words: Words) -> str:
    """For which values of another detail this one is wanted."""
    worded = {"True": gettext("Yes"), "False": gettext("No")}
    wanted = next(iter(detail.when.values()))
    named = ", ".join(worded.get(each) or pick(*words.label(each)) for each in wanted)
    if detail.required:
        return str(gettext("Needed for “%(what)s”: %(values)s.", what=other, values=named))
    return str(gettext("Only for “%(what)s”: %(values)s.", what=other, values=named))


def read_told(
    fields: Iterable[Told], form: MultiDict[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what was filled in, by the details' codes, and what is wrong, by the fields' names.

    What belongs to another choice than the one that was made counts as not filled in.
    """
    kept = tuple(fields)
    found = _Read()
    for each in kept:
        _read(each, form, found)
    for each in kept:
        if not each.detail.wanted(found.values):
            found.values.pop(each.code, None)
            found.errors.pop(each.name, None)
    return found.values, found.errors


def _read(each: Told, form: MultiDict[str, str], found: _Read) -> None:
    given = [text.strip()[:_TEXT] for text in form.getlist(each.name)]
    if each.kind == "list":
        given = [line.strip() for text in given for line in re.split(r"[\n,，、]", text)]
    told = [text for text in given if text][:_LIST]
    if not told:
        if each.required:
            found.errors[each.name] = gettext("Fill this in.")
        return
    if each.kind == "list":
        found.values[each.code] = told
        return
    known = {code for code, _ in each.options}
    if each.options and not known.issuperset(told):
        found.errors[each.name] = gettext("Choose one of the list.")
        return
    if each.kind == "choices":
        found.values[each.code] = told
        return
    try:
        found.values[each.code] = _READERS.get(each.kind, str)(told[0])
    except ValueError:
        found.errors[each.name] = str(_FORMS[each.kind])


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return text


def _amount(text: str) -> str:
    plain = text.replace(",", "").replace("，", "").lstrip("¥￥")
    try:
        parse_fen(plain)
    except EventError as error:
        raise ValueError(text) from error
    return plain


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _moment(text: str) -> str:
    read = datetime.fromisoformat(text)
    if read.tzinfo is not None:
        raise ValueError(text)
    return read.strftime("%Y-%m-%d %H:%M")


_READERS: Mapping[str, Callable[[str], Any]] = {
    "whole": _whole, "number": _number, "amount": _amount, "day": _day, "moment": _moment,
    "yes_no": _YES_NO.__getitem__,
}  # fmt: skip


_FORMS: Mapping[str, Any] = {
    "whole": lazy_gettext("Enter a whole number, such as 3."),
    "number": lazy_gettext("Enter a number, such as 160 or 12.5."),
    "amount": lazy_gettext("Enter an amount in yuan, such as 12.50."),
    "day": lazy_gettext("Enter a day, such as 2026-03-01."),
    "moment": lazy_gettext("Enter a day and a time."),
    "yes_no": lazy_gettext("Choose one of the list."),
}
