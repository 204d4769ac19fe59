"""The settings of the exclusive-doctor charter: admission, care, rewards and offers."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.settings import Factor, Whole, Yuan, meta
from charterhouse_dental.setting_fields import code_list


class ExclusiveDoctorSettings(Schema):
    """Years, months and days; amounts in yuan (typed as fen)."""

    adult_age = Whole(
        load_default=18,
        validate=validate.Range(0, 120),
        metadata=meta("入会年龄", "Age of admission", "years", "1.1", "admission"),
    )
    fee = Yuan(
        load_default=0,
        metadata=meta(
            "会员费",
            "Membership fee",
            "yuan",
            "1.4",
            "admission",
            help_zh="0为免费",
            help_en="0 for none",
        ),
    )
    update_months = Whole(
        load_default=12,
        validate=validate.Range(1, 240),
        metadata=meta(
            "资料更新提醒间隔", "Reminder to update the data", "months", "1.6", "admission"
        ),
    )
    oral_check_months = Whole(
        required=True,
        validate=validate.Range(1, 240),
        metadata=meta("定期检查间隔", "Interval of the examination", "months", "2.2", "care"),
    )
    follow_up_days = Whole(
        required=True,
        validate=validate.Range(1, 3650),
        metadata=meta("随访间隔", "Interval of the follow-up", "days", "2.3", "care"),
    )
    referral_reward = Yuan(
        required=True,
        metadata=meta("推荐奖励", "Reward for a new member", "yuan", "4.1", "offers"),
    )
    offer_days = fields.List(
        fields.Date(),
        load_default=list,
        metadata=meta("优惠日", "Offer days", "date", "4.2", "offers"),
    )
    offer_factor = Factor(
        load_default=Decimal(1),
        metadata=meta("优惠日价格系数", "Factor of an offer day", "factor", "4.2", "offers"),
    )
    offer_categories = code_list(
        meta("优惠日适用类别", "Categories of an offer day", "codes", "4.2", "offers"),
        ("exam", "treatment", "surgery", "product"),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "admission": ("入会", "Admission"),
        "care": ("个性化服务", "Individual service"),
        "offers": ("奖励与优惠", "Rewards and offers"),
    }
