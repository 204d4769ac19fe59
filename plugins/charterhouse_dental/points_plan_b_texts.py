"""The rules that only plan B has, in words with the hospital's figures."""

from __future__ import annotations

from charterhouse.kernel.settings import SettingValues
from charterhouse_dental.loyalty_words import redemption
from charterhouse_dental.points_plan_clauses import LIFETIME
from charterhouse_dental.points_plan_texts import Rules, common, level_table
from charterhouse_dental.points_plan_words import LABELS

SERVICES = (
    "cleaning-ultrasonic", "cleaning-sandblast", "child-fluoride", "child-sealant", "facial-care",
    "herbal-therapy",
)  # fmt: skip


def prices(s: SettingValues) -> dict[str, int]:
    """Service → points, as the hospital sets them."""
    return {code: getattr(s, f"points_{code.replace('-', '_')}") for code in SERVICES}


def rules(s: SettingValues) -> Rules:
    """The whole document of plan B."""
    return {**common(s), **_POINTS, **_levels(s), **_catalogue(s), **_handed_out(s), **_follow(s)}


_POINTS: Rules = {
    "3.4": (
        f"两种积分：可兑换积分（{LABELS[LIFETIME][0]}）终身累计，不因兑换减少，仅因退款减少；可用积分＝累计积分减已兑换积分。均自第一张账单起算。",
        "Two figures: redeemable points are cumulative for life, never lowered by a redemption, only "
        "by a refund; available points are these minus what was redeemed. Both start with the first "
        "bill.",
    ),
    "3.5": (
        "积分不过期，年末不变；原积分转入时两者相同。",
        "Points do not expire, and nothing changes at a year's end. A legacy member's points come in "
        "as both figures.",
    ),
    "3.6": (
        "退款从两种积分中扣回该账单的积分；可用积分可为负，补足之前不得兑换。",
        "A refund takes the bill's points back from both figures. The available points may go below "
        "zero; then nothing can be redeemed until they suffice again.",
    ),
}


def _levels(s: SettingValues) -> Rules:
    if not s.reception_levels:
        none_zh, none_en = "本方案不设等级", "This plan has no levels"
        return {
            "4.1": (f"{none_zh}，不保留接待等级。", f"{none_en}, and keeps none for reception."),
            **dict.fromkeys(("4.2", "4.3", "4.4"), (f"{none_zh}。", f"{none_en}.")),
        }
    zh, en = level_table(s)
    return {
        "4.1": (
            f"本方案不设等级奖励；等级仅用于接待（第8章）和会员卡：{zh}，满足任一即可；兑换不降低等级，仅退款重新计算，不低于普通会员（低于条件的予以标记）。",
            f"The plan itself knows no levels; their names are kept for reception (8) and card only: "
            f"{en}; either is enough. Redemption does not lower them, a refund does, never below the "
            "ordinary level (a member below its conditions is flagged). There are no level gifts and "
            "no yearly services.",
        ),
    }


def _catalogue(s: SettingValues) -> Rules:
    services, products = redemption(prices(s), LABELS), redemption(s.product_points, LABELS)
    one, total, age = s.single_ordinary, s.cumulative_ordinary, s.child_age_max
    return {
        "5.1": (
            f"兑换点：单次积分达{one}分或累计积分达{total}分。此前不论可用积分多少均不得兑换，授予的等级不开通；一经达到，退款后仍然有效。",
            f"Redemption point: one bill of {one} points, or {total} in all. Before it nothing is "
            "redeemed, whatever the available points; a granted level does not open it. Once reached "
            "it stays open, also after a refund.",
        ),
        "5.2": (
            f"院内服务积分：{services[0]}；洁牙含抛光和脱敏，窝沟封闭（进口材料）按牙计。积分不足的不予兑换。",
            f"Services, in points: {services[1]}. Cleanings include polishing and desensitising; the "
            "sealant (imported material) is per tooth. With too few points it is refused.",
        ),
        "5.3": (
            f"礼品和口腔保健产品：{products[0]}。",
            f"Gifts and oral-care products, in points: {products[1]}.",
        ),
        "5.4": (
            "每年兑换次数不限，积分足够即可。",
            "There is no limit on redemptions in a year: whoever has the points may collect.",
        ),
        "5.5": (
            "仅会员可以兑换；领取时扣减积分。",
            "Only members redeem; the points are taken off when the item is collected.",
        ),
        "5.6": (
            "服务可以转赠；积分从会员卡扣减，须出示会员卡。本人兑换无需出示。没有实体卡的，以身份证件或会员手机确认代替；已挂失的卡无效，补发的新卡有效。",
            "Services may be passed on; the points are deducted against the member's card, which is "
            "presented. For an own redemption nothing is shown. Without a physical card the identity "
            "document or a confirmation on the member's telephone takes its place. A card reported "
            "lost does not serve; its replacement does.",
        ),
        "5.7": (
            f"儿童项目须注明受治儿童，兑换当日不超过{age}周岁（含）；不限本人子女，无需事先登记。未注明儿童或出生日期不详的不予兑换。",
            f"Child items name a child treated of at most {age} completed years on the day of the "
            "redemption; it need not be the member's own nor be named beforehand. Without a child, or "
            "with an unknown birth date, the redemption is refused.",
        ),
        "5.9": (
            "新诊患者免收挂号费的规定（9.4）适用。",
            "The waiver of the registration fee for a first-time patient (9.4) applies.",
        ),
    }


def _handed_out(s: SettingValues) -> Rules:
    if s.delivery_mode == "card":
        months = s.service_card_months
        end_zh = f"自兑换之日起{months}个月内有效，逾期作废" if months else "长期有效"
        end_en = f"valid for {months} months from the redemption" if months else "without an end"
        zh = f"兑换服务发放服务卡，以后使用，{end_zh}；使用前可退回，积分返还，使用后不退；产品领取后不退。"
        en = (
            f"The redemption of a service hands out a service card that is used later, {end_en}. "
            "Before the use it may be given back and the points return; after it not, nor a product."
        )
        mode = ("发放服务卡（见5.8）。", "By service card (5.8).")
    else:
        zh = "领取和使用在同一次就诊，兑换即写入9.4的记录，不得退回。"
        en = (
            "Collection and use fall on one visit; the redemption writes the entries of 9.4 and "
            "cannot be given back."
        )
        mode = (
            "登记领取，领取和使用在同一次就诊。",
            "Registered: collection and use fall on one visit.",
        )
    return {
        "5.8": (zh, en),
        "9.1": (
            "达到兑换点或积分足够时，收费室和前台提醒会员可兑换的项目。",
            "When the redemption point is reached, or the points suffice, cashier and reception tell "
            "the member what can be redeemed.",
        ),
        "9.3": mode,
        "9.5": (
            "礼品和产品按5.3的积分兑换，本方案没有按等级购买的礼品。",
            "Gifts and products are redeemed by 5.3; there are no gifts bought by level.",
        ),
    }


def _follow(s: SettingValues) -> Rules:
    months = s.cleaning_cycle_months
    return {
        "10.3": (
            "每月1日市场部编制上月达到兑换点和已兑换的会员名单。兑换即领取，没有未领取的奖励。",
            "On the first day of each month marketing compiles the members who reached the redemption "
            "point or redeemed in the month before. A redemption is a collection: nothing stays "
            "uncollected.",
        ),
        "10.5": (
            f"没有免费洁牙：自最近一次洁牙（转赠的不计；没有的自入会之日）起每{months}个月，仅提醒可用积分支付。",
            f"There is no free cleaning: {months} month(s) after the last own cleaning, else after "
            "admission, the reminder says only that points can pay for it.",
        ),
    }


__all__ = ["SERVICES", "prices", "rules"]
