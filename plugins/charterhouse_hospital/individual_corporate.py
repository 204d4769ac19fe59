"""Membership of persons and organisations (个人会员、单位会员) as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Documents, MinAge, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.conditions import ByKind
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf, PointsByRate
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle, ExpiryNotice
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.tender import PointsTender
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta
from charterhouse_hospital.individual_corporate_clauses import (
    FeePaid,
    FeeTerm,
    Issue,
    without_proof,
)

KINDS: dict[str, Text] = {
    "individual": ("个人会员", "Individual member"),
    "corporate": ("单位会员", "Corporate member"),
}
_KIND = fields.String(validate=validate.OneOf(list(KINDS)))
_ITEM = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$"))


class IndividualCorporateSettings(Schema):
    """Amounts in yuan (typed as fen), months, years, points."""

    fees = fields.Dict(
        keys=_KIND, values=Yuan(), required=True,
        metadata=meta("会费", "Fee per term", "yuan", "3.1", "fees"),
    )  # fmt: skip
    term_months = Whole(
        load_default=12, validate=validate.Range(1, 600),
        metadata=meta("会费有效期", "Term", "months", "3.1", "fees"),
    )  # fmt: skip
    min_age = Whole(
        load_default=18, validate=validate.Range(0, 120),
        metadata=meta("个人会员最低年龄", "Least age of individuals", "years", "2.1", "fees"),
    )  # fmt: skip
    yuan_per_point = Yuan(
        load_default=0,
        metadata=meta("每积1分所需金额", "Yuan per point", "yuan", "6.2", "points",
                      help_zh="0为不积分", help_en="0 for no points"),
    )  # fmt: skip
    yuan_per_point_used = Yuan(
        load_default=0,
        metadata=meta("每分抵付金额", "Value of a point on a bill", "yuan", "6.1", "points",
                      help_zh="0为不能抵付", help_en="0: not usable for bills"),
    )  # fmt: skip
    gift_points = fields.Dict(
        keys=_ITEM, values=Whole(validate=validate.Range(1, 10**7)), load_default=dict,
        metadata=meta("礼品目录", "Gifts", "points", "6.1", "points"),
    )  # fmt: skip
    return_visit_months = Whole(
        load_default=0, validate=validate.Range(0, 120),
        metadata=meta("回访间隔", "Interval of return visits", "months", "7.2", "service",
                      help_zh="0为不提醒", help_en="0 for none"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "fees": ("会费与资格", "Fees and admission"),
        "points": ("积分", "Points"),
        "service": ("服务", "Service"),
    }


ROLES: dict[str, Text] = {"member-department": ("会员管理部门", "Member management department")}
LABELS: dict[str, Text] = {
    **COMMON,
    **KINDS,
    "member-offer": ("会员专享优惠", "Member-only offers"),
    "specialist-booking": ("优先预约专家门诊", "Priority booking of specialist outpatient"),
    "lecture": ("健康讲座", "Lectures"),
    "free-clinic": ("义诊", "Free clinics"),
    "group-health-check": ("团体体检", "Group examination"),
    "project-priority": ("优先参与医院合作项目", "Priority in cooperation projects"),
    "health-news": ("定期健康资讯", "Regular health information"),
    "feedback": ("意见建议", "Comments and suggestions"),
    "card-issued": ("已发会员卡", "Card issued"),
    "certificate-issued": ("已发会员单位证书", "Certificate issued"),
    "details-changed": ("资料变更", "Change of data"),
    "fee-due": ("会费到期", "Fee due"),
    "return-visit": ("定期回访", "Return visit"),
}


class IndividualCorporate(Charter):
    """Persons and organisations pay a fee and hold a card or certificate; both gather points."""

    code = "hospital.individual-corporate"
    name = ("医院会员管理制度（个人会员、单位会员）", "Membership of persons and organisations")
    Settings = IndividualCorporateSettings
    example = {  # noqa: RUF012 - read only
        "fees": {"individual": "300.00", "corporate": "5000.00"}, "yuan_per_point": "10.00",
        "yuan_per_point_used": "0.10", "gift_points": {"towel-set": 30},
    }  # fmt: skip
    sections = (
        Section("1", "总则", "General"),
        Section("2", "种类与入会", "Kinds and admission"),
        Section("3", "会费与期限", "Fee and term"),
        Section("4", "权益", "Benefits"),
        Section("5", "义务", "Duties"),
        Section("6", "积分", "Points"),
        Section("7", "管理", "Roles, records, reminders, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("card-issued", "certificate-issued", "details-changed")
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByKind(s.fees)
        both = ("lecture", "health-news", "feedback")
        acting: list[Clause] = [
            AmendmentNotice("1.1", days=0),
            Application("2", kinds=KINDS.keys(), review=True),
            OneMembership("2"),
            MinAge("2.1", years=ByKind({"individual": s.min_age})),
            Documents(
                "2.1",
                ByKind({"individual": {"id-document": 1}, "corporate": {"registration-proof": 1}}),
            ),
            Review("2.2"),
            Issue("2.2", {"individual": "card-issued", "corporate": "certificate-issued"}),
            Activation("2.2", awaits=without_proof),
            EntryFee("3.1", amount=fees),
            NoRefundOf("3.1", purposes=frozenset({"fee"})),
            FeeTerm("3.1", months=s.term_months, lapse="3.2"),
            FeePaid("3.2", fee=fees, months=s.term_months, gapless=True, ended="D.1"),
            Unlimited(
                "4.1", "member-offer", "specialist-booking", "free-clinic", only=("individual",)
            ),
            Unlimited("4.1", "group-health-check", "project-priority", only=("corporate",)),
            Unlimited("4.1", *both),
            Rights(
                "2.2", verbs=frozenset({"spend", "use", "redeem"}), shown={}, flag="", lent={},
                suspended="3.2", ended="D.1",
            ),
            Redemption("6.1", gifts=s.gift_points, shown={}, insufficient="6.3"),
            PointsTender(
                "6.1", fen_per_point=s.yuan_per_point_used, strict=False, insufficient="6.3"
            ),
            PointsByRate("6.2", block=s.yuan_per_point),
            OpeningFigures("6.2"),
            BillRefund("6.2"),
            DetailsChanged("7.1", shown={}),
            Cycle("7.2", "return-visit", months=s.return_visit_months),
            ExpiryNotice("7.4", days=0, notice="fee-due"),
            Withdrawal("D.1"),
            BasePrice("D.2"),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    fees_zh = "、".join(f"{KINDS[k][0]}{show_fen(f)}元" for k, f in s.fees.items())
    fees_en = ", ".join(f"{KINDS[k][1].lower()} {show_fen(f)}" for k, f in s.fees.items())
    value = show_fen(s.yuan_per_point_used)
    per = show_fen(s.yuan_per_point)
    pays_zh = f"每分抵付{value}元" if s.yuan_per_point_used else "目前不能抵付账单"
    pays_en = f"a point pays {value} yuan of a bill" if s.yuan_per_point_used else "no bill is paid"
    earns_zh = f"每实际支付满{per}元积1分" if s.yuan_per_point else "目前不积分"
    earns_en = (
        f"one point per full {per} yuan really paid" if s.yuan_per_point else "none at present"
    )
    visit_zh = f"每{s.return_visit_months}个月" if s.return_visit_months else "间隔未规定"
    visit_en = f"every {s.return_visit_months} months" if s.return_visit_months else "no interval"
    return {
        "1.1": (
            "适用于全体会员，遵循公开、公平、公正，以患者为中心；自公布之日起施行，由医院解释，未尽事宜另行规定。",
            "Applies to all members; openness, fairness, justice; the patient is the centre. Effective "
            "from publication; the hospital interprets and rules separately what is missing.",
        ),
        "2": (
            "个人会员为关心支持医院发展的自然人，持会员卡；单位会员为愿与医院长期合作、支持医院的依法登记单位，持证书；"
            "均须缴纳会费；同时只能持有一个会员资格。",
            "Individual members are natural persons interested in the hospital and willing to support "
            "it, with a card; corporate members are lawfully registered bodies willing to cooperate for "
            "long, with a certificate. Both pay the fee; one membership at a time.",
        ),
        "2.1": (
            f"个人须年满{s.min_age}周岁并提交身份证件；单位提交登记证明；材料不全不予受理。",
            f"Individuals are {s.min_age} or older with identity document; organisations have their "
            "registration proof. Missing papers are refused.",
        ),
        "2.2": (
            "程序：登记、会员管理部门审核、缴费、发卡或发证；缴费前不发，不发另一类证件；自发卡（证）之日起生效，此前不享受权益。",
            "Registration, review by the member management department, fee, issue of card or "
            "certificate: not before the fee, not the proof of the other kind. Active from the day of "
            "issue, and no benefit before.",
        ),
        "3.1": (
            f"每期会费（{s.term_months}个月，自生效之日起）：{fees_zh}，下期会费于有效期最后一日应缴，已缴不退。",
            f"Fee of a term of {s.term_months} months from activation: {fees_en} yuan. The next fee is "
            "due on the last valid day; nothing is given back.",
        ),
        "3.2": (
            "逾期未缴自次日起暂停权益和兑换，积分不减不增；缴费当日恢复，期限与上期衔接，欠缴几期补缴几期。",
            "Not paid by then: from the next day benefits and redemption rest, no points lost and none "
            "earned. Payment restores them that day; the next term follows without a gap, one payment "
            "for each term missed.",
        ),
        "4.1": (
            "个人会员：会员专享优惠、优先预约专家门诊、义诊；单位会员：团体体检、优先参与合作项目；"
            "两类均享：讲座、健康资讯、意见建议。不属本类的不予提供。",
            "Individuals: member-only offers, priority booking of specialists, free clinics. "
            "Organisations: group examination, priority in cooperation projects. Both: lectures, health "
            "information, suggestions. A benefit of the other kind is refused.",
        ),
        "5.1": (
            "会员遵守医院规定、维护医院声誉、按时缴费、积极参加活动、提供真实准确的资料。",
            "Members keep the rules and the hospital's good name, pay in time, take part, give true data.",
        ),
        "6.1": (
            f"积分可兑换礼品并计入优惠：{pays_zh}；两类会员均有账户，一个单位一个账户。",
            f"Points buy gifts and count towards discounts: {pays_en}. Both kinds have an account, an "
            "organisation one for all.",
        ),
        "6.2": (
            f"{earns_zh}，按每张账单计算，不累计余数；积分抵付的部分不积分；退款按余额重新计算并扣回差额，不低于0；积分不过期。",
            f"Points: {earns_en}, bill by bill; what points pay earns none. A refund counts anew and "
            "takes back the difference, never below 0. Points do not expire.",
        ),
        "6.3": ("积分不足不予兑换或抵付。", "Too few points are refused."),
        "7.1": (
            "会员管理部门负责登记、审核、管理；资料变更和退会须及时告知。",
            "The member management department registers, reviews, manages; changes and cancellations are "
            "reported to it promptly.",
        ),
        "7.2": (f"定期回访了解需求，改进服务：{visit_zh}。", f"Regular return visits: {visit_en}."),
        "7.3": (
            "保存卡证、会费、回访、邮寄、变更与退会、积分明细。",
            "Kept are cards and certificates, fees, return visits, mailings, changes, points ledger.",
        ),
        "7.4": ("提醒：会费到期、回访到期。", "Reminders: fee due; return visit due."),
        "7.5": (
            "单位仅可见本单位账户和预约，不见个人结果。",
            "An organisation sees its own account and bookings, never the results of persons.",
        ),
        "D.1": (
            "会员可随时退会，即时终止，会费不退。",
            "A withdrawal ends the membership at once; no fee is paid back.",
        ),
        "D.2": (
            "账单按活动价，没有活动价的按原价。",
            "Bills are at the activity price, else the list price.",
        ),
    }
