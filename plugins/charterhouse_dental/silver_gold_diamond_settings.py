"""The settings of the silver-gold-diamond charter: fees, prices, included items, points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import CODE, code_list, item_points

BENEFITS = (
    "exclusive-doctor", "priority-booking", "lecture", "care-training", "gathering",
    "special-doctor", "special-courtesy", "first-consultation",
)  # fmt: skip
"""The benefits of the charter: no included item may have one of these names."""


def _included(metadata: dict[str, Any]) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=[validate.Regexp(CODE), validate.NoneOf(BENEFITS)]),
        values=Whole(validate=validate.Range(0, 1000)),
        load_default=dict,
        metadata=metadata,
    )


class SilverGoldDiamondSettings(Schema):
    """Amounts in yuan (typed as fen), months, factors, numbers per calendar year, points, days."""

    fee_silver = Yuan(
        required=True, metadata=meta("银卡会员费", "Fee of silver", "yuan", "1.2", "fees")
    )
    fee_gold = Yuan(
        required=True, metadata=meta("金卡会员费", "Fee of gold", "yuan", "1.2", "fees")
    )
    fee_diamond = Yuan(
        required=True, metadata=meta("钻石卡会员费", "Fee of diamond", "yuan", "1.2", "fees")
    )
    term_months = Whole(
        load_default=0,
        validate=validate.Range(0, 240),
        metadata=meta(
            "会员期限", "Term", "months", "1.4", "fees", help_zh="0为长期", help_en="0 for no end"
        ),
    )
    factor_silver = Factor(
        load_default=Decimal(1),
        metadata=meta("银卡价格系数", "Factor of silver", "factor", "3.4", "prices"),
    )
    factor_gold = Factor(
        load_default=Decimal(1),
        metadata=meta("金卡价格系数", "Factor of gold", "factor", "3.4", "prices"),
    )
    factor_diamond = Factor(
        load_default=Decimal(1),
        metadata=meta("钻石卡价格系数", "Factor of diamond", "factor", "3.4", "prices"),
    )
    discount_categories = code_list(
        meta("优惠类别", "Categories with the factor", "codes", "3.4", "prices"),
        ("consultation", "exam", "treatment", "surgery"),
    )
    first_visit_items = code_list(
        meta("免费初诊项目", "Free items of the first visit", "codes", "3.1", "prices"),
        ("first-consultation", "oral-exam"),
    )
    included_gold = _included(
        meta("金卡包含项目", "Items included from gold on", "count", "3.7", "prices")
    )
    included_diamond = _included(
        meta("钻石卡另含项目", "Items that diamond adds", "count", "3.7", "prices")
    )
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "4.1", "points"),
    )
    points_per_visit = Whole(
        load_default=0,
        validate=validate.Range(0, 10**6),
        metadata=meta("每次就诊积分", "Points per visit", "points", "4.1", "points"),
    )
    points_to_gold = Whole(
        required=True,
        validate=validate.Range(0, 10**9),
        metadata=meta("升金卡所需积分", "Points for the rise to gold", "points", "2.2", "points"),
    )
    points_to_diamond = Whole(
        required=True,
        validate=validate.Range(0, 10**9),
        metadata=meta(
            "升钻石卡所需积分", "Points for the rise to diamond", "points", "2.2", "points"
        ),
    )
    points_per_yuan_off = Whole(
        required=True,
        validate=validate.Range(1, 10**6),
        metadata=meta("抵1元所需积分", "Points that offset one yuan", "points", "4.2", "points"),
    )
    redemption_list = item_points(
        meta("积分兑换目录", "Redemption list", "points", "4.2", "points")
    )
    follow_up_days = Whole(
        required=True,
        validate=validate.Range(1, 3650),
        metadata=meta("诊后回访", "Days until the follow-up", "days", "3.5", "care"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "fees": ("会员费与期限", "Fees and term"),
        "prices": ("价格与包含项目", "Prices and included items"),
        "points": ("积分", "Points"),
        "care": ("回访", "Follow-up"),
    }
