"""The words of the green channel that is friendly to severely ill patients."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_texts import SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "severe": ("病重患者", "Severely ill patient"),
    "fast-exam": ("快速检查", "Fast examination"),
    "emergency-treatment": ("紧急治疗", "Emergency treatment"),
    "free-clinic": ("绿色义诊", "Free clinic"),
    "accompaniment": ("医疗陪护", "Medical care and company"),
    "appointment": ("预约就诊", "Appointment"),
    "priority-slot": ("优先号源", "Priority slot"),
    "led-to-area": ("已引导至绿色通道区", "Led to the green-channel area"),
    "treatment-started": ("已开始救治", "Treatment started"),
    "department-called": ("已呼叫科室", "Department called"),
    "department-arrived": ("科室到达", "Department arrived"),
    "result-recorded": ("已记录治疗结果", "Result recorded"),
    "satisfaction-recorded": ("已记录满意度", "Satisfaction recorded"),
    "identity": ("身份核对", "Identity"),
    "treatment-result": ("治疗结果", "Treatment result"),
    "satisfaction": ("满意度", "Satisfaction"),
    "result": ("结果", "Result"),
    "answer": ("答复", "Answer"),
    "satisfied": ("满意", "Satisfied"),
    "unsatisfied": ("不满意", "Not satisfied"),
    "not-possible": ("无法作答", "Not possible"),
    "treatment-start": ("开始救治", "Start of treatment"),
    "brochure": ("宣传册", "brochures"),
    "poster": ("海报", "posters"),
    "website": ("医院网站", "the hospital's website"),
    "wechat": ("微信公众号", "the WeChat account"),
}


def _within(minutes: int, zh: str, en: str) -> Text:
    if not minutes:
        return "不设时限", "no limit is set"
    return f"{zh}{minutes}分钟内", f"within {minutes} minutes of {en}"


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the hospital's figures."""
    return {**_services(s), **_workflow(s)}


def _services(s: SettingValues) -> dict[str, Text]:
    start_zh, start_en = _within(s.treatment_start_minutes, "受理后", "the opening")
    days = "、".join(map(str, s.free_clinic_days)), ", ".join(map(str, s.free_clinic_days))
    return {
        "1": (
            "为病重患者提供更快、更优先的诊疗，减轻家属负担，提高服务质量。",
            "Faster and preferential care for severely ill patients, relief for their families, "
            "better service.",
        ),
        "2.1": (
            "病重患者指疾病或损伤危及生命、须立即医疗干预的患者，其余为普通患者。类别在到达登记时，或由服务专班、医生、急诊医生、"
            "护士、急诊护士、分诊护士随时认定或取消，无需材料；其他人员不得认定。",
            "Severely ill is whose disease or injury threatens life and needs medical intervention at "
            "once; everybody else is ordinary. The class comes with the arrival, or is given and "
            "taken back at any time by the green-channel team, doctors, emergency doctors, nurses, "
            "emergency nurses and triage nurses, without a document; by nobody else.",
        ),
        "2.2": (
            "绿色通道：加快就诊，缩短等候。",
            "Green channel: the visit is speeded up and waiting shortened.",
        ),
        "3.1": (
            "优先预约：病重患者可预约优先号源，普通患者预约普通号源。同一时段的同一号源只给一人，取消即释放。",
            "Priority booking: severely ill patients book priority slots, ordinary ones appointments. "
            "The same slot is given once; cancelling frees it.",
        ),
        "3.2": (
            "快速检查：病重患者在检查排队中最先，就诊排队亦同；普通患者按序等候。",
            "Fast examination: severely ill patients are first in the queue of examinations, and of "
            "consultations too; ordinary ones wait.",
        ),
        "3.3": (
            f"紧急治疗：病重患者到院即治，不排队；{start_zh}开始救治。普通患者须先认定为病重。",
            "Emergency treatment: severely ill patients are treated on arrival, without a queue; for "
            f"the start of treatment: {start_en}. Others are given the class first.",
        ),
        "3.4": (
            f"绿色义诊：义诊日（{days[0] or '暂无'}）病重患者可预约，人数不限；当日以义诊就诊的，无论是否预约，诊察和治疗"
            "项目免费，其他项目按价收费（有优惠价的按优惠价）。",
            f"Free clinic: on its days ({days[1] or 'none yet'}) severely ill patients may book, without "
            "limit of places. Visiting it on such a day, booked or not, consulting and treatment are "
            "free; everything else costs its price (the offer, where there is one).",
        ),
        "3.5": (
            "医疗陪护：病重患者全天24小时不间断。",
            "Medical care and company: for severely ill patients, 24 hours without a break.",
        ),
    }


def _workflow(s: SettingValues) -> dict[str, Text]:
    call_zh, call_en = _within(s.consultant_minutes, "呼叫后", "the call")
    shown = [LABELS.get(code, (code, code)) for code in s.publicity_channels]
    zh, en = "、".join(z for z, _ in shown), ", ".join(e for _, e in shown)
    return {
        "4.1": (
            "由医护组成的服务专班统筹安排。",
            "A team of doctors and nurses coordinates and arranges.",
        ),
        "4.2": (
            "到达后迅速核对身份并引导至绿色通道区；未核身份的照常救治。",
            "On arrival the identity is checked fast and the patient led to the green-channel area; "
            "treatment never waits for the check.",
        ),
        "4.3": (
            f"优先服务，各科室无缝衔接：被呼叫的科室到达，{call_zh}；未呼叫的科室不登记到达。",
            f"Priority service, without a gap between departments: a department that is called arrives "
            f"({call_en}); an arrival without a call is refused.",
        ),
        "4.4": (
            "记录全过程，含治疗结果和满意度，用于持续改进。紧急治疗须身份、治疗结果和满意度均有记录方可办结；患者不能作答的"
            "由家属作答或记为无法作答。",
            "The course is recorded, treatment result and satisfaction included, and used for "
            "improvement. An emergency treatment is closed with identity, result and satisfaction on "
            "record; where the patient cannot answer it is the family's answer, or noted so.",
        ),
        "5": (
            f"宣传渠道：{zh or '暂无'}。",
            f"Publicity: {en or 'none yet'}.",
        ),
    }


__all__ = ["LABELS", "words"]
