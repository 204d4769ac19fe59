"""Requests for services as staff look for them: by next deadline, by state, by who works on them.

Pages are found by where the one before ended, so that their cost does not grow with the number
of requests, and counts stop at a limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.staff import get_staff
from charterhouse.desk.words import program_now
from charterhouse.kernel.clauses.casework import Casework
from charterhouse.kernel.clauses.services import OPEN
from charterhouse.kernel.periods import day_start
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records import sealing
from charterhouse.records.models import Request, db
from charterhouse.records.requests import NEVER, fill
from charterhouse.records.tables import document
from charterhouse.tenancy.errors import TenantNotWritableError
from charterhouse.tenancy.scope import current_tenant, tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant
from charterhouse.tenancy.types import from_micros, to_micros

__all__ = [
    "COUNTED", "DUE", "NOBODY", "STATES", "Filters", "Found", "Row", "assign", "count", "due_span",
    "list_requests", "listed", "services",
]  # fmt: skip

STATES = OPEN
"""The states of a request in which something is still to be done, in their order."""

COUNTED = 999
"""Counts go no further: whoever sees this many does not need to know how many more there are."""

DUE = ("overdue", "today", "week", "later", "none")
"""When the next deadline of an open request is: passed, today, within seven days, after, never."""

NOBODY = "nobody"
"""Of a filter: assigned to nobody."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which requests are wanted.

    Attributes:
        status: of `STATES`, or a state in which a request is over; "" for any.
        service: code of a service; "" for any.
        staff: id of who works on it, or `NOBODY`; "" for anybody.
        member: a person; "" for anybody.
        overdue: only those whose deadline has passed.
        over: those that are over, the last one first, instead of those that are open.
        due: of `DUE`, for those that are open; "" for whenever.
    """

    status: str = ""
    service: str = ""
    staff: str = ""
    member: str = ""
    overdue: bool = False
    over: bool = False
    due: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A request in a list.

    Attributes:
        due_at: the first moment at which its next deadline has passed; None where there is none,
            and when it is over.
        provisional: whether that deadline rests on a calendar that is not announced yet.
        ended_at: when it was over.
        staff_id: who works on it; 0 for nobody.
        missing: codes of papers and steps that are lacking; of them `lacking` are the papers.
    """

    id: str
    member: str
    service: str
    status: str
    open: bool
    due_at: datetime | None
    provisional: bool
    opened_at: datetime
    ended_at: datetime | None
    staff_id: int
    missing: tuple[str, ...]
    lacking: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def undone(self) -> tuple[str, ...]:
        """Codes of the steps that are lacking."""
        return tuple(code for code in self.missing if code not in self.lacking)

    @property
    def overdue(self) -> bool:
        """Whether its deadline has passed."""
        return self.due_at is not None and self.due_at <= clock.now()


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a list, with the marks from which the parts beside it go on; "" at an end."""

    rows: tuple[Row, ...]
    before: str
    after: str


def listed(filters: Filters, *, after: str = "", before: str = "", size: int = 25) -> Found:
    """The requests that are wanted, the next deadline first.

    Args:
        filters: which.
        after: the mark of a list from which to go on; "" for the beginning. A mark that cannot be
            read counts as the beginning.
        before: the mark of a list before which to end, instead.
        size: how many.
    """
    mark, back = _read_mark(after or before), bool(before and not after)
    wanted = _wanted(filters, Request, document.c.sealed).join(
        document, document.c.id == Request.id
    )
    place = tuple_(Request.due_at, Request.id)
    descending = filters.over is not back
    if mark is not None:
        here = tuple_(literal(mark[0], Request.due_at.type), literal(mark[1]))
        wanted = wanted.where(place < here if descending else place > here)
    order = (Request.due_at, Request.id)
    if descending:
        wanted = wanted.order_by(*(column.desc() for column in order))
    else:
        wanted = wanted.order_by(*order)
    with unit():
        found = list(db.session.execute(wanted.limit(size + 1)))
    more, shown = len(found) > size, found[:size]
    if back and mark is not None:
        shown.reverse()
    rows = tuple(_row(one, sealed) for one, sealed in shown)
    marks = [_mark(one) for one, _ in shown]
    ahead = bool(mark) if back else more
    behind = more if back else mark is not None
    return Found(rows, marks[0] if marks and behind else "", marks[-1] if marks and ahead else "")


def count(filters: Filters) -> int:
    """How many requests are wanted, up to `COUNTED`."""
    some = _wanted(filters, literal(1)).limit(COUNTED).subquery()
    with unit():
        return db.session.scalar(select(func.count()).select_from(some)) or 0


def services() -> list[str]:
    """The services that the charter offers in the order of its labels; none while it is unavailable.

    It may know more by name, which it refuses by a clause of its own.
    """
    try:
        program = program_now()
    except (CharterUnavailableError, LookupError):
        return []
    order = {code: place for place, code in enumerate(program.charter.labels)}
    known = program.codes.get("request.service", frozenset())
    offered = {
        code
        for clause in program.clauses
        if isinstance(clause, Casework)
        for code in clause.services
    }
    codes = known if program.varied else known & offered
    return sorted(codes, key=lambda code: (order.get(code, len(order)), code))


def _wanted(filters: Filters, *columns: Any) -> Select[Any]:
    found = select(*columns).select_from(Request.__table__)
    found = found.where(Request.open == (0 if filters.over else 1))
    if filters.status:
        found = found.where(Request.status == filters.status)
    if filters.service:
        found = found.where(Request.service == filters.service)
    if filters.member:
        found = found.where(Request.member == filters.member)
    if filters.staff == NOBODY:
        found = found.where(Request.staff_id.is_(None))
    elif filters.staff:
        found = found.where(Request.staff_id == int(filters.staff))
    if filters.overdue and not filters.over:
        found = found.where(Request.due_at <= clock.now())
    if filters.due and not filters.over:
        after, until = due_span(filters.due)
        found = found.where(Request.due_at > after, Request.due_at <= until)
    return found


def due_span(due: str) -> tuple[datetime, datetime]:
    """After which moment, and until which, the next deadline of `DUE` has passed."""
    now, zone = clock.now(), current_tenant().zone
    day = now.astimezone(zone).date()
    # A deadline that is a day has passed at the midnight after it.
    tomorrow, week = (day_start(day + timedelta(days=days), zone) for days in (1, 7))
    bounds = (from_micros(0), now, tomorrow, week, NEVER - timedelta(days=1), NEVER)
    place = DUE.index(due)
    return bounds[place], bounds[place + 1]


def _mark(row: Request) -> str:
    return f"{to_micros(row.due_at)}.{row.id}"


def _read_mark(text: str) -> tuple[datetime, str] | None:
    moment, dot, id_ = text.partition(".")
    if not dot or not (moment.isascii() and moment.isdecimal()) or len(moment) > len("9" * 18):
        return None
    return from_micros(min(int(moment), to_micros(NEVER))), id_


def _row(one: Request, sealed: str) -> Row:
    content: Mapping[str, Any] = sealing.DOCUMENT.open(one.id, sealed)
    zone = current_tenant().zone
    is_open = bool(one.open)
    due = one.due_at.astimezone(zone) if one.due_at != NEVER else None
    return Row(
        id=one.id,
        member=one.member,
        service=one.service,
        status=one.status,
        open=is_open,
        due_at=due if is_open else None,
        provisional=bool(content.get("provisional")) and is_open,
        opened_at=one.opened_at.astimezone(zone),
        ended_at=None if is_open else due,
        staff_id=one.staff_id or 0,
        missing=_codes(content["missing"]),
        lacking=_codes(content["lacking"]),
        flags=_codes(content["flags"]),
    )


def _codes(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def assign(request_id: str, staff_id: int | None, *, actor: str) -> None:
    """Say who works on a request; None for nobody.

    Raises:
        NotFoundError: there is no such request.
        DeskError: there is no such account, or it is closed (`staff_unknown`).
    """
    with unit(write=True):
        found = db.session.get(Request, request_id)
        if found is None:
            raise NotFoundError("there is no such request", code="request_unknown")
        if staff_id is not None:
            _working(staff_id)
        if found.staff_id != staff_id:
            found.staff_id = staff_id
            content = {"staff": str(staff_id or "")}
            note("request.assign", subject=request_id, actor=actor, content=content)


def _working(staff_id: int) -> None:
    try:
        working = get_staff(staff_id).active
    except NotFoundError:
        working = False
    if not working:
        raise DeskError("choose somebody who works here", field="staff", code="staff_unknown")


def list_requests(tenant: Tenant) -> int:
    """Put the requests of a store that has just got its board onto it; returns how many.

    A tenant whose status forbids writing keeps its old requests off the board; each comes onto
    it with its next event.
    """
    try:
        with tenant_scope(tenant), unit(write=True) as opened:
            return fill(opened)
    except TenantNotWritableError:
        return 0
