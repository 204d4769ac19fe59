"""The words and the monthly report of the member-day charter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Entry
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import loyalty_words
from charterhouse_dental.measures import (
    Measure,
    gained,
    happened,
    lost,
    monthly,
    only,
    raised,
    told,
)
from charterhouse_dental.words import named

NEED_RIGHTS = frozenset({"spend", "redeem", "use"})

TIERS: dict[str, Text] = {
    "ordinary": ("普通会员", "Ordinary member"),
    "silver": ("银卡会员", "Silver member"),
    "gold": ("金卡会员", "Gold member"),
}
ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "manager": ("会员主管", "Member manager"),
    "follow-up": ("回访人员", "Follow-up staff"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "manager": ("会员主管", "Member manager"),
    "push": ("信息推送", "Push message"),
    "appointment": ("预约就诊", "Booked visit"),
    "triage": ("预检分诊", "Pre-check triage"),
    "tracked": ("已跟踪", "Tracked"),
    "visit-tracking": ("就诊服务跟踪", "Visit tracking"),
    "member-day": ("会员日通知", "Member day"),
    "opt_out": ("拒收渠道", "Channels opted out of"),
    "activity": ("活动积分", "Event points"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
}
EXAMPLE: dict[str, Any] = {
    "spend_silver": "3000.00",
    "spend_gold": "10000.00",
    "multiplier_silver": "1.2",
    "multiplier_gold": "1.5",
    "benefits_silver": ["priority-booking"],
    "benefits_gold": ["priority-booking", "lecture"],
    "member_days": [8],
    "member_day_factor": "2",
}

DATA: Text = (
    "会员信息库完整、准确地保存会员的个人资料、就诊资料和消费记录，用于分析需求、偏好和消费；资料变更随时登记。",
    "The member data store keeps personal data, visit data and spending records, complete and exact, "
    "for the analysis of needs, preferences and spending; changes are entered at any time.",
)
PRICES: Text = (
    "价格为原价或活动价，本方案不设折扣。",
    "Prices are the list price or the activity price; this scheme has no discount.",
)
CHANNELS: Text = (
    "通过微信公众号、群发短信和电子邮件向会员推送服务、优惠和活动；逐位会员、逐条记录。",
    "Services, offers and events are pushed to members over the WeChat account, bulk SMS and e-mail; "
    "each message to a member is recorded.",
)
STATEMENTS = (
    Statement(
        "4.1",
        "持续培训技术与流程，由专业团队提供预检分诊、诊前预约和就诊服务跟踪。",
        "Technique and process are trained by a professional team, with pre-check triage, booking "
        "before the visit and tracking of the visit.",
    ),
    Statement(
        "5",
        "报表：各等级会员及升级、发放积分（会员日单列）、各渠道拒收、推送与到达、预约与取消、跟踪办结与未结、活动。",
        "Reports: members by tier and rises, points given (member days apart), opt-outs by channel, "
        "pushes and reach, bookings and cancellations, tracking done and open, events.",
    ),
)


def tiers(s: SettingValues) -> Text:
    """2.1 in words."""
    rows = (
        ("ordinary", None, s.multiplier_ordinary),
        ("silver", s.spend_silver, s.multiplier_silver),
        ("gold", s.spend_gold, s.multiplier_gold),
    )
    zh, en = [], []
    for tier, spend, times in rows:
        name_zh, name_en = TIERS[tier]
        factor = loyalty_words.plain(times)
        zh.append(
            f"{name_zh}{'（入会即享）' if spend is None else f'累计消费满{show_fen(spend)}元'}，积分{factor}倍"
        )
        en.append(
            f"{name_en.lower()}{', on joining' if spend is None else f', from {show_fen(spend)} yuan'}"
            f", points times {factor}"
        )
    return (
        f"会员等级按入会以来的累计消费（实际支付，扣除退款）确定，达到即升，账单之后立即生效，不因时间下降："
        f"{'；'.join(zh)}。主管可直接设定等级，转入会员保留原等级，与累计消费所达等级从高。",
        f"The tier follows cumulative spending since joining (really paid, less refunds), reached "
        f"inclusively, right after the bill, and never falls with time: {'; '.join(en)}. A manager "
        "may set a tier and a legacy member keeps the one brought in; the higher counts.",
    )


def rights(s: SettingValues) -> Text:
    """2.2 in words."""
    lists = (s.benefits_ordinary, s.benefits_silver, s.benefits_gold)
    zh, en = [], []
    for (tier_zh, tier_en), codes in zip(TIERS.values(), lists, strict=True):
        names = [named(code, LABELS) for code in codes]
        zh.append(f"{tier_zh}：{'、'.join(n for n, _ in names) or '无'}")
        en.append(f"{tier_en.lower()}: {', '.join(n for _, n in names) or 'none'}")
    return (
        f"各等级仅享有本级所列权益，不限次数：{'；'.join(zh)}。要求更高等级的权益，等级不足；更高等级亦无的，不予提供。"
        "非会员无权益，按活动价或原价收费。",
        f"Rights are exactly those of the tier, without quota: {'; '.join(en)}. A right of a higher "
        "tier is refused, and so is one that no higher tier has. Who is no member has none and pays "
        "the activity or the list price.",
    )


def points(s: SettingValues) -> Text:
    """2.3 in words."""
    zh, en = loyalty_words.rate(s.points_per_yuan)
    factor = loyalty_words.plain(s.member_day_factor)
    return (
        f"积分：{zh}，乘以会员本单之前等级的倍数，会员日再乘以{factor}，每张账单只取整一次（舍去尾数）；仅限会员。",
        f"Points: {en}, times the multiplier of the tier before the bill, on a member day times "
        f"{factor}; rounded down once per bill, for members only.",
    )


def member_days(s: SettingValues) -> Text:
    """2.4 in words."""
    zh = "、".join(f"{day}日" for day in sorted(set(s.member_days))) or "暂未设定"
    en = ", ".join(str(day) for day in sorted(set(s.member_days))) or "none yet"
    return (
        f"会员日：每月{zh}，当日零时至24时；当月没有该日的，该月不设。前一日零时通知会员。",
        f"Member days of every month: {en}, from 00:00 to the end of the day; a month that lacks the "
        "day leaves it out. Members are told at 00:00 of the day before.",
    )


def redemption(s: SettingValues) -> Text:
    """2.5 in words."""
    zh, en = loyalty_words.redemption(s.redemption_list, LABELS)
    return (
        f"积分按目录兑换：{zh}；积分不足或目录之外不予兑换。积分长期有效。退款按账单当时的倍数和会员日重新计算积分，"
        "等级相应重算，余额可为负。",
        f"Points are exchanged by the list ({en}); too few points or an item that is not on it are "
        "refused. They do not expire. A refund counts the bill's points anew with the multiplier and "
        "day of the bill, and the tier anew; the balance may become negative.",
    )


def _measures(s: SettingValues) -> Iterable[Measure]:
    days = set(s.member_days)

    def member_day(entry: Entry) -> bool:
        return entry.verb == "spend" and entry.day.day in days

    yield Measure("joined", "新入会", "Members joined", happened("activated"))
    yield Measure("left", "退会", "Members who left", happened("ended"))
    yield Measure("rises", "等级变动", "Changes of tier", happened("tier_changed"))
    yield Measure("points.given", "发放积分", "Points given", gained(), "points")
    yield Measure(
        "points.member-day", "其中会员日", "of which on member days", only(gained(), member_day),
        "points",
    )  # fmt: skip
    yield Measure("points.taken", "使用与收回积分", "Points used or taken back", lost(), "points")
    yield from _communication()
    yield Measure("bookings", "预约", "Bookings", told("request", service="appointment"))
    yield Measure("cancellations", "取消预约", "Cancellations", told("cancel"))
    yield Measure("tracking.opened", "待跟踪就诊", "Visits to track", raised("visit-tracking"))
    yield Measure("tracking.done", "已跟踪就诊", "Visits tracked", told("progress", step="tracked"))
    yield Measure("events", "活动参与", "Event participation", told("take_part"))


def _communication() -> Iterator[Measure]:
    for channel in ("wechat", "sms", "email"):
        zh, en = LABELS[channel]

        def opted_out(entry: Entry, channel: str = channel) -> int:
            return int(channel in ((entry.body.get("changes") or {}).get("opt_out") or ()))

        yield Measure(f"opt-out.{channel}", f"拒收：{zh}", f"Opt-outs: {en}", opted_out)
        yield Measure(
            f"push.{channel}", f"推送：{zh}", f"Pushes: {en}",
            told("record", kind="push", channel=channel),
        )  # fmt: skip


MONTHLY = monthly(_measures)
