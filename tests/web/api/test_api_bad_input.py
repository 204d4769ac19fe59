"""Every bad input gets a stable code, names its field, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.kernel.vocabulary import VERBS
from charterhouse.tenancy.ids import new_id
from charterhouse.web.api.reading import BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = {"item": "ultrasound", "price": "100.00"}

# fields of a spend beside the member → field at fault
EVENTS: list[tuple[str, dict[str, Any], str]] = [
    ("negative", {"amount": "-1.00"}, "spend.amount"),
    ("negative number", {"amount": -1}, "spend.amount"),
    ("three decimals", {"amount": "1.001"}, "spend.amount"),
    ("not a number", {"amount": "NaN"}, "spend.amount"),
    ("endless", {"amount": "Infinity"}, "spend.amount"),
    ("exponent", {"amount": "1e3"}, "spend.amount"),
    ("underscore", {"amount": "1_000"}, "spend.amount"),
    ("grouped", {"amount": "1,000"}, "spend.amount"),
    ("blank", {"amount": " 1"}, "spend.amount"),
    ("point at its end", {"amount": "1."}, "spend.amount"),
    ("full width", {"amount": "１００"}, "spend.amount"),
    ("empty", {"amount": ""}, "spend.amount"),
    ("too large", {"amount": "99999999999999"}, "spend.amount"),
    ("beyond 100 billion", {"amount": "100000000000"}, "spend.amount"),
    ("too large in all", {"lines": [{**LINE, "price": "99999", "quantity": 10**9}]}, "spend.lines"),
    ("truth", {"amount": True}, "spend.amount"),
    ("list", {"amount": []}, "spend.amount"),
    ("table", {"amount": {}}, "spend.amount"),
    ("neither", {}, "spend.lines"),
    ("both", {"amount": "1", "lines": [LINE]}, "spend.amount"),
    ("no lines", {"lines": []}, "spend.lines"),
    ("too many lines", {"lines": [LINE] * 201}, "spend.lines"),
    ("line is text", {"lines": ["ultrasound"]}, "spend.lines.0"),
    ("line without price", {"lines": [{"item": "ultrasound"}]}, "spend.lines.0.price"),
    ("line with more", {"lines": [{**LINE, "net": 1}]}, "spend.lines.0.net"),
    ("price below zero", {"lines": [LINE, {**LINE, "price": "-1"}]}, "spend.lines.1.price"),
    ("half a piece", {"lines": [{**LINE, "quantity": 1.5}]}, "spend.lines.0.quantity"),
    ("no piece", {"lines": [{**LINE, "quantity": 0}]}, "spend.lines.0.quantity"),
    ("unknown field", {"amount": "1", "colour": "red"}, "spend.colour"),
    ("code with blanks", {"amount": "1", "visit": "out patient"}, "spend.visit"),
    ("code is number", {"amount": "1", "visit": 5}, "spend.visit"),
    ("yes is text", {"amount": "1", "first_visit": "yes"}, "spend.first_visit"),
    ("shown is text", {"amount": "1", "shown": "card"}, "spend.shown"),
    ("tender unknown", {"amount": "1", "tender": {"gold": 1}}, "spend.tender.gold"),
    ("tender below zero", {"amount": "1", "tender": {"points": -1}}, "spend.tender.points"),
    ("details is list", {"amount": "1", "details": []}, "spend.details"),
    ("details too deep", {"amount": "1", "details": {"a": [[[[[[[[1]]]]]]]]}}, "spend.details"),
    ("note too long", {"amount": "1", "note": "x" * 2001}, "spend.note"),
    ("label with slash", {"amount": "1", "id": "a/b"}, "spend.id"),
]


@pytest.mark.parametrize("path", ["/events", "/quotes"])
def test_an_event_that_cannot_be_read(
    call: Any, stored: Callable[[], dict[str, int]], path: str
) -> None:
    ref = call.member()
    before = stored()
    wrong = []
    for name, fields, field in EVENTS:
        told = call("POST", path, {"spend": {"member": ref, **fields}})
        right = (told.status_code, told.json["code"]) == (400, "invalid_event")
        if not right or not told.json["message"] or not told.json["field"].startswith(field):
            wrong.append((name, told.status_code, told.json))
    assert not wrong
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"occurred_at": "2025-01-01"}, None),
        ({"steal": {}}, "steal"),
        ({"spend": {"person": "1", "amount": 1}, "pay": {}}, None),
        ({"spend": []}, "spend"),
        ({"spend": None}, "spend"),
        ({"spend": {"amount": 1}}, "spend.member"),
        ({"amend": {"announced": "2026-02-30", "effective": "2026-03-01", "settings": {}}},
         "amend.announced"),
        ({"amend": {"announced": "9999-01-01", "effective": "9999-12-31", "settings": {}}},
         "amend.announced"),
        ({"amend": {"announced": "2026-01-01", "effective": "2026-03-01", "settings": {},
                    "notified": 7}}, "amend.notified"),
    ],
)  # fmt: skip
def test_an_envelope_that_is_none(
    call: Any, stored: Callable[[], dict[str, int]], body: Any, field: str | None
) -> None:
    before = stored()
    told = call("POST", "/events", body)
    assert (told.status_code, told.json["code"]) == (400, "invalid_event"), told.json
    assert told.json["field"] == field
    assert stored() == before


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-13-01", 5, True, [], "0001-01-01T00:00+14:00"]
)
def test_a_moment_that_is_none(
    call: Any, stored: Callable[[], dict[str, int]], moment: Any
) -> None:
    ref = call.member()
    before = stored()
    event = {"spend": {"member": ref, "amount": "1"}, "occurred_at": moment}
    told = call("POST", "/events", event)
    assert (told.status_code, told.json["code"]) == (400, "invalid_event")
    assert told.json["field"] == "occurred_at"
    assert stored() == before


UNREADABLE = [
    b"",
    b"{",
    b"[]",
    b'"spend"',
    b"null",
    b'{"spend": {"amount": NaN}}',
    b'{"spend": {"amount": Infinity}}',
    b'{"spend": {"amount": -Infinity}}',
    b'{"spend": {"amount": 1, "amount": 2}}',
    b'{"spend": {}, "spend": {}}',
    b'{"spend": {"note": "\\ud800"}}',
    b'{"spend": {"note": "\\u0000"}}',
    b'{"spend": {"note": "\xff"}}',
    b'{"spend": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"spend": {"amount": ' + b"9" * 5000 + b"}}",
    b'{"spend": {"amount": 1e9999999999999999999}}',
    b'{"spend": {"amount": 01}}',
    b"{'spend': {}}",
]


@pytest.mark.parametrize("path", ["/events", "/quotes", "/members"])
def test_json_that_is_none_or_means_two_things(
    call: Any, stored: Callable[[], dict[str, int]], path: str
) -> None:
    before = stored()
    for raw in UNREADABLE:
        told = call("POST", path, raw)
        assert (told.status_code, told.json["code"]) == (400, "malformed_json"), raw[:60]
    assert stored() == before


@pytest.mark.parametrize("number", ["1e400", "1e-400", "1.00000000000000000000000000000001"])
def test_numbers_beyond_reach_are_refused_exactly(
    call: Any, stored: Callable[[], dict[str, int]], number: str
) -> None:
    ref = call.member()
    before = stored()
    raw = f'{{"spend": {{"member": "{ref}", "amount": {number}}}}}'.encode()
    told = call("POST", "/events", raw)
    assert (told.status_code, told.json["code"]) == (400, "invalid_event")
    assert stored() == before


def test_a_body_that_is_too_large(call: Any, stored: Callable[[], dict[str, int]]) -> None:
    before = stored()
    raw = json.dumps({"spend": {"note": "x" * BODY_LIMIT}}).encode()
    told = call("POST", "/events", raw)
    assert (told.status_code, told.json["code"]) == (413, "body_too_large")
    assert stored() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_a_body_of_another_kind(call: Any, kind: str) -> None:
    told = call("POST", "/events", b"{}", **{"Content-Type": kind})
    assert (told.status_code, told.json["code"]) == (415, "media_type_unsupported")


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 191])
def test_an_idempotency_key_that_is_none(
    call: Any, stored: Callable[[], dict[str, int]], key: str
) -> None:
    ref = call.member()
    before = stored()
    told = call("POST", "/events", {"spend": {"member": ref, "amount": "1"}},
                **{"Idempotency-Key": key})  # fmt: skip
    assert (told.status_code, told.json["field"]) == (400, "Idempotency-Key")
    assert stored() == before


@pytest.mark.parametrize("spelling", ["0{}", "+{}", " {}", "{} ", "{}.0", "x{}"])
def test_an_id_has_one_spelling(
    call: Any, stored: Callable[[], dict[str, int]], spelling: str
) -> None:
    ref = call.member()
    before = stored()
    told = call.tell("spend", member=spelling.format(ref), amount="1.00")
    assert told.status_code in (400, 422)
    assert told.json["code"] in ("invalid_event", "member_unknown")
    assert call("GET", f"/members/{spelling.format(ref)}/standing").status_code == 404
    assert stored() == before


@pytest.mark.parametrize("ref", ["1", "9" * 18, "9" * 19, "9223372036854775808", "li", "١٢٣"])
def test_an_id_of_nobody(call: Any, stored: Callable[[], dict[str, int]], ref: str) -> None:
    before = stored()
    told = call.tell("spend", member=ref, amount="1.00")
    assert (told.status_code, told.json["code"]) == (422, "member_unknown")
    assert told.json["field"] == "spend.member"
    for path in (f"/members/{ref}", f"/members/{ref}/standing", f"/members/{ref}/statement"):
        assert (call("GET", path).status_code, call("GET", path).json["code"]) == (
            404,
            "member_unknown",
        )
    assert call("GET", f"/events/{ref}").json["code"] == "event_unknown"
    assert stored() == before


def test_what_is_wrong_is_said_in_the_language_of_who_asks(call: Any) -> None:
    wrong: dict[str, tuple[str, str, Any]] = {
        "没有此事件": ("GET", "/events/7", None),
        "spend 没有此字段": ("POST", "/events", {"spend": {"colour": "red"}}),
    }
    english = {"there is no such event", "is no field of spend"}
    for language, sentences in (("zh", set(wrong)), ("en", english)):
        told = {call(*asked, Accept_Language=language).json["message"] for asked in wrong.values()}
        assert told == sentences


def test_a_document_that_nobody_knows_is_refused_and_kept_as_refused(call: Any) -> None:
    for event in ({"refund": {"of": "b77"}}, {"give_back": {"of": "b77"}}):
        told = call("POST", "/events", event)
        assert (told.status_code, told.json["code"]) == (422, "unknown")
        assert told.json["decision"]["accepted"] is False


@pytest.mark.parametrize(
    ("person", "status", "field"),
    [
        ({}, 400, "name"),
        ({"name": ""}, 400, "name"),
        ({"name": " "}, 422, "person.name"),
        ({"name": 5}, 400, "name"),
        ({"name": "x" * 61}, 400, "name"),
        ({"name": "Li", "phone": "12"}, 422, "person.phone"),
        ({"name": "Li", "id_number": "11010519491231002Y"}, 422, "person.id_number"),
        ({"name": "Li", "born": "2026-02-30"}, 422, "person.born"),
        ({"name": "Li", "born": "2199-01-01"}, 422, "person.born"),
        ({"name": "Li", "sex": "cat"}, 400, "sex"),
        ({"name": "Li", "email": "at home"}, 422, "person.email"),
        ({"name": "Li", "ref": "5"}, 400, "ref"),
    ],
)
def test_a_person_that_cannot_be(
    call: Any, stored: Callable[[], dict[str, int]], person: Any, status: int, field: str
) -> None:
    before = stored()
    told = call("POST", "/members", person)
    assert (told.status_code, told.json["field"]) == (status, field), told.json
    assert stored() == before


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("size=201", "size"),
        ("search=" + "x" * 101, "search"),
    ],
)
def test_a_list_that_cannot_be(call: Any, query: str, field: str) -> None:
    told = call("GET", f"/members?{query}")
    assert (told.status_code, told.json["code"]) == (400, "invalid")
    assert told.json["field"] == field


def test_ids_of_another_institution_are_nobodys(
    call: Any, make_house: Any, app: Any, stored: Callable[[], dict[str, int]]
) -> None:
    from charterhouse.desk.people import create_person
    from charterhouse.tenancy.scope import tenant_scope

    west = make_house("west")
    with tenant_scope(west):
        theirs = create_person({"name": "Wei"}).ref
    before = stored()
    for path in (f"/members/{theirs}", f"/members/{theirs}/standing"):
        assert call("GET", path).status_code == 404
    told = call.tell("join", member=theirs)
    assert (told.status_code, told.json["code"]) == (422, "member_unknown")
    assert call("GET", "/members?search=Wei").json["total"] == 0
    assert stored() == before


def test_no_answer_shows_how_it_is_made(call: Any) -> None:
    told = call("GET", f"/events/{new_id()}")
    assert set(told.json) == {"code", "message", "field", "clause", "reference"}
    assert told.headers["X-Request-ID"] == told.json["reference"]


def test_every_verb_says_what_it_lacks(call: Any) -> None:
    for verb in VERBS:
        told = call("POST", "/events", {verb: {}})
        assert (told.status_code, told.json["code"]) == (400, "invalid_event"), verb
        assert told.json["field"].startswith(f"{verb}."), verb
