"""Cancer admission green channel (癌症国内住院绿色通道) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover, validity
from charterhouse.kernel.clauses.diagnoses import (
    Diagnosed,
    Diagnosis,
    Needed,
    meets_grade,
    read_grade,
)
from charterhouse.kernel.clauses.entitlements import Waiting
from charterhouse.kernel.clauses.policies import Policy
from charterhouse.kernel.clauses.services import (
    APPROVED,
    CLOSED,
    COMPLETE,
    After,
    Bar,
    Count,
    Limit,
    Paper,
    Service,
    Step,
    asked,
    cited,
    unless,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_green_channel import details
from charterhouse_green_channel.common import (
    Common,
    GreenChannel,
    GreenChannelSettings,
    quotas,
    service,
)
from charterhouse_green_channel.fields import Grade, codes, count, days
from charterhouse_green_channel.labels import named

SLIP = "admission-slip"
STARTED, TOLD = "start-sms-sent", "result-told"
PAPERS = (
    "id-copy", SLIP, "policy-document", "pathology-report", "insurance-records", "medical-record",
    "insurance-card", "visit-card",
)  # fmt: skip
COVER = Cover()
WAITING = Waiting("1.2", days=0)


class CancerAdmissionSettings(GreenChannelSettings):
    """Diseases, counts, limits in working days, and what the slip must be."""

    covered_conditions = codes(
        meta("承保的癌症", "Cancers of the clause", "codes", "1.1", "entry"), ("malignant-tumour",)
    )
    quota = count(meta("每保险期间次数", "Per policy validity", "times", "1.3", "counts"), 1)
    answer_days = days(3, meta("答复时限", "Answer within", "working days", "3.1", "deadlines"))
    result_days = days(2, meta("告知结果时限", "Result within", "working days", "3.2", "deadlines"))
    attend_days = days(
        14, meta("入院时限", "Attendance within", "working days", "3.3", "deadlines")
    )
    slip_grade = Grade(
        load_default="3a",
        metadata=meta("住院单出具医院", "Issuer of the slip", "", "2.3", "papers"),
    )
    required_papers = codes(meta("所需材料", "Papers", "codes", "2.2", "papers"), PAPERS)


class CancerAdmission(GreenChannel):
    """One assisted admission for a first cancer; free to cancel until the start message is sent."""

    code = "green-channel.cancer-admission"
    name = ("癌症国内住院绿色通道", "Cancer admission green channel")
    Settings = CancerAdmissionSettings
    details = details.CANCER
    heading = (
        Section("1", "适用条件和内容", "Eligibility and content"),
        Section("2", "申请", "Application"),
        Section("3", "时限", "Deadlines"),
        Section("4", "启动和取消", "Start, cancelling"),
        Section("5", "人员、表单和记录", "Roles, forms, records, privacy"),
    )

    def common(self, s: SettingValues) -> Common:
        """See `GreenChannel.common`."""
        return Common(cover=COVER, persons="1.3", network="")

    def services(self, s: SettingValues) -> list[Service]:
        """See `GreenChannel.services`."""
        return [
            service(
                "admission", clause="1.1", review=True, papers=_papers(s),
                count=Count("admission", consume_on=STARTED),
                numbers={"papers": "2.2", "quota": "1.3", "cancel": "4.2", "consumed": "4.2",
                         "failed": "4.3", "others": "4.3"},
                approved=(cited("answer", "3.1"),),
                steps=(
                    Step(STARTED, "4.1", after=(After(COMPLETE), APPROVED), once=True),
                    Step(TOLD, "4.1", after=(STARTED,), status="arranged"),
                    Step("admitted", "4.1", after=(TOLD,),
                         bars=(Bar("document_missing", _without_slip, "2.4"),)),
                ),
                limits=(
                    Limit("answer", start=COMPLETE, until=APPROVED, amount=s.answer_days,
                          unit="working_days", clause="3.1"),
                    Limit("result", start=STARTED, until=TOLD, amount=s.result_days,
                          unit="working_days", clause="3.2"),
                    Limit("attend", start=TOLD, until=CLOSED, amount=s.attend_days,
                          unit="working_days", clause="3.3"),
                ),
            )
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `GreenChannel.rules`."""

        def too_early(policy: Policy, found: Diagnosis) -> bool:
            early = found.day < WAITING.usable_from(policy, found.day)
            return early and found.confirmed and found.condition in s.covered_conditions

        needed = Needed(
            conditions=s.covered_conditions, first=True, barred=too_early,
            fits=lambda policy, found: policy.in_validity(found.day),
        )  # fmt: skip
        return [
            Diagnosed("1.1", needed),
            Waiting("1.2", days=0),
            *quotas("1.3", {"admission": s.quota}, COVER, period=validity),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `GreenChannel.words`."""
        return {**_entry(s), **_application(s), **_deadlines(s), **_start()}


def _papers(s: SettingValues) -> tuple[Paper | str, ...]:
    def counts(d: Draft, _content: Mapping[str, Any]) -> bool:
        details = d.body.details or {}
        grade = read_grade(details.get("slip_grade", s.slip_grade))
        sound = grade is not None and meets_grade(grade, s.slip_grade)
        return sound and details.get("slip_sealed") is not False

    slip = Paper(
        SLIP, when=unless(asked(route="outpatient-first")), waived="2.4", counts=counts,
        clause="2.3",
    )  # fmt: skip
    return tuple(slip if code == SLIP else code for code in s.required_papers)


def _without_slip(_d: Draft, content: Mapping[str, Any]) -> bool:
    return not content["documents"].get(SLIP)


def _entry(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.covered_conditions)
    return {
        "1.1": (
            f"协助首次确诊的癌症（{zh}）住院并办理手续，须在等待期后、保险期间内罹患并确诊。投保前或等待期内确诊的，"
            "本人不再享受，续保后亦同；续保前各期内确诊的仍可享受。",
            f"Assisted admission with its formalities for a first cancer ({en}), contracted and "
            "confirmed after the waiting and within the policy's validity. One confirmed before the "
            "policy or in the waiting bars the insured for good, also under a renewal; one of an "
            "earlier validity still entitles.",
        ),
        "1.2": ("等待期按保险合同。", "Waiting as the insurance contract states."),
        "1.3": (
            f"限被保险人本人，每保险期间{s.quota}次，续保的重新计算。",
            f"The insured person, within policy validity; {s.quota} per validity, anew with a renewal.",
        ),
        "1.4": (
            "尚未取得住院单的，先由癌症门诊绿色通道办理。",
            "Who has no admission slip yet starts in the cancer out-patient green channel.",
        ),
        "1.5": (
            "就诊当日由有临床经验的护士陪同，排队、办理住院手续并送至病房门口。",
            "A former clinical nurse accompanies on the visit day, queues, does the formalities and "
            "leads the insured to the ward door.",
        ),
        "1.6": (
            "提供服务不代表理赔，理赔以治疗后的材料为准；医疗纠纷由被保险人与医院或医生解决。",
            "The service does not mean that the claim will be paid; it is judged on the papers after "
            "treatment. Disputes are between the insured and hospital or doctor.",
        ),
    }


def _application(s: SettingValues) -> dict[str, Text]:
    zh, en = named(s.required_papers)
    return {
        "2.1": (
            "被保险人来电，或通过微信：我的—我的保单—健康服务。",
            "The insured calls, or uses the WeChat account: me, my policies, health services.",
        ),
        "2.2": (
            f"客服核对身份和保障，了解病情，收集材料：{zh}；另可按需提供检查报告，不作要求。",
            "The agent checks identity and coverage, then the condition, and collects the papers: "
            f"{en}. Examination reports on demand, never required.",
        ),
        "2.3": (
            f"住院单须由{s.slip_grade}级医院出具并加盖有效公章，否则视为未提交，不起算时限。",
            f"A slip of a hospital below grade {s.slip_grade}, or without a valid seal, counts as not "
            "handed in, and no clock starts.",
        ),
        "2.4": (
            "先走门诊的，起初无需住院单，其他材料齐全即受理；办理入院前须补交。",
            "On the out-patient route the slip is not needed at first: the request is received when all "
            "other papers are in. Before admission it must have been supplied.",
        ),
        "2.5": (
            "客服与被保险人商定城市和医院并安排，告知时间；被保险人须在约定时间内到院。",
            "Agent and insured settle city and hospital; the time is notified, and the insured attends "
            "within it.",
        ),
    }


def _deadlines(s: SettingValues) -> dict[str, Text]:
    return {
        "3.1": (
            f"需求明确、材料齐全之日起{s.answer_days}个工作日内答复能否提供。",
            f"Within {s.answer_days} working days of complete papers: the answer whether service can "
            "be given.",
        ),
        "3.2": (
            f"启动之日起{s.result_days}个工作日内告知预约结果。",
            f"Within {s.result_days} working days of the start: the booking result.",
        ),
        "3.3": (
            f"告知结果之日起{s.attend_days}个工作日内，按医院流程到院。",
            f"Within {s.attend_days} working days of the result: the insured attends, under the "
            "hospital's process.",
        ),
    }


def _start() -> dict[str, Text]:
    return {
        "4.1": (
            "批准后发出“绿通已启动”短信，服务开始；未批准的不得发出。短信发出后方可告知结果，告知后方可入院；服务完成后办结。",
            "After approval the service starts with the “green channel started” message, which needs "
            "the approval; the result needs the message, the admission the result. Closing ends it.",
        ),
        "4.2": (
            "短信发出即计为已用；此前取消免费，同时或之后取消的计为已用。",
            "The count is consumed the moment the message is sent. Before it cancelling is free; at "
            "the same second or later it counts as used.",
        ),
        "4.3": (
            "启动后医院或服务机构未能提供的退回次数。",
            "A failure of hospital or provider after the start releases the count.",
        ),
        "5": (
            "表单：受理清单、答复、启动短信、预约通知、陪诊报告；记录：每条信息的时间、通话录音。",
            "Forms: intake checklist, answer, start message, booking notice, escort report. Records: "
            "times of every message, recorded calls.",
        ),
    }


__all__ = ["CancerAdmission"]
