"""Members: lists by text and filter, counted by view, walked one by one; file and timeline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import phonenumbers
from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select, union

from charterhouse.desk.local import today
from charterhouse.desk.member_file import MemberFile, file
from charterhouse.desk.people import Person, is_ref, open_person
from charterhouse.desk.timeline import Timeline, timeline
from charterhouse.records.cards import is_card_number
from charterhouse.records.tables import card, person, person_index, standing
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.vault import blind_index

__all__ = [
    "EXPIRING_DAYS", "SORTS", "VIEWS", "Filters", "Found", "MemberFile", "Order", "Row",
    "Timeline", "count", "counts", "file", "neighbours", "rows_of", "search", "timeline", "walk",
]  # fmt: skip

SORTS = ("since", "valid_until", "points", "spend_total", "stored_value", "owed", "card_no")
"""Columns by which lists can be ordered; personal data are sealed and cannot order a list."""

VIEWS = ("all", "active", "applied", "owing", "expiring", "lost", "lapsed", "ended")
"""The saved views of the list."""

EXPIRING_DAYS = 30
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; what is empty does not.

    Attributes:
        view: of `VIEWS`.
        status, tier, card: codes.
        owed: only those who owe.
        expiring: only those whose last valid day is within so many days.
        joined: only those whose first day is within so many days back.
        refs: only these people (a selection); None for everybody.
    """

    view: str = "all"
    status: str = ""
    tier: str = ""
    card: str = ""
    owed: bool = False
    expiring: int = 0
    joined: int = 0
    refs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: a column of `SORTS`."""

    column: str = "since"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One person in a list. Amounts are fen; `status` is "none" for who never applied."""

    person: Person
    status: str
    tier: str
    card: str
    card_no: str
    points: int
    stored_value: int
    spend_total: int
    owed: int
    since: date | None
    valid_until: date | None

    @property
    def ref(self) -> str:
        """The person's id."""
        return self.person.ref

    @property
    def name(self) -> str:
        """The person's name."""
        return self.person.name


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


_COLUMNS = (
    standing.c.status, standing.c.tier, standing.c.card, standing.c.card_no, standing.c.points,
    standing.c.stored_value, standing.c.spend_total, standing.c.owed, standing.c.since,
    standing.c.valid_until,
)  # fmt: skip


def search(
    text: str = "",
    filters: Filters = Filters(),
    order: Order = Order(),
    *,
    number: int = 1,
    size: int = 25,
) -> Found:
    """One page of the people that a text finds and the filters let through.

    Args:
        text: a name, a part of it, its pinyin or initials; a phone number or its last four
            digits; a card number, also a former one; an ID number; a person's id. Empty for
            everybody with a standing.
        filters: what narrows the list.
        order: of the list.
        number: of the page, counted from 1.
        size: rows on a page.
    """
    page = _ordered(text, filters, order).offset((number - 1) * size).limit(size)
    with unit() as opened:
        refs = opened.connection.execute(page).scalars().all()
        total = opened.connection.execute(_counting(text, filters)).scalar_one()
        return Found(tuple(_in_order(refs)), total)


def counts() -> dict[str, int]:
    """How many people each saved view holds."""
    with unit() as opened:
        return {
            view: opened.connection.execute(_counting("", Filters(view))).scalar_one()
            for view in VIEWS
        }


def count(filters: Filters) -> int:
    """How many people the filters let through."""
    with unit() as opened:
        return int(opened.connection.execute(_counting("", filters)).scalar_one())


def walk(text: str = "", filters: Filters = Filters(), order: Order = Order()) -> Iterator[Row]:
    """Every row of a list in its order; people are read in chunks, so that memory stays flat."""
    with unit() as opened:
        refs = opened.connection.execute(_ordered(text, filters, order)).scalars().all()
    for start in range(0, len(refs), _CHUNK):
        yield from _in_order(refs[start : start + _CHUNK])


def neighbours(
    ref: str, text: str = "", filters: Filters = Filters(), order: Order = Order()
) -> tuple[str, str]:
    """Who stands before and after a person in a list; "" at its ends or if not in it."""
    back = replace(order, descending=not order.descending)
    with unit() as opened:
        own = _listed(text, filters, standing.c[order.column]).where(_is(ref, text))
        here = opened.connection.execute(own).first()
        if here is None:
            return "", ""
        value = here[0]
        before = _ordered(text, filters, back).where(_beyond(back, value, ref, text)).limit(1)
        after = _ordered(text, filters, order).where(_beyond(order, value, ref, text)).limit(1)
        found = [opened.connection.execute(each).scalar() for each in (before, after)]
    return found[0] or "", found[1] or ""


def _counting(text: str, filters: Filters) -> Select[Any]:
    return _listed(text, filters, func.count())


def _ordered(text: str, filters: Filters, order: Order) -> Select[Any]:
    """The refs of a list in its order: only those of the page asked for are read in full."""
    ref = cast(person.c.id, String) if text.strip() else standing.c.ref
    return _listed(text, filters, ref).order_by(*_ordering(order, text))


def _listed(text: str, filters: Filters, *columns: Any) -> Select[Any]:
    """Columns of a list. Without a text the standings alone serve, with one the people lead."""
    conditions = list(_conditions(filters))
    if not text.strip():
        own = select(*columns).select_from(standing)
        return own.where(standing.c.status != "none", *conditions)
    joined = person.outerjoin(standing, standing.c.ref == cast(person.c.id, String))
    return (
        select(*columns)
        .select_from(joined)
        .where(person.c.id.in_(_people(text.strip())), *conditions)
    )


def _key(ref: str, text: str) -> tuple[Any, Any]:
    """The column by which a list tells people apart, and a person's value in it."""
    return (person.c.id, int(ref)) if text.strip() else (standing.c.ref, ref)


def _is(ref: str, text: str) -> ColumnElement[bool]:
    column, value = _key(ref, text)
    found: ColumnElement[bool] = column == value
    return found


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    yield from _view(filters.view)
    for column, value in (
        (standing.c.status, filters.status),
        (standing.c.tier, filters.tier),
        (standing.c.card, filters.card),
    ):
        if value:
            yield column == value
    if filters.owed:
        yield standing.c.owed > 0
    if filters.expiring:
        yield from _expiring(filters.expiring)
    if filters.joined:
        yield standing.c.since > (today() - timedelta(days=filters.joined)).isoformat()
    if filters.refs is not None:
        yield standing.c.ref.in_(filters.refs)


def _view(view: str) -> Iterator[ColumnElement[bool]]:
    if view in ("active", "applied", "lapsed"):
        yield standing.c.status == view
    elif view == "ended":
        yield standing.c.status.in_(("ended", "rejected"))
    elif view == "owing":
        yield standing.c.owed > 0
    elif view == "lost":
        yield standing.c.card == "lost"
    elif view == "expiring":
        yield from _expiring(EXPIRING_DAYS)


def _expiring(days: int) -> Iterator[ColumnElement[bool]]:
    last = today() + timedelta(days=days)
    yield standing.c.status == "active"
    yield standing.c.valid_until.between(today().isoformat(), last.isoformat())


def _people(text: str) -> Any:
    """The ids of the people whom a text may mean."""
    parts = [
        select(person_index.c.person_id).where(
            person_index.c.kind == kind, person_index.c.digest == blind_index(kind, handle)
        )
        for kind, handle in _handles(text)
    ]
    plain = re.sub(r"[\s-]", "", text)
    if plain.isdecimal():
        number = cast(card.c.member, person.c.id.type)
        parts.append(select(number).where(card.c.number == plain))
        if is_ref(plain):
            parts.append(select(person.c.id).where(person.c.id == int(plain)))
    return union(*parts)


def _handles(text: str) -> Iterator[tuple[str, str]]:
    plain = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"\d{4}", plain):
        yield "phone_tail", plain
    if re.fullmatch(r"\d{17}[\dXx]", plain):
        yield "id_number", plain.upper()
    if re.fullmatch(r"\+?\d{7,15}", plain) and not is_card_number(plain):
        try:
            parsed = phonenumbers.parse(plain, "CN")
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is not None:
            e164 = phonenumbers.PhoneNumberFormat.E164
            yield "phone", phonenumbers.format_number(parsed, e164)
    yield "name", text.casefold().replace("·", "")
    if not text.isascii():
        yield "name", plain.casefold().replace("·", "")


def _ordering(order: Order, text: str) -> tuple[Any, Any]:
    column = standing.c[order.column]
    ref, _ = _key("0", text)
    if order.descending:
        return column.desc().nulls_last(), ref.desc()
    return column.asc().nulls_first(), ref.asc()


def _beyond(order: Order, value: Any, ref: str, text: str) -> ColumnElement[bool]:
    """Whatever stands after a row; what is null stands before everything else."""
    column, (key, own) = standing.c[order.column], _key(ref, text)
    after = key < own if order.descending else key > own
    if value is None:
        same = and_(column.is_(None), after)
        return same if order.descending else or_(same, column.is_not(None))
    same = and_(column == value, after)
    if order.descending:
        return or_(column < value, column.is_(None), same)
    return or_(column > value, same)


def _in_order(refs: Sequence[str]) -> Iterator[Row]:
    rows = rows_of(refs)
    return (rows[ref] for ref in refs if ref in rows)


def _row(row: Any) -> Row:
    return Row(
        person=open_person(row.id, row.sealed),
        status=row.status or "none",
        tier=row.tier or "",
        card=row.card or "none",
        card_no=row.card_no or "",
        points=row.points or 0,
        stored_value=row.stored_value or 0,
        spend_total=row.spend_total or 0,
        owed=row.owed or 0,
        since=date.fromisoformat(row.since) if row.since else None,
        valid_until=date.fromisoformat(row.valid_until) if row.valid_until else None,
    )


def rows_of(refs: Sequence[str]) -> dict[str, Row]:
    """The rows of some people by their ref."""
    if not refs:
        return {}
    joined = person.outerjoin(standing, standing.c.ref == cast(person.c.id, String))
    ref = cast(person.c.id, String).label("ref")
    wanted = (
        select(ref, person.c.id, person.c.sealed, *_COLUMNS)
        .select_from(joined)
        .where(person.c.id.in_([int(each) for each in refs if is_ref(each)]))
    )
    with unit() as opened:
        return {row.ref: _row(row) for row in opened.connection.execute(wanted)}
