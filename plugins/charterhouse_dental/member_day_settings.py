"""The settings of the member-day charter: the figures a clinic sets."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import code_list, item_points


class MemberDaySettings(Schema):
    """Amounts in yuan (typed as fen), points, multipliers and days of the month."""

    spend_silver = Yuan(
        required=True,
        metadata=meta("银卡累计消费", "Spending for silver", "yuan", "2.1", "tiers"),
    )
    spend_gold = Yuan(
        required=True,
        metadata=meta("金卡累计消费", "Spending for gold", "yuan", "2.1", "tiers"),
    )
    multiplier_ordinary = Rate(
        load_default=Decimal(1),
        metadata=meta("普通会员积分倍数", "Multiplier, ordinary", "factor", "2.1", "tiers"),
    )
    multiplier_silver = Rate(
        required=True,
        metadata=meta("银卡积分倍数", "Multiplier, silver", "factor", "2.1", "tiers"),
    )
    multiplier_gold = Rate(
        required=True,
        metadata=meta("金卡积分倍数", "Multiplier, gold", "factor", "2.1", "tiers"),
    )
    benefits_ordinary = code_list(meta("普通会员权益", "Rights, ordinary", "codes", "2.1", "tiers"))
    benefits_silver = code_list(meta("银卡权益", "Rights, silver", "codes", "2.1", "tiers"))
    benefits_gold = code_list(meta("金卡权益", "Rights, gold", "codes", "2.1", "tiers"))
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "2.3", "points"),
    )
    member_days = fields.List(
        Whole(validate=validate.Range(1, 31)),
        load_default=list,
        metadata=meta(
            "会员日",
            "Member days",
            "days",
            "2.4",
            "points",
            help_zh="每月的日期，1至31；当月没有的日期该月不设",
            help_en="Days of the month, 1 to 31; a month that lacks one leaves it out",
        ),
    )
    member_day_factor = Rate(
        load_default=Decimal(1),
        metadata=meta("会员日积分倍数", "Factor of a member day", "factor", "2.3", "points"),
    )
    event_points = Whole(
        load_default=0,
        validate=validate.Range(0, 10**6),
        metadata=meta("活动积分", "Points for an event", "points", "2.6", "points"),
    )
    redemption_list = item_points(
        meta("积分兑换目录", "Redemption list", "points", "2.5", "points")
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "tiers": ("等级", "Tiers"),
        "points": ("积分与会员日", "Points and member day"),
    }
