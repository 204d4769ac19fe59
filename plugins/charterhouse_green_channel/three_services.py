"""Green channel with three services, limits from the first call (就医绿通三项·首次来电起算)."""

from __future__ import annotations

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover
from charterhouse.kernel.clauses.diagnoses import Diagnosed, Needed
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.services import (
    CLOSED,
    COMPLETE,
    Count,
    Limit,
    Service,
    Step,
    cited,
    lacking,
    task,
    unless,
)
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_green_channel import details
from charterhouse_green_channel.common import (
    Common,
    GreenChannel,
    GreenChannelSettings,
    booking,
    quotas,
    service,
)
from charterhouse_green_channel.fields import codes, count, days
from charterhouse_green_channel.first_call import (
    TOLD,
    admission,
    free_until,
    slip_rules,
    told_within,
)
from charterhouse_green_channel.labels import LABELS, named

SERVICES = ("admission", "second-opinion", "expert-outpatient")
COMPLETENESS_TOLD = "completeness-told"
COVER = Cover()
CALL = (cited("first-call", "1.4"),)
RESULT = (cited("result", "1.5"),)


class ThreeServicesSettings(GreenChannelSettings):
    """Counts, limits from the first call, papers, and until when cancelling is free."""

    quota = count(meta("每项每保单年度次数", "Per service and year", "times", "1.6", "counts"), 1)
    result_hours = days(48, meta("告知结果时限", "Result told within", "hours", "1.4", "deadlines"))
    completeness_days = days(
        1, meta("告知材料情况时限", "Completeness told within", "working days", "1.2", "deadlines")
    )
    outpatient_days = days(
        7, meta("门诊时限", "Out-patient visit within", "working days", "1.3", "deadlines")
    )
    admission_days = days(
        10, meta("住院时限", "Admission within", "working days", "1.1", "deadlines")
    )
    report_days = days(8, meta("意见书时限", "Report within", "working days", "1.2", "deadlines"))
    second_opinion_papers = codes(
        meta("第二意见材料", "Papers of a second opinion", "codes", "3.4", "papers"),
        ("diagnosis-proof", "medical-record"),
    )
    cancel_free_until = free_until("4.1")


class ThreeServices(GreenChannel):
    """Admission, second opinion and expert visit, with limits from the customer's first call."""

    code = "green-channel.three-services"
    name = ("就医绿通三项·首次来电起算", "Green channel with three services, from the first call")
    Settings = ThreeServicesSettings
    details = details.SLIP
    heading = (
        Section("1", "服务项目", "Services"),
        Section("2", "办理流程", "Workflow"),
        Section("3", "材料", "Papers"),
        Section("4", "取消", "Cancelling"),
        Section("5", "人员、表单和记录", "Roles, forms, records"),
    )

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER)

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        numbers = {"quota": "1.6", "cancel": "4.1", "incomplete": "3.5"}
        forfeits = (s.cancel_free_until,)
        return [
            admission(
                s, clause="1.1", photo="3.2", electronic="3.3", told="1.5",
                limit="1.1", calls="2.4", opening=CALL, numbers={**numbers, "papers": "3.2"},
            ),
            service(
                "second-opinion", clause="1.2", opening=CALL, papers=tuple(s.second_opinion_papers),
                numbers={**numbers, "papers": "3.4"},
                count=Count("second-opinion", forfeits=forfeits),
                steps=(Step(TOLD, "1.2", then=RESULT), Step(COMPLETENESS_TOLD, "1.5"), booking()),
                limits=(
                    Limit("completeness", until=(COMPLETENESS_TOLD, COMPLETE),
                          amount=s.completeness_days, unit="working_days", clause="1.5",
                          when=lacking),
                    told_within(s.result_hours, "1.5", when=unless(lacking)),
                    Limit("report", start=COMPLETE, until=CLOSED, amount=s.report_days,
                          unit="working_days", clause="1.2"),
                ),
                closing={"served": (task("call-back-satisfaction", "2.4"),)},
            ),
            service(
                "expert-outpatient", clause="1.3", numbers=numbers, opening=CALL,
                count=Count("expert-outpatient", forfeits=forfeits),
                steps=(Step(TOLD, "1.3", then=RESULT), booking()),
                limits=(
                    told_within(s.result_hours, "1.5"),
                    Limit("visit", until=CLOSED, amount=s.outpatient_days, unit="working_days",
                          clause="1.3"),
                ),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""
        tumour = Needed(conditions={"malignant-tumour"})
        return [
            Diagnosed("1.2", tumour, services={"second-opinion"}),
            *quotas("1.6", dict.fromkeys(SERVICES, s.quota), COVER),
            Waiting("2.5", days=0),
            *slip_rules("3.2", "3.3"),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_services(s), **_flow(), **_papers(s)}


def _services(s: SettingValues) -> dict[str, Text]:
    hours = s.result_hours
    return {
        "1.1": (
            f"住院协调预约：患病且已取得医院住院通知（以住院单证明，无需诊断记录）；29个城市295家医疗机构；{hours}小时内告知结果，"
            f"{s.admission_days}个工作日内入院。",
            "Admission: ill, with the hospital's admission notice, which the slip proves; 29 cities, 295 "
            f"institutions. Result told within {hours} hours, admission within {s.admission_days} "
            "working days.",
        ),
        "1.2": (
            f"书面第二诊疗意见：确诊恶性肿瘤；295家三甲医院副主任医师及以上；材料缺少的{s.completeness_days}个工作日内告知，"
            f"齐全的{hours}小时内告知结果，材料齐全之日起{s.report_days}个工作日内出具。",
            "Written second opinion: confirmed malignant tumour; 295 grade-3A hospitals, associate chief "
            f"or above. Completeness told within {s.completeness_days} working day(s) where papers "
            f"lack, else the result within {hours} hours; report within {s.report_days} working days "
            "of complete papers.",
        ),
        "1.3": (
            f"专家或特需门诊预约：任何疾病，无需诊断记录；29个城市295家医疗机构；{hours}小时内告知，"
            f"{s.outpatient_days}个工作日内就诊。",
            "Expert or special-needs visit: any disease, no diagnosis on file; 29 cities, 295 "
            f"institutions. Told within {hours} hours, seen within {s.outpatient_days} working days.",
        ),
        "1.4": (
            "除意见书自材料齐全起算外，各时限自首次来电起算，来电当日不计。",
            "All limits count from the first call, whose day is day 0, but that of the report, which "
            "counts from complete papers.",
        ),
        "1.5": (
            "先履行告知时限（告知结果或预约成功即完成；第二意见来电时材料缺少的为告知材料情况，补齐亦完成），"
            "再履行就诊或意见书时限（办结完成）；以后补齐的不再有告知时限。",
            "First comes the limit of telling, kept by the result or the confirmed booking; for a second "
            "opinion whose papers lack at the first call it is that of completeness, kept by telling "
            "or by the last paper. Then the visit or report, kept by closing. Papers completed later "
            "bring no limit of telling.",
        ),
        "1.6": (
            f"每项每保单年度{s.quota}次，用完不再受理。",
            f"{s.quota} per service and policy year; used up, requests are refused.",
        ),
        "1.7": (
            "网络城市：上海、北京、广州、深圳、南京、杭州、苏州、成都、天津、沈阳等（门诊以福州代沈阳）。",
            "Cities: Shanghai, Beijing, Guangzhou, Shenzhen, Nanjing, Hangzhou, Suzhou, Chengdu, "
            "Tianjin, Shenyang and others (for the out-patient service Fuzhou in place of Shenyang).",
        ),
    }


def _flow() -> dict[str, Text]:
    return {
        "2.1": ("客户来电。", "The customer calls."),
        "2.2": (
            "保险公司核对：被保险人有效、保单有效且已过等待期、次数未用完；不符合的不予转接。",
            "The insurer verifies the insured, the policy in force and past waiting, and the count; a "
            "call that fails is not transferred.",
        ),
        "2.3": (
            "转接合作方热线，由合作方服务，无需审核。",
            "Transfer to the partner's line; the partner serves, without a review.",
        ),
        "2.4": (
            "依客户意愿安排，告知结果和注意事项；完成后住院作关怀和满意度回访，第二意见作满意度回访。",
            "Arranged by the customer's wishes, with result and cautions told. Once served: call-backs "
            "for care and satisfaction after an admission, on satisfaction after a second opinion.",
        ),
        "2.5": ("等待期按保险合同。", "Waiting as the contract states."),
    }


def _papers(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.second_opinion_papers)
    free = LABELS[s.cancel_free_until]
    return {
        "3.1": (
            "住院须提交住院单，纸质（默认）或电子。",
            "An admission needs the slip, on paper (the default) or electronic.",
        ),
        "3.2": (
            "纸质：住院处收到住院通知后出具的有效回执，至少载明姓名、证件号码、医保卡号和登记号，缺少的不予接收；另附住院通知照片。",
            "Paper: the receipt that the admission desk issues, showing at least name, ID number, "
            "insurance card and registration number; with one missing it is not taken. Beside it a "
            "photo of the notice.",
        ),
        "3.3": (
            "电子：医院医生开具、在医院系统中显示排队或等候的有效电子通知，否则不予接收；无需照片。",
            "Electronic: a valid notice of a hospital doctor, visibly queued in the hospital's system, "
            "else it is not taken; the photo is not required.",
        ),
        "3.4": (
            f"第二意见：{zh}；门诊无需材料。",
            f"Second opinion: {en}. Out-patient: none.",
        ),
        "3.5": (
            "首次来电无材料的申请待补，时限照常进行。",
            "A first call without papers is incomplete; its limits run all the same.",
        ),
        "4.1": (
            f"“{free[0]}”前取消免费，之后计为已用。",
            f"Free before “{free[1]}”, afterwards it counts as used.",
        ),
        "5": (
            "来电记录（首次来电时间）、转接记录、回执、回访；时限达成报表。网络名单独立，不与其他章程合并。",
            "Call record with the time of the first call, transfer record, receipts, call-backs; report "
            "of the limits met. The network is a list of its own.",
        ),
    }


__all__ = ["ThreeServices"]
