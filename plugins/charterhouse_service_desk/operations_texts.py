"""The words of the customer service operation manual."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "reception": ("接待", "Reception"),
    "data": ("数据收集和分析", "Data"),
    "greeted": ("已问候", "Greeted"),
    "need-recorded": ("需求已记录", "Need recorded"),
    "papers-told": ("已告知所需材料", "Papers told"),
    "forms-filled": ("表格已填写", "Forms filled"),
    "flow-explained": ("流程已说明", "Flow explained"),
    "time-estimated": ("已告知预计时间", "Time estimated"),
    "fee-told": ("已告知收费标准", "Fee told"),
    "paper-rejected": ("材料退回", "Paper rejected"),
    "analysed": ("已分析", "Analysed"),
    "report-delivered": ("报告已交付", "Report delivered"),
    "cause-found": ("原因已查明", "Cause found"),
    "solution-explained": ("方案已说明", "Solution explained"),
    "need": ("需求", "Need"),
    "papers": ("所需材料", "Papers"),
    "forms": ("表格", "Forms"),
    "flow": ("流程", "Flow"),
    "time": ("预计时间", "Time"),
    "fee": ("收费标准", "Fee"),
    "duration": ("用时", "Duration"),
    "analysis": ("分析", "Analysis"),
    "report": ("报告", "Report"),
    "cause": ("原因", "Cause"),
    "explanation": ("方案说明", "Explanation"),
    "paper": ("材料", "Paper"),
    "satisfaction": ("满意度", "Satisfaction"),
    "medical-record": ("病历", "Medical record"),
    "receipt": ("收据", "Receipt"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_reception(), **_data(), **_problems(s), **_skills()}


def _reception() -> dict[str, Text]:
    return {
        "2.1": (
            "接待客户：各项不分先后，需求、材料、表格、流程、时间和收费均告知后方可办结。",
            "Reception: in any order; closed once need, papers, forms, flow, time and fee are done.",
        ),
        "2.1.1": (
            "友好问候，引导至舒适的区域（不作为办结条件）。",
            "A friendly greeting, and the way to a comfortable area (not required for closing).",
        ),
        "2.1.2": (
            "询问需求（须记录），分析并给出建议。",
            "The need is asked for (and recorded), analysed, advised on.",
        ),
        "2.1.3": (
            "告知所需材料（须列明），指导填写表格。",
            "The papers that are needed are told (and listed); the filling in of the forms is guided.",
        ),
        "2.1.4": (
            "说明流程，告知预计时间（须写明）和收费标准（须写明；0.00元也是标准）。",
            "The flow is explained; the estimated time is told, and the fee standard, both stated "
            "(0.00 is a fee).",
        ),
    }


def _data() -> dict[str, Text]:
    return {
        "2.2": (
            "数据收集和分析：材料齐全后方可分析，分析后方可交付报告；均完成后办结。",
            "Data: analysed only when every paper is there, delivered only after the analysis; closed "
            "once both are done.",
        ),
        "2.2.1": (
            "收集并检查材料是否齐全、正确：缺少的列明并可补交；不正确的退回，写明材料和理由，视为未交。",
            "Papers are collected and checked: what lacks is named and may follow; a wrong one that "
            "was handed in is rejected with its name and the reason, and counts as not handed in.",
        ),
        "2.2.2": ("分析并提出建议。", "Analysis and proposal."),
        "2.2.3": (
            "以报告或文件形式交付，供客户查阅和审核。",
            "Delivered as report or document, for inspection and review by the customer.",
        ),
    }


def _problems(s: SettingValues) -> dict[str, Text]:
    return {
        "2.3": (
            "问题解决和投诉处理：写明类别（疑问、故障、投诉、其他）和优先级（1最高，至3），按优先级处理，同级先到先办；"
            "查明原因、说明方案并解决后方可办结。",
            "Problems and complaints: with class (question, fault, complaint, other) and priority (1 "
            "highest, to 3), worked off by priority, equal ones older first; closed once the cause is "
            "found, the solution explained and the problem solved.",
        ),
        "2.3.1": ("倾听、耐心、尊重。", "Listen, patience, respect."),
        "2.3.2": (
            "会同各部门调查原因，并写明原因。",
            "The cause is investigated with the departments, and stated.",
        ),
        "2.3.3": ("说明解决方案和进展。", "Solution and progress are explained."),
        "2.3.4": ("及时解决，使客户满意。", "Solved in time, to satisfaction."),
        "2.4": (
            "及时提供服务和技术支持；定期回访需求和满意度（均须填写），据以调整策略和流程。接待办结、回访或问题解决后第"
            f"{s.follow_up_days}天零时生成回访任务，至下次之前只生成一次。",
            "Timely service and technical support; regular follow-up of need and satisfaction (both "
            "stated), by which strategy and flow are adjusted. At 00:00 of the day that lies "
            f"{s.follow_up_days} days after the last reception, follow-up or solution a follow-up is "
            "due, once until the next of them.",
        ),
    }


def _skills() -> dict[str, Text]:
    return {
        "3.1": (
            "沟通：倾听，语气友好，用语通俗，主动提供帮助。",
            "Communication: listen; friendly tone; plain words without jargon; offer help.",
        ),
        "3.2": (
            "解决问题：分类并按优先级处理；冷静对待投诉，尽量减少客户损失；解释原因和方案，避免重复联系和争议。",
            "Problem solving: classify and order by priority; complaints calmly, the customer's loss "
            "kept small; cause and solution explained, repeated contacts and disputes avoided.",
        ),
        "3.3": ("态度：微笑、仪态。", "Attitude: smile, posture."),
    }


__all__ = ["LABELS", "words"]
