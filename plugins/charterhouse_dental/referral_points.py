"""Tiers by visits, medicine or payments, and a reward for new members (口腔会员运营方案)."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import FreeLines, Quota, once
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate, SpendTotal
from charterhouse.kernel.clauses.fees import FeesRise
from charterhouse.kernel.clauses.flow import Activation, Application, GrantedTier
from charterhouse.kernel.clauses.introductions import Introductions, RewardAtFirstBill
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import Activities, AmendmentNotice, Recorded
from charterhouse.kernel.clauses.points import EventPoints, OpeningFigures, PointsValid, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.price_rights import PriceRight, RedeemedRights
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.tender import CashOut, CreditTender
from charterhouse.kernel.clauses.tiers import Ladder, Tiers, thresholds
from charterhouse.kernel.clauses.visit_days import VisitDays
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import CREDIT, POINTS, SPEND_TOTAL, counted, spent
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import referral_points_texts as texts
from charterhouse_dental import words
from charterhouse_dental.referral_points_clauses import ByChannel, EitherList, PurchasesAtPrice
from charterhouse_dental.referral_points_settings import ReferralPointsSettings

MIDDLE, HIGH = "middle", "high"
DRUGS, VISITS = "drugs", "visits"
EXAM = "dental-exam"


def first_visit(d: Draft) -> bool:
    """The bill is marked as the first visit."""
    return d.body.first_visit is True


class ReferralPoints(Charter):
    """Three tiers, points for bills and events, and a reward at a new member's first paid bill."""

    code = "dental.referral-points"
    name = ("口腔会员推荐积分方案", "Member operation with referral rewards")
    Settings = ReferralPointsSettings
    sections = (
        Section("1", "入会", "Admission"),
        Section("2", "等级", "Tiers"),
        Section("3", "价格", "Prices"),
        Section("4", "积分", "Points"),
        Section("5", "推荐", "Referral"),
        Section("6", "短信与电话优先", "Priority by SMS and telephone"),
        Section("7", "体验与数据", "Experience and data"),
        Section("8", "退款", "Refund"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    records = ("feedback", "referral")
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        rungs = thresholds(
            texts.TIERS,
            spend_total={MIDDLE: s.spend_middle, HIGH: s.spend_high},
            count__visits={MIDDLE: s.visits_middle, HIGH: s.visits_high},
            spend__drugs={MIDDLE: s.drugs_middle, HIGH: s.drugs_high},
        )
        services = {item: row["points"] for item, row in s.discount_services.items()}
        reward = {POINTS: s.referral_points, CREDIT: s.referral_voucher}
        first = Quota("3.1", "first-visit-price", per=1, period=once, on_bills=True)
        exam = Quota("3.2", EXAM, per=s.dental_exams_per_year)
        return [
            *texts.ADMISSION,
            Documents("1.2", {"registration-form": 1}).says(*texts.PAPERS),
            Consent("1.2"),
            OneMembership("1.2"),
            Application("1.1"),
            Activation("1.1", card=False),
            OpeningFigures("1.1"),
            Withdrawal(
                "1.3", forfeits=(POINTS, CREDIT, SPEND_TOTAL, spent(DRUGS), counted(VISITS))
            ).says(*texts.LEAVING),
            Tiers("2.1", texts.TIERS, default="beginner", asked=False).says(*texts.TIER_TABLE),
            Ladder("2.2", rungs, falls=True, notice="tier-rise", settings=texts.THRESHOLDS).says(
                *texts.figures(s)
            ),
            SpendTotal("2.3"),
            PurchasesAtPrice("2.3", DRUGS, lines=Lines(categories={"drug"})).says(*texts.COUNTERS),
            VisitDays("2.3", VISITS),
            GrantedTier("2.4", admits=False, card=False, notice="tier-rise").says(*texts.TIER_KEPT),
            first.says(*texts.first(s)),
            PriceRight(
                "3.1", first, factor=s.first_visit_factor, when=first_visit,
                lines=Lines(categories={"registration", "consultation"}),
            ),
            exam.says(*texts.exams(s)),
            FreeLines("3.2", exam, items={EXAM}),
            Factor(
                "3.3", factor=ByTier({MIDDLE: s.factor_middle, HIGH: s.factor_high}),
                lines=Lines(categories=set(s.discount_categories)), of_list=True,
            ).says(*texts.discount(s)),
            FeesRise("3.3", falling={"factor_high": [s.factor_middle, s.factor_high]}),
            Rights(
                "3.4", verbs=texts.NEED_RIGHTS, shown={}, lent={}, use="6.1", redeem="4.3"
            ).says(*texts.LOWEST),
            BasePrice("3.4"),
            FeesRise(
                "4.1", growing={"multiplier_high": [s.multiplier_middle, s.multiplier_high]}
            ),
            PointsByRate(
                "4.1", per_yuan=s.points_per_yuan, short=True,
                multiplier=ByTier({MIDDLE: s.multiplier_middle, HIGH: s.multiplier_high}),
            ).says(*texts.points(s)),
            EventPoints("4.2", points=s.event_points),
            Activities("4.2"),
            Redemption(
                "4.3", gifts={**services, **s.redemption_list}, shown={},
                unknown="not_redeemable", by_number=False,
            ).says(*texts.redemption(s)),
            EitherList("4.3", s.redemption_list, services),
            *_discounted(s),
            Introductions("5.1", refused="5.3"),
            RewardAtFirstBill(
                "5.2", reward, notice="referral-reward", short=(POINTS,), back="8.2"
            ).says(*texts.reward(s)),
            CreditTender("5.5").says(*texts.voucher(s)),
            CashOut("5.5"),
            PointsValid("5.5", months=s.voucher_months or 0, unit=CREDIT),
            ByChannel(
                "6.1", "priority-consultation", "priority-booking", only=(MIDDLE, HIGH),
                channels=s.priority_channels, default="telephone",
            ).says(*texts.priority(s)),
            Recorded("7.1", {"feedback": ""}).says(*texts.FEEDBACK),
            BillRefund("8.1").says(*texts.REFUND),
            AmendmentNotice("D.1", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def _discounted(s: SettingValues) -> Iterator[Clause]:
    """4.3(b): services at a reduced price, redeemed for points and used on later bills."""
    yield RedeemedRights("4.3", {item: f"discount-{item}" for item in s.discount_services})
    for item, row in s.discount_services.items():
        quota = Quota("4.3", f"discount-{item}", per=0, on_bills=True)
        yield quota
        yield PriceRight("4.3", quota, factor=row["factor"], lines=Lines(items={item}), each=True)
