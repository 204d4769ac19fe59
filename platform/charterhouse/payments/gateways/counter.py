"""Money taken and given at the counter.

Nothing is asked of anybody outside: a member of staff holds the money already. What this
gateway adds is the record's discipline: a known kind, a drawer, a slip number where a
machine or a bank issues one, and a second pair of eyes for large amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charterhouse.desk.terms import METHODS
from charterhouse.payments.gateways.base import PaymentState, RefundState
from charterhouse.payments.gateways.errors import ApproverMissingError, GatewayRequestError

if TYPE_CHECKING:
    from datetime import datetime

    from charterhouse.payments.gateways.base import Payout, Tender

KINDS = frozenset(METHODS)
SLIP_KINDS = KINDS - {"cash"}


@dataclass(frozen=True, kw_only=True)
class Counter:
    """The counter gateway.

    Args:
        take_limit: From how many fen on a receipt needs a second approver, exclusive.
        give_limit: The same for money given back.
        name: The word by which orders name this gateway.
    """

    take_limit: int = 500_000
    give_limit: int = 50_000
    name: str = "counter"

    def take(self, tender: Tender) -> PaymentState:
        """Record money taken.

        The receipt is made from drawer, day and reference, so that recording the same
        attempt again yields the same receipt and not a second payment.

        Raises:
            GatewayRequestError: A field is unusable; `field` names it.
            ApproverMissingError: The amount needs a second person.
        """
        _check(tender.amount, tender.kind, tender.drawer, tender.cashier, tender.taken_at)
        if tender.kind in SLIP_KINDS and not (tender.slip or "").strip():
            raise GatewayRequestError(
                "Enter the number printed on the slip or advice.", code="slip_missing", field="slip"
            )
        _second_person(tender.amount, self.take_limit, tender.cashier, tender.approver)
        return PaymentState(
            status="paid",
            amount=tender.amount,
            received=tender.amount,
            currency=tender.currency,
            reference=tender.reference,
            payment_id=_receipt("R", tender.drawer, tender.taken_at, tender.reference),
            method=tender.kind,
            paid_at=tender.taken_at,
            fee=0,
        )

    def give(self, payout: Payout) -> RefundState:
        """Record money given back.

        Raises:
            GatewayRequestError: A field is unusable; `field` names it.
            ApproverMissingError: The amount needs a second person.
        """
        _check(payout.amount, payout.kind, payout.drawer, payout.cashier, payout.given_at)
        _second_person(payout.amount, self.give_limit, payout.cashier, payout.approver)
        return RefundState(
            refund_id=_receipt("P", payout.drawer, payout.given_at, payout.reference),
            status="succeeded",
            amount=payout.amount,
            currency=payout.currency,
            payment_id=payout.payment_id,
            reference=payout.reference,
        )


def _check(amount: int, kind: str, drawer: str, cashier: str, at: datetime) -> None:
    problems = (
        (amount > 0, "amount", "Enter an amount above zero (in fen)."),
        (kind in KINDS, "kind", f"Choose one of {', '.join(sorted(KINDS))}."),
        (bool(drawer.strip()), "drawer", "Name the drawer or terminal that holds the money."),
        (bool(cashier.strip()), "cashier", "Say who handled the money."),
        (at.tzinfo is not None, "at", "Give the time with a time zone."),
    )
    for fine, name, message in problems:
        if not fine:
            raise GatewayRequestError(message, code=f"{name}_invalid", field=name)


def _second_person(amount: int, limit: int, cashier: str, approver: str | None) -> None:
    if amount > limit and (not approver or approver == cashier):
        raise ApproverMissingError(
            f"Amounts above {limit} fen need a second person other than the cashier.",
            field="approver",
        )


def _receipt(letter: str, drawer: str, at: datetime, reference: str) -> str:
    return f"{letter}-{drawer.strip()}-{at:%Y%m%d}-{reference}"
