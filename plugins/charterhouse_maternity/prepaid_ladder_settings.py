"""The settings of the prepaid ladder: amounts in yuan (typed as fen), factors, points."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from marshmallow import Schema, ValidationError, fields, validate

from charterhouse.kernel.problems import Said
from charterhouse.kernel.settings import Factor, Whole, Yuan, meta

_ENTRY = {
    "gold": 1_000_000,
    "platinum": 3_000_000,
    "diamond": 5_000_000,
    "gynecology-gold": 300_000,
    "obstetrics-angel": 800_000,
    "obstetrics-30k": 3_000_000,
    "obstetrics-50k": 5_000_000,
}
_TIER = fields.String(validate=validate.OneOf(list(_ENTRY)))
_STEPS = fields.Integer(validate=validate.OneOf([1, 2]))
_LADDER = fields.String(validate=validate.OneOf(["gold", "platinum", "diamond"]))


def _all_tiers(table: dict[str, int]) -> None:
    missing = _ENTRY.keys() - table.keys()
    if missing:
        raise ValidationError(
            Said(f"缺少{min(missing)}的金额", f"needs an amount for {min(missing)}")
        )


def by_steps(table: Mapping[int, int]) -> list[int]:
    """The amounts of a table by number of levels, for one level first."""
    return [table[steps] for steps in sorted(table)]


class PrepaidLadderSettings(Schema):
    """Figures of the ladder and of the departmental cards."""

    entry_amount = fields.Dict(
        keys=_TIER, values=Yuan(), load_default=lambda: dict(_ENTRY), validate=_all_tiers,
        metadata=meta("入会预存金额", "Entry amount", "yuan", "A.1", "entry",
                      help_zh="一次性预存的最低金额", help_en="The least single prepayment"),
    )  # fmt: skip
    top_up_min = Yuan(
        load_default=100_000,
        metadata=meta("全院卡充值下限", "Least top-up, ladder", "yuan", "A.1.5", "entry"),
    )
    department_top_up_min = Yuan(
        load_default=100_000,
        metadata=meta(
            "科室卡充值下限", "Least top-up, departmental cards", "yuan", "B.10", "entry"
        ),
    )
    upgrade_same_month = fields.Dict(
        keys=_STEPS, values=Yuan(),
        load_default=lambda: {1: 2_000_000, 2: 4_000_000},
        metadata=meta("发卡当月升级充值", "Top-up for a rise in the month of issue", "yuan", "A.2.2",
                      "rise", help_zh="键为升级级数", help_en="By number of levels"),
    )  # fmt: skip
    upgrade_later = fields.Dict(
        keys=_STEPS, values=Yuan(),
        load_default=lambda: {1: 3_000_000, 2: 5_000_000},
        metadata=meta("以后各月升级充值", "Top-up for a rise in a later month", "yuan", "A.2.2", "rise",
                      help_zh="键为升级级数", help_en="By number of levels"),
    )  # fmt: skip
    price_factor = fields.Dict(
        keys=_LADDER, values=Factor(), load_default=dict,
        metadata=meta("结算折扣", "Settlement factor", "factor", "A.1.4", "price",
                      help_zh="未列出的等级按1.00", help_en="1.00 where a tier is not named"),
    )  # fmt: skip
    angel_factor = Factor(
        load_default=Decimal("0.98"),
        metadata=meta("天使卡产科折扣", "Angel card, obstetric items", "factor", "B.2", "price"),
    )
    obstetrics_30k_factor = Factor(
        load_default=Decimal("0.95"),
        metadata=meta(
            "产科3万医疗项目折扣", "Obstetrics 30,000, medical items", "factor", "B.3", "price"
        ),
    )
    registration_buy_out = Yuan(
        load_default=10_000,
        metadata=meta("挂号费买断", "Buy-out of registration fees", "yuan", "B.5", "entry"),
    )
    yuan_per_point = Yuan(
        load_default=1_000,
        metadata=meta("每积1分所需金额", "Yuan per point", "yuan", "B.7", "points"),
    )
    gifts = fields.Dict(
        keys=fields.String(),
        values=Whole(validate=validate.Range(1, 10**7)),
        load_default=dict,
        metadata=meta("礼品目录", "Gift catalogue", "points", "B.7", "points"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "entry": ("入会与充值", "Entry and top-ups"),
        "rise": ("升级", "Rise"),
        "price": ("价格", "Prices"),
        "points": ("积分", "Points"),
    }
