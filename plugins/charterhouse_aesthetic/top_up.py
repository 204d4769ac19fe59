"""Aesthetic hospital membership by one-off top-up (医美医院会员管理制度) as a list of its clauses."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Charter, Clause, Section
from charterhouse.kernel.clauses.admission import Consent, Documents, MinAge, OneMembership
from charterhouse.kernel.clauses.benefits import (
    GrantOnce,
    Quota,
    Unlimited,
    UseGivenBack,
    membership_year,
)
from charterhouse.kernel.clauses.conditions import ByKind, ByTier
from charterhouse.kernel.clauses.conduct import Sanctions
from charterhouse.kernel.clauses.earning import BillRefund
from charterhouse.kernel.clauses.fees import FeesRise
from charterhouse.kernel.clauses.flow import Activation, Application
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.price import Factor
from charterhouse.kernel.clauses.qualifying import EntryAmount, TierByAmount
from charterhouse.kernel.clauses.rights import Rights, Statement
from charterhouse.kernel.clauses.tender import CashOut, StoredValue, TopUpRefund, TopUps
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.ledger import STORED_VALUE
from charterhouse.kernel.settings import Factor as FactorField
from charterhouse.kernel.settings import SettingValues, Whole, Yuan, meta, needs_all
from charterhouse_aesthetic import top_up_texts as texts
from charterhouse_aesthetic.top_up_clauses import FamilySize
from charterhouse_aesthetic.top_up_texts import PAID, TIERS

CHECKS = {"health-check": PAID, "family-health-check": PAID[1:]}
FOR_ALL = ("event-priority", "health-consultation", "lecture", "member-offer", "feedback")
DOCUMENTS = ByKind({
    "individual": {"application-form": 1, "id-document": 1},
    "corporate": {"application-form": 1, "registration-proof": 1},
})  # fmt: skip


class TopUpSettings(Schema):
    """Thresholds in yuan (typed as fen), factors, the least age and three switches."""

    tier_thresholds = fields.Dict(
        keys=fields.String(validate=validate.OneOf(PAID)), values=Yuan(),
        load_default=lambda: dict(zip(PAID, (500_000, 1_000_000, 3_000_000, 5_000_000), strict=True)),
        validate=needs_all(*PAID),
        metadata=meta("各等级一次性充值", "Single top-up by tier", "yuan", "3.1", "tiers"),
    )  # fmt: skip
    price_factors = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(TIERS))), values=FactorField(),
        load_default=lambda: dict(
            zip(TIERS, map(Decimal, ("1.00", "1.00", "1.00", "0.80", "0.70")), strict=True)
        ),
        metadata=meta("各等级价格系数", "Price factor by tier", "factor", "4.1", "tiers",
                      help_zh="未列出的为 1.00", help_en="1.00 for a tier that is not listed"),
    )  # fmt: skip
    min_age = Whole(
        load_default=18, validate=validate.Range(0, 120),
        metadata=meta("自然人最低年龄", "Least age of natural persons", "years", "2.1", "entry"),
    )  # fmt: skip
    checks_yearly = fields.Boolean(
        load_default=False,
        metadata=meta("体检每年给予", "Checks anew each year", "", "6.1", "benefits"),
    )
    family_size = Whole(
        load_default=None, allow_none=True, validate=validate.Range(1, 50),
        metadata=meta("家庭体检人数上限", "Most persons of a family check", "persons", "6.1", "benefits"),
    )  # fmt: skip
    stored_value_refundable = fields.Boolean(
        load_default=False,
        metadata=meta("储值可退", "Stored value can be paid out", "", "5.2", "benefits",
                      help_zh="当地消费法规要求退款时启用",
                      help_en="Where consumer law demands a refund"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "entry": ("入会", "Entry"),
        "tiers": ("会员等级", "Tiers"),
        "benefits": ("权益与储值", "Benefits and stored value"),
    }


class TopUpTiers(Charter):
    """One payment into stored value decides the tier; the money is spent, never taken out."""

    code = "aesthetic.top-up"
    name = ("医美医院会员管理制度", "Aesthetic hospital membership by one-off top-up")
    Settings = TopUpSettings
    sections = (
        Section("1", "总则", "Basis"),
        Section("2", "资格与申请", "Eligibility and application"),
        Section("3", "会员等级", "Tiers"),
        Section("4", "价格", "Prices"),
        Section("5", "储值", "Stored value"),
        Section("6", "会员权益", "Benefits"),
        Section("7", "违规处理", "Breaches"),
        Section("8", "职责、表单、记录与隐私", "Roles, forms, records, privacy"),
    )
    form = texts.FORM
    roles = texts.ROLES
    labels = texts.LABELS

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The clauses in the order of the document."""
        thresholds = {tier: s.tier_thresholds[tier] for tier in PAID}
        factors = ByTier({tier: s.price_factors.get(tier, Decimal(1)) for tier in TIERS})
        acting: list[Clause] = [
            AmendmentNotice("1.1", days=0),
            MinAge("2.1", years=ByKind(individual=s.min_age)),
            Consent("2.1"),
            EntryAmount("2.2", ByKind(corporate=thresholds["silver"])),
            Documents("2.3", DOCUMENTS),
            Application("2.3", kinds=tuple(DOCUMENTS)),
            Activation("2.3"),
            OneMembership("2.5"),
            Tiers("3", TIERS, default="ordinary", asked=False),
            TierByAmount("3.1", thresholds, setting="tier_thresholds", upgrade="3.3", ended="7.1"),
            FeesRise("4.1", falling={"price_factors": list(factors.values())}),
            Factor("4.1", factor=factors),
            Rights(
                "4.1", verbs=frozenset({"spend", "use"}), lent={}, ended="7.1",
            ),
            TopUps("5.1"),
            StoredValue("5.1", strict=False),
            CashOut("5.2", unit=STORED_VALUE if s.stored_value_refundable else ""),
            TopUpRefund("5.2"),
            BillRefund("5.4"),
            Unlimited("6", *FOR_ALL),
            Unlimited("6", "vip-service", only=("diamond",), too_low="6.1"),
            *checks(yearly=s.checks_yearly),
            UseGivenBack("6.1"),
            FamilySize("6.1", "family-health-check", size=s.family_size),
            Sanctions("7.1", measures=frozenset({"end_membership"}), approver=""),
            Withdrawal("7.1"),
        ]  # fmt: skip
        return [*acting, *(Statement(number, *text) for number, text in texts.texts(s).items())]


def checks(*, yearly: bool) -> list[Clause]:
    """The health checks: once when the tier is first reached, or anew each membership year."""
    if yearly:
        return [
            Quota("6.1", code, per=ByTier(dict.fromkeys(tiers, 1)), period=membership_year)
            for code, tiers in CHECKS.items()
        ]
    quotas = [Quota("6.1", code, per=0, only=tiers) for code, tiers in CHECKS.items()]
    grants = [GrantOnce("6.1", c, upto=dict.fromkeys(tiers, 1)) for c, tiers in CHECKS.items()]
    return [*quotas, *grants]
