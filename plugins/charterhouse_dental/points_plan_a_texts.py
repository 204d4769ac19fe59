"""The rules that only plan A has, in words with the hospital's figures."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.points_plan_clauses import LEVELS
from charterhouse_dental.points_plan_clauses_rewards import CHILD_CARE, ONCE, YEARLY
from charterhouse_dental.points_plan_texts import Rules, common
from charterhouse_dental.points_plan_words import LABELS


def rules(s: SettingValues) -> Rules:
    """The whole document of plan A."""
    return {**common(s), **_POINTS, **_rewards(s), **_children(s), **_handed_out(s), **_follow(s)}


_POINTS: Rules = {
    "3.4": (
        "积分为终身积分，不分可兑换与可用，发放奖励不扣减积分。",
        "Points are lifetime points: there are no redeemable and available ones, and nothing is "
        "deducted when rewards are given.",
    ),
    "3.5": ("积分不过期。", "Points do not expire."),
    "3.6": (
        "退款时按账单净额重新计算积分并扣回差额，“单次”亦按净额判断，等级重新计算（见5.10）。",
        "A refund takes points back: those of the bill are computed anew from its net amount and the "
        "difference is taken off; “single” is judged by the net amount; the level is computed anew "
        "(5.10).",
    ),
}


def _rewards(s: SettingValues) -> Rules:
    zh, en = _table(s)
    return {
        "5.1": (
            f"各等级奖励——{zh}。本等级的奖励用完即止；本等级没有的，更高等级才有的为等级不足，否则不予提供。",
            f"Rewards by level. {en}. A reward of the own level ends with its number; one that the "
            "level lacks is refused.",
        ),
        "5.2": (
            "年度指自然年。年度奖励自达到等级的当年起、按全年计；12月31日结束时未使用的作废，次年按规定次数重新开始，不结转。",
            "A year is a calendar year. Yearly rewards run from the year in which the level is "
            "reached, that year in full. What is unused at the end of 31 December is cancelled; "
            "nothing is carried over.",
        ),
        "5.3": (
            "一次性奖励（礼品及“一次”的服务）在以积分达到等级时发放；连升数级的只发所达到等级的。此前等级的保留至领取或使用。"
            "每个等级只发一次；被收回（5.10）后再次达到该等级的重新发放。较晚入会的，按入会时的等级发放。",
            "One-off rewards (the gift and the “once” services) are granted when a level is reached by "
            "points; jumping over levels grants those of the level reached only. Those of an earlier "
            "level stay until collected or used. Each level's are granted once; after they were "
            "revoked (5.10) again when the level is reached again. Who is admitted late has those of "
            "the level on admission.",
        ),
        "5.4": (
            "升级时新等级的年度项目取代原项目，当年已用次数按项目累计；仅年度次数的使用计入。两者并存时先用年度的。",
            "On a rise the new level's yearly list replaces the old one, and uses of the year count "
            "on, by service; only uses taken from the yearly number do. Where a one-off exists too, "
            "the yearly one is taken first.",
        ),
        "5.5": (
            "礼品每人每等级一份，价值按等级而非实际消费；可用同价位的医院现有产品代替。",
            "The gift is given once per level and member. Its value follows the level, not the amount "
            "spent; an existing hospital product of the same price band may be given instead.",
        ),
        "5.6": (
            "授予的等级立即享有年度奖励、VIP诊室和接待待遇，但没有一次性奖励；一次性奖励随积分等级，积分等级每次提升发放所达等级的。",
            "A granted level brings the yearly rewards, the VIP room and the reception at once, but "
            "no one-offs: these follow the level by points, and each rise of it grants the reached "
            "level's.",
        ),
        "5.7": (
            "原积分转入的会员，入会之日即为以积分达到等级：发放一次性奖励和当年全部年度奖励。",
            "A legacy member has reached the level by points on the day of admission: one-offs and "
            "the full yearly rewards of that year are granted.",
        ),
        "5.9": (
            "赠送的服务可以转赠任何人，计入会员本人次数；实物礼品在领取之前不得转赠。",
            "Gifted services may be passed on to anybody and count against the member's own number. "
            "The goods gift cannot be passed on before it is collected.",
        ),
        "5.10": (
            "退款后：属于失去等级且未领取、未使用的全部收回，代之以剩余积分等级的奖励（同一项目已用的从中抵扣，不低于0）。"
            "已领取或已使用的保留；剩余等级不能涵盖的予以标记，由人工处理。授予等级保留，只收回以积分获得的一次性奖励。"
            "已领取的失去等级的礼品取代较低等级的礼品。低于普通会员条件的仍为普通会员并予标记，未领取的普通会员礼品收回。",
            "After a refund: what belonged to the lost level and is uncollected or unused is revoked, "
            "and the rewards of the level by points that remains come in its place (uses of the same "
            "service count against them, never below 0). What was collected or used is kept; what of "
            "it the remaining level does not cover is flagged for a person. A granted level stays, "
            "and only one-offs by points are revoked. A collected gift of the lost level takes the "
            "place of the lower level's. Below the ordinary level a member stays an ordinary one, "
            "flagged; an uncollected ordinary gift is revoked.",
        ),
    }


def _table(s: SettingValues) -> Text:
    zh, en = [], []
    for level in LEVELS:
        fen = show_fen(getattr(s, f"gift_budget_{level}"))
        row_zh, row_en = (
            [f"口腔保健礼品一份（{fen}元）"],
            [f"an oral-care gift bought for {fen} yuan"],
        )
        for code in ONCE[level]:
            if not code.startswith("gift-"):
                row_zh.append(f"{LABELS[code][0]}一次")
                row_en.append(f"{LABELS[code][1].lower()} once")
        for code, per in YEARLY.items():
            if level in per:
                row_zh.append(f"{LABELS[code][0]}每年{per[level]}次")
                row_en.append(f"{LABELS[code][1].lower()} {per[level]} a year")
        if level == LEVELS[-1]:
            row_zh.append(f"{LABELS[CHILD_CARE][0]}每名儿童每年1次")
            row_en.append("children's caries prevention (full mouth) once per child and year")
        zh.append(f"{LABELS[level][0]}：{'、'.join(row_zh)}")
        en.append(f"{LABELS[level][1]}: {', '.join(row_en)}")
    return (
        f"{'；'.join(zh)}；洁牙均含抛光和脱敏；VIP诊室：VIP可预约，钻石VIP每次就诊",
        f"{'; '.join(en)}. Cleanings include polishing and desensitising. VIP room: by booking for "
        "VIP, at every visit for diamond VIP",
    )


def _children(s: SettingValues) -> Rules:
    age = s.child_age_max
    return {
        "5.8": (
            f"儿童防龋保健：适用于事先登记的、本户{age}周岁以下（含{age}周岁，生日当天满岁）的儿童，每名每自然年一次；"
            "也可由其他家庭的儿童（年龄相同要求）代替一名已登记儿童使用。剩余次数＝当日适龄且当年未做的已登记儿童数，减去当年给予其他儿童的次数。"
            "每次使用须注明儿童。",
            f"Children's caries prevention: for children of the member's home up to {age} completed "
            "years (inclusive, reached on the birthday) who were named beforehand; once per calendar "
            "year for each. A child of another home may have it in the place of a named one, with "
            "the same age rule. Left: named children in age today that have not had it this year, "
            "less the times it was given to others. A use always names the child.",
        ),
    }


def _handed_out(s: SettingValues) -> Rules:
    if s.delivery_mode == "card":
        months = s.service_card_months
        zh = f"赠送服务以服务卡发放：一次性服务自发放之日起{months}个月内使用，逾期作废；年度服务以年底为限。"
        en = (
            f"Gifted services are service cards: a one-off one is used within {months} months from "
            "the day on which it was granted, later it is void; yearly ones end with the year."
        )
    else:
        zh = "赠送服务不发卡：会员到院，领取和使用在同一次就诊并记入电子档案；一次性服务无期限。"
        en = (
            "Gifted services are registered without a card: collection and use fall on one visit and "
            "are noted in the electronic file. One-off services then have no end."
        )
    steps = [
        (getattr(s, f"single_{level}"), show_fen(getattr(s, f"gift_budget_{level}")))
        for level in LEVELS
    ]
    return {
        "9.1": (
            "达到奖励标准时收费室提醒会员；收费室和前台告知现有权益并发放礼品。",
            "When a reward standard is reached the cashier reminds the member; cashier and reception "
            "tell the present benefits and hand out the gift.",
        ),
        "9.3": (zh, en),
        "9.5": (
            f"普通礼品成本按消费分四档：{'、'.join(f'{one}—{fen}元' for one, fen in steps)}，只有这四档。",
            "Cost of ordinary gifts, in four steps of spending only: "
            f"{', '.join(f'{one} for {fen} yuan' for one, fen in steps)}.",
        ),
    }


def _follow(s: SettingValues) -> Rules:
    months = s.cleaning_cycle_months
    return {
        "10.3": (
            "每月1日市场部编制上月达到奖励的会员名单和上月末仍未领取的奖励名单（礼品和一次性服务，不含年度服务）。"
            "对名单上的每位会员，管理员有一项回访任务并通知会员；最后一日领取的不列入。未领取的每月列入，直至领取；每位会员同时只有一项任务，"
            "最后一项奖励领取、收回或失效时结束。",
            "On the first day of each month marketing compiles the members who reached a reward in the "
            "month before, and the rewards uncollected at that month's end: gifts and one-off "
            "services, not yearly ones. The administrator has a follow-up task for each member on it "
            "and notifies the member. What was collected on the last day is not listed; the rest is, "
            "each month until collected. One task is open at a time, until the last reward listed is "
            "collected, revoked or has lapsed.",
        ),
        "10.5": (
            f"洁牙提醒：自会员本人最近一次洁牙（转赠的不计；没有的自首次达到含洁牙的等级）起每{months}个月，当年仍有未用洁牙的，电话提醒；"
            "当时没有的，自有之日提醒。适用于所有含洁牙的等级。",
            f"Cleaning reminder by telephone, {months} month(s) after the member's own last cleaning "
            "(one passed on does not count), else after the first level with one was reached, and so "
            "on, when a cleaning of the year is unused; if none is, on the day on which one becomes "
            "available. This holds for every level with a cleaning.",
        ),
    }


__all__ = ["rules"]
