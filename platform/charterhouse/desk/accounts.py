"""Accounts: every posting of a member's account with its clause and running balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from charterhouse.desk.people import get_person
from charterhouse.desk.words import words
from charterhouse.kernel.charter import Text
from charterhouse.records.tables import decision, posting
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

__all__ = ["Account", "Line", "account"]

_OWN = and_(
    posting.c.owner == bindparam("wanted"), posting.c.account == bindparam("wanted_account")
)
_NEWEST = (posting.c.at.desc(), posting.c.decision_id.desc(), posting.c.line.desc())
_TOTALS = prepared(
    select(
        func.count().label("n"), func.coalesce(func.sum(posting.c.amount), 0).label("left")
    ).where(_OWN)
)


def _newer() -> Select[Any]:
    skipped = (
        select(posting.c.amount)
        .where(_OWN)
        .order_by(*_NEWEST)
        .limit(bindparam("skip"))
        .subquery("skipped")
    )
    return select(func.coalesce(func.sum(skipped.c.amount), 0).label("n"))


_NEWER = prepared(_newer())
_PAGE = prepared(
    select(
        posting.c.decision_id,
        decision.c.event_id,
        decision.c.verb,
        decision.c.version,
        posting.c.at,
        posting.c.amount,
        posting.c.lot,
        posting.c.clause,
    )
    .select_from(posting.join(decision, decision.c.id == posting.c.decision_id))
    .where(_OWN)
    .order_by(*_NEWEST)
    .limit(bindparam("size"))
    .offset(bindparam("skip"))
)


@dataclass(frozen=True, slots=True)
class Line:
    """One posting.

    Attributes:
        at: on the tenant's wall clock.
        verb: of the event; `due` when time alone did it.
        event_id: "" when time alone did it.
        amount: signed; fen, points or uses according to the account.
        balance: of the account after it.
        lot: class and expiry, as `earned/2026-12-31`.
        text: of the clause, as the version that decided reads.
    """

    at: datetime
    verb: str
    event_id: str
    amount: int
    balance: int
    lot: str
    clause: str
    text: Text


@dataclass(frozen=True, slots=True)
class Account:
    """A page of an account, newest first.

    Attributes:
        balance: of the account now, the sum of all its postings.
        total: how many lines there are on all pages.
    """

    ref: str
    name: str
    balance: int
    lines: tuple[Line, ...] = field(repr=False)
    number: int
    size: int
    total: int


def account(ref: str, name: str, page: int = 1, size: int = 50) -> Account:
    """A page of a member's account.

    Args:
        ref: the person.
        name: points, stored_value, spend_total …; an account without postings is empty.
        page: counts from 1.
        size: lines on a page.

    Raises:
        NotFoundError: no such person.
    """
    own = {"wanted": ref, "wanted_account": name}
    skip = (page - 1) * size
    with unit() as opened:
        get_person(ref)
        totals = opened.execute(_TOTALS, own).one()
        newer = opened.execute(_NEWER, {**own, "skip": skip}).scalar()
        rows = opened.execute(_PAGE, {**own, "skip": skip, "size": size}).all()
        texts = {number: words(number).clauses for number in {row.version for row in rows}}
    lines = tuple(_lines(rows, totals.left - newer, texts))
    return Account(ref, name, totals.left, lines, page, size, totals.n)


def _lines(rows: list[Any], balance: int, texts: Mapping[int, Mapping[str, Text]]) -> list[Line]:
    zone = current_tenant().zone
    lines = []
    for row in rows:
        lines.append(
            Line(
                at=row.at.astimezone(zone),
                verb=row.verb,
                event_id=str(row.event_id or ""),
                amount=row.amount,
                balance=balance,
                lot=row.lot,
                clause=row.clause,
                text=texts[row.version].get(row.clause, ("", "")),
            )
        )
        balance -= row.amount
    return lines
