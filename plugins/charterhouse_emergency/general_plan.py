"""Hospital green channel plan (医院绿色通道就医服务方案) as a list of its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from marshmallow import Schema

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.diagnoses import Diagnoses
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.clauses.waiting import CallOrder
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.standing import Standing
from charterhouse_emergency import general_plan_texts as texts
from charterhouse_emergency.common import EmergencyChannel, service, step
from charterhouse_emergency.fields import codes, years
from charterhouse_emergency.general_plan_clauses import (
    CLASSES,
    DESIGNATED,
    EMERGENCY,
    EMERGENCY_SURGERY,
    SPECIAL,
    SURGICAL,
    URGENT,
    Bounds,
    TargetGroups,
    of_any,
)
from charterhouse_emergency.general_plan_reports import WAITING

DISEASES = ("cancer", "aids")

Who = Callable[[Standing], bool]

MEASURES: Mapping[str, tuple[str, Who]] = {
    "priority-registration": ("2.1", of_any(SPECIAL, EMERGENCY)),
    "priority-consultation": ("2.2", of_any(URGENT, EMERGENCY, SPECIAL)),
    "green-flow": ("2.3", of_any(SPECIAL, EMERGENCY)),
    "priority-exam": ("2.4", of_any(DESIGNATED)),
    "priority-surgery": ("2.5", of_any(EMERGENCY_SURGERY, SURGICAL)),
    "priority-admission": ("2.6", of_any(URGENT)),
    "follow-up": ("2.7", of_any(DESIGNATED)),
}
"""Measure → its number, and who has it."""

QUEUES: Mapping[str, tuple[str, tuple[Who, ...]]] = {
    "registration": ("2.1", (of_any(EMERGENCY), of_any(SPECIAL))),
    "consultation": ("2.2", (of_any(EMERGENCY, URGENT), of_any(SPECIAL))),
    "exam": ("2.4", (of_any(DESIGNATED),)),
    "surgery": ("2.5", (of_any(EMERGENCY_SURGERY), of_any(SURGICAL))),
    "admission": ("2.6", (of_any(URGENT),)),
}
"""Service open to everybody → the number of its measure, and who is called first."""


class GeneralPlanSettings(Schema):
    """Ages, and the diseases that count."""

    elderly_from_age = years(meta("老年人起始年龄", "Elderly from", "years", "1.1", "groups"))
    child_below_age = years(meta("儿童年龄上限（不含）", "Child below", "years", "1.1", "groups"))
    designated_diseases_extra = codes(
        (), meta("其他特定疾病", "Further designated diseases", "codes", "1.3", "diseases")
    )
    surgery_diseases = codes(
        ("cancer",), meta("优先手术的特定疾病", "Diseases with priority surgery", "codes", "2.5",
                          "diseases"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as it is
        "groups": ("人群", "Groups"),
        "diseases": ("疾病", "Diseases"),
    }


class GeneralPlan(EmergencyChannel):
    """Three target groups, seven measures, and who has which."""

    code = "emergency.general-plan"
    name = ("医院绿色通道就医服务方案", "Hospital green channel plan")
    Settings = GeneralPlanSettings
    heading = (
        Section("1", "服务对象", "Target groups"),
        Section("2", "优先措施", "Measures"),
        Section("3", "预期效果", "Benefits expected"),
    )
    classes = CLASSES
    events = ("use", "change_details", "diagnose")
    labels = texts.LABELS
    own_reports = (WAITING,)
    example: ClassVar = {"elderly_from_age": 65, "child_below_age": 14}

    def services(self, _s: SettingValues) -> list[Service]:
        """See `EmergencyChannel.services`."""
        called = step("called", "E7")
        return [
            *(service(code, number, called) for code, (number, _) in QUEUES.items()),
            *(service(code, MEASURES[code][0], called, benefit=code)
              for code in ("green-flow", "follow-up")),
        ]  # fmt: skip

    @staticmethod
    def bounds(s: SettingValues) -> Bounds:
        """Where the groups begin and end."""
        return Bounds(
            s.elderly_from_age, s.child_below_age, (*DISEASES, *s.designated_diseases_extra),
            tuple(s.surgery_diseases),
        )  # fmt: skip

    def rules(self, s: SettingValues, services: Services) -> list[Clause]:
        """See `EmergencyChannel.rules`."""
        return [
            TargetGroups("1", self.bounds(s), **{
                SPECIAL: "1.1", EMERGENCY: "1.2", DESIGNATED: "1.3",
            }),
            *(Unlimited(number, code, when=who) for code, (number, who) in MEASURES.items()),
            CallOrder("E7", {code: classes for code, (_, classes) in QUEUES.items()}),
            Diagnoses("E12"),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `EmergencyChannel.words`."""
        return texts.words(s, self.bounds(s))
