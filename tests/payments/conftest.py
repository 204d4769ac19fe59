"""A sandbox in memory, the real client in front of it, and an inbox behind it."""

from __future__ import annotations

import importlib.util
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from charterhouse.payments.gateways.stripe import SandboxHTTPClient
from charterhouse.payments.sandbox import DEFAULT_KEY, SandboxState, make_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from charterhouse.databases import Databases

ACCOUNT = "acct_1QnorthClinic01"
OTHER_ACCOUNT = "acct_1QsouthClinic02"


@dataclass
class Inbox:
    """Takes notices and remembers them; answers the statuses lined up in `answers` first."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    on_notice: Callable[[dict[str, Any]], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        with self.lock:
            self.bodies.append(json.loads(body))
            self.headers.append(headers)
            self.raw.append(body)
            status = self.answers.pop(0) if self.answers else 200
        if self.on_notice:
            self.on_notice(json.loads(body))
        return status

    @property
    def types(self) -> list[str]:
        return [body["type"] for body in self.bodies]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def state(inbox: Inbox) -> Iterator[SandboxState]:
    state = SandboxState(sender=inbox, retry_delays=(0.01, 0.02))
    state.add_account(ACCOUNT, "North clinic")
    state.add_account(OTHER_ACCOUNT, "South clinic")
    yield state
    state.close()


@pytest.fixture
def app(state: SandboxState) -> Flask:
    return make_app(state)


@pytest.fixture
def client(app: Flask) -> stripe.StripeClient:
    return stripe.StripeClient(
        DEFAULT_KEY, http_client=SandboxHTTPClient(app), max_network_retries=0
    )


@pytest.fixture
def browser(app: Flask) -> Any:
    return app.test_client()


@pytest.fixture
def session_params(state: SandboxState) -> dict[str, Any]:
    return {
        "mode": "payment",
        "client_reference_id": "4711",
        "metadata": {"reference": "4711"},
        "payment_intent_data": {"metadata": {"reference": "4711"}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "cny",
                    "unit_amount": 19_900,
                    "product_data": {"name": "Membership service"},
                },
            }
        ],
        "success_url": "https://north.example/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://north.example/back",
        "expires_at": state.clock.now() + 1_900,
    }


@pytest.fixture
def create(
    client: stripe.StripeClient, session_params: dict[str, Any]
) -> Callable[..., stripe.checkout.Session]:
    def make(**options: Any) -> stripe.checkout.Session:
        return client.v1.checkout.sessions.create(session_params, options)

    return make


@pytest.fixture
def act(browser: Any) -> Callable[..., Any]:
    """Do something on a hosted page, as the payer."""

    def post(session_id: str, action: str = "pay", method: str = "alipay", card: str = "") -> Any:
        form = {"action": action, "method": method, "card": card}
        return browser.post(f"/pay/{session_id}", data=form)

    return post


def _load_shops() -> Any:
    path = Path(__file__).parent / "shop.py"
    spec = importlib.util.spec_from_file_location("payment_shops", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="shops")
def _shops() -> Any:
    """The module with shops of every kind."""
    return _load_shops()


@pytest.fixture(name="shop")
def _shop(
    shops: Any, tmp_path: Path, databases: Databases, furnish: Callable[[Path], Path]
) -> Iterator[Any]:
    """A tenant in scope that takes payments by a sandbox in the same process."""
    shop = shops.InProcess(furnish(tmp_path), databases=databases)
    with shop.open():
        yield shop
    shop.close()
