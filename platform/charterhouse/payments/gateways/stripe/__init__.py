"""The Stripe gateway. Nothing outside this package imports `stripe`."""

from charterhouse.payments.gateways.stripe.gateway import (
    API_VERSION,
    StripeGateway,
    StripeSettings,
)
from charterhouse.payments.gateways.stripe.transport import SandboxHTTPClient

__all__ = ["API_VERSION", "SandboxHTTPClient", "StripeGateway", "StripeSettings"]
