"""Prepaid ladder and departmental cards (会员卡管理) as a list of its clauses."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited, UseGivenBack, membership_year
from charterhouse.kernel.clauses.conditions import ByKind, ByTier, Lines, since_birthday
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate, SpendTotal
from charterhouse.kernel.clauses.fees import FeesRise
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor, Waived
from charterhouse.kernel.clauses.rights import NotOffered, Rights
from charterhouse.kernel.clauses.tender import (
    CashOut,
    Prepayment,
    StoredValue,
    TopUpRefund,
    TopUps,
)
from charterhouse.kernel.clauses.tiers import Ladder, TierByPrepayment, TierByTopUp, Tiers
from charterhouse.kernel.settings import SettingValues
from charterhouse_maternity import prepaid_ladder_texts as texts
from charterhouse_maternity.prepaid_ladder_clauses import (
    KindOfTier,
    RegistrationBuyOut,
    of_department,
)
from charterhouse_maternity.prepaid_ladder_settings import PrepaidLadderSettings, by_steps

LADDER = ("gold", "platinum", "diamond")
CARDS = {
    "gynecology-gold": "B.1",
    "obstetrics-angel": "B.2",
    "obstetrics-30k": "B.3",
    "obstetrics-50k": "B.4",
}
CHECK_UPS = {
    "health-check-basic": ("gynecology-gold", "obstetrics-angel"),
    "health-check-enhanced": ("obstetrics-30k",),
    "health-check-upgraded": ("obstetrics-50k",),
}
DEPARTMENT = ("department",)


class PrepaidLadder(Charter):
    """One prepayment decides the level; four departmental cards stand beside the ladder."""

    code = "maternity.prepaid-ladder"
    name = ("预存会员卡与科室卡管理", "Prepaid ladder and departmental cards")
    Settings = PrepaidLadderSettings
    sections = (
        Section("A.1", "全院会员卡：入会", "Hospital-wide ladder: entry"),
        Section("A.2", "全院会员卡：升级", "Hospital-wide ladder: rise"),
        Section("B", "科室会员卡", "Departmental cards"),
        Section("C", "其他", "Other rules"),
    )
    labels = texts.LABELS
    roles = texts.ROLES

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        ladder = {tier: s.entry_amount[tier] for tier in LADDER}
        cards = ByTier({tier: s.entry_amount[tier] for tier in CARDS})
        acting: list[Clause] = [
            Tiers("A.1", texts.TIERS, default="gold", ordered=LADDER, own=CARDS),
            KindOfTier("B.9", dict.fromkeys(CARDS, "department"), default="ladder"),
            Application("A.1.1", kinds=("ladder", "department"), default="ladder", review=True),
            Documents("A.1.1", {"application-form": 1, "id-document": 1}),
            OneMembership("A.1.1"),
            Review("A.1.1"),
            Activation("A.1.1"),
            OpeningFigures("A.1.1"),
            StoredValue("A.1.1", strict=False),
            Prepayment("A.1.2", least=ByTier(ladder)),
            TierByPrepayment("A.1.3", ladder),
            FeesRise("A.1.4", falling={"price_factor": [s.price_factor.get(t, 1) for t in LADDER]}),
            Factor("A.1.4", factor=ByTier(s.price_factor)),
            BasePrice("A.1.4"),
            TopUps(
                "A.1.5", department="B.10",
                least=ByKind({"ladder": s.top_up_min, "department": s.department_top_up_min}),
            ),
            Ladder(
                "A.2.1", {tier: {"spend_total": need} for tier, need in ladder.items()},
                only=("ladder",), settings=dict.fromkeys(LADDER, "entry_amount"),
            ),
            SpendTotal("A.2.1"),
            FeesRise(
                "A.2.2",
                rising={"upgrade_same_month": by_steps(s.upgrade_same_month),
                        "upgrade_later": by_steps(s.upgrade_later)},
            ),
            TierByTopUp(
                "A.2.2", LADDER, same_month=s.upgrade_same_month, later=s.upgrade_later
            ),
            NotOffered("A.2.4", {"upgrade": "not_included"}),
            Factor(
                "B.2", factor=ByTier({"obstetrics-angel": s.angel_factor}),
                lines=Lines(departments={"obstetrics"}),
            ),
            Factor(
                "B.3", factor=ByTier({"obstetrics-30k": s.obstetrics_30k_factor}),
                lines=Lines(departments={"obstetrics"}, medical=True),
            ),
            Unlimited("B.4", "vip-lounge", only=("obstetrics-50k",)),
            RegistrationBuyOut("B.5", amount=s.registration_buy_out),
            Waived("B.5", lines=Lines(categories={"registration"}), only=DEPARTMENT),
            Unlimited("B.5", "registration-waiver", only=DEPARTMENT),
            *(
                Quota("B.6", benefit, per=1, only=tiers, period=membership_year)
                for benefit, tiers in CHECK_UPS.items()
            ),
            Quota("B.6", "birthday-gift", per=1, only=DEPARTMENT, window=since_birthday),
            UseGivenBack("B.6", redemptions=True),
            PointsByRate("B.7", block=s.yuan_per_point, who=of_department),
            Redemption("B.7", gifts=s.gifts),
            Prepayment("B.11", least=cards),
            CashOut("C.2"),
            TopUpRefund("C.2"),
            Withdrawal("C.3"),
            BillRefund("C.4"),
            AmendmentNotice("C.5", days=0),
            Rights("C.6"),
        ]  # fmt: skip
        return [*acting, *texts.statements(s)]
