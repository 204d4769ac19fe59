"""The settings of the framework in which a clinic defines its tiers itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta
from charterhouse_dental.tier_framework_texts import SERVICES

_CODE = validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$")


class TierRow(Schema):
    """A tier: fee in fen, months, services, price factor, and what it asks for."""

    fee = Yuan(
        required=True,
        validate=validate.Range(min=1),
        metadata=meta("会员费", "Fee", "yuan", "2.1", "tiers"),
    )
    term_months = Whole(
        required=True,
        validate=validate.Range(1, 120),
        metadata=meta("会员期限", "Term", "months", "2.4", "tiers"),
    )
    services = fields.List(
        fields.String(validate=validate.OneOf(list(SERVICES))),
        load_default=list,
        metadata=meta("专属服务", "Services", "codes", "3.1", "tiers"),
    )
    factor = Factor(
        load_default=Decimal(1),
        metadata=meta("价格系数", "Price factor", "factor", "3.3", "tiers"),
    )
    min_spend_total = Yuan(
        load_default=None,
        allow_none=True,
        metadata=meta("最低累计消费", "Least cumulative spending", "yuan", "1.2", "tiers"),
    )
    min_spend_count = Whole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000),
        metadata=meta("最少消费次数", "Least number of spendings", "times", "1.2", "tiers"),
    )
    min_booking_hours = Whole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000),
        metadata=meta("最少剩余预约时长", "Least booking hours left", "hours", "1.2", "tiers"),
    )


class TierFrameworkSettings(Schema):
    """The clinic's own table of tiers."""

    groups: ClassVar[Mapping[str, Text]] = {"tiers": ("会员等级", "Tiers")}

    tiers = fields.Dict(
        keys=fields.String(validate=_CODE),
        values=fields.Nested(TierRow),
        required=True,
        validate=validate.Length(min=1),
        metadata=meta(
            "会员等级表", "Table of tiers", "table", "1.1", "tiers",
            help_zh="建议三至四个等级；等级按会员费由低到高排列",
            help_en="Three or four tiers are advised; they are ordered by their fee",
        ),
    )  # fmt: skip
