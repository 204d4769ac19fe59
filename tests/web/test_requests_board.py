"""The list of requests by next deadline, the board by state, and who works on what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.web.requests_charter import CODE, install

from charterhouse.desk.requests import Filters, assign, count, listed
from charterhouse.desk.staff import find_staff
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A house with one member, two complaints and a request for a specialist without papers."""
    install(monkeypatch)
    house = make_clinic(CODE, {})
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("join", member=ref)
    house.tell("request", id="late", member=ref, service="complaint")
    house.time.set(house.time.now() + timedelta(hours=20))
    house.tell("request", id="soon", member=ref, service="complaint")
    house.tell("request", id="none", member=ref, service="specialist")
    house.time.set(house.time.now() + timedelta(hours=5))
    return house


def ids(found: object) -> list[str]:
    return [row.id for row in found.rows]  # type: ignore[attr-defined]  # of the desk


def test_the_next_deadline_stands_first_and_none_stands_last(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        found = listed(Filters())
        assert ids(found) == ["late", "soon", "none"]
        assert [row.overdue for row in found.rows] == [True, False, False]
        assert found.rows[2].due_at is None
        assert found.rows[2].missing == ("claim-form", "report")
        assert ids(listed(Filters(overdue=True))) == ["late"]
        assert ids(listed(Filters(service="specialist"))) == ["none"]
        assert ids(listed(Filters(status="received"))) == ["late", "soon"]
        assert count(Filters()) == 3

    page = house.get("/admin/requests")
    assert "Overdue by 59 minutes" in page
    assert "19 hours left" in page
    assert "no deadline" in page
    assert "Missing: Claim form, Diagnosis report" in page
    assert (
        page.index("Overdue by 59 minutes")
        < page.index("19 hours left")
        < page.index("no deadline")
    )
    assert "逾期59分钟" in house.get("/admin/requests", language="zh").replace(" ", "")


def test_pages_go_on_where_the_one_before_ended(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        first = listed(Filters(), size=2)
        assert (ids(first), first.before) == (["late", "soon"], "")
        second = listed(Filters(), after=first.after, size=2)
        assert (ids(second), second.after) == (["none"], "")
        back = listed(Filters(), before=second.before, size=2)
        assert (ids(back), back.before, bool(back.after)) == (["late", "soon"], "", True)
        assert ids(listed(Filters(), after="senseless")) == ["late", "soon", "none"]


def test_what_is_over_stands_apart_the_last_one_first(house: Clinic) -> None:
    house.tell("cancel", request="soon", by="customer")
    house.time.set(house.time.now() + timedelta(minutes=1))
    house.tell("cancel", request="late", by="customer")
    with tenant_scope(house.tenant):
        assert ids(listed(Filters())) == ["none"]
        assert ids(listed(Filters(over=True))) == ["late", "soon"]
    page = house.get("/admin/requests?view=over")
    assert "Cancelled" in page
    assert "Overdue by" not in page


def test_assigned_requests_are_found_by_who_works_on_them(house: Clinic) -> None:
    house.browser("service-desk")
    with tenant_scope(house.tenant):
        one = find_staff("service-desk-1")
        assert one is not None
        assign("soon", one.id, actor="staff:1")
        assert ids(listed(Filters(staff=str(one.id)))) == ["soon"]
        assert ids(listed(Filters(staff="nobody"))) == ["late", "none"]
    house.tell("progress", request="soon", step="replied", by="manager")
    with tenant_scope(house.tenant):
        assert ids(listed(Filters(staff=str(one.id)))) == ["soon"], "an event leaves it assigned"
    mine = house.get("/admin/requests?view=mine", role="service-desk")
    assert "测试service-desk" in mine
    assert "Specialist" not in re.sub(r"<select.*?</select>", "", mine, flags=re.DOTALL)


def test_the_board_has_a_column_for_each_state(house: Clinic) -> None:
    page = house.get("/admin/requests?layout=board")
    heads = re.findall(r'id="state-(\w+)">([^<]+)<', page)
    assert heads == [("received", "Received"), ("incomplete", "Incomplete"),
                     ("approved", "Approved"), ("arranged", "Arranged")]  # fmt: skip
    received = page[page.index('id="state-received"') : page.index('id="state-incomplete"')]
    assert received.count("<li>") == 2


def test_filters_stand_in_the_address_and_can_be_taken_back(house: Clinic) -> None:
    page = house.get("/admin/requests?service=specialist&state=incomplete")
    assert "Filters in force" in page
    assert "Overdue by" not in page
    nothing = house.get("/admin/requests?service=specialist&state=approved")
    assert "Nothing matches this filter" in nothing
    assert "Overdue by" in house.get("/admin/requests?service=odd&state=odd&staff=99&after=odd")


def test_a_charter_without_services_says_so(clinic: Clinic) -> None:
    assert "This charter has no services to ask for" in clinic.get("/admin/requests")


def test_papers_are_missing_and_steps_are_still_to_do(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        rows = {row.id: row for row in listed(Filters()).rows}
    assert rows["none"].lacking == ("claim-form", "report")
    assert rows["none"].undone == ()
    for row in rows.values():
        assert (*row.lacking, *row.undone) == row.missing
