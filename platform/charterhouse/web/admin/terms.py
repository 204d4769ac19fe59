"""What the codes of bills are called: categories, visits, ways to pay. The charter's words win."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charterhouse.desk.telling import sort_of
from charterhouse.desk.terms import CATEGORIES, METHODS, VISITS
from charterhouse.web.admin.words import words_of
from charterhouse.web.i18n import pick

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["CATEGORIES", "METHODS", "VISITS", "init_app", "is_money", "term", "unit_name"]


def term(sort: str, code: str | None) -> str:
    """Return what a code of a sort (category, visit, method, unit, purpose …) is called."""
    return pick(*words_of().of(sort, code)) if code else ""


def unit_name(account: str) -> str:
    """Return what an account of a member is called: a unit, or what is counted of a benefit."""
    return pick(*words_of().unit(account))


def is_money(account: str) -> bool:
    """Return whether an account counts fen."""
    return sort_of(account) == "fen"


def init_app(app: Flask) -> None:
    """Give the templates ``term()``, ``unit_name()`` and ``is_money()``."""
    app.jinja_env.globals.update(term=term, unit_name=unit_name, is_money=is_money)
