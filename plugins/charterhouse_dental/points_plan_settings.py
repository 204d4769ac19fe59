"""The settings of the two points plans: what both have, and what each has for itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Rate, Whole, Yuan, meta
from charterhouse_dental.setting_fields import item_points

_POINTS = validate.Range(1, 10**8)


def _threshold(default: int, zh: str, en: str) -> Whole:
    """Points of one bill, or in all, from which a level holds."""
    return Whole(
        load_default=default, validate=_POINTS, metadata=meta(zh, en, "points", "4.1", "levels")
    )


def _gift(default: int, zh: str, en: str) -> Yuan:
    """What the gift of a level is bought for, in fen."""
    return Yuan(load_default=default, metadata=meta(zh, en, "yuan", "5.1", "rewards"))


def _price(default: int, zh: str, en: str) -> Whole:
    """The points of a service."""
    return Whole(
        load_default=default, validate=_POINTS, metadata=meta(zh, en, "points", "5.2", "rewards")
    )


def _card_mode(default: str) -> fields.String:
    return fields.String(
        load_default=default,
        validate=validate.OneOf(["vip_up", "all", "electronic"]),
        metadata=meta(
            "会员卡",
            "Member card",
            "choice",
            "7.1",
            "visits",
            help_zh="达到VIP时发卡、入会即发卡，或只用电子会员",
            help_en="A card on reaching VIP, on admission, or no physical card",
        ),
    )


def _child_age(clause: str) -> Whole:
    return Whole(
        load_default=12,
        validate=validate.Range(0, 17),
        metadata=meta(
            "儿童最大年龄",
            "Greatest age of a child",
            "years",
            clause,
            "rewards",
            help_zh="周岁，含本数；生日当天满岁",
            help_en="Completed years, inclusive; reached on the birthday",
        ),
    )


class PointsPlanSettings(Schema):
    """What both plans set: points, months, years, rooms."""

    scheme_start = fields.Date(
        load_default=date(2013, 10, 1),
        metadata=meta(
            "实施日期",
            "First day of the scheme",
            "date",
            "2.1",
            "admission",
            help_zh="此前的账单不积分，属于原积分",
            help_en="Earlier bills earn nothing; they belong to the earlier points system",
        ),
    )
    legacy_minimum = Whole(
        load_default=20000,
        validate=_POINTS,
        metadata=meta(
            "原积分转入最低分", "Least points of a legacy member", "points", "2.2", "admission"
        ),
    )
    points_per_yuan = Rate(
        load_default=Decimal(1),
        metadata=meta("每元积分", "Points per yuan", "points", "3.1", "levels"),
    )
    single_ordinary = _threshold(1000, "普通会员：单次积分", "Ordinary: points of one bill")
    single_senior = _threshold(5000, "高级会员：单次积分", "Senior: points of one bill")
    single_vip = _threshold(10000, "VIP会员：单次积分", "VIP: points of one bill")
    single_diamond = _threshold(20000, "钻石VIP会员：单次积分", "Diamond VIP: points of one bill")
    cumulative_ordinary = _threshold(2000, "普通会员：累计积分", "Ordinary: points in all")
    cumulative_senior = _threshold(8000, "高级会员：累计积分", "Senior: points in all")
    cumulative_vip = _threshold(15000, "VIP会员：累计积分", "VIP: points in all")
    cumulative_diamond = _threshold(25000, "钻石VIP会员：累计积分", "Diamond VIP: points in all")
    delivery_mode = fields.String(
        load_default="register",
        validate=validate.OneOf(["card", "register"]),
        metadata=meta(
            "服务领取方式",
            "How services are handed out",
            "choice",
            "9.3",
            "rewards",
            help_zh="服务卡，或到院登记即用",
            help_en="A service card, or registered and used on one visit",
        ),
    )
    cost_mode = fields.String(
        load_default="marketing",
        validate=validate.OneOf(["marketing", "doctor"]),
        metadata=meta("赠送服务的成本", "Cost of gifted services", "choice", "9.6", "rewards"),
    )
    check_interval_months = Whole(
        required=True,
        validate=validate.Range(1, 120),
        metadata=meta(
            "口腔检查间隔", "Months between oral examinations", "months", "6.2", "visits"
        ),
    )
    cleaning_cycle_months = Whole(
        required=True,
        validate=validate.Range(1, 120),
        metadata=meta("洁牙周期", "Months between cleanings", "months", "10.5", "visits"),
    )
    vip_floor = fields.String(
        load_default="2",
        validate=validate.Length(min=1, max=40),
        metadata=meta("VIP楼层", "VIP floor", "text", "8.2", "visits"),
    )
    vip_room_count = Whole(
        load_default=1,
        validate=validate.Range(0, 1000),
        metadata=meta(
            "VIP诊室数", "VIP rooms that can be booked at one time", "rooms", "8.4", "visits"
        ),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "admission": ("入会", "Admission"),
        "levels": ("积分与等级", "Points and levels"),
        "rewards": ("奖励", "Rewards"),
        "visits": ("会员卡、就诊与提醒", "Card, visits and reminders"),
    }


class PointsPlanASettings(PointsPlanSettings):
    """Plan A: gifts by level, and the end of its service cards."""

    gift_budget_ordinary = _gift(1000, "普通会员礼品", "Gift of ordinary members")
    gift_budget_senior = _gift(5000, "高级会员礼品", "Gift of senior members")
    gift_budget_vip = _gift(10000, "VIP会员礼品", "Gift of VIP members")
    gift_budget_diamond = _gift(20000, "钻石VIP会员礼品", "Gift of diamond VIP members")
    child_age_max = _child_age("5.8")
    card_mode = _card_mode("vip_up")
    service_card_months = Whole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 1200),
        metadata=meta(
            "服务卡有效月数",
            "Months of a service card",
            "months",
            "9.3",
            "rewards",
            help_zh="采用服务卡时必填，仅限一次性服务",
            help_en="Needed where service cards are used; for one-off services only",
        ),
    )


class PointsPlanBSettings(PointsPlanSettings):
    """Plan B: the points catalogue, and whether levels are kept for reception."""

    child_age_max = _child_age("5.7")
    card_mode = _card_mode("all")
    reception_levels = fields.Boolean(
        load_default=True,
        truthy={True},
        falsy={False},
        metadata=meta("保留接待等级", "Levels for reception", "yes_no", "4.1", "levels"),
    )
    points_cleaning_ultrasonic = _price(5000, "超声波洁牙（次）", "Ultrasonic cleaning, each")
    points_cleaning_sandblast = _price(6000, "喷砂洁牙（次）", "Sandblast cleaning, each")
    points_child_fluoride = _price(2000, "儿童氟保护漆（全口）", "Child fluoride, full mouth")
    points_child_sealant = _price(2000, "儿童窝沟封闭（每牙）", "Child sealant, per tooth")
    points_facial_care = _price(3000, "美容科面部护理（次）", "Facial care, each")
    points_herbal_therapy = _price(5000, "中草药热疗（次）", "Herbal heat therapy, each")
    product_points = item_points(
        meta("礼品和口腔保健产品", "Gifts and oral-care products", "points", "5.3", "rewards")
    )
    service_card_months = Whole(
        load_default=0,
        validate=validate.Range(0, 1200),
        metadata=meta(
            "服务卡有效月数",
            "Months of a service card",
            "months",
            "5.8",
            "rewards",
            help_zh="0 表示长期有效",
            help_en="0 for no end",
        ),
    )


__all__ = ["PointsPlanASettings", "PointsPlanBSettings", "PointsPlanSettings"]
