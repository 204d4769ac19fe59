"""Green channel for critical patients and emergency rescue (危重病人和急诊抢救绿色通道制度)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any, ClassVar

from marshmallow import Schema

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.clauses.patients import CompleteCheck, NotTurnedAway
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import (
    Bar,
    Condition,
    Ends,
    Need,
    Service,
    Step,
    asked,
    cited,
    done,
    flag,
    record,
    said,
    task,
    unless,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.own_days import calendar_of, rest_days, working_days
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_emergency import details
from charterhouse_emergency import rescue_system_texts as texts
from charterhouse_emergency.common import EmergencyChannel, call, limit, none_of, service, step
from charterhouse_emergency.fields import minutes, time_of_day
from charterhouse_emergency.rescue_system_clauses import OfficeHours
from charterhouse_emergency.rescue_system_reports import RESCUES

CONDITIONS: Mapping[str, str] = {
    "cardiac-respiratory-arrest": "1.1", "coma": "1.2", "shock": "1.3", "severe-arrhythmia": "1.4",
    "acute-organ-failure": "1.5", "acute-poisoning": "1.6", "critical-maternal": "1.7",
    "other-life-threat": "1.8",
}  # fmt: skip
FORMS, NOTICES = ("oral", "written"), ("severe", "critical")
AFFAIRS, OFFICER = "medical-affairs", "duty-officer"
ORAL = "oral-order"

EVERY_DAY = range(7)
"""Working days of any weekday: make-up days too."""


def in_danger(_d: Draft, content: Mapping[str, Any]) -> bool:
    """One of the conditions, unstable vital signs or a foreseeable danger to life."""
    details = content["details"]
    return (
        details.get("condition") in tuple(CONDITIONS)
        or details.get("vital_signs") == "unstable"
        or details.get("danger") is True
    )


def formalities_done(d: Draft, content: Mapping[str, Any]) -> bool:
    """Registered and paid, at the opening or since."""
    details = content["details"]
    registered = details.get("registered") is True or done("registration-done")(d, content)
    return registered and (details.get("paid") is True or done("payment-done")(d, content))


def no_form(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The order is neither oral nor written."""
    return detail(d.body, "form") not in FORMS


def no_kind(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The notice is none that there is."""
    return none_of(detail(d.body, "kind"), NOTICES)


def unwritten(_d: Draft, content: Mapping[str, Any]) -> bool:
    """An oral order is not written down yet."""
    rows = content["limits"].items()
    return any(key.startswith(f"{ORAL}#") and row[1] in ("open", "overdue") for key, row in rows)


def office(s: SettingValues) -> ServiceHours:
    """When the medical affairs office is there."""
    opens, closes = (time.fromisoformat(each) for each in (s.office_start, s.office_end))
    return ServiceHours(opens, closes, EVERY_DAY, calendar_of(s))


def when(holds: Callable[[datetime], bool]) -> Condition:
    """Something holds at the moment of the event."""
    return lambda d, _content: holds(d.now)


def reported_wrong(hours: ServiceHours) -> Condition:
    """The report goes to somebody who is not responsible at its moment."""

    def holds(d: Draft, _content: Mapping[str, Any]) -> bool:
        right = AFFAIRS if hours.is_open(d.now) else OFFICER
        return none_of(detail(d.body, "to"), (right,))

    return holds


class RescueSystemSettings(Schema):
    """Limits, and the office hours of the hospital."""

    consultation_minutes = minutes(
        10, meta("会诊到位时限", "Arrival of the consultant", "minutes", "3.4", "limits")
    )
    oral_order_minutes = minutes(
        360, meta("口头医嘱补记时限", "Writing down an oral order", "minutes", "3.2", "limits")
    )
    office_start = time_of_day(meta("上班时间", "Office opens", "", "E10", "office"))
    office_end = time_of_day(meta("下班时间", "Office closes", "", "E10", "office"))

    own_rest_days = rest_days("E10", "office")
    own_working_days = working_days("E10", "office")

    groups = {  # noqa: RUF012 - marshmallow reads it as it is
        "limits": ("时限", "Limits"),
        "office": ("办公时间", "Office hours"),
    }


class RescueSystem(EmergencyChannel):
    """Rescue, examine and admit first; the called doctor comes, and management knows at once."""

    code = "emergency.rescue-system"
    name = ("危重病人和急诊抢救绿色通道制度", "Green channel for emergency rescue")
    Settings = RescueSystemSettings
    details = details.rescue_system(CONDITIONS, FORMS, NOTICES, (AFFAIRS, OFFICER))
    heading = (
        Section("0", "抢救链", "Chain"),
        Section("1", "服务对象", "Who is served"),
        Section("2", "原则", "Principle"),
        Section("3", "工作制度", "Rules of work"),
    )
    labels = texts.LABELS
    own_reports = (RESCUES,)
    begins: ClassVar = {ORAL: {"form": "oral"}}
    example: ClassVar = {"office_start": "08:00", "office_end": "17:30"}

    def services(self, s: SettingValues) -> list[Service]:
        """See `EmergencyChannel.services`."""
        in_office, pending = when(office(s).is_open), unless(formalities_done)
        called, arrived, arrival = call(
            "consultation-called", "consultant-arrived", s.consultation_minutes, "3.4"
        )
        oral = limit(
            ORAL, "order-given", "order-written", s.oral_order_minutes, "3.2", each=True,
            when=said(form="oral"),
        )  # fmt: skip
        return [
            service(
                "rescue", "1", *_formalities(), *_work(s), called, arrived,
                refuses=(Bar("not_eligible", unless(in_danger), field="details.condition"),),
                opening=(
                    *(cited(code, n, when=asked(condition=code)) for code, n in CONDITIONS.items()),
                    flag("formalities-pending", "2", when=pending),
                    task("complete-formalities", "2", when=pending),
                    task("inform-doctor", "3.2"),
                    task(f"report-{AFFAIRS}", "3.7", when=in_office),
                    task(f"report-{OFFICER}", "3.7", when=unless(in_office)),
                ),
                needs=(
                    "doctor-informed",
                    Need("orders-written", met=unless(unwritten)),
                    "family-informed", "reported", "rescue-ended",
                ),
                limits=(arrival, oral),
            )
        ]  # fmt: skip

    def rules(self, s: SettingValues, services: Services) -> list[Clause]:
        """See `EmergencyChannel.rules`."""
        return [
            NotTurnedAway("3.1", ("rescue",)),
            CompleteCheck("3.3", "equipment-check"),
            OfficeHours("E10", office(s)),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `EmergencyChannel.words`."""
        return texts.words(s)


def _formalities() -> tuple[Step, ...]:
    """Registration and payment may come at any time; money is asked for afterwards."""
    ends: Mapping[str, Any] = {
        "any_time": True,
        "clears": (Ends("formalities-pending", formalities_done),),
        "closes": (Ends("complete-formalities", formalities_done),),
    }
    return (
        step("registration-done", "2", **ends), step("payment-done", "2", **ends),
        step("payment-demanded", "2", after=("rescue-ended",), any_time=True),
    )  # fmt: skip


def _work(s: SettingValues) -> tuple[Step, ...]:
    """The steps of a rescue."""
    without_sample = unless(done("blood-sample"))
    wrong = Bar("wrong_person", reported_wrong(office(s)), field="details.to")
    return (
        step("doctor-informed", "3.2", closes=("inform-doctor",)),
        step(
            "order-given", "3.2", details=("what",),
            bars=(Bar("unknown", no_form, field="details.form"),),
            then=(task("write-order", "3.2", when=said(form="oral")),),
        ),
        step("order-written", "3.2", closes=(Ends("write-order", unless(unwritten)),)),
        step("order-done", "3.2"),
        step("blood-sample", "3.5"),
        step("tests-done", "3.5", after=("blood-sample",)),
        step(
            "invasive-procedure", "3.5", details=("what",),
            then=(
                flag("sample-not-first", "3.5", when=without_sample),
                record("violation", "3.5", when=without_sample),
            ),
        ),
        step("family-informed", "3.6"),
        step(
            "notice-given", "3.6", details=("kind", "recipient"), asks="3.6",
            bars=(Bar("unknown", no_kind, field="details.kind"),),
        ),
        step(
            "reported", "3.7", details=("to", "content"), bars=(wrong,),
            closes=(f"report-{AFFAIRS}", f"report-{OFFICER}"),
        ),
        step("rescue-ended", "3"),
    )  # fmt: skip
