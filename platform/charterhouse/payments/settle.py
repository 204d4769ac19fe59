"""Settling: compare what the gateway says with what was asked, and tell the charter once.

The webhook, the payer's return and the sweeper all come here, in any order and at the same
moment. What makes the posting single is the key of the event, which names the payment itself.
"""

from __future__ import annotations

from typing import Any

import structlog

from charterhouse.desk.errors import DeskError, UnavailableError
from charterhouse.desk.intake import Answer, submit
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.standing import PREPAYMENT
from charterhouse.payments.attempts import (
    ACTOR,
    Attempt,
    attempts_of,
    audit,
    change,
    get_attempt,
)
from charterhouse.payments.gateways.base import PaymentState
from charterhouse.payments.gateways.errors import GatewayError
from charterhouse.payments.house import Merchant, merchant
from charterhouse.payments.orders import Order, close_order, find_open, get_order, still_owed
from charterhouse.payments.refunds import follow_refund, send_back
from charterhouse.records.payment_keys import settled_key
from charterhouse.tenancy.store import unit

_log = structlog.get_logger(__name__)

_STATES = {"open": "open", "processing": "processing", "failed": "failed", "expired": "expired",
           "canceled": "failed"}  # fmt: skip


def settle(attempt_id: int) -> Attempt:
    """Ask the gateway how an attempt stands and act on it. Safe to repeat at any time.

    Raises:
        NotFoundError: no such attempt.
        GatewayError: the gateway does not answer; ask again.
        UnavailableError: the charter cannot decide now; ask again.
    """
    attempt, house = get_attempt(attempt_id), merchant()
    if attempt.state in ("refunding", "refund_failed", "refunded"):
        return follow_refund(attempt, house)
    state = look(attempt, house)
    return attempt if state is None else act(attempt_id, state, house)


def look(attempt: Attempt, house: Merchant) -> PaymentState | None:
    """What the gateway says of an attempt; None when the gateway has not heard of it yet.

    Raises:
        GatewayError: the gateway does not answer.
    """
    if attempt.session_id is not None:
        return house.gateway.retrieve(attempt.session_id, account=attempt.account or None)
    if attempt.payment_id is not None:
        return house.gateway.retrieve_payment(attempt.payment_id, account=attempt.account or None)
    return None


def act(attempt_id: int, state: PaymentState, house: Merchant) -> Attempt:
    """Act on what the gateway said of an attempt.

    Raises:
        UnavailableError: the charter cannot decide now.
        GatewayError: money has to go back, and the gateway does not answer.
    """
    try:
        attempt = book(attempt_id, state)
    except UnavailableError:
        raise
    except DeskError as error:
        # The event cannot be told as it is: people have to look at it.
        return quarantine(attempt_id, state, error.code)
    if attempt.state == "refunding":
        return send_back(attempt, house)
    if attempt.state == "paid":
        _close_others(attempt, house)
    return attempt


def book(attempt_id: int, state: PaymentState) -> Attempt:
    """Bring an attempt to the state that the gateway tells, in one transaction with its effects.

    Paid money becomes a `pay` event; if the charter refuses it, the attempt is `refunding`.

    Raises:
        DeskError: the event cannot be told.
    """
    with unit(write=True):
        attempt = get_attempt(attempt_id)
        order = get_order(attempt.order_id)
        if attempt.settled:
            return _settled_before(attempt, state)
        problem = mismatch(attempt, order, state)
        if problem:
            return quarantine(attempt_id, state, problem)
        seen = {"session_id": state.session_id or attempt.session_id,
                "payment_id": state.payment_id or attempt.payment_id}  # fmt: skip
        if state.status != "paid":
            why = state.failure_code or "" if state.status == "failed" else ""
            return change(attempt_id, _STATES[state.status], **seen, problem=why[:400])
        return _take(attempt, order, state, seen)


def _take(
    attempt: Attempt, order: Order, state: PaymentState, seen: dict[str, str | None]
) -> Attempt:
    """Tell the charter of the money, and keep what it says."""
    told: dict[str, Any] = {
        "id": attempt.document,
        "member": order.member,
        "amount": show_fen(state.received),
        "method": state.method or "online",
        "channel": "online",
    }
    # What is owed as a prepayment is stored value: a top-up pays it.
    verb = "top_up" if order.purpose == PREPAYMENT else "pay"
    if verb == "pay":
        told["for"] = order.purpose
    answer = submit(
        verb,
        told,
        actor=ACTOR,
        key=settled_key(attempt.gateway, attempt.account, state.payment_id),
    )
    money = {"method": state.method, "received": state.received, "paid_at": state.paid_at}
    if answer.accepted:
        _paid(order, answer)
        return change(attempt.id, "paid", **seen, **money, refunded=state.refunded, problem="")
    code = answer.refusal["code"] if answer.refusal else "unknown"
    if order.state == "open" and not still_owed(order):
        close_order(order.id, "cancelled")
    audit("payment.late", attempt.id, {"refusal": code, "received": state.received})
    return change(attempt.id, "refunding", **seen, **money, problem=code)


def _paid(order: Order, answer: Answer) -> None:
    other = find_open(order.member, order.purpose)
    if other is not None and other.id != order.id:
        # This order had been replaced, and its money came all the same and settles the debt.
        close_order(other.id, "cancelled")
    if order.state != "paid":
        close_order(order.id, "paid", int(answer.event_id))


def _settled_before(attempt: Attempt, state: PaymentState) -> Attempt:
    """Nothing new, unless money came after all, or was given back at the gateway itself."""
    if attempt.state == "quarantined" and state.received > attempt.received:
        return change(attempt.id, received=state.received, payment_id=state.payment_id)
    if attempt.state == "paid" and state.refunded > attempt.refunded:
        audit("payment.refunded_elsewhere", attempt.id, {"refunded": state.refunded})
        return change(attempt.id, refunded=state.refunded, problem="refunded_elsewhere")
    return attempt


def mismatch(attempt: Attempt, order: Order, state: PaymentState) -> str:
    """What differs between what the gateway says and what was asked; "" when nothing does."""
    differs = {
        "reference_differs": state.reference != str(attempt.id),
        "session_differs": bool(attempt.session_id and state.session_id)
        and state.session_id != attempt.session_id,
        "currency_differs": state.currency != order.currency,
        "amount_differs": state.amount != order.amount,
        "received_differs": state.status == "paid" and state.received != order.amount,
        "account_differs": (state.account or "") != attempt.account,
        "payment_missing": state.status == "paid" and not state.payment_id,
    }
    return next((name for name, wrong in differs.items() if wrong), "")


def quarantine(attempt_id: int, state: PaymentState, problem: str) -> Attempt:
    """Set an attempt aside for people: nothing of it is fulfilled."""
    with unit(write=True):
        attempt = get_attempt(attempt_id)
        if attempt.settled:
            return attempt
        told = {
            "problem": problem,
            "status": state.status,
            "amount": state.amount,
            "received": state.received,
            "currency": state.currency,
            "payment": state.payment_id,
        }
        audit("payment.quarantined", attempt.id, told)
        _log.error("payment_quarantined", attempt=attempt_id, problem=problem)
        return change(
            attempt_id,
            "quarantined",
            problem=problem,
            received=state.received,
            payment_id=attempt.payment_id or state.payment_id,
        )


def _close_others(attempt: Attempt, house: Merchant) -> None:
    """Close the other pages of an order that is paid, so that nobody pays twice."""
    for other in attempts_of(attempt.order_id):
        if other.id == attempt.id or not other.live or other.session_id is None:
            continue
        try:
            state = house.gateway.expire(other.session_id, account=other.account or None)
            act(other.id, state, house)
        except GatewayError as error:
            # The sweeper comes by; if it is paid meanwhile, the money goes back.
            _log.warning("page_not_closed", attempt=other.id, code=error.code)
