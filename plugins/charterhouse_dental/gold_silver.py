"""Gold, silver and ordinary members by cumulative spending (口腔医疗会员管理实施方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import OneMembership, UniqueDetail
from charterhouse.kernel.clauses.benefits import FreeLines, Quota, Unlimited, UseGivenBack, birthday
from charterhouse.kernel.clauses.conditions import ByTier, Lines, active, days_after_birthday
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate, SpendTotal
from charterhouse.kernel.clauses.fees import FeesRise
from charterhouse.kernel.clauses.flow import Activation, Application, GrantedTier
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.tiers import Ladder, Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import gold_silver_texts as texts
from charterhouse_dental import words
from charterhouse_dental.gold_silver_settings import GoldSilverSettings

DISCOUNTED = ("silver", "gold")


class GoldSilver(Charter):
    """One number per patient, points for everybody, discount and priority above ordinary."""

    code = "dental.gold-silver"
    name = ("口腔医疗会员管理实施方案", "Dental gold, silver and ordinary members")
    Settings = GoldSilverSettings
    sections = (
        Section("1", "会员", "Members"),
        Section("2", "会员等级", "Tiers"),
        Section("3", "推广", "Promotion"),
        Section("D", "补充规定", "Decided rules"),
    )
    labels = texts.LABELS
    roles = {"leader": texts.LABELS["leader"]}  # noqa: RUF012 - read as a plain attribute
    example = {  # noqa: RUF012 - read as a plain attribute
        "spend_silver": 5000, "spend_gold": 20000, "factor_silver": "0.90", "factor_gold": "0.85",
        "gold_exam_quota": 2, "birthday_package_days": 30,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        ladder = Ladder(
            "2.1",
            {
                "ordinary": {},
                "silver": {"spend_total": s.spend_silver},
                "gold": {"spend_total": s.spend_gold},
            },
            settings={"silver": "spend_silver", "gold": "spend_gold"},
        )
        exams = Quota("2.2", "oral-exam", per=s.gold_exam_quota, only=("gold",), too_low="2.4")
        return [
            OneMembership("1.2").says(*texts.ONE_NUMBER),
            UniqueDetail("1.2", "id_number"),
            Application("1.3").says(*texts.REGISTRATION),
            Activation("1.3", card=False),
            Tiers("1.3", texts.TIERS, default="ordinary", asked=False),
            OpeningFigures("1.3"),
            Rights("1.3", verbs=words.REDEEMING, shown={}, lent={}),
            ladder.says(*texts.tiers(s)),
            SpendTotal("2.1", who=active),
            GrantedTier(
                "2.1", by=frozenset({"leader"}), card=False, reached=ladder.reached
            ),
            Factor(
                "2.2",
                factor=ByTier({"silver": s.factor_silver, "gold": s.factor_gold}),
                lines=Lines(not_categories={"product"}),
                of_list=True,
            ).says(*texts.prices(s)),
            FeesRise("2.2", falling={"factor_gold": [s.factor_silver, s.factor_gold]}),
            exams,
            FreeLines("2.2", exams, items={"oral-exam"}),
            BasePrice("2.2"),
            PointsByRate("2.3", per_yuan=s.points_per_yuan, who=active, short=True).says(
                *texts.points(s)
            ),
            Redemption("2.3", gifts=s.redemption_list, shown={}, by_number=False),
            BillRefund("2.3"),
            Unlimited("2.4", "priority-booking", only=DISCOUNTED).says(*texts.TIER_ONLY),
            Quota(
                "3.2", "birthday-package", per=1, period=birthday,
                window=days_after_birthday(s.birthday_package_days),
            ).says(*texts.package(s)),
            Cycle("3.3", "satisfaction-survey", months=12).says(
                "每年进行满意度调查，收集意见。",
                "A satisfaction survey is made every year; opinions are collected.",
            ),
            Cycle(
                "3.4", "remind-check", months=s.check_interval_months,
                restarts={"spend": examined},
            ).says(*texts.checks(s)),
            *texts.STATEMENTS,
            UseGivenBack("D.2", redemptions=True).says(*words.NOT_ENJOYED),
            AmendmentNotice("D.3", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def examined(d: Draft) -> bool:
    """The bill has an oral examination."""
    return d.bill is not None and any(x.line.item == "oral-exam" for x in d.bill.lines)
