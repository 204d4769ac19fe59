"""The words of the top-up membership that the clause library does not bring."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.report import Form, FormField
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "ordinary": ("普通会员", "Ordinary member"),
    "silver": ("银卡会员", "Silver member"),
    "gold": ("金卡会员", "Gold member"),
    "platinum": ("白金卡会员", "Platinum member"),
    "diamond": ("钻石卡会员", "Diamond member"),
}
PAID = ("silver", "gold", "platinum", "diamond")

LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "health-check": ("免费体检", "Free health check"),
    "family-health-check": ("全家免费体检", "Free health check of the whole family"),
    "vip-service": ("尊享VIP服务", "Exclusive VIP service"),
    "event-priority": ("优先参加医院活动", "Priority in hospital events"),
    "feedback": ("建议与监督", "Suggestions and supervision"),
    "principal": ("本金", "Principal"),
    "granted": ("等级赠送", "Given with the tier"),
    "persons": ("人数", "Persons"),
}
ROLES: dict[str, Text] = {
    "member-service": ("会员服务人员", "Member service"),
    "cashier": ("收费处", "Cashier"),
    "director": ("医院负责人", "Director"),
}
FORM = Form("会员申请表", "Membership application form", (
    FormField("name", "姓名（单位名称）", "Name (of the organisation)", person="name"),
    FormField("kind", "个人/单位", "Individual or organisation"),
    FormField("id_number", "身份证件号（登记证号）", "Number of the document"),
    FormField("telephone", "电话", "Telephone", "phone", person="phone"),
    FormField("address", "住址", "Address", "long_text", person="address"),
    FormField("signature", "申请人签名", "Applicant's signature", "signature"),
))  # fmt: skip


def texts(s: SettingValues) -> dict[str, Text]:
    """Number → words, with the tenant's figures."""
    return {**_entry(s), **_tiers(s), **_money(s), **_benefits(s), **_rest()}


def _entry(s: SettingValues) -> dict[str, Text]:
    silver = show_fen(s.tier_thresholds["silver"])
    return {
        "1.1": (
            "依据医疗机构管理等法规制定，适用于会员的发展、服务、管理及权益保护，遵循自愿、平等互利、公开透明的原则。"
            "制度调整自公布的生效日起适用。",
            "Based on the regulation of medical institutions and related law; it covers winning, "
            "serving and managing members and protecting their rights. Voluntary, equal and to mutual "
            "use, open and transparent. A change holds from the day announced.",
        ),
        "2.1": (
            f"自然人须年满{s.min_age}周岁（以生日当日为准），遵守制度并愿意履行会员义务。",
            f"Natural persons are {s.min_age} or older, reached on the birthday, obey the rules and are "
            "willing to fulfil the duties of members.",
        ),
        "2.2": (
            f"单位须遵守制度并愿意付费，不限年龄；只能以银卡及以上入会，即首次充值不少于{silver}元，不足或未充值的不予办理。",
            "Organisations obey the rules and are willing to pay; they have no age. They enter only at "
            f"silver or above, with a first top-up of at least {silver} yuan; a smaller one, or none, "
            "is refused.",
        ),
        "2.3": (
            "须提交申请表和有效身份证件（单位为登记证明）。不另收会员费，无需审核，材料齐全即成为会员；未充值的自然人为普通会员。",
            "An application form and a valid identity document (organisations: registration proof). "
            "No separate fee, no review: a complete application makes the member at once, a person "
            "without top-up an ordinary one.",
        ),
        "2.4": (
            "未获受理的申请不入账。",
            "An admission that is refused books nothing.",
        ),
        "2.5": (
            "已是会员的不得重复入会。",
            "Who is a member cannot join a second time.",
        ),
    }


def _tiers(s: SettingValues) -> dict[str, Text]:
    amounts = [show_fen(s.tier_thresholds[tier]) for tier in PAID]
    zh = "、".join(f"{TIERS[t][0]}{amount}元" for t, amount in zip(PAID, amounts, strict=True))
    en = ", ".join(
        f"{TIERS[t][1].lower()} {amount}" for t, amount in zip(PAID, amounts, strict=True)
    )
    return {
        "3": (
            f"会员等级（一次性充值达到）：普通会员；{zh}。",
            f"Tiers by one top-up of at least, in yuan: ordinary member none; {en}.",
        ),
        "3.1": (
            "每次普通充值单独认定，不累加。达到更高等级的，即时升级，该笔金额为认定金额；其余充值照常存入，等级和认定金额不变。",
            "Every plain top-up is tested alone; they never add up. One whose tier is above the present "
            "one raises it and becomes the qualifying amount; any other is stored and changes neither.",
        ),
        "3.2": (
            "余额用完等级保留，不降级。",
            "The tier stays when the balance is spent. There is no downgrade.",
        ),
        "3.3": (
            "升级须一次补足目标等级金额与认定金额的差额；不足或达不到更高等级的不予办理。所付金额（可多付）全部存入并计入认定金额。",
            "An upgrade costs the amount of the tier less the qualifying amount, in one payment; less, "
            "or what reaches no higher tier, is refused. What is paid, which may be more, is stored "
            "and added to the qualifying amount.",
        ),
    }


def _money(s: SettingValues) -> dict[str, Text]:
    rows = [(*TIERS[t], percent(s.price_factors[t])) for t in TIERS if t in s.price_factors]
    zh = "、".join(f"{name}{factor}%" for name, _, factor in rows)
    en = ", ".join(f"{name.lower()} {factor} %" for _, name, factor in rows)
    cash: Text = (
        (
            "储值可按会员要求以现金支付，以余额为限。",
            "It is paid out in cash on request, up to the balance.",
        )
        if s.stored_value_refundable
        else ("储值不提现、不退还。", "It cannot be withdrawn as cash and is not refunded.")
    )
    return {
        "4.1": (
            f"本院全部项目按活动价（无活动价按原价）乘以等级系数收费，逐行四舍五入到分：{zh}。未出示会员卡的按全价收费，不使用储值。",
            "All items of the hospital cost the activity price, else the list price, times the factor "
            f"of the tier, half-up to the fen per line: {en}. Without the card shown: full price, no "
            "stored value.",
        ),
        "4.2": (
            "高等级的系数取代低等级的系数，不叠加相乘。",
            "The factor of a higher tier replaces that of a lower one; factors never multiply.",
        ),
        "5.1": (
            "所需金额充值到账后方享有相应等级的权益。储值可支付本院任何费用，优先使用，不足部分另行支付。",
            "The rights of a tier start only when its amount has been topped up. The money pays any "
            "charge at the hospital first; what it does not cover is paid otherwise.",
        ),
        "5.2": cash,
        "5.4": (
            "账单退款：储值支付的部分退回储值，其余按原支付方式退回；等级和认定金额不变。",
            "Refund of a bill: what was paid from stored value goes back into it, the rest the way it "
            "was paid; tier and qualifying amount are not touched.",
        ),
    }


def _benefits(s: SettingValues) -> dict[str, Text]:
    times: Text = (
        "每会员年度（自入会日起算）给予",
        "anew each membership year, from the day of joining",
    )
    if not s.checks_yearly:
        times = (
            "首次达到等级时给予一次，升级只补足未给过的",
            "once, when the tier is first reached; a higher tier adds only what was not given before",
        )
    size: Text = ("", "")
    if s.family_size is not None:
        size = (f"（不超过{s.family_size}人）", f" of at most {s.family_size} persons")
    return {
        "6": (
            "全体会员不限次享有：优先参加医院活动、健康咨询、健康讲座、会员专享优惠、建议与监督；钻石卡会员另享尊享VIP服务。",
            "All members have, without limit: priority in hospital events, health consultation, "
            "lectures, member-only offers, suggestions and supervision; diamond members exclusive VIP "
            "service too.",
        ),
        "6.1": (
            f"银卡及以上免费体检1次；金卡及以上另有全家免费体检1次，一次覆盖全家{size[0]}同次到检；{times[0]}。等级不足的不予办理。",
            f"One free health check from silver on; from gold on one of the whole family{size[1]} too, "
            f"one use covering the family at one appointment; given {times[1]}. A benefit of a higher "
            "tier is refused.",
        ),
    }


def _rest() -> dict[str, Text]:
    return {
        "7.1": (
            "会员违规的，医院可说明理由取消其会员资格；余额保留在账，不自动退付。会员退会即时终止，处理相同。会员资格无其他期限。",
            "For breaches the hospital may cancel the membership, with a reason. The balance is kept on "
            "the books and not paid out by itself. Leaving ends the membership at once in the same "
            "way. There is no other end of validity.",
        ),
        "8.1": (
            "表单：申请表、身份证件核验。记录：充值台账（普通与升级）、体检次数、建议与监督收集。",
            "Forms: application form, check of the identity document. Records: top-up ledger (plain and "
            "upgrade), check slots, inbox for suggestions and supervision.",
        ),
        "8.2": (
            "会员个人资料和诊疗资料仅限相关人员查阅。",
            "Personal data and treatments are open to the staff concerned only.",
        ),
    }
