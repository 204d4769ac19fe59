"""Hosted checkout, refunds and notices by way of Stripe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import stripe

from charterhouse.payments.gateways.base import Checkout
from charterhouse.payments.gateways.errors import WebhookSignatureError
from charterhouse.payments.gateways.stripe import reading
from charterhouse.payments.gateways.stripe.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe import RequestOptions
    from stripe.params.checkout import SessionCreateParams

    from charterhouse.config import Config
    from charterhouse.payments.gateways.base import (
        CheckoutRequest,
        GatewayEvent,
        Movement,
        PaymentState,
        RefundRequest,
        RefundState,
    )

API_VERSION = "2026-10-28.endive"
LIVE_BASE = "https://api.stripe.com"
PAYMENT_PARTS = ["latest_charge", "latest_charge.balance_transaction"]
SESSION_PARTS = ["payment_intent", *(f"payment_intent.{part}" for part in PAYMENT_PARTS)]


@dataclass(frozen=True, kw_only=True)
class StripeSettings:
    """Where and as whom to speak.

    Args:
        api_key: The platform's key; acting for a connected account is said per call.
        webhook_secrets: Signing secrets, any of which will do, so that they can be
            rotated.
        api_base: Address of the API: the live one, or a sandbox.
        timeout: Seconds to wait for an answer.
        max_retries: How often the client repeats by itself, with the same key.
        webhook_tolerance: Seconds for which a signed notice is fresh.
    """

    api_key: str
    webhook_secrets: tuple[str, ...] = ()
    api_base: str = LIVE_BASE
    timeout: float = 20.0
    max_retries: int = 2
    webhook_tolerance: int = 300

    @classmethod
    def from_config(cls, config: Config) -> Self | None:
        """Read the installation's configuration; None when it has no key.

        `stripe_webhook_secret` may hold several secrets separated by commas.
        """
        if not config.stripe_key:
            return None
        secrets = (part.strip() for part in config.stripe_webhook_secret.split(","))
        return cls(
            api_key=config.stripe_key,
            webhook_secrets=tuple(part for part in secrets if part),
            api_base=config.stripe_api_base or LIVE_BASE,
        )

    def __repr__(self) -> str:
        """Keep keys and secrets out of logs."""
        return f"StripeSettings(api_base={self.api_base!r})"


class StripeGateway:
    """The real client, pinned to one API version.

    Neither the session nor the payment names payment methods: which of them a payer is
    offered is the account's own configuration.

    Args:
        settings: Where and as whom to speak.
        http_client: Another way out for the client (a sandbox in the same process).
    """

    name = "stripe"

    def __init__(
        self, settings: StripeSettings, http_client: stripe.HTTPClient | None = None
    ) -> None:
        # The client would otherwise tell the gateway our operating system and timings.
        stripe.enable_telemetry = False
        self._settings = settings
        self._client = stripe.StripeClient(
            settings.api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": settings.api_base},
            max_network_retries=settings.max_retries,
            http_client=http_client or stripe.RequestsClient(timeout=settings.timeout),
        )

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a hosted page (`Gateway.create_checkout`)."""
        with translated():
            session = self._client.v1.checkout.sessions.create(
                _session_params(request), _options(request.account, request.idempotency_key)
            )
        return Checkout(
            session_id=session.id,
            url=session.url or "",
            expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        )

    def retrieve(self, session_id: str, *, account: str | None = None) -> PaymentState:
        """Ask for a session and the payment behind it (`Gateway.retrieve`)."""
        with translated():
            session = self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": SESSION_PARTS}, _options(account)
            )
        return reading.session_state(session.to_dict(), account)

    def retrieve_payment(self, payment_id: str, *, account: str | None = None) -> PaymentState:
        """Ask for a payment by its own id (`Gateway.retrieve_payment`)."""
        with translated():
            intent = self._client.v1.payment_intents.retrieve(
                payment_id, {"expand": PAYMENT_PARTS}, _options(account)
            )
        return reading.intent_state(intent.to_dict(), account)

    def expire(self, session_id: str, *, account: str | None = None) -> PaymentState:
        """Close a hosted page (`Gateway.expire`).

        A session that was paid a moment before cannot be closed; its state is the
        answer then, and the caller sees `paid`.
        """
        try:
            self._client.v1.checkout.sessions.expire(session_id, {}, _options(account))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                with translated():
                    raise
        except stripe.StripeError:
            with translated():
                raise
        return self.retrieve(session_id, account=account)

    def refund(self, request: RefundRequest) -> RefundState:
        """Ask for a refund (`Gateway.refund`)."""
        with translated():
            refund = self._client.v1.refunds.create(
                {
                    "payment_intent": request.payment_id,
                    "amount": request.amount,
                    "reason": request.reason,
                    "metadata": {"reference": request.reference},
                },
                _options(request.account, request.idempotency_key),
            )
        return reading.refund_state(refund.to_dict(), request.account)

    def retrieve_refund(self, refund_id: str, *, account: str | None = None) -> RefundState:
        """Ask for a refund (`Gateway.retrieve_refund`)."""
        with translated():
            refund = self._client.v1.refunds.retrieve(refund_id, {}, _options(account))
        return reading.refund_state(refund.to_dict(), account)

    def movements(
        self, since: datetime, until: datetime, *, account: str | None = None
    ) -> Iterator[Movement]:
        """List the balance transactions of a time (`Gateway.movements`)."""
        with translated():
            page = self._client.v1.balance_transactions.list(
                {
                    "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
                    "limit": 100,
                    "expand": ["data.source"],
                },
                _options(account),
            )
            for line in page.auto_paging_iter():
                yield reading.movement(line.to_dict(), account)

    def parse_webhook(self, raw: bytes, signature: str | None) -> GatewayEvent:
        """Verify and read a notice (`Gateway.parse_webhook`).

        Raises:
            WebhookSignatureError: No secret fits or the notice is stale; with the code
                `webhook_unreadable`, it is signed but no event.
        """
        for secret in self._settings.webhook_secrets:
            try:
                stripe.WebhookSignature.verify_header(
                    raw, signature, secret, self._settings.webhook_tolerance
                )
            except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
                # The client compares texts, and stumbles over bytes and signatures that are none.
                continue
            return _event(raw)
        raise WebhookSignatureError("The notice is not signed with our secret, or is too old.")


def _options(account: str | None, key: str | None = None) -> RequestOptions:
    options: RequestOptions = {}
    if account:
        options["stripe_account"] = account
    if key:
        options["idempotency_key"] = key
    return options


def _session_params(request: CheckoutRequest) -> SessionCreateParams:
    reference = {"reference": request.reference}
    return {
        "mode": "payment",
        "client_reference_id": request.reference,
        "metadata": reference,
        # The payment outlives the session in the gateway's book, so it carries the
        # reference too.
        "payment_intent_data": {"metadata": reference},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency,
                    "unit_amount": request.amount,
                    "product_data": {"name": request.title},
                },
            }
        ],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "locale": request.locale,
    }


def _event(raw: bytes) -> GatewayEvent:
    try:
        return reading.event(json.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookSignatureError(
            "The signed notice is not an event of this gateway.", code="webhook_unreadable"
        ) from error
