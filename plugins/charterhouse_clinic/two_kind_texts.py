"""The words of the two-kind card that the clause library does not bring."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_clinic.words import named

RECENT = "recent"
"""The counter of what was spent in the window."""

TIERS: dict[str, Text] = {
    "ordinary": ("普通会员卡", "Ordinary card"),
    "vip": ("VIP会员卡", "VIP card"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "first-visit": ("初诊办卡", "At the first visit"),
    "referral": ("推荐办卡", "By recommendation"),
    "personal-service": ("个性化服务", "Personalised service"),
    "card-offer": ("办卡意向", "Card offered"),
    "card-lost": ("遗失会员卡", "Card lost"),
    "card-damaged": ("损坏会员卡", "Card damaged"),
    "registered": ("已登记", "Registered"),
    "carded": ("已办卡", "Took a card"),
    "visited": ("已就诊", "Visited"),
    "admitted": ("已住院", "Admitted"),
    "joined": ("已入会", "Joined"),
    "covered": ("仅指定项目", "Designated items only"),
    "all": ("全部项目", "All items"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
    "spend/recent": ("近期消费", "Recent spending"),
}
ROLES: dict[str, Text] = {
    "front-desk": ("前台", "Front desk"),
    "manager": ("诊所管理人员", "Management of the clinic"),
}


def texts(s: SettingValues) -> dict[str, Text]:
    """Number → words, with the tenant's figures."""
    return {**_general(), **_kinds(s), **_issue(s), **_use(s), **_upkeep(s), **_administration()}


def _general() -> dict[str, Text]:
    return {
        "1.1": (
            "依据消费者权益保护、药品管理等法律法规，结合本诊所实际制定。",
            "It rests on consumer-protection and medicine-administration law and the clinic's own "
            "situation.",
        ),
        "1.2": (
            "本制度适用于会员卡的发放、使用、保管和管理。",
            "It covers issue, use, upkeep and administration of the cards.",
        ),
        "1.3": (
            "会员卡是面向特定客户群的营销手段，用以增加客户和复诊、提高忠诚度和经济效益。",
            "The card is a marketing instrument for a defined group: more customers, more return "
            "visits, loyalty, better economics.",
        ),
    }


def _kinds(s: SettingValues) -> dict[str, Text]:
    ordinary, vip = (percent(s.price_factor[tier]) for tier in ("ordinary", "vip"))
    spend, months, years = show_fen(s.vip_spend), s.vip_window_months, s.vip_after_years
    return {
        "2.1(1)": (
            f"普通会员卡：面向一般客户，享受优惠政策：指定项目按{ordinary}%收费并积分。",
            f"Ordinary card, for general customers: designated items at {ordinary} %, and points.",
        ),
        "2.1(2)": (
            f"VIP会员卡：面向老客户或高消费客户，不接受直接申请；指定项目按{vip}%收费并积分，另享个性化服务。",
            "VIP card, for long-standing or high-spending customers; nobody applies for it directly. "
            f"Designated items at {vip} %, points, and personalised service.",
        ),
        "2.1a": (
            f"最近{months}个月实际支付（出示有效会员卡的全部账单）达到{spend}元的普通会员，自下一账单起自动成为VIP会员；"
            + (f"入会满{years}年的会员自动成为VIP会员；" if years else "")
            + "老客户由诊所说明理由授予，已是会员的有效期不变。不降级。",
            f"An ordinary member whose bills with the valid card come to {spend} yuan really paid in "
            f"the last {months} months is VIP from the next bill on"
            + (f"; so is a member of {years} years" if years else "")
            + ". Long-standing customers are granted it by the clinic, with a reason; a member's term "
            "stays. There is no downgrade.",
        ),
    }


def _issue(s: SettingValues) -> dict[str, Text]:
    fee = show_fen(s.card_fee)
    return {
        "2.2(1)": (
            "新客户：初诊时由诊所主动提供申请资料，客户同意并交申请表方可办卡，每人一卡；未同意的不办卡，可记录办卡意向。",
            "New customers: at the first visit the clinic itself hands out the application material. A "
            "card needs the customer's consent and the form, one per person; without consent there is "
            "none, and the offer may be logged.",
        ),
        "2.2(2)": (
            f"推荐：鼓励老客户推荐新客户；被推荐人办卡后，推荐人得{s.referral_points}分，每名被推荐人一次；"
            "仅登记、重复推荐或推荐人会员卡无效的，予以记录，不予积分。",
            "Recommendation: existing customers are encouraged to recommend new ones. When the "
            f"recommended person holds a card the recommending member gets {s.referral_points} points, "
            "once for that person. A mere registration, a second report of the same person, or one "
            "by somebody without a valid card is recorded and earns nothing.",
        ),
        "2.2a": (
            f"办卡费{fee}元。申请经诊所批准后生效；收费的，缴费后生效，不予退还。",
            f"The card costs {fee} yuan. An application is approved by the clinic; the card is active "
            "at approval or, with a fee, on payment, and fees are not given back.",
        ),
    }


def _use(s: SettingValues) -> dict[str, Text]:
    items_zh, items_en = named(s.covered_items, LABELS)
    everywhere = s.points_on == "all"
    return {
        "3.1": (
            "就诊时须主动出示会员卡；未出示的按活动价（无活动价按原价）收费，不积分、不兑换、不享受优惠。",
            "The card is shown unprompted at the visit; without it the activity price, else the list "
            "price, no points, no redemption, no preferential policy.",
        ),
        "3.2": (
            f"积分按数量兑换诊所的商品或服务，以余额为限；自获得之日起{s.points_valid_months}个月内使用，先得先用，逾期作废。",
            "Points are redeemed by number for goods and services of the clinic, up to the balance, "
            f"within {s.points_valid_months} months of being earned, oldest first; then they are void.",
        ),
        "3.3": (
            "仅限本人使用，不得转让、转借；为他人出示的按原价收费，不积分，并予记录。",
            "Holder only: no transfer, no lending. Held out for somebody else it gives no right and no "
            "points, and that is recorded.",
        ),
        "3.4": (
            f"优惠仅限诊所指定项目（{items_zh}），不得跨项目使用；其他项目按全价收费"
            + ("，但全部项目均积分" if everywhere else "，不积分")
            + f"。每实际支付1元积{s.points_per_yuan}分，每张账单舍去不足1分的部分；退款按原支付方式退回，积分相应扣回。",
            f"Preferential policies hold only for the designated items ({items_en}), not across items; "
            "others are charged in full"
            + (", but every item earns points" if everywhere else " and earn no points")
            + f". Each yuan really paid earns {s.points_per_yuan} point(s), whole points rounded down "
            "per bill. A bill taken back is given back the way it was paid, and its points are taken "
            "back.",
        ),
    }


def _upkeep(s: SettingValues) -> dict[str, Text]:
    fee, renewal = show_fen(s.reissue_fee), show_fen(s.renewal_fee)
    return {
        "4.1": (
            f"遗失须及时告知诊所并补办新卡，补卡费{fee}元；有效期、积分和消费转入新卡，旧卡作废。自挂失至缴费期间不享受任何权益。",
            f"The customer tells the clinic of a loss promptly and pays {fee} yuan for a new card. Term, "
            "points and spending move to it, the old one is void; from the report to the payment there "
            "are no rights.",
        ),
        "4.2": (
            f"会员卡有效期{s.term_months}个月，到期由客户续卡（{renewal}元）：到期前续卡自最后有效日次日起算，逾期自续卡日起算。"
            "到期未续的不享受优惠、不积分、不兑换，积分保留但有效期照计。",
            f"A card is valid for {s.term_months} months and renewed by the customer for {renewal} yuan: "
            "before the end the new term starts the day after the last valid day, later on the day of "
            "renewal. Expired there is no preferential policy, no earning and no redeeming; points are "
            "kept but their time runs on.",
        ),
        "4.3": (
            "会员卡须妥善保管，不得遗失、损坏；屡次或故意的，诊所可说明理由终止会员资格，不自动终止。",
            "The card is kept safely; loss or damage is forbidden. Repeated or deliberate, the clinic "
            "may end the membership with a reason, never automatically.",
        ),
    }


def _administration() -> dict[str, Text]:
    return {
        "5.1": (
            "诊所建立会员卡档案、使用记录和积分账户。",
            "The clinic keeps card files, records of use and points accounts.",
        ),
        "5.2": (
            "定期统计会员卡使用情况，据此调整政策；调整自公布的生效日起适用，各版本均予保存。",
            "Statistics of the use of the cards are drawn up at regular intervals and policies adjusted "
            "by them; a change holds from the day announced, and every version is kept.",
        ),
        "5.3": (
            "宣传会员卡，发展持卡客户，提高使用率。",
            "The card is publicised; more holders and more use are aimed at.",
        ),
    }
