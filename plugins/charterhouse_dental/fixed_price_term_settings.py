"""The settings of the charter of fixed member prices for a term."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Whole, Yuan, meta

PRIORITY = "priority-visit"
_CODE = validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$")


class FixedPriceTermSettings(Schema):
    """The fee and the price list in yuan (typed as fen), months, days, numbers per term."""

    groups: ClassVar[Mapping[str, Text]] = {
        "fees": ("会员费与期限", "Fee and term"),
        "services": ("价格与服务", "Prices and services"),
    }

    fee = Yuan(required=True, metadata=meta("会员费", "Fee", "yuan", "1.1", "fees"))
    term_months = Whole(
        required=True,
        validate=validate.Range(1, 120),
        metadata=meta("会员期限", "Term", "months", "1.3", "fees"),
    )
    member_prices = fields.Dict(
        keys=fields.String(validate=_CODE),
        values=Yuan(),
        required=True,
        metadata=meta(
            "会员价目表", "Member price list", "yuan", "2.1", "services",
            help_zh="项目及其每单位会员价", help_en="Item and its member price per unit",
        ),
    )  # fmt: skip
    included_services = fields.Dict(
        keys=fields.String(validate=[_CODE, validate.NoneOf([PRIORITY])]),
        values=Whole(validate=validate.Range(0, 1000)),
        load_default=dict,
        metadata=meta(
            "包含的服务", "Included services", "times", "2.2", "services",
            help_zh="项目及其每期次数", help_en="Item and its number per term",
        ),
    )  # fmt: skip
    term_ending_days = Whole(
        load_default=30,
        validate=validate.Range(0, 365),
        metadata=meta(
            "到期提醒提前天数", "Reminder before the last valid day", "days", "1.3", "fees"
        ),
    )
