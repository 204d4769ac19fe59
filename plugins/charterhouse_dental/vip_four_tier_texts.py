"""The words of the dental VIP charter with four tiers."""

from __future__ import annotations

from collections.abc import Mapping

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.words import factored, listed

TIERS: dict[str, Text] = {code: COMMON[code] for code in ("ordinary", "silver", "gold", "platinum")}
SERVICES: dict[str, Text] = {
    "oral-check": ("口腔检查", "Oral examination"),
    "basic-treatment": ("基础治疗", "Basic treatment"),
    "scaling": ("常规洁治", "Routine scaling"),
    "oral-consultation": ("口腔健康咨询", "Oral-health consultation"),
    "periodontal": ("牙周治疗", "Periodontal treatment"),
    "root-canal": ("根管治疗", "Root canal"),
    "oral-beauty": ("口腔美容", "Oral beauty"),
    "restoration": ("修复", "Restoration"),
    "orthodontics": ("正畸", "Orthodontics"),
    "implant": ("种植", "Implants"),
    "health-management": ("全面口腔健康管理", "Full oral-health management"),
}
_ADDED: Mapping[str, tuple[str, ...]] = {
    "ordinary": ("oral-check", "basic-treatment", "scaling", "oral-consultation"),
    "silver": ("periodontal", "root-canal", "oral-beauty"),
    "gold": ("restoration", "orthodontics", "implant"),
    "platinum": ("health-management",),
}
_ORDER = list(TIERS)
COVERED = {
    tier: [code for below in _ORDER[: place + 1] for code in _ADDED[below]]
    for place, tier in enumerate(_ORDER)
}
"""Tier → the services that it has at preferential prices."""

LABELS: dict[str, Text] = {
    **COMMON,
    **SERVICES,
    "care-package": ("口腔护理套餐", "Care package"),
    "care-team": ("专业护理团队", "Professional care team"),
    "treatment-plan": ("个性化治疗方案", "Personal treatment plan"),
    "member-events": ("会员活动", "Member events"),
    "invite-to-event": ("邀请参加会员活动", "Invite to a member event"),
    "leader": ("负责人", "Leader"),
}

REGISTRATION: Text = (
    "就诊时向前台提出，填写登记表；前台核对资料、发卡并说明等级、权益和积分。登记后即为普通会员，免费；"
    "不得重复登记。",
    "At a visit the customer tells reception and fills in the registration form; reception checks the "
    "data, issues the card and explains tier, rights and points. A member at once, of the ordinary "
    "tier, without a fee; a second registration is refused.",
)
VISIT: Text = (
    "就诊时向前台出示会员卡并核对身份，按等级享受权益；未出示的按原价收费，仍可积分。",
    "At a visit the card is shown and the identity checked; the benefits follow the tier. Without the "
    "card the list price is paid, and points are earned all the same.",
)
STATEMENTS = (
    Statement(
        "1.3",
        "兑换时出示会员卡并查询积分余额，按第3章办理。",
        "For a redemption the card is shown and the balance checked; the exchange follows 3.",
    ),
    Statement(
        "1.4",
        "前台以短信、电话等方式通知会员活动。",
        "Reception tells members of events by SMS, telephone and other ways.",
    ),
    Statement(
        "D.1",
        "积分按批次自获得之日起分别计算有效期。护理套餐为一次性，不按年。生日礼品当日未领取的，当年不再补领。",
        "Points age by batch, each from its own day. Packages are given once, not yearly. A birthday "
        "gift that is not collected on the day is lost for that year.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def tariff() -> Text:
    """2 in words."""
    zh = "；".join(f"{TIERS[t][0]}：{listed(c, SERVICES)[0]}" for t, c in _ADDED.items())
    en = "; ".join(f"{TIERS[t][1].lower()}: {listed(c, SERVICES)[1]}" for t, c in _ADDED.items())
    return (
        f"各等级享受优惠价的服务，高一级包含低一级：{zh}。白金卡另享个性化治疗方案、优先预约和专业护理团队。",
        f"Services at preferential prices, each tier with those below: {en}. Platinum adds a personal "
        "treatment plan, priority booking and a professional care team.",
    )


def basis(s: SettingValues) -> Text:
    """2.1 in words."""
    rows_zh, rows_en = [], []
    for tier in _ORDER[1:]:
        spend, visits = (
            getattr(s, f"spend_threshold_{tier}"),
            getattr(s, f"visits_threshold_{tier}"),
        )
        rows_zh.append(
            f"{TIERS[tier][0]}{show_fen(spend)}元" + (f"或就诊{visits}次" if visits else "")
        )
        rows_en.append(
            f"{TIERS[tier][1].lower()} {show_fen(spend)} yuan"
            + (f" or {visits} visits" if visits else "")
        )
    return (
        f"等级依据累计消费（登记以来各账单净额）或就诊次数（每张账单一次），达到即升，从高：{'、'.join(rows_zh)}。"
        "负责人可依口腔健康状况等说明理由人工设定。等级不自动降低，也不因退款降低；等级不足的权益不予提供。",
        "A tier is reached by the cumulative spending (net amounts of all bills since registration) or "
        f"the number of visits (each bill is one); the highest counts: {', '.join(rows_en)}. By oral "
        "health or otherwise a leader may set a tier by hand with a reason. Tiers do not fall by "
        "themselves, nor by a refund; a benefit of a higher tier is refused.",
    )


def prices(s: SettingValues) -> Text:
    """2.2 in words."""
    zh, en = factored(s.preferential_factors, SERVICES)
    return (
        f"须出示会员卡。优惠价为原价乘以该服务的系数（{zh}；未列出的为100%），每行四舍五入到分，活动价更低的从低。",
        "The card must be shown. The preferential price is the list price times the factor of the "
        f"service ({en}; all others 100 %), half-up to the fen per line; a lower activity price wins.",
    )


def packages(s: SettingValues) -> Text:
    """2.3 in words."""
    return (
        f"价值{show_fen(s.package_value)}元的口腔护理套餐，各等级合计：银卡{s.packages_silver}份、"
        f"金卡{s.packages_gold}份、白金卡{s.packages_platinum}份；为一次性总数，不按年；"
        "升级（含人工设定）时补足差额，未用的保留。",
        f"Care packages worth {show_fen(s.package_value)} yuan, in all: silver {s.packages_silver}, "
        f"gold {s.packages_gold}, platinum {s.packages_platinum}; once, not per year. On a rise, also "
        "by hand, the difference is granted; what is unused stays.",
    )


def earned(s: SettingValues) -> Text:
    """3.1 in words."""
    return (
        f"每次消费实际支付每1元积{s.points_per_yuan}分，每张账单不足1分的舍去，积分累计；退款扣回该账单的积分，余额可为负。",
        f"Every spending earns {s.points_per_yuan} point(s) per yuan really paid, fractions dropped per "
        "bill; cumulative. A refund takes the bill's points back; the balance may go below zero.",
    )


def ratio(s: SettingValues) -> Text:
    """3.2 in words."""
    per = s.points_per_yuan_off
    return (
        f"{per}分抵1元，比例可调整，以兑换当日为准；只能按{per}的整数倍兑换抵用券或抵付账单。",
        f"{per} points are one yuan; the ratio may be adjusted, that of the day of redemption counts. "
        f"Only whole multiples of {per} are redeemed, for a coupon or against a bill.",
    )


def coupons(s: SettingValues) -> Text:
    """3.3 in words."""
    zh = f"自兑换之日起{s.coupon_months}个月内有效" if s.coupon_months else "长期有效"
    en = f"is valid for {s.coupon_months} months" if s.coupon_months else "has no end"
    return (
        f"积分用于护理产品、抵用券等，或抵付账单。兑换积分即得同值抵用券，{zh}；抵用券仅在账单指明时支付；"
        "以积分或抵用券支付的部分不积分。",
        f"Points are used for care products, coupons and the like, or against a bill. A redemption "
        f"gives a coupon of that value, which {en}; it pays only where the bill names it. What is "
        "paid by points or coupon earns nothing.",
    )


def birthday(s: SettingValues) -> Text:
    """4.1 in words."""
    share = percent(s.birthday_factor)
    return (
        f"生日当日可领取礼品一份（护理产品、抵用券等），限当日，每年一次；当日账单各项按原价的{share}%收费，等级价更低的从低。",
        "On the birthday a gift (care product, coupon …), once a year and only on the day itself, and "
        f"every line of a bill at {share} % of the list price where that is better than the tier price.",
    )
