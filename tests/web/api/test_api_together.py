"""Many callers at once on real SQLite: sums stay right, and a retry has one effect."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from charterhouse.records.books import load_book
from charterhouse.records.chain import broken_links
from charterhouse.records.rebuild import verify
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from charterhouse.tenancy.tenant import Tenant

BILLS = 12


def _at_once(app: Flask, call: Any, told: list[tuple[dict[str, Any], str]]) -> list[Any]:
    """Send each event from a thread of its own, all at the same moment."""
    barrier = Barrier(len(told))

    def send(each: tuple[dict[str, Any], str]) -> Any:
        event, key = each
        headers = {"Authorization": f"Bearer {call.token}"}
        if key:
            headers["Idempotency-Key"] = key
        client = app.test_client()
        barrier.wait(timeout=30)
        return client.post(f"{call.base}/events", json=event, headers=headers)

    with ThreadPoolExecutor(len(told)) as threads:
        return list(threads.map(send, told))


def _proved(house: Tenant) -> None:
    with tenant_scope(house), unit() as opened:
        assert load_book(opened)
        assert not list(broken_links(opened))
        assert verify(opened).clean


def test_two_counters_serve_one_member(app: Flask, call: Any, house: Tenant) -> None:
    ref = call.member()
    told = []
    for number in range(BILLS):
        event = {"spend": {"member": ref, "id": f"b{number}", "amount": "10.00"}}
        told.append((event, f"bill-{number}"))
    answers = _at_once(app, call, told)

    assert [answer.status_code for answer in answers] == [201] * BILLS
    assert sorted(answer.json["after"]["points"] for answer in answers) == [
        8 * (number + 1) for number in range(BILLS)
    ]
    standing = call("GET", f"/members/{ref}/standing").json
    assert (standing["points"], standing["spend_total"]) == (8 * BILLS, "96.00")
    assert call("GET", f"/members/{ref}/statement").json["total"] == BILLS
    _proved(house)


def test_points_are_not_spent_twice(app: Flask, call: Any, house: Tenant) -> None:
    ref = call.member()
    call.tell("spend", member=ref, amount="10.00")
    told = [({"redeem": {"member": ref, "points": 5}}, "") for _ in range(4)]
    answers = _at_once(app, call, told)

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 422, 422, 422]
    assert {answer.json["code"] for answer in answers if answer.status_code == 422} == {
        "insufficient"
    }
    assert call("GET", f"/members/{ref}/standing").json["points"] == 3
    _proved(house)


def test_a_retry_from_everywhere_has_one_effect(
    app: Flask, call: Any, house: Tenant, stored: Callable[[], dict[str, int]]
) -> None:
    ref = call.member()
    before = stored()
    event = {"spend": {"member": ref, "id": "b1", "amount": "10.00"}}
    answers = _at_once(app, call, [(event, "bill-1")] * 8)

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json["event"] for answer in answers}) == 1
    assert stored()["event"] == before["event"] + 1
    assert call("GET", f"/members/{ref}/standing").json["points"] == 8
    _proved(house)


def test_one_key_for_two_events_lets_one_in(app: Flask, call: Any, house: Tenant) -> None:
    ref = call.member()
    told = [({"spend": {"member": ref, "amount": f"{n}.00"}}, "same") for n in (1, 2, 3, 4)]
    answers = _at_once(app, call, told)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert call("GET", f"/members/{ref}/statement?unit=spend_total").json["total"] == 1
    _proved(house)
