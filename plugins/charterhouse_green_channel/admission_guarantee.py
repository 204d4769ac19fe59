"""Admission green channel with payment guarantee (重疾住院绿通及费用担保) as a list of its values."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from marshmallow import fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.fees import Fee
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.clauses.services import (
    APPROVED,
    COMPLETE,
    SUPPLIED,
    After,
    Bar,
    Limit,
    Service,
    Step,
    cited,
    lacking,
    record,
    task,
)
from charterhouse.kernel.own_days import calendar_of
from charterhouse.kernel.settings import SettingValues, Yuan, meta
from charterhouse_green_channel import details
from charterhouse_green_channel.admission_guarantee_clauses import (
    DIFFERENCE,
    DISCHARGED,
    PAID,
    SERVICE,
    TOPPED_UP,
    Guarantee,
    discharge_day,
    notice_too_short,
)
from charterhouse_green_channel.admission_guarantee_texts import words
from charterhouse_green_channel.common import (
    BOOKED,
    Common,
    GreenChannel,
    GreenChannelSettings,
    booking,
    quotas,
    service,
)
from charterhouse_green_channel.fields import codes, count, days, time_of_day

DIRECT, ADVANCE = "direct", "advance"
COMPLETENESS_TOLD, CONTACTED, ASKED_MORE = "completeness-told", "contacted", "top-up-asked"
NOTICE = "discharge-notice"
BASIC = ("id-copy", "diagnosis-proof")
COVER = Cover()


class AdmissionGuaranteeSettings(GreenChannelSettings):
    """Diseases, counts, the mode of payment, hours, papers, limits and the cap (typed as fen)."""

    covered_conditions = codes(
        meta("保单重大疾病", "The policy's critical illnesses", "codes", "1.3", "entry")
    )
    quota_admission = count(meta("住院安排次数", "Admissions", "times", "1.2", "counts"))
    quota_surgery = count(meta("手术安排次数", "Surgeries", "times", "1.2", "counts"))
    quota_payment_guarantee = count(
        meta("费用担保次数", "Payment guarantees", "times", "1.2", "counts")
    )
    payment_mode = fields.String(
        load_default=DIRECT, validate=validate.OneOf((DIRECT, ADVANCE)),
        metadata=meta("支付方式", "Mode of payment", "", "4.10", "service"),
    )  # fmt: skip
    hotline_from = time_of_day("09:30", meta("热线开始", "Hotline from", "", "2.1", "service"))
    hotline_until = time_of_day("18:00", meta("热线结束", "Hotline until", "", "2.1", "service"))
    admission_papers = codes(
        meta("住院手术材料", "Papers of admission and surgery", "codes", "3.4", "papers"), BASIC
    )
    guarantee_papers = codes(meta("理赔材料", "Claim papers", "codes", "4.11", "papers"), BASIC)
    scope_days = days(1, meta("告知时限", "Told within", "working days", "3.2", "deadlines"))
    contact_days = days(1, meta("联系时限", "Contact within", "working days", "4.2", "deadlines"))
    decision_days = days(3, meta("决定时限", "Decision within", "working days", "4.3", "deadlines"))
    top_up_days = days(1, meta("追加时限", "Top-up within", "working days", "4.5", "deadlines"))
    guarantee_limit = Yuan(
        load_default=0, metadata=meta("每次住院担保上限", "Limit per stay", "yuan", "4.9", "counts")
    )


class AdmissionGuarantee(GreenChannel):
    """An admission or surgery is arranged, and the insurer pays the hospital's deposit."""

    code = "green-channel.admission-guarantee"
    name = ("重疾住院绿通及费用担保", "Admission green channel with payment guarantee")
    Settings = AdmissionGuaranteeSettings
    details = details.GUARANTEE
    heading = (
        Section("1", "服务、次数和条件", "Services, counts, conditions"),
        Section("2", "热线时间", "Hotline hours"),
        Section("3", "流程一：住院、手术", "Workflow A: admission, surgery"),
        Section("4", "流程二：费用担保", "Workflow B: payment guarantee"),
        Section("5", "人员、表单和记录", "Roles, forms, records"),
    )
    records = (*GreenChannel.records, "deposit-receipt")
    example: ClassVar = {
        "covered_conditions": ["malignant-tumour", "stroke"], "quota_admission": 1,
        "quota_surgery": 1, "quota_payment_guarantee": 1,
    }  # fmt: skip

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER, network="", hours=hotline(s), hours_number="2.2")

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [_arranged("admission", s), _arranged("surgery", s), _guarantee(s)]

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        counts = {
            "admission": s.quota_admission, "surgery": s.quota_surgery,
            SERVICE: s.quota_payment_guarantee,
        }  # fmt: skip
        needed = Needed(
            conditions=s.covered_conditions, grade_min="2", doctors=frozenset({"specialist"})
        )
        return [
            *quotas("1.2", counts, COVER),
            Diagnosed("1.3", needed),
            Waiting("1.4", days=0),
            Guarantee(
                "4.9", limit=s.guarantee_limit, advance=s.payment_mode == ADVANCE, settled="4.10"
            ),
            *([Fee("4.10", amount=0, purpose=DIFFERENCE)] if s.payment_mode == ADVANCE else []),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return words(s)


def hotline(s: SettingValues) -> ServiceHours:
    """Monday to Friday, on working days."""
    return ServiceHours(
        time.fromisoformat(s.hotline_from), time.fromisoformat(s.hotline_until),
        calendar=calendar_of(s),
    )  # fmt: skip


def _arranged(code: str, s: SettingValues) -> Service:
    """Admission or surgery."""
    return service(
        code, clause="3.1", review=True, papers=tuple(s.admission_papers),
        numbers={"papers": "3.4", "quota": "1.2", "cancel": "1.6", "too_late": "1.6",
                 "no_show": "1.6"},
        opening=(task("send-paper-list", "3.1", when=lacking),),
        approved=(task("assign-coordinator", "3.3"),),
        steps=(Step(COMPLETENESS_TOLD, "3.2"), booking(clause="3.3", review=True)),
        limits=(
            Limit("scope", start=SUPPLIED, until=(APPROVED, COMPLETENESS_TOLD), repeats=True,
                  amount=s.scope_days, unit="working_days", clause="3.2"),
        ),
        fixed_after=(BOOKED,),
    )  # fmt: skip


def _guarantee(s: SettingValues) -> Service:
    """The payment guarantee, from the call to the discharge."""
    paid = After(PAID, "4.9")
    settle = task("settle-at-discharge", "4.7", due=discharge_day)
    return service(
        SERVICE, clause="4.1", review=True, papers=tuple(s.guarantee_papers),
        numbers={"papers": "4.11", "quota": "1.2", "cancel": "1.6", "too_late": "1.6",
                 "no_show": "1.6"},
        approved=(cited("decision", "4.3"), cited("liability", "4.4")),
        steps=(
            Step(CONTACTED, "4.2"),
            Step(PAID, "4.4", after=(APPROVED,), details=("amount",),
                 then=(record("deposit-receipt", "4.8"),)),
            Step(ASKED_MORE, "4.5", after=(paid,)),
            Step(TOPPED_UP, "4.9", after=(ASKED_MORE,), details=("amount",),
                 then=(cited("top-up", "4.5"),)),
            Step(NOTICE, "4.7", after=(paid,), details=("discharge_on",),
                 bars=(Bar("notice_too_short", notice_too_short, "4.6", "details.discharge_on"),),
                 then=(settle, cited("notice", "4.6"))),
            Step(DISCHARGED, "4.10", after=(paid,), details=("total", "covered"),
                 closes=("settle-at-discharge",),
                 then=(cited("discharge", "4.7"), cited("settled", "4.9"))),
        ),
        limits=(
            Limit("contact", until=CONTACTED, amount=s.contact_days, unit="working_days",
                  clause="4.2"),
            Limit("decision", start=COMPLETE, until=APPROVED, amount=s.decision_days,
                  unit="working_days", clause="4.3"),
            Limit("top-up", start=ASKED_MORE, until=TOPPED_UP, repeats=True,
                  amount=s.top_up_days, unit="working_days", clause="4.5"),
            Limit("discharge", start=NOTICE, until=DISCHARGED, renews=True, on=discharge_day,
                  clause="4.7"),
        ),
        fixed_after=(PAID,),
    )  # fmt: skip


__all__ = ["AdmissionGuarantee"]
