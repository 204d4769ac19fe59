"""The settings of the exam-orthodontic charter: offers, points, birthday gift, council."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import code, code_list, item_points

WINDOWS = ("day", "month")
GIFTS = ("service", "coupon", "goods")


class ExamOrthodonticSettings(Schema):
    """Factors, points, amounts in yuan (typed as fen) and months."""

    exam_factor = Factor(
        required=True,
        metadata=meta("体检会员检查价格系数", "Factor of examinations", "factor", "2.1", "offers"),
    )
    orthodontic_factor = Factor(
        required=True,
        metadata=meta("矫正会员价格系数", "Factor of orthodontics", "factor", "2.2", "offers"),
    )
    orthodontic_items = code_list(
        meta("矫正项目", "Orthodontic items", "codes", "2.2", "offers"), ("orthodontics",)
    )
    orthodontic_part_factors = fields.Dict(
        keys=code(),
        values=Factor(),
        load_default=dict,
        metadata=meta(
            "按矫正部位的价格系数",
            "Factors by the part to be corrected",
            "factor",
            "2.2",
            "offers",
            help_zh="所列项目按本系数，不按矫正会员价格系数",
            help_en="An item listed costs this factor instead of the general one",
        ),
    )
    general_factor = Factor(
        load_default=Decimal(1),
        metadata=meta("其他诊疗价格系数", "Factor of other services", "factor", "2.3", "offers"),
    )
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "3.1", "points"),
    )
    redeem_from = Whole(
        load_default=0,
        validate=validate.Range(0, 10**7),
        metadata=meta(
            "兑换起点", "Balance from which points are exchanged", "points", "3.2", "points"
        ),
    )
    redemption_list = item_points(
        meta("积分兑换目录", "Redemption list", "points", "3.2", "points")
    )
    birthday_window = fields.String(
        load_default="day",
        validate=validate.OneOf(WINDOWS),
        metadata=meta("生日礼遇期间", "Window of the birthday gift", "choice", "5.1", "care"),
    )
    birthday_gift = fields.String(
        load_default="goods",
        validate=validate.OneOf(GIFTS),
        metadata=meta("生日礼遇种类", "Kind of the birthday gift", "choice", "5.2", "care"),
    )
    birthday_gift_item = fields.String(
        load_default="",
        validate=validate.Regexp(r"^([a-z0-9][a-z0-9_.-]*)?$"),
        metadata=meta("生日免费项目", "Free item on the birthday", "code", "5.2", "care"),
    )
    birthday_coupon = Yuan(
        load_default=0,
        metadata=meta("生日优惠券", "Birthday coupon", "yuan", "5.2", "care"),
    )
    council_interval_months = Whole(
        load_default=0,
        validate=validate.Range(0, 240),
        metadata=meta(
            "会员议事会间隔",
            "Months between two councils",
            "months",
            "5.3",
            "care",
            help_zh="0为不安排",
            help_en="0 for none",
        ),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "offers": ("优惠", "Offers"),
        "points": ("积分", "Points"),
        "care": ("关怀", "Care"),
    }
