"""A decision laid open: who told what, which clauses spoke, and what was posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, redirect, render_template, url_for

from charterhouse.desk import explaining, telling
from charterhouse.web.admin import registers
from charterhouse.web.admin.register_words import account_text, lot_text
from charterhouse.web.i18n import lazy_pgettext
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

area = Blueprint("decisions", __name__, url_prefix="/admin")

PHASES: Final = {
    "rights": lazy_pgettext("phase", "Rights"),
    "guard": lazy_pgettext("phase", "Conditions"),
    "price": lazy_pgettext("phase", "Price"),
    "settle": lazy_pgettext("phase", "Payment"),
    "earn": lazy_pgettext("phase", "Earning"),
    "grade": lazy_pgettext("phase", "Status"),
    "grant": lazy_pgettext("phase", "Benefits"),
    "follow": lazy_pgettext("phase", "Follow-up"),
}


@area.get("/decisions/<int(max=9223372036854775807):number>")
@require("members.read")
def show(number: int) -> str:
    """Show why a decision came out as it did."""
    return render_template(
        "admin/reports/decision.html",
        explained=explaining.explain(number),
        phases=PHASES,
        fields=telling.FIELDS,
        account_text=account_text,
        lot_text=lot_text,
    )


@area.get("/decisions", endpoint="all")
@require("reports.read")
def all_() -> Response:
    """Lead to the register of all decisions."""
    return redirect(url_for("decisions.listed", code="decisions"))


@area.get("/events/<int(max=9223372036854775807):number>")
@require("members.read")
def event(number: int) -> Response:
    """Lead from an event's id to its decision."""
    return redirect(url_for("decisions.show", number=explaining.decision_of(number)))


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(area)
    registers.register(app)
