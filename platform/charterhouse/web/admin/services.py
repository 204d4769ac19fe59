"""Services at a glance: figures of a period beside the one before, each with its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import render_template, request, url_for

from charterhouse.desk import reports, service_figures
from charterhouse.desk.requests import services
from charterhouse.desk.service_figures import WHICH, figures_of, opened_in
from charterhouse.desk.service_reports import opinions, share_of_satisfied
from charterhouse.kernel.clauses.services import OPEN, OVER
from charterhouse.web.admin.report_periods import choose, period_name, short_spans
from charterhouse.web.admin.request_list import DUE_NAMES
from charterhouse.web.admin.terms import term
from charterhouse.web.admin.words import code_label
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.listing import Page, col, query_url, read_page
from charterhouse.web.long_work import long_work
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from flask import Flask

    from charterhouse.desk.service_figures import Figures

__all__ = ["register"]

_PERIODS: Final = 6
_SERIES: Final = 8
_STATES: Final = (*OPEN, *OVER)
NAMES: Final = {
    "all": lazy_gettext("All requests"),
    "open": lazy_gettext("Still open"),
    "kept": lazy_gettext("All in time"),
    "missed": lazy_gettext("With a missed deadline"),
    "overdue": lazy_gettext("Overdue now"),
    "answered": lazy_gettext("Answered"),
    "in-place": lazy_gettext("Arranged"),
    "running": lazy_gettext("Still running"),
}


@require("reports.read")
@long_work
def overview() -> str:
    """Show the figures of services."""
    choice = choose("month")
    seen = opened_in(choice.period)
    now, former = figures_of(seen), figures_of(opened_in(choice.before))
    return render_template(
        "admin/reports/services.html",
        choice=choice,
        now=now,
        former=former,
        satisfied=share_of_satisfied(choice.period),
        satisfied_before=share_of_satisfied(choice.before),
        satisfaction="service-satisfaction" if opinions() else "",
        services=services(),
        states=_STATES,
        columns=[
            col(gettext("Service")),
            *(col(term("request.state", state), align="end") for state in _STATES),
            col(gettext("All"), align="end"),
        ],
        charts=_charts(choice.period, now),
        open_by_deadline=[
            (DUE_NAMES[due], number, due)
            for due, number in service_figures.open_by_deadline().items()
        ],
        link=_link if may("members.read") else _nowhere,
        limited=len(seen) >= service_figures.LIMIT,
        limit=service_figures.LIMIT,
    )


def _link(which: str, **more: str) -> str:
    """The address of the requests that a figure counts."""
    named = {name: request.args[name] for name in ("period", "from", "to") if name in request.args}
    # By one mapping: url_for() itself understands names such as _scheme.
    values: dict[str, Any] = {"which": which, **named, **more}
    return url_for("reports.service_requests", **values)


def _nowhere(_which: str, **_more: str) -> str:
    """Whoever may not see members sees figures and no requests, which name them."""
    return ""


def _charts(period: reports.Period, now: Figures) -> list[tuple[str, dict[str, Any]]]:
    periods = [period]
    while len(periods) < short_spans(period, _PERIODS):
        periods.insert(0, periods[0].before())
    asked = [service_figures.asked_by_service(each) for each in periods]
    sums = {code: sum(each[code] for each in asked) for each in asked for code in each}
    codes = sorted(sums, key=lambda code: (-sums[code], code))[:_SERIES]
    series = [
        {"name": code_label(code), "values": [each[code] for each in asked]} for code in codes
    ]
    charts: list[tuple[str, dict[str, Any]]] = []
    labels = [period_name(each) for each in periods]
    if series:
        data = {"kind": "stacked", "labels": labels, "unit": "count", "series": series}
        charts.append((str(gettext("Requests by service")), data))
    limits = sorted(now.limits)
    if limits:
        states = (("kept", gettext("in time")), ("missed", gettext("missed")))
        data = {
            "kind": "stacked",
            "labels": [code_label(code) for code in limits],
            "unit": "count",
            "series": [
                {"name": str(name), "values": [now.limits[code][state] for code in limits]}
                for state, name in states
            ],
        }
        charts.append((str(gettext("Deadlines kept and missed")), data))
    return charts


@require("reports.read", "members.read")
@long_work
def listed() -> str:
    """List the requests that a figure counts."""
    choice = choose("month")
    args = request.args
    limit, service = args.get("limit", ""), args.get("service", "")
    which = args.get("which", "all")
    which = which if which in WHICH or (limit and which == "running") else "all"
    found = service_figures.chosen(opened_in(choice.period), which, service, limit)
    number, size = read_page()
    shown = found[(number - 1) * size : number * size]
    chips = [(_which_name(which), query_url(which=None, page=None))] if which != "all" else []
    chips += [(code_label(service), query_url(service=None, page=None))] if service else []
    chips += [(code_label(limit), query_url(limit=None, which=None, page=None))] if limit else []
    return render_template(
        "admin/reports/service_requests.html",
        choice=choice,
        name=_which_name(which),
        chips=chips,
        page=Page(shown, number, size, len(found)),
        asked={"which": which, "service": service, "limit": limit},
        clear=url_for("reports.service_requests", period=choice.period.name),
    )


def _which_name(which: str) -> str:
    return str(NAMES[which]) if which in NAMES else term("request.state", which)


def register(app: Flask) -> None:
    """Add the pages, which are a part of the area of reports."""
    app.add_url_rule("/admin/services", "reports.services", overview)
    app.add_url_rule("/admin/services/requests", "reports.service_requests", listed)
