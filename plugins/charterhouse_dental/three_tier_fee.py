"""Three tiers bought once, a fixed discount for each (口腔诊所会员制度)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Documents, MinAge, OneMembership
from charterhouse.kernel.clauses.benefits import GrantOnce, Quota, Unlimited
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.conditions import ByTier, Lines, on_birthday
from charterhouse.kernel.clauses.conduct import Sanctions
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise, UpgradeByFee, stepwise
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal, share_of_fees
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle, RaisedOn
from charterhouse.kernel.clauses.price import BasePrice, Factor, percent
from charterhouse.kernel.clauses.queues import InTiers, Queue
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import three_tier_fee_texts as texts
from charterhouse_dental import words
from charterhouse_dental.three_tier_fee_settings import ThreeTierFeeSettings
from charterhouse_dental.three_tier_fee_texts import TIERS

CARE = Lines(
    departments={"", "dental", "beauty"},
    categories={"exam", "health-check", "consultation", "treatment", "surgery", "course"},
)
"""Dental care."""

PAID = ("silver", "gold")


class ThreeTierFee(Charter):
    """A fee once, 10 to 30 % off dental care, 80 % of the fee back on leaving."""

    code = "dental.three-tier-fee"
    name = ("口腔诊所会员制度", "Dental clinic membership with three tiers")
    Settings = ThreeTierFeeSettings
    sections = (
        Section("1", "入会", "Admission"),
        Section("2", "会员等级", "Tiers"),
        Section("3", "价格优惠", "Prices"),
        Section("4", "会员服务", "Services"),
        Section("5", "退会与终止", "Leaving and ending"),
        Section("D", "补充规定", "Decided rules"),
    )
    form = texts.FORM
    labels = texts.LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByTier({tier: getattr(s, f"fee_{tier}") for tier in TIERS})
        factors = ByTier({tier: getattr(s, f"factor_{tier}") for tier in TIERS})
        return [
            MinAge("1.1", years=s.adult_age, unknown="incomplete").says(
                f"年满{s.adult_age}周岁（以生日当日为准）、持有身份证件者均可入会；出生日期不明的为材料不全。",
                f"Any adult of at least {s.adult_age} completed years, reached on the birthday, with an "
                "identity document. With an unknown birth date the application is incomplete.",
            ),
            Documents("1.2", {"application-form": 1}).says(*texts.PAPERS),
            EntryFee("1.2", amount=fees),
            Application("1.3").says(*texts.AT_ONCE),
            OneMembership("1.3"),
            Activation("1.3", card=False),
            Tiers("2", TIERS, default="ordinary").says(*texts.tariff(s)),
            FeesRise(
                "2",
                rising=stepwise({f"fee_{t}": fees[t] for t in TIERS}),
                falling=stepwise({f"factor_{t}": factors[t] for t in TIERS}),
            ),
            Term("2.1", months=s.term_months).says(*texts.term(s)),
            Renewal("2.1", fee=fees, months=s.term_months),
            Rights("2.1", verbs=words.USING, shown={}, lent={}),
            UpgradeByFee("2.2", fees=fees, each_term=False).says(*texts.RISE),
            Quota("2.3", "oral-care-kit", per=0, only=("gold",)).says(*texts.KIT),
            GrantOnce("2.3", "oral-care-kit", upto={"gold": 1}),
            Factor("3.1", factor=factors, lines=CARE, of_list=True).says(*texts.discount(s)),
            Factor(
                "3.2", factor=s.birthday_factor, lines=CARE, of_list=True, days=on_birthday
            ).says(
                "会员生日当日（2月29日生日在平年为2月28日）口腔诊疗按原价的"
                f"{percent(s.birthday_factor)}%收费，适用于各等级。",
                "On the member's birthday (29 February: 28 February in common years) dental care costs "
                f"{percent(s.birthday_factor)} % of the list price, for every tier.",
            ),
            Factor(
                "3.4",
                factor=ByTier(dict.fromkeys(PAID, s.product_factor)),
                lines=Lines(categories={"product"}),
                of_list=True,
            ).says(
                f"银卡和金卡会员购买口腔护理产品按原价的{percent(s.product_factor)}%收费。",
                "Oral-care products cost silver and gold members "
                f"{percent(s.product_factor)} % of the list price.",
            ),
            Unlimited("3.4", "product-discount", only=PAID, too_low="2.3"),
            BasePrice("3.1"),
            Bookings("4.1", "treatment").says(*texts.BOOKING),
            Queue("4.1", InTiers(*PAID)),
            Unlimited("4.1", "priority-booking", only=PAID, too_low="2.3"),
            Unlimited("4.2", "lecture").says(*texts.LECTURES),
            Cycle("4.3", "satisfaction-survey", months=s.survey_months).says(*texts.contact(s)),
            RaisedOn("4.3", "activated", tasks=("health-news",)),
            Withdrawal(
                "5.1", months=s.notice_months, refund=share_of_fees(s.refund_share), paid_back="5.2"
            ).says(*texts.leaving(s)),
            NoRefundOf("5.2", purposes=frozenset({"fee", "difference"})).says(*texts.paid_back(s)),
            Sanctions("5.3", measures=frozenset({"end_membership"}), approver="incomplete").says(
                *texts.BREACH
            ),
            AmendmentNotice("5.4", days=0).says(*words.AMENDMENT),
            *texts.STATEMENTS,
            BillRefund("D.2").says(*words.REFUND),
        ]
