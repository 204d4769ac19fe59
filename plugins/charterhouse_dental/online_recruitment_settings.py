"""The settings of the online-recruitment charter: registration, joining offer, points."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import code_list, item_points

MODES = ("manual", "automatic", "mixed")
OFFERS = ("gift", "coupon")


class OnlineRecruitmentSettings(Schema):
    """Channels and fields of the registration; amounts in yuan (typed as fen), months, points."""

    channels = code_list(
        meta("入会渠道", "Channels", "codes", "1.1", "registration"),
        ("website", "wechat", "alipay", "on-site"),
    )
    required_fields = fields.List(
        fields.String(validate=validate.Regexp(r"^[a-z][a-z0-9_]*$")),
        load_default=lambda: ["name", "phone"],
        metadata=meta("必填资料", "Required fields", "codes", "1.2", "registration"),
    )
    joining_offers = fields.List(
        fields.String(validate=validate.OneOf(OFFERS)),
        load_default=lambda: list(OFFERS),
        metadata=meta("入会礼遇", "Joining offers", "choice", "2.1", "offer"),
    )
    coupon_value = Yuan(
        required=True,
        metadata=meta("优惠券面值", "Value of the coupon", "yuan", "2.2", "offer"),
    )
    coupon_min_bill = Yuan(
        required=True,
        metadata=meta("优惠券使用门槛", "Bill from which the coupon holds", "yuan", "2.2", "offer"),
    )
    coupon_months = Whole(
        load_default=0,
        validate=validate.Range(0, 240),
        metadata=meta(
            "优惠券有效期",
            "Validity of the coupon",
            "months",
            "2.2",
            "offer",
            help_zh="0为长期有效",
            help_en="0 for no end",
        ),
    )
    points_per_yuan = Rate(
        load_default=Decimal(0),
        metadata=meta("每元积分", "Points per yuan", "points", "3.2", "points"),
    )
    redemption_list = item_points(
        meta("积分兑换目录", "Redemption list", "points", "3.2", "points")
    )
    management_mode = fields.String(
        load_default="mixed",
        validate=validate.OneOf(MODES),
        metadata=meta("管理方式", "Management mode", "choice", "3.2", "points"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "registration": ("登记", "Registration"),
        "offer": ("入会礼遇", "Joining offer"),
        "points": ("管理与积分", "Management and points"),
    }
