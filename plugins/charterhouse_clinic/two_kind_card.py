"""The clinic member card, ordinary and VIP (诊所会员卡管理制度), as a list of its clauses."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import (
    Condition,
    Consent,
    Documents,
    OneMembership,
    Path,
    Paths,
)
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.cards import Loss, Reissue
from charterhouse.kernel.clauses.conditions import ALL_LINES, ByTier, Lines
from charterhouse.kernel.clauses.conduct import Incidents, Sanctions
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf, PointsByRate
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise
from charterhouse.kernel.clauses.flow import Activation, Application, GrantedTier, Review
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.points import OpeningFigures, PointsValid, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.referrals import IntroductionPoints
from charterhouse.kernel.clauses.rights import NotOffered, Rights, Statement
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Ladder, TierByYears, Tiers
from charterhouse.kernel.clauses.windows import SpendWindow
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import spent
from charterhouse.kernel.settings import SettingValues
from charterhouse_clinic import two_kind_texts as texts
from charterhouse_clinic.two_kind_reports import MONTHLY
from charterhouse_clinic.two_kind_settings import TIERS, TwoKindSettings
from charterhouse_clinic.two_kind_texts import RECENT

USES = ("spend", "redeem", "use")
PATHS = {"first-visit": Path(), "referral": Path(clause="2.2(2)")}


def asks_for_ordinary(d: Draft) -> bool:
    """Nobody applies for the better card: it is reached or granted."""
    return d.body.tier in (None, "ordinary")


class TwoKindCard(Charter):
    """A card for everybody and a better one for who has been here long or spends much."""

    code = "clinic.two-kind-card"
    name = ("诊所会员卡管理制度（普通卡与VIP卡）", "Clinic card, ordinary and VIP")
    Settings = TwoKindSettings
    sections = (
        Section("1", "总则", "General"),
        Section("2", "种类与发放", "Kinds and issue"),
        Section("3", "使用", "Use"),
        Section("4", "保管", "Upkeep"),
        Section("5", "管理", "Administration"),
    )
    reports = (MONTHLY,)
    records = ("lending", "incident", "card-offer")
    roles = texts.ROLES
    labels = texts.LABELS
    example = {  # noqa: RUF012 - a class attribute of the kernel's, never changed
        "price_factor": {"ordinary": "0.95", "vip": "0.85"},
        "covered_items": ["cleaning", "filling"], "points_per_yuan": 1, "points_valid_months": 12,
        "term_months": 12, "reissue_fee": "10.00", "referral_points": 50, "vip_spend": "5000.00",
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        covered = Lines(items=frozenset(s.covered_items))
        factors = ByTier({tier: s.price_factor[tier] for tier in TIERS})
        acting: list[Clause] = [
            Tiers("2.1(1)", texts.TIERS, default="ordinary", own={"vip": "2.1(2)"}),
            Condition("2.1(2)", asks_for_ordinary, field="apply.tier"),
            Factor("2.1(1)", factor=factors, lines=covered, vip="2.1(2)"),
            FeesRise("2.1(2)", falling={"price_factor": list(factors.values())}),
            Unlimited("2.1(2)", "personal-service", only=("vip",)),
            SpendWindow("2.1a", RECENT, months=s.vip_window_months),
            Ladder("2.1a", {"ordinary": {}, "vip": {spent(RECENT): s.vip_spend}}),
            TierByYears("2.1a", years=s.vip_after_years, tier="vip", below=("ordinary",)),
            GrantedTier("2.1a", reason_needed=True),
            Paths("2.2(1)", PATHS, default="first-visit", on_site=frozenset()),
            Consent("2.2(1)"),
            Documents("2.2(1)", {"application-form": 1}),
            OneMembership("2.2(1)"),
            Recorded("2.2(1)", {"card-offer": ""}, nobody=True),
            IntroductionPoints("2.2(2)", points=s.referral_points, outcome="carded"),
            Application("2.2a", review=True),
            Review("2.2a"),
            EntryFee("2.2a", amount=s.card_fee),
            NoRefundOf("2.2a", purposes=frozenset({"fee", "reissue"})),
            Activation("2.2a"),
            Rights(
                "3.1", verbs=frozenset(USES), shown={v: {"card": "card_missing"} for v in USES},
                lending="3.3", lost="4.1", void="4.1", expired="4.2", ended="4.3",
            ),
            OpeningFigures("3.2"),
            PointsValid("3.2", months=s.points_valid_months),
            Redemption("3.2", gifts={}, shown={}),
            NotOffered("3.3", {"transfer_card": "not_transferable"}),
            BasePrice("3.4"),
            PointsByRate(
                "3.4", per_yuan=s.points_per_yuan,
                lines=covered if s.points_on == "covered" else ALL_LINES,
            ),
            BillRefund("3.4"),
            Loss("4.1", shown={}, expired="4.2", ended="4.3"),
            Reissue("4.1", amount=s.reissue_fee, expired="4.2", ended="4.3"),
            Term("4.2", months=s.term_months),
            Renewal("4.2", fee=s.renewal_fee, months=s.term_months, ended="4.3"),
            Incidents("4.3", {"card-lost": "", "card-damaged": ""}),
            Sanctions("4.3", measures=frozenset({"end_membership"}), approver=""),
            AmendmentNotice("5.2", days=0),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in texts.texts(s).items())]
