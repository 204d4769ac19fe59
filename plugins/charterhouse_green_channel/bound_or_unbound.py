"""Green channel bound to a critical-illness insurance or free-standing (捆绑与非捆绑重疾绿通)."""

from __future__ import annotations

from typing import ClassVar

from marshmallow import fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.policies import Policy
from charterhouse.kernel.clauses.services import (
    APPROVED,
    ASKED,
    After,
    Count,
    Limit,
    Service,
    Step,
    task,
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
from charterhouse_green_channel.fields import codes, count, days
from charterhouse_green_channel.labels import named

FROM_APPROVAL, FROM_CALL = "papers-and-approval", "call"
CONFIRMED = "customer-confirmed"
ARRANGED = ("second-opinion", "admission", "escort", "expert-outpatient")
COVER = Cover()


def is_bound(policy: Policy) -> bool:
    """Whether the service is bound to a critical-illness product."""
    return policy.details.get("bound") is not False


class BoundOrUnboundSettings(GreenChannelSettings):
    """Disease lists, waiting, the limit with its start, and counts per policy year."""

    bound_conditions = codes(meta("保险公司病种", "Insurer's list", "codes", "1.3", "entry"))
    unbound_conditions = codes(
        meta("监管标准病种", "Regulator's standard list", "codes", "1.4", "entry")
    )
    unbound_waiting_days = days(
        90, meta("非捆绑观察期", "Observation, not bound", "days", "1.4", "entry")
    )
    arrange_days = days(14, meta("安排时限", "Arranged within", "working days", "2.1", "deadlines"))
    sla_start = fields.String(
        load_default=FROM_APPROVAL, validate=validate.OneOf((FROM_APPROVAL, FROM_CALL)),
        metadata=meta("时限起算", "Start of the limit", "", "2.1", "deadlines"),
    )  # fmt: skip
    quota_second_opinion = count(meta("二次诊断次数", "Second opinions", "times", "2.2", "counts"))
    quota_admission = count(meta("住院安排次数", "Admissions", "times", "2.2", "counts"))
    quota_escort = count(meta("陪同就诊次数", "Escorts", "times", "2.2", "counts"))
    quota_expert_outpatient = count(
        meta("专家门诊次数", "Expert out-patient visits", "times", "2.2", "counts")
    )


class BoundOrUnbound(GreenChannel):
    """Five services; disease list and waiting by whether the service is bound to a product."""

    code = "green-channel.bound-or-unbound"
    name = ("捆绑与非捆绑重疾绿通", "Green channel bound to an insurance or free-standing")
    Settings = BoundOrUnboundSettings
    heading = (
        Section("1", "适用条件", "Eligibility"),
        Section("2", "服务项目", "Services"),
        Section("3", "办理流程", "Workflow"),
        Section("4", "取消和费用", "Cancelling, costs"),
        Section("5", "人员、表单和记录", "Roles, forms, records, reports"),
    )
    example: ClassVar = {
        "bound_conditions": ["malignant-tumour", "stroke"],
        "unbound_conditions": ["malignant-tumour", "acute-infarction"],
        "quota_second_opinion": 1, "quota_admission": 1, "quota_escort": 1,
        "quota_expert_outpatient": 1,
    }  # fmt: skip

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(
            cover=COVER, used=("consulting",), persons="1.1",
            numbers={"term": "1.1", "expired": "1.1", "surrendered": "1.1"},
        )  # fmt: skip

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        start = ASKED if s.sla_start == FROM_CALL else APPROVED
        return [
            service(
                code, clause="3.3", review=True, papers=("diagnosis-proof", "medical-record"),
                count=Count(code, forfeits=(BOOKED,)),
                numbers={"papers": "3.6", "quota": "2.2", "cancel": "4.1", "no_show": "4.1"},
                steps=(
                    Step(CONFIRMED, "3.4", after=(APPROVED,)),
                    booking(After(CONFIRMED, "3.4", "consent_missing"), review=True),
                ),
                limits=(
                    Limit("arrange", start=start, until=BOOKED, amount=s.arrange_days,
                          unit="working_days", clause="2.1"),
                ),
                closing={"served": (task("service-summary", "3.5"), task("quality-survey", "3.5"))},
            )
            for code in ARRANGED
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        counts = {
            "consulting": None, "second-opinion": s.quota_second_opinion,
            "admission": s.quota_admission, "escort": s.quota_escort,
            "expert-outpatient": s.quota_expert_outpatient,
        }  # fmt: skip
        needed = Needed(
            conditions=lambda p: s.bound_conditions if is_bound(p) else s.unbound_conditions,
            first=True, grade_min="2", public=True,
            fits=lambda policy, found: policy.in_validity(found.day),
        )  # fmt: skip
        return [
            Diagnosed("1.2", needed, services=ARRANGED),
            Waiting("1.3", days=0, services=ARRANGED, when=is_bound),
            Waiting(
                "1.4", days=s.unbound_waiting_days, services=ARRANGED, own=False,
                when=lambda policy: not is_bound(policy),
            ),
            *quotas("2.2", counts, COVER, at_once=("consulting",)),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_entry(s), **_services(s), **_flow(), **_cancelling()}


def _entry(s: SettingValues) -> dict[str, Text]:
    bound, unbound = named(s.bound_conditions), named(s.unbound_conditions)
    return {
        "1.1": (
            "仅限被保险人本人；服务期即保险期间，保险终止的服务随之终止。",
            "Only the insured in person. The service term is the insurance term, and the service ends "
            "with the insurance.",
        ),
        "1.2": (
            "保险期间内经二级及以上公立医院首次确诊患指定疾病；等待期内确诊的亦可；非首次、其他医院或疾病的不符合条件。"
            "电话咨询无需诊断。",
            "First confirmed, within the insurance's validity, by a public hospital of grade 2 or above, "
            "of a disease of the designated list; one made in the waiting counts. Not first, or of "
            "another hospital or disease, is not eligible. Consulting needs no diagnosis.",
        ),
        "1.3": (
            f"捆绑：病种为保险公司重疾条款所列（{bound[0]}）；除咨询外首年观察期按产品约定，续保无观察期。",
            f"Bound: the diseases of the insurer's critical-illness clauses ({bound[1]}); all but "
            "consulting have in the first year the product's observation period, after a renewal "
            "none.",
        ),
        "1.4": (
            f"非捆绑：病种为监管标准所列（{unbound[0]}）；除咨询外观察期{s.unbound_waiting_days}日，"
            "保单载明的天数不适用，续保无观察期。",
            f"Not bound: the regulator's standard list ({unbound[1]}); all but consulting have an "
            f"observation period of {s.unbound_waiting_days} days, whatever the policy states, after "
            "a renewal none.",
        ),
    }


def _services(s: SettingValues) -> dict[str, Text]:
    n = s.arrange_days
    start = (
        ("来电之日起（材料是否齐全不限）", "the call, papers complete or not")
        if s.sla_start == FROM_CALL
        else (
            "材料齐全且专家同意之日起",
            "the day on which papers are complete and the expert approves",
        )
    )
    counts_zh = (
        f"二次诊断{s.quota_second_opinion}次、住院安排{s.quota_admission}次、"
        f"陪同就诊{s.quota_escort}次、专家门诊{s.quota_expert_outpatient}次"
    )
    counts_en = (
        f"{s.quota_second_opinion} second opinion(s), {s.quota_admission} admission(s), "
        f"{s.quota_escort} escort(s), {s.quota_expert_outpatient} expert out-patient visit(s)"
    )
    return {
        "2": (
            "电话咨询即时提供、不限次数；二次诊断（普通、特需或国际门诊）、住院安排（普通病房优先）、陪同就诊、专家门诊须经安排。",
            "Consulting by phone at once and without limit; second opinion (ordinary, special-needs or "
            "international clinic), admission (ordinary ward preferred), escort and expert out-patient "
            "visit are arranged.",
        ),
        "2.1": (
            f"{start[0]}{n}个工作日内预约成功。",
            f"Booked within {n} working days of {start[1]}.",
        ),
        "2.2": (
            f"每保单年度：{counts_zh}；用完不再受理。",
            f"Per policy year: {counts_en}; used up, requests are refused.",
        ),
    }


def _flow() -> dict[str, Text]:
    return {
        "3.1": (
            "参与方：客户、保险公司、服务机构客服、服务机构专家库。",
            "Lanes: customer, insurer, the provider's customer service, its expert pool.",
        ),
        "3.2": (
            "咨询来电—保险公司提供客户信息或授权查询—了解病情和需求—核对身份—专家判断—材料—建议—确认需求—安排并陪同—反馈—服务总结—向保险公司报告。",
            "Call, customer information from the insurer, condition and need, identity, the expert's "
            "judgement, papers, advice, confirmed need, arrangement and accompanied visit, feedback, "
            "service summary, report to the insurer.",
        ),
        "3.3": (
            "申请—专家审核—客户确认—预约成功—办结。",
            "Request, decision of the expert, customer's confirmation, booking, closing.",
        ),
        "3.4": (
            "服务须经被保险人确认许可：未确认的不得预约；批准前不得确认。",
            "Served only with the insured's confirmation: no booking without it, and no confirmation "
            "before the approval.",
        ),
        "3.5": (
            "服务完成后生成服务总结和质量调查。",
            "A service given brings the service summary and the quality survey.",
        ),
        "3.6": (
            "所需材料：诊断证明、病历资料。",
            "Papers: diagnosis proof and medical records.",
        ),
    }


def _cancelling() -> dict[str, Text]:
    return {
        "4.1": (
            "预约成功前取消的退回次数；之后取消，或因自身原因未到的，计为已用。",
            "Cancelled before the booking, the count is released; after it, or not attended for own "
            "reasons, it counts as used.",
        ),
        "4.2": ("医疗费用由被保险人承担。", "Medical costs are the insured person's."),
        "5": (
            "客户信息表、专家判断、书面确认、逐例服务总结、向保险公司的调查报告；医院名单以电子表格提供并更新。",
            "Customer information form, expert's judgement, written confirmation, service summary per "
            "case, survey report to the insurer; hospital list as a spreadsheet, updated over time.",
        ),
    }


__all__ = ["BoundOrUnbound"]
