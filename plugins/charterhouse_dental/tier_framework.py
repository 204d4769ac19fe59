"""The clinic defines its tiers itself: fee, agreement, own services (口腔门诊会员制方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.conditions import ByTier, everybody
from charterhouse.kernel.clauses.earning import BillRefund, BillsCounted, NoRefundOf, SpendTotal
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.points import OpeningFigures
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.queues import HasBenefit, Queue
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.terms import Renewal
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import tier_framework_texts as texts
from charterhouse_dental import words
from charterhouse_dental.tier_framework_clauses import (
    Bought,
    FactorBought,
    Recognition,
    ServiceBought,
    TermBought,
    TierConditions,
    TierTable,
    UpgradeBought,
)
from charterhouse_dental.tier_framework_reports import INCOME
from charterhouse_dental.tier_framework_settings import TierFrameworkSettings
from charterhouse_dental.tier_framework_texts import LABELS, SERVICES


class TierFramework(Charter):
    """Tiers of the clinic's own; a running term keeps what was bought."""

    code = "dental.tier-framework"
    name = ("口腔门诊自定等级会员方案", "Dental outpatient membership framework")
    Settings = TierFrameworkSettings
    sections = (
        Section("1", "会员等级", "Tiers"),
        Section("2", "入会与交费协议", "Admission and payment agreement"),
        Section("3", "专属服务", "Exclusive services"),
        Section("4", "会员期限", "Course of the membership"),
        Section("5", "收入", "Money"),
        Section("6", "运行", "Operation"),
        Section("D", "补充规定", "Decided rules"),
    )
    reports = (INCOME,)
    records = ("feedback",)
    labels = LABELS
    example = {  # noqa: RUF012 - read as a plain attribute
        "tiers": {
            "tier-a": {"fee": 600, "term_months": 12, "services": ["priority-booking"]},
            "tier-b": {"fee": 1200, "term_months": 12,
                       "services": ["priority-booking", "waiting-room", "queue-priority"]},
            "tier-c": {"fee": 3000, "term_months": 12, "services": list(SERVICES),
                       "factor": "0.90"},
        }
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        tiers = dict(sorted(s.tiers.items(), key=lambda item: (item[1]["fee"], item[0])))
        fees = ByTier({tier: row["fee"] for tier, row in tiers.items()})
        months = ByTier({tier: row["term_months"] for tier, row in tiers.items()})
        names = {tier: words.named(tier, LABELS) for tier in tiers}
        return [
            Tiers("1.1", names, setting="tiers", unnamed="2.2",
                  unknown="2.2").says(*texts.table(tiers)),
            TierTable("1.1", tiers, flag="tier-count"),
            TierConditions("1.2", tiers).says(*texts.conditions(tiers)),
            SpendTotal("1.3", who=everybody).says(*texts.COUNTERS),
            BillsCounted("1.3", "bills", who=everybody),
            OpeningFigures("1.3"),
            Application("2.2").says(*texts.APPLYING),
            Documents("2.2", {"agreement": 1}),
            OneMembership("2.2", running=words.IN_FORCE),
            EntryFee("2.3", amount=fees).says(*texts.PAYING),
            Activation("2.3", card=False),
            TermBought("2.4", months=months).says(
                "会员期限为该等级所定月数，自缴费之日起算。",
                "The term is that of the tier, from the day of payment.",
            ),
            Rights("3.1", verbs=words.USING, shown={}, lent={}, price="3.3").says(*texts.services(tiers)),
            *(
                ServiceBought(
                    "3.1", code, only=[t for t, row in tiers.items() if code in row["services"]]
                )
                for code in SERVICES
            ),
            Bookings("3.2", "treatment").says(*texts.QUEUE),
            Queue("3.2", HasBenefit("queue-priority")),
            FactorBought("3.3", factor=ByTier(), of_list=True).says(*texts.prices(tiers)),
            BasePrice("3.3"),
            Renewal("4.1", fee=fees, months=months).says(*texts.RENEWAL),
            UpgradeBought("4.2", fees=fees, each_term=False).says(*texts.RISE),
            Withdrawal("4.3").says(*texts.LEAVING),
            NoRefundOf("4.3", purposes=frozenset({"fee", "difference"})),
            Recognition("5.1").says(*texts.INCOME),
            Bought("6.1", tiers).says(*texts.CHANGES),
            Recorded("6.1", {"feedback": ""}),
            AmendmentNotice("6.1", days=0, configuration="1.1"),
            *texts.STATEMENTS,
            BillRefund("D.2").says(*words.REFUND),
        ]  # fmt: skip
