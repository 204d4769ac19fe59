"""Levels with offers, points, a birthday gift and the follow-up (口腔治疗会员管理方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited
from charterhouse.kernel.clauses.conditions import ByTier, Lines, in_birthday_month
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate, SpendTotal
from charterhouse.kernel.clauses.fees import FeesRise, stepwise
from charterhouse.kernel.clauses.flow import Activation, Application, GrantedTier
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, BirthdayNotice, Cycle
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Rights, Visits
from charterhouse.kernel.clauses.services import OUTCOMES, Service, Step, said
from charterhouse.kernel.clauses.tiers import Ladder, Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, SPEND_TOTAL
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import treatment_points_texts as texts
from charterhouse_dental import words
from charterhouse_dental.first_level import FirstLevel
from charterhouse_dental.loyalty_words import REGISTRATION
from charterhouse_dental.rights_by_tier import rights_by_tier
from charterhouse_dental.treatment_points_settings import GIFT, TreatmentPointsSettings

FOLLOW_UP = Service(
    "follow-up",
    numbers={"close": "4.3"},
    steps=(
        Step("assigned", once=True),
        Step("result", after=("assigned",), once=True,
             sets={"problem-open": said(complaint=True)}),
        Step("solved", after=("result",), needs_flag="problem-open", clears=("problem-open",)),
    ),
    needs=("result",),
    needs_for=OUTCOMES,
    bars=("problem-open",),
)  # fmt: skip


def _treated(_d: Draft) -> bool:
    """Every bill and visit."""
    return True


def _followed(d: Draft) -> bool:
    """The result of a follow-up of somebody who had a bill or visit."""
    return d.body.step == "result" and bool(d.of_member.facts.get(Visits.fact))


class TreatmentPoints(Charter):
    """Levels by spending, points, one gift in the birthday's month, and an open follow-up."""

    code = "dental.treatment-points"
    name = ("口腔治疗会员管理方案", "Dental treatment member management")
    Settings = TreatmentPointsSettings
    sections = (
        Section("1", "会员与级别", "Members and levels"),
        Section("2", "积分", "Points"),
        Section("3", "生日礼品", "Birthday gift"),
        Section("4", "回访", "Follow-up"),
        Section("5", "软件模块", "Software modules"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        levels = texts.in_order(s)
        rungs = {tier: {SPEND_TOTAL: row["spend"]} for tier, row in levels.items()}
        services = {tier: row["services"] for tier, row in levels.items()}
        return [
            Documents("1.1", {"registration-form": 1}).says(*REGISTRATION),
            Consent("1.1"),
            OneMembership("1.1"),
            Application("1.1"),
            Activation("1.1", card=False),
            OpeningFigures("1.1"),
            DetailsChanged("1.1", shown={}, record=""),
            Withdrawal("1.1", forfeits=(POINTS, SPEND_TOTAL)),
            Tiers(
                "1.2", {tier: words.named(tier, texts.LABELS) for tier in levels},
                default=next(iter(levels)), asked=False,
            ).says(*texts.levels(s)),
            FirstLevel("1.2", levels),
            FeesRise(
                "1.3",
                falling=stepwise({f"levels.{t}.factor": r["factor"] for t, r in levels.items()}),
            ),
            SpendTotal("1.2"),
            Ladder(
                "1.2", rungs, falls=True, notice="tier-rise",
                settings={tier: f"levels.{tier}.spend" for tier in levels},
            ),
            GrantedTier("1.2", admits=False, card=False, notice="tier-rise"),
            *(Unlimited("1.2", code, only=tiers) for code, tiers in rights_by_tier(services)),
            Factor(
                "1.3", factor=ByTier({tier: row["factor"] for tier, row in levels.items()}),
                lines=Lines(not_categories={"product"}), of_list=True,
            ).says(*texts.prices(s)),
            Rights("1.3", verbs=texts.NEED_RIGHTS, shown={}, lent={}),
            BasePrice("1.3"),
            PointsByRate("2.1", per_yuan=s.points_per_yuan, short=True).says(*texts.points(s)),
            Redemption(
                "2.2", gifts=s.redemption_list, shown={}, unknown="not_redeemable"
            ).says(*texts.redemption(s)),
            BillRefund("2.4").says(*texts.REFUND),
            Quota("3.1", GIFT, per=1, window=in_birthday_month).says(*texts.gift(s)),
            BirthdayNotice("3.2", notice=GIFT, month=True).says(*texts.GIFT_NOTICE),
            Cycle(
                "4.1", "follow-up", days=s.follow_up_days, begins=False, repeats=False,
                restarts={"spend": _treated, "visit": _treated, "progress": _followed},
            ).says(*texts.follow_up(s)),
            Visits("4.1", paths=frozenset()),
            Services("4.2", FOLLOW_UP, labels=texts.LABELS),
            *texts.STATEMENTS,
            AmendmentNotice("D.1", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip
