"""The settings of the dental charter with time, item and visit plans."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta

PERIODS = (6, 12)
"""Months of a time plan for which there is a price."""

_MONTHS = validate.Range(1, 120)


def _fee(zh: str, en: str, group: str) -> Yuan:
    return Yuan(required=True, metadata=meta(zh, en, "yuan", "1.1", group))


def _limit(zh: str, en: str) -> Yuan:
    return Yuan(
        load_default=0,
        metadata=meta(
            zh, en, "yuan", "1.2", "time", help_zh="0 为不限", help_en="0 for no limit"
        ),
    )  # fmt: skip


def _factor(zh: str, en: str, clause: str, group: str) -> Factor:
    return Factor(required=True, metadata=meta(zh, en, "factor", clause, group))


def _named(default: Any, zh: str, en: str, clause: str, group: str) -> fields.String:
    return fields.String(
        load_default=default,
        validate=validate.Length(max=200),
        metadata=meta(zh, en, "text", clause, group),
    )


class TimeItemVisitSettings(Schema):
    """Prices in yuan (typed as fen), months, factors, numbers of persons and plans."""

    groups: ClassVar[Mapping[str, Text]] = {
        "time": ("时间型", "Time plan"),
        "item": ("项目型", "Item plan"),
        "visit": ("访问型", "Visit plan"),
        "queue": ("轮候", "Queue"),
    }

    time_months_allowed = fields.List(
        Whole(validate=validate.OneOf(PERIODS)),
        load_default=lambda: list(PERIODS),
        validate=validate.Length(min=1),
        metadata=meta("可选期限", "Periods sold", "months", "1.1", "time"),
    )
    time_fee_6 = _fee("半年价格", "Price of half a year", "time")
    time_fee_12 = _fee("一年价格", "Price of a year", "time")
    time_factor = _factor("时间型系数", "Factor of the time plan", "1.2", "time")
    time_price_min = _limit("优惠的最低价格", "Least price with the discount")
    time_price_max = _limit("优惠的最高价格", "Highest price with the discount")
    time_persons = Whole(
        load_default=1,
        validate=validate.Range(1, 100),
        metadata=meta("每份可用人数", "Persons of a plan", "persons", "1.5", "time"),
    )
    time_sales_cap = Whole(
        load_default=0,
        validate=validate.Range(0, 1_000_000),
        metadata=meta(
            "同时有效份数上限", "Plans running at a time", "count", "1.5", "time",
            help_zh="0 为不限", help_en="0 for no limit",
        ),
    )  # fmt: skip
    item_code = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$"),
        metadata=meta("优惠项目", "The item", "code", "1.3", "item"),
    )
    item_fee = _fee("项目型价格", "Price of the item plan", "item")
    item_factor = _factor("项目型系数", "Factor of the item plan", "1.3", "item")
    item_months = Whole(
        required=True, validate=_MONTHS,
        metadata=meta("项目型期限", "Term of the item plan", "months", "1.1", "item"),
    )  # fmt: skip
    item_ends_on_completion = fields.Boolean(
        load_default=True,
        metadata=meta("项目完成即终止", "Ends when completed", "yes_no", "1.3", "item"),
    )
    visit_fee = _fee("访问型价格", "Price of the visit plan", "visit")
    visit_months = Whole(
        required=True, validate=_MONTHS,
        metadata=meta("访问型期限", "Term of the visit plan", "months", "1.1", "visit"),
    )  # fmt: skip
    visit_hours = _named("", "特别服务时间", "Special hours", "1.4", "visit")
    nonmember_slot_share = Factor(
        load_default=Decimal(0),
        metadata=meta(
            "留给非会员的比例", "Share of the places for non-members", "factor", "2.5", "queue",
            help_zh="0 为不保留", help_en="0 for none",
        ),
    )  # fmt: skip
