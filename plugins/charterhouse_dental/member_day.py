"""Tiered points, a monthly member day, opt-outs and tracked visits (口腔会员运营方案)."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Charter, Clause, Section, on
from charterhouse.kernel.clauses.admission import Consent, Documents, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.conditions import ByTier, on_days_of_month
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.consents import OptOut
from charterhouse.kernel.clauses.cycles import DaysOfMonthNotice
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate, SpendTotal
from charterhouse.kernel.clauses.fees import FeesRise, stepwise
from charterhouse.kernel.clauses.flow import Activation, Application, GrantedTier
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import Activities, AmendmentNotice, Recorded
from charterhouse.kernel.clauses.points import EventPoints, OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.services import Service, Step, record, task
from charterhouse.kernel.clauses.tiers import Ladder, Tiers, thresholds
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, SPEND_TOTAL
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import member_day_texts as texts
from charterhouse_dental import words
from charterhouse_dental.loyalty_words import REGISTRATION
from charterhouse_dental.member_day_settings import MemberDaySettings
from charterhouse_dental.rights_by_tier import rights_by_tier

TRACKING = "visit-tracking"


class MemberDays(DaysOfMonthNotice):
    """The days of the month on which points are multiplied; members are told before."""

    @on("spend", phase=FOLLOW)
    def member_day(self, d: Draft) -> Iterator[fx.Effect]:
        """The bill of a member is one of such a day."""
        if d.bill and d.bill.entitled and d.event.day.day in self.days:
            yield fx.Cite("member day")


class MemberDay(Charter):
    """Three tiers with their own points rules; every member day multiplies the points."""

    code = "dental.member-day"
    name = ("口腔会员日积分方案", "Member operation with tiered points and member day")
    Settings = MemberDaySettings
    sections = (
        Section("1", "会员信息库与入会", "Member data and admission"),
        Section("2", "等级、积分与会员日", "Tiers, points and member day"),
        Section("3", "沟通", "Communication"),
        Section("4", "服务", "Service"),
        Section("5", "报表", "Reports"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    records = ("push", TRACKING)
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        rungs = thresholds(
            texts.TIERS, spend_total={"silver": s.spend_silver, "gold": s.spend_gold}
        )
        multipliers = ByTier({
            "ordinary": s.multiplier_ordinary,
            "silver": s.multiplier_silver,
            "gold": s.multiplier_gold,
        })  # fmt: skip
        rights = {
            "ordinary": s.benefits_ordinary,
            "silver": s.benefits_silver,
            "gold": s.benefits_gold,
        }
        member_days = (on_days_of_month(s.member_days), s.member_day_factor)
        return [
            DetailsChanged("1.1", shown={}, record="").says(*texts.DATA),
            Documents("1.2", {"registration-form": 1}).says(*REGISTRATION),
            Consent("1.2"),
            OneMembership("1.2"),
            Application("1.2"),
            Activation("1.2", card=False),
            OpeningFigures("1.2"),
            Withdrawal("1.2", forfeits=(POINTS, SPEND_TOTAL)),
            Tiers("2.1", texts.TIERS, default="ordinary", asked=False).says(*texts.tiers(s)),
            SpendTotal("2.1"),
            Ladder(
                "2.1", rungs, falls=True, notice="tier-rise",
                settings={"silver": "spend_silver", "gold": "spend_gold"},
            ),
            GrantedTier("2.1", admits=False, card=False, notice="tier-rise"),
            *(Unlimited("2.2", code, only=tiers) for code, tiers in rights_by_tier(rights)),
            Rights("2.2", verbs=texts.NEED_RIGHTS, shown={}, lent={}, price="2.7").says(*texts.rights(s)),
            FeesRise(
                "2.3",
                growing=stepwise({f"multiplier_{t}": multipliers[t] for t in texts.TIERS}),
            ),
            PointsByRate(
                "2.3", per_yuan=s.points_per_yuan, multiplier=multipliers, boost=member_days,
                short=True,
            ).says(*texts.points(s)),
            MemberDays("2.4", "member-day", days=s.member_days, before=1).says(
                *texts.member_days(s)
            ),
            Redemption(
                "2.5", gifts=s.redemption_list, shown={}, unknown="not_redeemable", by_number=False
            ).says(*texts.redemption(s)),
            BillRefund("2.5"),
            EventPoints("2.6", points=s.event_points),
            Activities("2.6"),
            BasePrice("2.7").says(*texts.PRICES),
            Recorded("3.1", {"push": ""}, members_only=True).says(*texts.CHANNELS),
            OptOut("3.2", channels=("wechat", "sms", "email"), channel="3.1"),
            Services(
                "4.2",
                Service(
                    "appointment",
                    numbers={"step": "4.3"},
                    steps=(
                        Step("triage", clause="4.1"),
                        Step("tracked", clause="4.3", after_close=True, once=True,
                             closes=(TRACKING,)),
                    ),
                    closing={"served": (task(TRACKING), record(TRACKING))},
                ),
                labels=texts.LABELS,
            ),
            *texts.STATEMENTS,
            AmendmentNotice("D.1", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip
