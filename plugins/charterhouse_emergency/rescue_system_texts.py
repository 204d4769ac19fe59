"""The words of the green channel for critical patients and emergency rescue."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.own_days import with_own_days
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_texts import RULES, SHARED

LABELS: dict[str, Text] = {
    **SHARED,
    "danger": ("危险", "Danger"),
    "paid": ("已缴费", "Paid"),
    "reachable": ("可联系到", "Reachable"),
    "vital_signs": ("生命体征", "Vital signs"),
    "stable": ("平稳", "Stable"),
    "unstable": ("不平稳", "Unstable"),
    "condition": ("病症", "Condition"),
    "cardiac-respiratory-arrest": ("心跳呼吸骤停", "cardiac or respiratory arrest"),
    "coma": ("昏迷", "coma"),
    "shock": ("休克", "shock"),
    "severe-arrhythmia": ("严重心律失常", "severe arrhythmia"),
    "acute-organ-failure": ("急性重要脏器功能衰竭", "acute failure of vital organs"),
    "acute-poisoning": ("急性中毒", "acute poisoning"),
    "critical-maternal": ("急危重孕产妇", "critical pregnant and lying-in women"),
    "other-life-threat": ("其他有生命危险的急症", "other danger to life"),
    "doctor-informed": ("已报告医生", "Doctor informed"),
    "order-given": ("已下医嘱", "Order given"),
    "order-written": ("已补记医嘱", "Order written down"),
    "orders-written": ("口头医嘱补记", "Orders written down"),
    "order-done": ("已执行医嘱", "Order carried out"),
    "oral-order": ("口头医嘱补记", "Written entry of oral orders"),
    "blood-sample": ("已留血样", "Blood sample kept"),
    "tests-done": ("已作检测", "Tests done"),
    "invasive-procedure": ("有创操作", "Invasive procedure"),
    "notice-given": ("已发病情通知", "Notice given"),
    "sample-not-first": ("未先留血样", "Sample not first"),
    "inform-doctor": ("报告医生", "Inform the doctor"),
    "complete-formalities": ("补办手续", "Complete the formalities"),
    "report-medical-affairs": ("报告医务科", "Report to medical affairs"),
    "report-duty-officer": ("报告院总值班", "Report to the duty officer"),
    "write-order": ("补记口头医嘱", "Write down the order"),
    "equipment-check": ("抢救设备检查", "Equipment check"),
    "details.arrival": ("到达方式", "How the patient came"),
    "form": ("形式", "Form"),
    "oral": ("口头", "Oral"),
    "written": ("书面", "Written"),
    "what": ("内容", "What"),
    "kind": ("种类", "Kind"),
    "severe": ("病重", "Severely ill"),
    "critical": ("病危", "Critically ill"),
    "recipient": ("接收人", "Recipient"),
    "content": ("内容", "Content"),
}


def words(s: SettingValues) -> dict[str, Text]:
    """Number → text, with the hospital's figures."""
    zh, en = with_own_days(RULES["E10"], s)
    hours = {
        "E10": (
            f"{zh}办公时间：{s.office_start}至{s.office_end}。",
            f"{en} The office is there from {s.office_start} to {s.office_end}.",
        )
    }
    return {**hours, **_patients(), **_principle(), **_work(s), **_duties(s)}


def _patients() -> dict[str, Text]:
    found = {
        "0": (
            "急诊预检、抢救室、手术室、重症监护、药房、输血、检验和影像构成一个整体。",
            "Pre-check, rescue room, operating room, intensive care, pharmacy, transfusion, laboratory "
            "and imaging form one system.",
        ),
        "1": (
            "凡生命体征不稳定或可预见生命危险者均予抢救，尤其是下列病症；其他情形不予受理为抢救。",
            "Everybody with unstable vital signs or a foreseeable danger to life is served, in particular "
            "with the conditions below; nobody else as a rescue.",
        ),
    }
    named = (
        "cardiac-respiratory-arrest", "coma", "shock", "severe-arrhythmia", "acute-organ-failure",
        "acute-poisoning", "critical-maternal", "other-life-threat",
    )  # fmt: skip
    for place, code in enumerate(named, start=1):
        zh, en = LABELS[code]
        found[f"1.{place}"] = (f"{zh}。", f"{en.capitalize()}.")
    return found


def _principle() -> dict[str, Text]:
    return {
        "2": (
            "一律先抢救、检查、入院，后补手续。受理时未挂号或未缴费的，标记手续待补并生成任务，两项均办妥即解除，可在任何时候（含抢救结束"
            "后）补办，不影响办结。抢救结束前不得要求缴费。",
            "Rescue, examination and admission come first without exception, formalities afterwards. What "
            "is open of registration and payment at the opening is marked and has a task; both done clear "
            "it, at any time, also afterwards, and hold nothing up. Money is not asked for before the "
            "rescue has ended.",
        ),
        "3": (
            "抢救结束应予登记。",
            "The end of a rescue is recorded.",
        ),
        "3.1": (
            "首诊负责制：抢救科室及检验、输血、放射、药房、手术等支持科室全力以赴，不得以任何理由拒绝或推诿；院方和服务方不得拒绝或"
            "取消进行中的抢救。",
            "First-contact responsibility: the rescue department and those that support it give their full "
            "effort. Nobody is refused or passed on for any reason: hospital and providers neither refuse "
            "nor cancel a running rescue.",
        ),
    }


def _work(s: SettingValues) -> dict[str, Text]:
    return {
        "3.2": (
            "接诊护士立即报告医生并进入绿色通道。医生尽早下达口头或书面医嘱（建立静脉通路、监测生命体征、治疗、检查），其他形式无效；护士"
            f"迅速准确执行。口头医嘱须在下达后{s.oral_order_minutes}分钟内补记，先下达的先补记；没有待补记的不予登记。",
            "The receiving nurse reports to the doctor at once. The doctor gives oral or written orders as "
            "early as possible (venous access, monitoring, treatment, examinations), in no other form; the "
            "nurse carries them out fast and exactly. An oral order is written down within "
            f"{s.oral_order_minutes} minutes, the oldest first; without an open one there is nothing to "
            "write down.",
        ),
        "3.3": (
            "医护24小时在岗，抢救设备和备用药品齐备；检查不齐备的生成补充任务。",
            "Doctors and nurses are on duty 24 hours, equipment and spare drugs complete; what a check "
            "finds lacking is replenished.",
        ),
        "3.4": (
            f"抢救会诊：被呼叫科室的医生在{s.consultation_minutes}分钟内到达；未呼叫的科室不登记到达。",
            f"Rescue consultation: the doctor of the called department arrives within "
            f"{s.consultation_minutes} minutes; an arrival without a call is refused.",
        ),
    }


def _duties(_s: SettingValues) -> dict[str, Text]:
    return {
        "3.5": (
            "有创操作前先按国家规定留取血样，再检测梅毒、艾滋病、乙肝和丙肝，操作不必等待结果。未先留血样的照实登记，作标记并记违规；未留"
            "血样不得登记检测。",
            "Before an invasive procedure a blood sample is kept by the national rules; tests for syphilis, "
            "AIDS, hepatitis B and C follow, and the procedure does not wait for them. One without a sample "
            "before is recorded as it is, marked, and a violation; there are no tests without a sample.",
        ),
        "3.6": (
            "值班医生及时告知病情及变化（无法联系家属的予以注明），并视病情发给病重或病危通知，须写明种类和接收人。",
            "The doctor on duty tells condition and changes in time (or that nobody could be reached), and "
            "gives a severe-illness or critical-illness notice with its kind and recipient.",
        ),
        "3.7": (
            "抢救同时报告病情和抢救情况：办公时间报医务科，夜间和休息日报院总值班，由其协调各科并组织会诊。受理时生成报告任务；报告对象以报告"
            "之时为准，报错对象的不予登记。",
            "Along with the rescue, condition and rescue are reported: in office hours to medical affairs, "
            "at night and on rest days to the duty officer, who coordinate the departments. The task goes "
            "by the moment of the opening, the right recipient by that of the report; any other is refused.",
        ),
    }


__all__ = ["LABELS", "words"]
