"""The settings of the dental charter with gold, silver and ordinary members."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta


class GoldSilverSettings(Schema):
    """Thresholds in yuan (typed as fen), factors, points, numbers and days."""

    groups: ClassVar[Mapping[str, Text]] = {
        "tiers": ("会员等级", "Tiers"),
        "points": ("积分", "Points"),
        "services": ("服务", "Services"),
    }

    spend_silver = Yuan(
        required=True,
        metadata=meta("白银会员累计消费", "Spending for silver", "yuan", "2.1", "tiers"),
    )
    spend_gold = Yuan(
        required=True,
        metadata=meta("黄金会员累计消费", "Spending for gold", "yuan", "2.1", "tiers"),
    )
    factor_silver = Factor(
        required=True,
        metadata=meta("白银会员系数", "Factor of silver members", "factor", "2.2", "tiers"),
    )
    factor_gold = Factor(
        required=True,
        metadata=meta("黄金会员系数", "Factor of gold members", "factor", "2.2", "tiers"),
    )
    gold_exam_quota = Whole(
        required=True,
        validate=validate.Range(0, 366),
        metadata=meta(
            "黄金会员每年免费检查",
            "Free examinations of gold members a year",
            "times",
            "2.2",
            "tiers",
        ),
    )
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "2.3", "points"),
    )
    redemption_list = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$")),
        values=Whole(validate=validate.Range(1, 10**9)),
        load_default=dict,
        metadata=meta(
            "兑换清单", "List of redemptions", "points", "2.3", "points",
            help_zh="产品或服务及所需积分", help_en="Product or service and its points",
        ),
    )  # fmt: skip
    birthday_package_days = Whole(
        required=True,
        validate=validate.Range(0, 364),
        metadata=meta(
            "生日礼包有效天数", "Days of the birthday package", "days", "3.2", "services"
        ),
    )
    check_interval_months = Whole(
        load_default=0,
        validate=validate.Range(0, 120),
        metadata=meta(
            "定期检查间隔", "Regular examination every", "months", "3.4", "services",
            help_zh="0 为不提醒", help_en="0 for no reminder",
        ),
    )  # fmt: skip
