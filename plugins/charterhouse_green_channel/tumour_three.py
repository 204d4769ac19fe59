"""Tumour green channel with three services (肿瘤就医绿通三项) as a list of its values."""

from __future__ import annotations

from marshmallow import fields

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import SUSPECTED, Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.services import (
    CLOSED,
    COMPLETE,
    Bar,
    Count,
    Limit,
    Service,
    Step,
)
from charterhouse.kernel.own_days import calendar_of
from charterhouse.kernel.settings import SettingValues, meta
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
from charterhouse_green_channel.fields import codes, count, days
from charterhouse_green_channel.labels import named
from charterhouse_green_channel.tumour_three_clauses import (
    SingleWindow,
    long_before_visit,
    no_visit_day,
    not_three,
)

TUMOUR = frozenset({"malignant-tumour"})
COVER = Cover()


class TumourThreeSettings(GreenChannelSettings):
    """The window, counts, limits in working days, and the papers of a second opinion."""

    single_window = fields.Boolean(
        load_default=False,
        metadata=meta(
            "仅限发病的保单年度", "Only the policy year of the tumour", "", "1.4", "counts"
        ),
    )
    quota = count(meta("每项每保单年度次数", "Per service and year", "times", "1.4", "counts"), 1)
    outpatient_days = days(
        5, meta("门诊预约时限", "Out-patient booking within", "working days", "1.1", "deadlines")
    )
    admission_days = days(
        10, meta("住院预约时限", "Admission within", "working days", "1.2", "deadlines")
    )
    opinion_days = days(
        5, meta("第二意见时限", "Second opinion within", "working days", "1.3", "deadlines")
    )
    cancel_free_working_days = days(
        2, meta("就诊前免费取消", "Free before the visit", "working days", "4.1", "cancel")
    )
    second_opinion_papers = codes(
        meta("第二意见材料", "Papers of a second opinion", "codes", "2.3", "papers"),
        ("diagnosis-proof", "medical-record"),
    )


class TumourThree(GreenChannel):
    """An expert, an admission and a second opinion, each with its own condition and deadline."""

    code = "green-channel.tumour-three"
    name = ("肿瘤就医绿通三项", "Tumour green channel with three services")
    Settings = TumourThreeSettings
    details = details.TUMOUR
    heading = (
        Section("1", "服务条件、内容和次数", "Conditions, contents, counts"),
        Section("2", "材料", "Papers"),
        Section("3", "办理流程", "Workflow"),
        Section("4", "取消和未到", "Cancelling and staying away"),
        Section("5", "人员、表单和记录", "Roles, forms, records"),
    )

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER)

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        free = long_before_visit(s.cancel_free_working_days, calendar_of(s))
        proposed, confirmed = "experts-proposed", "expert-confirmed"
        return [
            service(
                "expert-outpatient", clause="1.1",
                numbers={"quota": "1.4", "cancel": "4.1", "no_show": "4.1"},
                count=Count("expert-outpatient", forfeits=(BOOKED,), free=free),
                steps=(
                    Step(proposed, "3.1", bars=(Bar("not_eligible", not_three),)),
                    Step("experts-rejected", "3.2", after=(proposed,), undoes=(proposed, confirmed)),
                    Step(confirmed, "3.1", after=(proposed,)),
                    booking(
                        confirmed, clause="3.1", details=("visit_on",),
                        bars=(Bar("not_eligible", no_visit_day, field="details.visit_on"),),
                    ),
                ),
                limits=(
                    Limit("booking", start=confirmed, until=BOOKED, amount=s.outpatient_days,
                          unit="working_days", clause="1.1"),
                ),
            ),
            service(
                "admission", clause="1.2", papers=("admission-slip",),
                numbers={"papers": "2.2", "quota": "1.4", "cancel": "4.2", "freed": "4.4",
                         "no_show": "4.2"},
                count=Count("admission", forfeits=(BOOKED,)), steps=(booking(clause="3.3"),),
                limits=(
                    Limit("booking", start=COMPLETE, until=BOOKED, amount=s.admission_days,
                          unit="working_days", clause="1.2"),
                ),
            ),
            service(
                "second-opinion", clause="1.3", papers=tuple(s.second_opinion_papers),
                numbers={"papers": "2.3", "quota": "1.4", "cancel": "4.3", "freed": "4.4"},
                count=Count("second-opinion", forfeits=(BOOKED,)), steps=(booking(clause="3.3"),),
                limits=(
                    Limit("report", start=COMPLETE, until=CLOSED, amount=s.opinion_days,
                          unit="working_days", clause="1.3"),
                ),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        suspected = Needed(conditions=TUMOUR, certainty=SUSPECTED)
        services = ("expert-outpatient", "admission", "second-opinion")
        return [
            Diagnosed("1.1", suspected, services={"expert-outpatient"}),
            Diagnosed("1.2", suspected, services={"admission"}),
            Diagnosed("1.3", Needed(conditions=TUMOUR), services={"second-opinion"}),
            *quotas("1.4", dict.fromkeys(services, s.quota), COVER),
            *([SingleWindow("1.4", "malignant-tumour")] if s.single_window else []),
            Waiting("1.7", days=0),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_contents(s), **_papers(s), **_flow(), **_cancelling(s)}


def _contents(s: SettingValues) -> dict[str, Text]:
    window = (
        ("；仅限首次疑似或确诊所在的保单年度", "; only in the policy year in which it first arose")
        if s.single_window
        else ("", "")
    )
    return {
        "1.1": (
            "专家门诊预约：恶性肿瘤疑似或确诊。精准分诊，推荐路径、医院和专家，客户从三位专家中选一位，全程陪同；"
            f"客户确认专家之日起{s.outpatient_days}个工作日内约定。",
            "Expert out-patient visit, with a malignant tumour suspected or confirmed: triage, best "
            "route, hospital and expert recommended; the customer picks one of three; escort "
            f"throughout. Booked within {s.outpatient_days} working days of the confirmed expert.",
        ),
        "1.2": (
            "住院协调预约：恶性肿瘤疑似或确诊，且已取得并提交住院单。由主治医师或优先医师安排床位，全程陪同；"
            f"收到住院单之日起{s.admission_days}个工作日内约定。",
            "Admission, with a malignant tumour suspected or confirmed and the slip handed in: a bed "
            "with the attending or a preferred doctor; escort throughout. Booked within "
            f"{s.admission_days} working days of the slip.",
        ),
        "1.3": (
            "国内书面第二诊疗意见：恶性肿瘤确诊且有原始诊断。由权威专家独立、客观出具，协助选择治疗方案；"
            f"材料齐全之日起{s.opinion_days}个工作日内完成。",
            "Written second opinion, with a malignant tumour confirmed and an original diagnosis: "
            "independent, by top experts, to help choose the treatment. Within "
            f"{s.opinion_days} working days of complete papers.",
        ),
        "1.4": (
            f"自（疑似）发病起，每项每保单年度{s.quota}次，不结转{window[0]}。",
            f"Each service {s.quota} time(s) per policy year from the (suspected) tumour on, no "
            f"carry-over{window[1]}.",
        ),
        "1.5": (
            "网络医院：章程制定时覆盖31个城市157家医疗机构，以名单为准。",
            "Network: 31 cities and 157 institutions at the time of writing; the list holds.",
        ),
        "1.5a": (
            "门诊和住院的时限以预约成功为准，第二意见的时限以办结为准。",
            "The limits of out-patient visit and admission are kept by the confirmed booking, that of "
            "the second opinion by closing.",
        ),
        "1.6": (
            "挂号、治疗、药品、检查和床位费用由客户承担。",
            "Registration, treatment, medicine, examination and bed fees are the customer's.",
        ),
        "1.7": (
            "首年等待期按保险合同，续保不再等待。",
            "In the first year the waiting of the insurance contract; after a renewal none.",
        ),
    }


def _papers(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.second_opinion_papers)
    return {
        "2.1": ("专家门诊无需材料。", "The expert out-patient visit needs no paper."),
        "2.2": (
            "住院须提交住院单；未提交的申请待补，时限自提交之日起算。",
            "An admission needs the admission slip; without it the request is incomplete, and the "
            "limit starts on the day of the slip.",
        ),
        "2.3": (
            f"第二意见须提交：{zh}；时限自齐全之日起算，休息日齐全的以次一工作日为第一个工作日。",
            f"A second opinion needs: {en}; the limit starts on the day on which they are complete, "
            "and after a day off the next working day is the first.",
        ),
    }


def _flow() -> dict[str, Text]:
    return {
        "3.1": (
            "门诊：申请—推荐专家（恰为三位）—客户确认专家—预约成功（须注明就诊日期）—就诊—办结。未推荐或推荐被拒的不得确认专家，"
            "未确认专家的不得预约；确认前没有时限。",
            "Out-patient: request, proposal of exactly three experts, confirmed expert, booking with "
            "the day of the visit, visit, closing. No confirmation without a standing proposal, no "
            "booking without a confirmed expert; before that there is no deadline.",
        ),
        "3.2": (
            "客户不选的重新推荐三位，次数不变，不计时限。",
            "When the customer rejects the proposal, three others follow; no count changes and no "
            "deadline runs.",
        ),
        "3.3": (
            "住院：住院单—预约—入院—办结；第二意见：材料—预约—意见书—办结。",
            "Admission: slip, booking, admission, closing. Second opinion: papers, booking, report, "
            "closing.",
        ),
        "3.4": (
            "门诊服务实施前须经客户确认。",
            "The customer's confirmation is obtained before an out-patient service is carried out.",
        ),
    }


def _cancelling(s: SettingValues) -> dict[str, Text]:
    n = s.cancel_free_working_days
    return {
        "4.1": (
            f"门诊：预约成功前免费取消；之后至就诊日前第{n}个工作日终了免费，次日起计为已用。",
            "Out-patient: free before the booking; after it free through the end of working day "
            f"{n} before the visit, from the next day on it counts as used.",
        ),
        "4.2": (
            "住院：预约成功后取消的不论早晚计为已用；因自身原因不能入院的亦同。",
            "Admission: after the booking a cancellation counts as used, however early, and so does "
            "not being admitted for own reasons.",
        ),
        "4.3": (
            "第二意见：预约成功后取消的计为已用。",
            "Second opinion: after the booking a cancellation counts as used.",
        ),
        "4.4": (
            "预约成功前取消，三项均免费。",
            "Before the booking cancelling is free for all three.",
        ),
        "5": (
            "表单：专家推荐单、确认书、陪诊报告、第二诊疗意见书；报表：各服务时限、专家选择、作废次数。",
            "Forms: expert proposal sheet, confirmation, escort report, written second opinion. "
            "Reports: deadlines per service, picks per expert, forfeitures.",
        ),
    }


__all__ = ["TumourThree"]
