"""Errors in the shape of the API (docs.stripe.com/api/errors)."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer of the API other than success.

    Args:
        message: What is wrong and what to do.
        status: The HTTP status.
        type: `invalid_request_error`, `idempotency_error`, `card_error` or `api_error`.
        code: Stable machine code, None where the API gives none.
        param: The parameter at fault, written as in a form: `line_items[0][quantity]`.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 - the API's own word
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param

    def body(self) -> dict[str, Any]:
        """Build the envelope. Absent parts are left out, as the API does."""
        parts = {
            "code": self.code,
            "doc_url": self.code and f"https://docs.stripe.com/error-codes#{self.code}",
            "message": self.message,
            "param": self.param,
            "type": self.type,
        }
        return {"error": {name: part for name, part in parts.items() if part is not None}}


def no_such(kind: str, object_id: str, param: str, *, status: int = 404) -> ApiError:
    """Say that this account has no such object.

    Args:
        kind: The object's kind.
        object_id: What was asked for.
        param: Where it was asked for.
        status: 404 for the call's own subject, 400 for a reference inside a request.
    """
    return ApiError(
        f"There is no {kind} {object_id!r} on this account.",
        status=status,
        code="resource_missing",
        param=param,
    )
