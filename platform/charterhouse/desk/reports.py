"""The charter's own reports: folds over a period's accepted decisions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select

from charterhouse import clock
from charterhouse.desk.decisions import open_body, read
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.local import now_here, today
from charterhouse.kernel.kinds import FIRST_YEAR, LAST_YEAR
from charterhouse.kernel.ledger import Posting
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.records.books import load_book
from charterhouse.records.tables import decision, event, posting
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit, prepared, unit

_DECISIONS = prepared(
    select(
        decision.c.id, decision.c.event_id, decision.c.verb, decision.c.member, decision.c.at,
        decision.c.sealed, event.c.sealed.label("told"), event.c.occurred_at,
    )
    .select_from(decision.outerjoin(event, event.c.id == decision.c.event_id))
    .where(
        decision.c.at >= bindparam("begin"),
        decision.c.at < bindparam("end"),
        decision.c.code == "",
    )
    .order_by(decision.c.at, decision.c.id)
)  # fmt: skip
_POSTINGS = prepared(
    select(
        posting.c.decision_id, posting.c.owner, posting.c.account, posting.c.amount,
        posting.c.lot, posting.c.clause,
    )
    .where(posting.c.at >= bindparam("begin"), posting.c.at < bindparam("end"))
    .order_by(posting.c.decision_id, posting.c.line)
)  # fmt: skip
_ADMISSION = prepared(
    select(event.c.id, event.c.sealed)
    .where(
        event.c.member == bindparam("wanted"),
        event.c.at <= bindparam("moment"),
        or_(event.c.verb == "apply", event.c.verb == "join"),
    )
    .order_by(event.c.at.desc())
    .limit(1)
)

ONE_DAY = timedelta(days=1)
_KEPT = 512
_folded: OrderedDict[tuple[Any, ...], list[Row]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a report: its first and last day, and a name such as 2026-11 or 2026."""

    name: str
    first: date
    last: date

    def before(self) -> Period:
        """The period before this one."""
        return period_of("year" if len(self.name) == 4 else "month", self.first - ONE_DAY)


def period_of(sort: str, day: date) -> Period:
    """The period of a sort (month, year) in which a day lies."""
    if sort == "year":
        return Period(f"{day:%Y}", date(day.year, 1, 1), date(day.year, 12, 31))
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(f"{day:%Y-%m}", first, following - ONE_DAY)


def read_period(sort: str, name: str) -> Period:
    """A period by its name; the present one when the name is none."""
    try:
        day = date.fromisoformat(f"{name}-01-01" if len(name) == 4 else f"{name}-01")
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        day = today()
    return period_of(sort, day)


def reports() -> Sequence[Report]:
    """The reports that the tenant's charter declares."""
    with unit() as opened:
        return load_book(opened).charter.reports


def find_report(code: str) -> Report:
    """A report by its code.

    Raises:
        NotFoundError: the charter declares no such report.
    """
    for each in reports():
        if each.code == code:
            return each
    raise NotFoundError("the charter has no such report", code="report_unknown")


def fold(report: Report, period: Period) -> list[Row]:
    """A report's rows for a period; those of a period that is over are kept in memory."""
    tenant = current_tenant()
    end = day_start(period.last + ONE_DAY, tenant.zone)
    with unit() as opened:
        book = load_book(opened)
        key = (tenant.id, book.charter.code, len(book.versions), report.code, period.name)
        with _lock:
            if key in _folded:
                return list(_folded[key])
        settings = book.at(min(end - timedelta(microseconds=1), now_here())).settings
        rows = report.fold(_entries(opened, day_start(period.first, tenant.zone), end), settings)
    if end <= clock.now():
        with _lock:
            _folded[key] = rows
            while len(_folded) > _KEPT:
                _folded.popitem(last=False)
    return list(rows)


def trend(report: Report, period: Period, count: int = 6) -> list[tuple[Period, list[Row]]]:
    """The rows of the last periods up to this one, the oldest first."""
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].before())
    return [(each, fold(report, each)) for each in reversed(periods)]


def _entries(opened: Unit, begin: datetime, end: datetime) -> list[Entry]:
    span = {"begin": begin, "end": end}
    postings: dict[int, list[Posting]] = {}
    for row in opened.execute(_POSTINGS, span):
        line = Posting(row.owner, row.account, row.amount, row.lot, row.clause)
        postings.setdefault(row.decision_id, []).append(line)
    zone = current_tenant().zone
    return [_entry(opened, row, postings, zone) for row in opened.execute(_DECISIONS, span)]


def _entry(opened: Unit, row: Any, postings: dict[int, list[Posting]], zone: Any) -> Entry:
    stored = read(row)
    outcome, body = stored.outcome, stored.body
    path = body.get("path") or ""
    if outcome.happenings and not path and row.member:
        path = _path_of(opened, row.member, row.at)
    return Entry(
        day=(row.occurred_at or row.at).astimezone(zone).date(),
        verb=row.verb,
        member=row.member or "",
        body=body,
        figures=outcome.figures,
        happenings=outcome.happenings,
        postings=tuple(postings.get(row.id, ())),
        raised=outcome.raised,
        path=path,
        at=row.at.astimezone(zone),
        tier=str((outcome.after or {}).get("tier") or ""),
    )


def _path_of(opened: Unit, member: str, moment: datetime) -> str:
    """The path of the application on which a card rests."""
    row = opened.execute(_ADMISSION, {"wanted": member, "moment": moment}).first()
    if row is None:
        return ""
    return str(open_body(row.id, row.sealed).get("path") or "")
