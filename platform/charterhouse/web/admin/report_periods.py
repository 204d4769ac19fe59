"""Choosing a period: by week, month or year, one after the other, or any span of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import request

from charterhouse.desk.local import today
from charterhouse.desk.periods import SORTS, Period, period_of, read_period, span_of
from charterhouse.kernel.kinds import FIRST_YEAR, LAST_YEAR
from charterhouse.web.i18n import date_text, gettext
from charterhouse.web.listing import query_url

if TYPE_CHECKING:
    from charterhouse.web.admin.views import Tab

__all__ = ["Choice", "choose", "period_name", "short_spans"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen period with its neighbours.

    Attributes:
        following: None where it would lie ahead.
        tabs: the same day by week, month and year.
    """

    period: Period
    before: Period
    following: Period | None
    tabs: list[Tab]


def choose(sort: str) -> Choice:
    """Return the period of the address; the present one of a sort when it names none."""
    first, last = _day("from"), _day("to")
    if first and last:
        period = span_of(first, last)
    else:
        period = read_period(sort, request.args.get("period", ""))
    following = period.following()
    return Choice(
        period,
        period.before(),
        following if following.first <= today() else None,
        _tabs(period),
    )


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _tabs(period: Period) -> list[Tab]:
    names = {"week": gettext("Week"), "month": gettext("Month"), "year": gettext("Year")}
    # Of a period that is not over yet, today's part is what people look for.
    day = max(period.first, min(period.last, today()))
    tabs: list[Tab] = []
    for sort in SORTS:
        there = period_of(sort, day).name
        url = query_url(**{"period": there, "from": None, "to": None})
        tabs.append((str(names[sort]), url, period.sort == sort, None))
    return tabs


def period_name(period: Period) -> str:
    """Return what people call a period."""
    if period.sort == "week":
        year, week, _ = period.first.isocalendar()
        return str(gettext("Week %(week)s of %(year)s", week=week, year=year))
    if period.sort == "span":
        last = period.last if period.last != period.first else None
        return f"{date_text(period.first)}{f' – {date_text(last)}' if last else ''}"
    return period.name


def short_spans(period: Period, count: int) -> int:
    """Return how many periods beside each other are worth their reading: few long spans."""
    long = period.sort == "span" and period.last - period.first > timedelta(days=62)
    return 2 if long else count
