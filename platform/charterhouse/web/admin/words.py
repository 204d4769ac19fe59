"""Words on the pages of one request: of the charter, of reasons, and names of those who acted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import g

from charterhouse.desk import charters
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.institution import all_branches
from charterhouse.desk.people import find_person, mask_id_numbers
from charterhouse.desk.staff import get_staff
from charterhouse.desk.words import Words, words
from charterhouse.kernel.reasons import REASONS
from charterhouse.kernel.standing import HOUSE
from charterhouse.web.i18n import date_text, gettext, pick
from charterhouse.web.navigation import url_if
from charterhouse.web.values import value_text

if TYPE_CHECKING:
    from flask import Flask

__all__ = [
    "actor_text",
    "branch_name",
    "clause_text",
    "code_label",
    "day_text",
    "detail_label",
    "file_url",
    "init_app",
    "person_name",
    "reason_text",
    "told_text",
    "words_of",
]


def words_of(version: int = 0) -> Words:
    """Return the words of a version of the charter, read once in a request."""
    kept: dict[int, Words] = g.setdefault("charter_words", {})
    if version not in kept:
        kept[version] = words(version)
    return kept[version]


def code_label(code: str | None) -> str:
    """Return what a code of the charter is called in the reader's language."""
    return pick(*words_of().label(code)) if code else ""


def detail_label(code: str) -> str:
    """Return what a detail of an event is called in the reader's language."""
    return pick(*words_of().detail(code))


def told_text(value: Any) -> str:
    """Return a detail that was told with an event, in words, identity numbers with a hidden middle.

    Who may see them in full asks for it on the member's page, where the look is noted.
    """
    return mask_id_numbers(value_text(value, words_of()))


def clause_text(number: str, version: int = 0) -> str:
    """Return what a clause says in the reader's language; empty when it is unknown."""
    return pick(*words_of(version).clause(number)) if number else ""


def reason_text(code: str) -> str:
    """Return why something is refused, in words."""
    return pick(*REASONS.get(code, (code, code)))


def person_name(ref: str | None) -> str:
    """Return the name of a person, read once in a request; a dash for nobody known."""
    if not ref:
        return "–"
    if ref == HOUSE:
        return pick("本机构", "The institution")
    kept: dict[str, str] = g.setdefault("person_names", {})
    if ref not in kept:
        found = find_person(ref)
        kept[ref] = found.name if found else "–"
    return kept[ref]


def file_url(ref: str | None) -> str:
    """Return the address of a person's file; empty for nobody, and for the institution itself."""
    return url_if("admin.member", ref=ref) if ref and ref != HOUSE else ""


def branch_name(code: str | None) -> str:
    """Return the name of a branch, read once in a request; the code of one nobody knows."""
    if not code:
        return ""
    if "branch_names" not in g:
        g.branch_names = {each.code: pick(each.zh, each.en) for each in all_branches()}
    return str(g.branch_names.get(code, code))


def day_text(day: str | None) -> str:
    """Return a day that is kept as ISO text in the reader's language; empty for none."""
    return date_text(date.fromisoformat(day)) if day else ""


def actor_text(actor: str) -> str:
    """Return who did something: the name behind ``staff:<id>`` or ``member:<ref>``, or the kind."""
    kind, _, number = actor.partition(":")
    if kind == "member":
        return person_name(number)
    if kind == "staff" and number.isdecimal():
        kept: dict[str, str] = g.setdefault("staff_names", {})
        if number not in kept:
            try:
                kept[number] = get_staff(int(number)).name
            except NotFoundError:
                kept[number] = str(gettext("Staff"))
        return kept[number]
    named = {
        "api": gettext("Another system"),
        "clock": gettext("By time"),
        "system": gettext("System"),
        "staff": gettext("Staff"),
    }
    return str(named.get(kind, actor))


def init_app(app: Flask) -> None:
    """Give the templates these functions and ``marked_texts()``."""
    app.jinja_env.globals.update(
        code_label=code_label,
        detail_label=detail_label,
        clause_text=clause_text,
        reason_text=reason_text,
        person_name=person_name,
        file_url=file_url,
        branch_name=branch_name,
        day_text=day_text,
        actor_text=actor_text,
        marked_texts=charters.marked,
    )
