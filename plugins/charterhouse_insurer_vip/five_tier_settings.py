"""The settings of the five-tier programme."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields

from charterhouse.kernel.settings import Rate, Yuan, meta
from charterhouse_insurer_vip.fields import time_of_day, whole


def _from(default: int, zh: str, en: str) -> Yuan:
    return Yuan(
        load_default=default * 100,
        metadata=meta(f"{zh}起点", f"{en} from", "yuan", "2", "tiers"),
    )


class FiveTierSettings(Schema):
    """Thresholds (yuan, typed as fen), ages, limits of the rescue, rhythms, hours, phones."""

    silver_from = _from(5_000, "银卡", "Silver")
    gold_from = _from(10_000, "金卡", "Gold")
    health_gold_from = _from(20_000, "健康金卡", "Health gold")
    platinum_from = _from(30_000, "白金卡", "Platinum")
    diamond_from = _from(50_000, "钻石卡", "Diamond")
    relatives_max = whole(
        2, meta("亲属人数", "Relatives, at most", "persons", "4.1", "relatives"), most=50
    )
    relative_age_below = whole(
        65, meta("亲属年龄（不含）", "Relatives are younger than", "years", "4.2", "relatives"),
        most=150,
    )  # fmt: skip
    relative_changes_per_year = whole(
        1, meta("每年更换次数", "Changes per policy year", "times", "4.3", "relatives"), most=100
    )
    insured_age_max = whole(
        65, meta("被保险人最高年龄（含）", "Highest age of the insured", "years", "5.3", "rescue"),
        most=150,
    )  # fmt: skip
    distance_km = Rate(
        load_default=Decimal("150.0"),
        metadata=meta("超过的距离", "Farther away than", "km", "5.4", "rescue"),
    )
    trip_days = whole(90, meta("单次出行天数（含）", "Days of a trip", "days", "5.4", "rescue"))
    visit_after_days = whole(
        7, meta("住院超过天数", "Days in hospital, more than", "days", "6.10", "rescue")
    )
    check_up_months = whole(
        24, meta("体检间隔", "Months between check-ups", "months", "3.3", "benefits"), most=600
    )
    check_up_months_diamond = whole(
        12, meta("钻石卡体检间隔", "The same for diamond", "months", "3.3", "benefits"), most=600
    )
    phone_doctor_from = time_of_day(
        meta("电话医生开始", "Phone doctor from", "", "3.2", "benefits")
    )
    phone_doctor_until = time_of_day(
        meta("电话医生结束", "Phone doctor until", "", "3.2", "benefits")
    )
    reissue_fee = Yuan(
        load_default=0, metadata=meta("补卡费", "Reissue fee", "yuan", "8.1", "card")
    )
    rescue_phone = fields.String(
        load_default="", metadata=meta("境内救援热线", "Rescue hotline", "", "5.1", "rescue")
    )
    rescue_phone_abroad = fields.String(
        load_default="",
        metadata=meta("境外救援热线", "Rescue hotline abroad", "", "5.1", "rescue"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "tiers": ("等级", "Tiers"),
        "benefits": ("权益", "Benefits"),
        "relatives": ("指定亲属", "Named relatives"),
        "rescue": ("救援", "Rescue"),
        "card": ("卡片", "Card"),
    }


__all__ = ["FiveTierSettings"]
