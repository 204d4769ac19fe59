"""Which gateway takes a tenant's money, and on whose account."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from charterhouse.config import Config
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import keep_fact, read_fact
from charterhouse.payments.gateways.base import Gateway
from charterhouse.payments.gateways.measured import Measured
from charterhouse.payments.gateways.stripe import LIVE_BASE, StripeGateway, StripeSettings
from charterhouse.tenancy.scope import current_tenant

PAYMENTS = "payments"

_gateways: dict[StripeSettings, Gateway] = {}
_lock = threading.Lock()


class NoGatewayError(DeskError):
    """This institution takes no payments online."""

    code = "payments_off"
    status = 409


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who is paid: a gateway, and the account of the legal entity there ("" for the platform's)."""

    gateway: Gateway
    account: str = ""

    @property
    def at(self) -> str | None:
        """The account as gateways want it."""
        return self.account or None


@dataclass(frozen=True, slots=True)
class PaymentState:
    """How members' online payments stand; nothing of it is secret.

    Attributes:
        gateway: its name; "" when members cannot pay online.
        mode: `off`, `sandbox` (a gateway to try things out with), `test` or `live`.
        account: id of the legal entity's account at the gateway; "" for the platform's.
        noticed: whether the gateway can tell of payments by itself.
    """

    gateway: str = ""
    mode: str = "off"
    account: str = ""
    noticed: bool = False


def payment_state() -> PaymentState:
    """How online payments stand for the tenant in scope."""
    found = find_merchant()
    settings = StripeSettings.from_config(current_tenant().installation.config)
    if found is None or settings is None:
        return PaymentState()
    real = settings.api_base == LIVE_BASE
    mode = "sandbox" if not real else "live" if "_live_" in settings.api_key else "test"
    return PaymentState(found.gateway.name, mode, found.account, bool(settings.webhook_secrets))


def use_gateway(config: Config, gateway: Gateway) -> None:
    """Serve installations of this configuration with a gateway made elsewhere.

    A sandbox in the same process is reached in this way.
    """
    settings = StripeSettings.from_config(config)
    if settings is not None:
        with _lock:
            _gateways[settings] = gateway


def find_merchant() -> Merchant | None:
    """The merchant of the tenant in scope; None when it takes no payments online."""
    settings = StripeSettings.from_config(current_tenant().installation.config)
    chosen = read_fact(PAYMENTS) or {}
    if settings is None or chosen.get("gateway", StripeGateway.name) != StripeGateway.name:
        return None
    with _lock:
        found = _gateways.get(settings)
        if found is None:
            found = _gateways[settings] = StripeGateway(settings)
    return Merchant(Measured(found), str(chosen.get("account", "")))


def merchant() -> Merchant:
    """The merchant of the tenant in scope.

    Raises:
        NoGatewayError: it takes no payments online.
    """
    found = find_merchant()
    if found is None:
        raise NoGatewayError("this institution takes no payments online: pay at the service desk")
    return found


def choose_merchant(*, gateway: str = StripeGateway.name, account: str = "") -> bool:
    """Set the gateway ("" for none) and the account of the tenant in scope.

    Raises:
        DeskError: there is no such gateway.
    """
    if gateway not in ("", StripeGateway.name):
        raise DeskError("there is no such gateway", field="gateway")
    return keep_fact(PAYMENTS, {"gateway": gateway, "account": account})
