"""Premium-extended green channel, 90-day waiting (随保费延期的重疾绿通·九十天) as values."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from marshmallow import fields

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.hours import Closed, Hours, at_night, on_holiday
from charterhouse.kernel.clauses.services import Count, Service
from charterhouse.kernel.own_days import calendar_of
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.workdays import SPRING_FESTIVAL
from charterhouse_green_channel.common import BOOKED, Common, booking, service
from charterhouse_green_channel.fields import count, days, time_of_day
from charterhouse_green_channel.labels import named
from charterhouse_green_channel.premium_extended import (
    TERM,
    TERM_NUMBERS,
    PremiumExtended,
    PremiumExtendedSettings,
    floor_words,
    term_words,
)

ARRANGED = {"special-clinic": "2.2", "expert-outpatient": "2.3", "admission": "2.4"}


class PremiumExtended90Settings(PremiumExtendedSettings):
    """Waiting, counts per service year, and the hours of the phone doctor."""

    waiting_days = days(90, meta("等待期", "Waiting", "days", "2.5", "entry"))
    quota_special_clinic = count(meta("特需门诊次数", "Special clinic", "times", "2.2", "counts"))
    quota_expert_outpatient = count(
        meta("专家门诊次数", "Expert out-patient visits", "times", "2.3", "counts")
    )
    quota_admission = count(meta("住院次数", "Admissions", "times", "2.4", "counts"))
    night_from = time_of_day("20:00", meta("夜间开始", "Night from", "", "3.2", "service"))
    night_until = time_of_day("08:00", meta("夜间结束", "Night until", "", "3.2", "service"))
    spring_festival_closed = fields.Boolean(
        load_default=True,
        metadata=meta("春节不服务", "Closed at the Spring Festival", "", "3.2", "service"),
    )


class PremiumExtended90(PremiumExtended):
    """A service year from cooling-off on, grown by premiums; ninety days of waiting."""

    code = "green-channel.premium-extended-90"
    name = ("随保费延期的重疾绿通·九十天", "Premium-extended green channel, 90-day waiting")
    Settings = PremiumExtended90Settings
    heading = (
        TERM,
        Section("2", "服务项目", "Services"),
        Section("3", "电话医生", "Phone doctor"),
        Section("4", "申请", "Requests"),
        Section("5", "保险公司的权利", "The insurer's rights"),
        Section("6", "人员、表单和记录", "Roles, forms, records"),
    )
    example: ClassVar = {
        "grace_days": 60, "quota_special_clinic": 1, "quota_expert_outpatient": 2,
        "quota_admission": 2, "covered_conditions": ["malignant-tumour", "stroke"],
    }  # fmt: skip

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=self.cover(s), numbers=TERM_NUMBERS, used=("phone-doctor",), amend="")

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [
            service(
                code, clause=clause, papers=tuple(s.papers), steps=(booking(clause="4.1"),),
                count=Count(code, forfeits=(BOOKED,)),
                numbers={"papers": "4.1", "quota": "2.6", "cancel": "4.2", "no_show": "4.2",
                         "failed": "4.3", "others": "4.3"},
            )
            for code, clause in ARRANGED.items()
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        counts = {
            "phone-doctor": None, "special-clinic": s.quota_special_clinic,
            "expert-outpatient": s.quota_expert_outpatient, "admission": s.quota_admission,
        }  # fmt: skip
        closed: list[Closed] = [
            at_night(
                time.fromisoformat(s.night_from), time.fromisoformat(s.night_until),
                unless=lambda d: detail(d.body, "urgent") is True,
            )
        ]  # fmt: skip
        if s.spring_festival_closed:
            closed.append(on_holiday(calendar_of(s), SPRING_FESTIVAL))
        return [
            *self.extension(
                s, counts=counts, free=("phone-doctor",),
                numbers={"waiting": "2.5", "count": "2.6", "diagnosis": "2.7", "floor": "5.2"},
            ),
            Hours("3.2", "phone-doctor", closed=closed),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**term_words(s), **_services(s), **_phone(s), **_requests(), **floor_words("5.2")}


def _services(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.covered_conditions)
    return {
        "2.1": ("电话医生：无等待期，不限次数。", "Phone doctor: no waiting, without limit."),
        "2.2": (
            f"特需门诊：每服务年度{s.quota_special_clinic}次。",
            f"Special-needs clinic: {s.quota_special_clinic} per service year.",
        ),
        "2.3": (
            f"专家门诊协调（重疾版）：每服务年度{s.quota_expert_outpatient}次。",
            "Expert out-patient visit (critical-illness edition): "
            f"{s.quota_expert_outpatient} per service year.",
        ),
        "2.4": (
            f"住院协调（重疾版）：每服务年度{s.quota_admission}次。",
            f"Admission (critical-illness edition): {s.quota_admission} per service year.",
        ),
        "2.5": (
            f"等待期{s.waiting_days}日（保单载明的从其约定），自保单生效日起算，不自开通日起算；延长不再等待。",
            f"Waiting of {s.waiting_days} days, or as the policy states, from its effective date, not "
            "from the opening; an extension does not restart it.",
        ),
        "2.6": (
            "服务年度自开通日起算；次数每服务年度重新计算，用完不再受理，不结转。",
            "Service years count from the opening day. Counts start anew with each; used up, requests "
            "are refused, and nothing is carried over.",
        ),
        "2.7": (
            f"除电话医生外，须确诊患合同约定的重大疾病：{zh}。",
            f"All but the phone doctor need a confirmed critical illness of the contract: {en}.",
        ),
    }


def _phone(s: SettingValues) -> dict[str, Text]:
    festival = (
        (
            "国家规定的春节假期（含调休）不提供服务。",
            "Closed on all days of the Spring Festival holiday. ",
        )
        if s.spring_festival_closed
        else ("", "")
    )
    return {
        "3.1": (
            "解答饮食、养生、运动、疾病防治、就医、用药、康复，提供生活方式和预防建议。",
            "Answers about diet, wellness, exercise, prevention and cure, seeing a doctor, medication, "
            "rehabilitation; lifestyle advice.",
        ),
        "3.2": (
            f"全年每日服务；{festival[0]}{s.night_from}（含）至次日{s.night_until}（不含）仅受理紧急情况，其余延至该时段后。",
            f"Around the clock. {festival[1]}From {s.night_from} (included) to {s.night_until} (not "
            "included) urgent cases only; others are put off until then.",
        ),
        "3.3": (
            "客户来电—核对基本信息、了解问题—解答。",
            "The customer calls; the agent confirms the basic information and learns the question; "
            "answer.",
        ),
    }


def _requests() -> dict[str, Text]:
    return {
        "4.1": (
            "无需审核；材料按设定；预约成功后服务并办结。",
            "No review; papers as set; booking, then closing.",
        ),
        "4.2": (
            "预约成功后因自身原因放弃或未按时到场的计为已享受；此前取消的退回。",
            "Giving up a booking for own reasons, or not attending on time, counts as enjoyed; cancelled "
            "before the booking, the count is released.",
        ),
        "4.3": (
            "医院或服务机构未能提供的退回次数。",
            "A failure of hospital or provider releases the count.",
        ),
        "5.1": ("医疗费用由客户承担。", "Medical costs are the customer's."),
        "6": (
            "按保单登记各期及延长（应缴日、缴费日、新的届满日）；电话医生通话记录；服务目录各版本。",
            "Register of terms and extensions per policy (due date, paid on, new end), call log of the "
            "phone doctor, versions of the service catalogue.",
        ),
    }


__all__ = ["PremiumExtended90"]
