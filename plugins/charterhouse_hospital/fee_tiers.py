"""VIP patients in three levels by service fee (VIP患者就医与管理制度) as a list of its clauses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.admission import RUNNING, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.clauses.services import Service, Step, task
from charterhouse.kernel.clauses.terms import Term
from charterhouse.kernel.clauses.tiers import Ladder, Tiers
from charterhouse.kernel.labels import COMMON
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta, needs_all
from charterhouse_hospital.fee_tiers_clauses import (
    SUM,
    FeeGivenBack,
    FeeRenewal,
    ServiceFee,
    VipPatientsOnly,
)

TIERS: dict[str, Text] = {
    "bronze": ("铜牌级", "Bronze"),
    "silver": ("白银级", "Silver"),
    "gold": ("黄金级", "Gold"),
}
BENEFITS: dict[str, Text] = {
    "doctor-team": ("专属医疗团队", "Own team of doctors"),
    "fast-track": ("快速通道", "Fast track"),
    "treatment-plan": ("个性化治疗方案", "Individual treatment plan"),
    "exclusive-ward": ("专属病房或病区", "Exclusive ward or ward area"),
    "fast-discharge": ("快速出院", "Fast discharge"),
    "consultation": ("医疗咨询", "Medical consultation"),
}
_TIER = fields.String(validate=validate.OneOf(list(TIERS)))


class FeeTiersSettings(Schema):
    """Amounts in yuan (typed as fen), months, days."""

    tier_thresholds = fields.Dict(
        keys=_TIER, values=Yuan(), validate=needs_all(*TIERS),
        load_default=lambda: {"bronze": 100_000, "silver": 300_000, "gold": 500_000},
        metadata=meta("各级服务费", "Lowest sum of service fees", "yuan", "2.2", "fees"),
    )  # fmt: skip
    term_months = Whole(
        load_default=0, validate=validate.Range(0, 600),
        metadata=meta("有效期", "Term", "months", "2.3", "fees",
                      help_zh="0为长期有效", help_en="0 for no end"),
    )  # fmt: skip
    contact_days = Whole(
        load_default=0, validate=validate.Range(0, 3650),
        metadata=meta("定期联系间隔", "Regular contact", "days", "4.3", "service",
                      help_zh="0为不提醒", help_en="0 for no reminder"),
    )  # fmt: skip
    level_benefits = fields.Dict(
        keys=_TIER, values=fields.List(fields.String(validate=validate.OneOf(list(BENEFITS)))),
        load_default=dict,
        metadata=meta("各级权益", "Benefits by level", "codes", "3", "service",
                      help_zh="未列出的等级享有全部权益", help_en="All, where a level is not named"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "fees": ("服务费", "Service fees"),
        "service": ("服务", "Service"),
    }


ROLES: dict[str, Text] = {"vip-team": ("VIP服务团队", "VIP service team")}
LABELS: dict[str, Text] = {
    **COMMON,
    **TIERS,
    **BENEFITS,
    "fee": ("服务费", "Service fee"),
    "amount": ("金额", "Amount"),
    "prepare-records": ("准备病历资料", "Prepare the records"),
    "settle-bill": ("结算账单", "Settle the bill"),
    "service-fee-refunded": ("服务费已退", "Service fee refunded"),
    "contact": ("定期联系", "Regular contact"),
}


class FeeTiers(Charter):
    """Registered and paid: own team, fast channel, own ward; the sum paid decides the level."""

    code = "hospital.fee-tiers"
    name = ("VIP患者就医与管理制度", "VIP patients in three levels by service fee")
    Settings = FeeTiersSettings
    sections = (
        Section("1", "总则", "Scope"),
        Section("2", "资格与等级", "Eligibility and tiers"),
        Section("3", "权益", "Benefits"),
        Section("4", "服务团队与管理", "Service team, records, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("service-fee-refunded",)
    roles = ROLES
    labels = LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        sums = {tier: s.tier_thresholds[tier] for tier in TIERS}
        least = min(sums.values())
        acting: list[Clause] = [
            Documents("2.1", {"registration-form": 1}),
            Application("2.1"),
            OneMembership("2.1", running=RUNNING | {"lapsed"}),
            Activation("2.1", card=False),
            VipPatientsOnly("2.1", approved="2.4", fallen="2.5", expired="2.3"),
            Tiers("2.2", TIERS, default="bronze"),
            Ladder(
                "2.2", {tier: {SUM: need} for tier, need in sums.items()}, falls=True,
                settings=dict.fromkeys(TIERS, "tier_thresholds"),
            ),
            ServiceFee("2.3", sums, owed="2.4", short="2.3", again="2.5"),
            Term("2.3", months=s.term_months),
            FeeRenewal("2.3", fee=least, months=s.term_months, ended="D.1"),
            FeeGivenBack("2.5", least=least),
            *(
                Unlimited("3", code, only=[
                    tier for tier in TIERS if code in s.level_benefits.get(tier, BENEFITS)
                ])
                for code in BENEFITS
            ),
            Services(
                "3.1",
                Service(
                    "fast-discharge", benefit="fast-discharge",
                    opening=(task("prepare-records"), task("settle-bill")),
                    steps=(Step("prepare-records", closes=("prepare-records",)),
                           Step("settle-bill", closes=("settle-bill",))),
                    needs=("prepare-records", "settle-bill"),
                ),
                none="2.4",
            ),
            Cycle("4.3", "contact", days=s.contact_days),
            Withdrawal("D.1", forfeits=(SUM,)),
            BasePrice("D.2"),
            BillRefund("D.2"),
            AmendmentNotice("D.3", days=0),
        ]  # fmt: skip
        return [*acting, *(Statement(n, zh, en) for n, (zh, en) in _texts(s).items())]


def _texts(s: SettingValues) -> dict[str, Text]:
    need = {tier: show_fen(s.tier_thresholds[tier]) for tier in TIERS}
    zh = "、".join(text[0] for text in BENEFITS.values())
    en = ", ".join(text[1].lower() for text in BENEFITS.values())
    term_zh = f"每期{s.term_months}个月，逐期重新计算" if s.term_months else "不设期限"
    term_en = (
        f"each term of {s.term_months} months counts anew" if s.term_months else "there is no term"
    )
    contact_zh = f"每{s.contact_days}日" if s.contact_days else "间隔未规定"
    contact_en = f"every {s.contact_days} days" if s.contact_days else "no interval is set"
    return {
        "1.1": (
            "本制度约束全体VIP患者及有关人员，旨在提供优质、高效、个性化服务。",
            "Guiding rules for all VIP patients and the staff concerned; quality, efficient and "
            "individual service.",
        ),
        "2.1": (
            "VIP患者须已登记并已缴纳服务费，二者缺一不可，先后不限；登记（登记表）无需审核；同一人只登记一次。",
            "A VIP patient is registered and has paid the service fee, in either order; registration "
            "(form) needs no review. One registration a person.",
        ),
        "2.2": (
            f"等级按服务费累计：铜牌级{need['bronze']}元起、白银级{need['silver']}元起、黄金级{need['gold']}元起，不足最低额的不是VIP患者。",
            f"Tiers by the sum of service fees: bronze from {need['bronze']}, silver from "
            f"{need['silver']}, gold from {need['gold']} yuan; below that nobody is a VIP patient.",
        ),
        "2.3": (
            f"仅服务费计入，医疗费用不计，扣除退款，登记前缴纳的亦计入；{term_zh}；入会首次缴费不得低于{need['bronze']}元，"
            "以后金额不限并可即时升级；等级以累计额为准。",
            f"Only service-fee payments count, never medical bills, net of refunds, those before "
            f"registration included; {term_en}. A first payment at joining is at least "
            f"{need['bronze']} yuan; further ones are of any size and may raise the tier at once. The "
            "sum decides, whatever tier was asked for.",
        ),
        "2.4": (
            "申请时应缴所申请等级的服务费（未注明的按铜牌级）减去已缴部分；累计达铜牌级即生效，此后不再欠缴；此前不享受权益。",
            "Owed on application: the threshold of the tier asked for, else of bronze, less what has been "
            "paid. Active as soon as the sum reaches bronze, nothing owed from then on; no benefit "
            "before.",
        ),
        "2.5": (
            f"退还服务费的，累计额和等级即时降低；低于{need['bronze']}元的资格中止，补足后恢复。",
            f"A service fee given back lowers sum and tier at once; below {need['bronze']} yuan the "
            "membership lapses until the sum suffices again.",
        ),
        "3": (f"权益（各级相同，不限次）：{zh}。", f"All tiers alike, without quota: {en}."),
        "3.1": (
            "快速出院须提出申请，准备病历和结算账单两项完成后方可办结。",
            "Fast discharge is a request with two tasks, records and bill; it is closed as served only "
            "when both are done.",
        ),
        "4.1": (
            "VIP服务团队由医疗、护理和行政人员组成，负责登记建档更新、定期联系、协调就诊、协助入院出院转院。",
            "The VIP service team of medical, nursing and administrative staff registers and keeps files, "
            "keeps regular contact, coordinates visits, helps with admission, discharge and transfer.",
        ),
        "4.2": (
            "保存登记与档案、服务费、联系与反馈、入院出院转院事项。",
            "Kept are register and file, service fees, contact and feedback, admission and discharge.",
        ),
        "4.3": (f"定期联系提醒：{contact_zh}。", f"Reminder of regular contact: {contact_en}."),
        "4.4": (
            "档案仅VIP服务团队和诊疗人员可查阅。",
            "Files are open to the VIP service team and the treating staff only.",
        ),
        "D.1": (
            "可随时退出，即时终止，服务费不自动退还。",
            "A withdrawal ends it at once; nothing is paid back by itself.",
        ),
        "D.2": (
            "账单按活动价，没有活动价的按原价；退款按实收金额退还。",
            "Bills are at the activity price, else the list price; a refund gives back what was charged.",
        ),
        "D.3": ("规定的变更注明生效日期。", "Changes are dated and hold from their day."),
    }
