"""Membership of adults with a doctor of their own (口腔医院会员制方案)."""

from __future__ import annotations

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, MinAge, OneMembership
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.conditions import Lines, on_days
from charterhouse.kernel.clauses.conduct import DetailsChanged
from charterhouse.kernel.clauses.doctors import DoctorOfOnesOwn, without_doctor
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.fees import EntryFee
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.introductions import Introductions, RewardAtActivation
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, Cycle, Recorded
from charterhouse.kernel.clauses.price import BasePrice, Factor
from charterhouse.kernel.clauses.recurring import Recurring
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.tender import CashOut, CreditTender
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import CREDIT
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import exclusive_doctor_texts as texts
from charterhouse_dental import words
from charterhouse_dental.exclusive_doctor_settings import ExclusiveDoctorSettings


def _updated(_d: Draft) -> bool:
    """Every change of the data."""
    return True


def _followed_up(d: Draft) -> bool:
    """The doctor followed up."""
    return bool(d.body.kind == "follow-up")


class ExclusiveDoctor(Charter):
    """Every member gets a doctor who plans, checks and follows up."""

    code = "dental.exclusive-doctor"
    name = ("口腔医院专属医生会员方案", "Oral hospital membership with an exclusive doctor")
    Settings = ExclusiveDoctorSettings
    sections = (
        Section("1", "资格与申请", "Eligibility and application"),
        Section("2", "个性化服务", "Individual service"),
        Section("3", "便捷就诊", "Access"),
        Section("4", "奖励与优惠", "Rewards and offers"),
        Section("5", "记录与职责", "Records and roles"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    records = ("doctor-assigned", "follow-up", "referral")
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        return [
            MinAge("1.1", years=s.adult_age, unknown="incomplete").says(*texts.age(s)),
            *texts.STATEMENTS,
            Documents(
                "1.3", {"application-form": 1, "agreement": 1},
                details=("name", "contact", "oral_health"),
            ).says(*texts.APPLICATION),
            Consent("1.3"),
            OneMembership("1.3"),
            Application("1.3"),
            Tiers("1.3", texts.TIERS, default="member"),
            EntryFee("1.4", amount=s.fee).says(*texts.fee(s)),
            Withdrawal("1.4", forfeits=(CREDIT,)),
            DoctorOfOnesOwn("1.5", task="assign-doctor", awaited=True).says(*texts.ASSIGNMENT),
            Activation("1.5", card=False, awaits=without_doctor),
            Rights("1.5", verbs=texts.NEED_RIGHTS, shown={}, lent={}, ended="1.4", price="4.2"),
            DetailsChanged("1.6", shown={}, record=""),
            Cycle(
                "1.6", "update-details", sort="notice", months=s.update_months,
                restarts={"change_details": _updated},
            ).says(*texts.updates(s)),
            Unlimited("2.1", "exclusive-doctor").says(*texts.DOCTOR),
            Recurring(
                "2.2", "oral-check", months=s.oral_check_months, notice="oral-check-due"
            ).says(*texts.check(s)),
            Cycle(
                "2.3", "doctor-follow-up", days=s.follow_up_days, repeats=False,
                restarts={"record": _followed_up},
            ).says(*texts.follow_up(s)),
            Recorded("2.3", {"follow-up": ""}, members_only=True),
            Unlimited("3.1", "priority-booking").says(*texts.BOOKING),
            Unlimited("3.2", "fast-track").says(*texts.FAST_TRACK),
            Introductions("4.1"),
            RewardAtActivation("4.1", {CREDIT: s.referral_reward}).says(*texts.reward(s)),
            CreditTender("4.1"),
            CashOut("4.1"),
            Factor(
                "4.2", factor=s.offer_factor, lines=Lines(categories=set(s.offer_categories)),
                days=on_days(s.offer_days), of_list=True,
            ).says(*texts.offers(s)),
            BasePrice("4.2"),
            BillRefund("D.1").says(*words.REFUND),
            AmendmentNotice("D.2", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip
