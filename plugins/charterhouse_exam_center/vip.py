"""VIP rules of a health-examination center (体检中心VIP规章制度) as a list of its clauses."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.conditions import Lines
from charterhouse.kernel.clauses.conduct import Claim, Incidents, Sanctions
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Suspension, Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, ExpiryNotice
from charterhouse.kernel.clauses.origins import Origin, Origins
from charterhouse.kernel.clauses.price import BasePrice, Factor, percent
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import AgreedTerm
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.settings import Factor as FactorField
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_exam_center.vip_clauses import Attendance

ORIGINS = {
    "contract": Origin(papers=("agreement",), details=("contract_until",)),
    "product": Origin(papers=("receipt",)),
    "other": Origin(review=True),
}
BENEFITS = (
    "priority-booking", "exclusive-service", "extended-package", "medical-guidance",
    "health-plan", "lecture", "convenience-service",
)  # fmt: skip
INCIDENTS = ("disturbance", "property-damage", "rule-breach")
MEASURES = frozenset({"warn", "suspend", "end_membership"})


class VipSettings(Schema):
    """The factor of packages, days of notice and of the reminder, and three switches."""

    package_factor = FactorField(
        load_default=Decimal("1.00"),
        metadata=meta("套餐价格系数", "Price factor of packages", "factor", "2.1", "price"),
    )
    notice_days = Whole(
        load_default=1, validate=validate.Range(0, 365),
        metadata=meta("变更提前通知", "Notice of changes", "days", "4.1", "changes"),
    )  # fmt: skip
    notify_all = fields.Boolean(
        load_default=True,
        metadata=meta("须逐一通知", "Every VIP must be told", "", "4.2", "changes"),
    )
    reminder_days = Whole(
        load_default=30, validate=validate.Range(1, 365),
        metadata=meta("合同到期提醒提前", "Reminder before a contract ends", "days", "6.2", "contract"),
    )  # fmt: skip
    contract_status_ends = fields.Boolean(
        load_default=True,
        metadata=meta("资格随合同终止", "Status ends with the contract", "", "1.2", "contract"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "contract": ("合同", "Contracts"),
        "price": ("价格", "Prices"),
        "changes": ("服务变更", "Changes of service"),
    }


LABELS: dict[str, Text] = {
    **COMMON,
    "contract": ("合同单位客户", "Customer under a contract"),
    "product": ("高端保健产品购买者", "Buyer of high-end products"),
    "other": ("其他", "Others"),
    "agreement": ("合作协议", "Agreement"),
    "receipt": ("购买凭证", "Receipt"),
    "contract_until": ("合同截止日", "Last day of the contract"),
    "exclusive-service": ("专属服务", "Exclusive service"),
    "extended-package": ("更全面的体检套餐", "Fuller examination package"),
    "medical-guidance": ("专业医疗指导", "Professional medical guidance"),
    "health-plan": ("个人健康管理方案", "Personal health-management plan"),
    "lecture": ("健康讲座及活动", "Lectures and health activities"),
    "convenience-service": ("便民服务", "Convenience services"),
    "disturbance": ("扰乱秩序", "Disturbance"),
    "property-damage": ("损坏财物", "Damage to property"),
    "rule-breach": ("违反规定", "Breach of the rules"),
    "contract-renewed": ("合同续签", "Contract renewed"),
    "claim": ("索赔", "Claim"),
    "claim-damage": ("追偿损失", "Claim the damage"),
    "exam-incomplete": ("体检项目未完成", "Examination not completed"),
    "contract-ending": ("合同即将到期", "Contract about to end"),
}
ROLES: dict[str, Text] = {
    "vip-desk": ("VIP服务台", "VIP desk"),
    "manager": ("中心管理人员", "Management of the center"),
    "medical-team": ("医护团队", "Medical team"),
}


class Vip(Charter):
    """VIPs by contract, purchase or acceptance; no change without notice to each of them."""

    code = "exam-center.vip"
    name = ("体检中心VIP规章制度", "VIP rules of a health-examination center")
    Settings = VipSettings
    sections = (
        Section("1", "VIP资格", "Who is VIP"),
        Section("2", "VIP权益", "Benefits"),
        Section("3", "VIP义务", "Duties"),
        Section("4", "服务变更", "Changes of service"),
        Section("5", "违规处理", "Breaches"),
        Section("6", "记录、提醒与隐私", "Records, reminders, privacy"),
    )
    records = ("incident", "claim")
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        acting: list[Clause] = [
            Origins("1.1", ORIGINS),
            OneMembership("1.1"),
            Application("1.1", review=True),
            Review("1.1"),
            Activation("1.1", card=False),
            AgreedTerm(
                "1.2", detail="contract_until", origins=("contract",), renewed="contract-renewed",
                ends=s.contract_status_ends, incomplete="1.1", ended="5.3",
            ),
            Unlimited("2", *BENEFITS),
            Rights(
                "2", verbs=frozenset({"spend", "use"}), shown={}, lent={},
                expired="1.2", suspended="5.1", ended="5.3",
            ),
            Factor("2.1", factor=s.package_factor, lines=Lines(categories={"health-check"})),
            BasePrice("2.1"),
            BillRefund("2.1"),
            Attendance("3.2", kind="exam", flag="exam-incomplete"),
            AmendmentNotice("4.1", days=s.notice_days, everybody=s.notify_all, told="4.2"),
            Incidents("5.1", dict.fromkeys(INCIDENTS, "")),
            Sanctions("5.1", measures=MEASURES, approver=""),
            Suspension("5.1", reason_needed=True),
            Claim("5.2", "property-damage", task="claim-damage"),
            Withdrawal("5.3", ended="5.3"),
            ExpiryNotice("6.2", days=s.reminder_days, notice="contract-ending"),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    """What the document says in words of its own, with the tenant's figures."""
    return {**_who(s), **_rights(s), **_changes(s), **_breaches(), **_records(s)}


def _who(s: SettingValues) -> dict[str, Text]:
    ends = s.contract_status_ends
    return {
        "1": (
            "合同约定的企业或单位客户、购买高端保健产品的客户以及中心接纳的其他客户为VIP；不收会费，不分等级。",
            "VIPs are customers listed under a company's or institution's contract, buyers of high-end "
            "health-care products, and others whom the center accepts. No fee, no tier.",
        ),
        "1.1": (
            "申请须注明来源并提供证明：合同客户提供合作协议和合同截止日，产品购买者提供购买凭证，均无需审核即生效；其他客户须经批准。"
            "缺少证明的不予受理，已是VIP的不得再次申请。",
            "An application names its origin with its proof: the agreement and the contract's last "
            "day, or the receipt of the purchase; both are active without review. Others need an "
            "approval. Without the proof an application is refused, and so is one of a VIP.",
        ),
        "1.2": (
            "合同客户的资格有效至合同最后一日，之后失效；合同续签（到期前后均可）登记后即时延续或恢复。"
            if ends
            else "合同客户的资格不随合同终止；合同续签予以登记。",
            "Contract VIPs are VIP until the contract's last day, then no more; a renewed contract, "
            "recorded before or after that day, makes them active again at once."
            if ends
            else "The status of contract VIPs does not end with the contract; a renewal is recorded.",
        ),
        "1.3": (
            "争议依本制度解决，解释权归中心，未尽事宜可另行补充；自公布之日起施行。",
            "Disputes are settled by these rules; the right of interpretation is the center's, and "
            "gaps may be filled by supplementary rules. In force from publication.",
        ),
    }


def _rights(s: SettingValues) -> dict[str, Text]:
    return {
        "2": (
            "全体VIP享受：优先预约和专属服务、更优价格和更全面的套餐、专业医疗指导和个人健康管理方案、健康讲座及活动、便民服务，"
            "均不限次数；没有有效资格的不享受。",
            "All VIPs have, without limit: priority booking and exclusive service, better prices and "
            "fuller packages, professional medical guidance and a personal health-management plan, "
            "lectures and health activities, convenience services. Without active status there is "
            "none.",
        ),
        "2.1": (
            f"体检套餐按活动价（无活动价按原价）的{percent(s.package_factor)}%收费，逐行四舍五入到分；其他项目及没有有效资格的，"
            "按全价收费。账单退款按原支付方式退回。",
            f"Examination packages cost a VIP {percent(s.package_factor)} % of the activity price, else "
            "of the list price, half-up to the fen per line. Everything else, and everything for a "
            "person without active status, costs the full price. A bill taken back is given back the "
            "way it was paid.",
        ),
        "3.1": (
            "VIP须提供真实有效的个人资料，遵守法律，按时到检并完成体检项目，听从工作人员安排并保持安静，遵循保健建议，"
            "配合医护团队，尊重工作人员和其他客户，举止文明。",
            "Duties: true and valid personal data; obey the law; come on time and complete the items; "
            "follow staff and keep quiet; follow health-care advice and cooperate with the medical "
            "team; respect staff and other patients, no uncivil behaviour.",
        ),
        "3.2": (
            "体检到检予以登记；有项目未完成的予以标记，不因此处罚。",
            "Attendance is recorded. Items left open are flagged; that is no sanction by itself.",
        ),
    }


def _changes(s: SettingValues) -> dict[str, Text]:
    days = s.notice_days
    return {
        "4.1": (
            f"中心可调整VIP服务，须事先通知VIP；调整最早于通知后{days}天生效。",
            "The center may change the services of VIPs but tells them before: a change takes effect "
            f"{days} day(s) after the notice at the earliest.",
        ),
        "4.2": (
            "公布时资格有效的每位VIP均须有通知记录，尚有未通知的不得调整；未获批、暂停、失效或终止的无需通知。"
            if s.notify_all
            else "调整公布即可，不要求逐一通知。",
            "Every VIP active at the announcement must have a recorded notice; while one is missing "
            "the change is refused. Who is not active need not be told."
            if s.notify_all
            else "An announcement suffices; VIPs need not be told one by one.",
        ),
        "4.3": (
            "生效日之前适用原规定。",
            "Before the effective day the old version holds.",
        ),
    }


def _breaches() -> dict[str, Text]:
    return {
        "5.1": (
            "违反规定或妨碍其他客户、工作人员的，中心可警告、暂停或取消资格，均由工作人员说明理由作出决定并记录；"
            "暂停至恢复为止，其间不享受权益、按全价收费。不会自动处理，事件本身不改变资格。",
            "For breaking the rules or disturbing others the center may warn, suspend or cancel the "
            "status, always by a recorded decision of staff with a reason. A suspension lasts until it "
            "is resumed, without benefits and at the full price. Nothing is automatic: an incident "
            "alone changes no status.",
        ),
        "5.2": (
            "损坏财物或有其他不当行为的依法承担责任；有金额的损失登记索赔，作出决定之前资格不变。",
            "Damage to property or other improper conduct brings liability by law: damage with an "
            "amount opens a claim, and the status stays until a decision.",
        ),
        "5.3": (
            "资格取消或本人退出后即告终止，不再享受权益。",
            "After cancellation, or when the VIP leaves, the status has ended and there are no benefits.",
        ),
    }


def _records(s: SettingValues) -> dict[str, Text]:
    return {
        "6.1": (
            "记录来源证明、到检情况（是否准时、完成）、事件、索赔、决定和变更通知。",
            "Recorded are proof of origin, attendance (on time, complete), incidents, claims, decisions "
            "and notices of changes.",
        ),
        "6.2": (
            f"合同最后一日前{s.reminder_days}天零时提醒合同即将到期。",
            f"A reminder at 00:00 of the day {s.reminder_days} days before the last day of a contract.",
        ),
        "6.3": (
            "体检结果仅向本人提供；未经本人同意，合同单位不得查看。",
            "Results of examinations are shown to the person only; the contracting company sees none "
            "without consent.",
        ),
    }
