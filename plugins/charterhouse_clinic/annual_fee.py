"""Paid annual membership of an outpatient department (医疗门诊部会员制度) as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import (
    Condition,
    Consent,
    Documents,
    MinAge,
    OneMembership,
)
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.bookings import BookFirst, Bookings, Places
from charterhouse.kernel.clauses.conditions import Lines, detail
from charterhouse.kernel.clauses.conduct import Sanctions
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor, percent
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import NotOffered, Rights, Statement
from charterhouse.kernel.clauses.services import Service, Step
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import Factor as FactorField
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta
from charterhouse_clinic.words import named, placed

CODE = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,79}$"))
ACTIVITIES = ("lecture", "free-check")
SHOWN = {"card": "card_missing"}


class AnnualFeeSettings(Schema):
    """The fee (typed as fen), the term, the discount and the places of activities."""

    annual_fee = Yuan(
        load_default=10000, metadata=meta("年度会员费", "Yearly fee", "yuan", "3.1", "fee")
    )
    term_months = Whole(
        load_default=12, validate=validate.Range(1, 120),
        metadata=meta("有效期", "Validity", "months", "4.1", "fee"),
    )  # fmt: skip
    min_age = Whole(
        load_default=18, validate=validate.Range(0, 120),
        metadata=meta("最低年龄", "Least age", "years", "1.2", "fee"),
    )  # fmt: skip
    price_factor = FactorField(
        required=True, metadata=meta("优惠系数", "Price factor", "factor", "2.1(2)", "rights")
    )
    covered_items = fields.List(
        CODE, required=True,
        metadata=meta("优惠项目", "Items with discount", "codes", "2.1(2)", "rights"),
    )  # fmt: skip
    activity_places = fields.Dict(
        keys=CODE, values=Whole(validate=validate.Range(1, 10**5)), load_default=dict,
        metadata=meta("活动名额", "Places of activities", "count", "2.2(3)", "rights",
                      help_zh="每场名额，未列出的不限", help_en="Each time; others are not limited"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "fee": ("入会与会费", "Admission and fee"),
        "rights": ("会员权益", "Rights"),
    }


LABELS: dict[str, Text] = {
    **COMMON,
    "member-activity": ("会员专属活动", "Members' activities"),
    "free-check": ("免费体检", "Free check-up"),
    "full_capacity": ("完全民事行为能力", "Full capacity for civil conduct"),
    "plan-made": ("方案已制定", "Plan made"),
    "disclaimer-acknowledged": ("已知悉提示", "Advice acknowledged"),
    "benefits-changed": ("会员权益调整通知", "Benefits have changed"),
}
ROLES: dict[str, Text] = {
    "membership-group": ("会员管理小组", "Membership management group"),
    "front-desk": ("前台", "Front desk"),
    "expert": ("门诊专家", "Expert of the department"),
}


def capable(d: Draft) -> bool:
    """Whether nothing speaks against full capacity for civil conduct."""
    return detail(d.body, "full_capacity") in (None, True)


class AnnualFee(Charter):
    """One level for a yearly fee that is never given back: priority, discounts, activities."""

    code = "clinic.annual-fee"
    name = ("医疗门诊部会员制度", "Annual membership of an outpatient department")
    Settings = AnnualFeeSettings
    sections = (
        Section("1", "会员资格", "Eligibility"),
        Section("2", "会员权益与使用规则", "Rights and rules of use"),
        Section("3", "会员费", "Fee"),
        Section("4", "有效期", "Validity"),
        Section("5", "会员管理", "Management"),
    )
    roles = ROLES
    labels = LABELS
    example = {  # noqa: RUF012 - a class attribute of the kernel's, never changed
        "price_factor": "0.90", "covered_items": ["ct-scan", "physiotherapy"],
        "activity_places": {"lecture": 30},
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        acting: list[Clause] = [
            Tiers("1.1", {"member": COMMON["member"]}, default="member"),
            Consent("1.1"),
            MinAge("1.2", years=s.min_age),
            Condition("1.2", capable, field="apply.details.full_capacity"),
            OneMembership("1.3"),
            Documents("1.3", {"id-document": 1, "application-form": 1}),
            Application("1.3", review=True),
            Review("1.3"),
            Unlimited("2.1(1)", "priority-booking"),
            Factor(
                "2.1(2)", factor=s.price_factor, lines=Lines(items=frozenset(s.covered_items))
            ),
            BasePrice("2.1(2)"),
            BillRefund("2.1(2)"),
            Unlimited("2.1(3)", "health-consultation"),
            Unlimited("2.1(4)", "member-activity"),
            Unlimited("2.1(5)", "health-plan"),
            Unlimited("2.1(6)", "priority-visit"),
            Rights(
                "2.2(1)", verbs=frozenset({"spend", "use", "take_part"}),
                shown={"spend": SHOWN, "use": SHOWN}, lent={}, expired="4.2", ended="3.3",
            ),
            Bookings(
                "2.2(2)", *ACTIVITIES, *s.activity_places, members=True, none="2.2(3)",
                expired="2.2(3)", ended="2.2(3)",
            ),
            Places("2.2(3)", s.activity_places),
            BookFirst("2.2(3)"),
            Services(
                "2.2(4)",
                Service(
                    "health-plan", needs=("disclaimer-acknowledged",),
                    steps=(
                        Step("plan-made"), Step("disclaimer-acknowledged", after=("plan-made",)),
                    ),
                ),
                none="2.2(1)", expired="4.2", ended="3.3",
            ),
            EntryFee("3.1", amount=s.annual_fee),
            NoRefundOf("3.3", purposes=frozenset({"fee"})),
            NotOffered("3.3", {"cash_out": "not_refundable"}),
            Withdrawal("3.3"),
            Activation("4.1"),
            Term("4.1", months=s.term_months, lapse="4.2"),
            Renewal("4.2", fee=s.annual_fee, months=s.term_months, short="3.1", ended="3.3"),
            AmendmentNotice("5.3", days=0, notice="benefits-changed"),
            Sanctions("5.4", measures=frozenset({"end_membership"}), approver=""),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    """What the document says in words of its own, with the tenant's figures."""
    return {**_eligibility(s), **_rights(s), **_use(s), **_fee(s), **_management()}


def _eligibility(s: SettingValues) -> dict[str, Text]:
    return {
        "1.1": (
            "面向本门诊部全体患者，自愿加入。",
            "Open to all patients of the department, of their own will.",
        ),
        "1.2": (
            f"须年满{s.min_age}周岁（以生日当日为准），并具有完全民事行为能力。",
            f"At least {s.min_age} years old, reached on the birthday, with full capacity for civil "
            "conduct.",
        ),
        "1.3": (
            "须提供真实身份证明并填写完整的申请表，缺少任何一项不予受理；经门诊部审核批准后缴费。每人一个会员资格。",
            "True proof of identity and a completely filled application form; an application that "
            "lacks either is not accepted. The department approves it, then the fee is owed. One "
            "membership per person.",
        ),
    }


def _rights(s: SettingValues) -> dict[str, Text]:
    items_zh, items_en = named(s.covered_items, LABELS)
    factor = percent(s.price_factor)
    return {
        "2.1(1)": (
            "优先预约挂号权：优先预约专家号，不限次数。",
            "Priority booking of expert numbers, without limit.",
        ),
        "2.1(2)": (
            f"优惠就诊权：部分检查和治疗项目（{items_zh}）按活动价（无活动价按原价）的{factor}%收费，逐行四舍五入到分；"
            "其他项目及药品按全价。账单退款按原支付方式退回。",
            f"Certain examinations and treatments ({items_en}) cost {factor} % of the activity price, "
            "else of the list price, half-up to the fen per line; everything else, drugs too, costs "
            "the full price. A bill taken back is given back the way it was paid.",
        ),
        "2.1(3)": (
            "免费健康咨询：由本门诊部专家提供，不限次数。",
            "Free health consultation with the department's experts, without limit.",
        ),
        "2.1(4)": (
            "会员专属活动：定期举办讲座、免费体检等，会员优先。",
            "Members' activities: lectures, free check-ups and others, held periodically, with "
            "priority for members.",
        ),
        "2.1(5)": (
            "个性化健康管理：制定个人健康管理方案。",
            "Personal health management with measures of one's own.",
        ),
        "2.1(6)": (
            "优先就诊：缩短等候时间。",
            "Priority visits with shorter waiting.",
        ),
    }


def _use(s: SettingValues) -> dict[str, Text]:
    zh, en = placed(s.activity_places, LABELS)
    return {
        "2.2(1)": (
            "每次就诊须出示有效会员凭证；未出示的按普通患者全价收费，不享受权益。",
            "The valid credential is shown at each visit; otherwise the person is an ordinary "
            "patient, at the full price and without benefits.",
        ),
        "2.2(2)": (
            "取消或更改预约须事先告知；取消的预约名额随即释放。",
            "Whoever cancels or changes a booking tells the department beforehand; the place of a "
            "cancelled booking is free again.",
        ),
        "2.2(3)": (
            f"活动仅限会员，须提前预约，名额有限（每场：{zh}；未列出的不限），先到先得，额满不再接受；未预约的不得参加。",
            "Activities are for members only and booked in advance. Places are limited for each time "
            f"({en}; others are not), first come, first served among members; the next one is "
            "refused. Nobody takes part without a booking.",
        ),
        "2.2(4)": (
            "健康管理方案仅为建议，不作为诊断和治疗依据；每份方案均载明此提示，会员知悉后方予交付。",
            "A health plan is advice and no basis for diagnosis or treatment. Every plan carries this "
            "text and is handed over only after the member has acknowledged it.",
        ),
    }


def _fee(s: SettingValues) -> dict[str, Text]:
    fee, months = show_fen(s.annual_fee), s.term_months
    return {
        "3.1": (
            f"会员费每会员年度{fee}元，须一次付清，不得少付或分期。",
            f"{fee} yuan per membership year in one single payment; less, or instalments, are refused.",
        ),
        "3.2": (
            "会员费用于会员活动、健康管理等会员事务。",
            "The fee is used for running the scheme: activities, health management and the like.",
        ),
        "3.3": (
            "会员可随时以任何形式退会，即时生效；会员费一经缴纳，无论退会或被终止均不予退还。",
            "Leaving is possible at any time and in any form, at once. The fee is never given back "
            "once paid, neither then nor after an end by the department.",
        ),
        "4.1": (
            f"自缴费之日起{months}个月内有效。",
            f"Valid for {months} months from the day of payment.",
        ),
        "4.2": (
            "到期后须再次缴费：到期前缴纳的，新年度自最后有效日次日起算；逾期缴纳的，自缴费日起算，其间按普通患者对待。",
            "Afterwards the fee is paid again. Before the end, the new year starts the day after the "
            "last valid day; later, on the day of payment, and in between the person is an ordinary "
            "patient.",
        ),
    }


def _management() -> dict[str, Text]:
    return {
        "5.1": ("由会员管理小组负责会员事务。", "A membership management group runs the scheme."),
        "5.2": ("定期开展会员满意度调查。", "Satisfaction surveys at regular intervals."),
        "5.3": (
            "会员权益可适时调整，并及时通知全体会员；调整自公布的生效日起适用。",
            "Benefits may be adjusted; a change holds from the day announced, and all members are told "
            "promptly.",
        ),
        "5.4": (
            "会员严重违反规定或损害门诊部利益的，可说明理由终止其会员资格，由人工决定。",
            "After a serious breach of the rules or harm to the department's interests the membership "
            "may be ended: decided by hand, with a reason.",
        ),
    }
