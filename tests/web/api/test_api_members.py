"""People by HTTP: put on file, found, their standing, their accounts, and the charter's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from charterhouse.records.tables import audit
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from charterhouse.tenancy.tenant import Tenant

ID = "11010519491231002X"


def test_a_person_is_put_on_file_once(call: Any) -> None:
    made = call("POST", "/members", {"name": "李雷", "phone": "13800138000", "id_number": ID})

    assert made.status_code == 201
    assert made.json["status"] == "none"
    assert made.json["born"] == "1949-12-31"
    assert made.json["id_number"] == "110************02X"
    assert made.json["phone"] == "138****8000"
    again = call("POST", "/members", {"name": "李雷", "id_number": ID})
    assert (again.status_code, again.json["code"]) == (422, "person_exists")


def test_people_are_found_by_what_is_known_of_them(call: Any) -> None:
    ref = call.member(name="王秀英", phone="13900139000")
    call.member(name="张丽华", phone="13700137000")
    card = call("GET", f"/members/{ref}").json["card_no"]
    for text in ("王秀", "wxy", "13900139000", "9000", card, ref):
        found = call("GET", f"/members?search={text}").json
        assert [each["ref"] for each in found["members"]] == [ref], text
    everybody = call("GET", "/members?size=1&page=2").json
    assert (everybody["total"], len(everybody["members"])) == (2, 1)


def test_full_numbers_need_a_right_and_are_noted(call: Any, make_key: Any, house: Tenant) -> None:
    ref = call.member(phone="13800138000", id_number=ID)
    refused = call("GET", f"/members/{ref}?full=true", token=make_key("members.read"))
    assert (refused.status_code, refused.json["code"]) == (403, "permission_missing")

    assert call("GET", f"/members/{ref}?full=true").json["id_number"] == ID

    with tenant_scope(house), unit() as opened:
        seen = opened.connection.execute(
            select(audit.c.subject, audit.c.actor).where(audit.c.action == "person.reveal")
        ).all()
    assert [row.subject for row in seen] == [ref]
    assert seen[0].actor.startswith("api:")


def test_a_standing_tells_what_there_is_and_until_when(call: Any) -> None:
    ref = call.member()
    call.tell("spend", member=ref, amount="10.00")
    told = call("GET", f"/members/{ref}/standing").json

    assert (told["status"], told["tier"], told["card"]) == ("active", "vip", "active")
    assert told["points"] == 8
    assert told["spend_total"] == "8.00"
    assert told["owed"] == []
    points = next(each for each in told["balances"] if each["account"] == "points")
    assert points["lots"][0]["class"] == "earned"
    left = {each["code"]: each["remaining"] for each in told["benefits"]}
    assert left["yearly-gift"] == 1
    assert left["follow-up"] == "unlimited"
    assert all(each["label"] and each["clause"] for each in told["benefits"])


def test_what_is_owed_is_told_with_its_clause(call: Any) -> None:
    ref = call("POST", "/members", {"name": "韩梅"}).json["ref"]
    papers = {"application-form": 1, "id-copy": 1}
    call.tell("apply", member=ref, documents=papers)
    approved = call.tell("approve", member=ref)
    assert approved.json["figures"]["owed"] == "10.00"
    owed = call("GET", f"/members/{ref}/standing").json["owed"]
    assert [(each["for"], each["amount"], each["clause"]) for each in owed] == [
        ("donation", "10.00", "4.1.2")
    ]


def test_a_statement_adds_up_page_by_page(call: Any) -> None:
    ref = call.member()
    for amount in ("10.00", "20.00", "30.00"):
        call.tell("spend", member=ref, amount=amount)
    call.tell("redeem", member=ref, points=5)
    pages = [
        call("GET", f"/members/{ref}/statement?unit=points&size=2&page={page}").json
        for page in (1, 2, 3)
    ]

    lines = [line for page in pages for line in page["lines"]]
    assert [line["amount"] for line in lines] == [-5, 24, 16, 8]
    assert [line["balance"] for line in lines] == [43, 48, 24, 8]
    assert {page["balance"] for page in pages} == {43}
    assert {page["total"] for page in pages} == {4}
    assert [line["clause"] for line in lines] == ["5.7", "5.1", "5.1", "5.1"]
    assert all(line["text"] for line in lines)
    assert lines[0]["event"] != lines[1]["event"]
    consumption = call("GET", f"/members/{ref}/statement?unit=spend_total").json
    assert consumption["balance"] == "48.00"
    assert consumption["lines"][-1]["amount"] == "8.00"
    nothing = call("GET", f"/members/{ref}/statement?unit=credit").json
    assert (nothing["balance"], nothing["lines"]) == ("0.00", [])


def test_the_charter_is_read_with_its_figures(call: Any) -> None:
    told = call("GET", "/charter").json

    assert told["charter"] == "gynecology.vip-card"
    assert told["version"] == 1
    assert told["settings"]["reissue_fee"] == "5.00"
    assert told["settings"]["price_factor"] == "0.80"
    assert told["settings"]["term_years"] == 3
    assert set(told["tiers"]) == {"vip", "supreme-gold", "unionpay-vip", "charity"}
    rules = {rule["number"]: rule for chapter in told["document"] for rule in chapter["rules"]}
    assert rules["5.1"]["zh"]
    assert rules["5.1"]["en"]
