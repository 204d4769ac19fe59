"""What all pages of the member portal share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort

from charterhouse.desk.people import find_person
from charterhouse.desk.portal import stamp
from charterhouse.web.auth.session import Principal, current_principal, sign_in
from charterhouse.web.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

    from charterhouse.desk.words import Words
    from charterhouse.kernel.charter import Text

__all__ = ["enter", "gone", "labels_of", "load_member", "own_ref", "portal", "said"]

portal: Final = Blueprint("portal", __name__, url_prefix="/my")


def own_ref() -> str:
    """The ref of the person who is signed in; only for routes that need a sign-in."""
    principal = current_principal()
    if principal is None or principal.audience != "member":
        abort(401)
    return str(principal.id)


def load_member(number: int) -> Principal | None:
    """The principal of a person; None when the person is gone."""
    person = find_person(str(number))
    if person is None:
        return None
    return Principal("member", number, person.name, stamp=stamp(person.ref))


def enter(ref: str) -> None:
    """Sign a person in."""
    found = load_member(int(ref))
    if found is None:
        gone()
    sign_in(found)


def gone() -> NoReturn:
    """Answer that there is nothing here, which is also what others' things look like."""
    abort(404)


def labels_of(words: Words, codes: Iterable[str]) -> str:
    """What codes are called, one after the other, in the reader's language."""
    return ", ".join(pick(*words.label(code)) for code in codes)


def said(text: Text) -> str:
    """The one of two texts in the reader's language."""
    return pick(*text)
