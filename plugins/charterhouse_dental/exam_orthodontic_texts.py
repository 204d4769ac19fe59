"""The words and the monthly report of the exam-orthodontic charter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.price import percent
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
    quoted,
    raised,
    told,
)
from charterhouse_dental.words import factored, named

NEED_RIGHTS = frozenset({"spend", "redeem", "use"})
GENERAL = frozenset({"consultation", "exam", "treatment", "surgery"})

TIERS: dict[str, Text] = {
    "exam": ("体检会员", "Examination member"),
    "orthodontic": ("矫正会员", "Orthodontic member"),
    "exam-orthodontic": ("体检及矫正会员", "Examination and orthodontic member"),
}
ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "complaints": ("投诉处理人员", "Complaints staff"),
    "member-care": ("会员关怀人员", "Member-care staff"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "orthodontics": ("牙齿矫正", "Orthodontics"),
    "orthodontics-upper": ("上颌矫正", "Orthodontics, upper jaw"),
    "orthodontics-lower": ("下颌矫正", "Orthodontics, lower jaw"),
    "fast-track": ("专属通道", "Exclusive channel"),
    "exchange-meeting": ("会员交流会", "Exchange meeting"),
    "member-council": ("会员议事会", "Member council"),
    "complaint": ("投诉", "Complaint"),
    "message": ("留言", "Message"),
    "complaint-special": ("会员专属投诉", "Complaint, members' queue"),
    "complaint-general": ("一般投诉", "Complaint, general queue"),
    "answer-message": ("回复留言", "Answer the message"),
    "day": ("生日当天", "The birthday"),
    "month": ("生日当月", "The month of the birthday"),
    "service": ("免费项目", "Free service"),
    "coupon": ("优惠券", "Coupon"),
    "goods": ("实物礼品", "Goods"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
}
EXAMPLE: dict[str, Any] = {"exam_factor": "0.90", "orthodontic_factor": "0.80"}

MEMBERSHIPS = (
    Statement(
        "1.1",
        "体检会员：面向定期检查者，提供一系列口腔检查服务。",
        "Examination membership: for people with regular check-ups, a range of oral examination "
        "services.",
    ),
    Statement(
        "1.2",
        "矫正会员：面向需求较大的（多为年轻）人群，可按矫正部位制定不同政策。",
        "Orthodontic membership: for (mostly young) people with a large demand; the policy may differ "
        "by the part to be corrected.",
    ),
)
BOTH_HELD: Text = (
    "两种会员不分高低，可持其一或同时持有；申请须指明其中一种，未指明或指明其他的不予受理。已持一种又申请另一种的，同时持有；"
    "重复申请已持有的，不予受理。",
    "The two memberships have no order; a person holds one or both. An application names one of "
    "them, else it is refused; whoever holds one and applies for the other holds both, and applying "
    "for one that is held is refused.",
)
ADMISSION: Text = (
    "每次申请须填写登记表并同意本章程，缺少的逐项告知；不收费、不限年龄、无需审核，即时生效，长期有效。"
    "退会时两种会员同时即时终止，积分作废。",
    "Each application needs a registration form and consent; what lacks is named. No fee, no age "
    "limit, no review: active at once and without end. Leaving ends both memberships at once, and "
    "the points lapse.",
)
LOWEST: Text = (
    "每行取适用各价（2.1至2.3及活动价）中的最低价，同时持有两种会员的亦同；不叠加，逐行四舍五入到分。非会员按活动价或原价。",
    "Of all prices that apply to a line (2.1 to 2.3, the activity price) the lowest is charged, with "
    "both memberships too; no stacking, half-up per line. Who is no member pays the list or the "
    "activity price.",
)
REFUND: Text = (
    "退款后按账单余额重新计算积分，余额可为负。",
    "After a refund the points are computed anew on what is left of the bill; the balance may become "
    "negative.",
)
FAST_TRACK: Text = ("会员享有专属通道。", "Every member has the exclusive channel.")
COMPLAINTS: Text = (
    "会员的投诉进入专属队列，其他人的投诉进入一般队列。留言板：会员留言记入档案并安排回复。",
    "An active member's complaint goes to the special queue, anybody else's to the general one. "
    "Message board: a member's message is kept in the file and answered.",
)
RECORDS = Statement(
    "6",
    "记录会员及其种类、优惠价格、积分、优惠券、留言、投诉及处理、交流会和议事会的参加者与纪要；资料仅限负责人员使用，"
    "未经会员同意不得披露。",
    "Kept are members by membership, prices granted, points, coupons, messages, complaints with queue "
    "and settlement, participants and minutes of meetings and councils; only for staff in charge, "
    "disclosed only with the member's consent.",
)


def exam(s: SettingValues) -> Text:
    """2.1 in words."""
    factor = percent(s.exam_factor)
    return (
        f"体检会员：检查类项目按原价的{factor}%收费。",
        f"Examination member: examinations cost {factor} % of the list price.",
    )


def orthodontic(s: SettingValues) -> Text:
    """2.2 in words."""
    factor = percent(s.orthodontic_factor)
    items = [named(item, LABELS) for item in s.orthodontic_items]
    zh, en = "、".join(z for z, _ in items) or "无", ", ".join(e for _, e in items) or "none"
    parts_zh, parts_en = factored(s.orthodontic_part_factors, LABELS)
    return (
        f"矫正会员：矫正项目（{zh}）按原价的{factor}%收费；按部位另定的，从其规定（{parts_zh}）。",
        f"Orthodontic member: the items {en} cost {factor} % of the list price; a part with a factor "
        f"of its own costs that instead ({parts_en}).",
    )


def general(s: SettingValues) -> Text:
    """2.3 in words."""
    factor = percent(s.general_factor)
    return (
        f"全体会员：诊察、检查、治疗、手术类项目按原价的{factor}%收费；挂号、药品、产品及其他类别按原价。",
        f"Every member: consultation, examination, treatment and surgery cost {factor} % of the list "
        "price; registration, drugs, products and all else the list price.",
    )


def points(s: SettingValues) -> Text:
    """3.1 in words."""
    zh, en = loyalty_words.rate(s.points_per_yuan)
    return (
        f"积分回馈热心顾客：{zh}，每张账单舍去尾数，不论消费内容，长期有效。",
        f"For enthusiastic customers: {en}, rounded down per bill, whatever is bought, without "
        "expiry.",
    )


def redemption(s: SettingValues) -> Text:
    """3.2 in words."""
    zh, en = loyalty_words.redemption(s.redemption_list, LABELS)
    return (
        f"积分余额达{s.redeem_from}分起可按目录兑换奖品或服务（{zh}）；未达起点或不足所需的不予兑换，目录之外不可兑换；"
        "兑换后余额可低于起点。",
        f"From a balance of {s.redeem_from} points on they are exchanged by the list ({en}); below "
        "that, or with less than the price, it is refused, and so is an item that is not on the list. "
        "The balance may fall below that figure by a redemption.",
    )


def birthday(s: SettingValues) -> Text:
    """5.1 in words."""
    zh, en = LABELS[s.birthday_window]
    return (
        f"生日礼遇：每个自然年一次，限{zh}（2月29日出生者平年为2月28日，按月的为2月）；期间之外或未登记出生日期的不予办理，"
        "当期未领的作废；期间首日零时通知。",
        f"Birthday gift, once per calendar year: {en[0].lower()}{en[1:]} (29 February: 28 February in "
        "common years, or February). Outside it, or without a known birth date, it is refused; not "
        "collected it lapses. Told at 00:00 of the first day.",
    )


def gift(s: SettingValues) -> Text:
    """5.2 in words."""
    if s.birthday_gift == "service":
        zh, en = named(s.birthday_gift_item, LABELS)
        what_zh, what_en = f"一次{zh}免费", f"one unit of {en} free of charge"
    else:
        worth = show_fen(s.birthday_coupon)
        what_zh = f"一张账单在全部优惠之后减{worth}元，余额作废"
        what_en = f"{worth} yuan off one bill after all line prices; what it does not need lapses"
    return (
        f"礼遇为{what_zh}，在可领取之日的账单上注明后使用；不在期间、已领取或账单无该项目的，照常收费，不视为领取。"
        "退款不恢复已领取的礼遇，退款不超过实付。",
        f"The gift is {what_en}, taken on a bill of a day of the window that asks for it; otherwise the "
        "bill is charged without it and takes nothing. A refund does not bring a taken gift back and "
        "never pays back more than was paid.",
    )


def goods(_s: SettingValues) -> Clause:
    """5.2 where the gift is handed out."""
    return Statement(
        "5.2",
        "礼遇为实物礼品，到院领取。",
        "The gift is goods that are handed out at the clinic.",
    )


def councils(s: SettingValues) -> Text:
    """5.3 in words."""
    months = s.council_interval_months
    zh = f"自首位会员入会起每{months}个月安排一次议事会" if months else "议事会时间另行通知"
    en = (
        f"A council is arranged every {months} months after the first member joined."
        if months
        else "The councils are announced."
    )
    return (
        f"会员可参加定期举办的会员交流会和会员议事会；{zh}。",
        f"Exchange meetings and the member council are open to every member. {en}",
    )


def _granted(entry: Entry) -> int:
    if entry.verb != "spend" or not entry.figures.get("entitled"):
        return 0
    return sum(row[2] * row[4] - row[5] for row in entry.figures.get("priced", ()))


def _measures(_s: SettingValues) -> Iterable[Measure]:
    joined = happened("activated", "joined")
    for tier in ("exam", "orthodontic"):

        def named_tier(entry: Entry, tier: str = tier) -> bool:
            return entry.body.get("tier") == tier

        zh, en = TIERS[tier]
        yield Measure(f"joined.{tier}", f"新{zh}", f"Joined: {en}", only(joined, named_tier))
    yield Measure("joined.both", "加持另一种会员", "Added the other", happened("tier_changed"))
    yield Measure("left", "退会", "Members who left", happened("ended"))
    yield Measure("granted", "优惠金额", "Reductions granted", _granted, "yuan")
    yield Measure("points.given", "发放积分", "Points given", gained(), "points")
    yield Measure("points.taken", "使用与收回积分", "Points used or taken back", lost(), "points")
    yield Measure(
        "gifts", "账单生日礼遇", "Birthday gifts on bills", quoted("spend", birthday_gift=True)
    )
    yield Measure("messages", "留言", "Messages", told("record", kind="message"))
    yield Measure(
        "complaints.special", "会员投诉", "Complaints of members", raised("complaint-special")
    )
    yield Measure("complaints.general", "其他投诉", "Other complaints", raised("complaint-general"))
    for benefit in ("exchange-meeting", "member-council"):
        zh, en = LABELS[benefit]
        yield Measure(f"took-part.{benefit}", f"参加{zh}", f"At the {en.lower()}",
                      told("use", benefit=benefit))  # fmt: skip


MONTHLY = monthly(_measures)
