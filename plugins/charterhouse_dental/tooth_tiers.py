"""Three tooth-themed tiers by cumulative spending (牙科会员管理方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Condition, OneMembership
from charterhouse.kernel.clauses.benefits import (
    Prize,
    Quota,
    Unlimited,
    UseGivenBack,
    quarter,
    term,
)
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.conditions import ByTier, Lines, everybody
from charterhouse.kernel.clauses.earning import BillRefund, SpendTotal
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import Activities, AmendmentNotice
from charterhouse.kernel.clauses.points import OpeningFigures
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.queues import Active, Queue
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.terms import Renewal, Term, TermOnRise
from charterhouse.kernel.clauses.tiers import Ladder, Tiers
from charterhouse.kernel.ledger import SPEND_TOTAL
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import tooth_tiers_texts as texts
from charterhouse_dental import words
from charterhouse_dental.tooth_tiers_clauses import DoctorReminder
from charterhouse_dental.tooth_tiers_settings import ToothTiersSettings

BRIGHT_UP = ("bright", "diamond")
SETTINGS = {
    "little-white": "threshold_little_white",
    "bright": "threshold_bright",
    "diamond": "threshold_diamond",
}


class ToothTiers(Charter):
    """Little white tooth, shining tooth, diamond tooth: by what was spent, for a term."""

    code = "dental.tooth-tiers"
    name = ("牙科会员管理方案", "Dental membership with tooth-themed tiers")
    Settings = ToothTiersSettings
    sections = (
        Section("1", "入会与等级", "Admission and tiers"),
        Section("2", "会员服务", "All members"),
        Section("3", "招募", "Recruitment"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("doctor-reminder",)
    labels = texts.LABELS
    example = {  # noqa: RUF012 - read as a plain attribute
        "threshold_little_white": 500, "threshold_bright": 3000, "threshold_diamond": 10000,
        "term_months": 12,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        least = s.threshold_little_white
        return [
            Application("1.1").says(*texts.tiers(s)),
            Condition("1.1", lambda d: d.of_member.balance(SPEND_TOTAL) >= least),
            OneMembership("1.1"),
            Activation("1.1"),
            OpeningFigures("1.1"),
            Tiers("1.1", texts.TIERS, default="little-white", asked=False),
            SpendTotal("1.1", who=everybody),
            Ladder(
                "1.1",
                {tier: {SPEND_TOTAL: getattr(s, name)} for tier, name in SETTINGS.items()},
                falls=True,
                settings=SETTINGS,
            ),
            Factor(
                "1.1",
                factor=ByTier(dict.fromkeys(BRIGHT_UP, s.special_item_factor)),
                lines=Lines(items={"orthodontics", "implant"}),
                of_list=True,
            ),
            BasePrice("1.1"),
            Unlimited("1.1", "reception-room", only=("diamond",)),
            Term("1.2", months=s.term_months).says(*texts.term(s)),
            TermOnRise("1.2", months=s.term_months),
            Renewal("1.2", fee=0, months=s.term_months),
            Rights("1.2", verbs=words.USING, shown={}, lent={}),
            Quota("1.3", "care-advice", per=1, period=quarter, only=BRIGHT_UP, too_low="1.1").says(
                *texts.NUMBERS
            ),
            Quota("1.3", "whitening-trial", per=1, period=term, only=BRIGHT_UP, too_low="1.1"),
            Bookings("2.1", "treatment").says(*texts.CHANNEL),
            Queue("2.1", Active()),
            Unlimited("2.1", "special-channel"),
            DoctorReminder(
                "2.2",
                {"sensitive-teeth": "remind-doctor-sensitive-teeth"},
                visit="outpatient",
                record="doctor-reminder",
            ).says(*texts.FILE),
            Unlimited("2.3", "lecture").says(*texts.LECTURES),
            Activities("2.3", "lecture-quiz", "parent-child-trip", expired="1.2"),
            Prize("2.3", "small-care-kit", activities={"lecture-quiz"}),
            Quota("2.3", "small-care-kit", per=0),
            Unlimited("2.4", "outing").says(*texts.OUTINGS),
            *texts.STATEMENTS,
            UseGivenBack("D.2").says(*words.NOT_ENJOYED),
            BillRefund("D.3").says(*words.REFUND),
            AmendmentNotice("D.4", days=0).says(*words.AMENDMENT),
        ]
