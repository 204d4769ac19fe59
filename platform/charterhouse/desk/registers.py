"""Registers: what an institution must be able to show of a period, each as one plain list.

A register is a view of decisions, postings, cards or raised items; none of them knows a
charter. What the charter calls its codes comes from `desk.words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from charterhouse.desk import telling
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.words import words
from charterhouse.kernel.periods import day_start
from charterhouse.records import sealing
from charterhouse.records.tables import card, decision, event, item, posting, standing
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit, unit

EXPORT_LIMIT = 100_000
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of list.

    Attributes:
        source: `decisions`, `points`, `house`, `cards` or `items`.
        verbs: of the decisions shown; all when empty.
        sort: of the raised items shown (task, notice, flag).
        columns: names of the cells of each row, in order.
        filtered: the cell by which the list may be narrowed; "" for none.
    """

    code: str
    source: str
    columns: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    sort: str = ""
    filtered: str = ""


_DECIDED = ("at", "member", "what", "outcome", "clause", "actor", "branch")
_RAISED = ("at", "code", "member", "due", "state", "clause")

REGISTERS: Mapping[str, Register] = {
    each.code: each
    for each in (
        Register("decisions", "decisions", _DECIDED, filtered="verb"),
        Register(
            "admissions", "decisions", _DECIDED, filtered="verb",
            verbs=("apply", "approve", "reject", "join", "grant", "bring_in", "transfer_card"),
        ),
        Register(
            "cards", "cards",
            ("number", "member", "tier", "state", "issued", "valid_until", "ended"),
            filtered="state",
        ),
        Register("bills", "decisions", _DECIDED, verbs=("spend", "refund"), filtered="verb"),
        Register(
            "points", "points", ("at", "member", "kind", "points", "what", "clause"),
            filtered="kind",
        ),
        Register(
            "redemptions", "decisions", _DECIDED, verbs=("redeem", "dispute", "give_back"),
            filtered="verb",
        ),
        Register(
            "losses", "decisions", _DECIDED, verbs=("report_loss", "reissue_card"),
            filtered="verb",
        ),
        Register("awards", "decisions", _DECIDED, verbs=("award",)),
        Register(
            "sanctions", "decisions", _DECIDED,
            verbs=("sanction", "incident", "suspend", "resume", "deregister"), filtered="verb",
        ),
        Register(
            "house", "house", ("at", "owner", "amount", "member", "what", "clause"),
            filtered="owner",
        ),
        Register("tasks", "items", _RAISED, sort="task", filtered="code"),
        Register("flags", "items", _RAISED, sort="flag", filtered="code"),
        Register("notices", "items", _RAISED, sort="notice", filtered="code"),
    )
}  # fmt: skip
"""By code, in the order of the menu."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a register.

    Attributes:
        first, last: days, both included; None for no bound.
        value: of the register's filtered cell; "" for all.
        outcome: `accepted`, `refused` or "" for both; decisions only.
        member: a person's ref, or "".
    """

    first: date | None = None
    last: date | None = None
    value: str = ""
    outcome: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: rows of cells, how many there are in all, and the values to filter by."""

    rows: list[dict[str, Any]]
    total: int
    values: list[str] = field(default_factory=list)


def find_register(code: str) -> Register:
    """A register by its code.

    Raises:
        NotFoundError: there is no such register.
    """
    found = REGISTERS.get(code)
    if found is None:
        raise NotFoundError("there is no such register", code="register_unknown")
    return found


def page(register: Register, wanted: Wanted, *, number: int = 1, size: int = 25) -> Listed:
    """One page of a register, newest first; each row has `decision`, the id behind it."""
    source = _SOURCES[register.source](register, wanted)
    with unit() as opened:
        total = opened.connection.execute(
            select(func.count()).select_from(source.order_by(None).subquery())
        ).scalar_one()
        rows = opened.connection.execute(source.limit(size).offset((number - 1) * size)).all()
        made = _READERS[register.source](opened, rows)
        return Listed(made, total, _values(opened, register, wanted))


def walk(register: Register, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Every row of a register up to the export's limit, read in chunks."""
    source = _SOURCES[register.source](register, wanted)
    for start in range(0, EXPORT_LIMIT, _CHUNK):
        with unit() as opened:
            rows = opened.connection.execute(source.limit(_CHUNK).offset(start)).all()
            made = _READERS[register.source](opened, rows)
        yield from made
        if len(rows) < _CHUNK:
            return


def _within(column: Any, wanted: Wanted) -> ColumnElement[bool]:
    zone = current_tenant().zone
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.first is not None:
        conditions.append(column >= day_start(wanted.first, zone))
    if wanted.last is not None:
        conditions.append(column < day_start(wanted.last + timedelta(days=1), zone))
    return and_(*conditions)


# The range is what an index serves; the prefix is what is meant, whatever the collation.
_OF_HOUSE = and_(posting.c.owner >= "@", posting.c.owner < "A", posting.c.owner.startswith("@"))


# What each source selects.


def _decisions(register: Register, wanted: Wanted) -> Select[Any]:
    chosen = (
        select(
            decision.c.id, decision.c.event_id, decision.c.verb, decision.c.member, decision.c.at,
            decision.c.code, decision.c.clause, decision.c.version, decision.c.sealed,
            event.c.sealed.label("told"), event.c.actor, event.c.branch,
        )
        .select_from(decision.outerjoin(event, event.c.id == decision.c.event_id))
        .where(_within(decision.c.at, wanted))
    )  # fmt: skip
    verbs = (wanted.value,) if wanted.value else register.verbs
    if verbs:
        chosen = chosen.where(decision.c.verb.in_(verbs))
    if wanted.outcome:
        accepted = decision.c.code == ""
        chosen = chosen.where(accepted if wanted.outcome == "accepted" else ~accepted)
    if wanted.member:
        chosen = chosen.where(decision.c.member == wanted.member)
    return chosen.order_by(decision.c.at.desc(), decision.c.id.desc())


def _postings() -> Select[Any]:
    return select(
        posting.c.decision_id, posting.c.line, posting.c.owner, posting.c.account,
        posting.c.amount, posting.c.lot, posting.c.clause, posting.c.at,
        decision.c.verb, decision.c.member,
    ).select_from(posting.join(decision, decision.c.id == posting.c.decision_id))  # fmt: skip


def _points(_register: Register, wanted: Wanted) -> Select[Any]:
    chosen = _postings().where(
        posting.c.account == "points",
        ~posting.c.owner.startswith("@"),
        _within(posting.c.at, wanted),
    )
    if wanted.value:
        kind = posting.c.lot == wanted.value
        chosen = chosen.where(kind | posting.c.lot.startswith(f"{wanted.value}/", autoescape=True))
    if wanted.member:
        chosen = chosen.where(posting.c.owner == wanted.member)
    return chosen.order_by(posting.c.at.desc(), posting.c.decision_id.desc(), posting.c.line)


def _house(_register: Register, wanted: Wanted) -> Select[Any]:
    """The house's money accounts."""
    chosen = _postings().where(
        posting.c.account == "money",
        _OF_HOUSE,
        _within(posting.c.at, wanted),
    )
    if wanted.value:
        chosen = chosen.where(posting.c.owner == wanted.value)
    if wanted.member:
        chosen = chosen.where(decision.c.member == wanted.member)
    return chosen.order_by(posting.c.at.desc(), posting.c.decision_id.desc(), posting.c.line)


def _cards(_register: Register, wanted: Wanted) -> Select[Any]:
    chosen = (
        select(card, standing.c.valid_until, standing.c.card_no)
        .select_from(card.outerjoin(standing, standing.c.ref == card.c.member))
        .where(_within(card.c.issued_at, wanted))
    )
    if wanted.value:
        chosen = chosen.where(card.c.state == wanted.value)
    if wanted.member:
        chosen = chosen.where(card.c.member == wanted.member)
    return chosen.order_by(card.c.issued_at.desc(), card.c.number)


def _items(register: Register, wanted: Wanted) -> Select[Any]:
    chosen = select(item).where(item.c.sort == register.sort, _within(item.c.at, wanted))
    if wanted.value:
        chosen = chosen.where(item.c.code == wanted.value)
    if wanted.member:
        chosen = chosen.where(item.c.member == wanted.member)
    return chosen.order_by(item.c.at.desc(), item.c.id.desc())


_SOURCES = {
    "decisions": _decisions,
    "points": _points,
    "house": _house,
    "cards": _cards,
    "items": _items,
}


# What each source's rows say.


def _read_decisions(_opened: Unit, rows: Any) -> list[dict[str, Any]]:
    zone = current_tenant().zone
    said = {number: words(number) for number in {row.version for row in rows}}
    made = []
    for row in rows:
        outcome = sealing.DECISION.open(row.id, row.sealed)
        told = sealing.EVENT.open(row.event_id, row.told)["body"] if row.told else {}
        made.append({
            "decision": str(row.id),
            "at": row.at.astimezone(zone),
            "member": row.member or "",
            "what": telling.title(row.verb, told, outcome, said[row.version]),
            "outcome": row.code,
            "clause": row.clause or _first_clause(outcome),
            "actor": row.actor or "clock",
            "branch": row.branch or "",
            "verb": row.verb,
        })  # fmt: skip
    return made


def _first_clause(outcome: Mapping[str, Any]) -> str:
    return str(outcome["trace"][0][0]) if outcome["trace"] else ""


def _read_postings(_opened: Unit, rows: Any) -> list[dict[str, Any]]:
    zone = current_tenant().zone
    return [
        {
            "decision": str(row.decision_id),
            "at": row.at.astimezone(zone),
            "member": row.owner if not row.owner.startswith("@") else row.member or "",
            "owner": row.owner,
            "kind": row.lot.partition("/")[0],
            "points": row.amount,
            "amount": row.amount,
            "what": telling.VERBS.get(row.verb, (row.verb, row.verb)),
            "clause": row.clause,
        }
        for row in rows
    ]


def _read_cards(_opened: Unit, rows: Any) -> list[dict[str, Any]]:
    zone = current_tenant().zone

    def day(moment: datetime | None) -> date | None:
        return moment.astimezone(zone).date() if moment else None

    return [
        {
            "decision": str(row.decision_id),
            "number": row.number,
            "member": row.member,
            "tier": row.tier,
            "state": row.state,
            "issued": day(row.issued_at),
            "valid_until": _day(row.valid_until) if row.card_no == row.number else None,
            "ended": day(row.ended_at),
        }
        for row in rows
    ]


def _read_items(_opened: Unit, rows: Any) -> list[dict[str, Any]]:
    zone = current_tenant().zone
    return [
        {
            "decision": str(row.decision_id),
            "at": row.at.astimezone(zone),
            "code": row.code,
            "member": row.member,
            "due": _day(row.due),
            "state": row.state,
            "clause": row.clause,
        }
        for row in rows
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_READERS = {
    "decisions": _read_decisions,
    "points": _read_postings,
    "house": _read_postings,
    "cards": _read_cards,
    "items": _read_items,
}


def _values(opened: Unit, register: Register, wanted: Wanted) -> list[str]:
    """The values by which a register may be narrowed in this period."""
    if register.filtered == "verb" and register.verbs:
        return list(register.verbs)
    column, condition = {
        "verb": (decision.c.verb, _within(decision.c.at, wanted)),
        "state": (card.c.state, _within(card.c.issued_at, wanted)),
        "code": (item.c.code, (item.c.sort == register.sort) & _within(item.c.at, wanted)),
        "owner": (
            posting.c.owner,
            and_(
                _OF_HOUSE, posting.c.account == "money",
                _within(posting.c.at, wanted),
            ),
        ),
        "kind": (
            posting.c.lot,
            and_(
                posting.c.account == "points",
                ~posting.c.owner.startswith("@"),
                _within(posting.c.at, wanted),
            ),
        ),
    }.get(register.filtered, (None, None))  # fmt: skip
    if column is None or condition is None:
        return []
    query = select(column).where(condition).distinct()
    found = {value for value in opened.connection.execute(query).scalars() if value}
    if register.filtered == "kind":
        found = {lot.partition("/")[0] for lot in found}
    return sorted(found)
