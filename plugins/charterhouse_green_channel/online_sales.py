"""Green channel for policies sold online (网销重疾绿通) as a list of its values."""

from __future__ import annotations

from typing import Any

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import DiagnosedAtReview, Needed
from charterhouse.kernel.clauses.entitlements import AfterFirst
from charterhouse.kernel.clauses.insurance import PolicyEntry
from charterhouse.kernel.clauses.policies import Policy
from charterhouse.kernel.clauses.services import (
    APPROVED,
    After,
    Again,
    Count,
    Limit,
    Service,
    Step,
    task,
)
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import last_valid_day
from charterhouse.kernel.settings import SettingValues, Yuan, meta
from charterhouse_green_channel.common import (
    BOOKED,
    Common,
    GreenChannel,
    GreenChannelSettings,
    booking,
    quotas,
    service,
)
from charterhouse_green_channel.fields import CountOrUnlimited, codes, count, days
from charterhouse_green_channel.labels import named

NECESSITY = "necessity-confirmed"
CLAUSES = {
    "expert-outpatient": "2.2", "fast-exam": "2.3", "admission": "2.4", "surgery": "2.5",
    "second-opinion": "2.6",
}  # fmt: skip
VISITS = ("expert-outpatient", "admission", "surgery")
COVER = Cover()


class OnlineSalesSettings(GreenChannelSettings):
    """What a policy must be (amounts typed as fen), counts per policy year, and the limit."""

    sum_insured_min = Yuan(
        load_default=50_000_000,
        metadata=meta("最低保险金额", "Least sum insured", "yuan", "1.3", "entry"),
    )
    term_months_min = days(
        12, meta("最短保险期间", "Least term", "months", "1.2", "entry"), least=1
    )
    sale_channels = codes(
        meta("销售渠道", "Sale channels", "codes", "1.1", "entry"), ("online-partner",)
    )
    phone_doctor_quota = CountOrUnlimited(
        load_default=1, metadata=meta("电话医生次数", "Phone doctor", "times", "2.1", "counts")
    )
    rehabilitation_max = count(
        meta("康复管理次数上限", "Rehabilitation calls at most", "times", "2.7", "counts"), 5
    )
    quota = count(meta("其他各项次数", "Each other service", "times", "2.2", "counts"), 1)
    outpatient_days = days(
        5, meta("门诊预约时限", "Out-patient booking within", "working days", "3.4", "deadlines")
    )


class OnlineSales(GreenChannel):
    """For large policies of online partners; the review that approves uses the count."""

    code = "green-channel.online-sales"
    name = ("网销重疾绿通", "Green channel for policies sold online")
    Settings = OnlineSalesSettings
    heading = (
        Section("1", "适用条件", "Eligibility"),
        Section("2", "服务项目", "Services"),
        Section("3", "办理流程", "Workflow"),
        Section("4", "使用和取消", "Use and cancelling"),
        Section("5", "人员、表单和记录", "Roles, forms, records"),
    )

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER, used=("phone-doctor", "rehabilitation"), besides=("surgery",))

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [_service(code, clause, s) for code, clause in CLAUSES.items()]

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""

        def long_enough(policy: Policy) -> bool:
            least = last_valid_day(policy.effective, s.term_months_min)
            return policy.product == "critical-illness" and (
                policy.until is None or policy.until >= least
            )

        return [
            PolicyEntry("1.1", lambda p: p.channel in s.sale_channels, field="channel"),
            PolicyEntry("1.2", long_enough),
            PolicyEntry(
                "1.3", lambda p: (p.sum_insured or 0) >= s.sum_insured_min, field="sum_insured"
            ),
            *quotas(
                "2.1", {"phone-doctor": s.phone_doctor_quota}, COVER, at_once=("phone-doctor",)
            ),
            *(clause for code, number in CLAUSES.items()
              for clause in quotas(number, {code: s.quota}, COVER)),
            *quotas("2.8", {"rehabilitation": s.rehabilitation_max}, COVER,
                    at_once=("rehabilitation",)),
            AfterFirst("2.8", "rehabilitation", services=VISITS, task="schedule-rehabilitation"),
            DiagnosedAtReview("3.2", Needed()),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_entry(s), **_services(s), **_flow(s), **_use()}


def _service(code: str, clause: str, s: SettingValues) -> Service:
    needs: tuple[Step, ...] = ()
    before: tuple[After, ...] = ()
    if code in ("admission", "surgery"):
        needs, before = (Step(NECESSITY, "3.3"),), (After(NECESSITY, "3.3"),)
    escort = (task("send-escort", "3.1"),) if s.escort_included and code in VISITS else ()
    limits: tuple[Limit, ...] = ()
    if code == "expert-outpatient":
        limits = (
            Limit("booking", start=APPROVED, until=BOOKED, amount=s.outpatient_days,
                  unit="working_days", clause="3.4"),
        )  # fmt: skip
    more: dict[str, Any] = {
        "steps": (*needs, booking(*before, review=True, then=escort)),
        "limits": limits,
        "fixed_after": (APPROVED,),
        "again": Again(
            undoes=(BOOKED,), restarts=tuple(limit.code for limit in limits),
            then=(task("rearrange", "4.3"),),
        ),
    }  # fmt: skip
    return service(
        code, clause=clause, review=True, papers=("diagnosis-proof", "medical-record"),
        count=Count(code, consume_on=APPROVED),
        numbers={"papers": "3.1", "quota": clause, "cancel": "4.1", "others": "4.1",
                 "too_late": "4.1", "consumed": "4.1", "refused": "4.2", "no_show": "4.3",
                 "failed": "4.3"},
        **more,
    )  # fmt: skip


def _entry(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.sale_channels)
    return {
        "1.1": (
            f"经以下渠道销售的保单：{zh}；其他保单不予登记。",
            f"Policies sold through: {en}; another policy is refused at registration.",
        ),
        "1.2": (
            f"重大疾病保险产品，保险期间不少于{s.term_months_min}个月（无届满日的为长期）。",
            f"A critical-illness product with a term of at least {s.term_months_min} months; without "
            "a last day it is long term.",
        ),
        "1.3": (
            f"保险金额不低于{show_fen(s.sum_insured_min)}元。",
            f"The sum insured is at least {show_fen(s.sum_insured_min)} yuan.",
        ),
        "1.4": (
            "被保险人符合重大疾病标准，由审核判断；服务以保险公司开办本项目为限。",
            "The insured meets the critical-illness standard, judged at the review. The service exists "
            "only while the insurer runs the programme.",
        ),
    }


def _services(s: SettingValues) -> dict[str, Text]:
    phone = (
        ("不限次数", "without limit")
        if s.phone_doctor_quota is None
        else (f"每保单年度{s.phone_doctor_quota}次", f"{s.phone_doctor_quota} per policy year")
    )
    zh, en = f"每保单年度{s.quota}次", f"{s.quota} per policy year"
    return {
        "2.1": (
            f"电话医生：全年每日24小时咨询疾病、就医和特殊人群保健，{phone[0]}。",
            f"Phone doctor: consulting around the clock on disease, medical guidance, special groups; "
            f"{phone[1]}.",
        ),
        "2.2": (
            f"专家门诊：三甲医院知名专家，{zh}。",
            f"Expert out-patient visit: a known expert of a grade-3A hospital; {en}.",
        ),
        "2.3": (
            f"检查加急：超声、CT、磁共振、心脏彩超、胃肠镜、穿刺等，{zh}。",
            f"Fast examination: ultrasound, CT, MRI, echocardiography, endoscopy, punctures and the "
            f"like; {en}.",
        ),
        "2.4": (
            f"住院安排：知名三甲医院病房，{zh}。",
            f"Admission: a ward of a known grade-3A hospital; {en}.",
        ),
        "2.5": (
            f"手术安排：在患者指定的医院，{zh}。",
            f"Surgery: at the hospital that the patient names; {en}.",
        ),
        "2.6": (
            f"二次诊断：国内知名专家，{zh}。",
            f"Second opinion: known domestic experts; {en}.",
        ),
        "2.7": (
            f"康复管理：首次就诊后由健康管家随访并提供康复建议，每保单年度最多{s.rehabilitation_max}次。",
            "Rehabilitation: after the first visit, care call-backs by a health steward and advice; at "
            f"most {s.rehabilitation_max} per policy year.",
        ),
        "2.8": (
            "首次就诊指保单下首个已完成的专家门诊、住院或手术申请，完成后安排康复随访，以后不再重复；此前不得使用康复管理，"
            "次数用完不再提供。",
            "The first visit is the first request for expert out-patient, admission or surgery served "
            "under the policy; it, and no later one, brings the scheduling of rehabilitation. Before "
            "it rehabilitation is refused, and beyond its number too.",
        ),
        "2.9": (
            "电话医生和康复管理无需审核；电话医生无需诊断。",
            "Phone doctor and rehabilitation need no review; the phone doctor needs no diagnosis.",
        ),
        "2.10": (
            "网络医院：章程制定时覆盖210个城市1339家医院，详询热线。",
            "Network: 210 cities and 1339 hospitals at the time of writing; more on the hotline.",
        ),
    }


def _flow(s: SettingValues) -> dict[str, Text]:
    escort = (
        (
            "；门诊、住院、手术当日派陪诊专员",
            "; an escort on the day of out-patient, admission or surgery",
        )
        if s.escort_included
        else ("", "")
    )
    return {
        "3.1": (
            f"申请（诊断证明和病历资料均须提交）—保险公司审核—预约并告知时间—就诊{escort[0]}。",
            "Application with diagnosis proof and medical records, both required; review by the "
            f"insurer's agent; booking, with the time told; visit{escort[1]}.",
        ),
        "3.2": (
            "没有确诊记录的不得批准；申请时无需诊断记录。",
            "Without a confirmed diagnosis on file there is no approval; the request itself needs none.",
        ),
        "3.3": (
            "住院和手术须医院确认确有必要方可预约。",
            "Admission and surgery are booked only after the hospital holds them to be necessary.",
        ),
        "3.4": (
            f"专家门诊自批准之日起{s.outpatient_days}个工作日内预约成功。",
            f"The expert out-patient visit is booked within {s.outpatient_days} working days of the "
            "approval.",
        ),
    }


def _use() -> dict[str, Text]:
    return {
        "4.1": (
            "批准即计为已用，此后客户不得取消，此前取消免费；服务机构或医院取消的退回。",
            "The approval consumes the count; afterwards the customer cannot cancel, before it is free. "
            "Cancelled by provider or hospital, the count is released.",
        ),
        "4.2": (
            "未获批准的次数不变。",
            "A rejected application leaves the count as it was.",
        ),
        "4.3": (
            "批准后服务机构或医院未能提供的，申请回到已批准状态重新安排，门诊时限自当日重新起算，次数不重复计算；"
            "客户未到的办结，计为已用。",
            "A failure of provider or hospital after the approval does not close the request: it goes "
            "back to approved and is arranged again, the out-patient limit starts anew that day, and "
            "nothing is counted twice. A no-show closes it, and the count stays consumed.",
        ),
        "4.4": (
            "挂号、检查、治疗和药品费用由客户承担；解释权归保险公司。",
            "Registration, examination, treatment and medicine are the customer's; the insurer "
            "interprets.",
        ),
        "5": (
            "申请表、照片上传、审核意见、预约信息、陪诊报告、康复通话记录。",
            "Application form, photo uploads, review note, booking message, escort report, "
            "rehabilitation call log.",
        ),
    }


__all__ = ["OnlineSales"]
