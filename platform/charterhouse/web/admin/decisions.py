"""A decision laid open, and the registers: plain lists of a period with export."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for

from charterhouse.desk import explaining, registers, telling
from charterhouse.desk.audit import note
from charterhouse.desk.dashboard import today
from charterhouse.desk.sheets import FORMATS, write_sheet
from charterhouse.kernel.reasons import REASONS
from charterhouse.web.admin.acting import actor
from charterhouse.web.admin.terms import term
from charterhouse.web.admin.words import actor_text, code_label, person_name
from charterhouse.web.i18n import date_text, gettext, lazy_gettext, lazy_pgettext, pick
from charterhouse.web.labels import status_label
from charterhouse.web.listing import Column, Page, col, read_page
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

area = Blueprint("decisions", __name__, url_prefix="/admin")

NAMES: Final = {
    "decisions": lazy_pgettext("register", "All decisions"),
    "admissions": lazy_pgettext("register", "Admissions"),
    "cards": lazy_pgettext("register", "Card register"),
    "bills": lazy_pgettext("register", "Bills and refunds"),
    "points": lazy_pgettext("register", "Points by kind"),
    "redemptions": lazy_pgettext("register", "Redemptions and objections"),
    "losses": lazy_pgettext("register", "Losses and reissues"),
    "awards": lazy_pgettext("register", "Points awarded"),
    "sanctions": lazy_pgettext("register", "Incidents and sanctions"),
    "house": lazy_pgettext("register", "Money by account"),
    "tasks": lazy_pgettext("register", "Tasks"),
    "flags": lazy_pgettext("register", "Flags"),
    "notices": lazy_pgettext("register", "Notices"),
}
HEADS: Final = {
    "at": lazy_gettext("When"),
    "member": lazy_pgettext("column", "Person"),
    "what": lazy_gettext("What"),
    "outcome": lazy_gettext("Outcome"),
    "clause": lazy_gettext("Clause"),
    "actor": lazy_gettext("By"),
    "branch": lazy_gettext("Branch"),
    "number": lazy_gettext("Card number"),
    "tier": lazy_gettext("Tier"),
    "state": lazy_gettext("State"),
    "issued": lazy_gettext("Issued"),
    "valid_until": lazy_gettext("Valid until"),
    "ended": lazy_gettext("Ended"),
    "kind": lazy_gettext("Kind"),
    "points": lazy_gettext("Points"),
    "owner": lazy_gettext("Account"),
    "amount": lazy_gettext("Amount"),
    "code": lazy_gettext("What"),
    "due": lazy_gettext("Due"),
}
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
_ACCOUNTS: Final = {
    "@sales": lazy_pgettext("house account", "Sales"),
    "@issued": lazy_pgettext("house account", "Issued"),
    "@redeemed": lazy_pgettext("house account", "Redeemed"),
    "@expired": lazy_pgettext("house account", "Lapsed"),
    "@third-party": lazy_pgettext("house account", "Insurance and others"),
    "@prepaid": lazy_pgettext("house account", "Stored value"),
    "@credit": lazy_pgettext("house account", "Credit"),
    "@points": lazy_pgettext("house account", "Points as payment"),
    "@charity": lazy_pgettext("house account", "Charity"),
    "@donations": lazy_pgettext("house account", "Donations of the house"),
    "@cancelled": lazy_pgettext("house account", "Cancelled"),
}
_WIDE: Final = frozenset({"actor", "branch", "clause", "ended", "issued"})


@area.get("/decisions/<int:number>")
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


@area.get("/events/<int:number>")
@require("members.read")
def event(number: int) -> Response:
    """Lead from an event's id to its decision."""
    return redirect(url_for("decisions.show", number=explaining.decision_of(number)))


@area.get("/registers/<code>")
@require("reports.read")
def listed(code: str) -> str:
    """Show a register."""
    chosen = registers.find_register(code)
    wanted = _wanted()
    number, size = read_page()
    found = registers.page(chosen, wanted, number=number, size=size)
    return render_template(
        "admin/reports/register.html",
        register=chosen,
        name=NAMES[code],
        names=NAMES,
        wanted=wanted,
        page=Page(found.rows, number, size, found.total),
        heads=[(name, HEADS[name], name in _WIDE) for name in chosen.columns],
        columns=[_head(name) for name in chosen.columns],
        values=[(value, filter_text(chosen.filtered, value)) for value in found.values],
        account_text=account_text,
        filtered=bool(wanted.value or wanted.outcome or wanted.member),
    )


def _head(name: str) -> Column:
    align = "end" if name in ("amount", "points") else ""
    return col(HEADS[name], align=align, wide=name in _WIDE)


@area.get("/registers/<code>/export")
@require("reports.export")
def export(code: str) -> Response:
    """Send a register as a file: exactly the rows of the filter."""
    chosen = registers.find_register(code)
    sort = request.args.get("format", "xlsx")
    if sort not in FORMATS:
        abort(404)
    wanted = _wanted()
    rows = ([_cell(name, row) for name in chosen.columns] for row in registers.walk(chosen, wanted))
    file = write_sheet(sort, [str(HEADS[name]) for name in chosen.columns], rows)
    note("register.export", subject=code, actor=actor(), content={"format": sort})
    return send_file(file, as_attachment=True, download_name=f"{code}-{_span(wanted)}.{sort}")


def _span(wanted: registers.Wanted) -> str:
    days = [each.isoformat() for each in (wanted.first, wanted.last) if each]
    return "_".join(days) or "all"


def _wanted() -> registers.Wanted:
    """The filter of the address; without a period this month so far."""
    args = request.args
    first, last = _day("from"), _day("to")
    if "from" not in args and "to" not in args:
        last = today()
        first = last.replace(day=1)
    outcome = args.get("outcome", "")
    return registers.Wanted(
        first=first,
        last=last,
        value=args.get("value", "")[:80],
        outcome=outcome if outcome in ("accepted", "refused") else "",
        member=args.get("member", "")[:20],
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def account_text(owner: str) -> str:
    """Return what an account of the house is called, or whose account it is."""
    if not owner.startswith("@"):
        return person_name(owner)
    if owner.startswith("@till:"):
        return term("method", owner.removeprefix("@till:"))
    known = _ACCOUNTS.get(owner)
    return str(known) if known else code_label(owner.removeprefix("@"))


def lot_text(lot: str) -> str:
    """Return what a lot is called: its kind, and its last day."""
    kind, _, rest = lot.partition("/")
    try:
        last = date.fromisoformat(rest[:10]) - timedelta(days=1)
    except ValueError:
        return code_label(kind)
    said = gettext("%(kind)s until %(day)s", kind=code_label(kind), day=date_text(last))
    return str(said).strip()


def filter_text(column: str, value: str) -> str:
    """Return the words for a value by which a register is narrowed."""
    if column == "verb":
        return pick(*telling.VERBS.get(value, (value, value)))
    if column == "owner":
        return account_text(value)
    if column == "state":
        return status_label(value)
    return code_label(value)


def _cell(name: str, row: dict[str, Any]) -> Any:
    """A cell as a spreadsheet has it."""
    value = row.get(name)
    said: Callable[[], Any] | None = {
        "member": lambda: person_name(value),
        "what": lambda: pick(*row["what"]),
        "outcome": lambda: pick(*REASONS[value]) if value else status_label("accepted"),
        "actor": lambda: actor_text(row["actor"]),
        "tier": lambda: code_label(value),
        "kind": lambda: code_label(value),
        "code": lambda: code_label(value),
        "state": lambda: status_label(row["state"]),
        "owner": lambda: account_text(row["owner"]),
        "amount": lambda: Decimal(row["amount"]).scaleb(-2),
    }.get(name)
    return said() if said else value


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(area)
