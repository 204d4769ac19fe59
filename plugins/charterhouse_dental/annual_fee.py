"""Three yearly fees that open three ranges of dental services (口腔门诊会员制方案)."""

from __future__ import annotations

from collections.abc import Iterator

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import OneMembership
from charterhouse.kernel.clauses.benefits import Quota, Unlimited, UseGivenBack, term
from charterhouse.kernel.clauses.conditions import ByTier
from charterhouse.kernel.clauses.earning import BillRefund, NoRefundOf
from charterhouse.kernel.clauses.fees import EntryFee, FeesRise, UpgradeByFee, stepwise
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.notices import AmendmentNotice, Recorded
from charterhouse.kernel.clauses.price import BasePrice, FactorTable
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.terms import Renewal, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import annual_fee_texts as texts
from charterhouse_dental import words
from charterhouse_dental.annual_fee_settings import AnnualFeeSettings
from charterhouse_dental.annual_fee_texts import BASIC_UP, DIAMOND, EVERYBODY, SENIOR_UP, TIERS

OPENED = {
    "basic": (*EVERYBODY, *BASIC_UP),
    "senior": (*EVERYBODY, *BASIC_UP, *SENIOR_UP),
    "diamond": (*EVERYBODY, *BASIC_UP, *SENIOR_UP, *DIAMOND),
}
"""Tier → the services that it opens."""


class AnnualFee(Charter):
    """A year's fee opens the services of its tier at the member price."""

    code = "dental.annual-fee"
    name = ("口腔门诊年费会员方案", "Dental outpatient annual-fee membership")
    Settings = AnnualFeeSettings
    sections = (
        Section("1", "入会与期限", "Admission and term"),
        Section("2", "等级与服务", "Tiers and services"),
        Section("3", "奖励与优惠", "Rewards"),
        Section("D", "补充规定", "Decided rules"),
    )
    records = ("scholarship",)
    labels = texts.LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        fees = ByTier({"basic": s.fee_basic, "senior": s.fee_senior, "diamond": s.fee_diamond})
        factors = ByTier({
            tier: {item: f for item, f in s.member_price_factors.items() if item in opened}
            for tier, opened in OPENED.items()
        })  # fmt: skip
        return [
            Application("1.1").says(*texts.JOINING),
            EntryFee("1.1", amount=fees),
            Activation("1.1", card=False),
            Term("1.2", months=s.term_months),
            OneMembership("1.3"),
            Renewal("1.3", fee=fees, months=s.term_months, late=False, ended="1.2").says(
                "有效期内可按现有等级缴费续期，新一期自原有效期届满次日起算；届满后须重新入会，自缴费之日起算；"
                "有效期内不得重复入会。",
                "In time the membership is renewed at the tier held, for its fee; the next term starts "
                "the day after the present end. After the end it is joined anew, from the day of "
                "payment; before the end there is no second membership.",
            ),
            UpgradeByFee("1.4", fees=fees, each_term=False).says(
                "有效期内升级须补足两级年费的差额，有效期不变；不办理降级；会员费不予退还。",
                "A rise during the term costs the difference of the two fees; the end date stays. A "
                "lower tier is not given, and fees are not paid back.",
            ),
            NoRefundOf("1.4", purposes=frozenset({"fee", "difference"})),
            Tiers("2", TIERS).says(*texts.tariff(s)),
            FeesRise("2", rising=stepwise({f"fee_{tier}": fees[tier] for tier in TIERS})),
            *_opened(s),
            FactorTable("2.3", factors, by="item", of_list=True).says(*texts.prices(s)),
            Rights("2.3", verbs=words.USING, shown={}, lent={}, expired="1.2"),
            BasePrice("2.3"),
            Recorded("3.1", {"scholarship": ""}).says(
                "设年度口腔奖学金，奖励符合条件的优秀学生；条件、金额和名额由本院自定，人工登记。",
                "A yearly oral scholarship rewards qualifying top students; criteria, amount and number "
                "are set freely, and it is recorded by hand.",
            ),
            *texts.STATEMENTS,
            UseGivenBack("D.3").says(*words.NOT_ENJOYED),
            BillRefund("D.4").says(*words.REFUND),
            AmendmentNotice("D.5", days=0).says(*words.AMENDMENT),
        ]


def _opened(s: SettingValues) -> Iterator[Clause]:
    """2.1: every service for the tiers that open it, with a number where one is set."""
    for services in (BASIC_UP, SENIOR_UP, DIAMOND, EVERYBODY):
        tiers = [tier for tier, opened in OPENED.items() if services[0] in opened]
        free = [code for code in services if code not in s.free_quotas]
        yield Unlimited("2.1", *free, only=tiers).says(*texts.opened())
        for code in services:
            if code in s.free_quotas:
                yield Quota(
                    "2.3", code, per=s.free_quotas[code], period=term, only=tiers, too_low="2.1"
                )
