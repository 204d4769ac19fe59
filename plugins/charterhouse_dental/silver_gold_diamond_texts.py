"""The words and the monthly report of the silver-gold-diamond charter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Entry
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import loyalty_words
from charterhouse_dental.measures import (
    Measure,
    came_in,
    gained,
    happened,
    lost,
    monthly,
    only,
    raised,
    told,
)
from charterhouse_dental.words import counted, named

NEED_RIGHTS = frozenset({"spend", "redeem", "use"})

TIERS: dict[str, Text] = {
    "silver": ("银卡会员", "Silver member"),
    "gold": ("金卡会员", "Gold member"),
    "diamond": ("钻石卡会员", "Diamond member"),
}
ROLES: dict[str, Text] = {
    "reception": ("前台", "Reception"),
    "cashier": ("收费员", "Cashier"),
    "follow-up": ("回访人员", "Follow-up staff"),
    "member-care": ("会员服务人员", "Member service"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "first-consultation": ("免费初诊", "Free first consultation"),
    "oral-exam": ("口腔检查", "Oral examination"),
    "re-check": ("复检", "Re-check"),
    "care-training": ("护理培训", "Care training"),
    "gathering": ("会员联谊", "Gathering"),
    "special-doctor": ("特约医生服务", "Special doctor service"),
    "special-courtesy": ("特别礼遇", "Special courtesy"),
    "treatment-complete": ("治疗完成", "Treatment complete"),
    "complaint": ("投诉", "Complaint"),
    "follow-up": ("诊后回访", "Follow-up"),
    "solve-complaint": ("处理投诉", "Solve the complaint"),
    "episode": ("诊疗过程", "Episode of treatment"),
    "earned": ("消费与就诊积分", "Points for spending and visits"),
    "opening": ("期初积分", "Opening points"),
}
EXAMPLE: dict[str, Any] = {
    "fee_silver": "200.00",
    "fee_gold": "500.00",
    "fee_diamond": "1000.00",
    "factor_silver": "0.95",
    "factor_gold": "0.90",
    "factor_diamond": "0.85",
    "points_to_gold": 5000,
    "points_to_diamond": 10000,
    "points_per_yuan_off": 100,
    "follow_up_days": 7,
}

REGISTRATION: Text = (
    "线上或现场登记：提交个人资料登记表并同意本章程，缺少的逐项告知；选择等级并缴足该等级会员费后成为会员，不足不予办理。"
    "无需审核，不限年龄；已是会员的不得重复入会。会员可随时退会，费用不退，积分作废。",
    "Registration online or on site: the form with personal data and consent; what lacks is named. The "
    "full fee of the level chosen makes the member, less is refused. No review, no age limit, no "
    "second membership. A member leaves at any time; nothing is paid back, and points lapse.",
)
CARD: Text = (
    "按等级发卡，就诊时出示，账单上的核对和全部权益以出示会员卡为准；未出示的按原价（或活动价）收费，不积分，不占用任何权益，"
    "并不得以积分抵付。会员卡挂失后免费补办。",
    "A card of the level is issued and shown at visits: checking and all rights at a bill depend on it. "
    "Without it a bill is charged at the list or the activity price, earns nothing and uses up no "
    "right; an offset with points is refused. A card reported lost is reissued free of charge.",
)
LEVELS: Text = (
    "等级由低到高：银卡会员享有基本权利；金卡会员另有更低价格和包含项目；钻石卡会员另有特约医生服务和特别礼遇。",
    "Levels, low to high: silver has the basic rights; gold adds a further discount and the included "
    "items; diamond adds the special doctor service and special courtesy.",
)
BY_FEE: Text = (
    "缴费升级：补足两级会员费差额即时升级，可跨级；不足不予办理。",
    "A rise by fee: the difference of the fees is paid, also over two levels; less is refused.",
)
DOCTOR: Text = (
    "专属医生：个性化方案和长期跟踪。",
    "Exclusive doctor with individual plan and long tracking.",
)
BOOKING: Text = ("优先预约，免排队。", "Priority booking without queueing.")
RE_CHECK: Text = (
    "免费复检：账单注明诊疗过程且该过程的治疗此前已登记完成的，复检免费，不限次数；否则照常收费。",
    "Free re-check: on a bill with an episode whose treatment was marked complete before, the re-check "
    "is free, without limit; otherwise it is charged like every other line.",
)
REFUND: Text = (
    "积分长期有效。退款先退现金，抵付部分退回积分，全额退款的全部退回；积分按仍保留的实付金额重新计算，余额可为负。"
    "全额退款的，包含项目的次数一并退回。",
    "Points do not expire. A refund pays money back first; what was offset returns as points, with a "
    "full refund all of them. Points are computed anew on the money that stays paid; the balance may "
    "become negative. A bill taken back whole brings its included items back.",
)
ACTIVITIES: Text = (
    "不定期举办健康讲座、护理培训和会员联谊，各等级均可参加。",
    "Irregular health lectures, care training and gatherings, for every level.",
)
MANAGEMENT: Text = (
    "管理会员资料、服务跟踪和投诉，投诉须处理。报表：各等级会员及会员费、缴费与积分升级、免费服务、积分、回访、投诉。",
    "Managed are member data, service tracking and complaints, which are solved. Reports: members and "
    "fees by level, rises by fee and by points, free services, points, follow-ups, complaints.",
)


def fees(s: SettingValues) -> Text:
    """1.2 in words."""
    rows = (s.fee_silver, s.fee_gold, s.fee_diamond)
    zh = "、".join(
        f"{name[0]}{show_fen(f)}元" for name, f in zip(TIERS.values(), rows, strict=True)
    )
    en = ", ".join(
        f"{name[1].lower()} {show_fen(f)}" for name, f in zip(TIERS.values(), rows, strict=True)
    )
    return (
        f"会员费逐级递增：{zh}。",
        f"Fees in yuan, rising from level to level: {en}.",
    )


def term(s: SettingValues) -> Text:
    """1.4 in words."""
    if not s.term_months:
        return "会员资格长期有效。", "The membership is open-ended."
    return (
        f"有效期{s.term_months}个月，按等级会员费续期，不足不予办理：期内续期自届满次日起算，逾期自缴费之日起算；"
        "届满后不享受权益。",
        f"The term is {s.term_months} month(s), renewed for the fee of the level, less is refused: in "
        "time the next term follows the last valid day, later it starts on the day of payment. After "
        "the end there are no rights.",
    )


def by_points(s: SettingValues) -> Text:
    """2.2 in words."""
    return (
        f"积分升级：银卡升金卡{s.points_to_gold}分，金卡升钻石卡{s.points_to_diamond}分，逐级办理，积分即时扣除，不足不予办理；"
        "不得升至本级或更低等级；有效期不变。要求更高等级的权利，等级不足。",
        f"A rise by points: {s.points_to_gold} from silver to gold, {s.points_to_diamond} from gold to "
        "diamond, one level at a time; they are consumed, and too few are refused. The own or a lower "
        "level is refused; the last valid day stays. A right of a higher level is refused.",
    )


def first(s: SettingValues) -> Text:
    """3.1 in words."""
    items = [named(item, LABELS) for item in s.first_visit_items]
    zh, en = (
        "、".join(z for z, _ in items) or "无",
        ", ".join(e.lower() for _, e in items) or "none",
    )
    return (
        f"免费初诊一次：会员首次就诊账单上的{zh}免费。账单注明首诊的为首诊；未注明的，以此前（无论是否会员、是否持卡）没有账单和就诊为首诊。"
        "该账单即用完本权利，不论是否含所列项目。",
        f"Free first consultation, once: on the first-visit bill these cost nothing: {en}. A bill is the "
        "first visit if it says so; without a word, if the person has had no bill or visit before, as "
        "a member or not. That bill uses the right up, even if it has none of the items.",
    )


def prices(s: SettingValues) -> Text:
    """3.4 in words."""
    rows = (s.factor_silver, s.factor_gold, s.factor_diamond)
    zh = "、".join(f"{n[0]}{percent(f)}%" for n, f in zip(TIERS.values(), rows, strict=True))
    en = ", ".join(
        f"{n[1].lower()} {percent(f)} %" for n, f in zip(TIERS.values(), rows, strict=True)
    )
    kinds = [named(code, LABELS) for code in s.discount_categories]
    kinds_zh, kinds_en = "、".join(z for z, _ in kinds), ", ".join(e.lower() for _, e in kinds)
    return (
        f"会员价：{kinds_zh}类项目（含洁牙、矫正）按原价的系数收费：{zh}；高等级系数不高于低等级。",
        f"Preferential prices for {kinds_en} (scaling and orthodontics among it), of the list price: "
        f"{en}. A higher level is never dearer.",
    )


def follow_up(s: SettingValues) -> Text:
    """3.5 in words."""
    return (
        f"诊后回访结果和满意度，问题及时解决：每个有账单或就诊的日子之后第{s.follow_up_days}天零时生成一次回访任务。",
        f"Follow-up after a visit: result and satisfaction, problems solved at once. The task is raised "
        f"at 00:00, {s.follow_up_days} day(s) after each day with a bill or visit, once per such day.",
    )


def included(s: SettingValues) -> Clause:
    """3.7 and 3.8 as text."""
    gold_zh, gold_en = counted(s.included_gold, LABELS)
    more_zh, more_en = counted(s.included_diamond, LABELS)
    return Statement(
        "3.7",
        f"包含项目（每自然年，按次，仅限账单）：金卡 {gold_zh}；钻石卡另加 {more_zh}，两处均列的次数相加；"
        "次数之内免费，升级前已用的次数计入。",
        f"Included items, free per unit on bills while the number of the calendar year lasts: gold "
        f"{gold_en}; diamond the same plus {more_en}, numbers of an item in both added up. What was "
        "used in the year counts over a rise.",
    ).says(
        "各项优惠不叠加，取适用的最低价，逐行四舍五入到分。",
        "No stacking: the lowest of the prices that apply, half-up per line.",
        number="3.8",
    )


def points(s: SettingValues) -> Text:
    """4.1 in words."""
    zh, en = loyalty_words.rate(s.points_per_yuan)
    return (
        f"消费积分：{zh}，每张账单舍去尾数；就诊积分：每次{s.points_per_visit}分，账单不另计就诊。",
        f"For spending: {en}, rounded down per bill. For visits: {s.points_per_visit} points each; a "
        "bill is no visit.",
    )


def uses(s: SettingValues) -> Text:
    """4.2 in words."""
    zh, en = loyalty_words.redemption(s.redemption_list, LABELS)
    return (
        f"积分用途：按目录兑换（{zh}），目录之外不予兑换；升级（见2.2）；抵付账单，每{s.points_per_yuan_off}分抵1元，"
        "价值舍去到分，不超过账单，多出的积分不扣；抵付部分不再积分。超过余额不予办理。",
        f"Uses: items of the list ({en}), others are refused; a rise (2.2); offset of a bill: "
        f"{s.points_per_yuan_off} points are one yuan, rounded down to the fen, never more than the "
        "bill, of which only as many as needed are taken. What is offset earns nothing. More than the "
        "balance is refused.",
    )


def _measures(_s: SettingValues) -> Iterable[Measure]:
    for tier, (zh, en) in TIERS.items():

        def of_tier(entry: Entry, tier: str = tier) -> bool:
            return tier in (entry.body.get("tier"), entry.body.get("to"))

        joined = only(happened("activated"), of_tier)
        yield Measure(f"joined.{tier}", f"入会：{zh}", f"Joined as {en.lower()}", joined)
    yield Measure("left", "退会", "Members who left", happened("ended"))
    yield Measure("fees", "会员费与差额收入", "Fees and differences", came_in("fee"), "yuan")
    yield Measure("rises.fee", "缴费升级", "Rises by fee", only(told("upgrade"), _by_fee))
    yield Measure("rises.points", "积分升级", "Rises by points", only(told("upgrade"), _by_points))
    yield Measure("free", "免费项目次数", "Free units of included items", _free_units)
    yield Measure("points.given", "发放积分", "Points given", gained(POINTS), "points")
    yield Measure(
        "points.taken", "使用与收回积分", "Points used or taken back", lost(POINTS), "points"
    )
    yield Measure("follow-ups", "回访任务", "Follow-ups raised", raised("follow-up"))
    yield Measure("complaints", "投诉", "Complaints", told("record", kind="complaint"))


def _by_fee(entry: Entry) -> bool:
    return entry.body.get("amount") is not None


def _by_points(entry: Entry) -> bool:
    return entry.body.get("amount") is None


def _free_units(entry: Entry) -> int:
    return sum(p.amount for p in entry.postings
               if p.account.startswith("used/") and not p.of_house)  # fmt: skip


MONTHLY = monthly(_measures)
