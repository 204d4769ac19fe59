"""The figures of the front page: counts from indexes, sums by month, and the setup guide."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, select

from charterhouse import clock
from charterhouse.desk import institution
from charterhouse.desk.decisions import open_outcome
from charterhouse.desk.local import today
from charterhouse.desk.words import program_now, version_in_force
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.standing import HOUSE
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.tables import balance, decision, posting, staff, standing
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit, prepared, unit

MONTHS = 12
EXPIRING_DAYS = 30

_MONTH = func.substr(standing.c.since, 1, 7)
_MEMBERS = prepared(
    select(
        standing.c.status,
        standing.c.tier,
        _MONTH.label("month"),
        func.count().label("n"),
        func.sum(standing.c.owed).label("owed"),
        func.sum(case((standing.c.owed > 0, 1), else_=0)).label("owing"),
        func.sum(standing.c.stored_value).label("stored"),
        func.sum(
            case(
                (
                    (standing.c.status == "active")
                    & standing.c.valid_until.between(bindparam("today"), bindparam("soon")),
                    1,
                ),
                else_=0,
            )
        ).label("expiring"),
    )
    .where(standing.c.status != "none")
    .group_by(standing.c.status, standing.c.tier, _MONTH)
)
_LOTS = prepared(
    select(balance.c.expires, func.sum(balance.c.amount).label("amount"))
    .where(balance.c.account == "points", balance.c.owner != HOUSE)
    .group_by(balance.c.expires)
)
_SUM = prepared(
    select(
        func.coalesce(func.sum(posting.c.amount), 0).label("total"),
        func.coalesce(func.sum(case((posting.c.amount < 0, posting.c.amount), else_=0)), 0).label(
            "negative"
        ),
    ).where(
        posting.c.owner == bindparam("wanted"),
        posting.c.account == bindparam("account"),
        posting.c.at >= bindparam("begin"),
        posting.c.at < bindparam("end"),
    )
)
_BILLS = prepared(
    select(decision.c.id, decision.c.at, decision.c.sealed)
    .where(
        decision.c.at >= bindparam("begin"),
        decision.c.at < bindparam("end"),
        decision.c.verb == "spend",
        decision.c.code == "",
    )
    .order_by(decision.c.at)
)
_RECENT = prepared(
    select(
        decision.c.id, decision.c.verb, decision.c.member, decision.c.at, decision.c.code,
        decision.c.clause,
    )
    .where(decision.c.verb != "due")
    .order_by(decision.c.at.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_STAFF = prepared(select(func.count().label("n")).where(staff.c.state == "active"))
_ANYBODY = prepared(select(standing.c.ref).where(standing.c.status == bindparam("wanted")).limit(1))


@dataclass(frozen=True, slots=True)
class Members:
    """Who is here. `joined` is month → tier → people by their first day; amounts in fen."""

    by_status: Counter[str]
    joined: dict[str, Counter[str]]
    expiring: int
    owed: int
    owing: int
    points: int
    lapsing: list[tuple[date, int]]
    stored: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the house, amounts in fen, points as counted.

    Attributes:
        revenue: what bills brought, refunds taken off.
        issued, redeemed: points given out, and used for gifts.
    """

    name: str
    revenue: int
    issued: int
    redeemed: int


@dataclass(slots=True)
class Bills:
    """Bills of a month as far as they were read; `discount` against their list prices."""

    until: datetime
    count: int = 0
    discount: int = 0
    last_day: date | None = None
    day_count: int = 0
    day_discount: int = 0
    seen: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Decided:
    """A recent decision in a line; `code` is empty when accepted."""

    id: str
    verb: str
    member: str
    at: datetime
    code: str
    clause: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the setup guide, computed from what is there."""

    code: str
    done: bool
    required: bool = True


_months: OrderedDict[tuple[int, str], Month] = OrderedDict()
_bills: dict[tuple[int, str], Bills] = {}
_lock = threading.Lock()
_KEPT = 20_000


def members() -> Members:
    """Everybody with a standing, counted in one pass, and the points that they hold."""
    day = today()
    span = {"today": day.isoformat(), "soon": (day + timedelta(EXPIRING_DAYS)).isoformat()}
    by_status: Counter[str] = Counter()
    joined: dict[str, Counter[str]] = {}
    expiring = owed = owing = stored = 0
    with unit() as opened:
        for row in opened.execute(_MEMBERS, span):
            by_status[row.status] += row.n
            if row.month:
                joined.setdefault(row.month, Counter())[row.tier] += row.n
            expiring += row.expiring
            owed += row.owed
            owing += row.owing
            stored += row.stored
        lots = opened.execute(_LOTS).all()
    zone = current_tenant().zone
    lapsing = sorted(
        (row.expires.astimezone(zone).date() - timedelta(1), row.amount)
        for row in lots
        if row.expires is not None and row.amount
    )
    points = sum(row.amount for row in lots)
    return Members(by_status, joined, expiring, owed, owing, points, lapsing, stored)


def months(count: int = MONTHS) -> list[Month]:
    """The last months, the oldest first; those that are over are summed once in a process."""
    first = today().replace(day=1)
    firsts = [first]
    while len(firsts) < count:
        firsts.append((firsts[-1] - timedelta(1)).replace(day=1))
    with unit() as opened:
        return [_month(opened, each, over=each != first) for each in reversed(firsts)]


def _month(opened: Unit, first: date, *, over: bool) -> Month:
    tenant = current_tenant()
    key = (tenant.store_id, f"{first:%Y-%m}")
    with _lock:
        kept = _months.get(key)
    if kept is not None:
        return kept
    end = (first + timedelta(days=32)).replace(day=1)
    span = {"begin": day_start(first, tenant.zone), "end": day_start(end, tenant.zone)}
    made = Month(
        name=key[1],
        revenue=-_sum(opened, "@sales", "money", span).total,
        issued=-_sum(opened, "@issued", "points", span).negative,
        redeemed=_sum(opened, "@redeemed", "points", span).total,
    )
    if over:
        with _lock:
            _months[key] = made
            while len(_months) > _KEPT:
                _months.popitem(last=False)
    return made


def _sum(opened: Unit, owner: str, account: str, span: dict[str, datetime]) -> Any:
    return opened.execute(_SUM, {"wanted": owner, "account": account, **span}).one()


def revenue_of(day: date) -> int:
    """What the bills of a day brought, refunds taken off, in fen."""
    zone = current_tenant().zone
    span = {"begin": day_start(day, zone), "end": day_start(day + timedelta(1), zone)}
    with unit() as opened:
        return -int(_sum(opened, "@sales", "money", span).total)


def bills_this_month() -> Bills:
    """Bills and discounts of the month; each bill is opened once in a process."""
    tenant = current_tenant()
    day = today()
    key = (tenant.store_id, f"{day:%Y-%m}")
    first = day_start(day.replace(day=1), tenant.zone)
    with _lock:
        known = _bills.get(key)
    begin = first if known is None else known.until - timedelta(minutes=1)
    with unit() as opened:
        rows = opened.execute(
            _BILLS, {"begin": begin, "end": clock.now() + timedelta(seconds=1)}
        ).all()
        found = _read_bills(known or Bills(first), rows, day)
    with _lock:
        for old in [k for k in _bills if k[0] == tenant.store_id and k != key]:
            del _bills[old]
        _bills[key] = found
    return found


def _read_bills(known: Bills, rows: list[Any], day: date) -> Bills:
    """Add the bills not read yet; those of the last minute are remembered by their ids."""
    zone = current_tenant().zone
    made = Bills(
        known.until, known.count, known.discount, day,
        known.day_count if known.last_day == day else 0,
        known.day_discount if known.last_day == day else 0,
    )  # fmt: skip
    for row in rows:
        made.until = max(made.until, row.at)
        if row.id in known.seen:
            continue
        figures = open_outcome(row.id, row.sealed).figures
        discount = sum(line[2] * line[4] - line[5] for line in figures["priced"])
        made.count += 1
        made.discount += discount
        if row.at.astimezone(zone).date() == day:
            made.day_count += 1
            made.day_discount += discount
    recent = made.until - timedelta(minutes=1)
    made.seen = {row.id for row in rows if row.at >= recent}
    return made


def recent(most: int = 8) -> list[Decided]:
    """The last decisions on events, newest first."""
    zone = current_tenant().zone
    with unit() as opened:
        return [
            Decided(
                str(row.id), row.verb, row.member or "", row.at.astimezone(zone), row.code,
                row.clause,
            )
            for row in opened.execute(_RECENT, {"most": most})
        ]  # fmt: skip


def _priced() -> bool:
    """Whether the charter looks at bills, so that prices are wanted; also before there is one."""
    try:
        return "spend" in program_now().verbs
    except (CharterUnavailableError, LookupError):
        return True


def setup(*, payments: bool) -> list[Step]:
    """The steps from an empty house to one at work; required ones first.

    Args:
        payments: whether members can pay online.
    """
    with unit() as opened:
        colleagues = opened.execute(_STAFF).scalar()
        anybody = any(
            opened.execute(_ANYBODY, {"wanted": status}).scalar()
            for status in ("active", "applied", "approved", "lapsed", "ended", "suspended")
        )
        billing = _priced()
    return [
        Step("charter", version_in_force() > 0),
        *([Step("prices", bool(institution.price_list()))] if billing else []),
        Step("staff", colleagues > 1),
        Step("member", anybody),
        Step("branches", bool(institution.branches()), required=False),
        Step("payments", payments, required=False),
    ]
