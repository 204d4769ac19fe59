"""Every patient an ordinary member; silver, gold and diamond are bought (口腔医院会员制方案)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents
from charterhouse.kernel.clauses.benefits import FreeLines, Quota, Unlimited, UseGivenBack
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.conditions import ByTier, Lines
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.episodes import Episodes, episode_of
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise, UpgradeByFee, stepwise
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, YearlyNotice
from charterhouse.kernel.clauses.price import BasePrice, Factor, Waived
from charterhouse.kernel.clauses.queues import InTiers, Queue
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.terms import Renewal
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import last_valid_day
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import four_tier_fee_texts as texts
from charterhouse_dental import words
from charterhouse_dental.four_tier_fee_clauses import (
    ORDINARY,
    PAID,
    ArisesByVisit,
    FeesByLevel,
    LevelTerm,
    LevelTiers,
    OneLevel,
    ordinary_applies,
)
from charterhouse_dental.four_tier_fee_reports import MONTHLY
from charterhouse_dental.four_tier_fee_settings import FourTierFeeSettings
from charterhouse_dental.four_tier_fee_texts import ADDED, GUARANTEE, LEVELS

REPAIR = "guarantee-repair"
HIGH = ("gold", "diamond")


class FourTierFee(Charter):
    """Discount, free services and guarantee grow with the level."""

    code = "dental.four-tier-fee"
    name = ("口腔医院四级会员方案", "Oral hospital membership in four levels")
    Settings = FourTierFeeSettings
    sections = (
        Section("1", "会员等级", "Levels"),
        Section("2", "诊疗折扣", "Discount"),
        Section("3", "优先服务", "Priority"),
        Section("4", "免费服务", "Free services"),
        Section("5", "售后保障", "After-sales guarantee"),
        Section("6", "客户管理", "Custom management"),
        Section("D", "补充规定", "Decided rules"),
    )
    reports = (MONTHLY,)
    labels = texts.LABELS
    example = {  # noqa: RUF012 - read as a plain attribute
        "fee_silver": 300, "fee_gold": 800, "fee_diamond": 2000, "factor_silver": "0.95",
        "factor_gold": "0.90", "factor_diamond": "0.85", "oral_check_quota": 1,
        "whole_body_check_quota": 1, "oral_spa_quota": 1, "guarantee_months_ordinary": 6,
        "guarantee_months_silver": 6, "guarantee_months_gold": 12, "guarantee_months_diamond": 12,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByTier({level: getattr(s, f"fee_{level}") for level in PAID})
        factors = ByTier({level: getattr(s, f"factor_{level}") for level in PAID})
        months = {level: getattr(s, f"guarantee_months_{level}") for level in LEVELS}
        term = ByTier(dict.fromkeys(PAID, s.term_months))
        checks = [
            Quota("4.3", "oral-check", per=s.oral_check_quota, only=PAID),
            Quota("4.3", "whole-body-check", per=s.whole_body_check_quota, only=HIGH),
            Quota("4.3", "oral-spa", per=s.oral_spa_quota, only=HIGH),
        ]
        free = [
            *checks,
            Quota("4.3", "nutrition-advice", per=None, only=PAID),
            Quota("4.3", "expert-consultation", per=None, only=HIGH),
            Quota("4.3", "imaging", per=None, only=HIGH),
        ]
        return [
            LevelTiers("1", LEVELS, default=ORDINARY).says(*texts.levels(s)),
            ArisesByVisit("1.1", tier=ORDINARY),
            Application("1.2", unless=ordinary_applies).says(*texts.JOINING),
            OneLevel("1.2", fees=fees),
            Documents("1.2", ByTier({level: {"registration-form": 1} for level in PAID})),
            Consent("1.2", tiers=PAID),
            EntryFee("1.2", amount=fees),
            Activation("1.2", card=False),
            FeesRise(
                "1.3",
                rising=stepwise({"fee_ordinary": 0, **{f"fee_{n}": fees[n] for n in PAID}}),
                falling=stepwise({f"factor_{n}": factors[n] for n in PAID}),
                strictly=True,
            ).says(
                "会员费和折扣均随等级严格递增，否则设置不予接受。",
                "The fees rise strictly with the level, the discounts too; other settings are refused.",
            ),
            UpgradeByFee("1.4", fees=ByTier({ORDINARY: 0, **fees}), each_term=False).says(
                *texts.RISE
            ),
            LevelTerm("1.5", months=term).says(*texts.term(s)),
            Renewal("1.5", fee=fees, months=term, late=False),
            Withdrawal("1.6").says(*texts.LEAVING),
            NoRefundOf("1.6", purposes=frozenset({"fee", "difference"})),
            Rights("1.7", verbs=words.USING, shown={}, lent={}).says(*texts.OWN),
            *_services(),
            Factor(
                "2.1", factor=factors, lines=Lines(categories=s.discount_categories), of_list=True
            ).says(*texts.discount(s)),
            BasePrice("2.2").says(
                "每行四舍五入到分，不叠加；活动价更低的从低。",
                "Rounding per line; no stacking; a lower activity price wins.",
            ),
            Bookings("3.1", "treatment").says(*texts.QUEUE),
            Queue("3.1", InTiers(*PAID)),
            YearlyNotice(
                "4.2", "free-check-open", month=12, day=1,
                whom=lambda standing, day: standing.status == "active"
                and any(check.left_on(standing, day) for check in checks),
            ).says(*texts.quotas(s)),
            *free,
            *(FreeLines("4.3", quota, items=quota.benefits) for quota in free),
            Episodes(GUARANTEE, without={REPAIR}).says(*texts.guarantee(s)),
            Waived(
                GUARANTEE, lines=Lines(items={REPAIR}), when=lambda d: _guaranteed(d, months)
            ),
            FeesRise(
                GUARANTEE,
                rising={"guarantee_months_gold": [months["silver"], months["gold"]]},
                falling={
                    "guarantee_months_silver": [months["silver"], months["ordinary"]],
                    "guarantee_months_diamond": [months["diamond"], months["gold"]],
                },
            ),
            FeesByLevel("6.2", fees=fees).says(*texts.REPORTS),
            *texts.STATEMENTS,
            UseGivenBack("D.2").says(*words.NOT_ENJOYED),
            BillRefund("D.3").says(*words.REFUND),
            AmendmentNotice("D.4", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def _services() -> Iterator[Clause]:
    """1.7: the services without a price on a bill, from the level that adds them up."""
    yield Unlimited("1.7", *ADDED[ORDINARY])
    yield Unlimited("1.7", "priority-triage", "priority-booking", only=PAID)
    yield Unlimited("1.7", *ADDED["diamond"], only=("diamond",))


def _guaranteed(d: Draft, months: dict[str, int]) -> bool:
    """Within the months of the level by which the last bill of the episode was priced."""
    episode = episode_of(d)
    if episode is None:
        return False
    start = date.fromisoformat(episode["day"])
    return d.event.day <= last_valid_day(start, months[episode["tier"]])
