"""Gold card (prepaid) and ordinary card (医院会员卡规定) as a list of its clauses."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited, UseGivenBack, membership_year
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import NEED_RIGHTS, Rights
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.clauses.tender import CashOut, Prepayment, StoredValue, TopUpRefund, TopUps
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import CREDIT
from charterhouse.kernel.settings import SettingValues
from charterhouse_hospital import gold_ordinary_texts as texts
from charterhouse_hospital.gold_ordinary_clauses import (
    CashDiscount,
    CashRules,
    CheckedItems,
    Dividend,
    Fasting,
    IntroducedDiscount,
    Introductions,
    StayBefore,
    TreatmentCredit,
)
from charterhouse_hospital.gold_ordinary_settings import GoldOrdinarySettings

_PAPERS = {"application-form": 1, "id-document": 1}
_GOLD = ("gold",)


def _holds_gold(d: Draft) -> bool:
    """The member's card is a gold card."""
    return d.of_member.tier == "gold"


class GoldOrdinary(Charter):
    """A gold card for a prepayment, an ordinary card for inpatients; cash off every stay."""

    code = "hospital.gold-ordinary"
    name = ("医院会员卡规定（金卡、普通卡）", "Gold card and ordinary card")
    Settings = GoldOrdinarySettings
    sections = (
        Section("0", "办卡", "Entry"),
        Section("1", "会员金卡", "Gold card"),
        Section("2", "普通会员卡", "Ordinary card"),
        Section("3", "共同规定", "Common rules"),
    )
    records = ("introduction",)
    roles = texts.ROLES
    labels = texts.LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document; 2.x are the ordinary card's numbers."""
        rewards = {"ordinary": s.ordinary_credit}
        if s.gold_reward_enabled:
            rewards["gold"] = s.gold_reward
        acting: list[Clause] = [
            Tiers("0", texts.TIERS, ordered=(), own={"gold": "0.1", "ordinary": "0.2"}),
            OneMembership("0"),
            Application("0.2a", review=True),
            Review("0.2a"),
            Documents(
                "0.2a", ByTier({"gold": _PAPERS, "ordinary": {**_PAPERS, "admission-slip": 1}})
            ),
            Prepayment("0.2a", least=ByTier({"gold": s.gold_prepay_min})),
            Activation("0.2a"),
            TopUps("0.3", only=_GOLD),
            StoredValue("0.3", strict=False),
            StayBefore("0.4", tier="ordinary"),
            Quota(
                "1.1", "health-check", per=1, period=membership_year
            ).per_tier(ordinary="2.1"),
            UseGivenBack("1.1").per_tier(ordinary="2.1"),
            CheckedItems("1.1", "health-check", s.check_items).per_tier(ordinary="2.1"),
            Factor(
                "1.2", factor=ByTier(s.exam_factor), lines=Lines(categories={"exam", "health-check"})
            ).per_tier(ordinary="2.2"),
            CashDiscount("1.3", s.cash_discount).per_tier(ordinary="2.3"),
            Unlimited("1.4", "escort", "priority-service").per_tier(ordinary="2.5"),
            Unlimited("1.5", "home-visit", "health-file").per_tier(ordinary="2.6"),
            Unlimited("1.6", "home-blood-draw", "report-delivery", only=_GOLD, excluded="3.4"),
            Unlimited("1.7", "medicine-delivery", only=_GOLD, excluded="3.4"),
            Unlimited("1.8", "snack").per_tier(ordinary="2.7"),
            Fasting("1.8").per_tier(ordinary="2.7"),
            Dividend("1.9a", tier="gold", amount=s.dividend, enabled=s.dividend_enabled),
            CashOut("1.9b", unit=CREDIT, only=_holds_gold, never="2.4"),
            IntroducedDiscount("2.4", off=s.introduced_discount),
            TreatmentCredit("2.4"),
            Introductions("2.4a", ByTier(rewards), gold="1.9b", ordinary="2.4", off="3.3"),
            Factor("3.1", factor=texts.FULL, lines=Lines(categories={"drug"})),
            BasePrice("3.2"),
            Rights("3.2a", verbs=NEED_RIGHTS | {"refer"}, flag="", lent={"spend": "wrong_person"}),
            CashRules(
                "3.3", approval=s.cash_rules_approval,
                switches={"dividend": s.dividend_enabled, "reward": s.gold_reward_enabled},
            ),
            Services(
                "3.4",
                Service("home-visit", benefit="home-visit"),
                *(Service(code, tiers=set(_GOLD), otherwise="not_included")
                  for code in ("home-blood-draw", "report-delivery", "medicine-delivery")),
            ),
            TopUpRefund("3.5"),
            Withdrawal("3.6"),
            BillRefund("3.7"),
            AmendmentNotice("3.8", days=0),
        ]  # fmt: skip
        return [*acting, *texts.statements(s)]
