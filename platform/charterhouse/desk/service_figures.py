"""Figures of services in a period: asked, kept in time, answered; each with the requests behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import Any

from sqlalchemy import bindparam, func, select

from charterhouse.desk.local import now_here
from charterhouse.desk.periods import Period
from charterhouse.desk.requests import DUE, due_span
from charterhouse.desk.words import program_now
from charterhouse.kernel.clauses.cases import UNDONE, limit_of, read_deadline
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.services import OPEN, OVER, passed_at
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records import sealing
from charterhouse.records.tables import document, request
from charterhouse.tenancy.store import Unit, prepared, unit

__all__ = [
    "LIMIT", "WHICH", "Figures", "Seen", "asked_by_service", "chosen", "figures_of",
    "open_by_deadline", "opened_in",
]  # fmt: skip

LIMIT = 20_000
"""As many requests of a period are looked into, the newest ones: a longer list is no summary."""

WHICH = ("all", "open", "kept", "missed", "overdue", "answered", "in-place", *OPEN, *OVER)
"""Which of a period's requests a figure counts, or their states; `in-place` was arranged once."""

_OPENED = prepared(
    select(
        request.c.id, request.c.member, request.c.service, request.c.status, request.c.opened_at,
        document.c.sealed,
    )
    .join(document, document.c.id == request.c.id)
    .where(request.c.opened_at >= bindparam("begin"), request.c.opened_at < bindparam("end"))
    .order_by(request.c.opened_at.desc(), request.c.id.desc())
    .limit(LIMIT)
)  # fmt: skip
_BY_SERVICE = prepared(
    select(request.c.service, func.count().label("n"))
    .where(request.c.opened_at >= bindparam("begin"), request.c.opened_at < bindparam("end"))
    .group_by(request.c.service)
)
_OPEN_UNTIL = prepared(
    select(func.count().label("n")).where(
        request.c.open == 1,
        request.c.due_at > bindparam("begin"),
        request.c.due_at <= bindparam("end"),
    )
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as its figures are taken from it.

    Attributes:
        answered: minutes from its opening to the first step or decision; None before it.
        arranged: minutes to the first step that arranges it, or to its end as served.
        limits: code of each deadline → kept, missed or running, how often.
        overdue: whether a deadline has passed and what it is for is still to be done.
    """

    id: str
    member: str
    service: str
    status: str
    opened_at: datetime
    answered: int | None
    arranged: int | None
    limits: tuple[tuple[str, str], ...]
    overdue: bool

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.status in OPEN

    @property
    def missed(self) -> bool:
        """Whether one of its deadlines was missed."""
        return any(state == "missed" for _, state in self.limits)

    @property
    def kept(self) -> bool:
        """Whether deadlines of it are settled, and all of these were kept."""
        return not self.missed and any(state == "kept" for _, state in self.limits)

    def belongs(self, which: str) -> bool:
        """Whether it is one of those that a figure (of `WHICH`) counts."""
        if which in ("open", "kept", "missed", "overdue"):
            return bool(getattr(self, which))
        if which == "answered":
            return self.answered is not None
        if which == "in-place":
            return self.arranged is not None
        return which in ("all", self.status)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the requests of a period; what nothing is known of is None.

    Attributes:
        which: of `WHICH` → how many.
        in_time: percent of requests with settled deadlines that kept all of them, rounded down.
        answered, arranged: median of the minutes that it took.
        limits: code of a deadline → how often it was kept, missed, or still runs.
        statuses: service → state → how many.
    """

    which: Mapping[str, int]
    in_time: int | None
    answered: int | None
    arranged: int | None
    limits: Mapping[str, Counter[str]]
    statuses: Mapping[str, Counter[str]]


def opened_in(period: Period) -> list[Seen]:
    """The requests that were opened in a period, the newest first, at most `LIMIT`."""
    begin, end = period.moments()
    with unit() as opened:
        rows = opened.execute(_OPENED, {"begin": begin, "end": end}).all()
    now, arranging = now_here(), _arranging()
    return [_seen(row, now, arranging) for row in rows]


def chosen(seen: Iterable[Seen], which: str, service: str = "", limit: str = "") -> list[Seen]:
    """Those of some requests that a figure counts.

    Args:
        seen: the requests of a period.
        which: of `WHICH`.
        service: code of a service; "" for any.
        limit: code of a deadline: `kept` and `missed` then mean this one only.
    """
    found = []
    for one in seen:
        if service and one.service != service:
            continue
        fits = (limit, which) in one.limits if limit else one.belongs(which)
        found += [one] if fits else []
    return found


def figures_of(seen: Sequence[Seen]) -> Figures:
    """The sums over some requests."""
    which = {each: sum(one.belongs(each) for one in seen) for each in WHICH}
    settled = which["kept"] + which["missed"]
    limits: dict[str, Counter[str]] = {}
    statuses: dict[str, Counter[str]] = {}
    for one in seen:
        statuses.setdefault(one.service, Counter())[one.status] += 1
        for code, state in one.limits:
            limits.setdefault(code, Counter())[state] += 1
    return Figures(
        which=which,
        in_time=100 * which["kept"] // settled if settled else None,
        answered=_median(one.answered for one in seen),
        arranged=_median(one.arranged for one in seen),
        limits=limits,
        statuses=statuses,
    )


def asked_by_service(period: Period) -> Counter[str]:
    """Service → how many requests were opened in a period."""
    begin, end = period.moments()
    with unit() as opened:
        rows = opened.execute(_BY_SERVICE, {"begin": begin, "end": end}).all()
    return Counter({row.service: row.n for row in rows})


def open_by_deadline() -> dict[str, int]:
    """How many requests are open, by when their next deadline is: of `DUE`."""
    with unit() as opened:
        return {due: _open_until(opened, *due_span(due)) for due in DUE}


def _open_until(opened: Unit, begin: datetime, end: datetime) -> int:
    return int(opened.execute(_OPEN_UNTIL, {"begin": begin, "end": end}).scalar() or 0)


def _median(minutes: Iterable[int | None]) -> int | None:
    known = [each for each in minutes if each is not None]
    return median_low(known) if known else None


def _arranging() -> dict[str, frozenset[str]]:
    """Service → the steps with which it is arranged."""
    try:
        program = program_now()
    except (CharterUnavailableError, LookupError):
        return {}
    return {
        code: frozenset(step.code for step in service.steps if step.status == "arranged")
        for clause in program.clauses
        if isinstance(clause, Casework)
        for code, service in clause.services.items()
    }


def _seen(row: Any, now: datetime, arranging: Mapping[str, frozenset[str]]) -> Seen:
    content = sealing.DOCUMENT.open(row.id, row.sealed)
    at = row.opened_at.astimezone(now.tzinfo)
    limits = tuple(_limits(content, now, over=row.status not in OPEN))
    return Seen(
        id=row.id,
        member=row.member,
        service=row.service,
        status=row.status,
        opened_at=at,
        answered=_minutes(at, (done[1] for done in content["steps"])),
        arranged=_minutes(at, _arranged(content, arranging.get(row.service, frozenset()))),
        limits=tuple((code, "missed" if state == "overdue" else state) for code, state in limits),
        overdue=row.status in OPEN and any(state == "overdue" for _, state in limits),
    )


def _limits(content: Mapping[str, Any], now: datetime, *, over: bool) -> Iterator[tuple[str, str]]:
    """Each deadline as kept, missed, overdue or running; what ended before it was due is left out."""
    for key, (text, state, *_) in content["limits"].items():
        if not text:
            continue
        passed = passed_at(read_deadline(text, now.tzinfo), now.tzinfo) <= now
        if state in ("done", "late"):
            yield limit_of(key), "kept" if state == "done" else "missed"
        elif over:
            if state == "overdue":
                yield limit_of(key), "missed"
        else:
            yield limit_of(key), "overdue" if passed or state == "overdue" else "running"


def _arranged(content: Mapping[str, Any], steps: frozenset[str]) -> Iterator[str]:
    for code, moment, _, *undone in content["steps"]:
        if code in steps and UNDONE not in undone:
            yield moment
    if content["status"] == "served":
        yield content["closed"]


def _minutes(start: datetime, moments: Iterable[str]) -> int | None:
    """Whole minutes from a moment to the first of some others."""
    later = [datetime.fromisoformat(each) for each in moments]
    return int((min(later) - start).total_seconds()) // 60 if later else None
