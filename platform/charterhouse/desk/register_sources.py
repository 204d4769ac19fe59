"""What each kind of register selects from a tenant's store, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, select, true

from charterhouse.desk.errors import UnavailableError
from charterhouse.desk.words import program_now
from charterhouse.kernel.clauses.flow import MailedCard
from charterhouse.kernel.periods import day_start
from charterhouse.kernel.standing import HOUSE, STATUSES
from charterhouse.plugins.errors import CharterUnavailableError
from charterhouse.records.tables import (
    balance,
    card,
    decision,
    event,
    item,
    posting,
    standing,
    version,
)
from charterhouse.tenancy.scope import current_tenant

if TYPE_CHECKING:
    from charterhouse.desk.registers import Register
    from charterhouse.tenancy.store import Unit

__all__ = ["SOURCES", "Wanted", "values"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a register.

    Attributes:
        first, last: days, both included; None for no bound.
        value: of the register's filtered cell; "" for all.
        outcome: `accepted`, `refused` or "" for both; decisions only.
        member: a person's ref, or "".
        until: the moment after which nothing is shown; None for no bound.
    """

    first: date | None = None
    last: date | None = None
    value: str = ""
    outcome: str = ""
    member: str = ""
    until: datetime | None = None


def _within(column: Any, wanted: Wanted) -> ColumnElement[bool]:
    zone = current_tenant().zone
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.first is not None:
        conditions.append(column >= day_start(wanted.first, zone))
    if wanted.last is not None:
        conditions.append(column < day_start(wanted.last + timedelta(days=1), zone))
    if wanted.until is not None:
        conditions.append(column <= wanted.until)
    return and_(*conditions)


# The range is what an index serves; the prefix is what is meant, whatever the collation.
_OF_HOUSE = and_(posting.c.owner >= "@", posting.c.owner < "A", posting.c.owner.startswith("@"))
_OF_MEMBERS = and_(~posting.c.owner.startswith("@"), posting.c.owner != HOUSE)
CHARITY = "@charity"
"""The account of the house to which donations are booked."""

_TOLD = (event.c.sealed.label("told"), event.c.actor, event.c.branch)


def _decisions(register: Register, wanted: Wanted) -> Select[Any]:
    chosen = (
        select(
            decision.c.id, decision.c.event_id, decision.c.verb, decision.c.member, decision.c.at,
            decision.c.code, decision.c.clause, decision.c.version, decision.c.sealed,
            event.c.occurred_at, *_TOLD,
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


def _lines(register: Register, wanted: Wanted) -> Select[Any]:
    return _decisions(register, wanted).where(decision.c.code == "")


def _postings(wanted: Wanted, account: str) -> Select[Any]:
    return (
        select(
            posting.c.decision_id, posting.c.line, posting.c.owner, posting.c.account,
            posting.c.amount, posting.c.lot, posting.c.clause, posting.c.at,
            decision.c.verb, decision.c.member,
        )
        .select_from(posting.join(decision, decision.c.id == posting.c.decision_id))
        .where(posting.c.account == account, _within(posting.c.at, wanted))
        .order_by(posting.c.at.desc(), posting.c.decision_id.desc(), posting.c.line)
    )  # fmt: skip


def _points(_register: Register, wanted: Wanted) -> Select[Any]:
    chosen = _postings(wanted, "points").where(_OF_MEMBERS)
    if wanted.value:
        kind = posting.c.lot == wanted.value
        chosen = chosen.where(kind | posting.c.lot.startswith(f"{wanted.value}/", autoescape=True))
    if wanted.member:
        chosen = chosen.where(posting.c.owner == wanted.member)
    return chosen


STORED = ("stored_value", "credit", "deposit", "dividends")
"""The members' accounts that are money."""


def _stored(_register: Register, wanted: Wanted) -> Select[Any]:
    """What came and went of members' stored value, credit, deposits and dividends."""
    accounts = (wanted.value,) if wanted.value in STORED else STORED
    chosen = (
        select(
            posting.c.decision_id, posting.c.line, posting.c.owner, posting.c.account,
            posting.c.amount, posting.c.lot, posting.c.clause, posting.c.at,
            decision.c.verb, decision.c.member,
        )
        .select_from(posting.join(decision, decision.c.id == posting.c.decision_id))
        .where(posting.c.account.in_(accounts), _OF_MEMBERS, _within(posting.c.at, wanted))
        .order_by(posting.c.at.desc(), posting.c.decision_id.desc(), posting.c.line)
    )  # fmt: skip
    return chosen.where(posting.c.owner == wanted.member) if wanted.member else chosen


def _balances(_register: Register, wanted: Wanted) -> Select[Any]:
    """What the house owes its members in money now, lot by lot."""
    accounts = (wanted.value,) if wanted.value in STORED else STORED
    chosen = select(balance).where(balance.c.account.in_(accounts), balance.c.amount != 0)
    chosen = chosen.where(balance.c.owner != HOUSE)
    if wanted.member:
        chosen = chosen.where(balance.c.owner == wanted.member)
    return chosen.order_by(balance.c.amount.desc(), balance.c.owner, balance.c.lot)


def _awards(register: Register, wanted: Wanted) -> Select[Any]:
    """Points given by staff, with the event that says for what."""
    return (
        _points(register, wanted)
        .add_columns(event.c.id.label("event_id"), *_TOLD)
        .join(event, event.c.id == decision.c.event_id)
        .where(decision.c.verb.in_(register.verbs))
    )


def _referrals(register: Register, wanted: Wanted) -> Select[Any]:
    """Points that came to one person by what another did."""
    return _points(register, wanted).where(
        decision.c.verb.in_(("spend", "refund", "visit")),
        decision.c.member.is_(None) | (posting.c.owner != decision.c.member),
    )


def _house(_register: Register, wanted: Wanted) -> Select[Any]:
    """The house's money accounts."""
    chosen = _postings(wanted, "money").where(_OF_HOUSE)
    if wanted.value:
        chosen = chosen.where(posting.c.owner == wanted.value)
    if wanted.member:
        chosen = chosen.where(decision.c.member == wanted.member)
    return chosen


def _donations(_register: Register, wanted: Wanted) -> Select[Any]:
    """What the house gave to charity, with the card that was issued then."""
    chosen = (
        _postings(wanted, "money")
        .add_columns(card.c.number)
        .outerjoin(card, card.c.decision_id == posting.c.decision_id)
        .where(posting.c.owner == CHARITY)
    )
    return chosen.where(decision.c.member == wanted.member) if wanted.member else chosen


def _cards(_register: Register, wanted: Wanted) -> Select[Any]:
    chosen = (
        select(
            card, standing.c.valid_until, standing.c.card_no, decision.c.verb, decision.c.event_id,
            event.c.sealed.label("told"),
        )
        .select_from(
            card.outerjoin(standing, standing.c.ref == card.c.member)
            .join(decision, decision.c.id == card.c.decision_id)
            .outerjoin(event, event.c.id == decision.c.event_id)
        )
        .where(_within(card.c.issued_at, wanted))
    )  # fmt: skip
    if wanted.value:
        chosen = chosen.where(card.c.state == wanted.value)
    if wanted.member:
        chosen = chosen.where(card.c.member == wanted.member)
    return chosen.order_by(card.c.issued_at.desc(), card.c.number)


def _standings(_register: Register, wanted: Wanted) -> Select[Any]:
    chosen = select(standing).where(standing.c.status != "none")
    if wanted.value:
        chosen = chosen.where(standing.c.status == wanted.value)
    if wanted.member:
        chosen = chosen.where(standing.c.ref == wanted.member)
    return chosen.order_by(standing.c.since.desc(), standing.c.ref)


def _items(register: Register, wanted: Wanted) -> Select[Any]:
    chosen = _raised(register.sort, wanted)
    return chosen.where(item.c.code == wanted.value) if wanted.value else chosen


def _mailings(_register: Register, wanted: Wanted) -> Select[Any]:
    """Tasks by which the charter has cards mailed."""
    try:
        clauses = program_now().clauses
    except (CharterUnavailableError, LookupError) as error:
        raise UnavailableError("the charter cannot say now which tasks are mailings") from error
    codes = {clause.task for clause in clauses if isinstance(clause, MailedCard)}
    chosen = _raised("task", wanted).where(item.c.code.in_(sorted(codes)))
    return chosen.where(item.c.state == wanted.value) if wanted.value else chosen


def _raised(sort: str, wanted: Wanted) -> Select[Any]:
    chosen = select(item).where(item.c.sort == sort, _within(item.c.at, wanted))
    if wanted.member:
        chosen = chosen.where(item.c.member == wanted.member)
    return chosen.order_by(item.c.at.desc(), item.c.id.desc())


def _versions(_register: Register, _wanted: Wanted) -> Select[Any]:
    return select(
        version.c.number, version.c.effective, version.c.announced, version.c.settings,
        version.c.recorded_at, version.c.actor,
    ).order_by(version.c.number.desc())  # fmt: skip


SOURCES: Mapping[str, Callable[[Register, Wanted], Select[Any]]] = {
    "decisions": _decisions,
    "bills": _decisions,
    "lines": _lines,
    "points": _points,
    "stored": _stored,
    "balances": _balances,
    "awards": _awards,
    "referrals": _referrals,
    "house": _house,
    "donations": _donations,
    "cards": _cards,
    "standings": _standings,
    "items": _items,
    "mailings": _mailings,
    "versions": _versions,
}
"""By the name of a source: its rows, newest first."""


def values(opened: Unit, register: Register, wanted: Wanted, *, most: int) -> list[str]:
    """The values by which a register may be narrowed, seen in at most so many rows."""
    if register.filtered == "verb" and register.verbs:
        return list(register.verbs)
    if register.filtered == "status":
        return [status for status in STATUSES if status != "none"]
    if register.source == "mailings":
        return ["open", "done"]
    if register.filtered == "unit":
        return list(STORED)
    columns: Mapping[str, Any] = {
        "verb": decision.c.verb, "state": card.c.state, "code": item.c.code,
        "owner": posting.c.owner, "kind": posting.c.lot,
    }  # fmt: skip
    column = columns.get(register.filtered)
    if column is None:
        return []
    everything = Wanted(wanted.first, wanted.last)
    source = SOURCES[register.source](register, everything).order_by(None)
    seen = source.with_only_columns(column.label("found")).limit(most).subquery()
    query = select(seen.c.found).distinct()
    found = {value for value in opened.connection.execute(query).scalars() if value}
    if register.filtered == "kind":
        found = {lot.partition("/")[0] for lot in found}
    return sorted(found)
