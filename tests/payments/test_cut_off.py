"""The gateway is cut off in the middle of a payment, and comes back."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from charterhouse.desk.verifying import verify_tenant
from charterhouse.payments import attempts
from charterhouse.payments.gateways.errors import GatewayError
from charterhouse.payments.sandbox import SandboxState, Server
from charterhouse.payments.settle import settle
from charterhouse.payments.sweeper import sweep


def _pay(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request(
        "POST", parts.path, urlencode({"action": "pay", "method": "alipay"}), headers
    )
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_payment_outlives_a_gateway_that_is_away(shops: Any, tmp_path: Path) -> None:
    kept = tmp_path / "sandbox.db"
    sandbox = Server(SandboxState(kept)).start()
    port = urlsplit(sandbox.url).port or 0
    shop = shops.Shop(tmp_path / "house", api_base=sandbox.url)
    with shop.open():
        ref = shop.applicant()
        attempt = shop.begin(ref)
        assert attempt.url is not None
        assert _pay(attempt.url) == 303
        sandbox.stop()

        # Paid there, and nobody here can know.
        with pytest.raises(GatewayError):
            settle(attempt.id)
        sweep(shop.tenant)
        assert attempts.get_attempt(attempt.id).state == "open"
        assert (shop.paid_events(), shop.in_tills()) == (0, 0)
        assert verify_tenant(shop.tenant).differences == []
        # Who asks for a page meanwhile gets none, and owes what was owed.
        other = shop.applicant()
        with pytest.raises(GatewayError):
            shop.begin(other)
        assert verify_tenant(shop.tenant).differences == []

        sandbox = Server(SandboxState(kept), port=port).start()
        try:
            for _ in range(3):
                assert settle(attempt.id).state == "paid"
            assert (shop.paid_events(), shop.in_tills()) == (1, 1000)
            assert shop.begin(other).state == "open"
            assert verify_tenant(shop.tenant).differences == []
        finally:
            sandbox.stop()
    shop.close()
