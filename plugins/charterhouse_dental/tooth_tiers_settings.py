"""The settings of the dental charter with tooth-themed tiers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from marshmallow import Schema, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta


def _threshold(zh: str, en: str) -> Yuan:
    return Yuan(
        required=True,
        metadata=meta(f"{zh}累计消费", f"Spending for {en}", "yuan", "1.1", "tiers"),
    )


class ToothTiersSettings(Schema):
    """Thresholds in yuan (typed as fen), months and a factor."""

    groups: ClassVar[Mapping[str, Text]] = {
        "tiers": ("会员等级与期限", "Tiers and term"),
        "prices": ("价格", "Prices"),
    }

    threshold_little_white = _threshold("小白牙会员", "little-white")
    threshold_bright = _threshold("皓齿会员", "bright")
    threshold_diamond = _threshold("钻石牙会员", "diamond")
    term_months = Whole(
        required=True,
        validate=validate.Range(1, 120),
        metadata=meta("会员期限", "Term", "months", "1.2", "tiers"),
    )
    special_item_factor = Factor(
        load_default=Decimal("0.90"),
        metadata=meta(
            "正畸和种植系数", "Factor of orthodontics and implants", "factor", "1.1", "prices",
            help_zh="皓齿会员起，0.90 即九折", help_en="From bright up; 0.90 takes 10 % off",
        ),
    )  # fmt: skip
