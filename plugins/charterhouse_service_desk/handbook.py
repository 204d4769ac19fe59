"""Generic customer service manual (客户服务手册) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.customers import Contacts
from charterhouse.kernel.clauses.services import (
    Bar,
    Limit,
    Need,
    Service,
    asked,
    unless,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta
from charterhouse_service_desk import details
from charterhouse_service_desk import handbook_texts as texts
from charterhouse_service_desk.common import ServiceDesk, service, step
from charterhouse_service_desk.common_reports import activity, times
from charterhouse_service_desk.handbook_clauses import (
    ASSESSED,
    CLAIM,
    COMPLAINT,
    LOSS,
    OWN_ERROR,
    Compensation,
    elsewhere,
    has_timetable,
    is_unclear,
)
from charterhouse_service_desk.handbook_reports import COMPENSATIONS

REPORTED = ("hotline", "online")
BEFORE_SALE = ("phone", "email", "online-chat")


def not_reported(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The fault is not told by hotline or online."""
    return d.body.channel not in REPORTED


class HandbookSettings(Schema):
    """Hours to answer, and the highest compensation."""

    reply_hours = Whole(
        load_default=24, validate=validate.Range(1, 8760),
        metadata=meta("答复时限", "Time to answer", "hours", "2.1", "standards"),
    )  # fmt: skip
    compensation_cap = Yuan(
        load_default=0,
        metadata=meta("每起投诉最高赔偿", "Highest compensation per complaint", "yuan", "4.3",
                      "standards", help_zh="0 表示不设上限", help_en="0: no limit"),
    )  # fmt: skip

    groups = {"standards": ("标准", "Standards")}  # noqa: RUF012 - marshmallow reads it as it is


class Handbook(ServiceDesk):
    """Every question and complaint is answered in time with a timetable; own errors are made good."""

    code = "service-desk.handbook"
    name = ("客户服务手册", "Customer service manual")
    Settings = HandbookSettings
    details = details.HANDBOOK
    heading = (
        Section("1", "宗旨", "Aim"),
        Section("2", "服务标准", "Standards"),
        Section("3", "服务流程", "Process"),
        Section("4", "反馈与投诉", "Feedback and complaints"),
        Section("5", "保密", "Confidentiality"),
    )
    books = True
    records = ("customer-file", "late", "disclosure")
    roles = texts.ROLES
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), COMPENSATIONS)

    def services(self, s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        answer = (
            step("replied", counts=has_timetable),
            step("timetable-given", details=("timetable",), bars=(
                Bar("incomplete", unless(has_timetable), "S2", "timetable"),
            )),
            step("solved"),
        )  # fmt: skip
        answered = Need("reply", by=("replied", "timetable-given"))
        limits = (Limit("reply", until=answered.by, amount=s.reply_hours, unit="hours",
                        late="late"),)  # fmt: skip
        return [
            service("question", "2.1", *answer, needs=(answered, "solved"), limits=limits),
            service(
                COMPLAINT, "2.1", *answer,
                step(ASSESSED, "4.3", details=(CLAIM, LOSS, OWN_ERROR), bars=(
                    Bar("incomplete", is_unclear, "S2", LOSS),
                )),
                needs=(answered, "solved"), limits=limits, numbers={"decide": "4.3"},
                review=True, verdict=True, reason_needed=True, decide_after=(ASSESSED,),
            ),
            service(
                "order", "3.2", step("confirmed"),
                step("delivered", "3.3", after=("confirmed",), details=("place",),
                     bars=(Bar("not_eligible", elsewhere, field="details.place"),)),
                step("installed", "3.4", after=("delivered",)),
                details=("model", "quantity", "price"),
                needs=("confirmed", "delivered", Need("installed", when=asked(installation=True))),
            ),
            service(
                "fault", "3.5", step("located"), step("repair-sent"), step("solved"),
                refuses=(Bar("not_included", not_reported, field="channel"),), needs=("solved",),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        return [
            Contacts("3.1", "contact", channels=BEFORE_SALE),
            Bookings("3.6", "training", labels=texts.LABELS),
            Contacts("4.1", "feedback"),
            Compensation("4.3", cap=s.compensation_cap),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
