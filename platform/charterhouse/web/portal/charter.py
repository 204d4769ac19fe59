"""The charter as members read it: the rules by which everything here is decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import abort, render_template, request
from markupsafe import Markup, escape

from charterhouse.desk import charters
from charterhouse.desk.words import words
from charterhouse.web.i18n import pick
from charterhouse.web.permissions import public
from charterhouse.web.portal.base import portal

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCH_LIMIT = 60


@portal.get("/charter")
@public(reason="the charter is what the institution promises to everybody")
def charter() -> str:
    """The charter in force, or the version asked for, with what is searched for marked."""
    versions = charters.versions()
    wanted = " ".join(request.args.get("q", "").split())[:SEARCH_LIMIT]
    said = words()
    number = request.args.get("version", said.version, type=int)
    chosen = next((each for each in versions if each.number == number), None) or abort(404)
    document = charters.document(chosen.number)
    chapters = list(_chapters(document, wanted))
    return render_template(
        "portal/charter.html",
        chapters=chapters,
        found=sum(len(rules) for _, rules in chapters),
        q=wanted,
        version=chosen,
        versions=versions,
        name=pick(*said.name),
        current=said.version,
    )


def _chapters(
    document: list[dict[str, Any]], wanted: str
) -> Iterator[tuple[dict[str, Any], list[tuple[str, Markup]]]]:
    """Chapters with those of their rules that have the words, in the reader's language."""
    for chapter in document:
        rules = [(rule["number"], pick(rule["zh"], rule["en"])) for rule in chapter["rules"]]
        shown = [(number, marked(text, wanted)) for number, text in rules
                 if not wanted or _has(number, text, wanted)]  # fmt: skip
        if shown:
            yield chapter, shown


def _has(number: str, text: str, wanted: str) -> bool:
    return number.casefold() == wanted.casefold() or wanted.casefold() in text.casefold()


def marked(text: str, wanted: str) -> Markup:
    """A text with every place of the words searched for marked."""
    if not wanted:
        return escape(text)
    parts = re.split(f"({re.escape(wanted)})", text, flags=re.IGNORECASE)
    return Markup().join(
        Markup("<mark>{}</mark>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
