"""Specialist hospital membership in four levels (专科医院会员管理制度) as a list of its clauses."""

from __future__ import annotations

from decimal import Decimal

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited, UseGivenBack, term_year
from charterhouse.kernel.clauses.cards import Loss, Reissue
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.conduct import DetailsChanged, Sanctions
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise, UpgradeByFee
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.leaving import (
    RefundRule,
    Suspension,
    Withdrawal,
    price_of_uses,
    unused_days,
    unused_months,
)
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.settings import SettingValues
from charterhouse_specialist import four_tier_texts as texts
from charterhouse_specialist.four_tier_settings import FourTierSettings

FROM_SILVER = ("silver", "gold", "diamond")
FROM_GOLD = ("gold", "diamond")
SHOWN = {"card": "card_missing"}


def refund_rule(s: SettingValues) -> RefundRule:
    """What the unused part of the fee is, by days or full months, less the check-ups used."""
    less = price_of_uses("health-check", s.check_up_price or 0) if s.deduct_used else 0
    return unused_months(less) if s.refund_basis == "months" else unused_days(less)


class CheckUpPrice(Statement):
    """The price of a check-up is needed where used ones are deducted."""

    def __init__(self, number: str, s: SettingValues) -> None:
        super().__init__(number, *texts.refund(s))
        self.lacking = s.deduct_used and s.check_up_price is None

    def check(self) -> list[Problem]:
        """See `Clause.check`."""
        why = Said("扣减已用体检时须填写", "is needed where used check-ups are deducted")
        return [("check_up_price", why)] * self.lacking


class FourTier(Charter):
    """Four fee levels, each with the rights below it; leaving gives back the unused part."""

    code = "specialist.four-tier"
    name = ("专科医院会员管理制度", "Specialist hospital membership in four levels")
    Settings = FourTierSettings
    sections = (
        *(Section(str(n), *heading) for n, heading in enumerate(texts.HEADINGS, start=1)),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("details-changed",)
    roles = texts.ROLES
    labels = texts.LABELS
    example = {  # noqa: RUF012 - a class attribute of the kernel's, never changed
        "fee": {"normal": "100.00", "silver": "600.00", "gold": "1200.00", "diamond": "3600.00"},
        "term_months": 12,
        "price_factor": {"silver": "0.95", "gold": "0.90", "diamond": "0.85"},
        "covered_items": ["laser"], "health_checks": 1, "reissue_fee": "20.00",
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByTier({tier: s.fee[tier] for tier in texts.TIERS})
        factors = [Decimal(1), *(s.price_factor[tier] for tier in FROM_SILVER)]
        acting: list[Clause] = [
            Tiers("4", texts.TIERS, default="normal", own=texts.ARTICLES),
            FeesRise("10", rising={"fee": list(fees.values())}),
            FeesRise("4", falling={"price_factor": factors[1:3]}, strictly=True),
            FeesRise("4", falling={"price_factor": [factors[2], factors[3]]}),
            FeesRise("4", falling={"price_factor": [s.price_factor.get("normal", 1), 1]}),
            BasePrice("4"),
            Factor(
                "6", factor=ByTier({tier: s.price_factor[tier] for tier in FROM_SILVER}),
                lines=Lines(items=frozenset(s.covered_items)), gold="7", diamond="7",
            ),
            AmendmentNotice("4", days=0),
            Unlimited(
                "6", "priority-visit", "booking", "health-consultation", only=FROM_SILVER
            ),
            Unlimited("7", "priority-admission", "green-channel", only=FROM_GOLD),
            Quota(
                "7", "health-check", per=ByTier(dict.fromkeys(FROM_GOLD, s.health_checks)),
                period=term_year,
            ),
            Quota("8", "health-management", per=ByTier({"diamond": 1}), period=term_year),
            UseGivenBack("17"),
            OneMembership("9"),
            Documents("9", {"registration-form": 1, "id-document": 1}),
            Consent("9"),
            Application("9", review=True),
            Review("10"),
            EntryFee("10", amount=fees),
            Activation("11"),
            Term("11", months=s.term_months, lapse="D.2"),
            Rights(
                "11", verbs=frozenset({"spend", "use"}), shown={"spend": SHOWN, "use": SHOWN},
                lent={}, suspended="16", expired="D.2", ended="18", void="14",
            ),
            Loss("14", shown={}, expired="D.2", ended="18"),
            Reissue("14", amount=s.reissue_fee, suspended="16", expired="D.2", ended="18"),
            DetailsChanged("15"),
            Suspension("16"),
            Sanctions("16", measures=frozenset({"suspend", "end_membership"}), approver=""),
            Withdrawal("18", months=s.notice_months, refund=refund_rule(s), paid_back="19"),
            NoRefundOf("19", purposes=frozenset({"fee", "difference", "reissue"})),
            BillRefund("17"),
            CheckUpPrice("19", s),
            UpgradeByFee("D.1", fees=fees, suspended="16", expired="D.2", ended="18"),
            Renewal("D.2", fee=fees, months=s.term_months, ended="18"),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in texts.texts(s).items())]
