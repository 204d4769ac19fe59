"""Orders and attempts against the ledger: what came in is booked once, what is booked came in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select

from charterhouse.records import tables as t
from charterhouse.records.door import load_event
from charterhouse.records.payment_keys import refunded_key, settled_key
from charterhouse.records.proof.findings import Findings
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.store import Unit, prepared

__all__ = ["orders_and_attempts"]

_PAGE = 200
_SETTLED = ":settled"
_EVENT = [
    t.event.c.id.label("id"), t.event.c.verb.label("verb"), t.event.c.member.label("member"),
    t.event.c.at.label("at"), t.event.c.occurred_at.label("occurred_at"),
    t.event.c.serial.label("serial"), t.event.c.sealed.label("sealed"),
    t.event.c.key.label("key"), t.decision.c.code.label("code"),
]  # fmt: skip
_BOOKED = select(*_EVENT).join(t.decision, t.decision.c.event_id == t.event.c.id)
_BY_KEY = prepared(_BOOKED.where(t.event.c.key == bindparam("wanted")))
_BY_ID = prepared(_BOOKED.where(t.event.c.id == bindparam("wanted")))
_BOOKINGS = prepared(
    _BOOKED.where(
        t.event.c.actor == bindparam("actor"),
        t.event.c.key.like(f"%{_SETTLED}"),
        t.event.c.id > bindparam("after"),
    )
    .order_by(t.event.c.id)
    .limit(_PAGE)
)
_ORDERS = prepared(
    select(t.orders).where(t.orders.c.id > bindparam("after")).order_by(t.orders.c.id).limit(_PAGE)
)
_ATTEMPTS = prepared(
    select(
        t.attempt.c.id, t.attempt.c.order_id, t.attempt.c.gateway, t.attempt.c.account,
        t.attempt.c.state, t.attempt.c.payment_id, t.attempt.c.received, t.attempt.c.refunded,
        t.attempt.c.problem,
        t.orders.c.amount.label("asked"), t.orders.c.member.label("payer"),
    )
    .join(t.orders, t.orders.c.id == t.attempt.c.order_id)
    .where(t.attempt.c.id > bindparam("after"))
    .order_by(t.attempt.c.id)
    .limit(_PAGE)
)  # fmt: skip
_PAID_BY = prepared(
    select(func.count().label("n")).where(
        t.attempt.c.order_id == bindparam("order"), t.attempt.c.received == bindparam("amount")
    )
)
_OF_PAYMENT = prepared(
    select(t.attempt.c.id, t.attempt.c.gateway, t.attempt.c.account).where(
        t.attempt.c.payment_id == bindparam("wanted")
    )
)
_ACTOR = "system:payments"
_UNPAID = frozenset({"new", "open", "processing", "failed", "expired"})


def orders_and_attempts(unit: Unit, found: Findings) -> None:
    """Compare orders and attempts with the events by which their money was booked.

    Args:
        unit: open and reading.
        found: where differences are noted.
    """
    for order in _pages(unit, _ORDERS):
        found.counts["orders"] += 1
        _order(unit, found, order)
    for attempt in _pages(unit, _ATTEMPTS):
        found.counts["attempts"] += 1
        _attempt(unit, found, attempt)
    for booking in _pages(unit, _BOOKINGS, actor=_ACTOR):
        _booking(unit, found, booking)


def _pages(unit: Unit, query: Any, **values: Any) -> Any:
    after = -1
    while rows := unit.execute(query, {"after": after, **values}).all():
        yield from rows
        after = rows[-1].id


def _order(unit: Unit, found: Findings, order: Any) -> None:
    def differs(text: str) -> None:
        found.add("order", order.id, f"order {order.id} of {order.member}: {text}",
                  event=order.event_id)  # fmt: skip

    if order.state != "paid":
        if order.event_id is not None:
            differs(f"it is {order.state}, and event {order.event_id} paid it")
        return
    event = unit.execute(_BY_ID, {"wanted": order.event_id or 0}).first()
    if event is None:
        differs("it is paid, and no event paid it")
        return
    if event.code:
        differs(f"it is paid, and event {event.id} was refused ({event.code})")
    if event.verb not in ("pay", "top_up") or event.member != order.member:
        differs(f"it is paid by event {event.id}, an event of verb {event.verb} of {event.member}")
        return
    amount, purpose = _told(unit, event)
    if amount is not None and amount != order.amount:
        differs(f"its amount is {order.amount} fen, event {event.id} booked {amount}")
    if purpose is not None and purpose != order.purpose:
        differs(f"its purpose is {order.purpose}, event {event.id} has {purpose}")
    paid = unit.execute(_PAID_BY, {"order": order.id, "amount": order.amount}).scalar()
    if not paid:
        differs("it is paid, and no attempt received its amount")


def _attempt(unit: Unit, found: Findings, attempt: Any) -> None:
    keys = (attempt.gateway, attempt.account, attempt.payment_id)
    event = unit.execute(_BY_KEY, {"wanted": settled_key(*keys)}).first()
    texts = [] if event is None or event.code else _booked(unit, attempt, event, keys)
    if attempt.state == "paid":
        if event is None or event.code:
            why = f"event {event.id} was refused ({event.code})" if event else "no event booked it"
            texts.append(f"it is paid, and {why}")
        elif attempt.received != attempt.asked:
            texts.append(f"it received {attempt.received} fen of {attempt.asked} asked")
    back, received = attempt.refunded, attempt.received
    if not 0 <= back <= received or (attempt.state == "refunded" and back != received):
        texts.append(f"it is {attempt.state}, and {back} fen went back of {received} received")
    for text in texts:
        found.add("attempt", attempt.id, f"attempt {attempt.id} of {attempt.payer}: {text}",
                  event=event.id if event else None)  # fmt: skip


def _booked(unit: Unit, attempt: Any, event: Any, keys: tuple[str, str, str | None]) -> list[str]:
    """What is wrong with an attempt whose money an accepted event booked."""
    if attempt.state in _UNPAID:
        return [f"it is {attempt.state}, and event {event.id} booked its money"]
    texts = []
    amount, _ = _told(unit, event)
    if amount is not None and amount != attempt.received:
        texts.append(f"it received {attempt.received} fen, event {event.id} booked {amount}")
    if attempt.state in ("refunding", "refunded"):
        back = unit.execute(_BY_KEY, {"wanted": refunded_key(*keys)}).first()
        if back is None or back.code:
            texts.append(f"it is {attempt.state}, and what event {event.id} booked stands")
    return texts


def _booking(unit: Unit, found: Findings, event: Any) -> None:
    found.counts["bookings"] += 1
    gateway, _, rest = event.key.removesuffix(_SETTLED).partition(":")
    account, _, payment_id = rest.rpartition(":")
    row = unit.execute(_OF_PAYMENT, {"wanted": payment_id}).first()
    if row is None or (row.gateway, row.account) != (gateway, account):
        found.add("attempt", payment_id, f"event {event.id} ({event.verb} of {event.member}): it "
                  f"books payment {payment_id}, which no attempt received", event=event.id)  # fmt: skip


def _told(unit: Unit, event: Any) -> tuple[int | None, str | None]:
    """The amount in fen and the purpose of which an event tells; None where it cannot be read."""
    try:
        body: Any = load_event(event, unit.tenant.zone).body
    except SealError:
        return None, None
    return body.amount, getattr(body, "for_", None)
