"""The settings of the referral-points charter: tiers, prices, points, referral, priority."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import (
    OptionalWhole,
    OptionalYuan,
    code,
    code_list,
    item_points,
)

_POINTS = validate.Range(0, 10**6)


def _count(metadata: dict[str, Any]) -> OptionalWhole:
    return OptionalWhole(
        load_default=None, allow_none=True, validate=validate.Range(1, 10**6), metadata=metadata
    )


def _drugs(metadata: dict[str, Any]) -> OptionalYuan:
    return OptionalYuan(load_default=None, allow_none=True, metadata=metadata)


class DiscountService(Schema):
    """A service at a reduced price for points."""

    points = Whole(
        required=True,
        validate=validate.Range(1, 10**7),
        metadata=meta("积分", "Points", "points", "4.3", "points"),
    )
    factor = Factor(
        required=True,
        metadata=meta("价格系数", "Price factor", "factor", "4.3", "points"),
    )


class ReferralPointsSettings(Schema):
    """Amounts in yuan (typed as fen), counts, factors, points and months."""

    spend_middle = OptionalYuan(
        required=True,
        allow_none=True,
        metadata=meta("中级累计消费", "Spending for middle", "yuan", "2.2", "tiers"),
    )
    spend_high = OptionalYuan(
        required=True,
        allow_none=True,
        metadata=meta("高级累计消费", "Spending for high", "yuan", "2.2", "tiers"),
    )
    visits_middle = _count(meta("中级就诊次数", "Visits for middle", "count", "2.2", "tiers"))
    visits_high = _count(meta("高级就诊次数", "Visits for high", "count", "2.2", "tiers"))
    drugs_middle = _drugs(meta("中级药品消费", "Medicine for middle", "yuan", "2.2", "tiers"))
    drugs_high = _drugs(meta("高级药品消费", "Medicine for high", "yuan", "2.2", "tiers"))
    first_visit_factor = Factor(
        required=True,
        metadata=meta("初诊费用系数", "Factor of the first visit", "factor", "3.1", "prices"),
    )
    dental_exams_per_year = OptionalWhole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 1000),
        metadata=meta(
            "每年免费牙科检查次数",
            "Free dental examinations per year",
            "count",
            "3.2",
            "prices",
            help_zh="空为不限",
            help_en="Empty for no limit",
        ),
    )
    factor_middle = Factor(
        required=True,
        metadata=meta("中级价格系数", "Factor of middle", "factor", "3.3", "prices"),
    )
    factor_high = Factor(
        required=True,
        metadata=meta("高级价格系数", "Factor of high", "factor", "3.3", "prices"),
    )
    discount_categories = code_list(
        meta("优惠类别", "Categories with the factor", "codes", "3.3", "prices"),
        ("exam", "treatment", "surgery"),
    )
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "4.1", "points"),
    )
    multiplier_middle = Rate(
        required=True,
        metadata=meta("中级积分倍数", "Multiplier of middle", "factor", "4.1", "points"),
    )
    multiplier_high = Rate(
        required=True,
        metadata=meta("高级积分倍数", "Multiplier of high", "factor", "4.1", "points"),
    )
    event_points = Whole(
        required=True,
        validate=_POINTS,
        metadata=meta("活动积分", "Points for an event", "points", "4.2", "points"),
    )
    redemption_list = item_points(
        meta("积分兑换礼品", "Gifts for points", "points", "4.3", "points")
    )
    discount_services = fields.Dict(
        keys=code(),
        values=fields.Nested(DiscountService),
        load_default=dict,
        metadata=meta(
            "积分兑换优惠项目", "Discounted services for points", "table", "4.3", "points"
        ),
    )
    referral_points = Whole(
        required=True,
        validate=_POINTS,
        metadata=meta("推荐积分", "Points for a referral", "points", "5.2", "referral"),
    )
    referral_voucher = Yuan(
        required=True,
        metadata=meta("推荐抵用券", "Voucher for a referral", "yuan", "5.2", "referral"),
    )
    voucher_months = OptionalWhole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 240),
        metadata=meta(
            "抵用券有效期",
            "Validity of the voucher",
            "months",
            "5.5",
            "referral",
            help_zh="空为长期有效",
            help_en="Empty for no end",
        ),
    )
    priority_channels = code_list(
        meta("优先服务渠道", "Channels of priority", "codes", "6.1", "priority"),
        ("sms", "telephone"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "tiers": ("等级", "Tiers"),
        "prices": ("价格", "Prices"),
        "points": ("积分", "Points"),
        "referral": ("推荐", "Referral"),
        "priority": ("优先服务", "Priority"),
    }
