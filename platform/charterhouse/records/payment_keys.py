"""Keys of the events by which money that came through a gateway enters the ledger, or leaves it.

They name the payment itself, so that news which comes twice is booked once.
"""

from __future__ import annotations

__all__ = ["refunded_key", "settled_key"]


def settled_key(gateway: str, account: str, payment_id: str | None) -> str:
    """The key of the event that books a payment."""
    return f"{gateway}:{account}:{payment_id}:settled"


def refunded_key(gateway: str, account: str, payment_id: str | None) -> str:
    """The key of the event that takes a booked payment back."""
    return f"{gateway}:{account}:{payment_id}:refunded"
