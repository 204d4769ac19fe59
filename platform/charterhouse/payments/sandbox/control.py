"""The control desk: switches, clock and set-up over HTTP, for demonstrations and browser tests.

Every call needs the sandbox's key and a JSON body, so that no page in a browser can
reach it by a form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from charterhouse.payments.sandbox.api import authenticate
from charterhouse.payments.sandbox.errors import ApiError
from charterhouse.payments.sandbox.state import PLATFORM
from charterhouse.payments.sandbox.ticks import tick

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from charterhouse.payments.sandbox.state import SandboxState
    from charterhouse.payments.sandbox.store import JSON


def blueprint(state: SandboxState) -> Blueprint:
    """Make the routes under `/_sandbox`."""
    desk = Blueprint("control", __name__, url_prefix="/_sandbox")

    @desk.before_request
    def check() -> None:
        authenticate(state, request)
        if request.method == "POST" and not isinstance(request.get_json(silent=True), dict):
            raise ApiError("Send a JSON object.", status=415)

    @desk.errorhandler(ApiError)
    def refuse(error: ApiError) -> tuple[Response, int]:
        return jsonify(error.body()), error.status

    desk.add_url_rule("/", "show", lambda: jsonify(show(state)))
    for name, act in (
        ("faults", faults),
        ("clock", clock),
        ("accounts", accounts),
        ("endpoints", endpoints),
    ):
        desk.add_url_rule(f"/{name}", name, _answering(state, act), methods=["POST"])
    return desk


def show(state: SandboxState) -> JSON:
    """Tell the time and the switches."""
    return {"now": state.clock.now(), "faults": state.faults.to_json()}


def faults(state: SandboxState, given: JSON) -> JSON:
    """Set the switches; those not named are off."""
    try:
        return state.set_faults(**given).to_json()
    except ValueError as error:
        raise ApiError(str(error), param="faults") from error


def clock(state: SandboxState, given: JSON) -> JSON:
    """Put the clock forward by `advance` seconds."""
    seconds = _field(given, "advance", int)
    if seconds < 0:
        raise ApiError("The clock only goes forward.", param="advance")
    now = state.put_clock_forward(seconds)
    return {"now": now, "done": tick(state)}


def accounts(state: SandboxState, given: JSON) -> JSON:
    """Connect the account `id`, shown to payers as `name`."""
    account, name = _field(given, "id", str), _field(given, "name", str)
    state.add_account(account, name)
    return {"id": account, "name": name}


def endpoints(state: SandboxState, given: JSON) -> JSON:
    """Send notices to `url`, signed with `secret`, of `account` or of all if `connect`."""
    return state.add_endpoint(
        _field(given, "url", str),
        secret=given.get("secret"),
        account=given.get("account", PLATFORM),
        connect=bool(given.get("connect", False)),
    )


def _answering(
    state: SandboxState, act: Callable[[SandboxState, JSON], JSON]
) -> Callable[[], Response]:
    return lambda: jsonify(act(state, request.get_json()))


def _field(given: JSON, name: str, kind: type) -> Any:
    value = given.get(name)
    if type(value) is not kind:
        raise ApiError(f"Give {name} as {kind.__name__}.", param=name)
    return value
