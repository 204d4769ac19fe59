"""The way of an API call: who asks, what for, whether it was asked before, the answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response

from charterhouse.payments.sandbox import forms, ticks
from charterhouse.payments.sandbox.checks import check
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.expand import expand
from charterhouse.payments.sandbox.ids import new_id
from charterhouse.payments.sandbox.methods import DAY
from charterhouse.payments.sandbox.routes import find
from charterhouse.payments.sandbox.state import API_VERSION, PLATFORM
from charterhouse.payments.sandbox.store import JSON

if TYPE_CHECKING:
    from flask import Request

    from charterhouse.payments.sandbox.routes import Route
    from charterhouse.payments.sandbox.state import SandboxState

FAULT_HEADER = "X-Sandbox-Fault"
KIND = "idempotency_record"
Answer = tuple[int, JSON]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One checked call. `key` is empty where idempotency keys mean nothing."""

    account: str
    path: str
    route: Route
    object_id: str
    params: dict[str, Any]
    request_id: str
    key: str

    def print(self) -> str:
        """Compute what tells this call from another under the same key."""
        text = json.dumps([self.path, self.params], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def respond(state: SandboxState, request: Request, path: str) -> Response:
    """Answer one call of the API.

    Args:
        state: The sandbox.
        request: The call.
        path: What follows `/v1/`.
    """
    request_id = new_id("request", length=14)
    headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
    try:
        account = _account(state, request)
        _check_version(request)
        ticks.tick(state)
        asked = _asked(request, path, account, request_id)
        status, body = _answer(state, asked, headers)
    except ApiError as error:
        status, body = error.status, error.body()
    return _with_faults(state, request, status, body, headers)


def authenticate(state: SandboxState, request: Request) -> None:
    """Accept the one test key, as bearer or as basic user name (docs.stripe.com/api/authentication).

    Raises:
        ApiError: 401, in the API's shape.
    """
    key = _key(request)
    if key == state.api_key:
        return
    if not key:
        message = "Send the secret key: Authorization: Bearer sk_test_…"
    elif "_live_" in key:
        message = "This is a sandbox. Never send it a live key; roll that key now."
    else:
        # Enough to recognise the key by, not enough to use it.
        message = f"This is not the sandbox's key: {key[:8]}…{key[-4:]}"
    raise ApiError(message, status=401)


def _asked(request: Request, path: str, account: str, request_id: str) -> Asked:
    route, object_id = find(request.method, path)
    source = request.form if request.method == "POST" else request.args
    return Asked(
        account=account,
        path=path,
        route=route,
        object_id=object_id,
        params=check(route.shape, forms.nested(source.items(multi=True))),
        request_id=request_id,
        key=request.headers.get("Idempotency-Key", "") if request.method == "POST" else "",
    )


def _key(request: Request) -> str:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _account(state: SandboxState, request: Request) -> str:
    """Find whose objects the call is about (docs.stripe.com/connect/authentication)."""
    authenticate(state, request)
    account = request.headers.get("Stripe-Account", PLATFORM)
    if account != PLATFORM and state.account(account) is None:
        raise ApiError(
            f"The key has no access to account {account!r}, or there is no such account.",
            status=403,
            code="account_invalid",
        )
    return account


def _check_version(request: Request) -> None:
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        raise ApiError(f"The sandbox models API version {API_VERSION}, not {version}.")


def _answer(state: SandboxState, asked: Asked, headers: dict[str, str]) -> Answer:
    """Do the call once per key (docs.stripe.com/api/idempotent_requests).

    Keys belong to an account. The first answer is kept, refusals included, unless the
    parameters were already unusable. The same key with other parameters is an error; the
    same key while the first call still runs is a conflict.
    """
    if not asked.key:
        return _run(state, asked)
    if len(asked.key) > 255:
        raise ApiError("An idempotency key has at most 255 characters.")
    headers["Idempotency-Key"] = asked.key
    with state.running(asked.account, asked.key) as free:
        if not free:
            raise ApiError(
                "A call with this idempotency key is still running.",
                status=409,
                type="idempotency_error",
                code="idempotency_key_in_use",
            )
        kept = state.store.get(asked.account, KIND, asked.key)
        return _replay(kept, asked, headers) if kept else _run(state, asked)


def _replay(kept: JSON, asked: Asked, headers: dict[str, str]) -> Answer:
    if kept["print"] != asked.print():
        raise ApiError(
            f"The idempotency key {asked.key!r} was used before with other parameters.",
            type="idempotency_error",
        )
    headers["Idempotent-Replayed"] = "true"
    return kept["status"], kept["body"]


def _run(state: SandboxState, asked: Asked) -> Answer:
    """Do the call; its effect and the record of its answer are kept together."""
    try:
        with state.change(
            asked.account, request_id=asked.request_id, idempotency_key=asked.key or None
        ) as call:
            body = asked.route.act(call, asked.object_id, asked.params)
            body = expand(call, body, asked.params.get("expand", []))
            _keep(state, asked, (200, body))
    except ApiError as error:
        _keep(state, asked, (error.status, error.body()))
        return error.status, error.body()
    return 200, body


def _keep(state: SandboxState, asked: Asked, answer: Answer) -> None:
    if asked.key:
        record: JSON = {"id": asked.key, "object": KIND, "print": asked.print()}
        record |= {"status": answer[0], "body": answer[1], "_due": state.clock.now() + DAY}
        state.store.put(asked.account, record)


def _with_faults(
    state: SandboxState, request: Request, status: int, body: JSON, headers: dict[str, str]
) -> Response:
    """Lose or spoil the answer of a call that had its effect.

    The loss is on the way back, so a repetition with the same key finds the true answer
    (docs.stripe.com/error-low-level#idempotency).
    """
    if request.method == "POST" and status == 200:
        if state.use_up("timeout_after_commit"):
            return Response(status=504, headers=headers | {FAULT_HEADER: "timeout"})
        if state.use_up("error_after_commit"):
            error = ApiError("Something went wrong on the way back.", status=500, type="api_error")
            status, body = error.status, error.body()
    return Response(
        json.dumps(body, ensure_ascii=False), status, headers, content_type="application/json"
    )
