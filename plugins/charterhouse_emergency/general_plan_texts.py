"""The words of the hospital's green channel plan."""

from __future__ import annotations

from collections.abc import Iterable

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_texts import SHARED
from charterhouse_emergency.general_plan_clauses import Bounds

LABELS: dict[str, Text] = {
    **SHARED,
    "special": ("特殊人群", "Special group"),
    "designated-disease": ("特定疾病患者", "Designated disease"),
    "emergency": ("急诊病人", "Emergency patient"),
    "elderly": ("老年人", "elderly"),
    "child": ("儿童", "child"),
    "pregnant": ("孕产妇", "pregnant"),
    "disabled": ("残疾人", "disabled"),
    "chronic": ("慢性病患者", "chronic disease"),
    "first-aid": ("急救患者", "first aid"),
    "urgent": ("病情紧急", "Urgent"),
    "emergency_surgery": ("需急诊手术", "Emergency operation needed"),
    "groups": ("人群", "Groups"),
    "admission": ("住院登记", "Admission"),
    "green-flow": ("绿色流程", "Green flow"),
    "follow-up": ("随访服务", "Follow-up"),
    "priority-registration": ("优先挂号", "Priority registration"),
    "priority-consultation": ("优先就诊", "Priority consultation"),
    "priority-exam": ("优先检查检验", "Priority examination"),
    "priority-surgery": ("优先手术", "Priority surgery"),
    "priority-admission": ("优先住院", "Priority admission"),
    "cancer": ("癌症", "cancer"),
    "aids": ("艾滋病", "AIDS"),
}


def _listed(codes: Iterable[str]) -> Text:
    named = [LABELS.get(code, (code, code)) for code in codes]
    if not named:
        return "暂无", "none"
    return "、".join(zh for zh, _ in named), ", ".join(en for _, en in named)


def words(s: SettingValues, bounds: Bounds) -> dict[str, Text]:
    """Number → text, with the hospital's ages and diseases."""
    return {**_groups(s, bounds), **_measures(bounds)}


def _groups(s: SettingValues, bounds: Bounds) -> dict[str, Text]:
    zh, en = _listed(bounds.designated)
    return {
        "1": (
            "服务对象可同时属于数类，享有各类措施的总和；类别取最高：急诊病人、特定疾病患者、特殊人群、普通。登记或变更资料时可录入的"
            "人群为孕产妇、残疾人、慢性病患者、急救患者和急诊病人（以新录入的为准），老年人和儿童按出生日期认定，其他人群不予登记。医生或"
            "分诊护士可作“病情紧急”“需急诊手术”两项标记，未提及的保持不变。",
            "A patient may belong to several groups and has the union of their measures; the class is the "
            "highest: emergency, designated disease, special, ordinary. Entered or replaced are the "
            "groups pregnant, disabled, chronic disease, first aid and emergency; elderly and child "
            "follow from the birth date, others are refused. Doctor or triage nurse set two marks: the "
            "condition is urgent, an emergency operation is needed; one that is not named stays.",
        ),
        "1.1": (
            f"特殊人群：老年人（年满{s.elderly_from_age}周岁）、孕产妇、儿童（未满{s.child_below_age}周岁）、残疾人、慢性病患者、"
            "急救患者；年龄以生日当日为准，出生日期不详的不按年龄认定。",
            f"Special groups: elderly ({s.elderly_from_age} or older), pregnant, child (below "
            f"{s.child_below_age}), disabled, chronic disease, first aid. Ages are reached on the "
            "birthday; without a birth date neither elderly nor child.",
        ),
        "1.2": ("急诊病人。", "Emergency patients."),
        "1.3": (
            f"特定疾病患者：{zh}，自确诊之时起；疑似的不计。",
            f"Designated diseases: {en}, from the confirmed diagnosis on; a suspected one does not "
            "count.",
        ),
    }  # fmt: skip


def _measures(bounds: Bounds) -> dict[str, Text]:
    zh, en = _listed(bounds.surgical)
    return {
        "2": (
            "无相应措施的，不得享用，也不得申请绿色流程和随访服务。挂号、就诊、检查、手术和住院人人可以排队，措施决定叫号先后，人群仅通过"
            "其措施起作用。",
            "Whoever does not have a measure is refused it, and the green flow or a follow-up. "
            "Registration, consultation, examination, surgery and admission are open to everybody: there "
            "the measure decides the place in the queue, and a group counts only through its measure.",
        ),
        "2.1": (
            "优先挂号（专用窗口）：特殊人群和急诊病人；急诊病人最先，特殊人群其次。",
            "Priority registration (special window): special groups and emergency patients; emergency "
            "first, then special groups.",
        ),
        "2.2": (
            "优先就诊：病情紧急者、急诊病人和特殊人群；前两者最先，特殊人群其次。",
            "Priority consultation: urgent, emergency and special groups; the first two before special "
            "groups.",
        ),
        "2.3": (
            "绿色流程（门禁放行、直接通道）：特殊人群和急诊病人。",
            "Green flow (gate pass-through, direct channel): special groups and emergency patients.",
        ),
        "2.4": (
            "优先检查检验：特定疾病患者。",
            "Priority examination (lane in the laboratory): designated diseases.",
        ),
        "2.5": (
            f"优先手术：需急诊手术者最先，其次为下列特定疾病患者：{zh}。",
            f"Priority surgery: an emergency operation first, then these designated diseases: {en}.",
        ),
        "2.6": (
            "优先住院（住院登记）：标记病情紧急者。",
            "Priority admission (admission registration): those marked urgent.",
        ),
        "2.7": (
            "随访服务（专用渠道）：特定疾病患者。",
            "Follow-up (special channel): designated diseases.",
        ),
        "3": (
            "预期效果：提高患者满意度和效率；按人群和措施统计等候时间。",
            "Benefits expected: satisfaction and efficiency; waiting times are reported by group and "
            "measure.",
        ),
    }


__all__ = ["LABELS", "words"]
