"""The page of one request: what it shows, the moves that are open, and their events."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.requests_charter import CODE, install

from charterhouse.desk.request_file import request_file
from charterhouse.desk.request_moves import moves
from charterhouse.desk.requests import Filters, listed
from charterhouse.desk.staff import find_staff, set_active
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic

PAPERS = {"claim-form": 1, "report": 1}


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A house with one member who asks for a specialist without papers."""
    install(monkeypatch)
    house = make_clinic(CODE, {})
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("join", member=ref)
    house.tell("request", id="r1", member=ref, service="specialist")
    return house


def said(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def open_moves(house: Clinic, request_id: str = "r1") -> set[tuple[str, str]]:
    with tenant_scope(house.tenant):
        found = moves(request_file(request_id), actor="staff:1")
        return {(move.verb, move.code) for move in found if move.allowed}


def send(house: Clinic, way: str, status: int = 303, **data: Any) -> str:
    fields = {name.replace("__", "."): value for name, value in data.items()}
    answer = house.post(f"/admin/requests/r1/{way}?lang=en", fields, status=status)
    return answer.text


def test_only_what_the_charter_allows_now_is_offered(house: Clinic) -> None:
    cancel = {("cancel", side) for side in ("customer", "provider", "hospital")}
    closing = {("close", "no_show"), ("close", "failed")}
    first = open_moves(house)
    assert (
        first
        == {("supply", ""), ("decide", "refused"), ("progress", "contacted")} | cancel | closing
    )
    house.tell("supply", request="r1", documents=PAPERS)
    assert ("decide", "approved") in open_moves(house)
    assert ("supply", "") not in open_moves(house)
    house.tell("decide", request="r1", outcome="approved", reason="ok")
    house.tell("progress", request="r1", step="contacted")
    assert ("progress", "arranged") in open_moves(house)
    assert ("close", "served") not in open_moves(house)
    house.tell("progress", request="r1", step="arranged", details={"hospital": "first"})
    assert ("close", "served") in open_moves(house)
    house.tell("close", request="r1", outcome="served")
    assert open_moves(house) == set()


def test_the_page_says_what_is_missing_and_what_waits(house: Clinic) -> None:
    page = said(house.get("/admin/requests/r1"))
    assert "Specialist" in page
    assert "王秀英" in page
    assert "Claim form" in page
    assert "Missing" in page
    assert "Papers complete Clause 1.4 No" in page.replace("§ ", "")
    assert "Approved Clause 1.5 Not decided yet" in page.replace("§ ", "")
    assert "Reserved" in page
    assert "The reserved use of “Specialist” returns." in page
    assert "What may be done next" in page
    chinese = said(house.get("/admin/requests/r1", language="zh"))
    assert "专家门诊" in chinese
    assert "下一步" in chinese


def test_a_request_is_worked_through_by_its_forms(house: Clinic) -> None:
    send(house, "supply", paper=["claim-form", "report"], key="k1")
    page = said(house.get("/admin/requests/r1"))
    assert "7 days left" in page
    assert "by 9 Mar 2026" in page, "five working days after 2 March"
    send(house, "decide", choice="approved", reason="All is there", key="k2")
    send(house, "step", choice="contacted", key="k3")
    late = send(house, "step", 422, choice="arranged", key="k4")
    assert "hospital" in late
    send(house, "step", choice="arranged", key="k5", details__hospital="First")
    page = said(house.get("/admin/requests/r1"))
    assert "It costs one use of “Specialist”." in page
    assert "hospital: First" in page
    send(house, "close", choice="served", key="k6")
    page = said(house.get("/admin/requests/r1"))
    assert "This request is over." in page
    assert "Consumed" in page
    with tenant_scope(house.tenant):
        assert listed(Filters()).rows == ()


def test_a_form_sent_twice_has_one_effect(house: Clinic) -> None:
    send(house, "step", choice="contacted", key="same")
    send(house, "step", choice="contacted", key="same")
    with tenant_scope(house.tenant):
        assert [step.code for step in request_file("r1").steps] == ["contacted"]


def test_a_refusal_comes_back_with_its_clause_and_stands_in_the_story(house: Clinic) -> None:
    page = send(house, "decide", 422, choice="approved", reason="too early", key="k1")
    assert 'role="alert"' in page
    assert "#clause-1.4" in page
    assert "What was refused (1)" in said(house.get("/admin/requests/r1"))
    assert "Bad value" not in send(house, "decide", 422, choice="", reason="x", key="k2")


def test_cancelling_returns_what_was_reserved(house: Clinic) -> None:
    send(house, "cancel", choice="customer", reason="no need", key="k1")
    with tenant_scope(house.tenant):
        file = request_file("r1")
        assert (file.status, file.quota) == ("cancelled", "released")
    assert "Released" in said(house.get("/admin/requests/r1"))


def test_who_works_on_it_is_chosen_among_those_who_work_here(house: Clinic) -> None:
    house.browser("service-desk")
    with tenant_scope(house.tenant):
        one = find_staff("service-desk-1")
    assert one is not None
    send(house, "assign", staff=str(one.id))
    assert "测试service-desk" in said(house.get("/admin/requests?view=open"))
    send(house, "assign", 422, staff="17")
    send(house, "assign", staff="")
    with tenant_scope(house.tenant):
        assert request_file("r1").staff_id == 0
        set_active(one.id, active=False, actor="staff:1")
    send(house, "assign", 422, staff=str(one.id))


def test_what_is_overdue_is_said_before_the_clock_has_run(house: Clinic) -> None:
    house.tell("supply", request="r1", documents=PAPERS)
    house.time.set(house.time.now() + timedelta(days=10))
    page = said(house.get("/admin/requests/r1"))
    assert "Overdue by" in page


@pytest.mark.parametrize(
    ("role", "way", "status"),
    [
        ("auditor", "step", 403), ("auditor", "assign", 403), ("cashier", "decide", 403),
        ("cashier", "assign", 403), ("reviewer", "step", 403), ("reviewer", "decide", 303),
    ],
)  # fmt: skip
def test_each_way_needs_its_right(house: Clinic, role: str, way: str, status: int) -> None:
    data = {"choice": "refused", "reason": "no"}
    house.post(f"/admin/requests/r1/{way}", data, role=role, status=status)


def test_an_auditor_sees_the_request_and_no_forms(house: Clinic) -> None:
    page = house.get("/admin/requests/r1", role="auditor")
    assert "/admin/requests/r1/" not in page


def test_unknown_requests_and_other_documents_are_not_found(house: Clinic) -> None:
    house.get("/admin/requests/r2", status=404)
    for way in ("step", "supply", "decide", "close", "cancel", "assign"):
        house.post(f"/admin/requests/r2/{way}", {"choice": "x"}, status=404)


def test_the_members_page_leads_to_the_request(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        ref = request_file("r1").person.ref
    assert "/admin/requests/r1" in house.get(f"/admin/members/{ref}")


def test_the_policy_on_which_it_rests_stands_on_the_page(
    make_clinic: Callable[..., Clinic],
) -> None:
    house = make_clinic("green-channel.three-services", {})
    ref = house.enter("王秀英", phone="13800138000", born="1970-01-01")
    house.tell("policy", member=ref, id="p1", effective="2025-01-01", until="2030-12-31")
    house.tell("request", id="r9", member=ref, service="expert-outpatient")
    with tenant_scope(house.tenant):
        cover = request_file("r9").cover
    assert cover is not None
    assert (cover.id, cover.state) == ("p1", "active")
    page = said(house.get("/admin/requests/r9"))
    assert "Policy Number p1" in page
    assert "31 Dec 2030" in page


def test_an_identity_number_among_the_details_is_masked(house: Clinic) -> None:
    ref = house.enter("李建国")
    house.tell("join", member=ref)
    house.tell("request", id="r2", member=ref, service="specialist",
               details={"id_number": "11010519491231002X", "room": "1101051949123"})  # fmt: skip
    page = said(house.get("/admin/requests/r2"))
    assert "110************02X" in page
    assert "1101051949123" in page
    assert "11010519491231002X" not in page
