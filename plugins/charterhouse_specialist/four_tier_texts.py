"""The words of the four levels that the clause library does not bring."""

from __future__ import annotations

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues

TIERS: dict[str, Text] = {
    "normal": ("普通会员", "Normal member"),
    "silver": COMMON["silver"],
    "gold": COMMON["gold"],
    "diamond": COMMON["diamond"],
}
ARTICLES = {"normal": "5", "silver": "6", "gold": "7", "diamond": "8"}
"""Each level is an article."""

LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "registration-form": ("专科医院会员登记表", "Registration form"),
    "booking": ("预约挂号", "Booking of appointments"),
    "priority-admission": ("优先住院", "Priority admission"),
    "green-channel": ("绿色通道", "Green channel"),
    "health-check": ("免费健康体检", "Free health check"),
    "health-management": ("年度健康管理", "Yearly health management"),
    "details-changed": ("资料变更", "Details changed"),
    "days": ("按天", "By days"),
    "months": ("按整月", "By full months"),
}
ROLES: dict[str, Text] = {
    "member-service": ("会员服务部", "Member service"),
    "management": ("医院管理部门", "Hospital management"),
}
HEADINGS: tuple[Text, ...] = (
    ("目的", "Purpose"),
    ("适用范围", "Scope"),
    ("原则", "Principles"),
    ("会员级别", "Levels"),
    ("普通会员", "Normal members"),
    ("银卡会员", "Silver members"),
    ("金卡会员", "Gold members"),
    ("钻石会员", "Diamond members"),
    ("入会申请", "Application"),
    ("会员费", "Fee"),
    ("会员卡", "Card"),
    ("会员权益", "Rights"),
    ("权益范围和期限", "Scope and period of rights"),
    ("挂失与补卡", "Loss and reissue"),
    ("资料变更", "Changed data"),
    ("违规处理", "Breach"),
    ("权益的使用", "Use of rights"),
    ("退会", "Leaving"),
    ("退费", "Refund"),
)


def texts(s: SettingValues) -> dict[str, Text]:
    """Number → words, with the tenant's figures."""
    return {**_general(), **_levels(s), **_joining(s), **_administration(s), **_decided(s)}


def _general() -> dict[str, Text]:
    return {
        "1": (
            "为规范会员管理，提高服务质量和会员满意度，制定本制度。",
            "These rules order the administration of members, for better service and satisfaction.",
        ),
        "2": (
            "本制度适用于本院全体会员和各相关科室。",
            "They hold for all members and for every department concerned.",
        ),
        "3": (
            "会员管理遵循公平、公开、自愿、互利的原则。",
            "Fair, open, voluntary and to mutual benefit.",
        ),
    }


def _levels(s: SettingValues) -> dict[str, Text]:
    items = "、".join(s.covered_items) or "暂无"
    items_en = ", ".join(s.covered_items) or "none yet"
    silver, gold, diamond = (percent(s.price_factor[t]) for t in ("silver", "gold", "diamond"))
    return {
        "4": (
            f"会员分为普通、银卡、金卡、钻石四级，上一级享有下一级的全部权益。优惠项目为：{items}；优惠以活动价（无活动价按原价）"
            "为基数，逐行四舍五入到分，其他项目各级均按全价。价格系数调整无需提前公告，但不得使高级别会员吃亏。",
            "There are four levels, normal, silver, gold and diamond; each has the rights of the one "
            f"below. Specific items are: {items_en}. The discount is on the activity price, else the "
            "list price, half-up to the fen per line; other items cost the full price at every level. "
            "A change of the rules needs no notice period, but must not punish a higher level.",
        ),
        "5": (
            "普通会员：享受常规医疗服务。",
            "Normal members: the regular medical services.",
        ),
        "6": (
            f"银卡会员：另享优先就诊、预约挂号、免费健康咨询，优惠项目按{silver}%收费。",
            "Silver members: also priority visits, booking of appointments and free health "
            f"consultation; specific items at {silver} %.",
        ),
        "7": (
            f"金卡会员：另享优先住院、绿色通道，每会员年度（自会员期起算）免费健康体检{s.health_checks}次，不结转；"
            f"优惠项目按{gold}%收费（钻石会员{diamond}%）。",
            "Gold members: also priority admission, the green channel and "
            f"{s.health_checks} free health check(s) per membership year, counted from the start of "
            f"the term and not carried over; specific items at {gold} % (diamond {diamond} %).",
        ),
        "8": (
            "钻石会员：享有金卡会员的权益，另享每会员年度一次年度健康管理，不结转。",
            "Diamond members: the rights of gold, and yearly health management once per membership "
            "year, not carried over.",
        ),
    }


def _joining(s: SettingValues) -> dict[str, Text]:
    fees = [show_fen(s.fee[tier]) for tier in TIERS]
    return {
        "9": (
            "申请入会须填写专科医院会员登记表并提交身份证件，同意本制度；材料不全的不予受理。每人一个会员资格，"
            "未指明级别的为普通会员。",
            "An application needs the registration form, an identity document and consent to these "
            "rules; one that lacks a paper is not accepted. One membership per person; without a "
            "level it is a normal one.",
        ),
        "10": (
            f"会员费（每期）：普通{fees[0]}元、银卡{fees[1]}元、金卡{fees[2]}元、钻石{fees[3]}元；申请获准后足额缴纳，"
            "多缴少缴均不受理。",
            f"Fee per term in yuan: normal {fees[0]}, silver {fees[1]}, gold {fees[2]}, diamond "
            f"{fees[3]}. It is owed after approval; anything but the exact fee is refused.",
        ),
        "11": (
            f"缴费后发放会员卡，会员期{s.term_months}个月。会员卡是享受全部权益的凭证：未出示或已挂失的，按全价收费，不享受权益。",
            f"Then the card is issued for a term of {s.term_months} months. It is the credential for "
            "all rights: not shown, or reported lost, bills cost the full price and there is no "
            "benefit.",
        ),
        "12": (
            "会员权益包括：优先就诊、预约挂号、健康咨询、项目优惠、优先住院、绿色通道、健康体检、健康管理及其他服务，"
            "各级享有的范围见第五条至第八条。",
            "The rights are priority visits, booking, consultation, discounts, priority admission, "
            "green channel, health checks, health management and other services; articles 5 to 8 say "
            "who has which.",
        ),
        "13": (
            "权益的范围和期限由医院确定。",
            "Scope and period of use are set by the hospital.",
        ),
    }


def _administration(s: SettingValues) -> dict[str, Text]:
    fee = show_fen(s.reissue_fee)
    notice = s.notice_months
    return {
        "14": (
            f"会员卡遗失或损坏须及时报告并补办，补卡费{fee}元；级别、会员期和已用次数不变，旧卡号作废。未报告的不予补卡。",
            f"A lost or damaged card is reported and reissued promptly for {fee} yuan. Level, term and "
            "used quotas stay; the old number is void. Without a report there is no new card.",
        ),
        "15": (
            "会员资料变更须及时登记。",
            "Changed data are registered promptly.",
        ),
        "16": (
            "会员违反规定的，医院可暂停或终止其会员资格并说明理由；暂停期间不享受任何级别的权益，按全价收费，会员期照常计算，"
            "直至恢复。因违规终止的不自动退费。",
            "After a breach the hospital may suspend or end the membership, with a reason. While "
            "suspended there is no right of any level and bills cost the full price; the term runs on "
            "until it is resumed. An end for breach brings no automatic refund.",
        ),
        "17": (
            "使用权益须遵守医院规定；账单退款按原支付方式退回。",
            "Rights are used by the hospital's rules. A bill taken back is given back the way it was "
            "paid.",
        ),
        "18": (
            f"退会须提前{notice}个月申请，退会日为{notice}个月后的同日（无该日的为当月末日），或申请指明的更晚日期；"
            "权益至退会日前一日止。",
            f"Leaving is applied for {notice} month(s) before. The exit day is the same day then (or "
            "that month's last day), or a later day named; rights last until the day before it.",
        ),
    }


def refund(s: SettingValues) -> Text:
    """Article 19 with its basis."""
    by_zh, by_en = ("整月", "full months") if s.refund_basis == "months" else ("天", "days")
    less = show_fen(s.check_up_price or 0)
    zh = f"已用体检每次扣除{less}元，扣至零为止" if s.deduct_used else "已用体检不扣除"
    en = (
        f"each check-up used is deducted at {less} yuan, never below 0.00"
        if s.deduct_used
        else "used check-ups are not deducted"
    )
    return (
        f"退会时退还未使用部分的会员费：当期会员费按退会日至最后有效日的{by_zh}数占全期的比例计算，四舍五入到分；"
        f"预缴而未开始的会员期全额退还；{zh}。除此之外，会员费和补卡费不予退还。",
        f"The unused part of the fee is paid back at the exit: the fee of the running term by its "
        f"{by_en} from the exit day to the last valid day, half-up to the fen; a term paid in advance "
        f"that has not begun in full; {en}. Otherwise fees are not given back.",
    )


def _decided(s: SettingValues) -> dict[str, Text]:
    return {
        "D.1": (
            "升级须一次补足两级会员费的差额，即时生效，会员期不变；已预缴下一期的，两期差额一并补足。已用次数照计。"
            "升级后的会员费为退费的基数。",
            "A higher level costs the full difference of the two fees in one payment, for a next term "
            "already paid too; it holds at once and the term stays. Quotas already used count. The "
            "fee of the new level is then the basis of a refund.",
        ),
        "D.2": (
            f"续会缴纳现级别的会员费，延长{s.term_months}个月：到期前续会的自最后有效日次日起算，逾期的自缴费日起算；"
            "到期未续的不享受权益。",
            f"A renewal for {s.term_months} months costs the fee of the present level: before the end "
            "the new term starts the day after the last valid day, later on the day of payment. In "
            "between there are no rights.",
        ),
    }
