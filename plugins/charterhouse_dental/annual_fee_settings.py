"""The settings of the dental annual-fee charter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta
from charterhouse_dental.annual_fee_texts import SERVICES

_SERVICE = fields.String(validate=validate.OneOf(list(SERVICES)))


class AnnualFeeSettings(Schema):
    """Fees in yuan (typed as fen), months, factors and numbers per term."""

    groups: ClassVar[Mapping[str, Text]] = {
        "fees": ("会员费与期限", "Fees and term"),
        "services": ("服务", "Services"),
    }

    fee_basic = Yuan(
        load_default=10000,
        metadata=meta("基础会员年费", "Fee of a basic member", "yuan", "2", "fees"),
    )
    fee_senior = Yuan(
        load_default=30000,
        metadata=meta("高级会员年费", "Fee of a senior member", "yuan", "2", "fees"),
    )
    fee_diamond = Yuan(
        load_default=80000,
        metadata=meta("钻石会员年费", "Fee of a diamond member", "yuan", "2", "fees"),
    )
    term_months = Whole(
        load_default=12,
        validate=validate.Range(1, 120),
        metadata=meta("会员期限", "Term", "months", "1.2", "fees"),
    )
    member_price_factors = fields.Dict(
        keys=_SERVICE,
        values=Factor(),
        load_default=dict,
        metadata=meta(
            "各服务的会员价系数", "Member-price factor by service", "factor", "2.3", "services",
            help_zh="未列出的服务按原价；0.80 即八折",
            help_en="What is not listed costs the list price; 0.80 takes 20 % off",
        ),
    )  # fmt: skip
    free_quotas = fields.Dict(
        keys=_SERVICE,
        values=Whole(validate=validate.Range(0, 1000)),
        load_default=dict,
        metadata=meta(
            "每期免费次数", "Free number per term by service", "times", "2.3", "services",
            help_zh="未列出的服务不计次数", help_en="What is not listed has no number",
        ),
    )  # fmt: skip
