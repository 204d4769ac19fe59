"""Finding a person before entering a new one, and the form of a new person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from charterhouse.desk import members
from charterhouse.desk.errors import DeskError
from charterhouse.desk.people import Person, create_person, find_people
from charterhouse.web.admin.acting import error_of
from charterhouse.web.i18n import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PERSON_FORM", "enter_person", "found_people"]

PERSON_FORM = ("name", "phone", "id_number", "born", "sex", "address", "email")
_MOST = 10


def found_people(text: str) -> Sequence[members.Row] | None:
    """Return who a text finds; None when nothing was searched for."""
    text = text.strip()[:100]
    return members.search(text, size=_MOST).rows if text else None


def enter_person() -> tuple[Person | None, dict[str, str], Sequence[members.Row]]:
    """Keep the person whose form was sent.

    Returns:
        The person, or None with what is wrong; and those who are on file with the same phone
        or ID number, to be looked at before a second entry is made.
    """
    raw: dict[str, Any] = {name: request.form.get(name, "").strip() for name in PERSON_FORM}
    raw = {name: value for name, value in raw.items() if value}
    twins = _twins(raw)
    if twins and request.form.get("sure") != "1":
        return (
            None,
            {"_": gettext("Somebody with this phone or ID number is on file already.")},
            twins,
        )
    try:
        return create_person(raw), {}, ()
    except DeskError as error:
        return None, error_of(error, "person"), twins


def _twins(raw: dict[str, Any]) -> Sequence[members.Row]:
    refs = []
    for kind in ("id_number", "phone"):
        text = str(raw.get(kind, ""))
        if text:
            refs += [row.ref for row in members.search(text, size=_MOST).rows]
            refs += find_people(kind, text)
    return list(members.rows_of(list(dict.fromkeys(refs))).values())
