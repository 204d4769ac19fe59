"""What no story of the emergency departments sees: reports, flags that go, tasks that end."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from charterhouse.kernel.decision import Decision
from charterhouse.kernel.events import dump_body, parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.report import Entry
from charterhouse.kernel.standing import HOUSE
from charterhouse.plugins.registry import registry

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2025-03-03"


class Department:
    """A department under a charter, told what happens and asked for its reports."""

    def __init__(self, name: str, **settings: Any) -> None:
        self.charter = registry().charter(f"emergency.{name}")
        self.world = MemoryWorld(self.charter, {**self.charter.example, **settings}, ZONE)

    def tell(self, at: str, verb: str, **fields: Any) -> Decision:
        moment = datetime.fromisoformat(f"{DAY} {at}").replace(tzinfo=ZONE)
        self.world.advance(moment)
        decision = self.world.submit(parse_body(verb, fields, ZONE), moment).decision
        assert decision.accepted, decision.refusal
        return decision

    def step(self, at: str, request: str, step: str, **details: Any) -> Decision:
        return self.tell(at, "progress", request=request, step=step, details=details)

    def flags(self, request: str) -> list[str]:
        document = self.world.document(request)
        assert document is not None
        return list(document.content["flags"])

    def report(self, code: str, until: str = "23:00") -> dict[str, int]:
        self.world.advance(datetime.fromisoformat(f"{DAY} {until}").replace(tzinfo=ZONE))
        entries = [_entry(d) for d in self.world.decisions if d.accepted]
        report = next(each for each in self.charter.reports if each.code == code)
        settings = self.world.book.at(self.world.decisions[-1].at).settings
        rows = report.fold(entries, settings)
        assert len({row.code for row in rows}) == len(rows)
        return {row.code: row.value for row in rows}


def _entry(d: Decision) -> Entry:
    body = {} if d.event.verb == "due" else json.loads(json.dumps(dump_body(d.event.body)))
    named = body.get("member") or body.get("person")
    member = named or next((each.member for each in d.documents.values()), "")
    tier = d.standings[member].tier if member in d.standings else ""
    return Entry(d.at.date(), d.event.verb, member, body, d.figures, d.happenings, d.postings,
                 d.raised, at=d.at, tier=tier)  # fmt: skip


def ended(decision: Decision) -> list[str]:
    return sorted(task for task, *_ in decision.finished)


def rescue() -> Department:
    ward = Department("rescue-system")
    ward.tell("09:00", "join", member="wu", documents={})
    ward.tell(
        "09:00", "request", id="e1", member="wu", service="rescue", details={"condition": "coma"}
    )
    return ward


def test_formalities_are_cleared_when_both_are_done() -> None:
    ward = rescue()
    first = ward.step("09:10", "e1", "payment-done")
    assert ended(first) == []
    assert ward.flags("e1") == ["formalities-pending"]

    second = ward.step("09:20", "e1", "registration-done")

    assert ended(second) == ["complete-formalities", "formalities-pending"]
    assert ward.flags("e1") == []


def test_an_identity_is_checked_once() -> None:
    ward = rescue()
    assert ended(ward.step("09:10", "e1", "identity-checked")) == [
        "check-identity",
        "identity-pending",
    ]
    assert ended(ward.step("09:20", "e1", "identity-checked")) == []


def test_oral_orders_are_written_when_the_last_one_is() -> None:
    ward = rescue()
    for at in ("09:01", "09:02"):
        ward.step(at, "e1", "order-given", form="oral", what="adrenaline")

    assert ended(ward.step("09:03", "e1", "order-written")) == []
    assert ended(ward.step("09:04", "e1", "order-written")) == ["write-order"]


@pytest.mark.parametrize(
    ("step", "details", "tasks"),
    [
        ("doctor-informed", {}, ["inform-doctor"]),
        ("reported", {"to": "medical-affairs", "content": "coma"},
         ["report-duty-officer", "report-medical-affairs"]),
    ],
)  # fmt: skip
def test_a_step_ends_its_tasks(step: str, details: dict[str, Any], tasks: list[str]) -> None:
    assert ended(rescue().step("09:10", "e1", step, **details)) == tasks


def test_rescues_are_reported_by_department_and_order() -> None:
    ward = rescue()
    ward.step("09:00", "e1", "consultation-called", department="surgery")
    ward.step("09:05", "e1", "consultation-called", department="surgery")
    ward.step("09:10", "e1", "consultant-arrived", department="surgery")
    ward.step("09:16", "e1", "consultant-arrived", department="surgery")
    ward.step("10:00", "e1", "order-given", form="oral", what="adrenaline")
    ward.step("10:01", "e1", "order-given", form="written", what="fluids")
    ward.step("10:02", "e1", "order-given", form="oral", what="atropine")
    ward.step("15:00", "e1", "order-written")
    ward.step("15:10", "e1", "invasive-procedure", what="drain")
    ward.tell("15:20", "record", kind="equipment-check", details={"complete": False})

    assert ward.report("rescues") == {
        "arrived.surgery": 2, "in_time.surgery": 1, "oral": 2, "written": 1, "written_in_time": 1,
        "sample_not_first": 1, "replenish": 1,
    }  # fmt: skip
    assert ward.report("limits") == {
        "arrival.met": 1, "arrival.missed": 1, "arrival.left": 0, "arrival.median": 10,
        "oral-order.met": 1, "oral-order.missed": 0, "oral-order.left": 1, "oral-order.median": 300,
        "late": 1, "overdue": 2,
    }  # fmt: skip


def test_duties_count_violations_and_what_is_left_open() -> None:
    ward = rescue()
    ward.step("09:10", "e1", "invasive-procedure", what="drain")
    ward.step("09:11", "e1", "consultation-called", department="surgery")
    ward.step("09:12", "e1", "payment-done")
    ward.tell("10:00", "close", request="e1", outcome="failed")

    assert ward.report("duties") == {
        "violations": 1, "identity_pending": 1, "identity_checked": 0, "formalities_pending": 1,
        "registration-done": 0, "payment-done": 1, "escalations": 1, "failures": 1,
    }  # fmt: skip


def test_episodes_are_counted_by_service_class_and_end() -> None:
    ward = Department("severe-friendly")
    ward.tell("09:00", "join", member="dong", tier="severe")
    ward.tell("09:00", "join", member="an")
    ward.tell("09:00", "request", id="e1", member="dong", service="emergency-treatment")
    ward.tell("09:05", "request", id="q1", member="an", service="consultation")
    ward.tell("09:05", "request", id="q2", member="dong", service="consultation")
    ward.step("09:10", "e1", "treatment-started")
    ward.step("09:20", "e1", "treatment-started")
    ward.step("09:30", "e1", "satisfaction-recorded", answer="satisfied")
    ward.tell("09:40", "close", request="q1", outcome="no_show")
    ward.tell("09:40", "cancel", request="q2", by="customer")

    assert ward.report("episodes") == {
        "episodes": 3, "service.consultation": 2, "service.emergency-treatment": 1,
        "class.consultation.ordinary": 1, "class.consultation.severe": 1,
        "class.emergency-treatment.severe": 1, "closed.no_show": 1, "cancelled": 1,
    }  # fmt: skip
    assert ward.report("severe") == {
        "severe": 1, "treatment.number": 1, "treatment.median": 10, "answer.satisfied": 1,
    }  # fmt: skip


def test_critical_patients_are_reported_by_level_means_and_time() -> None:
    ward = Department("outpatient-critical")
    ward.tell("09:00", "join", member="an")
    ward.tell("09:00", "request", id="q1", member="an", service="triage")
    ward.step("09:01", "q1", "risk-assessed", level="urgent")
    ward.step("09:05", "q1", "risk-assessed", level="critical")
    ward.step("09:09", "q1", "doctor-called-out")
    ward.step("09:20", "q1", "called")
    ward.tell("09:30", "request", id="x1", member="an", service="escorted-exam")
    ward.step("09:31", "x1", "transport-chosen", means="stretcher-cart")
    ward.step("09:50", "x1", "result-returned")

    assert ward.report("critical") == {
        "level.critical": 1, "means.stretcher-cart": 1, "doctor.number": 1, "doctor.median": 4,
        "exams": 1, "results": 1,
    }  # fmt: skip


def test_waiting_times_are_reported_by_group_and_measure() -> None:
    ward = Department("general-plan")
    ward.tell("08:00", "join", member="mei", details={"groups": ["pregnant"]})
    ward.tell("08:00", "join", member="an")
    for number, member in enumerate(("mei", "an", "an")):
        ward.tell("08:00", "request", id=f"r{number}", member=member, service="registration")
    ward.step("08:05", "r0", "called")
    ward.step("08:10", "r1", "called")
    ward.tell("09:00", "use", id="u1", member="mei", benefit="green-flow")

    assert ward.report("waiting") == {
        "waiting.registration.special.number": 1, "waiting.registration.special.median": 5,
        "waiting.registration.ordinary.number": 1, "waiting.registration.ordinary.median": 10,
        "used.green-flow": 1,
    }  # fmt: skip


def test_debts_are_collected_and_reported() -> None:
    ward = Department("surgery-channel")
    ward.tell("10:00", "join", member="wu")
    for id_ in ("e1", "e2"):
        ward.tell("10:00", "request", id=id_, member="wu", service="rescue",
                  details={"condition": "shock", "funds": "lacking"})  # fmt: skip
    paid = ward.step("10:10", "e1", "payment-done")
    assert ended(paid) == ["collect-later", "debt"]
    assert ward.flags("e1") == ["formalities-pending"]
    ward.step("10:20", "e1", "transfer-disputed")

    assert ward.report("debts") == {
        "debts": 2, "collected": 1, "open": 1, "operations": 0, "disputes": 1, "replenish": 0,
    }  # fmt: skip


def test_supplies_that_are_there_again_end_the_task() -> None:
    ward = Department("surgery-channel")
    ward.tell("10:00", "record", kind="inventory-check", details={"complete": False})
    done = ward.tell("11:00", "record", kind="inventory-check", details={"complete": True})
    assert [(task, member) for task, member, _ in done.finished] == [("replenish", HOUSE)]


def test_reports_to_the_head_and_to_the_management_end_their_own_tasks() -> None:
    ward = Department("surgery-channel")
    ward.tell("10:00", "join", member="wu")
    ward.tell("10:00", "request", id="e1", member="wu", service="rescue",
              details={"condition": "shock", "special": ["poisoning"]})  # fmt: skip
    assert ended(ward.step("10:01", "e1", "reported", to="duty-officer")) == ["report-management"]
    head = ward.step("10:02", "e1", "reported", to="department-head")
    assert ended(head) == ["report-department-head"]
