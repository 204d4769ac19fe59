"""Events are read strictly: typed, bounded, and with the field of what is wrong."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.errors import EventError
from charterhouse.kernel.events import FIELDS, Event, dump_body, load_body, parse_body
from charterhouse.kernel.kinds import MAX, Line, Tender
from charterhouse.kernel.vocabulary import VERBS

ZONE = ZoneInfo("Asia/Shanghai")
LINE = {"item": "scan", "price": "1.00"}


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


def _spend(**more: Any) -> tuple[str, dict[str, Any]]:
    return "spend", {"member": "li", "amount": "1.00", **more}


WRONG: dict[str, tuple[str, Any, str, str]] = {
    "unknown verb": ("spned", {}, "verb", "is no verb"),
    "no table": ("spend", [1], "spend", "table of fields"),
    "unknown field": (*_spend(amuont=1), "spend.amuont", "is no field"),
    "required": ("pay", {"member": "li", "amount": 1}, "pay.for", "is required"),
    "required but null": ("pay", {"member": None, "for": "fee", "amount": 1}, "pay.member", "required"),
    "either": ("spend", {"amount": 1}, "spend.member", "needs one of member, person"),
    "neither": ("spend", {"member": "li"}, "spend.lines", "needs one of lines, amount"),
    "both": (*_spend(person="yu"), "spend.person", "takes only one of"),
    "lines and amount": (*_spend(lines=[LINE]), "spend.amount", "takes only one of"),
    "NaN": (*_spend(amount=Decimal("NaN")), "spend.amount", "finite"),
    "three decimals": (*_spend(amount="1.001"), "spend.amount", "two decimals"),
    "negative": (*_spend(amount="-1"), "spend.amount", "negative"),
    "float": (*_spend(amount=1.5), "spend.amount", "must be an amount"),
    "boolean": (*_spend(amount=True), "spend.amount", "must be an amount"),
    "text": (*_spend(amount="one"), "spend.amount", "must be an amount"),
    "nothing": ("top_up", {"member": "li", "amount": 0}, "top_up.amount", "more than 0"),
    "long text": (*_spend(note="x" * 2001), "spend.note", "at most 2000 characters"),
    "number as text": (*_spend(note=5), "spend.note", "must be text"),
    "code with blanks": (*_spend(visit="out patient"), "spend.visit", "must be a code"),
    "long code": (*_spend(visit="x" * 81), "spend.visit", "must be a code"),
    "empty code": (*_spend(visit=""), "spend.visit", "must be a code"),
    "id with a slash": (*_spend(id="a/b"), "spend.id", "must be an id"),
    "long id": (*_spend(id="x" * 81), "spend.id", "must be an id"),
    "control character": (*_spend(id="a\x00b"), "spend.id", "must be an id"),
    "yes or no": (*_spend(first_visit="yes"), "spend.first_visit", "true or false"),
    "one or zero": (*_spend(first_visit=1), "spend.first_visit", "true or false"),
    "codes": (*_spend(shown="card"), "spend.shown", "list of codes"),
    "a code of many": (*_spend(shown=["card", 5]), "spend.shown.1", "must be text"),
    "too many codes": (*_spend(shown=["a"] * 201), "spend.shown", "list of codes"),
    "deep": (*_spend(details=_deep(9)), "spend.details.a.a.a.a.a.a.a", "too deeply"),
    "wide": (*_spend(details={str(i): 1 for i in range(201)}), "spend.details", "must be text, a"),
    "float inside": (*_spend(details={"a": 1.5}), "spend.details.a", "must be text, a whole"),
    "NaN inside": (*_spend(details={"a": Decimal("NaN")}), "spend.details.a", "finite"),
    "number as a key": (*_spend(details={5: 1}), "spend.details", "must be text"),
    "long text inside": (*_spend(details={"a": "x" * 2001}), "spend.details.a", "at most"),
    "details as a list": (*_spend(details=[1]), "spend.details", "names and values"),
    "no line": ("spend", {"member": "li", "lines": []}, "spend.lines", "1 to 200"),
    "too many lines": ("spend", {"member": "li", "lines": [LINE] * 201}, "spend.lines", "1 to 200"),
    "line as text": ("spend", {"member": "li", "lines": ["scan"]}, "spend.lines.0", "item and price"),
    "line field": ("spend", {"member": "li", "lines": [LINE, {**LINE, "net": 1}]},
                   "spend.lines.1.net", "no field of a bill line"),
    "line without a price": ("spend", {"member": "li", "lines": [{"item": "a"}]},
                             "spend.lines.0.price", "is required"),
    "no quantity": ("spend", {"member": "li", "lines": [{**LINE, "quantity": 0}]},
                    "spend.lines.0.quantity", "at least 1"),
    "half a quantity": ("spend", {"member": "li", "lines": [{**LINE, "quantity": "0.5"}]},
                        "spend.lines.0.quantity", "whole number"),
    "tender": (*_spend(tender={"gold": 1}), "spend.tender.gold", "is no tender"),
    "tender as a number": (*_spend(tender=1), "spend.tender", "must be a table"),
    "points as an amount": (*_spend(tender={"points": "1.5"}), "spend.tender.points", "whole number"),
    "points": ("award", {"member": "li", "points": Decimal("1.0")}, "award.points", "whole number"),
    "true points": ("award", {"member": "li", "points": True}, "award.points", "whole number"),
    "no points": ("award", {"member": "li", "points": 0}, "award.points", "at least 1"),
    "too many points": ("award", {"member": "li", "points": 10**9 + 1}, "award.points", "between"),
    "papers": ("apply", {"member": "li", "documents": ["form"]}, "apply.documents", "must map"),
    "copies": ("apply", {"member": "li", "documents": {"form": "1"}}, "apply.documents.form", "whole"),
    "day": ("amend", {"announced": "1 May", "effective": "2025-05-01", "settings": {}},
            "amend.announced", "must be a day"),
    "moment": ("report_loss", {"member": "li", "occurred_at": "yesterday"},
               "report_loss.occurred_at", "must be a time"),
    "moment as a number": ("report_loss", {"member": "li", "occurred_at": 5},
                           "report_loss.occurred_at", "must be a time"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_of_the_vocabulary_is_refused_with_its_field(case: str) -> None:
    verb, raw, field, why = WRONG[case]

    with pytest.raises(EventError, match=why) as refused:
        parse_body(verb, raw, ZONE)

    assert refused.value.field == field
    assert refused.value.code == "invalid_event"


def test_a_body_is_typed_and_frozen() -> None:
    raw = {
        "id": "b1", "member": "li", "for": "yu", "third_party": "0.05",
        "lines": [{"item": "scan", "price": 100, "offer": Decimal("9.90"), "medical": True}],
        "tender": {"stored_value": "max", "points": 5},
        "details": {"a": Decimal("1.50"), "b": [1, None, {"c": date(2025, 3, 1)}]},
    }  # fmt: skip
    body = parse_body("spend", raw, ZONE)

    assert body.lines == (Line(item="scan", price=10_000, offer=990, medical=True),)
    assert body.tender == Tender(stored_value=MAX, points=5)
    assert (body.for_, body.third_party, body.shown) == ("yu", 5, ("card", "id"))
    assert body.details == {"a": "1.50", "b": [1, None, {"c": "2025-03-01"}]}
    with pytest.raises(AttributeError):
        body.third_party = 0


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-03-01", datetime(2025, 3, 1, 12, tzinfo=ZONE)),
        ("2025-03-01 10:00:01", datetime(2025, 3, 1, 10, 0, 1, tzinfo=ZONE)),
        ("2025-03-01T02:00:00+00:00", datetime(2025, 3, 1, 10, tzinfo=ZONE)),
        (date(2025, 3, 1), datetime(2025, 3, 1, 12, tzinfo=ZONE)),
    ],
)
def test_times_are_the_tenants(value: Any, moment: datetime) -> None:
    body = parse_body("report_loss", {"member": "li", "occurred_at": value}, ZONE)

    assert body.occurred_at == moment
    assert body.occurred_at.tzinfo is ZONE


SAMPLES: dict[str, Any] = {
    "ref": "li", "label": "x1", "code": "some-code", "text": "words 字", "fen": "12.34",
    "positive_fen": "0.01", "count": 0, "positive": 3, "yes_no": False, "day": "2025-02-28",
    "moment": "2025-02-28 23:59:59", "codes": ["a", "b"], "papers": {"form": 1, "other": {"n": 2}},
    "details": {"a": [1, {"b": None}], "c": True}, "notified": ["li"], "tender": {"credit": "1.00"},
    "lines": [LINE, {**LINE, "offer": "0.50", "quantity": 2, "department": "x", "medical": False}],
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_body_survives_its_json(verb: str) -> None:
    raw = {name: SAMPLES[field.kind.name] for name, field in FIELDS[verb].items()}
    if verb == "spend":
        del raw["person"], raw["amount"]
    body = parse_body(verb, raw, ZONE)

    stored = json.loads(json.dumps(dump_body(body)))

    assert load_body(verb, stored) == body
    assert dump_body(load_body(verb, stored)) == stored


def test_a_late_event_speaks_of_the_day_on_which_it_happened() -> None:
    body = parse_body("visit", {"member": "li", "kind": "exam"}, ZONE)
    at, before = datetime(2026, 1, 2, 9, tzinfo=ZONE), datetime(2025, 12, 31, 9, tzinfo=ZONE)

    assert Event(1, at, body).day == at.date()
    assert Event(1, at, body, occurred_at=before).day == before.date()
