"""Standard hospital membership (医院会员制度范本) as a list of its clauses."""

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
from charterhouse.kernel.clauses.bookings import BookingReminder, Bookings, NoShow
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.conduct import Incidents
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice, FactorTable
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.settings import Factor, SettingValues, Whole, meta
from charterhouse_hospital.standard_clauses import Arrears

GROUPS: dict[str, Text] = {
    "priority-booking": ("优先预约挂号", "Priority in booking and registration"),
    "priority-visit": ("优先就诊", "Priority visit"),
    "priority-exam": ("优先检查", "Priority examination"),
    "priority-admission": ("优先住院", "Priority admission"),
    "health-consultation": ("健康咨询", "Health consultation"),
    "lecture": ("健康讲座", "Lectures"),
    "health-check": ("健康体检", "Health checks"),
    "family-doctor": ("家庭医生签约", "Family-doctor contract"),
    "telemedicine": ("远程医疗", "Telemedicine"),
    "event-priority": ("优先参加讲座、专家门诊", "Priority participation"),
    "feedback": ("意见建议", "Opinions and suggestions"),
}
CONDUCT: dict[str, Text] = {
    "smoking": ("吸烟", "Smoking"),
    "noise": ("喧哗", "Noise"),
    "improper-conduct": ("不当行为", "Improper conduct"),
}
BOOKINGS = ("outpatient", "specialist", "exam", "lecture")


class StandardSettings(Schema):
    """Factors, years, a nationality."""

    price_factors = fields.Dict(
        keys=fields.String(), values=Factor(), load_default=dict,
        metadata=meta("各类别价格系数", "Price factors by category", "factor", "4.1", "price",
                      help_zh="未列出的类别按1.00", help_en="1.00 where nothing is named"),
    )  # fmt: skip
    min_age = Whole(
        load_default=18, validate=validate.Range(0, 120),
        metadata=meta("最低年龄", "Least age", "years", "2.1", "admission"),
    )  # fmt: skip
    nationality = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(1, 20),
        metadata=meta("限定国籍", "Only this nationality", "text", "2.3", "admission",
                      help_zh="空为不限", help_en="Empty for any"),
    )  # fmt: skip
    suspend_discount_on_arrears = fields.Boolean(
        load_default=False,
        metadata=meta(
            "欠费期间停止优惠", "No reduction while a bill is overdue", "", "4.3", "price"
        ),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "admission": ("入会", "Admission"),
        "price": ("价格", "Prices"),
    }


ROLES: dict[str, Text] = {"member-department": ("会员管理部", "Member management department")}
LABELS: dict[str, Text] = {
    **COMMON,
    **GROUPS,
    **CONDUCT,
    "card-misuse": ("冒用会员身份", "Membership used for somebody else"),
    "misuse": ("冒用记录", "Misuse"),
    "no-show": ("未按约就诊", "No-show"),
    "appointment": ("预约提醒", "Appointment tomorrow"),
    "bill-overdue": ("账单逾期", "Bill overdue"),
    "bill-settled": ("账单结清", "Bill settled"),
    "bill": ("账单", "Bill"),
}


class Standard(Charter):
    """A free, voluntary membership for adults; benefits are personal."""

    code = "hospital.standard"
    name = ("医院会员制度", "Standard hospital membership")
    Settings = StandardSettings
    sections = (
        Section("1", "总则", "Purpose"),
        Section("2", "入会", "Admission"),
        Section("3", "会员权益", "Benefits"),
        Section("4", "优惠价格", "Prices"),
        Section("5", "预约", "Appointments"),
        Section("6", "会员义务", "Duties"),
        Section("7", "管理", "Roles, records, reminders, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("misuse", "no-show", "incident")
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""

        def of_nationality(d: object) -> bool:
            asked = detail(getattr(d, "body", None), "nationality")
            return s.nationality is None or asked is None or asked == s.nationality

        acting: list[Clause] = [
            MinAge("2.1", years=s.min_age),
            Documents("2.1", {"id-document": 1}),
            Consent("2.1"),
            Application("2.2"),
            Activation("2.2", card=False),
            OneMembership("2.2"),
            Condition("2.3", of_nationality, field="apply.details.nationality"),
            Unlimited("3.1", *GROUPS),
            FactorTable("4.1", s.price_factors),
            BasePrice("4.1"),
            Rights(
                "4.1", verbs=frozenset({"spend", "use"}), shown={"spend": {"id": "id_missing"}},
                flag="card-misuse", record="misuse", lending="4.2",
                lent={"spend": "wrong_person", "use": "not_transferable"},
            ),
            Arrears("4.3", suspends=s.suspend_discount_on_arrears),
            Bookings("5.1", *BOOKINGS),
            NoShow("5.2"),
            Incidents("6.2", dict.fromkeys(CONDUCT, "")),
            BookingReminder("7.3", "appointment", days=1),
            Withdrawal("D.1"),
            BillRefund("D.2"),
            AmendmentNotice("D.3", days=0),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    zh = "、".join(text[0] for text in GROUPS.values())
    en = ", ".join(text[1].lower() for text in GROUPS.values())
    only_zh = f"仅限国籍{s.nationality}。" if s.nationality else "不限国籍。"
    only_en = f"Only {s.nationality}." if s.nationality else "Any nationality."
    return {
        "1.1": (
            "会员为自愿加入并按本制度享受权益的患者；宗旨是提供个性化、全方位的诊疗与健康管理，增进医患理解。",
            "A member is a patient who joins voluntarily and has benefits under these rules. Aim: "
            "individual, all-round care and health management, and better understanding.",
        ),
        "2.1": (
            f"年满{s.min_age}周岁、自愿、持真实有效身份证明并同意本制度及义务者可申请；未同意、缺证明或年龄不足的不予受理。",
            f"A person of {s.min_age} or older, voluntary, with true and valid identity proof, who "
            "agrees to the rules and duties; otherwise the application is refused.",
        ),
        "2.2": (
            "免费，无需审核，申请当日生效，无有效期；同一人只能持有一个会员资格。",
            "No fee, no review, no term: active on the day of application; one membership a person.",
        ),
        "2.3": (only_zh, only_en),
        "3.1": (
            f"会员权益（不限次）：{zh}；检查、治疗、药品等优惠见第4条。",
            f"Without quota: {en}; prices: rule 4.",
        ),
        "4.1": (
            "会员本人就诊并核验身份（出示身份证件）的，按类别价格系数收费，不需会员卡；未列系数的按全价。",
            "Net price = price × factor of the category, only when the person treated is the member and "
            "the identity is verified (ID shown); no card is needed. Without a factor: the full price.",
        ),
        "4.2": (
            "权益不得转让或出借；为他人出示的按全价收费并登记；其他权益不得由他人使用。",
            "Benefits are neither transferred nor lent. Held out for another person a bill costs the "
            "full price and is recorded; other benefits are refused for others.",
        ),
        "4.3": (
            "账单逾期期间"
            + (
                "停止优惠。"
                if s.suspend_discount_on_arrears
                else "不停止优惠，按医院规定承担责任。"
            ),
            "While a bill is overdue "
            + (
                "no reduction is given."
                if s.suspend_discount_on_arrears
                else "reductions go on; arrears bring the liability of the hospital's own rules."
            ),
        ),
        "5.1": (
            "会员按约就诊，或及时告知取消、改约；开始前取消均为及时，不留记录。",
            "Members keep their appointments or tell the hospital in time; any cancellation before the "
            "start is in time and leaves no mark.",
        ),
        "5.2": (
            "开始后取消或未到者记一次失约，会员资格不变；改约为取消后重新预约。",
            "After the start a cancellation, or not coming, adds one no-show; the membership is "
            "unchanged. A new appointment is a cancellation and a new booking.",
        ),
        "6.1": (
            "会员遵守法律和医院规定，遵守就诊秩序，配合医护，维护医院合法权益，如实告知病情，遵医嘱，按时缴费。",
            "Law and hospital rules, order of visits, cooperation, truthful state of health, following "
            "advice, paying in time.",
        ),
        "6.2": (
            "院内不得吸烟、喧哗等不当行为，违者记录。",
            "No improper conduct in the hospital such as smoking or noise; it is recorded.",
        ),
        "7.1": (
            "会员管理部负责会员的发展、登记和管理。",
            "The member management department wins, registers, manages.",
        ),
        "7.2": (
            "医院保存身份证明、同意书、预约、失约、冒用和建议记录。",
            "Kept are identity proof, agreement, appointments, no-shows, misuse, suggestions.",
        ),
        "7.3": ("就诊前一日提醒预约。", "A reminder on the day before an appointment."),
        "7.4": (
            "每张优惠账单核验身份；健康资料仅限诊疗人员。",
            "Identity is verified at each reduced bill; health data only for the treating staff.",
        ),
        "D.1": ("会员可随时退会，即时终止。", "A withdrawal ends the membership at once."),
        "D.2": ("账单退款按实收金额退还。", "A refund gives back what was charged."),
        "D.3": ("规定的变更注明生效日期。", "Changes are dated and hold from their day."),
    }
