"""The settings of the VIP membership with health gold card: fees, terms, quotas, limits, factors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, validate

from charterhouse.kernel.settings import Factor, Whole, Yuan, meta

_NO_END = {"help_zh": "0为长期有效", "help_en": "0 for no end"}
_ONE = Decimal("1.00")


def _months(default: int, zh: str, en: str) -> Whole:
    return Whole(
        load_default=default, validate=validate.Range(0, 600),
        metadata=meta(zh, en, "months", "2", "terms", **_NO_END),
    )  # fmt: skip


def _times(zh: str, en: str) -> Whole:
    return Whole(
        load_default=1, validate=validate.Range(0, 100),
        metadata=meta(zh, en, "count", "3.3", "benefits"),
    )  # fmt: skip


def _factor(zh: str, en: str, clause: str) -> Factor:
    return Factor(load_default=_ONE, metadata=meta(zh, en, "factor", clause, "prices"))


def _persons(default: int, *label: Any) -> Whole:
    return Whole(
        load_default=default, validate=validate.Range(1, 10**6), metadata=meta(*label)
    )  # fmt: skip


class VipGoldSettings(Schema):
    """Amounts in yuan (typed as fen), persons, months, days, uses, factors."""

    visit_threshold = Yuan(
        load_default=200_000,
        metadata=meta("个人会员单次就诊金额", "Single visit that qualifies an individual", "yuan",
                      "2.2", "entry"),
    )  # fmt: skip
    group_free_from = _persons(
        10, "团体免费人数", "Head count from which a group pays no fee", "count", "2.1", "entry"
    )
    group_fee = Yuan(
        required=True,
        metadata=meta("小团体会费（每人每期）", "Fee of a smaller group, per head and term", "yuan",
                      "2.1", "entry"),
    )  # fmt: skip
    gold_fee = Yuan(
        required=True, metadata=meta("金卡价格", "Price of the gold card", "yuan", "2", "entry")
    )
    vip_card_fee = Yuan(
        required=True,
        metadata=meta("贵宾卡价格", "Price of the personal VIP card", "yuan", "2", "entry"),
    )
    group_term_months = _months(0, "团体会员期限", "Term of a group")
    individual_term_months = _months(0, "个人会员期限", "Term of an individual member")
    vip_card_term_months = _months(12, "贵宾卡期限", "Term of the personal VIP card")
    gold_term_months = _months(12, "金卡期限", "Term of the gold card")
    gold_health_checks = _times("金卡体检次数（每卡年）", "Checks of the gold card, per card year")
    health_checks_per_year = _times("体检次数（每人每年）", "Checks per person and year")
    deposit_free_limit = Yuan(
        load_default=500_000,
        metadata=meta("免押金额度", "Charges without deposit", "yuan", "6.2", "stays"),
    )
    deposit_free_days = Whole(
        load_default=3, validate=validate.Range(1, 365),
        metadata=meta("免押金天数", "Days without deposit", "days", "6.2", "stays",
                      help_zh="入院当日为第1天", help_en="The day of admission is day 1"),
    )  # fmt: skip
    admission_deposit = Yuan(
        required=True,
        metadata=meta("住院押金", "The normal admission deposit", "yuan", "6.3", "stays"),
    )
    course_from_persons = _persons(
        10, "培训优惠人数", "Persons attending from which a course is cheaper", "count", "5.3",
        "prices",
    )  # fmt: skip
    inpatient_factor = _factor("团体住院系数", "Groups: factor of hospital stays", "5.2")
    fitness_factor = _factor("团体健身系数", "Groups: factor of exercise", "5.2")
    group_exam_factor = _factor("团体体检系数", "Groups: factor of health checks", "5.2")
    course_factor = _factor("急救培训系数", "Groups: factor of first-aid training", "5.3")

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "entry": ("入会", "Entry"),
        "terms": ("期限", "Terms"),
        "benefits": ("权益", "Benefits"),
        "prices": ("价格", "Prices"),
        "stays": ("免押金住院", "Stays without deposit"),
    }


__all__ = ["VipGoldSettings"]
