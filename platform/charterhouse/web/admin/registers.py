"""The registers: plain lists of a period with filter and export."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from flask import abort, render_template, request, send_file

from charterhouse.desk import registers
from charterhouse.desk.audit import note
from charterhouse.desk.local import today
from charterhouse.desk.sheets import FORMATS, write_sheet
from charterhouse.kernel.kinds import FIRST_YEAR, LAST_YEAR
from charterhouse.web.admin.acting import actor
from charterhouse.web.admin.register_words import (
    HEADS,
    MONEY,
    NAMES,
    NUMBERS,
    WIDE,
    cell_text,
    filter_text,
    sheet_value,
)
from charterhouse.web.listing import Column, Page, col, read_page
from charterhouse.web.long_work import long_work
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

__all__ = ["register"]

_ASKED: Final = ("from", "to", "value", "outcome", "member")


@require("reports.read")
def listed(code: str) -> str:
    """Show a register."""
    chosen = registers.find_register(code)
    wanted = _wanted(chosen)
    number, size = read_page()
    found = registers.page(chosen, wanted, number=number, size=size)
    return render_template(
        "admin/reports/register.html",
        register=chosen,
        name=NAMES[code],
        names=NAMES,
        wanted=wanted,
        page=Page(found.rows, number, size, found.total),
        columns=[_head(name) for name in chosen.columns],
        values=[(value, filter_text(chosen.filtered, value)) for value in found.values],
        text_of=cell_text,
        money_cells=MONEY,
        number_cells=NUMBERS,
        wide_cells=WIDE,
        # By name: url_for() itself understands names such as _scheme.
        asked={name: request.args[name] for name in _ASKED if name in request.args},
        most=registers.EXPORT_LIMIT,
        filtered=bool(wanted.value or wanted.outcome or wanted.member),
    )


def _head(name: str) -> Column:
    return col(HEADS[name], align="end" if name in NUMBERS else "", wide=name in WIDE)


@require("reports.export")
@long_work
def export(code: str) -> Response:
    """Send a register as a file: exactly the rows of the filter."""
    chosen = registers.find_register(code)
    sort = request.args.get("format", "xlsx")
    if sort not in FORMATS:
        abort(404)
    wanted, names = _wanted(chosen), chosen.columns
    unmasked = "id_number" in names and may("members.unmask")
    rows = (
        [sheet_value(name, row, unmasked=unmasked) for name in names]
        for row in registers.walk(chosen, wanted)
    )
    file = write_sheet(sort, [str(HEADS[name]) for name in names], rows)
    said = {"format": sort, "unmasked": unmasked, "span": _span(wanted)}
    note("register.export", subject=code, actor=actor(), content=said)
    return send_file(file, as_attachment=True, download_name=f"{code}-{_span(wanted)}.{sort}")


def _span(wanted: registers.Wanted) -> str:
    days = [each.isoformat() for each in (wanted.first, wanted.last) if each]
    return "_".join(days) or "all"


def _wanted(chosen: registers.Register) -> registers.Wanted:
    """The filter of the address; without a period this month so far."""
    args = request.args
    first, last = (_day("from"), _day("to")) if chosen.dated else (None, None)
    if chosen.dated and "from" not in args and "to" not in args:
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
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def register(app: Flask) -> None:
    """Add the pages, which are a part of the area of decisions."""
    app.add_url_rule("/admin/registers/<code>", "decisions.listed", listed)
    app.add_url_rule("/admin/registers/<code>/export", "decisions.export", export)
