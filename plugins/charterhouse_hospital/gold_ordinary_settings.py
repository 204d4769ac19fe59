"""The settings of the gold and ordinary cards: amounts in yuan (typed as fen), factors, lists."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Yuan, meta

_TIER = fields.String(validate=validate.OneOf(["ordinary", "gold"]))
CHECKED = {
    "gold": [
        "internal-surgery", "ent", "ophthalmology", "colour-ultrasound", "ecg", "chest-x-ray",
        "blood-routine", "urine-routine", "liver-hbv", "lipids", "kidney",
    ],
    "ordinary": [
        "internal-surgery", "ent", "ophthalmology", "b-ultrasound", "chest-x-ray",
        "blood-routine", "urine-routine",
    ],
}  # fmt: skip


class GoldOrdinarySettings(Schema):
    """Figures of the two cards."""

    gold_prepay_min = Yuan(
        load_default=1_000_000,
        metadata=meta("金卡预存下限", "Least prepayment, gold", "yuan", "0.1", "entry"),
    )
    exam_factor = fields.Dict(
        keys=_TIER, values=Factor(),
        load_default=lambda: {"gold": Decimal("0.50"), "ordinary": Decimal("0.80")},
        metadata=meta("检查折扣", "Factor on examinations", "factor", "1.2", "price"),
    )  # fmt: skip
    cash_discount = fields.Dict(
        keys=_TIER, values=Yuan(), load_default=lambda: {"gold": 20_000, "ordinary": 3_000},
        metadata=meta("现金优惠", "Cash discount on a treatment or stay", "yuan", "1.3", "price"),
    )  # fmt: skip
    check_items = fields.Dict(
        keys=_TIER, values=fields.List(fields.String()),
        load_default=lambda: {tier: list(items) for tier, items in CHECKED.items()},
        metadata=meta("体检项目", "Items of the check-up", "codes", "1.1", "benefits"),
    )  # fmt: skip
    snack_value = Yuan(
        load_default=500, metadata=meta("点心价值", "Value of the snack", "yuan", "1.8", "benefits")
    )
    dividend_enabled = fields.Boolean(
        load_default=False, metadata=meta("启用红利", "Dividend in use", "", "1.9a", "cash")
    )
    dividend = Yuan(
        load_default=60_000,
        metadata=meta("年度红利", "Dividend per card year", "yuan", "1.9a", "cash"),
    )
    gold_reward_enabled = fields.Boolean(
        load_default=False,
        metadata=meta("启用金卡介绍奖励", "Gold reward in use", "", "1.9b", "cash"),
    )
    gold_reward = Yuan(
        load_default=20_000,
        metadata=meta(
            "金卡介绍奖励", "Gold reward per inpatient introduced", "yuan", "1.9b", "cash"
        ),
    )
    ordinary_credit = Yuan(
        load_default=3_000,
        metadata=meta(
            "普通卡介绍抵用金", "Ordinary credit per introduction", "yuan", "2.4", "cash"
        ),
    )
    introduced_discount = Yuan(
        load_default=3_000,
        metadata=meta(
            "被介绍人优惠", "Discount of the introduced inpatient", "yuan", "2.4", "cash"
        ),
    )
    cash_rules_approval = fields.String(
        load_default="", validate=validate.Length(max=200),
        metadata=meta("现金规则批准文件", "Approval of the cash rules", "text", "3.3", "cash",
                      help_zh="启用红利或奖励时必填", help_en="Needed when a switch is on"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "entry": ("办卡", "Entry"),
        "price": ("价格", "Prices"),
        "benefits": ("权益", "Benefits"),
        "cash": ("红利与介绍", "Dividend and introductions"),
    }
