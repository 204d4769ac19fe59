"""Four tiers with growing preferential prices and yearly points (口腔门诊VIP客户管理制度)."""

from __future__ import annotations

from collections.abc import Mapping

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Documents, OneMembership
from charterhouse.kernel.clauses.benefits import GrantOnce, Quota, Unlimited, UseGivenBack
from charterhouse.kernel.clauses.conditions import ByTier, active, on_birthday
from charterhouse.kernel.clauses.earning import (
    BillRefund,
    BillsCounted,
    PointsByRate,
    SpendTotal,
)
from charterhouse.kernel.clauses.flow import Activation, Application, GrantedTier
from charterhouse.kernel.clauses.notices import AmendmentNotice, RaisedOn
from charterhouse.kernel.clauses.points import (
    OpeningFigures,
    PointsForCredit,
    PointsValid,
    Redemption,
)
from charterhouse.kernel.clauses.price import BasePrice, Factor, FactorTable
from charterhouse.kernel.clauses.rights import CARD_ON_BILLS, Rights, Statement
from charterhouse.kernel.clauses.tender import CreditTender, PointsTender
from charterhouse.kernel.clauses.tiers import Ladder, Tiers, thresholds
from charterhouse.kernel.ledger import CREDIT, SPEND_TOTAL, counted
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import vip_four_tier_texts as texts
from charterhouse_dental import words
from charterhouse_dental.vip_four_tier_settings import VipFourTierSettings
from charterhouse_dental.vip_four_tier_texts import COVERED, TIERS

RAISED = ("silver", "gold", "platinum")
TOP = ("platinum",)


class VipFourTier(Charter):
    """Four tiers by spending or visits; points that are worth money for a year."""

    code = "dental.vip-four-tier"
    name = ("口腔门诊VIP客户管理制度", "Dental VIP management in four tiers")
    Settings = VipFourTierSettings
    sections = (
        Section("1", "登记与使用", "Registration"),
        Section("2", "会员等级", "Tiers"),
        Section("3", "积分", "Points"),
        Section("4", "生日与活动", "Birthday and events"),
        Section("D", "补充规定", "Decided rules"),
    )
    labels = texts.LABELS
    roles = {"leader": texts.LABELS["leader"]}  # noqa: RUF012 - read as a plain attribute
    example = {  # noqa: RUF012 - read as a plain attribute
        "spend_threshold_silver": 5000, "spend_threshold_gold": 15000,
        "spend_threshold_platinum": 40000, "points_per_yuan": 1,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        factors = s.preferential_factors
        tables = ByTier({
            tier: {code: f for code, f in factors.items() if code in covered}
            for tier, covered in COVERED.items()
        })  # fmt: skip
        ladder = Ladder(
            "2.1", _rungs(s), notice="tier-rise",
            settings={
                tier: {SPEND_TOTAL: f"spend_threshold_{tier}",
                       counted("visits"): f"visits_threshold_{tier}"}
                for tier in RAISED
            },
        )  # fmt: skip
        per_yuan = s.points_per_yuan_off
        return [
            Application("1.1").says(*texts.REGISTRATION),
            Documents("1.1", {"registration-form": 1}),
            OneMembership("1.1"),
            Activation("1.1"),
            Tiers("1.1", TIERS, default="ordinary", asked=False),
            OpeningFigures("1.1"),
            Rights(
                "1.2", verbs=words.REDEEMING, shown=CARD_ON_BILLS, flag="",
                lent={"spend": "wrong_person"},
            ).says(*texts.VISIT),
            ladder.says(*texts.basis(s)),
            SpendTotal("2.1", who=active),
            BillsCounted("2.1", "visits", least=0, who=active),
            GrantedTier(
                "2.1", by=frozenset({"leader"}), reason_needed=True, reached=ladder.reached,
                notice="tier-rise",
            ),
            FactorTable("2.2", tables, by="item", of_list=True).says(*texts.prices(s)),
            BasePrice("2.2"),
            Quota("2.3", "care-package", per=0, only=RAISED, too_low="2.1").says(
                *texts.packages(s)
            ),
            GrantOnce(
                "2.3", "care-package", upto={t: getattr(s, f"packages_{t}") for t in RAISED}
            ),
            Unlimited(
                "2.1", "treatment-plan", "priority-booking", "care-team", only=TOP
            ),
            Statement("2", *texts.tariff()),
            PointsByRate("3.1", per_yuan=s.points_per_yuan, who=active, short=True).says(
                *texts.earned(s)
            ),
            BillRefund("3.1"),
            Redemption(
                "3.2", gifts={}, block=per_yuan, unshown="1.3"
            ).says(*texts.ratio(s)),
            PointsForCredit("3.3", per_yuan=per_yuan),
            PointsTender(
                "3.3", per_yuan=per_yuan, blocks=True, block="3.2", insufficient="3.2",
                card_missing="1.3",
            ).says(*texts.coupons(s)),
            CreditTender("3.3", insufficient="3.2", card_missing="1.3"),
            PointsValid("3.3", months=s.coupon_months, unit=CREDIT),
            PointsValid("3.4", months=s.points_months),
            Quota("4.1", "birthday-gift", per=1, window=on_birthday).says(*texts.birthday(s)),
            Factor("4.1", factor=s.birthday_factor, days=on_birthday, of_list=True),
            Unlimited("4.2", "member-events").says(
                "定期举办会员专享活动（讲座、护理技能培训），提前以短信、电话通知。",
                "Members-only events at regular times (lectures, care-skill training), announced "
                "beforehand by SMS or telephone.",
            ),
            RaisedOn("4.2", "activated", tasks=("invite-to-event",)),
            *texts.STATEMENTS,
            UseGivenBack("D.2", redemptions=False).says(*words.NOT_ENJOYED),
            AmendmentNotice("D.3", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def _rungs(s: SettingValues) -> Mapping[str, Mapping[str, int]]:
    """The thresholds of each tier; a number of visits that is 0 is not used."""
    rungs: Mapping[str, Mapping[str, int]] = thresholds(
        TIERS,
        spend_total={t: getattr(s, f"spend_threshold_{t}") for t in RAISED},
        count__visits={t: getattr(s, f"visits_threshold_{t}") or None for t in RAISED},
    )
    return rungs
