"""Names of the codes of the prepaid ladder, and the rules that only speak."""

from __future__ import annotations

from collections.abc import Iterable

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "gold": ("金卡", "Gold card"),
    "platinum": ("铂金卡", "Platinum card"),
    "diamond": ("钻石卡", "Diamond card"),
    "gynecology-gold": ("妇科金卡", "Gynecology gold card"),
    "obstetrics-angel": ("产科天使卡", "Obstetrics angel card"),
    "obstetrics-30k": ("产科3万", "Obstetrics 30,000"),
    "obstetrics-50k": ("产科5万", "Obstetrics 50,000"),
}

ROLES: dict[str, Text] = {
    "reception": ("接待台", "Reception"),
    "cashier": ("收费处", "Cashier"),
}

LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "ladder": ("全院会员卡", "Hospital-wide card"),
    "department": ("科室会员卡", "Departmental card"),
    "obstetrics": ("产科", "Obstetrics"),
    "gynecology": ("妇科", "Gynecology"),
    "health-check-basic": ("基础体检", "Basic check-up"),
    "health-check-enhanced": ("加强体检", "Enhanced check-up"),
    "health-check-upgraded": ("升级体检", "Upgraded check-up"),
    "registration-waiver": ("免挂号费", "Registration fee waived"),
    "vip-lounge": ("候诊贵宾室", "VIP lounge while waiting"),
}


def statements(s: SettingValues) -> Iterable[Clause]:
    """The rules that only speak, and the charter's own words for others."""
    return [Statement(number, zh, en) for number, (zh, en) in _texts(s).items()]


def _texts(s: SettingValues) -> dict[str, Text]:
    entry = {tier: show_fen(amount) for tier, amount in s.entry_amount.items()}
    return {
        "A.1": (
            f"全院会员卡凭一次性预存入会：金卡{entry['gold']}元、铂金卡{entry['platinum']}元、"
            f"钻石卡{entry['diamond']}元；以后每次充值不少于{show_fen(s.top_up_min)}元。",
            f"The hospital-wide card opens with one single prepayment: gold {entry['gold']}, "
            f"platinum {entry['platinum']}, diamond {entry['diamond']} yuan; each later top-up is at "
            f"least {show_fen(s.top_up_min)} yuan.",
        ),
        "A.1.1": (
            "办妥入会手续（申请表、身份证件）方成为会员；一人一卡，会员再次申请不予受理；预存款作为储值支付账单，"
            "不足部分以其他方式支付。",
            "Membership begins when the formalities are done: application form and identity document. "
            "One card per membership; a member's further application is not accepted. The prepayment "
            "is stored value that pays bills first; the rest is paid otherwise.",
        ),
        "A.1.4": (
            "自首次足额预存起享受结算折扣和会员服务；折扣以医院公布为准，未公布的按原价（有活动价的按活动价）结算。",
            "Settlement discounts and member services hold from the first fulfilled prepayment; a "
            "tier without a published rate pays the activity price, else the list price.",
        ),
        "A.2.3": (
            "升级所称当月，均指会员卡首次发放的自然月，升级后亦同；两种升级方式互不影响，从高适用；未达升级金额的充值仅计入储值。",
            "The month of a rise is always that of the card's first issue, also after an upgrade. The "
            "two ways are independent and the higher result counts; a top-up that brings no rise is "
            "stored value.",
        ),
        "A.2.4": (
            "会员卡不降级，退款亦不降级；不办理申请升级，以充值方式升级。",
            "There is no downgrade, not by refund either. A rise is not given on request: a top-up "
            "does it.",
        ),
        "B.1": (
            f"妇科金卡（妇科）：预存{entry['gynecology-gold']}元，每卡年一次基础体检。",
            f"Gynecology gold card: {entry['gynecology-gold']} yuan, a basic check-up each card year.",
        ),
        "B.2": (
            f"产科天使卡（产前检查）：预存{entry['obstetrics-angel']}元，每卡年一次基础体检；产科项目按"
            f"{percent(s.angel_factor)}%收费（暂定）。",
            f"Obstetrics angel card (antenatal checks): {entry['obstetrics-angel']} yuan, a basic "
            f"check-up each card year; obstetric items cost {percent(s.angel_factor)} % "
            "(provisional).",
        ),
        "B.3": (
            f"产科3万（分娩）：预存{entry['obstetrics-30k']}元，每卡年一次加强体检；产科医疗项目按"
            f"{percent(s.obstetrics_30k_factor)}%收费（暂定），预存另行优惠未定。",
            f"Obstetrics 30,000 (delivery): {entry['obstetrics-30k']} yuan, an enhanced check-up each "
            f"card year; obstetric medical items cost {percent(s.obstetrics_30k_factor)} % "
            "(provisional). A further discount for prestoring is not set.",
        ),
        "B.4": (
            f"产科5万（分娩及月子）：预存{entry['obstetrics-50k']}元，每卡年一次升级体检；候诊时可使用贵宾室。",
            f"Obstetrics 50,000 (delivery and confinement month): {entry['obstetrics-50k']} yuan, an "
            "upgraded check-up each card year; the VIP lounge while waiting.",
        ),
        "B.6": (
            "科室卡每卡年（自发卡之日起）免费体检一次；每个自然年生日起可领取生日礼品一份，年底未领作废；均不结转。",
            "A departmental card has its check-up once per card year from the day of issue, free, and "
            "a birthday gift once per calendar year, from the birthday to the end of the year. "
            "Neither is carried over.",
        ),
        "B.7": (
            f"科室卡每张账单实际支付每满{show_fen(s.yuan_per_point)}元积1分，余额不结转；积分可兑换礼品；充值不积分。",
            f"Departmental cards earn 1 point per full {show_fen(s.yuan_per_point)} yuan really paid "
            "per bill; the remainder is not carried over. Points are redeemed for gifts; top-ups "
            "earn none.",
        ),
        "B.8": (
            "产科项目指产科科室的账单项目；产科3万的折扣仅限其中的医疗项目，房间、膳食、月子服务按全价。",
            "Obstetric items are bill lines of the department of obstetrics; the discount of B.3 "
            "covers the medical ones only: room, meals and confinement services cost the full price.",
        ),
        "B.9": (
            "科室卡与全院会员卡并列，互不升级；两种金卡为不同的卡；全院会员卡不积分、无体检、无挂号费买断。",
            "Departmental cards stand beside the ladder: no rise between them or into it, and the two "
            "gold cards are different cards. The ladder has no points, no check-up, no buy-out.",
        ),
        "B.10": (
            f"科室卡每次充值不少于{show_fen(s.department_top_up_min)}元，仅增加储值。",
            f"Top-ups of departmental cards are at least {show_fen(s.department_top_up_min)} yuan and "
            "change nothing but the stored value.",
        ),
        "B.11": (
            "科室卡以所申请的卡种为准，多存不升级；不足该卡金额的不予办理。",
            "At departmental cards the card named decides, whatever more is paid in; less than its "
            "amount is not accepted.",
        ),
        "B.12": (
            "会员卡不含的权益不予提供：贵宾室依B.4，体检依B.6。",
            "A benefit that the card does not give is refused: the lounge by B.4, a check-up by B.6.",
        ),
        "C.1": (
            "会员卡长期有效，储值不过期。",
            "There is no end of validity, and stored value does not expire.",
        ),
        "C.2": (
            "储值不予提现，充值不予退还。",
            "Stored value is not paid out, and a top-up is not given back.",
        ),
        "C.3": (
            "会员可随时退会，即时终止，余额保留在账；再次入会须另行预存，原余额并入但不计入等级。",
            "A withdrawal ends the membership at once; the balance stays on the books. A later entry "
            "needs its own prepayment: the old balance joins the new one and does not count for the "
            "level.",
        ),
        "C.4": (
            "账单退款先退其他支付方式，其余退回储值；消费相应减少，积分按退款后余额重新计算，等级不变。",
            "A refund goes back to the other tender first, the rest into the stored value; consumption "
            "falls by it and points are counted anew on what is left; the level stays.",
        ),
        "C.5": (
            "暂定折扣及各项金额可由医院调整，各版本均予保存，每笔业务适用其当日版本。",
            "Provisional rates and all figures may be changed by the hospital; versions are dated, and "
            "each event is judged by the version of its day.",
        ),
        "C.6": (
            "未出示会员卡的账单按全价收费，收取挂号费，不使用储值，不积分，不计入消费。",
            "A bill without the card shown costs the full price, registration included; no stored "
            "value, no points, no consumption.",
        ),
    }
