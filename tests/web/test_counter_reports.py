"""Figures, tasks, reports and registers, and the page that lays a decision open."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from charterhouse.desk import dashboard
from charterhouse.desk.registers import REGISTERS, Wanted, page
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

LINE = {"item": "us", "category": "exam", "price": "100", "offer": "10"}


@pytest.fixture(name="wang")
def _wang(clinic: Clinic) -> str:
    ref = clinic.enter("王秀英", phone="13800138000", born="1990-05-05")
    clinic.tell("join", member=ref, path="ordinary")
    clinic.tell("spend", id="b1", member=ref, lines=[LINE])
    return ref


def said(text: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def stat(text: str, label: str) -> str:
    found = re.search(
        rf'<span class="ch-stat-label">.*?{label}</span>\s*<span class="ch-stat-value">(.*?)</span>',
        text,
    )
    assert found is not None, label
    return found[1]


def test_the_front_page_counts_what_is_there(clinic: Clinic, wang: str) -> None:
    other = clinic.enter("李建国")
    clinic.tell("apply", member=other, documents={"application-form": 1, "id-copy": 1})
    text = clinic.get("/admin/")

    assert stat(text, "Active members") == "1"
    assert stat(text, "New this month") == "1"
    assert stat(text, "Applications waiting") == "1"
    assert stat(text, "Revenue today") == "¥8.00"
    assert stat(text, "Discounts this month") == "¥92.00"
    assert stat(text, "Points outstanding") == "8"
    assert "8 lapse after 31 Dec 2026" in said(text)


def test_bills_are_counted_once_however_often_one_looks(clinic: Clinic, wang: str) -> None:
    with tenant_scope(clinic.tenant):
        assert dashboard.bills_this_month().count == 1
        clinic.time.set(clinic.time.now() + timedelta(seconds=20))
        clinic.tell("spend", id="b2", member=wang, lines=[LINE])
        assert dashboard.bills_this_month().count == 2
        assert dashboard.bills_this_month().discount == 2 * 9200
        clinic.time.set(clinic.time.now() + timedelta(days=1))
        clinic.tell("spend", id="b3", member=wang, lines=[LINE])
        found = dashboard.bills_this_month()
        assert (found.count, found.day_count) == (3, 1)
        clinic.time.set(clinic.time.now() + timedelta(days=31))
        assert dashboard.bills_this_month().count == 0
        assert dashboard.months()[-2].revenue == 3 * 800


def test_a_refund_lowers_the_revenue_of_its_month(clinic: Clinic, wang: str) -> None:
    clinic.tell("refund", of="b1")

    assert stat(clinic.get("/admin/"), "Revenue this month") == "¥0.00"


def test_the_setup_guide_knows_what_is_done(clinic: Clinic) -> None:
    text = clinic.get("/admin/")
    done = re.findall(r'<li class="is-done">.*?<summary>.*?</svg>([^<]*)', text, re.DOTALL)
    assert [each.strip() for each in done] == ["Adopt the charter"]
    assert "Enter the price list" in text
    # Whoever may set nothing up is not led to pages that refuse.
    assert "/admin/prices" not in clinic.get("/admin/", role="cashier")


def test_a_charter_without_bills_wants_no_price_list(make_clinic: Callable[..., Clinic]) -> None:
    text = make_clinic("green-channel.three-services", {}).get("/admin/")

    assert "Adopt the charter" in text
    assert "Enter the price list" not in text


def test_tasks_are_marked_as_done_by_those_who_may(clinic: Clinic, wang: str) -> None:
    clinic.tell("incident", member=wang, kind="counterfeit")
    text = clinic.get("/admin/")
    action = re.search(r'action="/t/clinic(/admin/tasks/\d+/done)"', text)
    assert action is not None
    assert "Report to the police" in text

    clinic.post(action[1], {}, role="cashier", status=403)
    clinic.post(action[1], {})
    assert stat(clinic.get("/admin/"), "Open tasks") == "0"
    assert "Report to the police" in clinic.get("/admin/registers/tasks")
    clinic.post("/admin/tasks/12345/done", {}, status=404)


def test_a_role_without_reports_gets_no_links_to_them(clinic: Clinic, wang: str) -> None:
    text = clinic.get("/admin/", role="cashier")

    assert "/admin/registers" not in text
    assert "ch-chart" not in text


def test_a_decision_is_laid_open_clause_by_clause(clinic: Clinic, wang: str) -> None:
    event = clinic.tell("spend", id="b9", member=wang, lines=[LINE]).event_id
    answer = clinic.browser("owner").get(f"/t/clinic/admin/events/{event}")
    text = said(clinic.get(answer.location.removeprefix("/t/clinic")))

    for part in ("Line 1 costs", "¥10.00", "¥8.00", "80 % of the activity price", "Points +8"):
        assert part in text
    other = clinic.enter("赵桂兰", phone="13900139000", born="1980-11-25")
    event = clinic.tell("join", member=other, path="ordinary").event_id
    answer = clinic.browser("owner").get(f"/t/clinic/admin/events/{event}")
    assert "Term begins: " in said(clinic.get(answer.location.removeprefix("/t/clinic")))
    assert re.search(r"Audit number \d+", text)
    assert "Cash" in text
    assert "Sales" in text


def test_a_refusal_names_its_clause_and_what_lacks(clinic: Clinic) -> None:
    ref = clinic.enter("李建国")
    event = clinic.tell("apply", member=ref, refused="incomplete").event_id
    answer = clinic.browser("owner").get(f"/t/clinic/admin/events/{event}")
    text = said(clinic.get(answer.location.removeprefix("/t/clinic")))

    assert "Documents or details are missing" in text
    assert "Application form" in text
    assert "Nothing was changed" in text
    clinic.get("/admin/decisions/123", status=404)


def test_the_monthly_report_folds_the_accepted_decisions(clinic: Clinic, wang: str) -> None:
    other = clinic.enter("李建国", born="1980-01-01")
    clinic.tell("join", member=other, path="blood-donor")
    text = said(clinic.get("/admin/reports/monthly"))

    assert "Cards issued 2 0" in text
    assert "Received: ordinary cards ¥10.00" in text
    assert "Donations due ¥20.00" in text
    file = clinic.get("/admin/reports/monthly/export?format=csv")
    rows = dict(list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))[1:])
    assert rows["Donations due"] == "20.00"
    assert rows["Cards issued: Blood donor"] == "1"
    clinic.get("/admin/reports/nonsense", status=404)


def test_cards_issued_by_payment_are_counted_by_their_path(clinic: Clinic) -> None:
    ref = clinic.enter("李建国", born="1980-01-01")
    papers = {"application-form": 1, "id-copy": 1}
    clinic.tell("apply", member=ref, path="ordinary", documents=papers)
    clinic.tell("approve", member=ref)
    clinic.tell("pay", member=ref, amount="10", **{"for": "donation"})
    text = said(clinic.get("/admin/reports/monthly"))

    assert "Cards issued: Ordinary application 1" in text


@pytest.mark.parametrize("code", REGISTERS)
def test_every_register_is_shown_and_exported(clinic: Clinic, wang: str, code: str) -> None:
    clinic.get(f"/admin/registers/{code}")
    clinic.get(f"/admin/registers/{code}?value=nothing&member=1", language="zh")
    answer = clinic.browser("owner").get(f"/t/clinic/admin/registers/{code}/export")
    assert zipfile.is_zipfile(io.BytesIO(answer.data))
    clinic.get(f"/admin/registers/{code}", role="cashier", status=403)
    clinic.get(f"/admin/registers/{code}/export?format=pdf", status=404)


def test_registers_are_narrowed_by_period_kind_and_outcome(clinic: Clinic, wang: str) -> None:
    clinic.tell("award", member=wang, points=5, kind="gift", reason="x")
    clinic.tell("top_up", member=wang, amount="5", refused="not_included")
    day = clinic.time.now().date()
    with tenant_scope(clinic.tenant):
        points = page(REGISTERS["points"], Wanted(day, day))
        assert points.values == ["earned", "gift"]
        assert [row["points"] for row in points.rows] == [5, 8]
        gifts = page(REGISTERS["points"], Wanted(day, day, value="gift"))
        assert [row["points"] for row in gifts.rows] == [5]
        refused = page(REGISTERS["decisions"], Wanted(day, day, outcome="refused"))
        assert [row["verb"] for row in refused.rows] == ["top_up"]
        before = day - timedelta(days=1)
        assert page(REGISTERS["decisions"], Wanted(None, before)).total == 0
        charity = page(REGISTERS["house"], Wanted(day, day, value="@charity"))
        assert [row["amount"] for row in charity.rows] == [1000]


def test_an_export_holds_the_rows_of_the_filter(clinic: Clinic, wang: str) -> None:
    clinic.tell("award", member=wang, points=5, kind="gift", reason="x")
    file = clinic.get("/admin/registers/points/export?format=csv&value=gift&from=2026-03-01")
    rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))

    assert rows[0][:4] == ["When", "Person", "Kind", "Points"]
    assert [row[1:4] for row in rows[1:]] == [["王秀英", "Gift points", "5"]]


def test_the_two_empty_lists_differ(clinic: Clinic) -> None:
    assert "Nothing in this period" in clinic.get("/admin/registers/bills")
    assert "Nothing matches this filter" in clinic.get("/admin/registers/bills?value=refund")


def test_the_card_register_tells_how_each_card_came_about(clinic: Clinic) -> None:
    ref = clinic.enter("李建国", id_number="11010519491231002X")
    papers = {"application-form": 1, "id-photo": 1, "visit-record": 1}
    details = {"address": "长堤路8号"}
    clinic.tell(
        "apply", member=ref, path="old-patient", channel="wechat", documents=papers,
        details=details,
    )  # fmt: skip
    clinic.tell("approve", member=ref)
    row = said(clinic.get("/admin/registers/cards"))

    assert "110************02X" in row
    assert "WeChat Former patient Application form, Photo of the ID card, Visit record" in row
    assert "长堤路8号" in clinic.get("/admin/registers/mailings")
    assert "长堤路8号" not in clinic.get("/admin/registers/mailings?value=done")


def test_identity_numbers_leave_the_house_only_by_permission(clinic: Clinic) -> None:
    clinic.tell("join", member=clinic.enter("李建国", id_number="11010519491231002X"))
    export = "/admin/registers/cards/export?format=csv"

    assert "11010519491231002X" not in clinic.get(export, role="auditor")
    assert "11010519491231002X" in clinic.get(export)
    assert "11010519491231002X" not in clinic.get("/admin/registers/cards")


def test_donations_name_the_card_for_which_they_were_made(clinic: Clinic, wang: str) -> None:
    with tenant_scope(clinic.tenant):
        (given,) = page(REGISTERS["donations"], Wanted()).rows
        (card,) = page(REGISTERS["cards"], Wanted()).rows
    assert (given["member"], given["amount"]) == (wang, 1000)
    assert given["number"] == card["number"]


def test_bills_and_their_lines_are_told_in_figures(clinic: Clinic, wang: str) -> None:
    clinic.tell("refund", of="b1", amount="3")
    with tenant_scope(clinic.tenant):
        back, bill = page(REGISTERS["bills"], Wanted()).rows
        (line,) = page(REGISTERS["lines"], Wanted()).rows
        (stands,) = page(REGISTERS["consumption"], Wanted()).rows
    assert [bill[name] for name in ("listed", "discount", "to_pay", "earned")] == [
        10000, -9200, 800, 8,
    ]  # fmt: skip
    assert (back["to_pay"], back["earned"]) == (-300, -3)
    assert (line["price"], line["net"], line["quantity"]) == (10000, 800, 1)
    assert (stands["consumption"], stands["balance"]) == (500, 5)


def test_a_page_of_lines_is_counted_in_bills(clinic: Clinic, wang: str) -> None:
    clinic.tell("spend", id="b2", member=wang, lines=[LINE, LINE, LINE])
    text = said(clinic.get("/admin/registers/lines"))

    assert "Bills: 1–2 of 2" in text


def test_referrals_name_both_and_awards_their_reason(clinic: Clinic, wang: str) -> None:
    friend = clinic.enter("李建国", born="1980-01-01")
    clinic.tell("spend", person=friend, referred_by=wang, first_visit=True, amount="100")
    clinic.tell("award", member=wang, points=30, kind="interaction", reason="院刊 第三期")
    with tenant_scope(clinic.tenant):
        (referral,) = page(REGISTERS["referrals"], Wanted()).rows
        (award,) = page(REGISTERS["awards"], Wanted(value="interaction")).rows
        assert page(REGISTERS["awards"], Wanted(value="gift")).rows == []
    assert (referral["member"], referral["introduced"], referral["points"]) == (wang, friend, 15)
    assert (award["points"], award["reason"]) == (30, "院刊 第三期")


def test_a_loss_names_the_card_and_the_one_after_it(clinic: Clinic, wang: str) -> None:
    clinic.time.set(clinic.time.now() + timedelta(hours=5))
    lost = clinic.time.now() - timedelta(hours=2)
    clinic.tell("report_loss", member=wang, shown=["id"], occurred_at=lost.isoformat())
    clinic.time.set(clinic.time.now() + timedelta(hours=1))
    clinic.tell("reissue_card", member=wang, shown=["id"])
    clinic.time.set(clinic.time.now() + timedelta(minutes=1))
    clinic.tell("pay", member=wang, amount="5", **{"for": "reissue"})
    with tenant_scope(clinic.tenant):
        new, old = page(REGISTERS["cards"], Wanted()).rows
        reissue, loss = page(REGISTERS["losses"], Wanted()).rows
    assert (old["state"], new["state"]) == ("void", "active")
    assert (loss["number"], loss["successor"]) == (old["number"], new["number"])
    assert loss["happened"] == lost
    assert reissue["number"] == old["number"]
    assert new["path"] == old["path"] == "ordinary"


def test_versions_stand_with_the_day_of_their_announcement(clinic: Clinic) -> None:
    clinic.tell(
        "amend", announced="2026-03-02", effective="2026-03-10", settings={"reissue_fee": "8"}
    )
    text = said(clinic.get("/admin/registers/versions"))

    assert "2 Announced 2 Mar 2026" in text
    assert "Reissue fee" in text
