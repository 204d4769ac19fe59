"""Luxury membership (医院豪华会员制度) as a list of its clauses."""

from __future__ import annotations

from operator import itemgetter

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.conditions import ByTier
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal, unused_days
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.rights import NotOffered, Rights, Statement
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta

BENEFITS: dict[str, Text] = {
    "doctor-team": ("专属医生团队", "Own team of doctors"),
    "priority-booking": ("优先预约就诊", "Priority booking"),
    "luxury-ward": ("豪华病房", "Luxury ward"),
    "fast-track": ("快速通道", "Fast track"),
    "exclusive-nursing": ("专属护理", "Exclusive nursing"),
}
_LEVEL = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9_-]*$"))


class LuxurySettings(Schema):
    """Amounts in yuan (typed as fen), months, days."""

    level_fees = fields.Dict(
        keys=_LEVEL, values=Yuan(), required=True, validate=validate.Length(min=1),
        metadata=meta("各等级会员费", "Levels and fees per term", "yuan", "2.2", "admission",
                      help_zh="费用高者等级高", help_en="The dearer level is the higher one"),
    )  # fmt: skip
    term_months = Whole(
        load_default=12, validate=validate.Range(1, 600),
        metadata=meta("有效期", "Term", "months", "3.1", "admission"),
    )  # fmt: skip
    required_documents = fields.Dict(
        keys=fields.String(), values=Whole(validate=validate.Range(1, 20)),
        load_default=lambda: {"application-form": 1, "id-document": 1},
        metadata=meta("申请材料份数", "Documents and copies", "count", "2.1", "admission"),
    )  # fmt: skip
    level_benefits = fields.Dict(
        keys=_LEVEL,
        values=fields.List(fields.String(validate=validate.OneOf(list(BENEFITS)))),
        load_default=dict,
        metadata=meta("各等级权益", "Benefits by level", "codes", "4", "benefits",
                      help_zh="未列出的等级享有全部权益", help_en="All, where a level is not named"),
    )  # fmt: skip
    notice_days = Whole(
        load_default=0, validate=validate.Range(0, 365),
        metadata=meta("退会提前天数", "Days of notice before leaving", "days", "5.2", "leaving"),
    )  # fmt: skip
    refund_deduction = Yuan(
        load_default=0,
        metadata=meta("退款扣除额", "Deduction from the refund", "yuan", "5.3", "leaving"),
    )
    assessment_months = Whole(
        load_default=0, validate=validate.Range(0, 120),
        metadata=meta("健康评估间隔", "Interval of the health assessment", "months", "4.1", "benefits",
                      help_zh="0为不提醒", help_en="0 for none"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "admission": ("入会", "Admission"),
        "benefits": ("权益", "Benefits"),
        "leaving": ("退会", "Leaving"),
    }


ROLES: dict[str, Text] = {"doctor-team": ("专属医生团队", "Own team of doctors")}
LABELS: dict[str, Text] = {
    **COMMON,
    **BENEFITS,
    "luxury": ("豪华会员", "Luxury"),
    "pearl": ("珍珠会员", "Pearl"),
    "written": ("书面", "In writing"),
    "phone": ("电话", "By telephone"),
    "health-assessment": ("健康评估", "Health assessment"),
}


def _by_fee(s: SettingValues) -> list[tuple[str, int]]:
    """The levels, low to high: no store keeps the order of a table, so the dearer is the higher."""
    return sorted(s.level_fees.items(), key=itemgetter(1, 0))


class Luxury(Charter):
    """Paid levels with own team, luxury ward and nursing; unused days are paid back."""

    code = "hospital.luxury"
    name = ("医院豪华会员制度", "Hospital luxury membership")
    Settings = LuxurySettings
    example = {  # noqa: RUF012 - read only
        "level_fees": {"pearl": "7300.00", "luxury": "36500.00"}
    }  # fmt: skip
    sections = (
        Section("1", "宗旨", "Purpose"),
        Section("2", "入会", "Admission"),
        Section("3", "期限", "Term"),
        Section("4", "权益", "Benefits"),
        Section("5", "退会与退款", "Leaving and refund"),
        Section("6", "管理", "Roles, records, notices, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByTier(dict(_by_fee(s)))
        levels = {code: LABELS.get(code, (code, code)) for code in fees}
        acting: list[Clause] = [
            Tiers("2.2", levels, tables={"level_benefits": s.level_benefits}),
            NotOffered("2.2", {"upgrade": "not_included"}),
            Documents("2.3", s.required_documents),
            Application("2.3"),
            OneMembership("2.3"),
            EntryFee("2.3", amount=fees),
            Activation("2.3", card=False),
            Term("3.1", months=s.term_months, lapse="3.2"),
            Renewal("3.2", fee=fees, months=s.term_months),
            Rights("4.1", verbs=frozenset({"spend", "use"}), shown={}, flag="", lent={}),
            *(
                Unlimited("4", code, only=[
                    level for level in levels if code in s.level_benefits.get(level, BENEFITS)
                ])
                for code in BENEFITS
            ),
            Cycle("4.1", "health-assessment", months=s.assessment_months),
            NoRefundOf("5.1", purposes=frozenset({"fee"}), reason="form_required"),
            Withdrawal(
                "5.4", days=s.notice_days, forms={"written"}, form="5.1", notice="5.2", ended="5.2",
                paid_back="5.3", refund=unused_days(s.refund_deduction),
            ),
            BasePrice("D.1"),
            BillRefund("D.1"),
            AmendmentNotice("6.1", days=0),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    fees_zh = "、".join(f"{LABELS.get(c, (c, c))[0]}{show_fen(f)}元" for c, f in _by_fee(s))
    fees_en = ", ".join(f"{LABELS.get(c, (c, c))[1]} {show_fen(f)}" for c, f in _by_fee(s))
    zh = "、".join(text[0] for text in BENEFITS.values())
    en = ", ".join(text[1].lower() for text in BENEFITS.values())
    regular_zh = f"每{s.assessment_months}个月" if s.assessment_months else "间隔未规定"
    regular_en = (
        f"every {s.assessment_months} months" if s.assessment_months else "no interval is set"
    )
    notice_zh = f"，且须提前{s.notice_days}日" if s.notice_days else ""
    notice_en = f", at the earliest {s.notice_days} days later" if s.notice_days else ""
    return {
        "1.1": (
            "提供独享、舒适、个性化的高品质诊疗。",
            "High-quality care with exclusive, comfortable and personal treatment.",
        ),
        "2.1": (
            "办理程序在医院网站公布；申请人提交所需材料并缴纳等级会员费。",
            "The procedure is published on the hospital's website. The applicant hands in the material "
            "asked for and pays the fee of the level.",
        ),
        "2.2": (
            f"设多个等级，由会员按需选择（每期会员费：{fees_zh}）；未注明等级的申请不完整；有效期内不变更等级。",
            f"Several levels, picked by need (fees per term in yuan: {fees_en}). An application without "
            "a level is incomplete; the level is not changed within the term.",
        ),
        "2.3": (
            "无需审核；材料齐全即获准并应缴会员费，缴足之日生效；材料不全不予受理；同一人只能持有一个会员资格。",
            "No review. A complete application is approved and owes the fee; active from the day the "
            "whole fee is paid. Material missing: refused. One membership a person.",
        ),
        "2.4": ("不限年龄、性别和居住地。", "No age, no sex, no residence is asked."),
        "3.1": (
            f"有效期{s.term_months}个月，自生效之日起算。",
            f"The term is {s.term_months} months from the day of activation.",
        ),
        "4": (
            f"权益（不限次）：{zh}；各等级相同，医院另有规定的除外。",
            f"Without quota: {en}; all levels alike unless the hospital separates them.",
        ),
        "4.1": (
            f"权益限有效期内（含退会通知期）：缴费前及退会日起不享受，到期后不享受；定期健康评估：{regular_zh}。",
            f"Benefits only while active or withdrawing: before the payment and from the exit day on "
            f"there are none, nor after the last valid day. Regular assessment: {regular_en}.",
        ),
        "5.1": (
            "退会或退款须事先书面申请，其他形式不予受理，会员资格继续。",
            "Leaving or asking money back needs a prior written application; in any other form it is "
            "refused and the membership goes on.",
        ),
        "5.2": (
            f"申请须在生效日当日或之前送达{notice_zh}；未注明生效日的按最早之日；到期后不得申请。",
            f"The application must arrive before or on the effective day{notice_en}; without one it is "
            "the earliest possible. After the term nothing can be asked.",
        ),
        "5.3": (
            f"退款＝已缴会员费×剩余天数÷有效期天数（四舍五入到分）－{show_fen(s.refund_deduction)}元，不低于0.00元；"
            "生效日计为已用；已缴未开始的下一期全额退还，扣除一次。",
            f"Refund = fee paid × remaining days ÷ days of the term, half-up to the fen, minus "
            f"{show_fen(s.refund_deduction)} yuan, never below 0.00. The effective day is used; a next "
            "term already paid is given back whole, and the deduction is made once.",
        ),
        "5.4": (
            "退款额在受理时确定；至生效日结束保留全部权益，次日零时终止并退款。",
            "The refund is fixed with the accepted application. Until the end of the effective day all "
            "benefits remain; at 00:00 of the next day the membership ends and the money is given back.",
        ),
        "6.1": (
            "办理程序及咨询见网站或工作人员；服务可逐步改进，各版本注明日期。",
            "Procedure and enquiries: website or staff; the services may be improved (dated versions).",
        ),
        "6.2": (
            "医院保存申请材料、费用、医生团队、护理计划、评估、书面退会申请和退款。",
            "Kept are application material, fee, doctor team, nursing plan, assessments, written leaving "
            "applications and refunds.",
        ),
        "6.3": (
            "护理计划和评估的健康资料仅限专属团队。",
            "Health data are open to the own team only.",
        ),
        "D.1": (
            "账单按活动价，没有活动价的按原价；退款按实收金额退还。",
            "Bills are at the activity price, else the list price; a refund gives back what was charged.",
        ),
    }
