"""What the codes of bills are called: categories, visits, ways to pay. The charter's words win."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from charterhouse.desk.telling import METHODS
from charterhouse.web.admin.words import code_label
from charterhouse.web.i18n import lazy_pgettext, pick

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["CATEGORIES", "METHODS", "VISITS", "init_app", "term"]

CATEGORIES: Final = {
    "registration": lazy_pgettext("category", "Registration"),
    "consultation": lazy_pgettext("category", "Consultation"),
    "exam": lazy_pgettext("category", "Examination"),
    "lab": lazy_pgettext("category", "Laboratory"),
    "treatment": lazy_pgettext("category", "Treatment"),
    "surgery": lazy_pgettext("category", "Surgery"),
    "drug": lazy_pgettext("category", "Drugs"),
    "material": lazy_pgettext("category", "Materials"),
    "bed": lazy_pgettext("category", "Bed and nursing"),
    "other": lazy_pgettext("category", "Other"),
}
VISITS: Final = {
    "outpatient": lazy_pgettext("visit", "Outpatient"),
    "specialist": lazy_pgettext("visit", "Specialist"),
    "inpatient": lazy_pgettext("visit", "Inpatient"),
    "rehabilitation": lazy_pgettext("visit", "Rehabilitation"),
    "exam": lazy_pgettext("visit", "Check-up"),
    "emergency": lazy_pgettext("visit", "Emergency"),
}
_UNITS: Final = {
    "points": lazy_pgettext("account", "Points"),
    "stored_value": lazy_pgettext("account", "Stored value"),
    "credit": lazy_pgettext("account", "Credit"),
    "spend_total": lazy_pgettext("account", "Cumulative consumption"),
    "money": lazy_pgettext("account", "Money"),
}
_ALL: Final = {"category": CATEGORIES, "visit": VISITS, "unit": _UNITS}


def term(sort: str, code: str | None) -> str:
    """Return what a code of a sort (category, visit, method, unit) is called."""
    if not code:
        return ""
    if sort == "method" and code in METHODS:
        return pick(*METHODS[code])
    said = code_label(code)
    known = _ALL.get(sort, {}).get(code)
    return str(known) if said == code and known is not None else said


def init_app(app: Flask) -> None:
    """Give the templates ``term()``."""
    app.jinja_env.globals.update(term=term)
