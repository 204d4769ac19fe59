"""The institution's price list: edited as a table, or pasted as CSV."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from charterhouse.desk import items
from charterhouse.desk.charter_entry import rows_of
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import PricedItem, price_list
from charterhouse.web.admin import terms
from charterhouse.web.admin.acting import actor
from charterhouse.web.i18n import gettext, lazy_gettext, ngettext, yuan_text
from charterhouse.web.notices import notify
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

area = Blueprint("prices", __name__, url_prefix="/admin/prices")

_TABLE_LIMIT = 300
_FAULTS = {
    "required": lazy_gettext("Fill this in."),
    "code": lazy_gettext("Use letters, digits, dots and hyphens only."),
    "amount": lazy_gettext("Enter an amount in yuan such as 12.50."),
    "duplicate": lazy_gettext("This code stands in two rows."),
    "too_many": lazy_gettext("A price list has at most 5,000 items."),
}
_COLUMNS = ("item", "zh", "en", "category", "price", "offer")


@area.get("")
@require("settings.read")
def index() -> str:
    """Show the price list as a table to be edited."""
    return _page([_text_of(each) for each in price_list()])


@area.post("")
@require("settings.write")
def save() -> str | tuple[str, int] | Response:
    """Keep the table, or add and remove a row where there are no scripts."""
    flat = {name: str(value) for name, value in request.form.items()}
    rows = rows_of(flat, "prices")
    order = flat.get("do", "save")
    if order == "add":
        return _page([*rows, {}])
    if order.startswith("remove:"):
        number = order.partition(":")[2]
        left = [row for at, row in enumerate(rows) if str(at) != number]
        return _page(left)
    found, bad = items.read_items(list(rows))
    if bad:
        filled = [row for row in rows if any(v.strip() for v in row.values())]
        errors = {f"prices-{b.row - 1}-{b.column}": _fault(b) for b in bad}
        return _page(filled, errors), 422
    return _kept(found)


@area.post("/import")
@require("settings.write")
def paste() -> str | tuple[str, int] | Response:
    """Take pasted rows: into the list by their codes, or in its place."""
    text = request.form.get("csv", "")
    try:
        rows = items.read_csv(text)
    except DeskError:
        message = gettext(
            "The first line must name the columns: item, zh, en, category, price, offer."
        )
        return _import_page(text, {"csv": str(message)}), 422
    found, bad = items.read_items(list(rows))
    if bad or not found:
        said = [
            gettext(
                "Row %(row)s, %(column)s: %(why)s (%(found)s)",
                row=b.row + 1,
                column=b.column,
                why=_fault(b),
                found=b.found or "–",
            )
            for b in bad[:20]
        ] or [gettext("There are no rows.")]
        return _import_page(text, {"csv": " ".join(str(each) for each in said)}), 422
    replace = request.form.get("how") == "replace"
    return _kept(found if replace else items.merge(found))


def _kept(found: list[PricedItem]) -> Response:
    if items.keep_items(found, actor=actor()):
        notify(
            ngettext(
                "The price list has %(num)s item now.",
                "The price list has %(num)s items now.",
                len(found),
            )
        )
    else:
        notify(gettext("Nothing was changed."), "info")
    return redirect(url_for("prices.index"), code=303)


def _fault(bad: items.BadRow) -> str:
    return str(_FAULTS[bad.code])


def _text_of(each: PricedItem) -> dict[str, str]:
    offer = "" if each.offer is None else yuan_text(each.offer)
    return {**asdict(each), "price": yuan_text(each.price), "offer": offer}


def _page(rows: list[dict[str, str]], errors: dict[str, str] | None = None) -> str:
    return _render(rows, errors or {}, "", {})


def _import_page(text: str, errors: dict[str, str]) -> str:
    return _render([_text_of(each) for each in price_list()], {}, text, errors)


def _render(
    rows: list[dict[str, str]], errors: dict[str, str], csv: str, csv_errors: dict[str, str]
) -> str:
    shown: dict[str, Any] = {"rows": rows, "errors": errors, "csv": csv, "csv_errors": csv_errors}
    lines = ["\t".join(_COLUMNS)]
    lines += ["\t".join(row.get(name, "") for name in _COLUMNS) for row in rows]
    return render_template(
        "admin/counter/prices.html",
        categories=list(terms.CATEGORIES),
        editable=len(rows) <= _TABLE_LIMIT,
        as_csv="\n".join(lines),
        **shown,
    )


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(area)
