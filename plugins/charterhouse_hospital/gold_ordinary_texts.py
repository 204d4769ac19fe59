"""Names of the codes of the gold and ordinary cards, and the rules that only speak."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues

FULL = Decimal(1)
TIERS: dict[str, Text] = {
    "ordinary": ("普通会员卡", "Ordinary card"),
    "gold": ("会员金卡", "Gold card"),
}
ITEMS: dict[str, Text] = {
    "internal-surgery": ("内外科", "Internal medicine and surgery"),
    "ent": ("耳鼻喉科", "Ear, nose, throat"),
    "ophthalmology": ("眼科", "Eyes"),
    "colour-ultrasound": ("彩超", "Colour ultrasound"),
    "b-ultrasound": ("B超", "B-mode ultrasound"),
    "ecg": ("心电图", "ECG"),
    "chest-x-ray": ("胸透", "Chest X-ray"),
    "blood-routine": ("血常规", "Blood routine"),
    "urine-routine": ("尿常规", "Urine routine"),
    "liver-hbv": ("肝功能及乙肝两对半", "Liver function and hepatitis-B markers"),
    "lipids": ("血脂", "Blood lipids"),
    "kidney": ("肾功能", "Kidney function"),
}
ROLES: dict[str, Text] = {
    "service-desk": ("服务台", "Service desk"),
    "cashier": ("收费处", "Cashier"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    **ITEMS,
    "admission-slip": ("住院通知单", "Admission slip"),
    "escort": ("医护陪同", "Escort by medical staff"),
    "priority-service": ("优先安排", "Priority arrangement"),
    "home-visit": ("上门访视", "Home visit or consultation"),
    "health-file": ("健康档案", "Health file"),
    "home-blood-draw": ("上门采血", "Blood draw at home"),
    "report-delivery": ("送报告上门", "Report delivered at home"),
    "medicine-delivery": ("送药上门", "Medicine delivered at home"),
    "snack": ("空腹检查点心", "Snack after a fasting examination"),
    "introduction": ("介绍记录", "Introduction"),
    "reward": ("介绍奖励", "Reward for introducing"),
    "principal": ("预存款", "Prepayment"),
}


def statements(s: SettingValues) -> Iterable[Clause]:
    """The rules that only speak, and the charter's own words for others."""
    texts = {**_entry(s), **_cards(s), **_common()}
    return [Statement(number, zh, en) for number, (zh, en) in texts.items()]


def _entry(s: SettingValues) -> dict[str, Text]:
    least = show_fen(s.gold_prepay_min)
    return {
        "0": (
            "会员卡分会员金卡和普通会员卡，一人一卡。",
            "There are gold cards and ordinary cards, one card per person.",
        ),
        "0.1": (
            f"会员金卡：一次性预存{least}元及以上，未规定有效期。",
            f"Gold card: one prepayment of {least} yuan or more; no validity is stated.",
        ),
        "0.2": (
            "普通会员卡：本院住院患者（凭住院通知单），未规定有效期。",
            "Ordinary card: inpatients of this hospital, by the admission slip; no validity is stated.",
        ),
        "0.2a": (
            f"两种卡均经审核：普通卡缺住院通知单的视为材料不全，批准即生效；金卡批准后须一次充值不少于{least}元方可生效，不足不予办理。",
            f"Both are reviewed. Without the slip an application for an ordinary card is incomplete; it "
            f"is active at approval. Gold needs one single top-up of {least} yuan after approval; a "
            "smaller one is refused.",
        ),
        "0.3": (
            "预存款作为储值支付账单，金卡资格与余额无关；以后充值金额不限，仅限金卡。",
            "The prepayment is stored value that pays bills; gold does not depend on what is left. Later "
            "top-ups are of any amount, for gold cards.",
        ),
        "0.4": (
            "住院期间办理普通卡的，自下次就诊起享受权益，本次住院按全价。",
            "Who gets the ordinary card during a stay has its rights from the next visit on; that stay "
            "costs the full price.",
        ),
    }


def _cards(s: SettingValues) -> dict[str, Text]:
    zh = {
        t: "、".join(ITEMS.get(i, (i, i))[0] for i in items) for t, items in s.check_items.items()
    }
    en = {
        t: ", ".join(ITEMS.get(i, (i, i))[1] for i in items) for t, items in s.check_items.items()
    }
    factor = {t: percent(f) for t, f in s.exam_factor.items()}
    cash = {t: show_fen(a) for t, a in s.cash_discount.items()}
    snack = show_fen(s.snack_value)
    found: dict[str, Text] = {}
    for tier, chapter, name, name_en in (
        ("gold", "1", "金卡", "Gold"), ("ordinary", "2", "普通卡", "Ordinary"),
    ):  # fmt: skip
        found[f"{chapter}.1"] = (
            f"{name}：每卡年（自生效日起）免费体检一次，不结转，项目：{zh.get(tier, '')}；清单外项目不予提供。",
            f"{name_en}: one free check-up per card year from activation, not carried over: "
            f"{en.get(tier, '')}; nothing outside the list.",
        )
        found[f"{chapter}.2"] = (
            f"{name}：检查项目按{factor.get(tier, '100')}%收费。",
            f"{name_en}: examinations cost {factor.get(tier, '100')} %.",
        )
        found[f"{chapter}.3"] = (
            f"{name}：每次治疗或住院减免现金{cash.get(tier, '0.00')}元，药品除外。",
            f"{name_en}: {cash.get(tier, '0.00')} yuan off a treatment or a stay, drugs excepted.",
        )
    found.update(_services(snack))
    found["1.9b"] = (
        f"金卡介绍住院患者每例奖励现金{show_fen(s.gold_reward)}元"
        + ("，可提现；" if s.gold_reward_enabled else "（未启用）；")
        + "被介绍人不享受减免；储值不提现。",
        f"Gold: {show_fen(s.gold_reward)} yuan in cash for each inpatient introduced"
        + (", paid out on demand; " if s.gold_reward_enabled else " (not in use); ")
        + "the introduced patient has no reduction, and stored value is not paid out.",
    )
    found["2.4"] = (
        f"普通卡介绍住院患者：被介绍人当次住院减{show_fen(s.introduced_discount)}元，会员得抵用金"
        f"{show_fen(s.ordinary_credit)}元，可累加，用于本人以后的治疗或住院账单，不提现。",
        f"Ordinary: an introduced inpatient has {show_fen(s.introduced_discount)} yuan off that stay and "
        f"the member is credited {show_fen(s.ordinary_credit)} yuan; it adds up, pays later treatment "
        "or hospital bills, and is never paid out.",
    )
    return found


def _services(snack: str) -> dict[str, Text]:
    return {
        "1.4": (
            "金卡：检查治疗由医护人员陪同，优先安排。",
            "Gold: escort by medical staff, priority.",
        ),
        "1.5": (
            "金卡：由资深医师、专家免费上门访视或咨询，建立健康档案。",
            "Gold: free home visits or consultation by senior physicians and experts; a health file.",
        ),
        "1.6": (
            "金卡：护士上门采血、送报告。",
            "Gold: blood drawn and reports delivered at home by a nurse.",
        ),
        "1.7": (
            "金卡：按需送药上门，药费自理，送药免费。",
            "Gold: medicine delivered on need; the medicine is charged, the delivery is free.",
        ),
        "1.8": (
            f"金卡：空腹检查后免费点心一份（价值{snack}元）。",
            f"Gold: a free snack (worth {snack} yuan) after an examination on an empty stomach.",
        ),
        "2.4a": (
            "介绍以登记为准，每位被介绍人只计一次；减免须在住院账单上注明介绍人，每次住院一次；抵用金仅按账单要求使用。",
            "An introduction earns by its report alone, once per introduced person. The introduced "
            "person's reduction needs a stay's bill that names the member, once per stay; credit pays "
            "only what the bill asks for.",
        ),
        "2.5": (
            "普通卡：医护人员陪同，提前预约的优先安排。",
            "Ordinary: escort by medical staff; priority with booking in advance.",
        ),
        "2.6": (
            "普通卡：由本院医师免费上门访视或咨询，并指导锻炼，建立健康档案。",
            "Ordinary: free home visits or consultation by physicians of the hospital, with guidance on "
            "exercise; a health file.",
        ),
        "2.7": (
            f"普通卡：空腹检查后免费点心一份（价值{snack}元）。",
            f"Ordinary: a free snack (worth {snack} yuan) after an examination on an empty stomach.",
        ),
    }


def _common() -> dict[str, Text]:
    return {
        "3.1": ("药品按全价收费。", "Drugs cost the full price."),
        "3.2": (
            "现金优惠每次治疗或住院一次，从治疗、手术、床位、护理、诊察费中依次扣减，不超过其金额；未用完的仅限同一次就诊的后续账单；"
            "检查按比例优惠，两者并行；其他类别按全价。",
            "The cash discount is taken once per episode or stay from the lines treatment, surgery, "
            "ward, nursing, consultation, one after the other and never more than they amount to; what "
            "is left remains for that episode only. Examinations take their percentage beside it; other "
            "categories are charged in full.",
        ),
        "3.2a": (
            "价格优惠须出示会员卡，未出示的按全价。",
            "The price rules need the card shown; without it a bill is charged in full.",
        ),
        "3.3": (
            "红利和现金奖励可能违反规定，分别设开关，默认关闭，启用须有批准文件；关闭时介绍仅作记录。",
            "Dividend and cash reward can be unlawful: each has its switch, off by default and on only "
            "with an approval on record. Off: an introduction is recorded and earns nothing.",
        ),
        "3.4": (
            "未规定次数的服务不限次；会员卡不含的服务不予提供，申请亦不受理。",
            "Services without a stated quota are unlimited; what is not in the card's column is refused, "
            "also as a request.",
        ),
        "3.5": ("预存款及充值不予退还。", "A prepayment or top-up is not given back."),
        "3.6": (
            "会员可随时退会，余额保留在账。",
            "A withdrawal ends the membership at once; the balance stays on the books.",
        ),
        "3.7": (
            "账单退款先退其他支付方式，其余退回储值。",
            "A refund goes back to the other tender first, the rest into the stored value.",
        ),
        "3.8": ("规定的变更注明生效日期。", "Changes are dated and hold from their day."),
    }
