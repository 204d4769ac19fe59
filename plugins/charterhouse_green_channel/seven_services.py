"""Seven-service critical-illness green channel (七项服务重疾绿通) as a list of its values."""

from __future__ import annotations

from typing import ClassVar

from marshmallow import fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import YearCover, validity
from charterhouse.kernel.clauses.diagnoses import Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.services import (
    APPROVED,
    CLOSED,
    After,
    Count,
    Service,
    Step,
    cited,
)
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_green_channel.common import (
    BOOKED,
    Common,
    GreenChannel,
    GreenChannelSettings,
    booking,
    quotas,
    service,
)
from charterhouse_green_channel.fields import Grade, codes, count, days
from charterhouse_green_channel.labels import LABELS, named

CRITERIA, SURGERY_CRITERIA = "criteria-met", "surgery-criteria-met"
CLAUSES = {
    "admission": "3.1", "expert-outpatient": "3.2", "escort": "3.3", "surgery": "3.4",
    "phone-expert": "3.5", "second-opinion": "3.6", "fast-exam": "3.7",
}  # fmt: skip
NEEDS = {
    "admission": (CRITERIA,), "fast-exam": (CRITERIA,), "surgery": (CRITERIA, SURGERY_CRITERIA),
}  # fmt: skip
PAPERS = ("id-copy", "diagnosis-proof")


class SevenServicesSettings(GreenChannelSettings):
    """Diseases, waiting, counts, and what the diagnosing hospital must be."""

    covered_conditions = codes(
        meta("合同约定重大疾病", "Diseases of the contract", "codes", "1.1", "entry")
    )
    waiting_days = days(0, meta("等待期", "Waiting", "days", "1.4", "entry"))
    quota = count(meta("每项每年次数", "Per service and year", "times", "3.10", "counts"), 1)
    cancel_free_until = fields.String(
        load_default=BOOKED, validate=validate.OneOf((APPROVED, CRITERIA, BOOKED, CLOSED)),
        metadata=meta("此步骤前可免费取消", "Free cancellation before", "", "4.3", "cancel"),
    )  # fmt: skip
    hospital_grade_min = Grade(
        load_default="2",
        metadata=meta("诊断医院最低等级", "Lowest grade of the hospital", "", "1.1", "entry"),
    )
    hospital_public_only = fields.Boolean(
        load_default=True,
        metadata=meta("诊断医院须为公立", "The hospital must be public", "", "1.1", "entry"),
    )


class SevenServices(GreenChannel):
    """Seven quick-access services, each once in the one year of the policy."""

    code = "green-channel.seven-services"
    name = ("七项服务重疾绿通", "Seven-service critical-illness green channel")
    Settings = SevenServicesSettings
    heading = (
        Section("1", "适用条件", "Eligibility"),
        Section("2", "申请", "Application"),
        Section("3", "服务项目", "Services"),
        Section("4", "办理流程", "Workflow"),
        Section("5", "人员、表单和记录", "Roles, forms, records"),
    )
    example: ClassVar = {
        "covered_conditions": ["malignant-tumour", "acute-infarction", "stroke"]
    }  # fmt: skip

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(
            cover=YearCover(months=12), network="1.2", consent="2.3",
            numbers={"term": "3.9", "over": "3.9"},
        )  # fmt: skip

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [self._service(code, s) for code in CLAUSES]

    def _service(self, code: str, s: SettingValues) -> Service:
        needs = NEEDS.get(code, ())
        free_until = s.cancel_free_until
        if free_until == CRITERIA and CRITERIA not in needs:
            free_until = BOOKED
        return service(
            code, clause=CLAUSES[code], review=True, papers=PAPERS,
            steps=(*(Step(step, "4.2") for step in needs), booking(review=True)),
            decide_after=tuple(After(step, "4.2") for step in needs),
            approved=(cited("criteria", "4.2"),),
            count=Count(code, forfeits=(free_until,)),
            numbers={"papers": "2.4", "quota": "3.10", "cancel": "4.3"},
        )  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        needed = Needed(
            conditions=s.covered_conditions, grade_min=s.hospital_grade_min,
            public=s.hospital_public_only,
        )  # fmt: skip
        first = Needed(
            conditions=s.covered_conditions, grade_min=s.hospital_grade_min,
            public=s.hospital_public_only, first=True,
        )  # fmt: skip
        return [
            Diagnosed("1.1", needed),
            Waiting("1.4", days=s.waiting_days),
            Diagnosed("3.6", first, services={"second-opinion"}),
            *quotas("3.10", dict.fromkeys(CLAUSES, s.quota), self.common(s).cover, period=validity),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_entry(s), **_services(s), **_flow(s)}


def _entry(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.covered_conditions)
    public = ("公立", "public ") if s.hospital_public_only else ("", "")
    return {
        "1.1": (
            f"被保险人经{s.hospital_grade_min}级及以上{public[0]}医院确诊患保险合同约定的重大疾病：{zh}。",
            f"The insured has been diagnosed, confirmed by a {public[1]}hospital of grade "
            f"{s.hospital_grade_min} or above, with a critical illness of the contract: {en}.",
        ),
        "1.2": (
            "所申请的医院须在绿通医院名单内，名单为手册附件。",
            "The hospital asked for is in the hospital list annexed to the handbook.",
        ),
        "1.3": (
            "前两项须同时满足，每项服务均予核对。",
            "Both conditions must hold and are checked for every service.",
        ),
        "1.4": (
            f"等待期按保单约定，保单未约定的为{s.waiting_days}日。",
            f"Waiting as the policy states; where it states none, {s.waiting_days} day(s).",
        ),
        "2.1": (
            "由被保险人通过手机应用、微信公众号或电话申请，渠道予以记录。",
            "Asked for by the insured through app, WeChat account or telephone; the channel is "
            "recorded.",
        ),
        "2.2": (
            "微信：我的服务—个人中心—健康服务—重疾绿通—同意—上传；手机应用：首页健康（或我的—工具与服务—健康服务）—重疾绿通—同意—上传。",
            "WeChat: my services, personal centre, health services, critical-illness green channel, "
            "consent, upload. App: home page, health (or me, tools and services, health services), "
            "critical-illness green channel, consent, upload.",
        ),
        "2.3": (
            "上传材料前须接受服务知情同意书；未同意的不受理，次数不变。",
            "The informed-consent form is accepted before anything is uploaded; without it the request "
            "is refused and no count changes.",
        ),
        "2.4": (
            "所需材料：身份证明、诊断证明；手术和住院无需其他材料。",
            "Papers: the insured's identity and the diagnosis proof; surgery and admission need no "
            "further paper.",
        ),
    }


def _services(s: SettingValues) -> dict[str, Text]:
    return {
        "3.1": (
            "快速住院：符合医院收治条件的，协助尽快入住网络医院。",
            "Admission: quicker admission to a network hospital, if its criteria are met.",
        ),
        "3.2": (
            "专家门诊：预约网络医院副主任医师及以上专家，普通或特需门诊。",
            "Expert out-patient visit: booking with an associate chief physician or higher of a "
            "network hospital, ordinary or special-needs clinic.",
        ),
        "3.3": (
            "专业陪诊：全程陪同导诊、检查和取药。",
            "Escort: accompanied through the whole visit, with guide, examination and dispensing.",
        ),
        "3.4": (
            "专家手术：符合收治条件和手术指征的，由网络医院专家尽快手术。",
            "Surgery: quicker surgery by an expert of a network hospital, if both criteria are met.",
        ),
        "3.5": (
            "电话远程问诊：由网络医院副主任医师及以上专家电话问诊。",
            "Remote consultation by telephone with an associate chief physician or higher of a "
            "network hospital.",
        ),
        "3.6": (
            "二次诊疗：限首次确诊，由指定医院和科室副主任医师及以上专家出具书面意见。",
            "Second opinion: only after a first confirmed diagnosis; a paper report by an associate "
            "chief physician or higher of the designated hospital and department.",
        ),
        "3.7": (
            "检查加急：符合检查条件的，在指定医院和科室加急检查。",
            "Fast examination: in the designated hospital and department, if its criteria are met.",
        ),
        "3.8": (
            "各项服务依客户需要和主诉安排。",
            "All by the customer's need and chief complaint.",
        ),
        "3.9": (
            "服务期自保单生效之日起一年，不论保单何时到期；届满后不再受理，续保的开始新的一年，次数重新计算。",
            "The service term is one year from the policy's effective date, whatever its own end; "
            "afterwards requests are refused unless the policy was renewed, which opens a new year "
            "with new counts.",
        ),
        "3.10": (
            f"每项服务各计{s.quota}次，用完不再受理；同一次就诊可用多项服务，各自计次。",
            f"Each service has its own count of {s.quota}; used up, requests are refused. Several "
            "services may serve one visit, each with its own count.",
        ),
    }


def _flow(s: SettingValues) -> dict[str, Text]:
    zh, en = LABELS.get(s.cancel_free_until, ("办结", "closing"))
    return {
        "4.1": (
            "同意—提交申请和材料—保险公司审核—授权的服务机构安排—服务。",
            "Consent, request with papers, review by the insurer, arrangement by an authorised "
            "provider, service.",
        ),
        "4.2": (
            "批准前除材料齐全外：住院和检查加急须医院确认收治条件，手术须确认收治条件和手术指征（先后不限）。",
            "Approval needs, beside complete papers: for admission and fast examination the hospital's "
            "criteria, for surgery both indications in any order.",
        ),
        "4.3": (
            f"客户取消：“{zh}”前免费，之后计为已用。",
            f"Cancelled by the customer: free before “{en}”, afterwards it counts as used.",
        ),
        "5": (
            "表单：知情同意书（版本和时间）、申请表及上传材料、二次诊疗报告；记录：各服务次数台账、信息提供登记。",
            "Forms: consent form (version, time), application with uploads, second-opinion report. "
            "Records: counter book per service, disclosure log.",
        ),
    }
