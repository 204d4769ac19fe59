"""Green channel of a hospital that is friendly to severely ill patients (病重患者绿色通道服务规范)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.bookings import BookedDays, Bookings, Places
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.flow import GrantedTier
from charterhouse.kernel.clauses.open_requests import OpenRequests
from charterhouse.kernel.clauses.patients import identity_pending
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.services import Need, Service
from charterhouse.kernel.clauses.waiting import CallOrder
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.report import Opinion
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.standing import Standing
from charterhouse_emergency import details
from charterhouse_emergency import severe_friendly_texts as texts
from charterhouse_emergency.common import EmergencyChannel, call, limit, service, step
from charterhouse_emergency.fields import minutes
from charterhouse_emergency.severe_friendly_reports import SEVERE

ORDINARY, SEVERELY = CLASSES = ("ordinary", "severe")
TEAM = frozenset(
    {"green-team", "doctor", "emergency-doctor", "nurse", "emergency-nurse", "triage-nurse"}
)
BENEFITS: Mapping[str, str] = {
    "priority-booking": "3.1", "fast-exam": "3.2", "emergency-treatment": "3.3",
    "free-clinic": "3.4", "accompaniment": "3.5",
}  # fmt: skip
FREE = Lines(categories={"consultation", "treatment"})


def is_severe(standing: Standing) -> bool:
    """Severely ill."""
    return standing.tier == SEVERELY


def unknown_identity(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The identity was not on record at the arrival."""
    return identity_pending(d.of_member)


def in_free_clinic(days: Collection[date]) -> Callable[[Draft], bool]:
    """A bill of the patient in person, of the free clinic on one of its days."""

    def holds(d: Draft) -> bool:
        own = d.body.for_ in (None, d.member)
        return own and d.body.visit == "free-clinic" and d.event.day in days

    return holds


def least_ill(_standing: Standing) -> str:
    """What a class falls back to when it is taken back."""
    return ORDINARY


class SevereFriendlySettings(Schema):
    """Limits, the days of the free clinic and the channels of publicity."""

    treatment_start_minutes = minutes(
        30, meta("开始救治时限（0为不设）", "Start of treatment (0: none)", "minutes", "3.3", "limits"),
        least=0,
    )  # fmt: skip
    consultant_minutes = minutes(
        10, meta("会诊到位时限（0为不设）", "Arrival of a department (0: none)", "minutes", "4.3",
                 "limits"),
        least=0,
    )  # fmt: skip
    free_clinic_days = fields.List(
        fields.Date(), load_default=list, validate=validate.Length(max=400),
        metadata=meta("义诊日期", "Days of the free clinic", "dates", "3.4", "clinic"),
    )  # fmt: skip
    publicity_channels = fields.List(
        fields.String(validate=validate.Length(1, 80)),
        load_default=lambda: ["brochure", "poster", "website", "wechat"],
        validate=validate.Length(max=50),
        metadata=meta("宣传渠道", "Channels of publicity", "list", "5", "publicity"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as it is
        "limits": ("时限", "Limits"),
        "clinic": ("义诊", "Free clinic"),
        "publicity": ("宣传", "Publicity"),
    }


class SevereFriendly(EmergencyChannel):
    """Whoever is severely ill does not queue: five services, one team, every case recorded."""

    code = "emergency.severe-friendly"
    name = ("病重患者绿色通道服务规范", "Green channel friendly to severely ill patients")
    Settings = SevereFriendlySettings
    details = details.SEVERE
    heading = (
        Section("1", "目的", "Purpose"),
        Section("2", "定义", "Definitions"),
        Section("3", "服务内容", "Services"),
        Section("4", "服务流程", "Workflow"),
        Section("5", "宣传", "Publicity"),
    )
    classes = CLASSES
    class_number = "2.1"
    derived = False
    events = ("use", "book", "grant", "spend")
    labels = texts.LABELS
    own_reports = (SEVERE,)
    opinions = (Opinion("progress", "satisfaction-recorded", "answer", ("satisfied",)),)
    example: ClassVar = {"free_clinic_days": ["2025-03-12", "2025-04-09"]}

    def services(self, s: SettingValues) -> list[Service]:
        """See `EmergencyChannel.services`."""
        called, arrived, arrival = call(
            "department-called", "department-arrived", s.consultant_minutes, "4.3"
        )
        start = limit(
            "treatment-start", "request", "treatment-started", s.treatment_start_minutes, "3.3"
        )
        steps = (
            step("led-to-area", "4.2"), step("treatment-started", "4.3"), called, arrived,
            step("handed-over", "4.3", details=("to", "condition")),
            step("result-recorded", "4.4", details=("result",)),
            step("satisfaction-recorded", "4.4", details=("answer",)),
            step("called", "E7"),
        )  # fmt: skip
        only: dict[str, Any] = {"tiers": (SEVERELY,), "limits": (arrival,)}
        needs = (
            Need("identity", by=("identity-checked",), when=unknown_identity),
            Need("treatment-result", by=("result-recorded",)),
            Need("satisfaction", by=("satisfaction-recorded",)),
        )
        limits = (start, arrival) if s.treatment_start_minutes else (arrival,)
        return [
            service("consultation", "3.2", *steps, limits=(arrival,)),
            service("exam", "3.2", *steps, limits=(arrival,)),
            service(
                "emergency-treatment", "3.3", *steps, **{**only, "limits": limits}, needs=needs
            ),
            service("accompaniment", "3.5", *steps, **only),
        ]

    def rules(self, s: SettingValues, services: Services) -> list[Clause]:
        """See `EmergencyChannel.rules`."""
        severe = {SEVERELY}
        return [
            GrantedTier("2.1", by=TEAM, admits=False, card=False, reached=least_ill),
            *(Unlimited(number, code, only=severe) for code, number in BENEFITS.items()),
            Bookings(
                "3.1", "appointment", "priority-slot", only={"priority-slot": severe},
                labels=self.labels,
            ),
            Places("3.1", {"appointment": 1, "priority-slot": 1}, unnamed=False),
            CallOrder("E7", {"consultation": (is_severe,), "exam": (is_severe,)}),
            Bookings("3.4", "free-clinic", only={"free-clinic": severe}, labels=self.labels),
            BookedDays("3.4", "free-clinic", s.free_clinic_days),
            Factor(
                "3.4", factor=ByTier({SEVERELY: Decimal(0)}), lines=FREE,
                when=in_free_clinic(s.free_clinic_days),
            ),
            BasePrice("3.4"),
            BillRefund("E9"),
            OpenRequests("E8", services),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `EmergencyChannel.words`."""
        return texts.words(s)
