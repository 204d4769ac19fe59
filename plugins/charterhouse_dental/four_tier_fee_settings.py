"""The settings of the oral hospital's charter in four levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta

CATEGORIES = ("consultation", "exam", "health-check", "treatment", "surgery")


def _fee(zh: str, en: str) -> Yuan:
    return Yuan(required=True, metadata=meta(f"{zh}费", f"Fee of {en}", "yuan", "1.3", "fees"))


def _factor(zh: str, en: str) -> Factor:
    return Factor(
        required=True,
        metadata=meta(f"{zh}折扣系数", f"Factor of {en}", "factor", "2.1", "discount"),
    )


def _quota(zh: str, en: str) -> Whole:
    return Whole(
        required=True,
        validate=validate.Range(0, 366),
        metadata=meta(f"每年{zh}", f"{en} a year", "times", "4.2", "services"),
    )


def _guarantee(zh: str, en: str) -> Whole:
    return Whole(
        required=True,
        validate=validate.Range(0, 600),
        metadata=meta(f"{zh}保障期", f"Guarantee of {en}", "months", "5.1", "guarantee"),
    )


class FourTierFeeSettings(Schema):
    """Fees in yuan (typed as fen), factors, numbers per calendar year and months."""

    groups: ClassVar[Mapping[str, Text]] = {
        "fees": ("会员费与期限", "Fees and term"),
        "discount": ("诊疗折扣", "Discount"),
        "services": ("免费服务", "Free services"),
        "guarantee": ("售后保障", "Guarantee"),
    }

    fee_silver = _fee("银卡会员", "silver")
    fee_gold = _fee("金卡会员", "gold")
    fee_diamond = _fee("钻石会员", "diamond")
    factor_silver = _factor("银卡会员", "silver")
    factor_gold = _factor("金卡会员", "gold")
    factor_diamond = _factor("钻石会员", "diamond")
    discount_categories = fields.List(
        fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$")),
        load_default=lambda: list(CATEGORIES),
        metadata=meta("折扣适用的类别", "Categories with the discount", "codes", "2.1", "discount"),
    )
    oral_check_quota = _quota("口腔检查次数", "Oral examinations")
    whole_body_check_quota = _quota("全身体检次数", "Whole-body examinations")
    oral_spa_quota = _quota("口腔SPA次数", "Oral SPA")
    guarantee_months_ordinary = _guarantee("普通会员", "ordinary")
    guarantee_months_silver = _guarantee("银卡会员", "silver")
    guarantee_months_gold = _guarantee("金卡会员", "gold")
    guarantee_months_diamond = _guarantee("钻石会员", "diamond")
    term_months = Whole(
        load_default=0,
        validate=validate.Range(0, 120),
        metadata=meta(
            "付费等级期限", "Term of a paid level", "months", "1.5", "fees",
            help_zh="0 为长期有效", help_en="0 for no end",
        ),
    )  # fmt: skip
