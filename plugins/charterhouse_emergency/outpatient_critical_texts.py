"""The words of the out-patient measures for acute and critical patients."""

from __future__ import annotations

from collections.abc import Iterable

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_texts import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "urgent": ("急症患者", "Urgent patient"),
    "critical": ("危重患者", "Critical patient"),
    "triage": ("预检分诊", "Triage"),
    "escorted-exam": ("护送检查", "Escorted examination"),
    "immediate-admission": ("立即入院", "Immediate admission"),
    "transport": ("转运", "Transport"),
    "risk-assessed": ("已作风险评估", "Risk assessed"),
    "doctor-called-out": ("已请医生出诊室", "Doctor called out"),
    "transport-chosen": ("已选转运工具", "Means of transport chosen"),
    "exam-done": ("检查已完成", "Examination done"),
    "result-returned": ("结果已回报", "Result returned"),
    "formalities-started": ("已开始办理手续", "Formalities started"),
    "risk-assessment": ("风险评估", "Risk assessment"),
    "hand-over": ("交接", "Hand-over"),
    "result": ("结果", "Result"),
    "formalities": ("入院手续", "Admission formalities"),
    "call-doctor-to-triage": ("请医生到分诊台", "Call the doctor to triage"),
    "change-to-stretcher": ("改用平车", "Change to the stretcher cart"),
    "doctor-not-called": ("未请医生", "Doctor not called"),
    "drill": ("培训演练", "Drill"),
    "level": ("分级", "Level"),
    "means": ("转运工具", "Means"),
    "myocardial-infarction": ("心肌梗死", "myocardial infarction"),
    "extensive-cerebral-infarction": ("大面积脑梗死", "extensive cerebral infarction"),
    "hypertensive-crisis": ("高血压危象", "hypertensive crisis"),
    "cerebral-haemorrhage": ("脑出血", "cerebral haemorrhage"),
}


def words(_s: SettingValues, diseases: Iterable[str]) -> dict[str, Text]:
    """Number → text, with the hospital's list of diseases."""
    named = [LABELS.get(code, (code, code)) for code in diseases]
    zh, en = "、".join(z for z, _ in named), ", ".join(e for _, e in named)
    return {
        "1": (
            "门诊全体人员能对急危重症患者快速反应并落实各项措施；培训演练予以登记。",
            "All staff of the out-patient department react quickly to acute and critical patients; "
            "training and drills are recorded.",
        ),
        "2": (
            "导医和分诊护士仔细询问病情，作风险评估：危重者提前入科，急症者优先就诊，其余按序；评估结果即为患者类别，再次评估以后一次"
            "为准，每次新的分诊在评估前按普通候诊，评估后方可办结。诊室前按危重、急症、普通叫号。危重者须请医生到分诊台，请医生或叫号"
            "即为完成；均无而办结的，标记“未请医生”并记违规。",
            "Guide and triage nurses ask about the condition and assess the risk: critical for early "
            "entry, urgent for a priority visit, ordinary for the normal order; no other level. It is "
            "the patient's class, a later assessment replaces it, and each new triage waits as ordinary "
            "until it is assessed, without which it is not closed. The queue in front of the rooms is "
            "critical, urgent, ordinary. For a critical patient the doctor is called out; where a "
            "triage is closed with neither that nor the call of the patient, it is marked and a "
            "violation recorded.",
        ),
        "3": (
            "需要检查确诊的，分诊护士安排导医用平车或轮椅护送至科室并交接病情，结果及时回报经治医生；转运、交接、结果齐备方可办结。",
            "For an examination a guide takes the patient to the department by stretcher cart or "
            "wheelchair, hands over the condition, and the result returns to the treating doctor: "
            "transport, hand-over and result before it is closed.",
        ),
        "4": (
            "护士先护送患者入病房并交接病情，再引导家属办理入院手续；交接前不得开始办理手续。转运、交接、手续齐备方可办结。",
            "The nurse first escorts the patient into the ward and hands over the condition, then guides "
            "the family to the formalities, which do not start before. Transport, hand-over and "
            "formalities before it is closed.",
        ),
        "5": (
            f"护送检查、立即入院和转运须使用平车或轮椅，以最后一次选择为准。患{zh}（疑似或确诊）的必须使用平车；已坐轮椅后方作出诊断的，"
            "生成改用平车的任务，改用后方可办结。",
            "Escorted examinations, admissions and transports go by stretcher cart or wheelchair; the "
            f"latest choice counts. With {en}, suspected or confirmed, the stretcher cart is mandatory; "
            "where the diagnosis comes when the patient sits in the wheelchair, it is changed before "
            "the request is closed.",
        ),
        "6": (
            "交接须写明接收方和病情。",
            "A hand-over names to whom, and the condition.",
        ),
    }


__all__ = ["LABELS", "words"]
