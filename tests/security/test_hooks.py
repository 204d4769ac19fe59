"""Notices of payment: only the gateway's signature is believed, once, for one institution."""

from __future__ import annotations

import hmac
import json
import time
from hashlib import sha256
from typing import Any

import pytest

SECRET = "whsec_of_nobody"


def notice(event: str = "evt_1", session: str = "cs_east") -> bytes:
    body = {
        "id": event, "object": "event", "type": "checkout.session.completed", "api_version": "2025-01-01",
        "created": 1, "livemode": False, "pending_webhooks": 1, "request": None,
        "data": {"object": {"id": session, "object": "checkout.session", "payment_status": "paid"}},
    }  # fmt: skip
    return json.dumps(body).encode()


def signed(raw: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    moment = int(time.time()) - age
    mark = hmac.new(secret.encode(), f"{moment}.".encode() + raw, sha256).hexdigest()
    return f"t={moment},v1={mark}"


def send(world: Any, raw: bytes, signature: str | None, house: Any = None, prefix: str = "") -> Any:
    head = {} if signature is None else {"Stripe-Signature": signature}
    key = (house or world.east).tenant.key
    return world.app.test_client().post(f"{prefix}/hooks/stripe/{key}", data=raw, headers=head)


@pytest.mark.parametrize("forge", [
    lambda _: None,
    lambda _: "",
    lambda _: "t=1,v1=00",
    lambda raw: signed(raw, secret="whsec_of_somebody"),
    lambda raw: signed(raw, age=3600),
    lambda raw: signed(raw + b" "),
    lambda raw: signed(raw).replace("v1=", "v0="),
    lambda _: "x" * 5000,
])  # fmt: skip
def test_a_forged_notice_leaves_nothing(shared: Any, forge: Any) -> None:
    raw = notice()
    with shared.untouched():
        answer = send(shared, raw, forge(raw))
    assert answer.status_code == 400
    assert answer.json["code"]


def test_a_notice_of_nobody_or_too_large_leaves_nothing(shared: Any) -> None:
    raw = notice()
    with shared.untouched():
        assert shared.app.test_client().post("/hooks/stripe/nobody", data=raw).status_code == 404
        large = b"x" * 2_000_000
        assert send(shared, large, signed(large)).status_code == 413


def test_a_signed_notice_alone_pays_nothing_and_a_repeated_one_is_known(world: Any) -> None:
    """The gateway is asked; here it does not answer, so that nothing is booked."""
    raw = notice()
    before = world.state(world.east)
    with world.untouched(world.west):
        first, again = (send(world, raw, signed(raw)) for _ in range(2))
    after = world.state(world.east)

    assert (first.json["known"], again.json["known"]) == (False, True)
    assert {name for name in after if after[name] != before[name]} == {"gateway_event"}


@pytest.mark.parametrize("prefix", ["/t/west", ""])
def test_a_notice_reaches_the_institution_of_its_address_only(world: Any, prefix: str) -> None:
    raw = notice("evt_2", "cs_west")
    with world.untouched(world.west):
        answer = send(world, raw, signed(raw), prefix=prefix)
    assert answer.status_code == 200
