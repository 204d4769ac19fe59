"""Points rewards, plan A: levels for life and yearly gifted services (会员积分奖励A方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Clause
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import points_plan_a_texts as texts
from charterhouse_dental.points_plan import PointsPlan
from charterhouse_dental.points_plan_clauses import LEVELS, MembersOnly, Thresholds
from charterhouse_dental.points_plan_clauses_issue import ChildCare, Issued
from charterhouse_dental.points_plan_clauses_lists import CleaningReminder, Uncollected
from charterhouse_dental.points_plan_clauses_rewards import (
    CHILD_CARE,
    CLEANINGS,
    GIFTS,
    ONE_OFF,
    SERVICES,
    YEARLY,
    CardEnds,
    GiftBudgets,
    NotPassedOn,
    OneOffs,
    Reward,
)
from charterhouse_dental.points_plan_settings import PointsPlanASettings
from charterhouse_dental.points_plan_texts import spoken


class PointsPlanA(PointsPlan):
    """A gift and services once by each level reached, and services every calendar year."""

    code = "dental.points-plan-a"
    name = (
        "口腔医院会员积分奖励方案（A方案）",
        "Oral hospital membership with points rewards, plan A",
    )
    Settings = PointsPlanASettings

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The rules in the order of the document, and its text."""
        by_card = s.delivery_mode == "card"
        one_offs = OneOffs(
            "5.3", Thresholds.of(s), months=s.service_card_months if by_card else None,
            rise="5.4", granted="5.6", legacy="5.7", lost="5.10", ready="9.1",
        )  # fmt: skip
        services = {
            code: Reward("5.1", code, one_offs, too_low="5.1", expired="9.3") for code in YEARLY
        }
        budgets = {level: getattr(s, f"gift_budget_{level}") for level in LEVELS}
        return [
            *self.admission(s),
            *self.points(s, short=False),
            *self.levels(s, below="5.10"),
            *(Reward("5.1", gift, one_offs, too_low="5.1", used="5.5") for gift in GIFTS),
            *services.values(),
            one_offs,
            GiftBudgets("5.5", budgets),
            ChildCare(
                "5.8", CHILD_CARE, age_max=s.child_age_max, only=LEVELS[-1:], too_low="5.1",
                excluded="5.1",
            ),
            NotPassedOn("5.9", GIFTS),
            MembersOnly("6.1", {"use", "name_relative"}),
            *self.everybody(s),
            *self.visits(s),
            CardEnds("9.3", cards=by_card, months=s.service_card_months),
            Issued(
                "9.4", gifts=GIFTS, services=SERVICES, bearer=s.cost_mode, passed="5.9",
                cost="9.6", settle="9.8",
            ),
            *self.lists(),
            Uncollected("10.3", ONE_OFF),
            CleaningReminder(
                "10.5", [services[code] for code in CLEANINGS], months=s.cleaning_cycle_months
            ),
            *spoken(texts.rules(s)),
        ]  # fmt: skip


__all__ = ["PointsPlanA"]
