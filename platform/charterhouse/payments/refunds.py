"""Giving money back by the way it came. Accepted is not done: a refund is followed to its end."""

from __future__ import annotations

import structlog

from charterhouse.desk.errors import ConflictError
from charterhouse.desk.intake import submit
from charterhouse.payments.attempts import Attempt, audit, change, get_attempt
from charterhouse.payments.gateways.base import RefundRequest, RefundState
from charterhouse.payments.gateways.errors import GatewayRefusedError
from charterhouse.payments.house import Merchant, merchant
from charterhouse.records.payment_keys import refunded_key
from charterhouse.tenancy.store import unit

_log = structlog.get_logger(__name__)

_STATES = {"pending": "refunding", "succeeded": "refunded", "failed": "refund_failed",
           "canceled": "refund_failed"}  # fmt: skip


def send_back(attempt: Attempt, house: Merchant) -> Attempt:
    """Ask the gateway to give all of an attempt's money back; the same call on every repetition.

    Raises:
        GatewayError: the gateway does not answer; ask again.
    """
    if attempt.refund_id is not None:
        return follow_refund(attempt, house)
    request = RefundRequest(
        payment_id=attempt.payment_id or "",
        amount=attempt.received,
        reference=str(attempt.id),
        idempotency_key=f"refund:{attempt.id}",
        account=attempt.account or None,
    )
    try:
        state = house.gateway.refund(request)
    except GatewayRefusedError as error:
        return _after_refusal(attempt, house, error)
    return _keep(attempt.id, state)


def _after_refusal(attempt: Attempt, house: Merchant, error: GatewayRefusedError) -> Attempt:
    """A refusal may mean that an earlier call, whose answer was lost, has done it already."""
    state = house.gateway.retrieve_payment(
        attempt.payment_id or "", account=attempt.account or None
    )
    if state.refunded >= attempt.received > 0:
        return _finish(attempt.id, "refunded", refunded=state.refunded)
    _log.error("refund_refused", attempt=attempt.id, code=error.code)
    return _finish(attempt.id, "refund_failed", problem=error.code)


def follow_refund(attempt: Attempt, house: Merchant) -> Attempt:
    """Ask how a refund stands.

    Raises:
        GatewayError: the gateway does not answer.
    """
    if attempt.state != "refunding":
        return attempt
    if attempt.refund_id is None:
        return send_back(attempt, house)
    state = house.gateway.retrieve_refund(attempt.refund_id, account=attempt.account or None)
    return _keep(attempt.id, state)


def _keep(attempt_id: int, state: RefundState) -> Attempt:
    reached = _STATES[state.status]
    given = state.amount if reached != "refund_failed" else 0
    problem = {"problem": state.failure_code or "refund_failed"} if not given else {}
    return _finish(attempt_id, reached, refund_id=state.refund_id, refunded=given, **problem)


def _finish(attempt_id: int, reached: str, **values: object) -> Attempt:
    with unit(write=True):
        before = get_attempt(attempt_id)
        after = change(attempt_id, reached, **values)
        if after.state != before.state:
            told = {"refund": after.refund_id, "amount": after.refunded, "problem": after.problem}
            audit(f"payment.{after.state}", attempt_id, told)
        return after


def give_back(attempt_id: int, *, actor: str, reason: str) -> Attempt:
    """Give all of a payment back by the way it came: what staff decide.

    A booked payment is taken back by the charter first, which may refuse. One that was set
    aside was never booked and just goes back.

    Raises:
        ConflictError: there is no money to give back, or the charter refuses (its reason code).
        GatewayError: the gateway does not answer; the sweeper repeats the call.
    """
    with unit(write=True):
        attempt = get_attempt(attempt_id)
        if attempt.state == "paid":
            _take_back(attempt, actor, reason)
        elif attempt.state != "quarantined" or not attempt.received:
            raise ConflictError("there is no money to give back", code="nothing_paid")
        attempt = change(attempt_id, "refunding")
        audit("payment.give_back", attempt_id, {"by": actor, "amount": attempt.received})
    return send_back(attempt, merchant())


def _take_back(attempt: Attempt, actor: str, reason: str) -> None:
    key = refunded_key(attempt.gateway, attempt.account, attempt.payment_id)
    answer = submit("refund", {"of": attempt.document, "reason": reason}, actor=actor, key=key)
    if answer.refusal is not None:
        clause = answer.refusal["clause"]
        raise ConflictError(
            f"the charter refuses this refund (clause {clause})", code=answer.refusal["code"]
        )
