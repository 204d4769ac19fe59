"""The words of the charter with fees by year, quarter or month."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.fee_cycles_settings import BENEFITS
from charterhouse_dental.words import factored, named, priced

LABELS: dict[str, Text] = {
    **COMMON,
    **BENEFITS,
    "standard": ("标准级", "Standard level"),
    "agreement": ("会员协议", "Member agreement"),
    "cycle": ("缴费周期", "Cycle of payment"),
    "level": ("会员级别", "Level"),
    "yearly": ("年缴", "By year"),
    "quarterly": ("季缴", "By quarter"),
    "monthly": ("月缴", "By month"),
    "oral-exam": ("口腔检查", "Oral examination"),
    "x-ray": ("X线检查", "X-ray"),
}

JOINING: Text = (
    "须签署会员协议并缴费，二者缺一不成为会员；会员不得重复入会。无需审核，签署协议即获准，应缴所选周期的会员费；"
    "缴费不足不予办理。",
    "The member agreement is signed and the fee paid; either alone makes no member, and a member "
    "cannot join again. There is no review: with the agreement the application is approved and the "
    "fee of the cycle owed; less is refused.",
)
RENEWAL: Text = (
    "按期续缴的，自原期限届满次日起按同一周期延长一期；未续缴的，自首个未缴日起停止权益，不设宽限期；"
    "逾期缴费的，自缴费之日起算。",
    "Each further payment in time adds one term of the same cycle from the day after the present "
    "end. Without it benefits stop on the first unpaid day, without grace; a later payment starts a "
    "term on its own day.",
)
RETURN_VISIT: Text = (
    "账单注明确有需要、且同一诊疗过程此前有手术项目的，术后复诊免费；其他情况按会员价收费。",
    "A return visit is free when the bill says that it is needed and an earlier bill of the same "
    "episode has surgery; otherwise it costs the member price.",
)
SAID: dict[str, Text] = {
    "priority-visit": ("优先就诊，无需排队。", "Priority visit without queueing."),
    "doctor-team": (
        "专属医生团队负责整个疗程和方案。",
        "An exclusive team of doctors for the whole course and plan.",
    ),
    "treatment-plan": ("制定个性化治疗方案。", "An individual treatment plan."),
    "first-check": (
        "免费初诊检查（口腔检查、X线等），每位会员一次。",
        "A free first-visit check (oral examination, X-ray …), once per member.",
    ),
    "escort": (
        "优质服务：更长的诊察时间、优先绿色通道、专人陪诊。",
        "Quality service: longer consultation, priority green lane, escort.",
    ),
    "regular-check": (
        "定期检查、评估并给予指导。",
        "Regular examination and assessment with guidance.",
    ),
    "return-visit": (
        "术后确有需要的，免费复诊并给予指导。",
        "A free return visit and guidance after surgery where needed.",
    ),
    "emergency-escort": ("急诊优先救治并陪护。", "Priority rescue and escort in emergencies."),
    "lecture": ("参加会员活动和讲座。", "Member events and lectures."),
}
"""Benefit → its rule in words."""

STATEMENTS = (
    Statement(
        "2.5",
        "会员享受会员优惠价，见2.13。",
        "Members have the member discount of 2.13.",
    ),
    Statement(
        "3.1",
        "设专职团队管理资料、回访并处理投诉；与专家共同举办活动和讲座。",
        "A dedicated team keeps the data, follows up and handles complaints; events and lectures are "
        "held with experts.",
    ),
    Statement(
        "3.2",
        "以宣传册、海报、单页在展示柜及相关渠道推广。",
        "Brochures, posters and leaflets in display cabinets and related channels.",
    ),
    Statement(
        "D.1",
        "未按期缴费的不设宽限期。",
        "There is no grace period for an unpaid instalment.",
    ),
    Statement(
        "D.2",
        "免费初诊检查每位会员一次，不因续期重新计算。",
        "The free first check is once per member, not once per term.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def cycles(s: SettingValues) -> Text:
    """1.2 in words."""
    rows = [
        (LABELS[cycle], priced(getattr(s, f"fee_{cycle}"), LABELS))
        for cycle in ("yearly", "quarterly", "monthly")
    ]
    zh = "；".join(f"{label[0]}：{fee[0]}" for label, fee in rows)
    en = "; ".join(f"{label[1].lower()}: {fee[1]} yuan" for label, fee in rows)
    return (
        f"入会时选择按年、按季或按月缴费（{zh}）；首期自缴费之日起，分别为12个月、3个月、1个月。",
        f"The fee is paid by year, quarter or month, as chosen when joining ({en}). The first term "
        "starts on the day of payment: 12, 3 or 1 month.",
    )


def levels(s: SettingValues) -> Text:
    """1.4 in words."""
    names = [named(level, LABELS) for level in s.levels]
    zh, en = "、".join(n[0] for n in names), ", ".join(n[1] for n in names)
    rows_zh, rows_en = [], []
    for level, codes in s.level_benefits.items():
        name = named(level, LABELS)
        rows_zh.append(f"{name[0]}：{'、'.join(BENEFITS[c][0] for c in codes) or '无'}")
        rows_en.append(f"{name[1]}: {', '.join(BENEFITS[c][1].lower() for c in codes) or 'none'}")
    said_zh = "；".join(rows_zh) or "各级别享有全部权益"
    said_en = "; ".join(rows_en) or "every level has all benefits"
    return (
        f"会员级别由低到高：{zh}。{said_zh}。本级别没有的权益不予提供。",
        f"Levels, low to high: {en}; {said_en}. A benefit that the own level lacks is refused.",
    )


def first_check(s: SettingValues) -> Text:
    """2.11 in words."""
    names = [named(item, LABELS) for item in s.first_check_items]
    zh, en = "、".join(n[0] for n in names), ", ".join(n[1] for n in names)
    return (
        f"入会后首张含有初诊检查项目（{zh}）的账单，其中这些项目全部免费，不论是否标明初诊；此后按会员价收费。",
        f"On the first bill since joining that has such lines ({en}), marked as a first visit or not, "
        "all of them are free; from then on they cost the member price.",
    )


def member_price(s: SettingValues) -> Text:
    """2.13 in words."""
    zh, en = factored(s.member_factor, LABELS)
    return (
        f"会员价为原价乘以系数（{zh}），产品除外，每行四舍五入到分，活动价更低的从低；非会员及未缴费者按原价或活动价收费。",
        f"The member price is the list price times the factor ({en}), for every line but products, "
        "half-up to the fen per line; a lower activity price wins. Non-members and unpaid members pay "
        "the list or activity price.",
    )
