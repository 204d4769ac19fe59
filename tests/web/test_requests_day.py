"""The day of a member of staff: requests assigned, their tasks, what is due and overdue."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.web.requests_charter import CODE, install

from charterhouse.desk.requests import assign
from charterhouse.desk.staff import find_staff
from charterhouse.desk.tasks import due_tasks, open_tasks
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A house in which one request is assigned to the service desk and another is late."""
    install(monkeypatch)
    house = make_clinic(CODE, {})
    ref = house.enter("王秀英", phone="13800138000")
    house.tell("join", member=ref)
    house.tell("request", id="mine", member=ref, service="specialist")
    house.tell("request", id="late", member=ref, service="complaint")
    house.time.set(house.time.now() + timedelta(hours=30))
    house.browser("service-desk")
    with tenant_scope(house.tenant):
        one = find_staff("service-desk-1")
        assert one is not None
        assign("mine", one.id, actor="system")
    return house


def said(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def test_a_day_has_what_is_mine_and_what_is_late(house: Clinic) -> None:
    page = said(house.get("/admin/my-day", role="service-desk"))
    mine, rest = page.split("Overdue requests")
    assert "Specialist" in mine
    assert "Call back" in mine, "the task of the request stands with it"
    assert "Complaint" not in mine
    assert "Complaint" in rest
    assert "Overdue by 5 hours" in rest
    assert "Requests assigned to me Nothing is assigned to you" in said(house.get("/admin/my-day"))
    assert "我的一天" in house.get("/admin/my-day", language="zh")


def test_a_task_that_is_done_leaves_the_day(house: Clinic) -> None:
    with tenant_scope(house.tenant):
        task = next(each for each in open_tasks() if each.code == "call-back")
        assert task.request == "mine"
        assert due_tasks(house.time.now().date()) == [], "without a due day it is due on no day"
    answer = house.post(f"/admin/tasks/{task.id}/done", {"back": "day"}, role="service-desk")
    assert answer.location.endswith("/admin/my-day")
    assert "Call back" not in said(house.get("/admin/my-day", role="service-desk"))
