"""Emergency green channel for admission and surgery (住院和手术急危重症抢救绿色通道制度)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.patients import ClassWhileOpen, CompleteCheck, NotTurnedAway
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import (
    Bar,
    Ends,
    Limit,
    Need,
    Service,
    Step,
    asked,
    done,
    flag,
    task,
    told,
    unless,
)
from charterhouse.kernel.clauses.waiting import CallOrder
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.standing import Standing
from charterhouse_emergency import details
from charterhouse_emergency import surgery_channel_texts as texts
from charterhouse_emergency.common import EmergencyChannel, call, limit, service, step
from charterhouse_emergency.fields import minutes
from charterhouse_emergency.surgery_channel_reports import DEBTS
from charterhouse_emergency.surgery_channel_steps import (
    CHANNEL,
    HANDS,
    HEAD,
    LEVELS,
    MANAGEMENT,
    ROOM,
    SURGERY,
    report_steps,
    surgery_steps,
)

ORDINARY, GREEN = CLASSES = ("ordinary", "green")
BLEEDING, ARREST = "active-bleeding", "cardiac-respiratory-arrest"
CONDITIONS = (
    BLEEDING, ARREST, "heart-failure", "respiratory-failure", "renal-failure", "organ-failure",
    "shock", "multiple-trauma", "acute-bleeding", "acute-poisoning", "electric-injury", "drowning",
)  # fmt: skip
SPECIAL = frozenset(
    {"mass-casualty", "poisoning", "infectious", "severe-multiple-injury", "compound-injury",
     "foreign-patient", "senior-official"}
)  # fmt: skip
QUEUED = ("pharmacy", "cashier", "exam", "operating-room")


def is_green(standing: Standing) -> bool:
    """In the green channel."""
    return standing.tier == GREEN


def is_critical(_d: Draft, content: Mapping[str, Any]) -> bool:
    """One of the conditions, or critical in the judgement of the triage nurse."""
    details = content["details"]
    return details.get("critical") is True or details.get("condition") in CONDITIONS


def is_special(_d: Draft, content: Mapping[str, Any]) -> bool:
    """Somebody or something of which the management has to know."""
    given = content["details"].get("special")
    return isinstance(given, list) and any(each in SPECIAL for each in map(str, given))


class SurgeryChannelSettings(Schema):
    """Limits in minutes."""

    room_minutes = minutes(
        30,
        meta("进入抢救室或手术室", "Into the rescue or operating room", "minutes", "1", "limits"),
    )
    consultation_minutes = minutes(
        5, meta("会诊到位", "Arrival of the consultant", "minutes", "7", "limits")
    )
    orders_minutes = minutes(
        5, meta("术前医嘱", "Pre-operative orders", "minutes", "8.2", "limits")
    )
    exams_minutes = minutes(
        20, meta("术前必要检查", "Pre-operative examinations", "minutes", "8.2", "limits")
    )
    orders_done_minutes = minutes(
        10, meta("执行医嘱", "Carrying out the orders", "minutes", "8.3", "limits")
    )
    anaesthesia_minutes = minutes(
        30, meta("麻醉准备", "Preparation of the anaesthetist", "minutes", "8.4", "limits")
    )

    groups = {"limits": ("时限", "Limits")}  # noqa: RUF012 - marshmallow reads it as it is


class SurgeryChannel(EmergencyChannel):
    """Into the rescue or operating room, with a clock on every step up to the operation."""

    code = "emergency.surgery-channel"
    name = ("住院和手术急危重症抢救绿色通道制度", "Green channel for admission and surgery")
    Settings = SurgeryChannelSettings
    details = details.surgery_channel(
        CHANNEL, CONDITIONS, SPECIAL, LEVELS, (HEAD, *MANAGEMENT), HANDS
    )
    heading = (
        Section("1", "总时限", "Overall limit"),
        Section("2", "危重和活动性出血", "Critical condition, active bleeding"),
        Section("3", "直接进入绿色通道", "Directly into the channel"),
        Section("4", "首诊负责", "First-contact responsibility"),
        Section("5", "优先", "Priority"),
        Section("6", "优先窗口", "Served first"),
        Section("7", "会诊", "Consultation"),
        Section("8", "手术", "Surgery"),
        Section("9", "费用", "Money"),
        Section("10", "报告", "Report"),
        Section("11", "物资", "Supplies"),
    )
    classes = CLASSES
    labels = texts.LABELS
    own_reports = (DEBTS,)

    def services(self, s: SettingValues) -> list[Service]:
        """See `EmergencyChannel.services`."""
        called, arrived, arrival = call(
            "consultation-called", "consultant-arrived", s.consultation_minutes, "7"
        )
        steps = (*report_steps(), called, arrived, *surgery_steps())
        limits = (arrival, *_clocks(s))
        room = limit("into-room", "request", ROOM, s.room_minutes, "1")
        ends = {"rescue": "rescue-ended", SURGERY: "surgery-done"}
        reports = (
            Need("report-department-head", when=is_special, met=told("reported", "to", HEAD)),
            Need("report-management", when=is_special, met=told("reported", "to", *MANAGEMENT)),
        )
        needs = {
            "rescue": (Need("room", by=ROOM), "rescue-ended", *reports),
            SURGERY: (Need("room", by=ROOM), "family-informed", "surgery-done", "transferred", *reports),
        }  # fmt: skip
        return [
            *(
                service(
                    code, "3", *steps, *_formalities(ends[code]), needs=needs[code],
                    limits=(room, *limits), opening=_opening(),
                    refuses=(Bar("not_eligible", unless(is_critical), field="details.condition"),),
                )
                for code in CHANNEL
            ),
            *(service(code, "6", *steps, *_formalities(), limits=limits) for code in QUEUED),
        ]  # fmt: skip

    def rules(self, s: SettingValues, services: Services) -> list[Clause]:
        """See `EmergencyChannel.rules`."""
        return [
            ClassWhileOpen("3", GREEN, otherwise=ORDINARY, services=CHANNEL),
            NotTurnedAway("4", (*CHANNEL, *QUEUED)),
            CallOrder("6", dict.fromkeys(QUEUED, (is_green,))),
            CompleteCheck("11", "inventory-check"),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `EmergencyChannel.words`."""
        return texts.words(s)


def _clocks(s: SettingValues) -> tuple[Limit, ...]:
    """The limits from the decision to the operation."""
    return (
        limit("orders", "surgery-decided", "orders-written", s.orders_minutes, "8.2"),
        limit("examinations", "surgery-decided", "exams-done", s.exams_minutes, "8.2"),
        limit("carrying-out", "orders-written", "orders-done", s.orders_done_minutes, "8.3"),
        limit("anaesthesia", "anaesthetist-called", "anaesthetist-ready", s.anaesthesia_minutes, "8.4"),
    )  # fmt: skip


def _opening() -> tuple[Any, ...]:
    """What the opening of an episode brings."""
    poor = asked(funds="lacking")
    return (
        flag("formalities-pending", "2"),
        task("call-surgery-orthopaedics", "2", when=asked(condition=BLEEDING)),
        task("start-cpr", "3", when=asked(condition=ARREST)),
        flag("debt", "9", when=poor),
        task("collect-later", "9", when=poor),
        task("report-department-head", "10", when=is_special),
        task("report-management", "10", when=is_special),
    )


def _both(d: Draft, content: Mapping[str, Any]) -> bool:
    """Registered and paid."""
    return done("registration-done")(d, content) and done("payment-done")(d, content)


def _formalities(first: str = "") -> tuple[Step, ...]:
    """Registration and payment may come at any time; money is asked for after a certain step."""
    pending = Ends("formalities-pending", _both)
    return (
        step("registration-done", "2", any_time=True, clears=(pending,)),
        step(
            "payment-done", "9", any_time=True, clears=(pending, "debt"), closes=("collect-later",)
        ),
        step("payment-demanded", "9", any_time=True, after=(first,) if first else ()),
    )
