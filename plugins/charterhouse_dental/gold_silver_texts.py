"""The words of the dental charter with gold, silver and ordinary members."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.words import named

TIERS: dict[str, Text] = {
    "ordinary": ("普通会员", "Ordinary member"),
    "silver": ("白银会员", "Silver member"),
    "gold": ("黄金会员", "Gold member"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "oral-exam": ("口腔检查", "Oral examination"),
    "birthday-package": ("生日礼包", "Birthday package"),
    "remind-check": ("提醒定期检查", "Remind of the regular examination"),
    "satisfaction-survey": ("满意度调查", "Satisfaction survey"),
    "leader": ("负责人", "Leader"),
    "toothbrush": ("牙刷", "Toothbrush"),
    "scaling": ("洁牙", "Scaling"),
}

ONE_NUMBER: Text = (
    "保存个人、诊疗和消费资料。每位患者一个唯一的会员编号；同一身份证号再次登记不予受理，并告知已有编号；"
    "姓名相同而证件号不同的为不同会员。",
    "Personal, treatment and spending data are kept. Every patient has one unique member number; a "
    "second registration with the same identity number is refused and the existing number told. "
    "Equal names with different identity numbers are different members.",
)
REGISTRATION: Text = (
    "免费登记、无需审核，登记后为普通会员；不发卡、无期限，无需出示任何证件。",
    "Registration is free and without review; it starts as ordinary. There is no card and no term; "
    "nothing need be shown.",
)
TIER_ONLY: Text = (
    "申请高于本人等级的权益，不予提供。",
    "Asking for a benefit of a higher tier is refused.",
)

STATEMENTS = (
    Statement(
        "1.1",
        "目标：提升忠诚度；口碑与形象；以增值服务和更频繁、更高的消费增加收益。",
        "Goals: loyalty; word of mouth and image; profit by value-added services and more frequent "
        "and higher spending.",
    ),
    Statement(
        "3.1",
        "增值服务：口腔护理产品、口腔美容、正畸；会员专享优惠。",
        "Value-added services: care products, oral beauty, orthodontics. Members-only offers.",
    ),
    Statement(
        "3.5",
        "预期效果：集中管理资料提升满意度，权益和提醒带动复诊，形成口碑。",
        "Expected effects: satisfaction by central data, re-visits by benefits and reminders, word "
        "of mouth.",
    ),
    Statement(
        "D.1",
        "积分面向各等级；普通会员仅享积分。",
        "Points are for every tier; the ordinary tier has points only.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def tiers(s: SettingValues) -> Text:
    """2.1 in words."""
    return (
        f"会员等级随登记以来的累计消费（净额）晋升：白银会员{show_fen(s.spend_silver)}元起，"
        f"黄金会员{show_fen(s.spend_gold)}元起；负责人可人工设定等级。等级不自动降低，也不因退款降低。",
        f"The tier follows the cumulative spending (net amounts since registration): silver from "
        f"{show_fen(s.spend_silver)} yuan, gold from {show_fen(s.spend_gold)}; a leader may set it by "
        "hand. It does not fall by itself, nor by a refund.",
    )


def prices(s: SettingValues) -> Text:
    """2.2 in words."""
    silver, gold = percent(s.factor_silver), percent(s.factor_gold)
    return (
        f"除产品外各项按原价收费：白银会员{silver}%，黄金会员{gold}%，每行四舍五入到分，活动价更低的从低。"
        f"黄金会员每个日历年免费口腔检查{s.gold_exam_quota}次，晋升当年即享全部次数，不结转；超出部分按等级价收费。",
        f"Every line except products costs silver members {silver} %, gold members {gold} % of the "
        "list price, half-up to the fen per line; a lower activity price wins. Gold members have "
        f"{s.gold_exam_quota} free oral examinations per calendar year, all of them in the year in "
        "which gold is reached, not carried over; beyond these they cost the tier price.",
    )


def points(s: SettingValues) -> Text:
    """2.3 in words."""
    names = {item: named(item, LABELS) for item in s.redemption_list}
    zh = "、".join(f"{names[i][0]}{p}分" for i, p in s.redemption_list.items()) or "另行公布"
    en = ", ".join(f"{names[i][1]} {p}" for i, p in s.redemption_list.items()) or "published apart"
    return (
        f"各等级实际支付每1元积{s.points_per_yuan}分，每张账单不足1分的舍去；积分不过期，按兑换清单兑换（{zh}）。"
        "退款扣回该账单的积分，余额可为负。",
        f"All tiers earn {s.points_per_yuan} point(s) per yuan really paid, fractions dropped per "
        f"bill. Points do not expire and are exchanged by the list ({en}). A refund takes the bill's "
        "points back; the balance may go below zero.",
    )


def package(s: SettingValues) -> Text:
    """3.2 in words."""
    return (
        f"生日礼包每个生日一份，自生日当日（第0日）起至其后第{s.birthday_package_days}日24时前领取。",
        "One birthday package per birthday, from the birthday (day 0) to the end of day "
        f"{s.birthday_package_days} after it.",
    )


def checks(s: SettingValues) -> Text:
    """3.4 in words."""
    months = s.check_interval_months
    zh = (
        f"距上次口腔检查（未检查的自登记日）满{months}个月提醒定期检查"
        if months
        else "不设定期检查提醒"
    )
    en = (
        f"A regular examination is reminded of {months} months after the last one (without one, after "
        "registration)"
        if months
        else "There is no reminder of regular examinations"
    )
    return (
        f"分析习惯和偏好，提供个性化优惠。{zh}。",
        f"Habits and preferences are analysed for individual offers. {en}.",
    )
