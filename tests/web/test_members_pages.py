"""The list of members and the page of one: what is found, shown, hidden and sent."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from charterhouse.records.tables import audit
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from tests.web.conftest import Clinic

ID_NUMBER = "11010519491231002X"


@pytest.fixture(name="wang")
def _wang(clinic: Clinic) -> str:
    ref = clinic.enter("王秀英", phone="13800138000", id_number=ID_NUMBER)
    clinic.tell("join", member=ref, path="ordinary")
    return ref


@pytest.fixture(name="li")
def _li(clinic: Clinic, wang: str) -> str:
    ref = clinic.enter("李建国", phone="13900139000", born="1980-03-02")
    clinic.tell("join", member=ref, path="blood-donor")
    line = {"item": "us", "category": "exam", "price": "1000"}
    clinic.tell("spend", id="b1", member=ref, referred_by=wang, lines=[line])
    return ref


def words_of(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]+)</a>', page)


@pytest.mark.parametrize(
    "text", ["王", "秀英", "wxy", "wangxiuying", "8000", "138 0013 8000", ID_NUMBER.lower()]
)
def test_a_member_is_found_by_any_handle(clinic: Clinic, li: str, text: str) -> None:
    assert names(clinic.get(f"/admin/members?q={text}")) == ["王秀英"]


def test_a_member_is_found_by_present_and_former_card_numbers(clinic: Clinic, wang: str) -> None:
    old = clinic.tell("award", member=wang, points=1, kind="gift")
    page = clinic.get(f"/admin/members/{wang}")
    number = re.search(r'data-copy="(8\d{11})"', page)
    assert number is not None
    clinic.tell("report_loss", member=wang)
    clinic.tell("reissue_card", member=wang)
    clinic.tell("pay", member=wang, amount="5.00", **{"for": "reissue"})
    assert names(clinic.get(f"/admin/members?q={number[1]}")) == ["王秀英"]
    assert old.accepted


def test_lists_are_narrowed_sorted_and_counted(clinic: Clinic, wang: str, li: str) -> None:
    clinic.tell("report_loss", member=wang)
    assert names(clinic.get("/admin/members?sort=-points")) == ["李建国", "王秀英"]
    assert names(clinic.get("/admin/members?sort=points")) == ["王秀英", "李建国"]
    lost = clinic.get("/admin/members?view=lost")
    assert names(lost) == ["王秀英"]
    assert 'Card lost <span class="ch-count">1</span>' in lost
    assert names(clinic.get("/admin/members?card=active")) == ["李建国"]
    assert "Nothing matches this filter" in clinic.get("/admin/members?view=lapsed")
    clinic.get("/admin/members?view=nonsense&sort=nonsense&tier=nonsense&page=-4&size=x")


def test_the_first_list_says_what_will_stand_here(clinic: Clinic) -> None:
    assert "No members yet" in clinic.get("/admin/members")


def test_lists_never_show_full_phones_or_id_numbers(clinic: Clinic, wang: str) -> None:
    for page in (clinic.get("/admin/members"), clinic.get(f"/admin/members/{wang}")):
        assert "13800138000" not in page
        assert ID_NUMBER not in page
        assert "138****8000" in page


def test_looking_at_a_full_number_needs_the_right_and_is_on_record(
    clinic: Clinic, wang: str
) -> None:
    clinic.post(f"/admin/members/{wang}/unmask", {}, role="cashier", status=403)
    page = clinic.post(f"/admin/members/{wang}/unmask", {}, role="manager", status=200).text
    assert ID_NUMBER in page
    with tenant_scope(clinic.tenant), unit() as opened:
        rows = opened.connection.execute(select(audit.c.action, audit.c.subject)).all()
    assert ("person.reveal", wang) in [tuple(row) for row in rows]


def test_next_and_previous_follow_the_filtered_list(clinic: Clinic, wang: str, li: str) -> None:
    third = clinic.enter("张丽华")
    clinic.tell("join", member=third, path="ordinary")
    page = clinic.get(f"/admin/members/{wang}?sort=-points")
    assert re.search(rf'href="[^"]*/{li}\?[^"]*" data-previous-record', page)
    assert re.search(rf'href="[^"]*/{third}\?[^"]*" data-next-record', page)
    assert "data-next-record" not in clinic.get(f"/admin/members/{third}?sort=-points")


def test_the_timeline_tells_what_happened_with_its_clauses(
    clinic: Clinic, wang: str, li: str
) -> None:
    clinic.tell("award", member=wang, points=500, kind="gift")
    clinic.tell("redeem", member=wang, item="umbrella")
    clinic.tell("redeem", member=wang, points=9000, refused="insufficient")
    page = words_of(clinic.get(f"/admin/members/{wang}"))
    assert "Points redeemed: Umbrella Points 620 →becomes 520 (−100) §Clause 5.7" in page
    assert "Bill of somebody introduced Points (Referral points) +120 §Clause 5.2" in page
    assert "The balance is not sufficient" in page
    assert "Charity donation" in page
    assert page.index("not sufficient") < page.index("Points redeemed: Umbrella")
    only = clinic.get(f"/admin/members/{wang}?kind=refused")
    assert only.count('class="ch-event ') == 1


def test_somebody_elses_bill_is_not_told(clinic: Clinic, wang: str, li: str) -> None:
    assert "¥800.00" not in clinic.get(f"/admin/members/{wang}")
    assert "Bill ¥800.00" in clinic.get(f"/admin/members/{li}")


def test_a_page_of_nobody_is_not_found(clinic: Clinic) -> None:
    for ref in ("1", "nobody", "0", "9" * 30):
        clinic.get(f"/admin/members/{ref}", status=404)


def test_the_search_box_leads_to_the_only_one_found(clinic: Clinic, wang: str, li: str) -> None:
    client, base = clinic.browser("owner"), f"/t/{clinic.tenant.slug}/admin"
    assert client.get(f"{base}/search?q=wxy").location.endswith(f"/admin/members/{wang}")
    assert client.get(f"{base}/search?q=zz").location.endswith("/admin/members?q=zz")
    groups = client.get(f"{base}/palette?q=王").get_json()["groups"]
    assert [item["label"] for item in groups[0]["items"]] == ["王秀英"]


def test_an_export_has_exactly_the_visible_rows_and_columns(
    clinic: Clinic, wang: str, li: str
) -> None:
    where = "/admin/members/export?sort=-points&col=points&col=spend_total&lang=en"
    sent = clinic.post(where, {"format": "csv"}, role="owner", status=200)
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    assert rows == [
        ["Name", "Phone", "ID number", "Points", "Consumption"],
        ["李建国", "13900139000", "", "800", "800.00"],
        ["王秀英", "13800138000", ID_NUMBER, "120", "0.00"],
    ]
    chosen = clinic.post(where, {"format": "csv", "selected": [wang]}, status=200)
    assert "李建国" not in chosen.data.decode("utf-8-sig")
    narrowed = clinic.post(f"{where}&q=ljg", {"format": "csv"}, status=200)
    assert "王秀英" not in narrowed.data.decode("utf-8-sig")


def test_an_export_to_excel_opens_and_keeps_numbers_as_text(clinic: Clinic, wang: str) -> None:
    sent = clinic.post("/admin/members/export", {"format": "xlsx"}, status=200)
    book = zipfile.ZipFile(io.BytesIO(sent.data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ID_NUMBER in sheet
    assert 't="inlineStr"' in sheet


def test_exports_need_their_right_and_are_on_record(clinic: Clinic, wang: str) -> None:
    clinic.post("/admin/members/export", {"format": "csv"}, role="cashier", status=403)
    clinic.post("/admin/members/export", {"format": "exe"}, status=422)
    clinic.post("/admin/members/export", {"format": "csv"}, status=200)
    with tenant_scope(clinic.tenant), unit() as opened:
        actions = opened.connection.execute(select(audit.c.action)).scalars().all()
    assert actions.count("members.export") == 1


def test_the_menu_holds_only_what_may_come_next(clinic: Clinic, wang: str) -> None:
    page = clinic.get(f"/admin/members/{wang}")
    assert f"/admin/members/{wang}/do/report-loss" in page
    assert f"/admin/members/{wang}/do/reissue-card" not in page
    clinic.tell("report_loss", member=wang)
    page = clinic.get(f"/admin/members/{wang}")
    assert f"/admin/members/{wang}/do/report-loss" not in page
    assert f"/admin/members/{wang}/do/reissue-card" in page
    cashier = clinic.get(f"/admin/members/{wang}", role="cashier")
    assert "/do/sanction" in page
    assert "/do/sanction" not in cashier
