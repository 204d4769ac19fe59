"""Tasks as a call list: found, done with a result, printed and exported with phones hidden."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from tests.web.requests_charter import CODE, ServiceCharter, install

from charterhouse.desk import tasks
from charterhouse.desk.errors import DeskError
from charterhouse.desk.requests import assign
from charterhouse.desk.staff import find_staff
from charterhouse.desk.tasks import DUE, Filters
from charterhouse.kernel.clauses import services as library
from charterhouse.records.tables import audit, item
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Clinic


@pytest.fixture(name="house")
def _house(make_clinic: Callable[..., Clinic], monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """Two members, each with a request whose call is due in two days (today: 2 March 2026)."""
    install(monkeypatch)
    call = library.task("call-back", due=_in_two_days)
    made = ServiceCharter.clauses

    def clauses(self: ServiceCharter, s: Any) -> Any:
        found = made(self, s)
        for clause in found:
            for service in getattr(clause, "services", {}).values():
                if service.code == "specialist":
                    object.__setattr__(service, "opening", (call,))
        return found

    monkeypatch.setattr(ServiceCharter, "clauses", clauses)
    house = make_clinic(CODE, {})
    for name, phone, id_ in (("王秀英", "13800138000", "a"), ("李建国", "13900139000", "a%")):
        ref = house.enter(name, phone=phone)
        house.tell("join", member=ref)
        house.tell("request", id=id_, member=ref, service="specialist")
    return house


def _in_two_days(d: Any, _content: Any) -> date:
    return d.now.date() + timedelta(days=2)


def found(house: Clinic, **filters: Any) -> list[str]:
    with tenant_scope(house.tenant):
        return [task.request for task in tasks.listed(Filters(**filters))[0]]


def test_each_task_has_one_due(house: Clinic) -> None:
    def dues() -> dict[str, int]:
        with tenant_scope(house.tenant):
            return {due: tasks.count(Filters(due=due)) for due in DUE}

    assert dues() == {"overdue": 0, "today": 0, "week": 2, "later": 0, "none": 0}
    house.time.set(house.time.now() + timedelta(days=2))
    assert dues()["today"] == 2
    assert house.get("/admin/my-day").count("Call back") >= 2, "due today: they are of the day"
    house.time.set(house.time.now() + timedelta(days=1))
    assert dues()["overdue"] == 2
    page = house.get("/admin/tasks?due=overdue", role="manager")
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "Nothing matches this filter" in house.get("/admin/tasks?due=later", role="manager")


def test_tasks_are_found_by_who_works_on_their_request(house: Clinic) -> None:
    house.browser("service-desk")
    with tenant_scope(house.tenant):
        one = find_staff("service-desk-1")
        assert one is not None
        assign("a%", one.id, actor="staff:1")
    assert found(house, staff=str(one.id)) == ["a%"], "and no other id that begins like it"
    assert len(found(house, code="call-back")) == 2
    assert found(house, code="odd") == []
    assert found(house, branch="east") == []
    mine = house.get("/admin/tasks?staff=me", role="service-desk")
    assert "李建国" in mine
    assert "王秀英" not in re.sub(r"<select.*?</select>", "", mine, flags=re.DOTALL)


def test_a_task_is_done_with_a_result_that_is_sealed(house: Clinic) -> None:
    action = re.search(r'action="/t/clinic(/admin/tasks/\d+/done)"', house.get("/admin/tasks"))
    assert action is not None
    house.post(action[1], {"back": "tasks", "result": "x" * 501})
    assert len(found(house)) == 2
    house.post(action[1], {"back": "tasks", "result": "已接通，三日后再联系"})

    assert len(found(house)) == 1
    done = house.get("/admin/tasks?view=done")
    assert "已接通，三日后再联系" in done
    assert "测试owner" in done
    with tenant_scope(house.tenant), unit() as opened:
        rows = opened.connection.execute(select(item).where(item.c.state == "done")).all()
        assert "已接通" not in rows[0].note_sealed
        with pytest.raises(DeskError):
            tasks.finish(rows[0].id, actor="staff:1", result="a\u202eb")


def test_a_call_list_is_exported_with_phones_hidden_from_those_who_may_not(
    house: Clinic,
) -> None:
    def phones(role: str) -> set[str]:
        text = house.get("/admin/tasks/export?format=csv&due=week", role=role)
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert {row["Task"] for row in rows} == {"Call back"}
        return {row["Phone"] for row in rows}

    assert phones("auditor") == {"138****8000", "139****9000"}
    assert phones("manager") == {"13800138000", "13900139000"}
    house.get("/admin/tasks/export", role="service-desk", status=403)
    house.get("/admin/tasks/export?format=odd", status=404)
    with tenant_scope(house.tenant), unit() as opened:
        noted = opened.connection.execute(
            select(audit.c.subject).where(audit.c.action == "tasks.export")
        )
        assert [row.subject for row in noted] == ["2 rows", "2 rows"]
