"""Payments while the gateway, and who calls it, are killed: each sum is booked and returned once."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faults_gateway import GatewayProcess, connect, pay
from faults_house import SOAK_SECONDS, chance_of, in_a_child, wait_for
from sqlalchemy import select

from charterhouse import clock
from charterhouse.desk.verifying import verify_tenant
from charterhouse.payments import attempts
from charterhouse.payments.gateways.errors import GatewayError
from charterhouse.payments.sandbox.delivery import signature
from charterhouse.payments.settle import settle
from charterhouse.payments.sweeper import sweep
from charterhouse.records import tables as t
from charterhouse.tenancy.store import unit

FEE = 1000
PAYERS = 6 if not SOAK_SECONDS else 40
KILLS = 6 if not SOAK_SECONDS else 60


def _shop_of(folder: Path, url: str) -> Any:
    """The institution of the tests of payments."""
    path = Path(__file__).parents[1] / "payments" / "shop.py"
    spec = importlib.util.spec_from_file_location("payment_shops", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.Shop(folder, api_base=url, hosts=1)


@pytest.fixture(name="gateway")
def _gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    gateway = GatewayProcess(tmp_path / "gateway.db")
    yield gateway
    gateway.end()


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, gateway: GatewayProcess) -> Iterator[Any]:
    shop = _shop_of(tmp_path / "house", gateway.url)
    connect(shop.config)
    with shop.open():
        yield shop
    shop.close()


def _later(minutes: int = 3) -> Any:
    """Time in which nobody else will tell any more."""
    return clock.use_clock(clock.FixedClock(clock.now() + timedelta(minutes=minutes)))


def _refunds(gateway: GatewayProcess) -> list[int]:
    return [refund["amount"] for refund in gateway.kept("refund")]


@pytest.mark.parametrize("cut", ["caller before", "caller after", "gateway after"])
def test_a_refund_that_was_cut_off_is_made_once(
    shop: Any, gateway: GatewayProcess, cut: str
) -> None:
    gateway.start()
    ref = shop.applicant()
    attempt = shop.begin(ref)
    shop.pay_at_the_counter(ref)
    assert pay(attempt.url, "card") == 303
    gateway.end()

    who, _, when = cut.partition(" ")
    gateway.start(timeout_after_commit=1 if who == "gateway" else 0)

    def settled() -> None:
        connect(shop.config, dies=when if who == "caller" else "")
        settle(attempt.id)

    if who == "caller":
        assert not in_a_child(settled)
    else:
        with pytest.raises(GatewayError):
            settled()
        wait_for(lambda: not gateway.alive)
        gateway.start()
    assert attempts.get_attempt(attempt.id).state == "refunding"
    assert _refunds(gateway) == ([] if cut == "caller before" else [FEE])
    assert verify_tenant(shop.tenant).differences == []

    connect(shop.config)
    for _ in range(2):
        with _later():
            sweep(shop.tenant)
        found = attempts.get_attempt(attempt.id)
        assert (found.state, found.refunded) == ("refunded", FEE)
    assert _refunds(gateway) == [FEE]
    # What was paid at the counter is all that there is.
    assert (shop.paid_events(), shop.in_tills()) == (1, FEE)
    assert shop.told("payment.refunded") == 1
    assert verify_tenant(shop.tenant).differences == []


def test_a_gateway_that_is_killed_again_and_again_loses_and_doubles_nothing(
    shop: Any, gateway: GatewayProcess
) -> None:
    chance = chance_of("gateway")
    refs = [shop.applicant() for _ in range(PAYERS)]
    late = set(refs[::3])
    done = _paid_over_a_dying_gateway(shop, gateway, chance, refs, late)

    if not gateway.alive:
        gateway.start()
    for _ in range(2):
        with _later():
            swept = sweep(shop.tenant)
        assert swept.errors == 0
    states = {ref: attempts.get_attempt(number).state for ref, number in done.items()}
    assert states == {ref: "refunded" if ref in late else "paid" for ref in refs}
    assert (shop.paid_events(), shop.in_tills()) == (PAYERS, FEE * PAYERS)
    assert _refunds(gateway) == [FEE] * len(late)
    paid = [one for one in gateway.kept("charge") if one["paid"]]
    assert [one["amount"] for one in paid] == [FEE] * PAYERS
    assert verify_tenant(shop.tenant).differences == []


def _paid_over_a_dying_gateway(
    shop: Any, gateway: GatewayProcess, chance: Random, refs: list[str], late: set[str]
) -> dict[str, int]:
    """Let each member pay, some after they paid at the counter; return whose attempt is which."""
    kills, todo = 0, list(refs)
    done: dict[str, int] = {}
    owing = set(late)
    until = time.monotonic() + 120
    while todo:
        assert time.monotonic() < until, f"{len(todo)} never get through"
        if not gateway.alive:
            kills += 1
            gateway.start(dies_after=chance.uniform(0.02, 0.3) if kills <= KILLS else 0.0)
        if len(todo) == 1 and kills == 1:
            # A fast machine is through before; somebody has to meet its death.
            wait_for(lambda: not gateway.alive)
        ref = chance.choice(todo)
        with suppress(GatewayError):
            attempt = attempts.get_attempt(done[ref]) if ref in done else shop.begin(ref)
            done[ref] = attempt.id
            if ref in owing:
                owing.remove(ref)
                shop.pay_at_the_counter(ref)
            pay(attempt.url, "card")
            if settle(attempt.id).state in ("paid", "refunded"):
                todo.remove(ref)
    assert kills > 1, "nobody was killed"
    return done


def test_notices_that_come_late_twice_and_in_any_order_across_kills_book_each_payment_once(
    shop: Any, gateway: GatewayProcess, tmp_path: Path
) -> None:
    chance = chance_of("notices")
    gateway.start()
    begun = [shop.begin(shop.applicant()) for _ in range(PAYERS)]
    assert {pay(attempt.url) for attempt in begun} == {303}
    notices = [
        {key: value for key, value in event.items() if not key.startswith("_")}
        for event in gateway.kept("event")
        if event["type"].startswith(("checkout.session.", "charge.", "payment_intent."))
    ]
    assert len(notices) >= 2 * PAYERS

    answered = tmp_path / "answered"

    def tell() -> None:
        """Send notices in any order until each was answered twice."""
        connect(shop.config)
        with answered.open("a", buffering=1) as file:
            while todo := _unanswered(answered, notices):
                notice = chance.choice(todo)
                body = json.dumps(notice).encode()
                signed = signature(shop.config.stripe_webhook_secret, body, int(time.time()))
                answer = shop.site.test_client().post(
                    shop.hook(), data=body, headers={"Stripe-Signature": signed}
                )
                answer.close()
                if answer.status_code == 200:
                    file.write(f"{notice['id']}\n")

    kills = 0
    while not in_a_child(tell, chance.uniform(0.02, 0.2) if kills < KILLS else 0.0):
        kills += 1
        chance.random()
    assert kills, "nobody was killed"
    sweep(shop.tenant)

    assert {attempts.get_attempt(one.id).state for one in begun} == {"paid"}
    assert (shop.paid_events(), shop.in_tills()) == (PAYERS, FEE * PAYERS)
    with unit() as opened:
        rows = opened.connection.execute(
            select(t.gateway_event.c.event_id, t.gateway_event.c.state)
        )
        kept = {row.event_id: row.state for row in rows}
    assert kept.keys() == {notice["id"] for notice in notices}, "each is kept once"
    assert set(kept.values()) == {"done"}
    assert verify_tenant(shop.tenant).differences == []


def _unanswered(file: Path, notices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answered = Counter(file.read_text("ascii").split())
    return [notice for notice in notices if answered[notice["id"]] < 2]
