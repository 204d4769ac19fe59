"""The women's health club (女子医院健康会所章程) as a list of its clauses."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import (
    Capacity,
    Condition,
    Documents,
    MinAge,
    OneMembership,
)
from charterhouse.kernel.clauses.conditions import ByKind, ByTier
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.fees import FeesRise
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import Factor as FactorField
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta
from charterhouse_gynecology.health_club_clauses import (
    AffiliatesStay,
    DecisionPeriod,
    Deposit,
    DepositReturned,
    JoiningFee,
    Sponsor,
    women,
)

TIERS: dict[str, Text] = {
    "ordinary": ("普通卡", "Ordinary card"),
    "vip": ("贵宾卡", "VIP card"),
}
KINDS = {"individual": "2.1", "affiliate": "2.2", "corporate": "2.3"}
_TIER = fields.String(validate=validate.OneOf(list(TIERS)))
_CODE = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9_-]*$"))


class HealthClubSettings(Schema):
    """Amounts in yuan (typed as fen), days, years, months, memberships."""

    deposit = Yuan(
        required=True, metadata=meta("订金", "Deposit with the application", "yuan", "4.1", "fees")
    )
    joining_fees = fields.Dict(
        keys=_TIER, values=Yuan(), required=True,
        metadata=meta("入会费", "Joining fees", "yuan", "4.4", "fees"),
    )  # fmt: skip
    deposit_credited = fields.Boolean(
        load_default=True,
        metadata=meta("订金抵入会费", "The deposit counts towards the fee", "", "4.4", "fees"),
    )
    decision_days = Whole(
        load_default=10, validate=validate.Range(1, 365),
        metadata=meta("办理期限", "Days for decision, payment and return", "days", "4.4", "admission"),
    )  # fmt: skip
    required_documents = fields.Dict(
        keys=_CODE, values=Whole(validate=validate.Range(1, 20)),
        load_default=lambda: {"application-form": 2, "id-copy": 2, "photo": 3},
        metadata=meta("申请材料份数", "Documents and copies", "count", "4.1", "admission"),
    )  # fmt: skip
    min_age = Whole(
        load_default=18, validate=validate.Range(0, 120),
        metadata=meta("个人会籍最低年龄", "Least age, individuals", "years", "2.1", "admission"),
    )  # fmt: skip
    guest_min_age = Whole(
        load_default=18, validate=validate.Range(0, 120),
        metadata=meta("附属会籍（宾客）最低年龄", "Least age, guests", "years", "2.2", "admission"),
    )  # fmt: skip
    relative_min_age = Whole(
        load_default=0, validate=validate.Range(0, 120),
        metadata=meta("附属会籍（亲属）最低年龄", "Least age, relatives", "years", "2.2", "admission"),
    )  # fmt: skip
    cap = Whole(
        load_default=None, allow_none=True, validate=validate.Range(1, 10**6),
        metadata=meta("限量发行", "Issue limit", "count", "4.3", "admission",
                      help_zh="空为不限", help_en="Empty for no limit"),
    )  # fmt: skip
    women_only = fields.Boolean(
        load_default=False, metadata=meta("仅限女性", "Women only", "", "2.1", "admission")
    )
    term_months = Whole(
        load_default=0, validate=validate.Range(0, 600),
        metadata=meta("会籍期限", "Term", "months", "1.5", "admission",
                      help_zh="0为长期有效", help_en="0 for no end"),
    )  # fmt: skip
    price_factors = fields.Dict(
        keys=_TIER, values=FactorField(),
        load_default=lambda: {"ordinary": Decimal(1), "vip": Decimal(1)},
        metadata=meta("价格系数", "Price factors", "factor", "3.1", "price"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "fees": ("费用", "Fees"),
        "admission": ("入会", "Admission"),
        "price": ("价格", "Prices"),
    }


ROLES: dict[str, Text] = {"membership-department": ("会籍部门", "Membership department")}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    "individual": ("个人会籍", "Individual membership"),
    "affiliate": ("附属会籍", "Affiliate membership"),
    "corporate": ("单位会籍", "Corporate membership"),
    "photo": ("大一寸彩色近照", "Recent colour photo"),
    "deposit": ("订金", "Deposit"),
    "fee": ("入会费", "Joining fee"),
    "deposit-returned": ("订金已退", "Deposit returned"),
    "return-deposit": ("退还订金", "Return the deposit"),
    "review-affiliates": ("复核附属会籍", "Review the affiliates"),
    "deposit-return-overdue": ("退订金逾期", "Return of the deposit overdue"),
    "application-due": ("申请即将到期", "Application about to lapse"),
}


class HealthClub(Charter):
    """A club of limited issue: individuals, affiliates of VIP members, organisations."""

    code = "gynecology.health-club"
    name = ("女子医院健康会所章程", "Women's health club")
    Settings = HealthClubSettings
    example = {  # noqa: RUF012 - read only
        "deposit": "1000.00", "joining_fees": {"ordinary": "2800.00", "vip": "8800.00"}
    }  # fmt: skip
    sections = (
        Section("1", "性质", "Nature"),
        Section("2", "会籍种类", "Kinds of membership"),
        Section("3", "会员卡等级", "Tiers"),
        Section("4", "申请与审批", "Application and decision"),
        Section("5", "管理", "Administration"),
    )
    records = ("deposit-returned", "affiliate")
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        papers, factors = s.required_documents, s.price_factors
        corporate = {"application-form": 2, "registration-proof": 1}
        acting: list[Clause] = [
            Rights("1.2", shown={}, flag="", lent={}),
            Term("1.5", months=s.term_months),
            MinAge("2.1", years=ByKind({"individual": s.min_age})),
            *([Condition("2.1", women, field="apply.details.sex")] if s.women_only else []),
            Sponsor(
                "2.2", kind="affiliate", tier="vip", relative=s.relative_min_age,
                guest=s.guest_min_age,
            ),
            Application("2.4", kinds=KINDS, default="individual", review=True),
            Tiers("3", TIERS),
            FeesRise("3.1", falling={"price_factors": [factors.get(tier, 1) for tier in TIERS]}),
            Factor("3.1", factor=ByTier(factors)),
            BasePrice("3.1"),
            Documents(
                "4.1", ByKind({"individual": papers, "affiliate": papers, "corporate": corporate})
            ),
            Deposit(
                "4.1", amount=s.deposit, kinds=frozenset({"individual", "affiliate"}),
                received="4.2",
            ),
            Capacity("4.3", cap=s.cap),
            JoiningFee(
                "4.4", fees=s.joining_fees, credited=s.deposit_credited, agreed="2.3"
            ),
            Activation("4.4"),
            Review("4.5"),
            DepositReturned("4.5", credited=s.deposit_credited),
            DecisionPeriod("4.6", days=s.decision_days, due="5.3", returned="4.5"),
            OneMembership("4.7"),
            Withdrawal("5.6"),
            AffiliatesStay("5.5"),
            BillRefund("5.7"),
            AmendmentNotice("5.8", days=0),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    return {**_nature(), **_kinds(s), **_application(s), **_administration(s)}


def _nature() -> dict[str, Text]:
    return {
        "1.1": (
            "会所面向都市女性的多元健康需求，设固定、相对独立的场所，自有服务项目并独立负责，涵盖休闲、保健、健身与医疗，"
            "提供快捷、方便、直接、有效、人性化的平台；品牌用语以医院公布为准。",
            "The club serves the diverse health needs of busy city women at a fixed, relatively "
            "independent venue with its own services and responsibilities: leisure, health care, "
            "fitness and medical care. The brand motto is the hospital's text.",
        ),
        "1.2": (
            "会所服务分会员服务和非会员单次消费；单次消费无须入会，按公布价格收费。",
            "Two ways of use: membership, and single services bought by non-members at the list price. "
            "A single purchase never needs membership.",
        ),
        "1.4": (
            "会员不是股东，不享有会所资产和利润，也不承担经营责任；按本章程享有权利、履行义务。",
            "Members are no shareholders: no share in assets or profit and no liability for results. "
            "They have the rights and duties of this charter.",
        ),
    }


def _kinds(s: SettingValues) -> dict[str, Text]:
    women_zh = "仅限女性" if s.women_only else "不限性别"
    women_en = "women only" if s.women_only else "of any sex"
    cap_zh = f"会籍限量发行{s.cap}个" if s.cap else "会籍限量发行，名额由医院公布"
    cap_en = f"at most {s.cap} memberships" if s.cap else "a number announced by the hospital"
    return {
        "1.3": (f"{cap_zh}。", f"Memberships are issued in limited number: {cap_en}."),
        "1.5": (
            "会籍是会员享有权利、承担义务的资格和身份，"
            + (f"期限{s.term_months}个月。" if s.term_months else "长期有效。"),
            "Membership is the qualification and identity of a member with its rights and duties; "
            + (f"its term is {s.term_months} months." if s.term_months else "it has no end."),
        ),
        "2.1": (
            f"个人会籍：年满{s.min_age}周岁，不限国籍，{women_zh}，由会籍部门审批，缴纳所选等级的入会费。",
            f"Individual membership: {s.min_age} or older, of any nationality, {women_en}; decided by "
            "the membership department, with the joining fee of the tier.",
        ),
        "2.2": (
            f"附属会籍：仅限贵宾卡会员的亲属和宾客，须注明介绍会员，该会员在申请时和审批时均须为有效的贵宾卡会员；"
            f"宾客须年满{s.guest_min_age}周岁，亲属最低{s.relative_min_age}周岁（0为不限）。",
            f"Affiliate membership: relatives and guests of a VIP member only, who is named and must be "
            f"an active VIP member at application and again at approval. Guests are "
            f"{s.guest_min_age} or older, relatives {s.relative_min_age} (0: no minimum).",
        ),
        "2.3": (
            "单位会籍：仅限机构，条件和价格协商确定，涵盖体检、咨询、诊断和治疗；协议价为全部费用，"
            "不交身份证复印件、照片和订金。",
            "Corporate membership: organisations only; conditions and price are negotiated and cover "
            "health checks, consultation, diagnosis and treatment. The negotiated price is the whole "
            "fee; no ID copies, photos or deposit.",
        ),
        "2.4": (
            "未注明种类的申请视为个人会籍申请。",
            "An application that names no kind is one for an individual membership.",
        ),
        "3": (
            "会员卡分普通卡和贵宾卡，按会所标准收费；仅贵宾卡会员可以介绍附属会籍。",
            "Ordinary and VIP cards pay by the club's standard; only VIP members sponsor affiliates.",
        ),
    }


def _application(s: SettingValues) -> dict[str, Text]:
    days = s.decision_days
    papers_zh = "、".join(
        f"{LABELS.get(c, (c, c))[0]}{n}份" for c, n in s.required_documents.items()
    )
    papers_en = ", ".join(
        f"{LABELS.get(c, (c, c))[1]} ×{n}" for c, n in s.required_documents.items()
    )
    fees = {tier: show_fen(fee) for tier, fee in s.joining_fees.items()}
    fees_zh = "、".join(f"{TIERS[tier][0]}{fee}元" for tier, fee in fees.items())
    fees_en = ", ".join(f"{TIERS[tier][1]} {fee}" for tier, fee in fees.items())
    credit_zh = "订金抵作入会费" if s.deposit_credited else "订金另行退还，入会费全额缴纳"
    credit_en = (
        "the deposit is credited"
        if s.deposit_credited
        else "the deposit goes back and is not credited"
    )
    return {
        "4.1": (
            f"个人和附属会籍申请人提交：{papers_zh}，并同时缴纳订金{show_fen(s.deposit)}元；单位提交申请表2份、登记证明1份。"
            "材料不足的不予受理并告知所缺。",
            f"Individuals and affiliates hand in: {papers_en}, and pay a deposit of "
            f"{show_fen(s.deposit)} yuan at the same time. Organisations: application form ×2, "
            "registration proof ×1. Fewer papers are refused and named.",
        ),
        "4.2": (
            "材料和订金（单位为材料）齐备之日为受理日；受理前不予审批；未缴订金的申请不计期限。",
            "An application counts as received when papers and deposit (of organisations the papers) "
            "are both there; it cannot be approved before, and without deposit it has no deadline.",
        ),
        "4.3": (
            "有效会籍达到限量时，新的申请不予受理，不收取订金。",
            "When the limit is reached a new application is refused before any deposit is taken.",
        ),
        "4.4": (
            f"批准后须在受理之日起{days}日内签署确认书并一次付清余额（入会费：{fees_zh}；{credit_zh}），不足不予办理；"
            "付清之日交卡，会籍及权利义务即时生效。",
            f"After approval both sides sign within {days} days from receipt and the applicant pays the "
            f"whole balance in one payment (joining fees in yuan: {fees_en}; {credit_en}); less is "
            "refused. With the payment the card is handed over and the membership starts at once.",
        ),
        "4.5": (
            f"不予批准无须说明理由，订金在受理之日起{days}日内全额无息退还；退还时登记，逾期予以提示。",
            f"A refusal needs no reason. The whole deposit goes back without interest within {days} "
            "days from receipt; the payout is recorded, and a late one is flagged.",
        ),
        "4.6": (
            f"第{days}日24时前未签署付清（或未作决定）的，申请自次日零时失效，订金退还，其后的缴款或批准不予受理。",
            f"Not signed and paid, or not decided, by the end of day {days}: the application lapses at "
            "00:00 of the next day and the deposit goes back; a later payment or approval is refused.",
        ),
        "4.7": (
            "申请失效或未获批准者可再次申请；已有进行中的申请或会籍者不得申请。",
            "Whoever lapsed or was rejected may apply again; whoever has a running application or "
            "membership may not.",
        ),
    }


def _administration(s: SettingValues) -> dict[str, Text]:
    return {
        "5.1": (
            "会籍部门负责审批、签署和退还订金；表格为申请表2份、确认书1份。",
            "The membership department reviews, signs and returns deposits. Forms: application form "
            "×2, confirmation form ×1.",
        ),
        "5.2": (
            "会所保存申请、确认书、订金台账、会员卡及附属关系记录。",
            "Kept are applications, confirmation forms, the deposit ledger, cards, and the link of "
            "affiliate and sponsor.",
        ),
        "5.3": (
            f"每份未付清或未退款的申请于第{s.decision_days}日零时提醒。",
            f"At 00:00 of day {s.decision_days} of each application that is neither paid nor refunded "
            "there is a reminder.",
        ),
        "5.4": (
            "身份证复印件和照片仅会籍部门可查阅；未获批准者的材料在退还订金后删除。",
            "ID copies and photos are open to the membership department only; those of rejected "
            "applicants are removed when the deposit has been returned.",
        ),
        "5.6": (
            "会员可随时退会，即时终止，已缴费用不予退还。",
            "A withdrawal ends the membership at once; nothing is paid back.",
        ),
        "5.7": (
            "账单退款按实收金额退还。",
            "A refund of a bill gives back what was charged.",
        ),
        "5.8": (
            "会所可调整各项规定和金额，各版本注明生效日期。",
            "The club may change its figures; versions are dated.",
        ),
    }
