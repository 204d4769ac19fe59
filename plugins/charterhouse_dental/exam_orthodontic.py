"""Examination and orthodontic memberships by need (口腔医疗会员管理方案范本)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents
from charterhouse.kernel.clauses.benefits import Quota, Unlimited
from charterhouse.kernel.clauses.conditions import ByTier, Lines, in_birthday_month, on_birthday
from charterhouse.kernel.clauses.coupons import OffBill
from charterhouse.kernel.clauses.cycles import HouseCycle
from charterhouse.kernel.clauses.earning import BillRefund, PointsByRate
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice, BirthdayNotice, Recorded
from charterhouse.kernel.clauses.points import OpeningFigures, Redemption
from charterhouse.kernel.clauses.price import BasePrice, Factor, FactorTable
from charterhouse.kernel.clauses.rights import Rights
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.settings import SettingValues
from charterhouse_dental import exam_orthodontic_texts as texts
from charterhouse_dental import words
from charterhouse_dental.exam_orthodontic_clauses import (
    BOTH,
    EXAM,
    ORTHODONTIC,
    Complaints,
    FreeOnBirthday,
    TwoMemberships,
    is_member,
    marked,
)
from charterhouse_dental.exam_orthodontic_settings import ExamOrthodonticSettings

GIFT = "birthday-gift"


class ExamOrthodontic(Charter):
    """Two memberships without an order, each with its own price; a person may hold both."""

    code = "dental.exam-orthodontic"
    name = ("口腔体检与矫正会员方案", "Examination and orthodontic memberships")
    Settings = ExamOrthodonticSettings
    sections = (
        Section("1", "会员", "Memberships"),
        Section("2", "优惠", "Offers"),
        Section("3", "积分", "Points"),
        Section("4", "服务", "Service"),
        Section("5", "关怀", "Care"),
        Section("6", "记录", "Records"),
        Section("D", "补充规定", "Further rules"),
    )
    reports = (texts.MONTHLY,)
    records = ("complaint", "message")
    roles = texts.ROLES
    labels = texts.LABELS
    example = texts.EXAMPLE

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        items: dict[str, Decimal] = dict.fromkeys(s.orthodontic_items, s.orthodontic_factor)
        by_item: Mapping[str, Decimal] = {**items, **s.orthodontic_part_factors}
        month = s.birthday_window == "month"
        gift = Quota(
            "5.1", GIFT, per=1, window=in_birthday_month if month else on_birthday,
            on_bills=s.birthday_gift != "goods", bills="5.2",
        )  # fmt: skip
        return [
            *texts.MEMBERSHIPS,
            Tiers("1.3", texts.TIERS, ordered=(), missing="unknown", unknown="1.3").says(
                *texts.BOTH_HELD
            ),
            TwoMemberships("1.3"),
            Documents("1.4", {"registration-form": 1}).says(*texts.ADMISSION),
            Consent("1.4"),
            Application("1.4", unless=is_member),
            Activation("1.4", card=False),
            OpeningFigures("1.4"),
            Withdrawal("1.4", forfeits=(POINTS,)),
            Factor(
                "2.1", factor=ByTier({EXAM: s.exam_factor, BOTH: s.exam_factor}),
                lines=Lines(categories={"exam"}), of_list=True,
            ).says(*texts.exam(s)),
            FactorTable(
                "2.2", ByTier({ORTHODONTIC: by_item, BOTH: by_item}), by="item", of_list=True
            ).says(*texts.orthodontic(s)),
            Factor(
                "2.3", factor=s.general_factor, lines=Lines(categories=texts.GENERAL), of_list=True
            ).says(*texts.general(s)),
            Rights("2.4", verbs=texts.NEED_RIGHTS, shown={}, lent={}).says(*texts.LOWEST),
            BasePrice("2.4"),
            PointsByRate("3.1", per_yuan=s.points_per_yuan, short=True).says(*texts.points(s)),
            Redemption(
                "3.2", gifts=s.redemption_list, shown={}, unknown="not_redeemable",
                by_number=False, least=s.redeem_from,
            ).says(*texts.redemption(s)),
            BillRefund("3.3").says(*texts.REFUND),
            Unlimited("4.1", "fast-track").says(*texts.FAST_TRACK),
            Complaints("4.2", special="complaint-special", general="complaint-general").says(
                *texts.COMPLAINTS
            ),
            Recorded("4.2", {"message": "answer-message"}, members_only=True),
            gift.says(*texts.birthday(s)),
            BirthdayNotice("5.1", notice=GIFT, month=month),
            *_taken_on_bills(s, gift),
            Unlimited("5.3", "exchange-meeting", "member-council"),
            HouseCycle("5.3", "member-council", months=s.council_interval_months).says(
                *texts.councils(s)
            ),
            texts.RECORDS,
            AmendmentNotice("D.1", days=0).says(*words.AMENDMENT),
        ]  # fmt: skip


def _taken_on_bills(s: SettingValues, gift: Quota) -> list[Clause]:
    """5.2: the gift as a free item or as a coupon; goods are handed out."""
    if s.birthday_gift == "service":
        items = {s.birthday_gift_item}
        return [
            FreeOnBirthday("5.2", gift, returns=False, items=items, when=marked).says(
                *texts.gift(s)
            )
        ]
    if s.birthday_gift == "coupon":
        coupon = OffBill("5.2", gift, value=s.birthday_coupon, asked=marked, strict=False)
        return [coupon.says(*texts.gift(s))]
    return [texts.goods(s)]
