"""The settings of the four levels: fees in yuan (typed as fen), factors, months, check-ups."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Whole, Yuan, meta, needs_all

TIERS = ("normal", "silver", "gold", "diamond")
_TIER = fields.String(validate=validate.OneOf(TIERS))
_ITEM = fields.String(validate=validate.Length(1, 80))


class FourTierSettings(Schema):
    """Figures of the levels, of the card and of leaving."""

    fee = fields.Dict(
        keys=_TIER, values=Yuan(), required=True, validate=needs_all(*TIERS),
        metadata=meta("各级会员费", "Fee by level", "yuan", "10", "levels",
                      help_zh="每一会员期", help_en="Per term"),
    )  # fmt: skip
    term_months = Whole(
        required=True, validate=validate.Range(1, 240),
        metadata=meta("会员期", "Membership term", "months", "11", "levels"),
    )  # fmt: skip
    price_factor = fields.Dict(
        keys=_TIER, values=Factor(), required=True, validate=needs_all(*TIERS[1:]),
        metadata=meta("各级价格系数", "Price factor by level", "factor", "4", "levels",
                      help_zh="银卡、金卡、钻石；普通会员为 1.00",
                      help_en="Silver, gold, diamond; a normal member pays 1.00"),
    )  # fmt: skip
    covered_items = fields.List(
        _ITEM, required=True,
        metadata=meta("优惠项目", "Specific items", "codes", "4", "levels"),
    )  # fmt: skip
    health_checks = Whole(
        required=True, validate=validate.Range(0, 100),
        metadata=meta("免费体检次数", "Free check-ups", "count", "7", "levels",
                      help_zh="金卡和钻石会员每会员年度", help_en="Gold and diamond, per year"),
    )  # fmt: skip
    reissue_fee = Yuan(
        required=True, metadata=meta("补卡费", "Reissue fee", "yuan", "14", "card")
    )  # fmt: skip
    notice_months = Whole(
        load_default=1, validate=validate.Range(0, 24),
        metadata=meta("退会提前", "Notice of leaving", "months", "18", "leaving"),
    )  # fmt: skip
    refund_basis = fields.String(
        load_default="days", validate=validate.OneOf(["days", "months"]),
        metadata=meta("退费计算方式", "Basis of the refund", "choice", "19", "leaving"),
    )  # fmt: skip
    deduct_used = fields.Boolean(
        load_default=False,
        metadata=meta("扣除已用体检", "Deduct check-ups used", "", "19", "leaving"),
    )
    check_up_price = Yuan(
        load_default=None, allow_none=True,
        metadata=meta("体检单价", "Price of a check-up", "yuan", "19", "leaving",
                      help_zh="扣除已用体检时必填", help_en="Needed where check-ups are deducted"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "levels": ("会员级别", "Levels"),
        "card": ("会员卡", "Card"),
        "leaving": ("退会", "Leaving"),
    }
