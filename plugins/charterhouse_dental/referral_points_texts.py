"""The words and the monthly report of the referral-points charter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.ledger import CREDIT, SPEND_TOTAL, counted, spent
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Entry, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import loyalty_words
from charterhouse_dental.measures import (
    Measure,
    gained,
    happened,
    lost,
    monthly,
    raised,
    told,
)
from charterhouse_dental.words import named

NEED_RIGHTS = frozenset({"spend", "redeem", "use"})
THRESHOLDS = {
    tier: {
        SPEND_TOTAL: f"spend_{tier}",
        counted("visits"): f"visits_{tier}",
        spent("drugs"): f"drugs_{tier}",
    }
    for tier in ("middle", "high")
}

TIERS: dict[str, Text] = {
    "beginner": ("初级会员", "Beginner"),
    "middle": ("中级会员", "Middle"),
    "high": ("高级会员", "High"),
}
ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "cashier": ("收费员", "Cashier"),
    "hotline": ("短信与电话服务人员", "SMS and telephone staff"),
    "event-staff": ("活动人员", "Event staff"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "dental-exam": ("免费牙科检查", "Free dental examination"),
    "first-visit-price": ("初诊优惠", "First-visit price"),
    "priority-consultation": ("优先咨询", "Priority consultation"),
    "priority-booking": ("优先挂号", "Priority registration"),
    "discount-scaling": ("洁牙优惠", "Scaling at a reduced price"),
    "scaling": ("洁牙", "Scaling"),
    "care-kit": ("护理礼包", "Care kit"),
    "feedback": ("反馈", "Feedback"),
    "referral": ("推荐", "Referral"),
    "referral-reward": ("推荐奖励", "Reward for a referral"),
    "registered": ("已登记推荐", "Referral recorded"),
    "activity": ("活动积分", "Event points"),
    "redeemed": ("积分兑换", "Redeemed"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
}
EXAMPLE: dict[str, Any] = {
    "spend_middle": "3000.00",
    "spend_high": "10000.00",
    "visits_middle": 6,
    "visits_high": 15,
    "drugs_middle": "1000.00",
    "drugs_high": "3000.00",
    "first_visit_factor": "0.50",
    "factor_middle": "0.95",
    "factor_high": "0.90",
    "multiplier_middle": "1.2",
    "multiplier_high": "1.5",
    "event_points": 20,
    "referral_points": 200,
    "referral_voucher": "50.00",
    "redemption_list": {"care-kit": 500},
    "discount_services": {"scaling": {"points": 300, "factor": "0.50"}},
}

ADMISSION = (
    Statement(
        "1.1",
        "任何人均可入会，不限年龄，不收费，无需审核；申请受理即为初级会员。",
        "Anybody may become a member: no age limit, no fee, no review. An accepted application makes "
        "an active member at once, as a beginner.",
    ),
    Statement(
        "4.4",
        "积分长期有效。",
        "Points do not expire.",
    ),
    Statement(
        "5.4",
        "奖励到期当日推荐人须为有效会员，否则奖励作废。",
        "The reward is given only if the referrer is an active member on the day it falls due; else "
        "it lapses.",
    ),
    Statement(
        "5.3",
        "不得推荐自己（包括在申请中以自己为介绍人）、已是会员者，或已登记推荐人的人（以先登记的为准）。",
        "Refused is a referral of oneself (also as sponsor), of a member, and of a person recorded for "
        "a referrer before: the first record counts.",
    ),
    Statement(
        "7.2",
        "通过芯片卡、短信和电子邮件收集并分析行为，仅限会员同意，且仅在院内使用。",
        "Behaviour is collected and analysed over chip card, SMS and e-mail, only with the member's "
        "consent and only inside the institution.",
    ),
    Statement(
        "7.3",
        "报表：各等级会员及升级、发放和兑换的积分、未用抵用券、各会员的推荐（登记、入会、奖励）、活动参与。",
        "Reports: members by tier, rises, points given and redeemed, vouchers open, referrals by member "
        "(recorded, joined, rewarded), event participation.",
    ),
    Statement(
        "8.2",
        "仅当使推荐奖励到期的账单全额退款（包括分次退完）时收回奖励（积分；抵用券以未用部分为限），被推荐人下一张付款账单使其重新到期。",
        "Only a full refund, also in several parts, of the bill that made a referral reward due takes "
        "the reward back (points; the voucher as far as unused); the new person's next paid bill "
        "makes it due again.",
    ),
)
PAPERS: Text = (
    "须提交登记表并同意本章程，缺少的逐项告知；已是会员的不得重复入会。",
    "A registration form and consent; what lacks is named. A person who is a member already is "
    "refused.",
)
LEAVING: Text = (
    "长期有效。会员可随时退会，即时终止，双方互不退补，积分和抵用券作废；再次入会时计数和积分从零开始，已用的初诊优惠不恢复。",
    "Open-ended. A member leaves at any time with effect at once; nothing is owed on either side, "
    "points and voucher lapse. Whoever joins again starts with counters and points of 0; a used "
    "first-visit price stays used.",
)
TIER_TABLE: Text = (
    "等级由低到高：初级（入会即享）：初诊优惠、免费牙科检查；中级：另有更高折扣、额外积分、短信或电话优先咨询与挂号；"
    "高级：同中级，折扣和积分另定。依据为就诊次数、药品消费和累计消费。",
    "Tiers, low to high: beginner, on joining, with the lower first-visit fee and the free dental "
    "examination; middle adds a higher discount, extra points and priority consultation and "
    "registration by SMS or telephone; high as middle, with its own discount and points. The "
    "criteria are visits, medicine purchases and total payments.",
)
COUNTERS: Text = (
    "计数自入会起算（转入会员自期初数起），不清零：累计消费为账单实际支付金额（抵用券部分不计）；药品为药品类各行优惠后的净额"
    "（含抵用券支付部分）；就诊按日计，取当日登记的就诊次数与（当日有账单的）1次中的较大者。",
    "Counters start with the membership (of a legacy member with the opening figures) and are never "
    "reset: spending is the money really paid on bills, vouchers not counted; medicine is the net "
    "amount of drug lines after all price rules, voucher parts included; visits are, for each day, "
    "the larger of those told and 1 if there is a bill that day.",
)
TIER_KEPT: Text = (
    "账单按此前的等级计价和积分，升级在账单之后立即生效；等级不因时间下降，并与直接授予或转入的等级从高。",
    "A bill is priced and earns by the tier before it; the rise takes effect directly after it. Tiers "
    "do not fall with time; the higher of the computed one and one granted or brought in counts.",
)
LOWEST: Text = (
    "每行以单价乘数量为基础；各项优惠不叠加，取适用价格（活动价、等级价、初诊价、免费项目）中的最低价。非有效会员按原价或活动价，"
    "账单不因此拒收。",
    "The base of a line is price times quantity. Discounts do not stack: of all prices that apply "
    "(activity price, tier price, first-visit price, free item) the lowest is charged. Who is not an "
    "active member pays the list or the activity price; a bill is never refused for that.",
)
FEEDBACK: Text = (
    "持续改进就诊流程和环境；收集并整理反馈，记入会员档案，按主题和月份统计。",
    "Process and environment of the visit are improved continuously; feedback is collected, kept in "
    "the member's file and counted by subject and month.",
)
REFUND: Text = (
    "退款先退现金（以实付现金为限），其余退回抵用券。积分、计数和等级按账单余额和当时的倍数重新计算，差额收回；余额可为负，为负不得兑换。"
    "全额退款的，该单占用的次数一并退回。",
    "A refund pays money back first, at most what was paid in money; the rest returns as voucher. "
    "Points, counters and tier are computed anew on what is left of the bill, with its multiplier; a "
    "balance may become negative, which blocks redemption. A bill taken back whole brings back the "
    "rights that it used.",
)


def figures(s: SettingValues) -> Text:
    """2.2 in words."""
    zh, en = [], []
    for tier, spend, visits, drugs in (
        ("middle", s.spend_middle, s.visits_middle, s.drugs_middle),
        ("high", s.spend_high, s.visits_high, s.drugs_high),
    ):
        rows = [
            (f"累计消费{show_fen(spend)}元", f"spending of {show_fen(spend)} yuan")
            if spend is not None
            else None,
            (f"就诊{visits}次", f"{visits} visits") if visits is not None else None,
            (f"药品{show_fen(drugs)}元", f"medicine of {show_fen(drugs)} yuan")
            if drugs is not None
            else None,
        ]
        said = [row for row in rows if row]
        name_zh, name_en = TIERS[tier]
        zh.append(f"{name_zh}：{'或'.join(z for z, _ in said) or '仅由授予'}")
        en.append(f"{name_en.lower()}: {' or '.join(e for _, e in said) or 'granted only'}")
    return (
        f"达到任一标准即升（含本数），取所达到的最高等级，可由初级直升高级。{'；'.join(zh)}。",
        f"One figure reached is enough, inclusively; the highest tier reached counts, also from "
        f"beginner to high at once. {'; '.join(en)}.",
    )


def first(s: SettingValues) -> Text:
    """3.1 in words."""
    factor = percent(s.first_visit_factor)
    return (
        f"初诊费用优惠：注明首诊的账单上，挂号和诊察类按原价的{factor}%收费；每位会员一次，首张因此降价的账单即用完，各等级均享。",
        f"First-visit fee: on a bill marked as the first visit registration and consultation cost "
        f"{factor} % of the price; once per member, used up by the first bill on which it lowers a "
        "line. All tiers.",
    )


def exams(s: SettingValues) -> Text:
    """3.2 in words."""
    number = s.dental_exams_per_year
    zh = "不限次数" if number is None else f"每自然年{number}次，按次计，超出的按会员价收费"
    en = (
        "without limit"
        if number is None
        else f"{number} per calendar year, unit by unit; beyond it the member price holds"
    )
    return (
        f"牙科检查免费，各等级均享：{zh}。",
        f"Free dental examination, all tiers: {en}.",
    )


def discount(s: SettingValues) -> Text:
    """3.3 in words."""
    kinds = [named(kind, LABELS) for kind in s.discount_categories]
    zh, en = "、".join(z for z, _ in kinds), ", ".join(e.lower() for _, e in kinds)
    middle, high = percent(s.factor_middle), percent(s.factor_high)
    return (
        f"等级折扣：{zh}类项目，中级按原价的{middle}%、高级按{high}%收费；初级无此折扣。",
        f"Tier discount on {en}: middle pays {middle} %, high {high} % of the price; beginners have none.",
    )


def points(s: SettingValues) -> Text:
    """4.1 in words."""
    zh, en = loyalty_words.rate(s.points_per_yuan)
    middle, high = loyalty_words.plain(s.multiplier_middle), loyalty_words.plain(s.multiplier_high)
    return (
        f"消费积分：{zh}，中级乘{middle}、高级乘{high}（超过1的部分为额外积分），每张账单只取整一次；抵用券支付部分不积分。",
        f"Points of a bill: {en}, middle times {middle}, high times {high} (the part above 1 is extra), "
        "one rounding per bill; what a voucher pays earns nothing.",
    )


def redemption(s: SettingValues) -> Text:
    """4.3 in words."""
    zh, en = loyalty_words.redemption(s.redemption_list, LABELS)
    rows = [
        (named(item, LABELS), row["points"], percent(row["factor"]))
        for item, row in s.discount_services.items()
    ]
    more_zh = "、".join(f"{name[0]} {cost}分（{f}%）" for name, cost, f in rows) or "暂无"
    more_en = ", ".join(f"{name[1]} {cost} ({f} %)" for name, cost, f in rows) or "none yet"
    return (
        f"积分兑换：礼品 {zh}；优惠项目 {more_zh}，兑换后得一次优惠，用于以后账单上该项目的一个单位（其他价格更低的从低，不占用），"
        "可累积。积分不足或两表之外不予兑换；同一项目只能列于一表。",
        f"Redemption: gifts {en}; discounted services {more_en}: it gives one use, for one unit of the "
        "next bill line of the item for which this is the lowest price; several add up. Too few "
        "points, or an item in neither list, are refused; an item stands in one list only.",
    )


def reward(s: SettingValues) -> Text:
    """5.2 in words."""
    worth = show_fen(s.referral_voucher)
    return (
        f"被推荐人成为会员且有首张付款账单（作为会员实际支付大于0元，入会前的不计）时，推荐人得{s.referral_points}分和抵用券{worth}元；"
        "每位新人一次，以后的账单不再奖励。",
        f"The reward falls due when the new person is a member and has the first paid bill (money really "
        f"paid above 0.00, as a member; bills before joining do not count): {s.referral_points} points "
        f"and a voucher of {worth} yuan, once per new person.",
    )


def voucher(s: SettingValues) -> Text:
    """5.5 in words."""
    months = s.voucher_months
    zh = f"自获得之日起{months}个月内有效" if months else "长期有效"
    en = f"valid for {months} months from the day of the gift" if months else "without expiry"
    return (
        f"抵用券按会员要求抵付以后任何项目的账单，可分次，不超过账单（多出的按账单计），超过余额不予办理，不兑现金；{zh}。",
        f"The voucher pays later bills for any item, in parts, on request, never more than the bill (a "
        f"larger amount is cut to it); more than the balance is refused; never cash; {en}.",
    )


def priority(s: SettingValues) -> Text:
    """6.1 in words."""
    names = [named(channel, LABELS) for channel in s.priority_channels]
    zh, en = "、".join(z for z, _ in names) or "暂无", ", ".join(e for _, e in names) or "none yet"
    return (
        f"中级和高级会员可优先咨询、优先挂号，渠道：{zh}（未注明的为电话），其他渠道不予办理；初级等级不足，非会员不享有。",
        f"Priority consultation and registration for middle and high, over: {en} (telephone where none "
        "is named); another channel is refused, beginners are too low, and who is no member has none.",
    )


def _measures(_s: SettingValues) -> Iterable[Measure]:
    yield Measure("joined", "新入会", "Members joined", happened("activated"))
    yield Measure("left", "退会", "Members who left", happened("ended"))
    yield Measure("rises", "升级通知", "Rises", raised("tier-rise"))
    yield Measure("points.given", "发放积分", "Points given", gained(), "points")
    yield Measure(
        "points.taken", "兑换与收回积分", "Points redeemed or taken back", lost(), "points"
    )
    yield Measure("redemptions", "兑换", "Redemptions", told("redeem"))
    yield Measure(
        "vouchers.given", "发放抵用券", "Vouchers given or returned", gained(CREDIT), "yuan"
    )
    yield Measure(
        "vouchers.used", "使用或作废抵用券", "Vouchers used or void", lost(CREDIT), "yuan"
    )
    yield Measure("referrals", "登记推荐", "Referrals recorded", happened("introduced"))
    yield Measure("rewards", "推荐奖励", "Referral rewards", raised("referral-reward"))
    yield Measure("events", "活动参与", "Event participation", told("take_part"))


def _feedback(entries: list[Entry], _s: SettingValues) -> Iterator[Row]:
    found: Counter[str] = Counter()
    for entry in entries:
        if entry.verb == "record" and entry.body.get("kind") == "feedback":
            found[str((entry.body.get("details") or {}).get("subject") or "-")] += 1
    for subject, count in sorted(found.items()):
        yield Row(f"feedback.{subject}", f"反馈：{subject}", f"Feedback: {subject}", count)


MONTHLY = monthly(_measures, _feedback)
