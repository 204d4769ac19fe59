"""Silver, gold and diamond cards of an oral hospital (最新口腔医院会员制方案)."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import FreeLines, Quota, Unlimited, once
from charterhouse.kernel.clauses.cards import Loss, Reissue
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.cycles import AfterEachDay
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf, PointsByRate
from charterhouse.kernel.clauses.episodes import TreatmentComplete, after_treatment
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise, UpgradeByFee, stepwise
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption, VisitPoints
from charterhouse.kernel.clauses.price import BasePrice, Factor, Waived
from charterhouse.kernel.clauses.rights import Rights, Visits
from charterhouse.kernel.clauses.rises import UpgradeByPoints
from charterhouse.kernel.clauses.tender import PointsTender
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import silver_gold_diamond_texts as texts
from charterhouse_dental import words
from charterhouse_dental.silver_gold_diamond_settings import SilverGoldDiamondSettings

SILVER, GOLD, DIAMOND = "silver", "gold", "diamond"


def first_visit(d: Draft) -> bool:
    """The bill says so; without a word, the person had no bill or visit before."""
    said = d.body.first_visit
    return bool(said) if said is not None else not d.of_member.facts.get(Visits.fact)


def _always(_d: Draft) -> bool:
    return True


class SilverGoldDiamond(Charter):
    """Three paid cards; points buy items, raise the level or offset a bill."""

    code = "dental.silver-gold-diamond"
    name = ("口腔医院银金钻会员方案", "Silver, gold and diamond cards of an oral hospital")
    Settings = SilverGoldDiamondSettings
    sections = (
        Section("1", "登记、会员费与会员卡", "Registration, fee, card"),
        Section("2", "等级", "Levels"),
        Section("3", "会员权利", "Rights of every member"),
        Section("4", "积分", "Points"),
        Section("5", "活动与管理", "Activities and management"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    records = ("treatment-complete", "complaint")
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByTier({SILVER: s.fee_silver, GOLD: s.fee_gold, DIAMOND: s.fee_diamond})
        factors = ByTier({SILVER: s.factor_silver, GOLD: s.factor_gold, DIAMOND: s.factor_diamond})
        first = Quota("3.1", "first-consultation", per=1, period=once, on_bills=True)
        return [
            Documents("1.1", {"registration-form": 1}).says(*texts.REGISTRATION),
            Consent("1.1"),
            OneMembership("1.1"),
            Application("1.1"),
            EntryFee("1.1", amount=fees),
            NoRefundOf("1.1", purposes=frozenset({"fee", "difference"})),
            Activation("1.1"),
            OpeningFigures("1.1"),
            Withdrawal("1.1", forfeits=(POINTS,)),
            FeesRise("1.2", rising=stepwise({f"fee_{t}": fees[t] for t in texts.TIERS})).says(
                *texts.fees(s)
            ),
            Rights(
                "1.3", verbs=texts.NEED_RIGHTS, shown={"spend": {"card": "card_missing"}},
                lent={}, expired="1.4", ended="1.1",
            ).says(*texts.CARD),
            Loss("1.3", expired="1.4"),
            Reissue("1.3", amount=0, expired="1.4"),
            Term("1.4", months=s.term_months).says(*texts.term(s)),
            Renewal("1.4", fee=fees, months=s.term_months),
            Tiers("2", texts.TIERS, missing="incomplete").says(*texts.LEVELS),
            UpgradeByFee("2.1", fees=fees, each_term=False, stated=True, order="2.2").says(
                *texts.BY_FEE
            ),
            UpgradeByPoints(
                "2.2", points={GOLD: s.points_to_gold, DIAMOND: s.points_to_diamond},
                expired="1.4",
            ).says(*texts.by_points(s)),
            FeesRise("2.2", rising={"points_to_diamond": [s.points_to_gold, s.points_to_diamond]}),
            Unlimited("2.2", "special-doctor", "special-courtesy", only={DIAMOND}),
            first.says(*texts.first(s)),
            FreeLines(
                "3.1", first, items=s.first_visit_items, when=first_visit, whole=True,
                spends=True, returns=False,
            ),
            Visits("3.1", paths=frozenset()),
            Unlimited("3.2", "exclusive-doctor").says(*texts.DOCTOR),
            Unlimited("3.3", "priority-booking").says(*texts.BOOKING),
            Factor(
                "3.4", factor=factors, lines=Lines(categories=set(s.discount_categories)),
                of_list=True,
            ).says(*texts.prices(s)),
            FeesRise("3.4", falling=stepwise({f"factor_{t}": factors[t] for t in texts.TIERS})),
            AfterEachDay(
                "3.5", "follow-up", days=s.follow_up_days,
                on_events={"spend": _always, "visit": _always},
            ).says(*texts.follow_up(s)),
            Waived("3.6", lines=Lines(items={"re-check"}), when=after_treatment).says(
                *texts.RE_CHECK
            ),
            TreatmentComplete("3.6"),
            *_included(s),
            BasePrice("3.8"),
            PointsByRate("4.1", per_yuan=s.points_per_yuan, short=True).says(*texts.points(s)),
            VisitPoints("4.1", points=s.points_per_visit),
            Redemption(
                "4.2", gifts=s.redemption_list, shown={}, unknown="not_redeemable",
                by_number=False,
            ).says(*texts.uses(s)),
            PointsTender("4.2", per_yuan=s.points_per_yuan_off),
            BillRefund("4.3").says(*texts.REFUND),
            Unlimited("5.1", "lecture", "care-training", "gathering").says(*texts.ACTIVITIES),
            Recorded("5.2", {"complaint": "solve-complaint"}).says(*texts.MANAGEMENT),
            AmendmentNotice("D.1", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def _included(s: SettingValues) -> Iterator[Clause]:
    """3.7: items that are free while their number of the calendar year lasts."""
    yield texts.included(s)
    for item in dict.fromkeys((*s.included_gold, *s.included_diamond)):
        gold = s.included_gold.get(item, 0)
        diamond = gold + s.included_diamond.get(item, 0)
        numbers = {tier: n for tier, n in ((GOLD, gold), (DIAMOND, diamond)) if n}
        if not numbers:
            continue
        quota = Quota("3.7", item, per=ByTier(numbers), on_bills=True, too_low="2.2")
        yield quota
        yield FreeLines("3.7", quota, items={item})
