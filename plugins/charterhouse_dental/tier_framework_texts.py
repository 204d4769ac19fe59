"""The words of the framework in which a clinic defines its tiers itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse_dental.words import listed, named

SERVICES: dict[str, Text] = {
    "priority-booking": ("会员预约", "Priority booking"),
    "waiting-room": ("会员候诊室", "Members' waiting room"),
    "queue-priority": ("会员轮候", "Called before others"),
    "exclusive-doctor": ("会员专属医生", "Exclusive doctor"),
    "member-welfare": ("会员福利", "Gifts and favours"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **SERVICES,
    "tier-a": ("甲级会员", "Tier A"),
    "tier-b": ("乙级会员", "Tier B"),
    "tier-c": ("丙级会员", "Tier C"),
    "tier-d": ("丁级会员", "Tier D"),
    "agreement": ("交费协议", "Payment agreement"),
    "booking_hours": ("剩余预约时长", "Booking hours left"),
    "tier-count": ("等级数量不在建议范围", "More or fewer tiers than advised"),
}

APPLYING: Text = (
    "申请须指明等级并附签署的交费协议，缺少协议为材料不全；未指明等级或等级不存在的不予受理。持有有效会员资格的不得"
    "重复申请。无需审核，受理即获准，应缴该等级会员费。",
    "An application names the tier and contains the signed agreement; without it it is incomplete, "
    "and without a tier or with an unknown one it is refused. Nobody holds two memberships in force. "
    "There is no review: an accepted application is approved at once and owes the tier's fee.",
)
PAYING: Text = (
    "自缴清会员费之日起成为会员；不足不予办理，申请仍然有效。仅有协议或仅缴费均不成为会员。",
    "The membership starts with the payment of the full fee, on that day. Less is refused and the "
    "application stays open. Agreement alone or payment alone makes no member.",
)
QUEUE: Text = (
    "同一时段先叫享有会员轮候者，其余在后，同类人员按预约先后顺序。",
    "For the same slot persons with queue priority are called first, the others after them, each "
    "group in the order of booking.",
)
RENEWAL: Text = (
    "按期缴费续期的，新一期自届满次日起算；逾期的自缴费之日起算。届满后失效，不享受任何权益。续期保持原等级，"
    "按当日会员费缴纳，不足不予办理。",
    "Paying the fee in time adds a term from the day after the last valid day; after the end a new "
    "term starts on the day of payment. After the end there is no right. A renewal keeps the tier "
    "and costs its fee of the day; less is refused.",
)
RISE: Text = (
    "期内升级须补足现行会员费的差额，届满日不变；不足不予办理，同级或低级不予办理；低级只可在期满后重新申请。",
    "A rise during the term costs the difference of the fees in force, the last valid day unchanged; "
    "less is refused, and so is the same or a lower tier: that can be chosen only for the next term, "
    "by a new application after the end.",
)
LEAVING: Text = (
    "会员可随时退会，即时终止，已缴费用不予退还。",
    "A withdrawal ends the membership at once; nothing is paid back.",
)
INCOME: Text = (
    "收入按两种口径：现金收入计于缴费当日；记账收入将会员费按期限各月平均确认，每月结束时确认一次，四舍五入到分，余额递延，"
    "末月计尾差；升级差额在剩余各月分摊。",
    "Two views of income: cash on the day of payment, and booked income, for which the fee is "
    "recognised evenly over the months of its term, each month when it is over, half-up to the fen, "
    "the last month taking the rounding difference; the rest is deferred. A fee difference is spread "
    "over the months that remain.",
)
CHANGES: Text = (
    "多渠道推广，持续收集患者反馈，据以调整方案。正在进行的期限保持其等级、会员费、服务、价格系数和届满日；新表自生效日起适用于"
    "申请、升级和续期。",
    "The scheme is promoted over several channels; feedback is collected continuously and the scheme "
    "adjusted. A running term keeps its tier, fee, services, price factor and last day; a new table "
    "holds for applications, upgrades and renewals from its effective day on.",
)

STATEMENTS = (
    Statement(
        "2.1",
        "各等级均有交费协议，载明会员费及缴纳方式；签署前告知该等级的会员费、服务和优惠。",
        "Every tier has a payment agreement with fee structure and way of paying. Before signing the "
        "customer is told the fee, the services and the offers of the tier.",
    ),
    Statement(
        "5.2",
        "每月报表：各等级的现金收入、确认收入和递延收入，以及以后月份的预约量。",
        "Report per month: cash, recognised and deferred income by tier, and the bookings made for "
        "later months.",
    ),
    Statement(
        "6.2",
        "目标：提高满意度和复诊，收入稳定可预期，记账收入与现金收入合理结合。",
        "Aims: satisfaction, more re-visits, stable and foreseeable income, a sound combination of "
        "booked and cash income.",
    ),
    Statement(
        "D.1",
        "剩余预约时长指本人尚未使用的预约小时数，为可选条件。消费条件是选择等级的条件，不自动升级，仍须协议和会员费。"
        "三至四个等级为建议，不是限制。",
        "The remaining booking time is the number of unused booking hours, an optional criterion. "
        "Spending criteria are conditions for choosing a tier, no automatic rise: fee and agreement "
        "are always needed. Three or four tiers are advised, not demanded.",
    ),
)  # fmt: skip
"""Rules that ask nothing of the system."""


def table(tiers: Mapping[str, Mapping[str, Any]]) -> Text:
    """1.1 in words."""
    rows_zh, rows_en = [], []
    for tier, row in tiers.items():
        name, fee = named(tier, LABELS), show_fen(row["fee"])
        rows_zh.append(f"{name[0]}{fee}元、{row['term_months']}个月")
        rows_en.append(f"{name[1]} {fee} yuan for {row['term_months']} months")
    return (
        f"会员等级由门诊自定，按会员费由低到高：{'；'.join(rows_zh)}。建议设三至四个等级，超出时予以提示。",
        f"The tiers are the clinic's own, ordered by their fee: {'; '.join(rows_en)}. Three or four "
        "are advised; another number is flagged.",
    )


def conditions(tiers: Mapping[str, Mapping[str, Any]]) -> Text:
    """1.2 in words."""
    rows_zh, rows_en = [], []
    for tier, row in tiers.items():
        zh, en = zip(*_asked(row), strict=True) if any(_asked(row)) else ((), ())
        if zh:
            rows_zh.append(f"{named(tier, LABELS)[0]}：{'、'.join(zh)}")
            rows_en.append(f"{named(tier, LABELS)[1]}: {', '.join(en)}")
    return (
        f"等级可附条件：{'；'.join(rows_zh) or '未设条件'}。所设各项在申请或升级时均须达到（含本数），续期不再要求；"
        "未设条件的由客户按需选择。",
        f"A tier may have conditions: {'; '.join(rows_en) or 'none are set'}. Figures that are set must "
        "all be reached at the time of the application or upgrade, inclusive; a renewal asks for none. "
        "Without figures the customer chooses freely.",
    )


def _asked(row: Mapping[str, Any]) -> list[Text]:
    found: list[Text] = []
    if row["min_spend_total"] is not None:
        yuan = show_fen(row["min_spend_total"])
        found.append((f"累计消费{yuan}元", f"cumulative spending {yuan} yuan"))
    if row["min_spend_count"] is not None:
        found.append((f"消费{row['min_spend_count']}次", f"{row['min_spend_count']} spendings"))
    if row["min_booking_hours"] is not None:
        hours = row["min_booking_hours"]
        found.append((f"剩余预约时长{hours}小时", f"{hours} booking hours left"))
    return found


COUNTERS: Text = (
    "消费自首张账单起累计，不论是否会员（实际支付减退款；一次消费指仍有支付的一张账单）。预约时长由申请载明，未载明为0，"
    "并留存供以后升级使用。",
    "Spending counts from the first bill at the clinic, member or not (money really paid less "
    "refunds; one spending is one bill of which something stays paid). Booking hours are stated in "
    "the application (not stated: 0) and kept for a later upgrade.",
)


def services(tiers: Mapping[str, Mapping[str, Any]]) -> Text:
    """3.1 in words."""
    zh = "；".join(
        f"{named(t, LABELS)[0]}：{listed(row['services'], SERVICES)[0]}" for t, row in tiers.items()
    )
    en = "; ".join(
        f"{named(t, LABELS)[1]}: {listed(row['services'], SERVICES)[1]}" for t, row in tiers.items()
    )
    return (
        f"各等级仅享本行所列服务，不限次数，高等级不自动包含低等级：{zh}。本等级没有的不予提供。",
        f"A tier has exactly the services of its row, without quota; a higher tier does not inherit: "
        f"{en}. A service that the own tier lacks is refused.",
    )


def prices(tiers: Mapping[str, Mapping[str, Any]]) -> Text:
    """3.3 in words."""
    zh = "、".join(f"{named(t, LABELS)[0]}{percent(row['factor'])}%" for t, row in tiers.items())
    en = ", ".join(f"{named(t, LABELS)[1]} {percent(row['factor'])} %" for t, row in tiers.items())
    return (
        f"账单各项按等级系数收费（{zh}），每行四舍五入到分，活动价更低的从低，不叠加；没有有效会员资格的按原价或活动价收费。",
        f"Every bill line costs the factor of the tier ({en}), half-up to the fen per line; a lower "
        "activity price wins, nothing stacks. Without a membership in force the list or activity price "
        "is paid.",
    )
