"""Plans by time, by item and by visit (口腔门诊会员制方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Capacity, Choice, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.conditions import ByDetail, ByKind, Lines
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.queues import Active, Queue
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.terms import EndsOnRecord, Renewal
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import time_item_visit_texts as texts
from charterhouse_dental import words
from charterhouse_dental.time_item_visit_clauses import (
    AFFILIATE,
    HOLDER,
    Affiliates,
    PlanTerm,
    PriceRange,
)
from charterhouse_dental.time_item_visit_settings import TimeItemVisitSettings

KINDS = (HOLDER, "item", "visit", AFFILIATE)


class TimeItemVisit(Charter):
    """A discount for a period, a discount for one item, or preferred access."""

    code = "dental.time-item-visit"
    name = ("口腔门诊时间、项目、访问型会员方案", "Dental time, item and visit memberships")
    Settings = TimeItemVisitSettings
    sections = (
        Section("1", "会员类型", "Plans"),
        Section("2", "会员权益", "Privileges"),
        Section("D", "补充规定", "Decided rules"),
    )
    labels = texts.LABELS
    example = {  # noqa: RUF012 - read as a plain attribute
        "time_fee_6": 300, "time_fee_12": 500, "time_factor": "0.85", "item_code": "root-canal",
        "item_fee": 200, "item_factor": "0.80", "item_months": 6, "visit_fee": 400,
        "visit_months": 3,
    }  # fmt: skip

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        by_period = ByDetail("months", None, {6: s.time_fee_6, 12: s.time_fee_12})
        fees = ByKind({HOLDER: by_period, "item": s.item_fee, "visit": s.visit_fee})
        months = ByKind({
            HOLDER: ByDetail("months", None, {6: 6, 12: 12}),
            "item": s.item_months,
            "visit": s.visit_months,
        })  # fmt: skip
        share = s.nonmember_slot_share
        return [
            Application("1.1", kinds=KINDS, default="").says(*texts.plans(s)),
            Choice("1.1", "months", s.time_months_allowed, kinds={HOLDER}),
            OneMembership("1.1"),
            EntryFee("1.1", amount=fees),
            Activation("1.1", card=False),
            PlanTerm("1.1", months=months),
            Renewal("1.1", fee=fees, months=months, late=False, ended="1.6"),
            Factor(
                "1.2",
                factor=ByKind({HOLDER: s.time_factor, AFFILIATE: s.time_factor}),
                lines=Lines(departments={"", "dental"}, not_categories={"product"}),
                of_list=True,
                least=s.time_price_min,
                most=s.time_price_max,
            ).says(*texts.time(s)),
            PriceRange("1.2", least=s.time_price_min, most=s.time_price_max),
            Factor(
                "1.3",
                factor=ByKind({"item": s.item_factor}),
                lines=Lines(items={s.item_code}),
                of_list=True,
            ).says(*texts.item(s)),
            Recorded("1.3", {"item-completed": ""}),
            *([EndsOnRecord("1.3", "item-completed", kinds={"item"})]
              if s.item_ends_on_completion else []),
            Unlimited("1.4", "any-time-visit", only=("visit",)).says(*texts.visit(s)),
            Affiliates("1.5", persons=s.time_persons).says(*texts.persons(s)),
            Capacity(
                "1.5", cap=s.time_sales_cap, kinds=frozenset({HOLDER}), at_payment=True
            ),
            Rights("1.6", verbs=words.USING, shown={}, lent={}).says(*texts.PERSONAL),
            BasePrice("1.6"),
            Bookings("2.2", "treatment").says(*texts.BOOKING),
            Queue("2.2", Active(), share=share or None, shared="2.5"),
            Unlimited("2.2", "priority-booking"),
            Unlimited("2.3", "expert-doctors").says(*texts.EXPERTS),
            Unlimited("2.4", "customer-service", "member-events", "training").says(*texts.CARE),
            Statement("2.5", *texts.fairness(s)),
            *texts.STATEMENTS,
            BillRefund("D.2").says(*words.REFUND),
            NoRefundOf("D.3", purposes=frozenset({"fee"})).says(
                "所缴价款不予退还。", "The price of a plan is not given back."
            ),
            AmendmentNotice("D.4", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip
