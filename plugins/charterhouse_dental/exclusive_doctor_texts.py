"""The words and the monthly report of the exclusive-doctor charter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.ledger import CREDIT
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.measures import (
    Measure,
    came_in,
    gained,
    happened,
    lost,
    monthly,
    raised,
    told,
)
from charterhouse_dental.words import named

NEED_RIGHTS = frozenset({"spend", "use"})

TIERS: dict[str, Text] = {"member": ("会员", "Member")}
ROLES: dict[str, Text] = {
    "applicant": ("申请人", "Applicant"),
    "member": ("会员", "Member"),
    "reception": ("前台", "Reception"),
    "exclusive-doctor": ("专属医生", "Exclusive doctor"),
    "event-staff": ("活动人员", "Event staff"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    "contact": ("联系方式", "Contact"),
    "oral_health": ("口腔健康状况", "State of oral health"),
    "chronic_disease": ("慢性病", "Chronic disease"),
    "doctor": ("专属医生", "Exclusive doctor"),
    "oral-check": ("定期口腔检查", "Regular oral examination"),
    "doctor-assigned": ("指派专属医生", "Doctor assigned"),
    "assign-doctor": ("指派专属医生", "Assign a doctor"),
    "doctor-follow-up": ("专属医生随访", "Follow-up by the doctor"),
    "follow-up": ("随访记录", "Follow-up"),
    "update-details": ("更新资料提醒", "Reminder to update the data"),
    "oral-check-due": ("定期检查到期", "Examination due"),
    "registered": ("已登记介绍", "Introduction recorded"),
    "referral": ("介绍新会员", "Introduction"),
}
EXAMPLE: dict[str, Any] = {
    "oral_check_months": 6,
    "follow_up_days": 30,
    "referral_reward": "50.00",
}

STATEMENTS = (
    Statement(
        "1.2",
        "对口腔健康状况不作要求，健康者与慢性病患者均欢迎入会。",
        "There is no requirement on the state of oral health: good health and chronic disease are "
        "equally welcome.",
    ),
    Statement(
        "5",
        "记录申请、协议、医生指派及日期、方案、检查、随访结果与满意度、介绍与奖励、资料更新。职责：申请人、会员、前台、专属医生、"
        "活动人员；健康资料仅供医生及负责人员查阅。",
        "Kept are application, agreement, doctor assignments with date, plans, examinations, follow-ups "
        "with findings and satisfaction, introductions and rewards, updates of data. Roles: "
        "applicant, member, reception, exclusive doctor, event staff. Health data are seen by the "
        "doctor and the staff in charge only.",
    ),
)
APPLICATION: Text = (
    "自愿申请，提交申请表（姓名、联系方式、年龄、口腔健康状况等）和签署的协议，并同意本章程；缺少的逐项告知，不予受理；"
    "已是会员或申请已受理的不得重复申请。",
    "Voluntary: the application form with name, contact, age, state of oral health and so on, the "
    "signed agreement, and consent. What lacks is named and the application refused; so is that of a "
    "member or of somebody whose application is accepted.",
)
ASSIGNMENT: Text = (
    "申请受理后指派专属医生；指派之前已获准但尚非会员，不享受权益。完成指派且（如设会员费）缴清后成为会员，先后不限。",
    "After the application a doctor is assigned. Until then the person is approved but no member and "
    "has no right. With the assignment and, if there is a fee, its payment, in whichever order, the "
    "membership is active.",
)
DOCTOR: Text = (
    "专属医生：提供个性化方案和建议；医院可另行指派，以最近一次为准。",
    "Exclusive doctor: individual plan and advice. The hospital may assign another one; the last "
    "assignment counts.",
)
BOOKING: Text = (
    "优先预约，免排队，不限次数。",
    "Priority booking without queueing, for every member, without limit.",
)
FAST_TRACK: Text = (
    "到院后挂号、候诊走快速通道，不限次数。",
    "A special lane on arrival for registration and waiting, for every member, without limit.",
)


def age(s: SettingValues) -> Text:
    """1.1 in words."""
    return (
        f"年满{s.adult_age}周岁（以生日当日为准）的成年人均可申请，不设上限；出生日期不明的视为材料不全。",
        f"Adults of at least {s.adult_age} completed years, reached on the birthday; no upper limit. "
        "An unknown birth date is missing.",
    )


def fee(s: SettingValues) -> Text:
    """1.4 in words."""
    if s.fee:
        zh = f"会员费{show_fen(s.fee)}元，申请受理后缴纳，不足不予办理"
        en = f"The fee of {show_fen(s.fee)} yuan is owed after the application; less is refused"
    else:
        zh, en = "不收会员费", "There is no fee"
    return (
        f"{zh}；长期有效。会员可随时退会，即时终止，不退款，抵用金作废。",
        f"{en}; open-ended. A member leaves at any time with effect at once; nothing is paid back, "
        "and credit lapses.",
    )


def updates(s: SettingValues) -> Text:
    """1.6 in words."""
    return (
        f"会员定期更新资料：自成为会员、最近一次更新或提醒起满{s.update_months}个月提醒一次；仅为提醒，不影响权益。",
        f"Members update their data regularly: a reminder comes {s.update_months} month(s) after the "
        "latest of becoming active, the last update and the last reminder. Nothing is lost.",
    )


def check(s: SettingValues) -> Text:
    """2.2 in words."""
    return (
        f"定期口腔检查免费：成为会员之日起可做一次，以后自上次之日起满{s.oral_check_months}个月可再做（无该日的为当月末日）；"
        "不提前，未做的不累计；再次到期当日通知。",
        f"Regular oral examination, free of charge: once from the day of becoming active on, then again "
        f"{s.oral_check_months} month(s) after the day of the last one (or that month's last day); "
        "not earlier, and nothing adds up. Told on the day on which it is due again.",
    )


def follow_up(s: SettingValues) -> Text:
    """2.3 in words."""
    return (
        f"专属医生日常随访口腔健康、就诊情况和满意度，并调整治疗方案：自成为会员或最近一次随访起{s.follow_up_days}天，"
        "当日零时生成随访任务，未登记前不重复。",
        f"Follow-up by the exclusive doctor: oral health, visits, satisfaction; the treatment plan is "
        f"adjusted. The task is raised at 00:00, {s.follow_up_days} day(s) after becoming active or "
        "the last recorded follow-up, whichever is later, and not again while none is recorded.",
    )


def reward(s: SettingValues) -> Text:
    """4.1 in words."""
    worth = show_fen(s.referral_reward)
    return (
        f"会员推荐新会员入会，得抵用金{worth}元，可分次抵付以后的账单，不超过账单，不兑现金。推荐须在新人申请前登记，"
        "或由新人在申请中注明介绍人；新人成为会员时介绍人为有效会员的，每人奖励一次，未获准入会的无奖励。"
        "不得推荐自己、已是会员或已申请者、已登记者（以先登记的为准）。",
        f"A member who recommends a new member who joins gets {worth} yuan as credit for later bills, "
        "in parts, never more than the bill, never cash. The introduction is recorded before the new "
        "person applies, or the sponsor is named in the application; the reward comes when the new "
        "membership becomes active, if the sponsor is an active member then, once per person. "
        "Nothing for oneself, a member or applicant, or a person recorded before (the first record "
        "counts).",
    )


def offers(s: SettingValues) -> Text:
    """4.2 in words."""
    zh = "、".join(day.isoformat() for day in sorted(s.offer_days)) or "另行公布"
    en = ", ".join(day.isoformat() for day in sorted(s.offer_days)) or "to be announced"
    kinds = [named(code, LABELS) for code in s.offer_categories]
    kinds_zh, kinds_en = "、".join(z for z, _ in kinds), ", ".join(e.lower() for _, e in kinds)
    factor = percent(s.offer_factor)
    return (
        f"会员节、会员特惠日等活动（{zh}）：{kinds_zh}类项目按原价的{factor}%收费，仅限会员；其他日期按原价或活动价。"
        "取最低价，不叠加，逐行四舍五入到分。",
        f"Events such as the members' festival and the member offer day ({en}): {kinds_en} cost "
        f"{factor} % of the list price, members only. On other days the list or the activity price "
        "holds. The lowest price counts, no stacking, half-up per line.",
    )


def _measures(_s: SettingValues) -> Iterable[Measure]:
    yield Measure("joined", "新入会", "Members joined", happened("activated"))
    yield Measure("left", "退会", "Members who left", happened("ended"))
    yield Measure("fees", "会员费收入", "Fees received", came_in("fee"), "yuan")
    yield Measure("doctors", "指派医生", "Doctors assigned", told("record", kind="doctor-assigned"))
    yield Measure("checks", "定期检查", "Examinations", told("use", benefit="oral-check"))
    yield Measure("follow-ups.due", "应随访", "Follow-ups due", raised("doctor-follow-up"))
    yield Measure("follow-ups.done", "已随访", "Follow-ups done", told("record", kind="follow-up"))
    yield Measure("introductions", "登记介绍", "Introductions", happened("introduced"))
    yield Measure("rewards", "推荐奖励", "Rewards given", gained(CREDIT), "yuan")
    yield Measure("rewards.used", "使用或作废", "Credit used or void", lost(CREDIT), "yuan")


MONTHLY = monthly(_measures)
