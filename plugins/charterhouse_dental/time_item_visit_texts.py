"""The words of the dental charter with time, item and visit plans."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.words import named

LABELS: dict[str, Text] = {
    **COMMON,
    "time": ("时间型会员", "Time plan"),
    "item": ("项目型会员", "Item plan"),
    "visit": ("访问型会员", "Visit plan"),
    "affiliate": ("附属会员", "Affiliate of a time plan"),
    "kind": ("会员类型", "Kind of plan"),
    "months": ("期限（月）", "Period in months"),
    "root-canal": ("根管治疗", "Root canal"),
    "orthodontics": ("牙齿矫治", "Orthodontics"),
    "scaling": ("洁牙", "Scaling"),
    "x-ray": ("X线检查", "X-ray"),
    "any-time-visit": ("随到随诊", "Come at any time"),
    "expert-doctors": ("专业荟萃", "Highly skilled doctors"),
    "customer-service": ("会员客服", "Member customer service"),
    "member-events": ("会员活动", "Member events"),
    "training": ("培训", "Training"),
    "item-completed": ("项目完成", "Item completed"),
}

PERSONAL: Text = (
    "届满后按原价或活动价收费，各项权益终止。",
    "After the last day the list or activity price is paid and privileges end.",
)
EXPERTS: Text = ("专业荟萃：高水平医生，各类型会员均享。", "Highly skilled doctors: all plans.")
CARE: Text = (
    "会员客服、会员活动和培训，各类型会员均享。",
    "Member customer service, member events, training: all plans.",
)
BOOKING: Text = (
    "优先预约，减少等候和排队，各类型会员均享；同一时段会员先于其他人，同类人员按预约先后顺序。",
    "Priority booking, less waiting and queueing: all plans. In the queue of a slot members come "
    "before others, each group in the order of booking.",
)
STATEMENTS = (
    Statement(
        "2.1",
        "价格优惠仅限时间型和项目型会员。",
        "Discount: time and item plans only.",
    ),
    Statement(
        "2.6",
        "预期优势：信任、满意，服务更好更充分。",
        "Expected advantages: trust, satisfaction, better and fuller service.",
    ),
    Statement(
        "D.1",
        "“限定人数”指一份所涵盖的人数；限制出售份数为可选。访问型不享受价格优惠。价格范围指时间型优惠所适用的账单项目的价格。",
        "The limit of persons is the number of persons covered by one plan; a cap on sales is an "
        "option. The visit plan has no discount. The price range is that of the bill lines to which "
        "the time plan's discount applies.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def plans(s: SettingValues) -> Text:
    """1.1 in words."""
    fees = {6: s.time_fee_6, 12: s.time_fee_12}
    zh = "、".join(f"{n}个月{show_fen(fees[n])}元" for n in s.time_months_allowed)
    en = ", ".join(f"{n} months {show_fen(fees[n])} yuan" for n in s.time_months_allowed)
    item, visit = show_fen(s.item_fee), show_fen(s.visit_fee)
    return (
        f"自缴清价款之日起生效。时间型可选期限：{zh}；项目型{s.item_months}个月{item}元；访问型{s.visit_months}个月{visit}元。"
        "一人同时只能有一份；届满前按同价续期的，自届满次日起延长同一期限；届满后须重新购买。",
        f"A plan starts with the payment of its price. Time plan: {en}; item plan: {s.item_months} "
        f"months {item} yuan; visit plan: {s.visit_months} months {visit} yuan. A person has one "
        "running plan. Renewed with the same price before the end, the same period follows from the "
        "day after it; after the end a plan is bought anew.",
    )


def time(s: SettingValues) -> Text:
    """1.2 in words."""
    least, most = show_fen(s.time_price_min), show_fen(s.time_price_max)
    zh = "不限价格范围"
    en = "whatever the price"
    if s.time_price_min or s.time_price_max:
        zh = (
            f"项目原价（单价乘数量）在{least}元"
            + (f"至{most}元" if s.time_price_max else "以上")
            + "（含）"
        )
        en = f"if its list price lies from {least} yuan" + (
            f" to {most} yuan" if s.time_price_max else " up"
        )
    return (
        f"时间型：口腔科（含未注明科室）除产品外的项目按原价的{percent(s.time_factor)}%收费，{zh}；其余按原价。",
        f"Time plan: every line of the dental department (also when none is named), except products, "
        f"costs {percent(s.time_factor)} % of the list price, {en}; otherwise the list price.",
    )


def item(s: SettingValues) -> Text:
    """1.3 in words."""
    name = named(s.item_code, LABELS)
    zh = "或项目登记完成时（以先到者为准）" if s.item_ends_on_completion else ""
    en = (
        ", or when the item is recorded as completed, whichever is first"
        if s.item_ends_on_completion
        else ""
    )
    return (
        f"项目型：{name[0]}按原价的{percent(s.item_factor)}%收费，其余按原价；于届满日{zh}终止。",
        f"Item plan: {name[1].lower()} costs {percent(s.item_factor)} % of the list price, all other "
        f"lines the list price. It ends at its end date{en}.",
    )


def visit(s: SettingValues) -> Text:
    """1.4 in words."""
    zh = f"特别服务时间：{s.visit_hours}。" if s.visit_hours else ""
    en = f" Special hours: {s.visit_hours}." if s.visit_hours else ""
    return (
        f"访问型：不享受价格优惠，唯其可随到随诊、随时预约并优先治疗。{zh}",
        "Visit plan: no discount; only it may come and book at any time, with priority treatment."
        f"{en}",
    )


def persons(s: SettingValues) -> Text:
    """1.5 in words."""
    zh = (
        f"同时有效的时间型以{s.time_sales_cap}份为限（附属会员不计）"
        if s.time_sales_cap
        else "不限出售份数"
    )
    en = (
        f"at most {s.time_sales_cap} time plans run at a time (affiliates do not count)"
        if s.time_sales_cap
        else "the number of plans is not limited"
    )
    return (
        f"一份时间型含持有人共{s.time_persons}人使用；其他人作为持有人的附属会员加入，不另收费，适用相同系数和届满日，超出人数不予办理；{zh}。",
        f"A time plan covers {s.time_persons} person(s), the holder included. Further persons join as "
        "affiliates of the holder without a fee and share price factor and end date; above the number "
        f"they are refused; {en}.",
    )


def fairness(s: SettingValues) -> Text:
    """2.5 in words."""
    share = percent(s.nonmember_slot_share)
    zh = (
        f"排队的前n位中至少有n×{share}%（向下取整）为非会员，直至其全部就诊"
        if s.nonmember_slot_share
        else ""
    )
    en = (
        f"; of the first n places of a queue at least n × {share} % (rounded down) go to non-members as "
        "long as any wait"
        if s.nonmember_slot_share
        else ""
    )
    return (
        f"公平：不得降低非会员的服务标准{'；' if zh else ''}{zh}。",
        f"Fairness: standards must not drop for non-members{en}.",
    )
