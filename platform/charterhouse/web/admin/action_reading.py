"""What was entered into an action's form: the fields of the event, and the same in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from charterhouse.desk.possible import subject_of
from charterhouse.web.i18n import gettext

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from charterhouse.desk.member_file import MemberFile
    from charterhouse.web.admin.action_fields import Input
    from charterhouse.web.admin.action_specs import Action

__all__ = ["read_body", "read_pairs", "sense", "spoken"]


def read_body(
    action: Action, file: MemberFile, form: MultiDict[str, str], inputs: list[Input]
) -> dict[str, Any]:
    """Return what was entered as the event's fields; amounts as decimals of yuan.

    What is not of its form stays text, so that the desk refuses it and names the field.
    """
    body: dict[str, Any] = dict(subject_of(action.verb, file.ref, file.standing))
    for each in inputs:
        value = _value(each, form)
        if value in (None, "", [], {}) and each.kind not in ("checks", "flag"):
            continue
        group, dot, code = (each.field or each.name).partition(".")
        if dot:
            body.setdefault(group, {})[code] = value
        elif each.kind == "pairs":
            body[group] = {**value, **body.get(group, {})}
        else:
            body[group] = value
    if action.verb == "redeem" and body.get("item"):
        body.pop("points", None)
    return body


def _value(each: Input, form: MultiDict[str, str]) -> Any:
    text = form.get(each.name, "").strip()
    if each.kind == "checks":
        return form.getlist(each.name)
    reader = _READERS.get(each.kind)
    return reader(text) if reader is not None else text


def _whole(text: str) -> int | str:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _money(text: str) -> Decimal | str:
    try:
        return Decimal(text.replace(",", "").replace("，", "")) if text else text
    except InvalidOperation:
        return text


_WORTH = {"true": True, "false": False, "yes": True, "no": False}


def read_pairs(text: str) -> dict[str, Any]:
    """Details as they were typed, one a line: whole numbers and yes or no by their sense."""
    found: dict[str, Any] = {}
    for line in text.splitlines()[:50]:
        name, _, value = line.replace("：", ":").partition(":")
        name, value = name.strip(), value.strip()
        if not name:
            continue
        found[name] = sense(value)
    return found


def sense(text: str) -> int | bool | str:
    """Return what a detail that was typed means: a whole number, yes or no, else its text."""
    if re.fullmatch(r"-?[0-9]{1,12}", text):
        return int(text)
    return _WORTH.get(text, text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "flag": bool, "pairs": read_pairs, "count": _whole, "papers": _whole, "money": _money,
}  # fmt: skip


def spoken(each: Input, form: MultiDict[str, str]) -> str:
    """Return what was entered as the review reads it back."""
    named = {value: label for value, label, _ in each.options}
    if each.kind == "checks":
        return "、".join(named.get(v, v) for v in form.getlist(each.name))
    if each.kind == "flag":
        return str(gettext("Yes")) if form.get(each.name) else ""
    if each.kind == "hidden":
        return ""
    text = form.get(each.name, "").strip()
    if each.kind == "money" and re.fullmatch(r"[0-9]+([.][0-9]{1,2})?", text):
        return f"¥{text}"
    if each.kind == "moment":
        return text.replace("T", " ")
    return named.get(text, text) if text else ""
