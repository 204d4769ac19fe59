"""The counter: who is found, what a bill costs and why, and that it is charged once."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk import institution
from charterhouse.desk.institution import PricedItem
from charterhouse.records.tables import version
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from tests.web.conftest import Clinic

PRICES = (
    PricedItem("ultrasound", "超声检查", "Ultrasound", "exam", 10_000, 1_000),
    PricedItem("registration", "挂号费", "Registration fee", "registration", 2_000, None),
)


@pytest.fixture(name="wang")
def _wang(clinic: Clinic) -> str:
    with tenant_scope(clinic.tenant):
        institution.keep_price_list(PRICES)
    ref = clinic.enter("王秀英", phone="13800138000")
    clinic.tell("join", member=ref, path="ordinary")
    return ref


def said(page: str) -> str:
    """What a page says, without its tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def bill_of(clinic: Clinic, ref: str) -> dict[str, str]:
    page = clinic.get(f"/admin/counter?person={ref}")
    number = re.search(r'name="bill" value="([^"]+)"', page)
    assert number is not None
    return {"payer": ref, "bill": number[1], "card_shown": "1", "id_shown": "1", "method": "cash"}


def lines(*rows: dict[str, str]) -> dict[str, str]:
    return {f"lines-{n}-{name}": text for n, row in enumerate(rows) for name, text in row.items()}


def quote(clinic: Clinic, form: dict[str, str]) -> str:
    return clinic.post("/admin/counter/quote?lang=en", form, role="cashier", status=200).text


ULTRASOUND = lines({"item": "超声检查", "price": "100", "offer": "10", "quantity": "1"})


def test_one_hundred_at_ten_costs_eight_and_gives_eight_points_with_both_clauses(
    clinic: Clinic, wang: str
) -> None:
    form = bill_of(clinic, wang) | ULTRASOUND
    page = quote(clinic, form)

    assert 'data-to-pay="800"' in page
    assert "+8" in said(page)
    clauses = re.findall(r'<summary class="ch-clause">.*?(\d[\w.]*)</summary>', page)
    assert clauses == ["2.2", "5.1"]
    assert "costs 80 % of the activity price" in said(page)
    assert "1 point(s) per yuan really paid" in said(page)


def test_the_bill_is_charged_once_and_printed_with_points_clauses_and_cashier(
    clinic: Clinic, wang: str
) -> None:
    form = bill_of(clinic, wang) | ULTRASOUND | {"do": "charge", "expected": "800"}
    first = clinic.post("/admin/counter/bill", form, role="cashier")
    second = clinic.post("/admin/counter/bill", form, role="cashier")
    assert first.location == second.location

    receipt = said(clinic.get(f"/admin/counter/bills/{form['bill']}", role="cashier"))
    for part in ("¥8.00", "Points balance 8", "§ 2.2", "§ 5.1", "测试cashier", form["bill"]):
        assert part in receipt
    assert "Points 8" in said(clinic.get(f"/admin/counter?person={wang}"))


def test_another_amount_than_the_one_shown_is_never_taken(clinic: Clinic, wang: str) -> None:
    form = bill_of(clinic, wang) | ULTRASOUND | {"do": "charge", "expected": "700"}
    page = clinic.post("/admin/counter/bill?lang=en", form, role="cashier", status=409).text

    assert "The amount changed meanwhile" in page
    clinic.get(f"/admin/counter/bills/{form['bill']}", status=404)
    assert "Points 0" in said(clinic.get(f"/admin/counter?person={wang}"))


def test_charging_without_a_quote_shows_the_price_first(clinic: Clinic, wang: str) -> None:
    form = bill_of(clinic, wang) | ULTRASOUND | {"do": "charge"}
    page = clinic.post("/admin/counter/bill", form, role="cashier", status=200).text

    assert 'name="expected" value="800"' in page
    clinic.get(f"/admin/counter/bills/{form['bill']}", status=404)


def test_items_of_the_price_list_bring_category_and_prices_without_scripts(
    clinic: Clinic, wang: str
) -> None:
    form = bill_of(clinic, wang) | lines({"item": "registration fee"}, {"item": "ultrasound"})
    page = quote(clinic, form)

    assert re.findall(r'data-line-net="(\d+)"', page) == ["0", "800"]
    assert "Registration fee costs nothing" in said(page)


def test_free_items_keep_their_name_on_the_receipt(clinic: Clinic, wang: str) -> None:
    form = bill_of(clinic, wang) | lines({"item": "特殊护理", "price": "12.5"})
    form |= {"do": "charge", "expected": "1000"}
    clinic.post("/admin/counter/bill", form, role="cashier")

    assert "特殊护理" in clinic.get(f"/admin/counter/bills/{form['bill']}")


@pytest.mark.parametrize(
    ("change", "reason", "clause"),
    [
        ({"card_shown": None}, "The card was not shown", "7A.1"),
        ({"presented": "by_other"}, "Only the holder may do this", "7B.1"),
        ({"presented": "for_other"}, "Only the holder may do this", "7B.1"),
    ],
)
def test_a_card_without_rights_costs_the_activity_price_and_says_why(
    clinic: Clinic, wang: str, change: dict[str, Any], reason: str, clause: str
) -> None:
    form = bill_of(clinic, wang) | ULTRASOUND | change
    page = quote(clinic, {name: value for name, value in form.items() if value is not None})

    assert 'data-to-pay="1000"' in page
    assert reason in said(page)
    assert f"{clause}</summary>" in page


def test_a_referrer_who_quotes_card_and_name_gets_the_share(clinic: Clinic, wang: str) -> None:
    guest = clinic.enter("李梅", phone="13900139000")
    number = re.search(r"\b8\d{11}\b", clinic.get(f"/admin/counter?person={wang}"))
    assert number is not None
    form = bill_of(clinic, guest) | lines({"item": "exam-x", "price": "100"})

    both = quote(clinic, form | {"referrer_card": number[0], "referrer_name": "王秀英"})
    assert "Points for 王秀英" in said(both)
    assert "+15" in said(both)
    card_only = quote(clinic, form | {"referrer_card": number[0]})
    assert "The referrer gets no points" in said(card_only)
    wrong = quote(clinic, form | {"referrer_card": number[0], "referrer_name": "王小英"})
    assert "not the name of the card's holder" in said(wrong)
    unknown = quote(clinic, form | {"referrer_card": "800000000000"})
    assert "No card has this number" in said(unknown)


def test_what_others_cover_earns_nothing(clinic: Clinic, wang: str) -> None:
    page = quote(clinic, bill_of(clinic, wang) | ULTRASOUND | {"third_party": "5.00"})

    assert 'data-to-pay="300"' in page
    assert "+3" in said(page)


def test_rows_come_and_go_without_scripts_and_keep_what_was_typed(
    clinic: Clinic, wang: str
) -> None:
    form = bill_of(clinic, wang) | lines({"item": "a", "price": "1"}, {"item": "b", "price": "2"})
    more = clinic.post("/admin/counter/bill", form | {"do": "add"}, status=200).text
    assert len(re.findall(r'name="lines-\d+-item"', more)) == 3
    less = clinic.post("/admin/counter/bill", form | {"do": "remove:0"}, status=200).text
    assert re.findall(r'name="lines-\d+-item" value="([^"]*)"', less) == ["b"]


@pytest.mark.parametrize(
    ("row", "place", "message"),
    [
        ({"item": "x", "price": "abc"}, "lines-0-price", "Enter an amount in yuan"),
        ({"item": "x", "price": "1.234"}, "lines-0-price", "Enter an amount in yuan"),
        ({"item": "x"}, "lines-0-price", "Fill this in"),
        ({"price": "5"}, "lines-0-item", "Fill this in"),
        ({"item": "x", "price": "5", "quantity": "0"}, "lines-0-quantity", "at least 1"),
    ],
)
def test_faults_stand_beside_their_cell(
    clinic: Clinic, wang: str, row: dict[str, str], place: str, message: str
) -> None:
    form = bill_of(clinic, wang) | lines(row) | {"do": "quote"}
    page = clinic.post("/admin/counter/bill?lang=en", form, status=200).text

    fault = re.search(rf'id="f-{place}-error"[^>]*>([^<]*)', page)
    assert fault is not None
    assert message in fault[1]


def test_people_are_found_by_card_tail_and_name_and_one_hit_opens_the_bill(
    clinic: Clinic, wang: str
) -> None:
    number = re.search(r"\b8\d{11}\b", clinic.get(f"/admin/counter?person={wang}"))
    assert number is not None
    client = clinic.browser("cashier")
    for text in (number[0], f"https://x.example/card/{number[0]}?v=1", "8000", "王秀英"):
        answer = client.get("/t/clinic/admin/counter", query_string={"q": text})
        assert answer.location is not None, text
        assert answer.location.endswith(f"person={wang}")
    clinic.enter("王秀英", phone="13700138000")
    assert "2 people found" in said(clinic.get("/admin/counter?q=王秀英"))
    assert "Nobody found" in said(clinic.get("/admin/counter?q=zzz"))


def test_a_person_without_a_card_gets_a_bill_at_activity_price(clinic: Clinic, wang: str) -> None:
    answer = clinic.post("/admin/counter/people", {"name": "散客甲"}, role="cashier")
    ref = answer.location.rpartition("=")[2]
    form = bill_of(clinic, ref) | ULTRASOUND | {"do": "charge", "expected": "1000"}
    clinic.post("/admin/counter/bill", form, role="cashier")

    assert "¥10.00" in said(clinic.get(f"/admin/counter/bills/{form['bill']}"))
    clinic.post("/admin/counter/people", {"name": ""}, role="cashier", status=422)


def run_charter(clinic: Clinic, number: int, code: str) -> None:
    """Let another charter decide from now on, as if its plugin were gone or back."""
    row = {
        "number": number, "charter": code, "effective": clinic.time.now(), "announced": None,
        "settings": {}, "document": [], "recorded_at": clinic.time.now(), "actor": "test",
    }  # fmt: skip
    with tenant_scope(clinic.tenant), unit(write=True) as opened:
        opened.connection.execute(version.insert(), row)


def test_a_charter_that_cannot_decide_leads_to_list_price_and_a_later_adjustment(
    clinic: Clinic, wang: str
) -> None:
    form = bill_of(clinic, wang) | ULTRASOUND
    run_charter(clinic, 2, "gone.away")
    page = quote(clinic, form)
    assert "The charter cannot decide now" in said(page)
    assert 'data-to-pay="10000"' in page

    charge = form | {"do": "charge", "expected": "10000", "undecided": "1"}
    answer = clinic.post("/admin/counter/bill", charge, role="cashier")
    assert "Charged at list price" in said(clinic.get(f"/admin/counter/provisional/{form['bill']}"))
    again = clinic.post("/admin/counter/bill", charge, role="cashier")
    assert again.location == answer.location
    waiting = clinic.get("/admin/counter")
    assert waiting.count(f"provisional/{form['bill']}") == 1

    run_charter(clinic, 3, clinic.tenant.charter)
    clinic.post(f"/admin/counter/provisional/{form['bill']}/settle", {}, role="cashier")
    receipt = clinic.get(f"/admin/counter/bills/{form['bill']}", role="cashier")
    assert "¥8.00" in receipt
    assert "¥92.00" in said(receipt)
    assert f"provisional/{form['bill']}" not in clinic.get("/admin/counter")


def test_roles_and_other_ids_are_kept_out(clinic: Clinic, wang: str) -> None:
    clinic.get("/admin/counter", role="auditor", status=403)
    clinic.get("/admin/counter?person=123", status=404)
    clinic.get("/admin/counter/bills/B260302-ABCDEFG", status=404)
    clinic.post("/admin/prices", {"do": "save"}, role="cashier", status=403)


def test_the_price_list_is_pasted_checked_and_merged(clinic: Clinic, wang: str) -> None:
    pasted = "编码\t名称\t原价\t活动价\nultrasound\t超声\t120\t\nct\tCT检查\t1,000.50\t900\n"
    clinic.post("/admin/prices/import", {"csv": pasted, "how": "merge"})
    with tenant_scope(clinic.tenant):
        found = {each.item: (each.zh, each.price, each.offer) for each in institution.price_list()}
    assert found == {
        "ultrasound": ("超声", 12_000, None),
        "registration": ("挂号费", 2_000, None),
        "ct": ("CT检查", 100_050, 90_000),
    }

    bad = "item,price\nx y,1\nok,abc\n,5\n"
    page = clinic.post(
        "/admin/prices/import?lang=en", {"csv": bad, "how": "replace"}, status=422
    ).text
    for part in ("Row 2, item", "Row 3, price", "Row 4, item"):
        assert part in said(page)
    clinic.post("/admin/prices/import", {"csv": "a,b\n1,2"}, status=422)
    with tenant_scope(clinic.tenant):
        assert len(institution.price_list()) == 3


def test_the_price_list_is_edited_as_a_table(clinic: Clinic, wang: str) -> None:
    row = {"prices-0-item": "mri", "prices-0-zh": "核磁", "prices-0-price": "800.00"}
    clinic.post("/admin/prices", row | {"do": "save"})
    with tenant_scope(clinic.tenant):
        assert [(i.item, i.category, i.price) for i in institution.price_list()] == [
            ("mri", "treatment", 80_000)
        ]
    twice = row | {"prices-1-item": "mri", "prices-1-price": "1"}
    page = clinic.post("/admin/prices?lang=en", twice, status=422).text
    assert "This code stands in two rows" in page
