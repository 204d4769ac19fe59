"""The settings of the treatment-points charter: levels, points, follow-up."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import code, item_points

GIFT = "birthday-gift"


class LevelSettings(Schema):
    """A level: from which cumulative spending it holds, its price factor and its services."""

    spend = Yuan(
        required=True,
        metadata=meta("累计消费", "Cumulative spending", "yuan", "1.2", "levels"),
    )
    factor = Factor(
        load_default=Decimal(1),
        metadata=meta("价格系数", "Price factor", "factor", "1.3", "levels"),
    )
    services = fields.List(
        fields.String(
            validate=[validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$"), validate.NoneOf([GIFT])]
        ),
        load_default=list,
        metadata=meta("服务", "Services", "codes", "1.2", "levels"),
    )


class TreatmentPointsSettings(Schema):
    """Levels, points and days."""

    levels = fields.Dict(
        keys=code(),
        values=fields.Nested(LevelSettings),
        required=True,
        validate=validate.Length(min=1),
        metadata=meta(
            "会员级别",
            "Levels",
            "table",
            "1.2",
            "levels",
            help_zh="每行一个级别：累计消费达到多少即属该级别（最低为0），价格系数和服务",
            help_en="A row for each level: the spending from which it holds (the lowest from 0), "
            "its price factor and its services",
        ),
    )
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "2.1", "points"),
    )
    redemption_list = item_points(
        meta("积分兑换目录", "Redemption list", "points", "2.2", "points")
    )
    birthday_gift_item = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata=meta("生日礼品名称", "Name of the birthday gift", "text", "3.1", "care"),
    )
    follow_up_days = Whole(
        required=True,
        validate=validate.Range(1, 3650),
        metadata=meta("回访间隔", "Days until the follow-up", "days", "4.1", "care"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "levels": ("级别", "Levels"),
        "points": ("积分", "Points"),
        "care": ("生日与回访", "Birthday and follow-up"),
    }


__all__ = ["GIFT", "LevelSettings", "TreatmentPointsSettings"]
