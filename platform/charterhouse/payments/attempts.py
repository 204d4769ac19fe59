"""Attempts: tries to pay an order at a gateway, each written down before the gateway hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import ConflictError, NotFoundError
from charterhouse.payments.gateways.base import Checkout, CheckoutRequest, Locale
from charterhouse.payments.house import Merchant
from charterhouse.payments.orders import Order, get_order
from charterhouse.records.tables import attempt
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.store import prepared, unit

ACTOR = "system:payments"

ONLINE = "online-"
"""How the ids of payments begin that came through a gateway."""

LIFE = timedelta(minutes=31)
"""How long a hosted page takes money. Gateways want at least thirty minutes when they are asked."""

LIVE = ("new", "open", "processing")
RANK = {
    "new": 0,
    "open": 1,
    "processing": 2,
    "failed": 3,
    "expired": 3,
    "paid": 4,
    "quarantined": 4,
    "refunding": 5,
    "refund_failed": 6,
    "refunded": 7,
}
"""States only go up, so that news which comes late or twice changes nothing."""

_COLUMNS = [
    attempt.c.id,
    attempt.c.order_id,
    attempt.c.gateway,
    attempt.c.account,
    attempt.c.key,
    attempt.c.state,
    attempt.c.session_id,
    attempt.c.payment_id,
    attempt.c.url,
    attempt.c.asked,
    attempt.c.method,
    attempt.c.received,
    attempt.c.refunded,
    attempt.c.refund_id,
    attempt.c.paid_at,
    attempt.c.problem,
    attempt.c.expires_at,
    attempt.c.created_at,
]
_ADD = prepared(insert(attempt))
_BY_ID = prepared(select(*_COLUMNS).where(attempt.c.id == bindparam("wanted")))
_BY_SESSION = prepared(select(attempt.c.id).where(attempt.c.session_id == bindparam("wanted")))
_BY_PAYMENT = prepared(select(attempt.c.id).where(attempt.c.payment_id == bindparam("wanted")))
_OF_ORDER = prepared(
    select(*_COLUMNS)
    .where(attempt.c.order_id == bindparam("wanted"))
    .order_by(attempt.c.created_at.desc())
)
_CHANGEABLE = (
    "state", "session_id", "payment_id", "url", "method", "received", "refunded", "refund_id",
    "paid_at", "problem", "changed_at",
)  # fmt: skip
_SET = prepared(update(attempt).where(attempt.c.id == bindparam("own_id")), columns=_CHANGEABLE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay an order.

    Attributes:
        key: idempotency key of the call that opens the hosted page.
        state: a key of `RANK`.
        asked: amount, currency, title, return addresses and language of that call.
        received, refunded: fen.
        problem: why it failed or stands aside; "" otherwise.
    """

    id: int
    order_id: int
    gateway: str
    account: str
    key: str
    state: str
    session_id: str | None
    payment_id: str | None
    url: str | None
    asked: Mapping[str, Any]
    method: str | None
    received: int
    refunded: int
    refund_id: str | None
    paid_at: datetime | None
    problem: str
    expires_at: datetime
    created_at: datetime

    @property
    def live(self) -> bool:
        """Whether money may still come by it in good time."""
        return self.state in LIVE

    @property
    def settled(self) -> bool:
        """Whether the money came: booked, set aside, or on its way back."""
        return RANK[self.state] >= RANK["paid"]

    @property
    def document(self) -> str:
        """The id under which the charter keeps its payment."""
        return f"{ONLINE}{self.id}"

    @property
    def request(self) -> CheckoutRequest:
        """The call that opens its page: the same on every repetition."""
        return CheckoutRequest(
            reference=str(self.id),
            amount=self.asked["amount"],
            currency=self.asked["currency"],
            title=self.asked["title"],
            success_url=self.asked["success_url"],
            cancel_url=self.asked["cancel_url"],
            locale=self.asked["locale"],
            expires_at=self.expires_at,
            idempotency_key=self.key,
            account=self.account or None,
        )


@dataclass(frozen=True, slots=True)
class Return:
    """Where a payer comes back to, and in which language they pay.

    Args:
        address: makes the absolute address of an attempt's page from its id.
        title: what the payer reads at the gateway; must reveal nothing of a condition.
        locale: language of the hosted page.
    """

    address: Callable[[int], str]
    title: str
    locale: Locale = "auto"


def write_attempt(order: Order, merchant: Merchant, back: Return) -> Attempt:
    """Write down a new attempt. Commits on its own when no unit is open.

    Raises:
        ConflictError: the order is no longer open.
    """
    number, now = new_id(), clock.now()
    home = back.address(number)
    asked = {
        "amount": order.amount,
        "currency": order.currency,
        "title": back.title,
        "success_url": f"{home}?back=done",
        "cancel_url": f"{home}?back=cancel",
        "locale": back.locale,
    }
    with unit(write=True) as opened:
        if get_order(order.id).state != "open":
            raise ConflictError("this order is no longer open")
        opened.execute(
            _ADD,
            {
                **dict.fromkeys(_CHANGEABLE),
                "id": number,
                "order_id": order.id,
                "gateway": merchant.gateway.name,
                "account": merchant.account,
                "key": f"checkout:{number}",
                "state": "new",
                "asked": asked,
                "received": 0,
                "refunded": 0,
                "problem": "",
                # Whole seconds, as gateways keep them: a repetition must be the same to the letter.
                "expires_at": (now + LIFE).replace(microsecond=0),
                "created_at": now,
                "changed_at": now,
            },
        )
        return get_attempt(number)


def page_opened(number: int, page: Checkout) -> Attempt:
    """Keep the hosted page that the gateway opened for an attempt."""
    return change(number, "open", session_id=page.session_id, url=page.url)


def change(number: int, state: str = "", **values: Any) -> Attempt:
    """Change an attempt.

    A state of lower rank than the present one is left out; the other values are kept.
    """
    with unit(write=True) as opened:
        before = get_attempt(number)
        kept = {name: getattr(before, name) for name in _CHANGEABLE if name != "changed_at"}
        if state and RANK[state] >= RANK[before.state]:
            kept["state"] = state
        opened.execute(_SET, {**kept, **values, "own_id": number, "changed_at": clock.now()})
        return get_attempt(number)


def audit(action: str, attempt_id: int, content: Mapping[str, Any]) -> None:
    """Put what happened to a payment into the audit chain; nothing personal goes in."""
    note(action, subject=str(attempt_id), actor=ACTOR, content=content)


def get_attempt(number: int) -> Attempt:
    """An attempt by id.

    Raises:
        NotFoundError: no such attempt in this tenant.
    """
    found = find_attempt(number)
    if found is None:
        raise NotFoundError("there is no such payment")
    return found


def find_attempt(number: int) -> Attempt | None:
    """An attempt by id, or None."""
    with unit() as opened:
        row = opened.execute(_BY_ID, {"wanted": number}).first()
    return _attempt(row) if row is not None else None


def attempt_of(*, session_id: str | None, payment_id: str | None) -> int | None:
    """The id of the attempt with this session or payment at the gateway, or None."""
    with unit() as opened:
        for statement, wanted in ((_BY_SESSION, session_id), (_BY_PAYMENT, payment_id)):
            found: int | None = opened.execute(statement, {"wanted": wanted}).scalar()
            if wanted and found is not None:
                return found
    return None


def attempts_of(order_id: int) -> list[Attempt]:
    """All attempts of an order, the newest first."""
    with unit() as opened:
        return [_attempt(row) for row in opened.execute(_OF_ORDER, {"wanted": order_id})]


def in_states(
    states: Iterable[str], *, after: datetime, before: datetime, most: int = 500
) -> list[Attempt]:
    """Attempts in any of these states that were made between two moments; the oldest first."""
    wanted = (
        select(*_COLUMNS)
        .where(
            attempt.c.state.in_(tuple(states)),
            attempt.c.created_at >= after,
            attempt.c.created_at < before,
        )
        .order_by(attempt.c.created_at)
        .limit(most)
    )
    with unit() as opened:
        return [_attempt(row) for row in opened.connection.execute(wanted)]


def _attempt(row: Any) -> Attempt:
    return Attempt(*(getattr(row, column.name) for column in _COLUMNS))
