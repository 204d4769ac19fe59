"""A gateway of which every call is counted and timed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from charterhouse.metrics import gateway_call
from charterhouse.payments.gateways.base import (
    Checkout,
    CheckoutRequest,
    Gateway,
    GatewayEvent,
    Movement,
    PaymentState,
    RefundRequest,
    RefundState,
)

__all__ = ["Measured"]


class Measured:
    """See `Gateway`.

    Args:
        gateway: which does what is asked.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def name(self) -> str:
        """See `Gateway`."""
        return self._gateway.name

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """See `Gateway`."""
        with gateway_call(self.name, "create_checkout"):
            return self._gateway.create_checkout(request)

    def retrieve(self, session_id: str, *, account: str | None = None) -> PaymentState:
        """See `Gateway`."""
        with gateway_call(self.name, "retrieve"):
            return self._gateway.retrieve(session_id, account=account)

    def retrieve_payment(self, payment_id: str, *, account: str | None = None) -> PaymentState:
        """See `Gateway`."""
        with gateway_call(self.name, "retrieve_payment"):
            return self._gateway.retrieve_payment(payment_id, account=account)

    def expire(self, session_id: str, *, account: str | None = None) -> PaymentState:
        """See `Gateway`."""
        with gateway_call(self.name, "expire"):
            return self._gateway.expire(session_id, account=account)

    def refund(self, request: RefundRequest) -> RefundState:
        """See `Gateway`."""
        with gateway_call(self.name, "refund"):
            return self._gateway.refund(request)

    def retrieve_refund(self, refund_id: str, *, account: str | None = None) -> RefundState:
        """See `Gateway`."""
        with gateway_call(self.name, "retrieve_refund"):
            return self._gateway.retrieve_refund(refund_id, account=account)

    def movements(
        self, since: datetime, until: datetime, *, account: str | None = None
    ) -> Iterator[Movement]:
        """See `Gateway`."""
        with gateway_call(self.name, "movements"):
            yield from self._gateway.movements(since, until, account=account)

    def parse_webhook(self, raw: bytes, signature: str | None) -> GatewayEvent:
        """See `Gateway`."""
        with gateway_call(self.name, "parse_webhook"):
            return self._gateway.parse_webhook(raw, signature)
