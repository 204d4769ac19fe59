"""Expert booking and admission arrangement (百强医院专家预约与住院安排) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from marshmallow import validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Insured, in_policy
from charterhouse.kernel.clauses.paper_rules import PaperRule
from charterhouse.kernel.clauses.services import Bar, Condition, Count, Service, Step, task
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import notice_end
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_green_channel import details
from charterhouse_green_channel.common import (
    BOOKED,
    Common,
    GreenChannel,
    GreenChannelSettings,
    booking,
    quotas,
    service,
)
from charterhouse_green_channel.fields import codes, count
from charterhouse_green_channel.labels import named

REPORT, SLIP = "exam-report", "admission-slip"
PAPERS = ("id-copy", "visit-record", "diagnosis-proof", REPORT)
COVER = Cover()
RANKS = validate.Range(1, 10_000)


class ExpertAndAdmissionSettings(GreenChannelSettings):
    """The count, the rankings, the age of reports and the diseases."""

    count_per_year = count(
        meta("每项每保单年度次数", "Per service and policy year", "times", "1.3", "counts")
    )
    top_rank = Whole(
        load_default=100, validate=RANKS,
        metadata=meta("综合排名前", "First in the overall ranking", "count", "1.1", "service"),
    )  # fmt: skip
    specialty_rank = Whole(
        load_default=100, validate=RANKS,
        metadata=meta("专科排名前", "First in the specialty ranking", "count", "1.1", "service"),
    )  # fmt: skip
    record_months = Whole(
        load_default=6, validate=validate.Range(1, 120),
        metadata=meta("报告时效", "Age of reports", "months", "3.1", "papers"),
    )  # fmt: skip
    critical_conditions = codes(
        meta("住院安排所需疾病", "Diseases for an admission", "codes", "2.3", "entry")
    )


class ExpertAndAdmission(GreenChannel):
    """An expert for a difficult disease, an admission for a critical one, with recent papers."""

    code = "green-channel.expert-and-admission"
    name = ("百强医院专家预约与住院安排", "Expert booking and admission arrangement")
    Settings = ExpertAndAdmissionSettings
    details = details.EXPERT
    heading = (
        Section("1", "百强医院专家预约", "Expert booking"),
        Section("2", "住院安排", "Admission"),
        Section("3", "材料", "Papers"),
        Section("4", "医院", "Hospital"),
        Section("5", "取消", "Cancelling"),
        Section("6", "人员、表单和记录", "Roles, forms, records"),
    )
    example: ClassVar = {"count_per_year": 2, "critical_conditions": ["malignant-tumour", "stroke"]}

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER, persons="", network="")

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        full = Step("hospital-full", "4.1", then=(task("agree-equal-hospital"),))
        away = Step(
            "expert-unavailable", "1.5", after=(BOOKED,), undoes=(BOOKED,), status="received",
            then=(task("rebook-equal-expert"),),
        )  # fmt: skip
        numbers = {
            "papers": "3",
            "quota": "1.3",
            "cancel": "5.1",
            "others": "5.1",
            "no_show": "5.1",
        }
        return [
            service(
                "expert-outpatient", clause="1.1", numbers=numbers, papers=PAPERS,
                count=Count("expert-outpatient", forfeits=(BOOKED,)),
                steps=(booking(), away, full),
                refuses=(
                    Bar("not_included", _fixed("fixed_expert"), "1.4", "details.fixed_expert"),
                    Bar("not_included", _fixed("fixed_time"), "1.4", "details.fixed_time"),
                ),
            ),
            service(
                "admission", clause="2.1", numbers=numbers, papers=(*PAPERS, "images", SLIP),
                count=Count("admission", forfeits=(BOOKED,)), steps=(booking(), full),
                refuses=(Bar("document_missing", _without_slip, "2.3", "documents"),),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        counts = dict.fromkeys(("expert-outpatient", "admission"), s.count_per_year)
        return [
            Insured("1.2", services={"expert-outpatient"}),
            *quotas("1.3", counts, COVER),
            Insured("2.2", services={"admission"}, covers=in_policy("beneficiaries")),
            Diagnosed("2.3", Needed(conditions=s.critical_conditions), services={"admission"}),
            PaperRule("3.1", papers={REPORT}, wrong=_outdated(s.record_months)),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_expert(s), **_admission(s), **_papers(s), **_end()}


def _fixed(name: str) -> Condition:
    return lambda d, _content: (d.body.details or {}).get(name) is True


def _without_slip(d: Draft, _content: Mapping[str, Any]) -> bool:
    return not (d.body.documents or {}).get(SLIP)


def _outdated(months: int) -> Condition:
    """A report older than so many months, or dated later than it is handed in."""

    def outdated(d: Draft, _content: Mapping[str, Any]) -> bool:
        given = (d.body.details or {}).get("exam_report_date")
        if given is None:
            return False
        try:
            day = date.fromisoformat(str(given))
        except ValueError:
            return True
        return not notice_end(d.event.day, -months) <= day <= d.event.day

    return outdated


def _expert(s: SettingValues) -> dict[str, Text]:
    return {
        "1.1": (
            f"针对疑难疾病，预约全国综合排名前{s.top_rank}或专科排名前{s.specialty_rank}的医院、三甲医院副主任医师及以上专家的门诊；"
            "无需诊断记录，疑难程度由服务机构判断。",
            f"For a difficult disease: a hospital among the first {s.top_rank} of the national overall "
            f"ranking or the first {s.specialty_rank} of the specialty ranking, an associate chief "
            "physician or higher of a grade-3A hospital. No diagnosis on file is needed; difficulty is "
            "judged by the provider.",
        ),
        "1.2": ("仅限被保险人本人。", "The insured in person only."),
        "1.3": (
            f"每项每保单年度{s.count_per_year}次，用完不再受理。",
            f"{s.count_per_year} per service and policy year; used up, requests are refused.",
        ),
        "1.4": (
            "挂号费由本人承担；不得指定时间和专家，指定的不予受理。",
            "The registration fee is the person's. Time and expert cannot be chosen; a request that "
            "fixes one is refused.",
        ),
        "1.5": (
            "已约专家临时停诊的，尽快改约同级专家，仍为同一次。",
            "If the booked expert is suddenly unavailable, an equal one is booked as soon as possible; "
            "it is still one use.",
        ),
        "1.6": ("对诊疗结果不承担责任。", "No liability for treatment results."),
    }


def _admission(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.critical_conditions)
    return {
        "2.1": (
            "选择适合病情的医院，与主治医师保持联系，定期联系本人或家属。",
            "A hospital fitting the condition; continuous contact with the attending doctor, regular "
            "contact with the person or family.",
        ),
        "2.2": (
            "限被保险人或协议载明的受益人；受益人使用的计入被保险人次数。",
            "The insured or a beneficiary named in the agreement, whose use is deducted from the "
            "insured's count.",
        ),
        "2.3": (
            f"限使用人本人确诊的重大疾病（{zh}），且主治医师建议住院并提交住院单；无住院单的不予受理。",
            f"Only for a confirmed critical illness of the person served ({en}), and when the attending "
            "doctor advises admission: a request without the slip is refused.",
        ),
    }


def _papers(s: SettingValues) -> dict[str, Text]:
    expert, admission = named(PAPERS), named(("images", SLIP))
    return {
        "3": (
            f"专家预约：{expert[0]}；住院安排另需：{admission[0]}。",
            f"Expert booking: {expert[1]}. Admission also: {admission[1]}.",
        ),
        "3.1": (
            f"检查报告须为提交之日前{s.record_months}个月内（含对应日）出具，过期或日期晚于提交之日的不予接收。",
            f"Reports lie within the {s.record_months} calendar months up to the day of the hand-in, the "
            "same day included; an older one, or one dated later, is not taken.",
        ),
        "3.2": (
            "专家预约另按挂号平台要求；需就诊卡的由本人事先办理。",
            "Also what the public booking platform asks for; a visit card, where needed, the person "
            "gets beforehand.",
        ),
    }


def _end() -> dict[str, Text]:
    return {
        "4.1": (
            "优先安排本人指定的医院；无床位的协商同级医院（专家预约限排名范围内）。",
            "The hospital that the person names has priority; if it is full, an equal one by agreement "
            "(for an expert within the rankings).",
        ),
        "5.1": (
            "预约成功前取消免费；之后因自身原因取消的计为已用；服务机构或医院取消的退回。",
            "Before the booking succeeds cancelling is free; after it, for own reasons, it counts as "
            "used. Cancelled by provider or hospital, the count is released.",
        ),
        "5.2": (
            "服务说明与服务方案不一致的，以方案为准。",
            "If the service text and the service plan conflict, the plan wins.",
        ),
        "6": (
            "参与方：服务机构、保险公司、被保险人、受益人、主治医师；排名登记（含日期）、与医生和家属联系记录、改约记录。无需审核。",
            "Provider, insurer, insured, beneficiary, attending doctor. Register of rankings with date, "
            "contact log with doctor and family, rebooking notes. No review.",
        ),
    }


__all__ = ["ExpertAndAdmission"]
