"""How the real client reaches a sandbox in the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import stripe
from werkzeug.test import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

FAULT_HEADER = "X-Sandbox-Fault"


class SandboxHTTPClient(stripe.HTTPClient):
    """The client's way out, led into a WSGI application instead of a socket.

    Everything above it (encoding, headers, retries, errors) is the real client.

    Args:
        app: The application that answers, usually `sandbox.make_app(state)`.
    """

    name = "sandbox"

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__()
        self._app = app

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send one request.

        Raises:
            stripe.APIConnectionError: The sandbox was told to let the call time out.
        """
        answer = Client(self._app).open(
            url, method=method.upper(), headers=dict(headers or {}), data=post_data
        )
        if answer.headers.get(FAULT_HEADER) == "timeout":
            raise _timed_out()
        # Werkzeug's headers find names in any case, as the client expects, but are no Mapping.
        return (
            answer.get_data(as_text=True),
            answer.status_code,
            cast("Mapping[str, str]", answer.headers),
        )

    def close(self) -> None:
        """Nothing is held open."""


def _timed_out() -> Exception:
    made: Callable[..., Exception] = stripe.APIConnectionError
    return made("The sandbox did not answer in time.", should_retry=True)
