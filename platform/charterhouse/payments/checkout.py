"""Sending a member to the gateway's page: one page at a time for an order."""

from __future__ import annotations

from datetime import timedelta

import structlog

from charterhouse import clock
from charterhouse.desk.errors import ConflictError
from charterhouse.payments.attempts import (
    Attempt,
    Return,
    attempts_of,
    change,
    page_opened,
    write_attempt,
)
from charterhouse.payments.gateways.errors import (
    GatewayError,
    GatewayUnavailableError,
    PaymentUnknownError,
)
from charterhouse.payments.house import Merchant, merchant
from charterhouse.payments.orders import Order, get_order
from charterhouse.payments.settle import settle
from charterhouse.tenancy.store import unit

_log = structlog.get_logger(__name__)

ENOUGH = timedelta(minutes=2)
"""A page with less time left than this is not worth sending anybody to."""

REPEATABLE = timedelta(hours=23)
"""For how long gateways remember a key; a repetition after that could open a second page."""


def start(order_id: int, back: Return) -> Attempt:
    """An attempt with a hosted page on which the order can be paid.

    The live attempt is returned if there is one, so that clicking twice opens one page; what has
    run out is closed first. An attempt in another state than `open` says how it ended meanwhile.

    Raises:
        ConflictError: the order is paid or cancelled.
        NoGatewayError: the institution takes no payments online.
        GatewayError: the gateway does not answer or does not want to; nothing was charged.
    """
    house = merchant()
    with unit(write=True):
        order = get_order(order_id)
        found = _live(order)
        attempt = found or write_attempt(order, house, back)
    if attempt.state in ("new", "open") and attempt.url is None:
        attempt = begin(attempt, house)
    if attempt.state == "open" and attempt.expires_at - clock.now() < ENOUGH:
        attempt = close(attempt, house)
    if attempt.state in ("failed", "expired") and found is not None:
        # What was left from before is out of the way now: begin anew.
        return start(order_id, back)
    return attempt


def _live(order: Order) -> Attempt | None:
    if order.state != "open":
        raise ConflictError("this is paid already, or no longer owed")
    return next((one for one in attempts_of(order.id) if one.live), None)


def begin(attempt: Attempt, house: Merchant) -> Attempt:
    """Open the hosted page of an attempt that is written down: the same call on every repetition.

    Raises:
        GatewayError: no usable answer, or a refusal; after a refusal the attempt has failed.
    """
    if clock.now() - attempt.created_at > REPEATABLE:
        return change(attempt.id, "failed", problem="never_begun")
    try:
        page = house.gateway.create_checkout(attempt.request)
    except GatewayUnavailableError:
        raise
    except GatewayError as error:
        _log.warning("checkout_refused", attempt=attempt.id, code=error.code)
        failed = change(attempt.id, "failed", problem=error.code)
        if clock.now() - attempt.created_at > ENOUGH:
            # Its time had become too short before the gateway heard of it: nothing is lost.
            return failed
        raise
    return page_opened(attempt.id, page)


def close(attempt: Attempt, house: Merchant) -> Attempt:
    """Close the hosted page of an attempt; if it was paid a moment before, that is settled.

    Raises:
        GatewayError: the gateway does not answer.
    """
    if attempt.session_id is not None:
        try:
            house.gateway.expire(attempt.session_id, account=attempt.account or None)
        except PaymentUnknownError:
            return change(attempt.id, "failed", problem="payment_unknown")
    return settle(attempt.id)
