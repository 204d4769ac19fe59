"""A member's statement: what was paid and what points came and went, month by month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select, union

from charterhouse.desk import telling, terms
from charterhouse.desk.decisions import COLUMNS, FROM, Outcome, Stored, read
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import all_branches
from charterhouse.desk.items import Items
from charterhouse.desk.local import today as present_day
from charterhouse.desk.words import Words, words
from charterhouse.kernel.charter import Text
from charterhouse.kernel.ledger import CREDIT, POINTS, STORED_VALUE
from charterhouse.records.tables import decision, posting
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_ONE_BILL = ("spend", "refund")
_SHOWN = frozenset({CREDIT, "deposit", "dividends"})
"""Accounts of money beside stored value of which a statement tells."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a bill: label, list price and net price in fen, and the clause behind the price."""

    label: Text
    quantity: int
    price: int
    net: int
    clause: str


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happened to a member's money or points.

    Attributes:
        paid, back: fen paid to and given back by the institution.
        saved: fen by which the charter made a bill cheaper.
        points, stored_value: by how much they changed; fen for stored value.
        more: label and fen of what else changed: credit, deposit, dividends.
        place: the branch, if one was named.
        method: how it was paid, if that is known.
        clauses: number → text of every clause behind it.
    """

    id: str
    verb: str
    at: datetime
    title: Text
    paid: int
    back: int
    saved: int
    points: int
    stored_value: int
    more: tuple[tuple[Text, int], ...]
    place: Text
    method: Text
    items: tuple[Item, ...]
    clauses: Mapping[str, Text]
    reason: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One month, the newest first.

    Attributes:
        month: its first day.
        months: first days of all months that may have something, the newest first.
    """

    month: date
    rows: tuple[Row, ...]
    months: tuple[date, ...]

    @property
    def paid(self) -> int:
        """Fen paid in the month, less what was given back."""
        return sum(row.paid - row.back for row in self.rows)

    @property
    def saved(self) -> int:
        """Fen saved in the month."""
        return sum(row.saved for row in self.rows)

    @property
    def points(self) -> int:
        """By how much the points changed in the month."""
        return sum(row.points for row in self.rows)


def statement(ref: str, month: str = "") -> Statement:
    """What happened to a member in a month; in the present one without `month` (2026-11).

    Raises:
        DeskError: `month` is no month.
    """
    today = present_day()
    first = _read_month(month) if month else today.replace(day=1)
    with unit():
        rows = _rows(ref, _start(first), _start(_next(first)))
        return Statement(first, rows, _months(_first_month(ref) or first, today))


def method_label(method: str, *, online: bool) -> Text:
    """How something was paid, in words; a card at the counter is another thing than one online."""
    if online and method == "card":
        return ("银行卡（线上）", "Bank card (online)")
    return terms.METHODS.get(method, (method, method))


def movements(ref: str, *, most: int = 50) -> tuple[Row, ...]:
    """The newest changes of a member's points."""
    with unit() as opened:
        found = opened.connection.execute(
            select(posting.c.at)
            .where(posting.c.owner == ref, posting.c.account == POINTS)
            .order_by(posting.c.at.desc())
            .limit(most)
        ).scalars()
        moments = list(found)
        if not moments:
            return ()
        rows = _rows(ref, moments[-1], None)
    return tuple(row for row in rows if row.points)[:most]


def _read_month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None:
        raise DeskError("must be a month such as 2026-11", field="month")
    return date(int(found[1]), int(found[2]), 1)


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, current_tenant().zone)


def _first_month(ref: str) -> date | None:
    with unit() as opened:
        found = opened.connection.execute(
            select(func.min(decision.c.at)).where(decision.c.member == ref)
        ).scalar()
    return found.astimezone(current_tenant().zone).date().replace(day=1) if found else None


def _months(first: date, today: date) -> tuple[date, ...]:
    months = [first]
    while _next(months[-1]) <= today:
        months.append(_next(months[-1]))
    return tuple(reversed(months))


def _rows(ref: str, since: datetime, until: datetime | None) -> tuple[Row, ...]:
    touched = union(
        select(decision.c.id).where(decision.c.member == ref, decision.c.at >= since),
        select(posting.c.decision_id).where(posting.c.owner == ref, posting.c.at >= since),
    )
    wanted = (
        select(*COLUMNS)
        .select_from(FROM)
        .where(decision.c.id.in_(touched), decision.c.code == "", decision.c.at >= since)
        .order_by(decision.c.at.desc(), decision.c.id.desc())
    )
    if until is not None:
        wanted = wanted.where(decision.c.at < until)
    with unit() as opened:
        found = opened.connection.execute(wanted).all()
        moved = _moved(ref, [row.id for row in found])
        maker = _Maker(ref)
        made = [maker.row(read(row), moved.get(row.id, {})) for row in found]
    return tuple(row for row in made if row is not None)


def _moved(ref: str, decisions: Iterable[int]) -> dict[int, dict[str, int]]:
    """Decision → account → by how much the member's own account changed."""
    with unit() as opened:
        rows = opened.connection.execute(
            select(posting.c.decision_id, posting.c.account, func.sum(posting.c.amount))
            .where(posting.c.owner == ref, posting.c.decision_id.in_(list(decisions)))
            .group_by(posting.c.decision_id, posting.c.account)
        ).all()
    found: dict[int, dict[str, int]] = {}
    for number, account, amount in rows:
        found.setdefault(number, {})[account] = int(amount)
    return found


class _Maker:
    """Makes rows of decisions, for one member."""

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self._places = {branch.code: (branch.zh, branch.en) for branch in all_branches()}
        self._names = Items()

    def row(self, stored: Stored, moved: Mapping[str, int]) -> Row | None:
        outcome, said = stored.outcome, words(stored.version)
        own = stored.member == self._ref
        if not own and not moved:
            return None
        if stored.verb == "due" and not moved and not outcome.happenings:
            # A reminder: it changed nothing.
            return None
        body: Mapping[str, Any] = stored.body if own else {}
        figures = outcome.figures if own else {}
        items = tuple(self._item(line) for line in figures.get("priced", ()))
        cited = outcome.clauses if own else outcome.clauses_about(self._ref)
        units = {account: fen for account, fen in moved.items() if account in _SHOWN and fen}
        return Row(
            id=str(stored.id),
            verb=stored.verb,
            at=stored.at,
            title=_title(stored.verb, body, outcome, said) if own else self._gift(outcome, said),
            paid=_paid(stored.verb, body, outcome) if own else 0,
            back=figures.get("refund", 0),
            saved=sum(i.price * i.quantity - i.net for i in items),
            points=moved.get(POINTS, 0),
            stored_value=moved.get(STORED_VALUE, 0),
            more=tuple((said.unit(account), fen) for account, fen in units.items()),
            place=self._places.get(body.get("branch") or "", ("", "")),
            method=method_label(body.get("method") or "", online=body.get("channel") == "online"),
            items=items,
            clauses={number: said.clause(number) for number in cited},
            reason=str(body.get("reason") or ""),
        )

    def _item(self, line: list[Any]) -> Item:
        code, _category, price, _offer, quantity, net, clause = line
        return Item(self._names.name(code), quantity, price, net, clause)

    def _gift(self, outcome: Outcome, said: Words) -> Text:
        """What came from somebody else's bill: of that, only what concerns this member."""
        for entry in outcome.trace:
            if entry.about.get("member") == self._ref and entry.about.get("cls"):
                return said.label(entry.about["cls"])
        return said.unit(POINTS)


def _title(verb: str, body: Mapping[str, Any], outcome: Outcome, said: Words) -> Text:
    """What happened, without the amount, which stands beside it."""
    if verb == "pay":
        return said.of("purpose", body["for"])
    if verb in _ONE_BILL or verb in _SUMS:
        return telling.VERBS[verb]
    return telling.title(verb, body, outcome, said)


_SUMS = ("top_up", "cash_out")


def _paid(verb: str, body: Mapping[str, Any], outcome: Outcome) -> int:
    if verb in ("pay", "top_up"):
        return int(body["amount"])
    if verb == "spend":
        return int(outcome.figures.get("to_pay", 0))
    # A whole admission, a renewal or an upgrade in one step: what came into the till on the way.
    return max(outcome.taken, 0)
