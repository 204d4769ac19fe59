"""Orders: what a member owes and means to pay online, by which clause. Amounts are fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from charterhouse import clock
from charterhouse.desk.errors import ConflictError, DeskError, NotFoundError
from charterhouse.desk.intake import quote
from charterhouse.desk.people import get_person
from charterhouse.kernel.ledger import STORED_VALUE
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.standing import PREPAYMENT, Debt
from charterhouse.records.door import Door
from charterhouse.records.tables import attempt, orders
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.store import Unit, prepared, unit

CURRENCY = "cny"

_COLUMNS = [
    orders.c.id,
    orders.c.member,
    orders.c.purpose,
    orders.c.amount,
    orders.c.currency,
    orders.c.clause,
    orders.c.version,
    orders.c.state,
    orders.c.created_at,
]
_ADD = prepared(insert(orders))
_BY_ID = prepared(select(*_COLUMNS).where(orders.c.id == bindparam("wanted")))
_OPEN = prepared(
    select(*_COLUMNS).where(
        orders.c.member == bindparam("of_member"),
        orders.c.purpose == bindparam("of_purpose"),
        orders.c.state == "open",
    )
)
_OF_MEMBER = prepared(
    select(*_COLUMNS)
    .where(orders.c.member == bindparam("of_member"))
    .order_by(orders.c.created_at.desc())
)
_SET = prepared(
    update(orders).where(orders.c.id == bindparam("own_id")),
    columns=["state", "changed_at", "event_id"],
)


class NothingOwedError(DeskError):
    """There is nothing to pay under this purpose."""

    code = "nothing_owed"
    status = 409


class TopUpRefusedError(DeskError):
    """The charter does not take this top-up; `code` is its reason."""

    status = 422


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody owes for one purpose.

    Attributes:
        amount: fen.
        clause, version: by which clause of which version of the charter it is owed.
        state: open, paid, cancelled.
    """

    id: int
    member: str
    purpose: str
    amount: int
    currency: str
    clause: str
    version: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """A payment set aside, not given back, or given back elsewhere. Amounts are fen.

    Attributes:
        problem: code of what differs or went wrong.
    """

    attempt_id: int
    order_id: int
    member: str
    purpose: str
    state: str
    problem: str
    received: int
    refunded: int
    since: datetime


def open_order(member: str, purpose: str) -> Order:
    """The one open order for what a member owes under a purpose, made when there is none.

    An order for another amount or by another version is cancelled first.

    Raises:
        NotFoundError: no such person.
        NothingOwedError: nothing is owed under this purpose.
    """
    get_person(member)
    with unit(write=True) as opened:
        debt, version = _debt(opened, member, purpose)
        before = find_open(member, purpose)
        if debt is None:
            raise NothingOwedError("nothing is owed for this any more", field="purpose")
        if before is not None:
            if (before.amount, before.version) == (debt.amount, version):
                return before
            close_order(before.id, "cancelled")
        return _make(opened, member, purpose, debt, version)


def open_top_up(member: str, amount: int) -> Order:
    """The one open order by which somebody stores value, made when there is none of this amount.

    Args:
        member: whose account it is for.
        amount: fen, chosen by who pays.

    Raises:
        NotFoundError: no such person.
        TopUpRefusedError: the charter would not take it; the message is its code.
    """
    get_person(member)
    with unit(write=True) as opened:
        clause, refused = _welcome(member, amount)
        if refused:
            raise TopUpRefusedError(refused, field="amount", code=refused)
        now = clock.now().astimezone(opened.tenant.zone)
        version = Door(opened).version_at(now)
        before = find_open(member, PREPAYMENT)
        if before is not None:
            if (before.amount, before.version) == (amount, version):
                return before
            close_order(before.id, "cancelled")
        return _make(opened, member, PREPAYMENT, Debt(amount, clause), version)


def _welcome(member: str, amount: int) -> tuple[str, str]:
    """By which clause the charter would take a top-up, and the reason why it would not."""
    raw = {"member": member, "amount": show_fen(amount), "channel": "online"}
    answer = quote("top_up", raw, actor="system")
    if answer.refusal is not None:
        return answer.refusal["clause"], answer.refusal["code"]
    stored = [c for c, _, did, about in answer.trace
              if did == "credit" and about["unit"] == STORED_VALUE]  # fmt: skip
    return next(iter(stored or answer.clauses), ""), ""


def _debt(opened: Unit, member: str, purpose: str) -> tuple[Debt | None, int]:
    """What is owed now, after what time has done, and the version in force."""
    now = clock.now().astimezone(opened.tenant.zone)
    door = Door(opened)
    door.advance(member, now)
    return door.view.standing(member).owed.get(purpose), door.version_at(now)


def _make(opened: Unit, member: str, purpose: str, debt: Debt, version: int) -> Order:
    now = clock.now()
    order = Order(
        new_id(), member, purpose, debt.amount, CURRENCY, debt.clause, version, "open", now
    )
    opened.execute(
        _ADD,
        {
            "id": order.id,
            "member": member,
            "purpose": purpose,
            "amount": debt.amount,
            "currency": CURRENCY,
            "clause": debt.clause,
            "version": version,
            "state": "open",
            "created_at": now,
            "changed_at": now,
            "event_id": None,
        },
    )
    return order


def get_order(number: int) -> Order:
    """An order by id.

    Raises:
        NotFoundError: no such order in this tenant.
    """
    with unit() as opened:
        row = opened.execute(_BY_ID, {"wanted": number}).first()
    if row is None:
        raise NotFoundError("there is no such order")
    return _order(row)


def find_open(member: str, purpose: str) -> Order | None:
    """The open order of a member for a purpose."""
    with unit() as opened:
        row = opened.execute(_OPEN, {"of_member": member, "of_purpose": purpose}).first()
    return _order(row) if row is not None else None


def orders_of(member: str) -> list[Order]:
    """All orders of a member, the newest first."""
    with unit() as opened:
        return _orders(opened.execute(_OF_MEMBER, {"of_member": member}))


def troubled(*, most: int = 200) -> list[Trouble]:
    """Payments that somebody has to look at, the newest first."""
    wanted = (
        select(
            attempt.c.id, attempt.c.order_id, orders.c.member, orders.c.purpose, attempt.c.state,
            attempt.c.problem, attempt.c.received, attempt.c.refunded, attempt.c.changed_at,
        )
        .select_from(attempt.join(orders, orders.c.id == attempt.c.order_id))
        .where(
            attempt.c.state.in_(("quarantined", "refund_failed"))
            | ((attempt.c.state == "paid") & (attempt.c.problem != ""))
        )
        .order_by(attempt.c.changed_at.desc())
        .limit(most)
    )  # fmt: skip
    with unit() as opened:
        return [Trouble(*row) for row in opened.connection.execute(wanted)]


def close_order(number: int, state: str, event_id: int | None = None) -> None:
    """Set an order paid (with the event that paid it) or cancelled.

    Raises:
        ConflictError: it is paid already.
    """
    if get_order(number).state == "paid":
        raise ConflictError("this order is paid already")
    with unit(write=True) as opened:
        values = {"own_id": number, "state": state, "event_id": event_id}
        opened.execute(_SET, {**values, "changed_at": clock.now()})


def still_owed(order: Order) -> bool:
    """Whether the debt of an order is there, unchanged. Reads and writes what time has done.

    Of stored value nothing need be owed: it is enough that the charter would take it.
    """
    if order.purpose == PREPAYMENT:
        return not _welcome(order.member, order.amount)[1]
    with unit(write=True) as opened:
        debt, _ = _debt(opened, order.member, order.purpose)
    return debt is not None and debt.amount == order.amount


def _orders(rows: Iterable[Any]) -> list[Order]:
    return [_order(row) for row in rows]


def _order(row: Any) -> Order:
    return Order(
        row.id,
        row.member,
        row.purpose,
        row.amount,
        row.currency,
        row.clause,
        row.version,
        row.state,
        row.created_at,
    )
