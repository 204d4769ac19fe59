"""Medical VIP by purchase, points or agreement (医疗VIP会员管理制度) as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import Condition, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.conditions import ByKind, everybody
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.queues import Active, Detail, Queue
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import Term
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta
from charterhouse_hospital.purchase_or_points_clauses import (
    Operations,
    PointsForMembership,
    ReportsOf,
    Ways,
)

BENEFITS: dict[str, Text] = {
    "priority-visit": ("优先就诊", "Priority visit"),
    "specialist-consultation": ("专家会诊", "Specialist consultation"),
    "report-view": ("查阅检查报告", "Viewing medical reports"),
    "accompanying-care": ("陪诊服务", "Accompanying care"),
    "health-management": ("健康管理", "Health management"),
    "rehabilitation-nursing": ("康复护理", "Rehabilitation nursing"),
    "psychological-support": ("心理支持", "Psychological support"),
    "lecture": ("讲座与培训", "Lectures and training"),
}


class PurchaseOrPointsSettings(Schema):
    """Amounts in yuan (typed as fen), points, months."""

    conditions_published = fields.Boolean(
        load_default=False,
        metadata=meta("入会办法已公布", "Ways of joining are published", "", "2.1", "admission"),
    )
    card_price = Yuan(
        required=True, metadata=meta("会员卡价格", "Price of the card", "yuan", "2.3", "admission")
    )
    exchange_points = Whole(
        required=True, validate=validate.Range(1, 10**9),
        metadata=meta("入会所需积分", "Points for membership", "points", "2.4", "admission"),
    )  # fmt: skip
    points_mode = fields.String(
        load_default="exchange", validate=validate.OneOf(["exchange", "threshold"]),
        metadata=meta("积分入会方式", "How points open membership", "choice", "2.4", "admission"),
    )  # fmt: skip
    yuan_per_point = Yuan(
        load_default=0,
        metadata=meta("每积1分所需金额", "Yuan per point", "yuan", "2.6", "points",
                      help_zh="0为不积分", help_en="0 for no points"),
    )  # fmt: skip
    service_standards = fields.List(
        fields.String(validate=validate.OneOf(list(BENEFITS))), load_default=list,
        metadata=meta("已制定标准的服务", "Benefits with a standard and procedure", "codes", "3.1", "benefits"),
    )  # fmt: skip
    term_months = Whole(
        load_default=0, validate=validate.Range(0, 600),
        metadata=meta("有效期", "Term", "months", "D.1", "admission",
                      help_zh="0为长期有效", help_en="0 for no end"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "admission": ("入会", "Admission"),
        "points": ("积分", "Points"),
        "benefits": ("权益", "Benefits"),
    }


ROLES: dict[str, Text] = {
    "reviewer": ("审核人员", "Reviewer"),
    "vip-desk": ("VIP服务台", "VIP desk"),
    "triage-nurse": ("分诊护士", "Triage nurse"),
}
LABELS: dict[str, Text] = {
    **COMMON,
    **BENEFITS,
    "individual": ("个人会员", "Individual member"),
    "group": ("团体会员", "Group member"),
    "purchase": ("购卡", "Buying a card"),
    "points": ("积分兑换", "Exchange of points"),
    "agreement": ("合作协议", "Cooperation agreement"),
    "exchange": ("兑换（扣除积分）", "Exchange (points are spent)"),
    "threshold": ("达标（不扣积分）", "Threshold (points stay)"),
    "queue": ("候诊", "Waiting for the doctor"),
    "operation": ("操作记录", "Record of an action"),
}


class PurchaseOrPoints(Charter):
    """Persons buy a card or exchange points, organisations agree; every privilege has a standard."""

    code = "hospital.purchase-or-points"
    name = ("医疗VIP会员管理制度", "Medical VIP by purchase, points or agreement")
    Settings = PurchaseOrPointsSettings
    example = {  # noqa: RUF012 - read only
        "conditions_published": True, "card_price": "1980.00", "exchange_points": 2000,
        "yuan_per_point": "1.00", "service_standards": list(BENEFITS),
    }  # fmt: skip
    sections = (
        Section("1", "范围", "Scope"),
        Section("2", "种类与入会", "Kinds and ways to join"),
        Section("3", "权益", "Benefits"),
        Section("4", "义务", "Duties"),
        Section("5", "记录与管理", "Records, roles, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("operation",)
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        granted = [code for code in BENEFITS if code in s.service_standards]
        others = [code for code in BENEFITS if code not in s.service_standards]
        acting: list[Clause] = [
            OneMembership("1.2"),
            Rights(
                "1.2", verbs=frozenset({"use"}), shown={}, flag="", lent={}, expired="D.1",
                ended="D.2",
            ),
            Application("2", kinds=("individual", "group"), review=True),
            Condition(
                "2.1", lambda _d: s.conditions_published, reason="not_published"
            ),
            Documents(
                "2.2", ByKind({"individual": {"id-document": 1}, "group": {"agreement": 1}})
            ),
            Review("2.2", reason_needed=True, notice="application-result"),
            EntryFee("2.3", amount=s.card_price, paths=frozenset({"purchase"})),
            Activation("2.3"),
            PointsForMembership(
                "2.4", needed=s.exchange_points, spent=s.points_mode == "exchange"
            ),
            Ways("2.5", {"individual": ("purchase", "points"), "group": ("agreement",)}),
            PointsByRate("2.6", block=s.yuan_per_point, who=everybody),
            BasePrice("2.6"),
            BillRefund("2.6"),
            Unlimited("3.1", *granted),
            Unlimited("3.1", *others, only=()),
            Bookings("3.3", "queue"),
            Queue("3.3", Detail("triage", "emergency"), Active()),
            ReportsOf("3.4", "report-view"),
            Operations("5.1"),
            Term("D.1", months=s.term_months),
            Withdrawal("D.2"),
            AmendmentNotice("D.3", days=0),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    per = show_fen(s.yuan_per_point)
    earns_zh = f"每实际支付满{per}元积1分" if s.yuan_per_point else "目前不积分"
    earns_en = (
        f"one point per full {per} yuan really paid" if s.yuan_per_point else "none at present"
    )
    standards_zh = "、".join(BENEFITS[c][0] for c in s.service_standards) or "暂无"
    standards_en = ", ".join(BENEFITS[c][1] for c in s.service_standards) or "none yet"
    return {
        "1.1": (
            "适用于各参与医院或医疗机构，各机构自行制定细则并落实；会员资格限于发卡机构，其他机构认可须另有协议。",
            "Covers all participating hospitals, each with its own detailed rules. A membership holds "
            "at the institution that issued it; recognition elsewhere needs an explicit agreement.",
        ),
        "1.2": (
            "医疗VIP指以购卡、积分或类似方式成为VIP的个人或机构；同一时间只能持有一个会员资格。",
            "A medical VIP is a person or organisation that became VIP by buying, by gathering points "
            "or in a similar way; one membership at a time.",
        ),
        "2": (
            "个人会员为自然人，以购卡、积分兑换等方式加入；团体会员为法人或其他组织，以合作协议等方式加入。",
            "Individual members are natural persons who buy a card or exchange points; group members "
            "are legal persons or other organisations with a cooperation agreement.",
        ),
        "2.1": (
            "医院须先行公布入会途径和条件（网站或其他方式），公布前不受理申请；目前"
            + ("已公布。" if s.conditions_published else "尚未公布。"),
            "Ways and conditions of joining must be published first; before that no application is "
            "accepted. They are "
            + ("published." if s.conditions_published else "not published yet."),
        ),
        "2.2": (
            "个人提交身份证件，团体提交合作协议，均经审核；不予批准须说明理由；结果通知申请人。",
            "An individual hands in the identity document, a group the agreement; every applicant is "
            "reviewed, a rejection needs an explanation, and the applicant is told the result.",
        ),
        "2.3": (
            f"购卡：批准后一次付清会员卡价格{show_fen(s.card_price)}元，不足不予办理，付清即生效。",
            f"Purchase: after approval the price of {show_fen(s.card_price)} yuan is owed in one "
            "payment; less is refused. Active with the payment.",
        ),
        "2.5": (
            "协议：批准即生效；团体不得以购卡或积分加入，个人不得以协议加入。",
            "Agreement: active at approval. A group cannot join by purchase or points, a person not by "
            "agreement.",
        ),
        "2.6": (
            f"患者入会前即可积分，入会后继续：{earns_zh}，按每张账单计算，无须出示会员卡；账单按活动价（无活动价按原价）收取，"
            "退款按退款后余额重新计算积分。",
            f"Patients gather points before and after they become members: {earns_en}, bill by bill, "
            "without a card. Bills are at the activity price, else the list price; a refund counts "
            "the points anew.",
        ),
        "3.1": (
            f"特权须合法且不违背医疗原则，并有明确的标准和程序，未制定标准的不予提供。已制定：{standards_zh}。",
            f"Privileges are lawful, never touch the principles of care and need a clear standard and "
            f"procedure; without one they are not granted. Defined: {standards_en}.",
        ),
        "3.2": (
            "医院设VIP服务体系，保障会员权益落实。",
            "The hospital runs a VIP service system that makes the rights effective.",
        ),
        "3.3": (
            "优先不得先于急诊：候诊依次为急诊、有效VIP会员、其他人员，同类按到达先后。",
            "Priority never overtakes emergencies: called are emergencies, then active VIP members, "
            "then all others, each in the order of arrival.",
        ),
        "3.4": (
            "会员仅可查阅本人报告；团体查阅其人员的报告须经该人员同意。",
            "A person views the own reports only; a group sees a report of one of its persons only "
            "with that person's consent.",
        ),
        "4.1": (
            "会员遵守医院规定，不得有违规行为。",
            "Members obey the rules of the hospital and do nothing irregular.",
        ),
        "5.1": (
            "VIP档案包括基本资料和操作记录：申请、审核、缴费、享用权益、查阅报告各记一条，不得删改；账单、预约和被拒绝的操作不计。",
            "The VIP file holds basic data and one record for every action (application, review, "
            "payment, benefit, report viewed); records cannot be deleted or changed. Bills, bookings "
            "and refused actions leave none.",
        ),
        "5.2": (
            "岗位：审核人员、VIP服务台、分诊护士。",
            "Roles: reviewer, VIP desk, triage nurse.",
        ),
        "5.3": (
            "档案仅审核人员和VIP服务台可查阅；报告依3.4。",
            "Files are open to the reviewer and the VIP desk; reports by 3.4.",
        ),
        "D.2": (
            "会员可随时退会，即时终止，已缴费用不予退还。",
            "A withdrawal ends the membership at once; nothing is paid back.",
        ),
        "D.3": (
            "规定的变更注明生效日期，自该日起适用。",
            "Changes are dated and hold from their day.",
        ),
    }
