"""Out-patient measures for acute and critical patients (针对急危重症患者实施绿色通道具体措施)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.diagnoses import Diagnoses
from charterhouse.kernel.clauses.notices import Recorded
from charterhouse.kernel.clauses.open_requests import OpenRequests
from charterhouse.kernel.clauses.patients import ClassByStep
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import (
    After,
    Bar,
    Condition,
    Ends,
    Need,
    Service,
    Step,
    done,
    flag,
    record,
    said,
    task,
    unless,
)
from charterhouse.kernel.clauses.waiting import CallOrder
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.standing import Standing
from charterhouse_emergency import details
from charterhouse_emergency import outpatient_critical_texts as texts
from charterhouse_emergency.common import EmergencyChannel, none_of, service, step
from charterhouse_emergency.fields import codes
from charterhouse_emergency.outpatient_critical_clauses import (
    CHOSEN,
    STRETCHER,
    WHEELCHAIR,
    ChangeMeans,
    fulfilled,
    needs_stretcher,
)
from charterhouse_emergency.outpatient_critical_reports import CRITICAL

ORDINARY, URGENT, WORST = CLASSES = ("ordinary", "urgent", "critical")
ESCORTED, IMMEDIATE, TRANSPORT = MOVING = ("escorted-exam", "immediate-admission", "transport")
DISEASES = (
    "myocardial-infarction", "extensive-cerebral-infarction", "hypertensive-crisis",
    "cerebral-haemorrhage",
)  # fmt: skip


def is_critical(standing: Standing) -> bool:
    """Assessed as critical."""
    return standing.tier == WORST


def is_urgent(standing: Standing) -> bool:
    """Assessed as urgent."""
    return standing.tier == URGENT


def no_level(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The level is none that there is."""
    return detail(d.body, "level") not in CLASSES


def no_means(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The means is none that there is."""
    return none_of(detail(d.body, "means"), (STRETCHER, WHEELCHAIR))


def unattended(d: Draft, content: Mapping[str, Any]) -> bool:
    """A critical patient for whom no doctor came out and who was not called in."""
    return is_critical(d.of_member) and not done("doctor-called-out", "called")(d, content)


class OutpatientCriticalSettings(Schema):
    """Diseases with which nobody goes by wheelchair."""

    stretcher_conditions_extra = codes(
        (), meta("其他必须使用平车的疾病", "Further diseases with stretcher cart", "codes", "5",
                 "transport"),
    )  # fmt: skip

    groups = {"transport": ("转运", "Transport")}  # noqa: RUF012 - marshmallow reads it as it is


class OutpatientCritical(EmergencyChannel):
    """Risk assessment at the triage desk, into the ward first, and the right means of transport."""

    code = "emergency.outpatient-critical"
    name = ("急危重症患者门诊绿色通道", "Out-patient measures for critical patients")
    Settings = OutpatientCriticalSettings
    details = details.outpatient_critical(CLASSES, (STRETCHER, WHEELCHAIR), MOVING)
    heading = (
        Section("1", "快速反应", "Quick reaction"),
        Section("2", "预检分诊", "Triage"),
        Section("3", "护送检查", "Escorted examination"),
        Section("4", "立即入院", "Immediate admission"),
        Section("5", "转运工具", "Means of transport"),
        Section("6", "交接", "Hand-over"),
    )
    classes = CLASSES
    events = ("diagnose",)
    records = (*EmergencyChannel.records, "drill")
    labels = texts.LABELS
    own_reports = (CRITICAL,)

    def services(self, s: SettingValues) -> list[Service]:
        """See `EmergencyChannel.services`."""
        listed = self.diseases(s)
        triage_closing = {
            "served": (
                flag("doctor-not-called", "2", when=unattended),
                record("violation", "2", when=unattended),
            )
        }
        transport = Need("transport", met=fulfilled(listed))
        hand_over = Need("hand-over", by=("handed-over",))
        return [
            service(
                "triage", "2", *_steps(), needs=(Need("risk-assessment", by=("risk-assessed",)),),
                closing=triage_closing,
            ),
            service(
                ESCORTED, "3", *_steps(needs_stretcher(listed)),
                needs=(transport, hand_over, Need("result", by=("result-returned",))),
            ),
            service(
                IMMEDIATE, "4", *_steps(needs_stretcher(listed), ward_first=True),
                needs=(transport, hand_over, Need("formalities", by=("formalities-started",))),
            ),
            service(TRANSPORT, "5", *_steps(needs_stretcher(listed)), needs=(transport,)),
        ]  # fmt: skip

    @staticmethod
    def diseases(s: SettingValues) -> tuple[str, ...]:
        """The diseases with which the stretcher cart is mandatory."""
        return (*DISEASES, *s.stretcher_conditions_extra)

    def rules(self, s: SettingValues, services: Services) -> list[Clause]:
        """See `EmergencyChannel.rules`."""
        return [
            Recorded("1", {"drill": ""}, nobody=True),
            ClassByStep(
                "2", "risk-assessed", "level", classes=CLASSES, first=ORDINARY, anew=("triage",)
            ),
            CallOrder("2", {"triage": (is_critical, is_urgent)}),
            ChangeMeans("5", self.diseases(s), services=MOVING),
            Diagnoses("E12"),
            OpenRequests("E8", services),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `EmergencyChannel.words`."""
        return texts.words(s, self.diseases(s))


def _steps(
    stretcher_only: Condition | None = None, *, ward_first: bool = False
) -> tuple[Step, ...]:
    """The steps of a service: whether rule 5 holds for it, and whether the ward comes first."""
    calls = (Ends("call-doctor-to-triage"),)
    unfit: tuple[Bar, ...] = ()
    if stretcher_only:
        unfit = (
            Bar("unknown", no_means, field="details.means"),
            Bar("not_eligible", stretcher_only, field="details.means"),
        )
    return (
        step(
            "risk-assessed", "2", bars=(Bar("unknown", no_level, field="details.level"),),
            then=(task("call-doctor-to-triage", "2", when=said(level=WORST)),),
            closes=(Ends("call-doctor-to-triage", when=unless(said(level=WORST))),),
        ),
        step("doctor-called-out", "2", closes=calls),
        step("called", "E7", closes=calls),
        step(
            CHOSEN, "5", details=("means",), bars=unfit,
            closes=(Ends("change-to-stretcher", when=said(means=STRETCHER)),),
        ),
        step("handed-over", "6", details=("to", "condition"), asks="6"),
        step("exam-done", "3"),
        step("result-returned", "3"),
        step("formalities-started", "4", after=(After("handed-over"),) if ward_first else ()),
    )  # fmt: skip
