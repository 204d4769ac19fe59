"""The settings of the VIP member-card charter: the figures a hospital may set."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Whole, Yuan, meta

_ITEM = fields.String(validate=validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$"))


class VipCardSettings(Schema):
    """Amounts in yuan (typed as fen), days, hours, years, points and percent."""

    default_card_type = fields.String(
        load_default="vip",
        metadata=meta(
            "默认卡种",
            "Default card type",
            "tier",
            "1.1",
            "types",
            help_zh="申请人未指明卡种时采用",
            help_en="Type of an application that names none",
        ),
    )
    type_overrides = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String()),
        load_default=dict,
        metadata=meta(
            "各卡种不同的数值",
            "Figures that differ by card type",
            "table",
            "1.1",
            "types",
            help_zh="每行为一个卡种及其不同于总设置的数值",
            help_en="Each row names a card type and the figures that differ for it",
        ),
    )
    price_factor = Factor(
        load_default=Decimal("0.80"),
        metadata=meta(
            "折上折系数",
            "Price factor",
            "factor",
            "2.2",
            "price",
            help_zh="按活动价计算，0.80 即八折",
            help_en="On the activity price; 0.80 takes 20 % off",
        ),
    )
    excluded_items = fields.List(
        _ITEM,
        load_default=list,
        metadata=meta(
            "不参加折上折的项目",
            "Items without the factor",
            "codes",
            "7B.8",
            "price",
            help_zh="按地方价格或医保规定不打折的项目编码",
            help_en="Item codes excluded by local price or insurance rules",
        ),
    )
    donation_per_card = Yuan(
        load_default=1000,
        metadata=meta("每卡捐款", "Donation per card", "yuan", "2.1", "donation"),
    )
    ordinary_donation = Yuan(
        load_default=1000,
        metadata=meta(
            "普通办理捐款", "Donation of an ordinary applicant", "yuan", "4.1.2", "donation"
        ),
    )
    charity_name = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata=meta(
            "受捐机构",
            "Charity",
            "text",
            "2.1",
            "donation",
            help_zh="显示在章程和表格中",
            help_en="Shown in the charter and on forms",
        ),
    )
    reissue_fee = Yuan(
        load_default=500, metadata=meta("补卡工本费", "Reissue fee", "yuan", "3.4", "card")
    )
    term_years = Whole(
        load_default=3,
        validate=validate.Range(1, 20),
        metadata=meta("有效期", "Validity", "years", "3.2", "card"),
    )
    loss_report_hours = Whole(
        load_default=24,
        validate=validate.Range(1, 720),
        metadata=meta("挂失时限", "Time to report a loss", "hours", "3.4", "card"),
    )
    points_per_yuan = Whole(
        load_default=1,
        validate=validate.Range(0, 100),
        metadata=meta("每元积分", "Points per yuan", "points", "5.1", "points"),
    )
    referral_percent = Whole(
        load_default=15,
        validate=validate.Range(0, 100),
        metadata=meta("介绍积分比例", "Referral share", "percent", "5.2", "points"),
    )
    referral_scope = fields.String(
        load_default="first_visit",
        validate=validate.OneOf(["first_visit", "every_visit"]),
        metadata=meta(
            "介绍积分适用的就诊", "Visits that give referral points", "choice", "5.2", "points"
        ),
    )
    dispute_days = Whole(
        load_default=3,
        validate=validate.Range(0, 365),
        metadata=meta("扣分异议期", "Time to object to a deduction", "days", "5.7", "points"),
    )
    gifts = fields.Dict(
        keys=_ITEM,
        values=Whole(validate=validate.Range(1, 10**7)),
        load_default=dict,
        metadata=meta(
            "礼品目录",
            "Gift catalogue",
            "points",
            "5.6",
            "points",
            help_zh="礼品编码与所需积分",
            help_en="Item codes with the points they cost",
        ),
    )
    yearly_gifts = Whole(
        load_default=1,
        validate=validate.Range(0, 100),
        metadata=meta("每年会员礼品", "Member gifts per year", "count", "2.5", "benefits"),
    )
    birthday_check_value = Yuan(
        load_default=0,
        metadata=meta("生日体检价值", "Worth of the birthday check-up", "yuan", "2.4", "benefits"),
    )
    birthday_check_items = fields.List(
        fields.String(validate=validate.Length(1, 80)),
        load_default=list,
        metadata=meta("生日体检项目", "Items of the birthday check-up", "list", "2.4", "benefits"),
    )
    alliance_merchants = fields.List(
        fields.String(validate=validate.Length(1, 80)),
        load_default=list,
        metadata=meta("联盟商家", "Alliance merchants", "list", "2.3", "benefits"),
    )
    notice_days = Whole(
        load_default=7,
        validate=validate.Range(0, 365),
        metadata=meta("变更公告期", "Notice of changes", "days", "7B.7", "notices"),
    )
    card_expiring_days = Whole(
        load_default=30,
        validate=validate.Range(1, 365),
        metadata=meta(
            "到期提醒提前", "Reminder before the last valid day", "days", "3.2", "notices"
        ),
    )
    points_reset_days = Whole(
        load_default=30,
        validate=validate.Range(1, 365),
        metadata=meta(
            "清零提醒提前", "Reminder before the points are cleared", "days", "6", "notices"
        ),
    )
    hotline = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata=meta("服务热线", "Hotline", "text", "6.2", "notices"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "types": ("卡种", "Card types"),
        "price": ("价格", "Prices"),
        "donation": ("捐款", "Donation"),
        "card": ("会员卡", "Card"),
        "points": ("积分", "Points"),
        "benefits": ("权益", "Benefits"),
        "notices": ("公告与提醒", "Notices"),
    }  # fmt: skip
