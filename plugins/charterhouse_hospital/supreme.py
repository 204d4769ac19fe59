"""Supreme membership (医院至尊会员制度) as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.doctors import DoctorOfOnesOwn
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application, Review, ReviewDeadline
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle
from charterhouse.kernel.clauses.price import BasePrice, FactorTable
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import Term
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.own_days import calendar_of, rest_days, with_own_days, working_days
from charterhouse.kernel.settings import Factor, SettingValues, Whole, Yuan, meta
from charterhouse_hospital.supreme_clauses import Guardian, PaymentInOrder

BENEFITS: dict[str, Text] = {
    "priority-booking": ("优先预约", "Priority booking"),
    "special-package": ("特需套餐", "Special packages"),
    "dedicated-doctor": ("专属医生", "Dedicated doctor"),
    "health-management": ("全面健康管理", "Comprehensive health management"),
}


class SupremeSettings(Schema):
    """Amounts in yuan (typed as fen), factors, working days, months."""

    membership_fee = Yuan(
        required=True, metadata=meta("会员费", "Membership fee", "yuan", "1.5", "admission")
    )
    required_documents = fields.Dict(
        keys=fields.String(), values=Whole(validate=validate.Range(1, 20)),
        load_default=lambda: {"application-form": 1, "id-document": 1},
        metadata=meta("申请材料份数", "Documents and copies", "count", "1.2", "admission"),
    )  # fmt: skip
    review_working_days = Whole(
        load_default=10, validate=validate.Range(1, 365),
        metadata=meta("审核期限", "Working days of the review", "working_days", "1.4", "admission"),
    )  # fmt: skip
    price_factors = fields.Dict(
        keys=fields.String(), values=Factor(), load_default=dict,
        metadata=meta("各类别价格系数", "Price factors by category", "factor", "3.1", "price",
                      help_zh="未列出的类别按1.00", help_en="1.00 where nothing is named"),
    )  # fmt: skip
    term_months = Whole(
        load_default=0, validate=validate.Range(0, 600),
        metadata=meta("有效期", "Term", "months", "D.1", "admission",
                      help_zh="0为长期有效", help_en="0 for no end"),
    )  # fmt: skip
    follow_up_months = Whole(
        load_default=0, validate=validate.Range(0, 120),
        metadata=meta("随访间隔", "Interval of follow-up", "months", "5.3", "service",
                      help_zh="0为不提醒", help_en="0 for none"),
    )  # fmt: skip

    own_rest_days = rest_days("1.4", "admission")
    own_working_days = working_days("1.4", "admission")

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "admission": ("入会", "Admission"),
        "price": ("价格", "Prices"),
        "service": ("服务", "Service"),
    }


ROLES: dict[str, Text] = {
    "customer-service": ("客户服务部", "Customer service department"),
    "dedicated-doctor": ("专属医生", "Dedicated doctor"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **BENEFITS,
    "guardian": ("监护人", "Guardian"),
    "doctor": ("医生", "Doctor"),
    "assign-dedicated-doctor": ("指派专属医生", "Assign a dedicated doctor"),
    "doctor-assigned": ("已指派医生", "Doctor assigned"),
    "doctor-replaced": ("更换医生", "Doctor replaced"),
    "doctor-assignment": ("医生指派记录", "Assignments of a doctor"),
    "follow-up": ("定期随访", "Regular follow-up"),
}


class Supreme(Charter):
    """Review and fee, then an own doctor, packages, health management, reduced prices."""

    code = "hospital.supreme"
    name = ("医院至尊会员制度", "Hospital supreme membership")
    Settings = SupremeSettings
    example = {"membership_fee": "30000.00"}  # noqa: RUF012 - read only
    sections = (
        Section("1", "入会", "Admission"),
        Section("2", "权益", "Benefits"),
        Section("3", "优惠价格", "Prices"),
        Section("4", "规定与变更", "Rules and changes"),
        Section("5", "管理", "Roles, records, reminders, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("doctor-assignment",)
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        review = ReviewDeadline("1.4", working_days=s.review_working_days, calendar=calendar_of(s))
        acting: list[Clause] = [
            Guardian("1.1", below=18),
            Application("1.2", review=True),
            OneMembership("1.2"),
            Documents("1.3", s.required_documents),
            PaymentInOrder("1.3", rejected="1.6"),
            review.says(*with_own_days(review.text()["1.4"], s)),
            EntryFee("1.5", amount=s.membership_fee, instalments=True),
            Activation("1.5", card=False),
            Rights("1.5", verbs=frozenset({"spend", "use"}), shown={}, flag="", lent={},
                   expired="D.1", ended="D.2"),
            Review("1.6", notice="application-result", told="1.2"),
            Unlimited("2", *BENEFITS),
            DoctorOfOnesOwn(
                "2.1", replaced="doctor-replaced", record="doctor-assignment",
                task="assign-dedicated-doctor",
            ),
            FactorTable("3.1", s.price_factors),
            BasePrice("3.1"),
            AmendmentNotice("4.1", days=0),
            Cycle("5.3", "follow-up", months=s.follow_up_months),
            Term("D.1", months=s.term_months),
            Withdrawal("D.2"),
            NoRefundOf("D.2", purposes=frozenset({"fee"})),
            BillRefund("D.3"),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    zh = "、".join(text[0] for text in BENEFITS.values())
    en = ", ".join(text[1].lower() for text in BENEFITS.values())
    fee = show_fen(s.membership_fee)
    follow_zh = f"每{s.follow_up_months}个月随访一次" if s.follow_up_months else "随访间隔未规定"
    follow_en = (
        f"follow-up every {s.follow_up_months} months" if s.follow_up_months else "no interval"
    )
    return {
        "1.1": (
            "旨在以个性化特权提供优质诊疗和全面健康管理；任何人可申请，不限年龄和居住地；已知未满18周岁者由监护人办理。",
            "Good medical care and fuller health management with individual privileges. Anyone may "
            "apply; persons known to be under 18 through a guardian.",
        ),
        "1.2": (
            "程序：申请表及个人材料→审核→告知结果→缴费→生效；同一人只能持有一个会员资格。",
            "Application form and personal material, review, notice of the result, fee, active; one "
            "membership a person.",
        ),
        "1.3": (
            "材料不全不予受理；批准前不收款。",
            "Missing papers are refused as incomplete; no money is taken before approval.",
        ),
        "1.5": (
            f"批准后应缴会员费{fee}元，可分次缴纳，缴清之日生效，此前不享受权益。",
            f"Approved: the fee of {fee} yuan is owed. Payments are kept; active from the day on which "
            "the whole fee has been paid, and no benefit before.",
        ),
        "1.6": (
            "不予批准的，无需缴费，缴款不予受理；两种结果均告知申请人。",
            "Rejected: nothing is owed and a payment is refused. The applicant is told either result.",
        ),
        "2": (
            f"权益（不限次）：{zh}；优惠价格见第3条。",
            f"Without quota: {en}; reduced prices: rule 3.",
        ),
        "2.1": (
            "生效后指派一名专属医生，协调诊疗、定期随访咨询；同一时间仅一名，更换须登记，历次指派均保留。",
            "Activation asks for a dedicated doctor, exactly one at a time, who coordinates and follows "
            "up; a replacement is recorded, and all assignments are kept.",
        ),
        "3.1": (
            "医疗费用（含药品、手术）按类别价格系数收费，未列系数的按全价；不需会员卡。",
            "Medical charges, drugs and surgery included, cost price × factor of the category; others "
            "the full price. No card is needed.",
        ),
        "4.1": (
            "细则以医院正式公告为准，公告为新的注明日期的版本，账单适用当日版本，无须提前公告。",
            "The hospital's official notices prevail: a notice is a new dated version, bills use the "
            "version of their day, and no lead time is asked.",
        ),
        "4.2": (
            "会员费用于维持本制度的服务。",
            "The membership fee keeps up the services of the scheme.",
        ),
        "5.1": (
            "客户服务部负责联系、审核和告知；专属医生负责会员。",
            "Customer service department (contact, reviews, notices); dedicated doctors.",
        ),
        "5.2": (
            "医院保存申请表、材料、审核、通知、缴费、医生指派、随访和健康管理方案。",
            "Kept are form, material, review, notices, fee, doctor assignments, follow-ups, plan.",
        ),
        "5.3": (f"提醒：审核期限；{follow_zh}。", f"Reminders: review deadline; {follow_en}."),
        "5.4": (
            "健康资料仅专属医生和诊疗人员可查阅；客户服务部仅见申请和费用。",
            "Health data are open to the dedicated doctor and the treating staff; customer service sees "
            "the application and the fee only.",
        ),
        "D.2": (
            "会员可随时退会，即时终止，已缴费用不予退还。",
            "A withdrawal ends the membership at once; the fee is not given back.",
        ),
        "D.3": ("账单退款按实收金额退还。", "A refund gives back what was charged."),
    }
