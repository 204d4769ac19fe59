"""Sentences that the loyalty charters of dental clinics share, with their figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from charterhouse.kernel.charter import Text
from charterhouse_dental.words import named

Labels = Mapping[str, Text]


def redemption(gifts: Mapping[str, int], labels: Labels) -> Text:
    """Items and the points that they cost."""
    if not gifts:
        return "暂无", "none yet"
    zh = "、".join(f"{named(item, labels)[0]} {points}分" for item, points in gifts.items())
    en = ", ".join(f"{named(item, labels)[1]} {points}" for item, points in gifts.items())
    return zh, en


def rate(per_yuan: Decimal) -> Text:
    """What a yuan gives in points."""
    if not per_yuan:
        return "消费暂不积分", "spending gives no points yet"
    shown = plain(per_yuan)
    return f"实际支付每1元积{shown}分", f"{shown} point(s) per yuan really paid"


def plain(number: Decimal) -> str:
    """A number without needless zeros: 1.20 is "1.2"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


REGISTRATION: Text = (
    "任何人均可登记入会：填写登记表并同意本章程；材料不全的逐项告知，未同意的不予受理；已是会员的不得重复入会。"
    "无需审核，不收费，不限年龄，长期有效；会员可随时退会，积分同时作废。",
    "Anybody registers with a registration form and with consent; what lacks is named, and without "
    "consent nothing is accepted, nor from somebody who is a member already. No review, no fee, no "
    "age limit, no end of validity. A member leaves at any time; the points are void then.",
)
NOT_MEMBERS: Text = (
    "非会员按活动价、没有活动价的按原价收费，账单不因此拒收。",
    "Whoever is no active member pays the activity price, else the list price; no bill is refused "
    "for that.",
)
