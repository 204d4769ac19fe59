"""Events go in by HTTP and decisions come out, with figures, clauses and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

BILL = [{"item": "ultrasound", "category": "exam", "price": "100.00", "offer": "10.00"}]


def test_a_bill_is_priced_paid_and_explained(call: Any) -> None:
    ref = call.member()
    told = call.tell("spend", id="b1", member=ref, lines=BILL)

    assert told.status_code == 201
    answer = told.json
    assert answer["accepted"] is True
    assert answer["repeated"] is False
    assert answer["figures"]["due"] == "8.00"
    assert answer["figures"]["to_pay"] == "8.00"
    assert answer["figures"]["lines"] == ["8.00"]
    assert answer["figures"]["points_earned"] == 8
    assert answer["lines"] == [
        {
            "item": "ultrasound",
            "category": "exam",
            "price": "100.00",
            "offer": "10.00",
            "quantity": 1,
            "net": "8.00",
            "clause": "2.2",
        }
    ]
    assert answer["after"]["points"] == 8
    assert answer["after"]["spend_total"] == "8.00"
    assert {"2.2", "5.1"} <= {clause["number"] for clause in answer["clauses"]}
    assert {"clause": "2.2", "phase": "price", "did": "price"} in answer["trace"]


def test_numbers_are_read_exactly(call: Any) -> None:
    ref = call.member()
    body = f'{{"spend": {{"member": "{ref}", "amount": 0.29}}}}'.encode()

    assert call("POST", "/events", body).json["figures"]["due"] == "0.23"


def test_the_introducer_is_told_the_share(call: Any) -> None:
    referrer, patient = call.member(), call("POST", "/members", {"name": "韩梅"}).json["ref"]
    told = call.tell("spend", person=patient, referred_by=referrer, amount="100.00").json

    assert told["figures"]["points_earned"] == 0
    assert told["figures"]["referrer_points_earned"] == 15
    assert call("GET", f"/members/{referrer}/standing").json["points"] == 15


def test_a_refund_tells_what_it_takes_back(call: Any) -> None:
    ref = call.member()
    call.tell("spend", id="b1", member=ref, lines=BILL)
    told = call.tell("refund", of="b1").json

    assert told["figures"]["refund"] == "8.00"
    assert told["figures"]["points_earned"] == -8
    assert told["after"]["points"] == 0


@pytest.mark.parametrize(
    ("language", "message"),
    [("zh-CN", "章程不包含此项"), ("en", "The charter does not include this")],
)
def test_a_refusal_names_its_clause_in_the_language_asked_for(
    call: Any, language: str, message: str
) -> None:
    ref = call.member()
    told = call("POST", "/events", {"top_up": {"member": ref, "amount": "5.00"}},
                Accept_Language=language)  # fmt: skip

    assert told.status_code == 422
    refused = told.json
    assert (refused["code"], refused["clause"]) == ("not_included", "3.3")
    assert refused["message"] == message
    assert refused["reference"]
    decision = refused["decision"]
    assert decision["accepted"] is False
    assert decision["refusal"]["clause_text"] == decision["clauses"][0]["text"]


def test_a_refusal_tells_all_that_is_missing(call: Any) -> None:
    ref = call("POST", "/members", {"name": "韩梅"}).json["ref"]
    told = call.tell("apply", member=ref).json

    assert (told["code"], told["clause"]) == ("incomplete", "4.2.3")
    missing = told["decision"]["refusal"]["missing"]
    assert {each["code"] for each in missing} == {"application-form", "id-copy"}
    assert all(each["label"] for each in missing)


def test_the_answer_is_kept_refused_or_not(call: Any) -> None:
    ref = call.member()
    told = call.tell("spend", id="b1", member=ref, lines=BILL).json
    refused = call.tell("top_up", member=ref, amount="5.00").json["decision"]

    for answer in (told, refused):
        kept = call("GET", f"/events/{answer['event']}")
        assert kept.status_code == 200
        assert kept.json == {**answer, "repeated": True}


def test_a_quote_gives_the_same_figures_and_keeps_nothing(
    call: Any, stored: Callable[[], dict[str, int]]
) -> None:
    ref = call.member()
    event = {"spend": {"member": ref, "lines": BILL}}
    before = stored()

    quoted = call("POST", "/quotes", event)

    assert quoted.status_code == 200
    assert quoted.json["event"] is None
    assert stored() == before
    told = call("POST", "/events", event).json
    for name in ("figures", "lines", "after", "clauses", "trace", "accepted"):
        assert quoted.json[name] == told[name], name


def test_a_refused_quote_keeps_nothing(call: Any, stored: Callable[[], dict[str, int]]) -> None:
    ref = call.member()
    before = stored()
    quoted = call("POST", "/quotes", {"redeem": {"member": ref, "points": 5}})

    assert (quoted.status_code, quoted.json["code"]) == (422, "insufficient")
    assert stored() == before


def test_a_retry_gets_the_kept_answer(call: Any, stored: Callable[[], dict[str, int]]) -> None:
    ref = call.member()
    first = call.tell("spend", "bill-1", id="b1", member=ref, lines=BILL)
    before = stored()
    second = call.tell("spend", "bill-1", id="b1", member=ref, lines=BILL)

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json == {**first.json, "repeated": True}
    assert stored() == before


def test_a_retry_of_a_refused_event_is_refused_the_same(
    call: Any, stored: Callable[[], dict[str, int]]
) -> None:
    ref = call.member()
    first = call.tell("top_up", "t1", member=ref, amount="5.00")
    before = stored()
    second = call.tell("top_up", "t1", member=ref, amount="5.00")

    assert first.status_code == second.status_code == 422
    assert second.json["decision"] == {**first.json["decision"], "repeated": True}
    assert stored() == before


def test_a_key_for_another_event_is_a_conflict(
    call: Any, stored: Callable[[], dict[str, int]]
) -> None:
    ref = call.member()
    call.tell("spend", "bill-1", id="b1", member=ref, lines=BILL)
    before = stored()
    for other in ({"id": "b2", "lines": BILL}, {"id": "b1", "amount": "9.00"}):
        told = call.tell("spend", "bill-1", member=ref, **other)
        assert (told.status_code, told.json["code"]) == (409, "idempotency_conflict")
        assert told.json["field"] == "Idempotency-Key"
    assert stored() == before


def test_what_happened_earlier_is_told_so(call: Any) -> None:
    ref = call.member()
    event = {"spend": {"member": ref, "amount": "1.00"}, "occurred_at": "2025-03-01T10:00"}
    assert call("POST", "/events", event).status_code == 201
    event["occurred_at"] = "2199-01-01"
    late = call("POST", "/events", event)
    assert (late.json["code"], late.json["field"]) == ("invalid", "occurred_at")
