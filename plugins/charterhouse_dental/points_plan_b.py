"""Points rewards, plan B: products and services of a points catalogue (会员积分奖励B方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Clause
from charterhouse.kernel.clauses.notices import Cycle
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import points_plan_b_texts as texts
from charterhouse_dental.points_plan import PointsPlan
from charterhouse_dental.points_plan_clauses import MembersOnly, Thresholds
from charterhouse_dental.points_plan_clauses_catalogue import (
    CardForOthers,
    Catalogue,
    ChildItems,
    IssuedForPoints,
    RedemptionPoint,
    ServiceCards,
)
from charterhouse_dental.points_plan_clauses_rewards import CLEANINGS
from charterhouse_dental.points_plan_settings import PointsPlanBSettings
from charterhouse_dental.points_plan_texts import spoken


def _own(d: Draft) -> bool:
    return d.body.for_ in (None, d.member)


def _cleaned(d: Draft) -> bool:
    return d.body.benefit in CLEANINGS and _own(d)


def _redeemed_cleaning(d: Draft) -> bool:
    return d.body.item in CLEANINGS and _own(d)


class PointsPlanB(PointsPlan):
    """The member pays for products and in-hospital services with points."""

    code = "dental.points-plan-b"
    name = (
        "口腔医院会员积分奖励方案（B方案）",
        "Oral hospital membership with points rewards, plan B",
    )
    Settings = PointsPlanBSettings
    waiver = {"applies": "5.9"}  # noqa: RUF012 - read as a plain attribute

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The rules in the order of the document, and its text."""
        cards = s.delivery_mode == "card"
        cleaned = {"use": _cleaned} if cards else {"redeem": _redeemed_cleaning}
        return [
            *self.admission(s, levels=s.reception_levels),
            *self.points(s, short=True),
            *(self.levels(s, below="4.1") if s.reception_levels else ()),
            RedemptionPoint("5.1", Thresholds.of(s)),
            Catalogue("5.2", texts.prices(s), s.product_points, product="5.3"),
            MembersOnly("5.5", {"redeem", "use"}),
            CardForOthers("5.6"),
            ChildItems("5.7", age_max=s.child_age_max),
            ServiceCards("5.8", texts.SERVICES, cards=cards, months=s.service_card_months),
            *self.everybody(s),
            *self.visits(s),
            IssuedForPoints(
                "9.4", cards=cards, services=texts.SERVICES, bearer=s.cost_mode, passed="5.6",
                cost="9.6", settle="9.8",
            ),
            *self.lists(),
            Cycle("10.5", "remind-cleaning", months=s.cleaning_cycle_months, restarts=cleaned),
            *spoken(texts.rules(s)),
        ]  # fmt: skip


__all__ = ["PointsPlanB"]
