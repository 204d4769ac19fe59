"""The words of the card on plastic or phone that the clause library does not bring."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues
from charterhouse_clinic.words import costed, named

CARRIERS = {"physical": ("实体卡", "Plastic card"), "e-card": ("电子卡", "Electronic card")}
CHANNELS = ("front-desk", "mini-program", "app", "telephone")
BOOKINGS = ("appointment", "consultation", "treatment", "outpatient", "specialist", "exam")

LABELS: dict[str, Text] = {
    **COMMON,
    **CARRIERS,
    "front-desk": ("前台", "Front desk"),
    "mini-program": ("小程序", "Mini-program"),
    "app": ("手机应用", "App"),
    "deregistered": ("会员卡已注销", "Card deregistered"),
    "appointment": ("预约", "Appointment"),
    "lending": ("出借会员卡", "Card lent"),
    "earned": ("消费积分", "Points for spending"),
    "opening": ("期初积分", "Opening points"),
}

ROLES: dict[str, Text] = {
    "front-desk": ("前台", "Front desk"),
    "operator": ("经营者", "Operator"),
    "clinic": ("诊所管理人员", "Management of the clinic"),
}


def texts(s: SettingValues) -> dict[str, Text]:
    """Number → words, with the tenant's figures."""
    return {**_issue(s), **_use(s), **_points(s)}


def _issue(s: SettingValues) -> dict[str, Text]:
    filed = s.design_filed.isoformat()
    return {
        "1": (
            "为规范会员卡管理，提升服务质量、会员满意度和忠诚度，制定本制度。",
            "These rules order the administration of the cards, for better service, satisfaction and "
            "loyalty.",
        ),
        "2": (
            "本制度适用于会员卡的申办、使用、积分和兑换；制度调整自公布的生效日起适用，各版本均予保存。",
            "They cover application, use, points and redemption. A change holds from the day "
            "announced; every version is kept.",
        ),
        "3": (
            f"会员卡是营销工具、服务保障以及健康管理等增值服务的凭证；卡的名称、样式、制作和发行由诊所决定并向经营者备案，"
            f"备案日（{filed}）之前不发卡。",
            "The card is a marketing instrument, a guarantee of service and the credential for "
            "value-added services such as health management. The clinic decides name, design, "
            f"production and release and files them with the operator; no card is issued before the "
            f"filing of {filed}.",
        ),
        "4": (
            "会员凭卡享有权利；特殊情况下可暂时停用，停用期间没有任何权利。"
            f"连续{s.inactivity_months}个月没有消费、兑换或预约的，自满期之日起诊所可予注销并通知会员，"
            "剩余积分作废；不自动注销。",
            "The card gives its holder the rights. In special circumstances it may be suspended; "
            f"meanwhile there are none. After {s.inactivity_months} months without a bill, redemption "
            "or booking the clinic may deregister it from that day on: the member is told and "
            "remaining points are void. This never happens by itself.",
        ),
        "5": (
            "任何人均可自愿申办，不设条件、不收费用，每人一个会员资格，经批准即生效。",
            "Anybody may apply of their own will, without condition or fee, for one membership each; "
            "it is active at approval.",
        ),
        "6": (
            "会员可选实体卡（印有个人资料的塑料卡）或电子卡（手机应用、小程序等），也可兼有；两者对应同一账户。",
            "The member chooses a plastic card with printed personal data, an electronic card by app "
            "or mini-program, or both; they point to the same account.",
        ),
    }


def _use(s: SettingValues) -> dict[str, Text]:
    fee = show_fen(s.loss_fee)
    return {
        "7": (
            "申请人须提供真实、准确、完整的个人资料并对其负责；缺少申请表的申请不予受理。",
            "The applicant gives true, accurate and complete data and answers for them; without the "
            "form an application is not accepted.",
        ),
        "8": (
            "会员卡仅限本人使用，严禁出借，不得买卖、转让或盗用；为他人出示的，不享受任何权益、不积分，并予记录。",
            "Only the holder uses the card: no lending, sale, purchase, transfer or theft. Held out "
            "for somebody else it gives no right and no points, and that is recorded.",
        ),
        "9": (
            f"遗失、损坏须及时挂失或补换。挂失手续费{fee}元由会员承担，挂失即停用，缴费后发新卡；损坏换卡收费相同。"
            "账户保留，旧卡作废，手续费不退。",
            f"Loss and damage are reported promptly. The fee of a loss report, {fee} yuan, is the "
            "member's: the card is blocked at once and a new one handed out when it is paid. A "
            "damaged card is replaced for the same. The account stays, the old card is void, the "
            "fee is not given back.",
        ),
        "10": (
            "就诊、预约、消费和参加活动时须主动向工作人员或前台出示会员卡及其他有效证件；缺少其一的，"
            "按活动价（无活动价按原价）收费，不享受权益、不积分、不兑换。",
            "At visits, bookings, purchases and promotions the card is shown unprompted together with "
            "another valid identification. Without either the price is the activity price, else the "
            "list price, and there are no benefits, points or redemption.",
        ),
        "11": (
            "不得将会员卡用于违法用途，须妥善保管；违法使用的责任由会员承担。",
            "The card is kept safely and never used unlawfully; the liability for unlawful use is the "
            "member's.",
        ),
    }


def _points(s: SettingValues) -> dict[str, Text]:
    gifts_zh, gifts_en = costed(s.gifts, LABELS)
    ways_zh, ways_en = named(s.redemption_channels, LABELS)
    return {
        "12": (
            f"每次就诊、购买或其他消费按实际支付金额积分，每1元积{s.points_per_yuan}分，每张账单舍去不足1分的部分；"
            "退款按退款后余额重新计算。",
            f"Every visit, purchase or other spending earns {s.points_per_yuan} point(s) per yuan "
            "really paid, whole points rounded down per bill. A refund counts them anew on what is "
            "left.",
        ),
        "13": (
            f"积分是对会员的回馈，可在一定范围内兑换礼品或服务：{gifts_zh}。",
            f"Points are a return: gifts or services within a certain range ({gifts_en}).",
        ),
        "14": (
            f"积分自获得之日起{s.points_valid_months}个月内有效，先得先用，逾期作废；"
            f"须提供有效的个人资料，通过诊所指定的方式（{ways_zh}）兑换，以余额为限。",
            f"Points are valid for {s.points_valid_months} months from the day they are earned, oldest "
            "used first; later they are void. They are redeemed with valid personal data in the ways "
            f"designated by the clinic ({ways_en}), up to the balance.",
        ),
    }
