"""The charter's own reports: folds over a period's decisions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, or_, select

from charterhouse import clock
from charterhouse.desk.decisions import open_body, read
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.local import now_here
from charterhouse.desk.periods import ONE_DAY, SORTS, Period, period_of, read_period, span_of
from charterhouse.kernel.ledger import Posting
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.records.books import load_book
from charterhouse.records.tables import decision, event, posting
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit, prepared, unit

__all__ = [
    "ONE_DAY", "SORTS", "AnyReport", "HouseReport", "Period", "find_report", "fold", "period_of",
    "read_period", "reports", "span_of", "trend",
]  # fmt: skip

_DECISIONS = prepared(
    select(
        decision.c.id, decision.c.event_id, decision.c.verb, decision.c.member, decision.c.at,
        decision.c.code, decision.c.clause, decision.c.sealed,
        event.c.sealed.label("told"), event.c.occurred_at,
    )
    .select_from(decision.outerjoin(event, event.c.id == decision.c.event_id))
    .where(
        decision.c.at >= bindparam("begin"),
        decision.c.at < bindparam("end"),
        or_(decision.c.code == "", bindparam("refusals", type_=Integer) == 1),
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

_KEPT = 512
_folded: OrderedDict[tuple[Any, ...], list[Row]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class HouseReport:
    """A report that the house makes by itself, of more than decisions; fields as of `Report`."""

    code: str
    zh: str
    en: str
    period: str
    rows: Callable[[Period], list[Row]]


AnyReport = Report | HouseReport


def reports() -> Sequence[Report]:
    """The reports that the tenant's charter declares."""
    with unit() as opened:
        return load_book(opened).charter.reports


def find_report(code: str, own: Iterable[AnyReport] = ()) -> AnyReport:
    """A report by its code: of the charter, or of `own` ones that the house makes by itself.

    Raises:
        NotFoundError: there is no such report.
    """
    for each in (*reports(), *own):
        if each.code == code:
            return each
    raise NotFoundError("the charter has no such report", code="report_unknown")


def fold(report: AnyReport, period: Period) -> list[Row]:
    """A report's rows for a period; those of a period that is over are kept in memory."""
    if isinstance(report, HouseReport):
        return report.rows(period)
    tenant = current_tenant()
    begin, end = period.moments()
    with unit() as opened:
        book = load_book(opened)
        key = (tenant.store_id, book.charter.code, len(book.versions), report.code, period.name)
        with _lock:
            if key in _folded:
                return list(_folded[key])
        settings = book.at(min(end - timedelta(microseconds=1), now_here())).settings
        entries = _entries(opened, begin, end, refusals=report.refusals)
        rows = report.fold(entries, settings)
    if end <= clock.now():
        with _lock:
            _folded[key] = rows
            while len(_folded) > _KEPT:
                _folded.popitem(last=False)
    return list(rows)


def trend(report: AnyReport, period: Period, count: int = 6) -> list[tuple[Period, list[Row]]]:
    """The rows of the last periods up to this one, the oldest first."""
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].before())
    return [(each, fold(report, each)) for each in reversed(periods)]


def _entries(opened: Unit, begin: datetime, end: datetime, *, refusals: bool) -> list[Entry]:
    span = {"begin": begin, "end": end}
    wanted = {**span, "refusals": int(refusals)}
    postings: dict[int, list[Posting]] = {}
    for row in opened.execute(_POSTINGS, span):
        line = Posting(row.owner, row.account, row.amount, row.lot, row.clause)
        postings.setdefault(row.decision_id, []).append(line)
    zone = current_tenant().zone
    return [_entry(opened, row, postings, zone) for row in opened.execute(_DECISIONS, wanted)]


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
        reason=row.code,
        clause=row.clause if row.code else "",
    )


def _path_of(opened: Unit, member: str, moment: datetime) -> str:
    """The path of the application on which a card rests."""
    row = opened.execute(_ADMISSION, {"wanted": member, "moment": moment}).first()
    if row is None:
        return ""
    return str(open_body(row.id, row.sealed).get("path") or "")
