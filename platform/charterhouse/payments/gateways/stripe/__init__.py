"""The Stripe gateway. Nothing outside this package imports `stripe`."""

from charterhouse.payments.gateways.stripe.gateway import (
    API_VERSION,
    LIVE_BASE,
    StripeGateway,
    StripeSettings,
)
from charterhouse.payments.gateways.stripe.transport import SandboxHTTPClient

__all__ = ["API_VERSION", "LIVE_BASE", "SandboxHTTPClient", "StripeGateway", "StripeSettings"]
