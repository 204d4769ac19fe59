"""VIP membership with health gold card (医院VIP会员制度) as a list of its clauses."""

from __future__ import annotations

from typing import Any

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import (
    Condition,
    Documents,
    OneMembership,
    applied_kind,
    applied_tier,
)
from charterhouse.kernel.clauses.benefits import Quota, Unlimited, UseGivenBack, membership_year
from charterhouse.kernel.clauses.conditions import (
    ByKind,
    ByTier,
    Lines,
    OnlyTiers,
    PerHead,
)
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.doctors import DoctorOfOnesOwn
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee, Fee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.groups import GroupSize, PerPersonQuota
from charterhouse.kernel.clauses.largest_bills import LargestBills, largest_bill
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, ExpiryNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor, Waived
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.rises import AnotherCard
from charterhouse.kernel.clauses.stock import ComesWithCard
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues
from charterhouse_hospital import vip_gold_texts as texts
from charterhouse_hospital.vip_gold_clauses import PlanOfCardYear, StaysWithoutDeposit
from charterhouse_hospital.vip_gold_settings import VipGoldSettings

GROUPS = ("group-small", "group")
GOLD = ("gold",)
FILE = {"health-file-consent": 1}
CARD = {"card": "card_missing"}


def _asks(tier: str) -> Any:
    """Whether a person's application asks for a tier."""
    return lambda d: applied_kind(d) == "individual" and applied_tier(d) == tier


def _fits(d: Draft) -> bool:
    """Persons ask for the tiers of persons."""
    return applied_kind(d) == "group" or applied_tier(d) not in GROUPS


def _outpatient(d: Draft) -> bool:
    return d.body.visit in (None, "outpatient")


def _inpatient(d: Draft) -> bool:
    return bool(d.body.visit == "inpatient")


class VipGold(Charter):
    """Groups and big spenders without or for a small fee; a gold card and a card for the busy."""

    code = "hospital.vip-gold"
    name = (
        "医院VIP会员制度（团体、个人、保健金卡、个人贵宾卡）",
        "Hospital VIP membership with health gold card",
    )
    Settings = VipGoldSettings
    example = {  # noqa: RUF012 - read only
        "group_fee": "200.00", "gold_fee": "3000.00", "vip_card_fee": "2000.00",
        "admission_deposit": "3000.00", "inpatient_factor": "0.95", "fitness_factor": "0.90",
        "group_exam_factor": "0.85", "course_factor": "0.75",
    }  # fmt: skip
    sections = (
        Section("1", "宗旨与对象", "Purpose and public"),
        Section("2", "入会", "Admission"),
        Section("3", "期限与年度", "Term, years, quotas"),
        Section("4", "权益", "Benefits"),
        Section("5", "价格", "Prices"),
        Section("6", "免押金住院（金卡）", "Admission without deposit (gold)"),
        Section("7", "保健医生、计划、药箱（金卡）", "Doctor, plan, medicine box (gold)"),
        Section("8", "管理", "Roles, records, reminders, privacy"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("doctor-assignment", "medicine-box", "medicine-box-owed", "details-changed")
    roles = texts.ROLES
    labels = texts.LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        cards = ByTier({"vip-card": s.vip_card_fee, "gold": s.gold_fee})
        group = PerHead(s.group_fee, s.group_free_from)
        fees: ByTier[Any] = ByTier({**cards, **dict.fromkeys(GROUPS, group)})
        months = ByTier({
            **dict.fromkeys(GROUPS, s.group_term_months),
            "individual": s.individual_term_months,
            "vip-card": s.vip_card_term_months,
            "gold": s.gold_term_months,
        })  # fmt: skip
        yearly = s.health_checks_per_year
        checks = ByTier({"group": yearly, "individual": yearly, "gold": s.gold_health_checks})
        acting: list[Clause] = [
            GroupSize("2.1", small="group-small", large="group", free_from=s.group_free_from),
            LargestBills("2.2"),
            Condition(
                "2.2", lambda d: largest_bill(d.of_member) >= s.visit_threshold,
                concerns=_asks("individual"),
            ),
            Documents("2.2", FILE, when=_asks("individual")),
            Documents("2.3", FILE, when=_asks("gold")),
            Application("2.4", kinds=("group", "individual")),
            EntryFee("2.4", amount=fees),
            Activation("2.4", beside={"deposit"}),
            AnotherCard(
                "2.5", fees=cards, months=months, kinds={"individual"}, expired="3.2", none="2.4",
                ended="D.3",
            ),
            OneMembership("2.5"),
            Tiers("2.6", texts.TIERS, default="individual", ordered=()),
            Condition("2.6", _fits, field="apply.tier"),
            Term("3.1", months=months, lapse="3.2"),
            Renewal("3.2", fee=fees, months=months, new_year=True, group="2.1"),
            Unlimited("4.0", *texts.FOR_ALL),
            Unlimited("4.0", "lecture", only=OnlyTiers(checks)).per_tier(
                **{"group-small": "4.1"}
            ),
            PerPersonQuota("4.0", "health-check", per=checks, used="3.3", person="4.2").per_tier(
                **{"group-small": "4.1"}
            ),
            Unlimited("4.0", *texts.FOR_GROUPS, only=GROUPS),
            Unlimited("4.0", *texts.FOR_GOLD, only=GOLD),
            Rights(
                "5.1", verbs=frozenset({"spend", "use"}), shown={"spend": CARD, "use": CARD},
                flag="", lent={"spend": "wrong_person", "use": "wrong_person"},
                shared=frozenset({"group"}), card="4.0", lending="4.0", expired="3.2", none="2.4",
                ended="D.3",
            ),
            Waived("5.1", lines=Lines(categories={"registration"}), when=_outpatient),
            BasePrice("5.1"),
            Factor(
                "5.2", factor=ByKind({"group": s.inpatient_factor}), when=_inpatient
            ).apart("inpatient"),
            Factor(
                "5.2", factor=ByKind({"group": s.fitness_factor}),
                lines=Lines(departments={"fitness"}),
            ).apart("fitness"),
            Factor(
                "5.2", factor=ByKind({"group": s.group_exam_factor}),
                lines=Lines(categories={"health-check"}),
            ).apart("health-check"),
            Factor(
                "5.3", factor=ByKind({"group": s.course_factor}), units=s.course_from_persons,
                lines=Lines(items={"first-aid-course"}, categories={"course"}),
            ),
            Unlimited("6.1", "deposit-free-admission", only=GOLD, excluded="6.5"),
            StaysWithoutDeposit(
                "6.2", "deposit-free-admission", limit=s.deposit_free_limit,
                days=s.deposit_free_days, deposit=s.admission_deposit, task="demand-deposit",
                demanded="6.3", told="6.4",
            ),
            Fee("6.3", amount=s.admission_deposit, purpose="deposit"),
            PlanOfCardYear("7.1", task="draw-up-health-plan", tier="gold"),
            DoctorOfOnesOwn(
                "7.2", replaced="doctor-replaced", record="doctor-assignment",
                task="assign-health-doctor", only=GOLD, ask="7.1",
            ),
            Quota(
                "7.3", "health-plan", per=ByTier({"gold": 1}), period=membership_year, excluded="4.0"
            ),
            UseGivenBack("3.3"),
            Quota("7.4", "medicine-box", per=ByTier({"gold": 0}), excluded="4.0"),
            ComesWithCard(
                "7.4", "medicine-box", only=GOLD, issue="issue-medicine-box", owe="owe-medicine-box"
            ),
            DetailsChanged("8.2", shown={}),
            ExpiryNotice("8.3", days=0, notice="term-ending"),
            BillRefund("D.1"),
            NoRefundOf("D.1", purposes=frozenset({"fee", "deposit"})),
            AmendmentNotice("D.2", days=0),
            Withdrawal("D.3", ended="3.2"),
        ]  # fmt: skip
        return [*acting, *texts.statements(s)]
