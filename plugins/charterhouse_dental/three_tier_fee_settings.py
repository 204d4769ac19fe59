"""The settings of the charter with three tiers bought once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta


class ThreeTierFeeSettings(Schema):
    """Fees in yuan (typed as fen), factors, years and months."""

    groups: ClassVar[Mapping[str, Text]] = {
        "admission": ("入会与期限", "Admission and term"),
        "fees": ("会员费", "Fees"),
        "prices": ("价格", "Prices"),
        "services": ("服务", "Services"),
        "leaving": ("退会", "Leaving"),
    }

    adult_age = Whole(
        load_default=18,
        validate=validate.Range(0, 120),
        metadata=meta("入会年龄", "Least age", "years", "1.1", "admission"),
    )
    fee_ordinary = Yuan(
        load_default=0, metadata=meta("普通会员费", "Fee of ordinary members", "yuan", "2", "fees")
    )
    fee_silver = Yuan(
        load_default=50000,
        metadata=meta("银卡会员费", "Fee of silver members", "yuan", "2", "fees"),
    )
    fee_gold = Yuan(
        load_default=100000,
        metadata=meta("金卡会员费", "Fee of gold members", "yuan", "2", "fees"),
    )
    factor_ordinary = Factor(
        load_default=Decimal("0.90"),
        metadata=meta("普通会员系数", "Factor of ordinary members", "factor", "3.1", "prices"),
    )
    factor_silver = Factor(
        load_default=Decimal("0.80"),
        metadata=meta("银卡会员系数", "Factor of silver members", "factor", "3.1", "prices"),
    )
    factor_gold = Factor(
        load_default=Decimal("0.70"),
        metadata=meta("金卡会员系数", "Factor of gold members", "factor", "3.1", "prices"),
    )
    birthday_factor = Factor(
        load_default=Decimal("0.50"),
        metadata=meta("生日系数", "Factor on the birthday", "factor", "3.2", "prices"),
    )
    product_factor = Factor(
        load_default=Decimal("1.00"),
        metadata=meta(
            "产品系数", "Factor of products", "factor", "3.4", "prices",
            help_zh="银卡和金卡会员的口腔护理产品",
            help_en="On oral-care products, for silver and gold members",
        ),
    )  # fmt: skip
    term_months = Whole(
        load_default=0,
        validate=validate.Range(0, 120),
        metadata=meta(
            "会员期限", "Term", "months", "2.1", "admission",
            help_zh="0 为长期有效", help_en="0 for a membership without end",
        ),
    )  # fmt: skip
    notice_months = Whole(
        load_default=1,
        validate=validate.Range(0, 24),
        metadata=meta("退会通知期", "Notice of a withdrawal", "months", "5.1", "leaving"),
    )
    refund_share = Factor(
        load_default=Decimal("0.80"),
        metadata=meta("退费比例", "Share of the fees paid back", "factor", "5.2", "leaving"),
    )
    survey_months = Whole(
        load_default=0,
        validate=validate.Range(0, 120),
        metadata=meta(
            "满意度调查间隔", "Satisfaction survey every", "months", "4.3", "services",
            help_zh="0 为不调查", help_en="0 for none",
        ),
    )  # fmt: skip
    hotline = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata=meta("会员热线", "Member hotline", "text", "4.3", "services"),
    )
