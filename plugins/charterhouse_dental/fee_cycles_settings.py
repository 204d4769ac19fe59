"""The settings of the charter with fees by year, quarter or month."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import Schema, fields, post_load, validate

from charterhouse.kernel.charter import Text
from charterhouse.kernel.settings import Factor, Yuan, meta

BENEFITS: dict[str, Text] = {
    "priority-visit": ("免排队优先就诊", "Priority visit without queueing"),
    "doctor-team": ("专属医生团队", "Exclusive doctor team"),
    "treatment-plan": ("个性化治疗方案", "Individual treatment plan"),
    "first-check": ("免费初诊检查", "Free first-visit check"),
    "escort": ("优质服务与陪诊", "Longer consultation, green lane, escort"),
    "regular-check": ("定期检查与评估", "Regular examination and assessment"),
    "return-visit": ("术后免费复诊", "Free return visit after surgery"),
    "emergency-escort": ("急诊优先救治与陪护", "Priority rescue and escort in emergencies"),
    "lecture": ("会员活动与讲座", "Member events and lectures"),
}
"""The benefits that are asked for; the tenth is the member price."""

_CODE = validate.Regexp(r"^[a-z0-9][a-z0-9_.-]*$")


class ByLevel(fields.Dict):
    """A figure for every level, or a table with one for each."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, Mapping):
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return self.value_field.deserialize(value, attr, data) if self.value_field else value


def _fee(zh: str, en: str) -> ByLevel:
    return ByLevel(
        keys=fields.String(),
        values=Yuan(),
        required=True,
        metadata={**meta(zh, en, "yuan", "1.2", "fees"), "keys": "tier"},
    )


class FeeCyclesSettings(Schema):
    """Fees in yuan (typed as level → fen), factors (level → factor), levels and benefits."""

    groups: ClassVar[Mapping[str, Text]] = {
        "fees": ("会员费", "Fees"),
        "levels": ("级别", "Levels"),
        "services": ("价格与服务", "Prices and services"),
    }

    levels = fields.List(
        fields.String(validate=_CODE),
        load_default=lambda: ["standard"],
        validate=validate.Length(min=1),
        metadata=meta(
            "级别", "Levels", "codes", "1.4", "levels",
            help_zh="由低到高", help_en="Low to high",
        ),
    )  # fmt: skip
    fee_yearly = _fee("年费", "Fee by year")
    fee_quarterly = _fee("季费", "Fee by quarter")
    fee_monthly = _fee("月费", "Fee by month")
    level_benefits = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String(validate=validate.OneOf(list(BENEFITS)))),
        load_default=dict,
        metadata=meta(
            "各级别的权益", "Benefits by level", "codes", "1.4", "levels",
            help_zh="未列出的级别享有全部权益",
            help_en="A level that is not listed has all of them",
        ),
    )  # fmt: skip
    member_factor = ByLevel(
        keys=fields.String(),
        values=Factor(),
        load_default=Decimal("1.00"),
        metadata={
            **meta("会员价系数", "Member-price factor", "factor", "2.5", "services"),
            "keys": "tier",
        },
    )
    first_check_items = fields.List(
        fields.String(validate=_CODE),
        load_default=lambda: ["oral-exam", "x-ray"],
        metadata=meta("初诊检查项目", "Items of the first check", "codes", "2.11", "services"),
    )

    @post_load
    def spread(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """One figure holds for every level."""
        for name in ("fee_yearly", "fee_quarterly", "fee_monthly", "member_factor"):
            if not isinstance(data[name], dict):
                data[name] = dict.fromkeys(data["levels"], data[name])
        return data
