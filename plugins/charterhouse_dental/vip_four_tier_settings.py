"""The settings of the dental VIP charter with four tiers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta
from charterhouse_dental.vip_four_tier_texts import SERVICES


def _spend(zh: str, en: str) -> Yuan:
    return Yuan(
        required=True,
        metadata=meta(f"{zh}累计消费", f"Spending for {en}", "yuan", "2.1", "tiers"),
    )


def _visits(zh: str, en: str) -> Whole:
    return Whole(
        load_default=0,
        validate=validate.Range(0, 100_000),
        metadata=meta(
            f"{zh}就诊次数", f"Visits for {en}", "times", "2.1", "tiers",
            help_zh="0 为不采用", help_en="0 where it is not used",
        ),
    )  # fmt: skip


def _packages(default: int, zh: str, en: str) -> Whole:
    return Whole(
        load_default=default,
        validate=validate.Range(0, 1000),
        metadata=meta(f"{zh}护理套餐", f"Care packages of {en}", "times", "2.3", "packages"),
    )


class VipFourTierSettings(Schema):
    """Thresholds in yuan (typed as fen) and visits, factors, packages, points and months."""

    groups: ClassVar[Mapping[str, Text]] = {
        "tiers": ("会员等级", "Tiers"),
        "prices": ("优惠价", "Prices"),
        "packages": ("护理套餐", "Care packages"),
        "points": ("积分", "Points"),
    }

    spend_threshold_silver = _spend("银卡会员", "silver")
    spend_threshold_gold = _spend("金卡会员", "gold")
    spend_threshold_platinum = _spend("白金卡会员", "platinum")
    visits_threshold_silver = _visits("银卡会员", "silver")
    visits_threshold_gold = _visits("金卡会员", "gold")
    visits_threshold_platinum = _visits("白金卡会员", "platinum")
    preferential_factors = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(SERVICES))),
        values=Factor(),
        load_default=dict,
        metadata=meta(
            "各服务的优惠价系数", "Preferential factor by service", "factor", "2.2", "prices",
            help_zh="未列出的服务按原价", help_en="What is not listed costs the list price",
        ),
    )  # fmt: skip
    package_value = Yuan(
        load_default=20000,
        metadata=meta("护理套餐价值", "Value of a care package", "yuan", "2.3", "packages"),
    )
    packages_silver = _packages(1, "银卡会员", "silver")
    packages_gold = _packages(2, "金卡会员", "gold")
    packages_platinum = _packages(4, "白金卡会员", "platinum")
    points_per_yuan = Rate(
        required=True, metadata=meta("每元积分", "Points per yuan", "points", "3.1", "points")
    )
    points_per_yuan_off = Whole(
        load_default=100,
        validate=validate.Range(1, 1_000_000),
        metadata=meta("抵1元所需积分", "Points that are one yuan", "points", "3.2", "points"),
    )
    points_months = Whole(
        load_default=12,
        validate=validate.Range(0, 120),
        metadata=meta(
            "积分有效期", "Validity of points", "months", "3.4", "points",
            help_zh="0 为长期有效", help_en="0 for no end",
        ),
    )  # fmt: skip
    coupon_months = Whole(
        load_default=0,
        validate=validate.Range(0, 120),
        metadata=meta(
            "抵用券有效期", "Validity of coupons", "months", "3.3", "points",
            help_zh="0 为长期有效", help_en="0 for no end",
        ),
    )  # fmt: skip
    birthday_factor = Factor(
        load_default=Decimal("1.00"),
        metadata=meta("生日系数", "Factor on the birthday", "factor", "4.1", "prices"),
    )
