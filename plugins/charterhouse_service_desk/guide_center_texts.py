"""The words of the guide centre's charter."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_service_desk.labels import SHARED, listed

LABELS: dict[str, Text] = {
    **SHARED,
    "to": ("去往", "To"),
    "journey": ("全程服务", "Journey"),
    "escort": ("护送", "Escort"),
    "waiting-watch": ("候诊观察", "Watch over those who wait"),
    "way-finding": ("导向", "Way-finding"),
    "triage": ("分诊", "Triage"),
    "consulting": ("咨询", "Consulting"),
    "welcome": ("迎送", "Welcoming and seeing off"),
    "message": ("传递特殊信息", "Passing on special information"),
    "guide": ("导医", "Guide"),
    "registration": ("挂号登记", "Registration"),
    "doctor-first": ("医生初步处理", "Doctor, first step"),
    "payment": ("计价收费", "Payment"),
    "examination": ("辅助检查", "Examination"),
    "doctor-second": ("医生确诊处理", "Doctor, second step"),
    "dispensing": ("取药", "Dispensing"),
    "treatment-room": ("治疗室", "Treatment room"),
    "infusion": ("输液", "Infusion"),
    "admission": ("住院", "Admission"),
    "discharge": ("出院（离院）", "Discharge"),
    "handed-over": ("已交接楼层导医", "Handed over to the floor guide"),
    "escorted": ("已护送到科室", "Escorted to the department"),
    "hand-over": ("交接", "Hand-over"),
    "sudden-change": ("病情突变", "Sudden change"),
    "doctor-notified": ("已通知医生", "Doctor notified"),
    "sent-to-emergency": ("已送急诊科", "Sent to the emergency department"),
    "doctor-not-notified": ("未通知医生", "Doctor not notified"),
    "violation": ("违规", "Violation"),
    "payment-deferred": ("费用缓交", "Payment deferred"),
    "collect-payment": ("催收费用", "Collect the payment"),
    "desk-inventory": ("服务台物品清点", "Inventory of the desk"),
    "replenish": ("补充物品", "Replenish"),
    "sign": ("标识", "Sign"),
    "trolley": ("推车", "Trolley"),
    "wheelchair": ("轮椅", "Wheelchair"),
    "leaflets": ("防病宣传资料", "Leaflets"),
    "floor": ("楼层", "Floor"),
    "emergency": ("急诊", "Emergency"),
}

ROLES: dict[str, Text] = {
    "guide": ("导医", "Hall guide"),
    "floor-guide": ("楼层导医", "Floor guide"),
    "triage-nurse": ("分诊护士", "Triage nurse"),
    "doctor": ("医生", "Doctor"),
    "cashier": ("收费员", "Cashier"),
    "pharmacy": ("药房", "Pharmacy"),
    "emergency-department": ("急诊科", "Emergency department"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the institution's figures."""
    return {**_requirements(), **_stations(), **_later_stations(), **_reception(s)}


def _requirements() -> dict[str, Text]:
    return {
        "1": (
            "导医是患者接触的第一人；第一次接触不佳，就会流失患者和收入。",
            "The guide is the first person whom a patient meets; a bad first contact loses patients "
            "and income.",
        ),
        "2.1": (
            "培训内容：医院概况、科室及布局、设备、专家特长、规章制度、便民优惠措施。",
            "To be known: the hospital's situation, departments and layout, equipment, each "
            "specialist's strengths, rules, convenience and discount measures.",
        ),
        "2.2": (
            "形象、语言、行为专业；协调医患和科室关系；微笑适度，衣着整洁，举止端庄；热情、礼貌、周到；口勤、腿勤、眼勤。",
            "Professional in image, language and behaviour; coordinating between doctor and patient "
            "and between departments; a smile in measure, neat dress, dignified manner; warm, polite, "
            "attentive; diligent in speech, legs and eyes.",
        ),
        "2.3": (
            "服务台备有醒目标识、推车、轮椅和防病宣传资料；清点时缺少任何一项的，生成一项补充任务。",
            "The desk has a clear sign, a trolley, a wheelchair and leaflets on common diseases. What "
            "an inventory finds lacking raises one task to replenish.",
        ),
        "2.4": (
            "五项服务：导向、分诊、咨询、迎送、传递特殊信息，当场提供；导医不间断巡视所负责区域。",
            "Five services on the spot: way-finding, triage, consulting, welcoming and seeing off, "
            "passing on special information. Guides patrol their area all the time.",
        ),
    }


def _stations() -> dict[str, Text]:
    return {
        "3": (
            "全程服务按固定顺序进行，非必经环节可以省略；前一环节未完成的、或已到后面环节再回前面的，不予登记；同一环节可"
            "连续重复。收费、检查和确诊仅看上次医生处理之后的环节，确诊后可再收费、检查、确诊。离院即办结；中途离开的按"
            "未完成关闭。",
            "The journey has a fixed order; optional stations may be left out. A station before what "
            "must come first, or of an earlier row after a later one, is refused; one may be repeated "
            "directly. For payment, examination and the second step only the stations since the last "
            "doctor's step count, so that the round may be made again. Discharge ends it; a patient "
            "who leaves before is closed as not kept.",
        ),
        "3.1": ("导医：必经。", "Guide: always."),
        "3.2": (
            "挂号：必经，在导医之后，并作登记。",
            "Registration, with its entry: always, after the guide.",
        ),
        "3.3": ("分诊：必经，在挂号之后。", "Triage: always, after the registration."),
        "3.4": (
            "医生初步处理：必经，在分诊之后；不作检查的即为确诊。",
            "The doctor's first step: always, after triage; without an examination it also confirms.",
        ),
        "3.5": (
            "计价收费：在医生处理之后，每个收费环节之前；一次收费涵盖至下次医生处理前的全部收费环节（检查、取药、治疗室、"
            "输液）。",
            "Payment: after a doctor's step and before each paid one (examination, dispensing, "
            "treatment room, infusion); one covers all of them until the next doctor's step.",
        ),
        "3.6": (
            "辅助检查：在初步处理和收费之后。",
            "Examination: after the first step and payment.",
        ),
        "3.7": (
            "医生确诊处理：检查之后必经，且上次医生处理后须有检查。",
            "The doctor's second step: after every examination, and only after one.",
        ),
    }


def _later_stations() -> dict[str, Text]:
    return {
        "3.8": (
            "取药：在收费之后；作过检查的须先确诊。",
            "Dispensing: after payment, and after the second step where there was an examination.",
        ),
        "3.9": (
            "治疗室或输液：二者取一，在收费之后；作过检查的须先确诊。",
            "Treatment room or infusion, one of the two only: after payment, and after the second "
            "step where there was an examination.",
        ),
        "3.10": (
            "住院：在医生处理之后；作过检查的须先确诊。",
            "Admission: after a doctor's step, and after the second one where there was an examination.",
        ),
        "3.11": (
            "出院（离院）：必经，在初步处理之后；作过检查的须先确诊。全程服务至此办结。",
            "Discharge: always, after the first step, and after the second one where there was an "
            "examination. It ends the journey as served.",
        ),
        "3.12": (
            "急诊绿色通道：挂号和收费可在任何时候办理或不办，不作为其他环节的前提；未收费的收费环节标记“费用缓交”，至离院"
            "仍未收费的生成催收任务；其他顺序规则不变。",
            "Emergency green channel: registration and payment may come at any point, or not at all, "
            "and bind nothing else. A paid station without payment is marked as deferred; if none has "
            "come until discharge a task to collect it is raised. The other order rules hold.",
        ),
    }


def _reception(s: SettingValues) -> dict[str, Text]:
    zh, en = listed(s.floor_guides, LABELS)
    return {
        "4.1": (
            "主动、礼貌问候，询问病情，简要登记要点，了解病史，判断并正确分诊。",
            "Active, polite greeting; ask the complaint, register the main points, take the history, "
            "judge and triage correctly.",
        ),
        "4.2": (
            "护送到正确的科室，介绍专家，陪同检查和缴费，途中作好解释和沟通。",
            "Escort to the right department, introduce the expert, accompany to examination and "
            "payment, explain and talk on the way.",
        ),
        "4.3": (
            "观察候诊患者的变化；病情突变的立即联系医生，必要时送急诊科。未先通知医生即送急诊的，予以接受，标记并记为违规。",
            "Those who wait are watched; on a sudden change the doctor is contacted at once, and the "
            "patient sent to the emergency department when necessary. Sent without a doctor notified "
            "before is accepted, marked and recorded as a violation.",
        ),
        "4.4": (
            "备开水，方便服药；给予心理关怀；尽量满足需要。",
            "Boiled water, also for taking medicine; psychological care; needs are met as far as "
            "possible.",
        ),
        "4.5": (
            f"及时帮助老、弱、病、残和重症患者。设楼层导医的楼层（{zh}）护送至楼层导医并交接；其他楼层或未写明楼层的护送"
            "到科室；完成后方可办结。",
            f"Timely help for old, weak, sick, disabled and severe patients. Floors with a floor guide "
            f"({en}): escort to that guide and hand over; elsewhere, and without a floor, escort to the "
            "department. It is closed after that.",
        ),
        "4.6": ("耐心接受一切询问，认真倾听。", "All enquiries are accepted patiently."),
    }


__all__ = ["LABELS", "ROLES", "words"]
