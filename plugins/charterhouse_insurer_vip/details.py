"""What is told with the requests of insurers' VIP programmes, and in which form."""

from __future__ import annotations

from charterhouse.kernel.clauses.service_details import Detail

PLACES = ("mainland", "hong-kong", "macau", "taiwan", "abroad")
_HOME, _BOTH = ("domestic-rescue",), ("domestic-rescue", "international-rescue")

POLICY = (Detail("policy", "policy"),)
"""Which of several policies serves, in every programme."""


def _trip(*services: str) -> tuple[Detail, ...]:
    """Where and how far away it happened, and who secures the payment."""
    return (
        Detail("place", "choice", services=services, among=PLACES),
        Detail("distance_km", "number", services=_HOME),
        Detail("trip_started", "day", services=_HOME),
        Detail(
            "payment_security", "choice", services=services, when={"item": ("cost-guarantee",)},
            required=True,
        ),
    )  # fmt: skip


SILVER = (*POLICY, Detail("item", "choice", services=_HOME, required=True), *_trip(*_HOME))

FIVE_TIER = (
    *POLICY,
    Detail("item", "choice", services=_BOTH, required=True),
    *_trip(*_BOTH),
    Detail("child_born", "day", services=_HOME, when={"item": ("child-return",)}, required=True),
    Detail("admitted_on", "day", services=_BOTH, when={"item": ("relative-visit",)}, required=True),
)

__all__ = ["FIVE_TIER", "POLICY", "SILVER"]
