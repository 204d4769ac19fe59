"""The front page: figures that lead to their lists, charts, the setup guide, open tasks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import render_template

from charterhouse.desk import dashboard, tasks, telling
from charterhouse.desk.local import today
from charterhouse.payments.house import find_merchant
from charterhouse.web.admin import task_list
from charterhouse.web.admin.words import code_label
from charterhouse.web.i18n import gettext, lazy_gettext
from charterhouse.web.navigation import NavItem, add_nav, url_if
from charterhouse.web.permissions import may, require

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["register"]

_GUIDE = {
    "charter": (
        lazy_gettext("Adopt the charter"),
        lazy_gettext("The charter decides every price and point. Read it and check its figures."),
        lazy_gettext("Choose the charter"),
        "admin.charter_begin",
    ),
    "prices": (
        lazy_gettext("Enter the price list"),
        lazy_gettext("Cashiers pick items from it; it can be pasted from a spreadsheet."),
        lazy_gettext("Open the price list"),
        "prices.index",
    ),
    "staff": (
        lazy_gettext("Add colleagues"),
        lazy_gettext("Each has an account and a role of their own."),
        lazy_gettext("Add staff"),
        "admin.staff",
    ),
    "member": (
        lazy_gettext("Enrol the first member"),
        lazy_gettext("Take an application, or bring in members of a former system."),
        lazy_gettext("Enrol a member"),
        "admin.admission",
    ),
    "branches": (
        lazy_gettext("Name the branches"),
        lazy_gettext("Bills and staff can be told apart by branch."),
        lazy_gettext("Open the settings"),
        "admin.settings",
    ),
    "payments": (
        lazy_gettext("Let members pay online"),
        lazy_gettext("Connect a payment account; until then members pay at the counter."),
        lazy_gettext("Open the settings"),
        "admin.settings",
    ),
}


@require("dashboard.read")
def home() -> str:
    """Show the front page."""
    day = today()
    people = dashboard.members()
    months = dashboard.months()
    bills = dashboard.bills_this_month()
    steps = dashboard.setup(payments=find_merchant() is not None)
    return render_template(
        "admin/dashboard/home.html",
        day=day,
        people=people,
        joined=_joined(people, day),
        month=months[-1],
        former=months[-2],
        day_revenue=dashboard.revenue_of(day),
        bills=bills,
        charts=_charts(people, months) if may("reports.read") else [],
        steps=[(step, *_GUIDE[step.code][:3], url_if(_GUIDE[step.code][3])) for step in steps],
        guide=may("settings.write") and not all(step.done for step in steps if step.required),
        tasks=tasks.open_tasks(6) if may("tasks.read") else [],
        task_count=tasks.count_open(),
        recent=dashboard.recent() if may("members.read") else [],
        verbs=telling.VERBS,
        expiring_days=dashboard.EXPIRING_DAYS,
    )


def _joined(people: dashboard.Members, day: date) -> tuple[int, int]:
    """How many joined this month and the month before."""
    former = day.replace(day=1) - timedelta(days=1)
    this, last = (people.joined.get(f"{each:%Y-%m}") for each in (day, former))
    return this.total() if this else 0, last.total() if last else 0


def _charts(
    people: dashboard.Members, months: list[dashboard.Month]
) -> list[tuple[str, dict[str, Any]]]:
    labels = [month.name for month in months]
    tiers = sorted({tier for name in labels for tier in people.joined.get(name, ())})
    joined = [
        {
            "name": code_label(tier) or str(gettext("No tier")),
            "values": [
                people.joined[name][tier] if name in people.joined else 0 for name in labels
            ],
        }
        for tier in tiers
    ]
    revenue = [{"name": str(gettext("Revenue")), "values": [each.revenue for each in months]}]
    points = [
        {"name": str(gettext("Points issued")), "values": [each.issued for each in months]},
        {"name": str(gettext("Points redeemed")), "values": [each.redeemed for each in months]},
    ]
    charts: list[tuple[str, dict[str, Any]]] = []
    if joined:
        stacked = {"kind": "stacked", "labels": labels, "unit": "count", "series": joined}
        charts.append((str(gettext("Members joined by tier")), stacked))
    charts.append(
        (
            str(gettext("Revenue by month")),
            {"kind": "line", "labels": labels, "unit": "fen", "series": revenue},
        )
    )
    if any(each.issued or each.redeemed for each in months):
        bars = {"kind": "bar", "labels": labels, "unit": "count", "series": points}
        charts.append((str(gettext("Points issued and redeemed")), bars))
    return charts


def register(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/admin/", "admin.home", home)
    task_list.register(app)
    add_nav(
        app,
        "admin",
        NavItem(
            "admin.home",
            lazy_gettext("Overview"),
            "layout-dashboard",
            permission="dashboard.read",
            order=1,
        ),
        NavItem(
            "admin.tasks",
            lazy_gettext("Tasks"),
            "checklist",
            lazy_gettext("Daily"),
            "tasks.read",
            order=30,
        ),
    )
