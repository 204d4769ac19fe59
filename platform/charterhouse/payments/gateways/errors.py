"""The one family of errors that gateways raise."""

from __future__ import annotations


class GatewayError(Exception):
    """Base of everything a gateway raises.

    Args:
        message: A sentence that may be shown to staff: no personal data, no keys.
        code: Stable machine code; the class's own when omitted.
        field: The input that caused it.
        gateway_code: The gateway's own code, for logs.
        request_id: The gateway's own id of the call, for logs and its support.

    Attributes:
        retryable: Whether repeating the call with the same idempotency key can help.
    """

    code = "gateway_error"
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        gateway_code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.gateway_code = gateway_code
        self.request_id = request_id


class GatewayRequestError(GatewayError):
    """What we asked for is unusable, found before or by the gateway."""

    code = "gateway_request"


class GatewayRefusedError(GatewayError):
    """The gateway understood and said no (already refunded, beyond the amount …)."""

    code = "gateway_refused"


class PaymentUnknownError(GatewayError):
    """The gateway has no such object on this account."""

    code = "payment_unknown"


class GatewayUnavailableError(GatewayError):
    """No usable answer: the call may or may not have had its effect."""

    code = "gateway_unavailable"
    retryable = True


class GatewayCredentialsError(GatewayError):
    """The gateway does not accept our key, or the key may not act on this account."""

    code = "gateway_credentials"


class IdempotencyMismatchError(GatewayError):
    """The idempotency key was used before for another request."""

    code = "idempotency_mismatch"


class WebhookSignatureError(GatewayError):
    """A notice that the gateway did not sign, or that is too old."""

    code = "webhook_signature"


class ApproverMissingError(GatewayError):
    """An amount this large needs a second person."""

    code = "approver_missing"
