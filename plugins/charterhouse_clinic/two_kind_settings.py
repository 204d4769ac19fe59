"""The settings of the two-kind card: factors, items, points, months and fees (typed as fen)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Rate, Whole, Yuan, meta, needs_all

TIERS = ("ordinary", "vip")
_ITEM = fields.String(validate=validate.Length(1, 80))
_MONTHS = validate.Range(1, 240)


class TwoKindSettings(Schema):
    """Figures of the cards, of points and of the way to VIP."""

    price_factor = fields.Dict(
        keys=fields.String(validate=validate.OneOf(TIERS)), values=Factor(), required=True,
        validate=needs_all(*TIERS),
        metadata=meta("价格系数", "Price factor", "factor", "2.1(2)", "rights"),
    )  # fmt: skip
    covered_items = fields.List(
        _ITEM, required=True,
        metadata=meta("指定项目", "Designated items", "codes", "3.4", "rights"),
    )  # fmt: skip
    points_on = fields.String(
        load_default="covered", validate=validate.OneOf(["covered", "all"]),
        metadata=meta("积分项目", "Items that earn points", "choice", "3.4", "points"),
    )  # fmt: skip
    points_per_yuan = Rate(
        required=True, metadata=meta("每元积分", "Points per yuan", "points", "3.2", "points")
    )
    points_valid_months = Whole(
        required=True, validate=_MONTHS,
        metadata=meta("积分有效期", "Validity of points", "months", "3.2", "points"),
    )  # fmt: skip
    referral_points = Whole(
        required=True, validate=validate.Range(0, 10**6),
        metadata=meta("推荐积分", "Points for a recommendation", "points", "2.2(2)", "points"),
    )  # fmt: skip
    term_months = Whole(
        required=True, validate=_MONTHS,
        metadata=meta("会员卡有效期", "Validity of a card", "months", "4.2", "card"),
    )  # fmt: skip
    card_fee = Yuan(
        load_default=0, metadata=meta("办卡费", "Fee of the first card", "yuan", "2.2a", "card")
    )
    renewal_fee = Yuan(
        load_default=0, metadata=meta("续卡费", "Renewal fee", "yuan", "4.2", "card")
    )  # fmt: skip
    reissue_fee = Yuan(
        required=True, metadata=meta("补卡费", "Reissue fee", "yuan", "4.1", "card")
    )  # fmt: skip
    vip_spend = Yuan(
        required=True, validate=validate.Range(min=1),
        metadata=meta("VIP消费额", "Spending of a VIP", "yuan", "2.1a", "vip",
                      help_zh="达到即升级", help_en="Reached is enough"),
    )  # fmt: skip
    vip_window_months = Whole(
        load_default=12, validate=_MONTHS,
        metadata=meta("消费额统计期", "Window of the spending", "months", "2.1a", "vip"),
    )  # fmt: skip
    vip_after_years = Whole(
        load_default=0, validate=validate.Range(0, 50),
        metadata=meta("入会满年升级", "Years that make a VIP", "years", "2.1a", "vip",
                      help_zh="0 为不启用", help_en="0 for none"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "rights": ("优惠", "Preferential policies"),
        "points": ("积分", "Points"),
        "card": ("会员卡", "Card"),
        "vip": ("VIP会员", "VIP members"),
    }
