"""Reports that the charter declares, by period, with chart and export; and the registers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, render_template, request, send_file

from charterhouse.desk import reports
from charterhouse.desk.audit import note
from charterhouse.desk.service_reports import service_reports
from charterhouse.desk.sheets import FORMATS, write_sheet
from charterhouse.web.admin import decisions, services
from charterhouse.web.admin.acting import actor
from charterhouse.web.admin.register_words import NAMES
from charterhouse.web.admin.report_periods import choose, period_name, short_spans
from charterhouse.web.i18n import gettext, lazy_gettext, pick, span_text
from charterhouse.web.long_work import long_work
from charterhouse.web.navigation import NavItem, add_nav
from charterhouse.web.permissions import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from werkzeug.wrappers import Response

    from charterhouse.desk.reports import AnyReport
    from charterhouse.kernel.report import Row

__all__ = ["register"]

area = Blueprint("reports", __name__, url_prefix="/admin/reports")

_PERIODS = 6
_HOURS_FROM, _DAYS_FROM = 180, 4320
"""Minutes from which a chart counts in hours, and in days."""
_SERIES = 8
"""So many series can be told apart in a chart; the report itself has every row."""


@area.get("")
@require("reports.read")
def index() -> str:
    """List the reports and the registers."""
    return render_template(
        "admin/reports/index.html",
        reports=reports.reports(),
        own=service_reports(),
        names=NAMES,
    )


@area.get("/<code>")
@require("reports.read")
@long_work
def show(code: str) -> str:
    """Show a report for a period, beside the periods before it."""
    report = reports.find_report(code, service_reports())
    choice = choose(report.period)
    trend = reports.trend(report, choice.period, short_spans(choice.period, _PERIODS))
    return render_template(
        "admin/reports/report.html",
        report=report,
        choice=choice,
        rows=trend[-1][1],
        former={row.code: row.value for row in trend[-2][1]},
        charts=_charts(report, trend),
    )


def _charts(
    report: AnyReport, trend: Sequence[tuple[reports.Period, list[Row]]]
) -> list[tuple[str, dict[str, Any]]]:
    """Return a chart for each unit, a series per row of the report; the largest of many."""
    texts: dict[str, tuple[str, str, str]] = {}
    sums: Counter[str] = Counter()
    for _, rows in trend:
        texts |= {row.code: (row.unit, row.zh, row.en) for row in rows}
        sums.update({row.code: abs(row.value) for row in rows})
    charts = []
    for unit, title in (
        ("count", gettext("Counts")), ("yuan", gettext("Amounts")),
        ("percent", gettext("Shares")), ("minutes", gettext("Minutes")),
    ):  # fmt: skip
        codes = [code for code, (of, _, _) in texts.items() if of == unit]
        # What nothing is known of is no share and no time.
        nothing = 0 if unit in ("count", "yuan") else None
        drawn = set(sorted(codes, key=lambda code: -sums[code])[:_SERIES])
        codes = [code for code in codes if code in drawn]
        series = [
            {
                "name": pick(*texts[code][1:]),
                "values": [
                    next((row.value for row in rows if row.code == code), nothing)
                    for _, rows in trend
                ],
            }
            for code in codes
        ]
        said = _in_longer_units(series) if unit == "minutes" else title
        data = {
            "kind": "bar" if unit == "count" else "line",
            "labels": [period_name(period) for period, _ in trend],
            "unit": "fen" if unit == "yuan" else unit,
            "series": series,
        }
        if series:
            charts.append((f"{pick(report.zh, report.en)} · {said}", data))
    return charts


def _in_longer_units(series: list[dict[str, Any]]) -> str:
    """Turn minutes into hours or days where the longest asks for it; return the unit's name."""
    known = [value for each in series for value in each["values"] if value is not None]
    longest: int = max(known, default=0)
    if longest < _HOURS_FROM:
        return str(gettext("Minutes"))
    length, title = (60, gettext("Hours")) if longest < _DAYS_FROM else (1440, gettext("Days"))
    for each in series:
        each["values"] = [
            value if value is None else round(value / length, 1) for value in each["values"]
        ]
    return str(title)


@area.get("/<code>/export")
@require("reports.export")
@long_work
def export(code: str) -> Response:
    """Send a report as a file."""
    report = reports.find_report(code, service_reports())
    sort = request.args.get("format", "xlsx")
    if sort not in FORMATS:
        abort(404)
    period = reports.read_period(report.period, request.args.get("period", ""))
    rows = [[pick(row.zh, row.en), _figure(row)] for row in reports.fold(report, period)]
    file = write_sheet(sort, [pick(report.zh, report.en), period_name(period)], rows)
    content = {"format": sort, "period": period.name}
    note("report.export", subject=code, actor=actor(), content=content)
    return send_file(file, as_attachment=True, download_name=f"{code}-{period.name}.{sort}")


def _figure(row: Row) -> Any:
    return Decimal(row.value).scaleb(-2) if row.unit == "yuan" else row.value


def minutes_text(minutes: int | None) -> str:
    """Return how long something took in words; a dash where it is not known."""
    return "–" if minutes is None else span_text(timedelta(minutes=minutes))


def register(app: Flask) -> None:
    """Add the pages."""
    decisions.register(app)
    app.register_blueprint(area)
    app.jinja_env.globals.update(period_name=period_name, minutes_text=minutes_text)
    services.register(app)
    add_nav(
        app,
        "admin",
        NavItem(
            "reports.index",
            lazy_gettext("Reports"),
            "report-analytics",
            lazy_gettext("Institution"),
            "reports.read",
            order=70,
            prefix="reports.",
        ),
        NavItem(
            "decisions.all",
            lazy_gettext("Decisions"),
            "scale",
            lazy_gettext("Institution"),
            "reports.read",
            order=72,
            prefix="decisions.",
        ),
    )
