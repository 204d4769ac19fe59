"""The charter's words on the pages of one request: labels of codes, texts behind clause numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from charterhouse.desk import charters
from charterhouse.desk.words import Words, words
from charterhouse.web.i18n import pick

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["clause_text", "code_label", "init_app", "words_of"]


def words_of(version: int = 0) -> Words:
    """Return the words of a version of the charter, read once in a request."""
    kept: dict[int, Words] = g.setdefault("charter_words", {})
    if version not in kept:
        kept[version] = words(version)
    return kept[version]


def code_label(code: str | None) -> str:
    """Return what a code of the charter is called in the reader's language."""
    return pick(*words_of().label(code)) if code else ""


def clause_text(number: str, version: int = 0) -> str:
    """Return what a clause says in the reader's language; empty when it is unknown."""
    return pick(*words_of(version).clause(number)) if number else ""


def init_app(app: Flask) -> None:
    """Give the templates ``code_label()``, ``clause_text()`` and ``marked_texts()``."""
    app.jinja_env.globals.update(
        code_label=code_label, clause_text=clause_text, marked_texts=charters.marked
    )
