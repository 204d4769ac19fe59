"""Stand-alone silver card (贵宾银卡): rescue on trips in mainland China, as a list of its values."""

from __future__ import annotations

from decimal import Decimal

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.entitlements import PolicyQuota
from charterhouse.kernel.clauses.insurance import PolicyEntry
from charterhouse.kernel.clauses.services import Bar, Count, Service, asked, cited
from charterhouse.kernel.settings import Rate, SettingValues, Whole, meta
from charterhouse_insurer_vip import details
from charterhouse_insurer_vip.common import COVER, Common, InsurerVip
from charterhouse_insurer_vip.labels import LABELS
from charterhouse_insurer_vip.rescue import (
    away_longer_than,
    nearer_than,
    older_than,
    other_item,
    outside_mainland,
    unborn,
    unsecured,
)

RESCUE, GUARANTEE = "domestic-rescue", "cost-guarantee"
ITEMS = (
    "phone-consulting", "institution-recommendation", "visit-and-admission-help", GUARANTEE,
    "medicine-delivery",
)  # fmt: skip
SECURITIES = ("card", "family")


class SilverSettings(Schema):
    """Age, distance, length of the trip, and whether a guarantee needs security."""

    insured_age_max = Whole(
        load_default=65, validate=validate.Range(0, 150),
        metadata=meta("最高年龄（含）", "Highest age, included", "years", "1.2", "scope"),
    )  # fmt: skip
    distance_km = Rate(
        load_default=Decimal("150.0"),
        metadata=meta("超过的距离", "Farther away than", "km", "1.4", "scope"),
    )
    trip_days = Whole(
        load_default=90, validate=validate.Range(1, 3650),
        metadata=meta("单次出行天数（含）", "Days of a trip, included", "days", "1.4", "scope"),
    )  # fmt: skip
    payment_security_required = fields.Boolean(
        load_default=True,
        metadata=meta(
            "担保须先提供付款担保", "The guarantee needs payment security", "", "2.4", "scope"
        ),
    )

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "scope": ("救援范围", "Scope of the rescue"),
    }


class Silver(InsurerVip):
    """Domestic rescue for the insured whom the insurer grades silver."""

    code = "insurer-vip.silver"
    name = ("保险公司贵宾银卡", "Insurer's silver card")
    Settings = SilverSettings
    details = details.SILVER
    heading = (
        Section("1", "资格与范围", "Eligibility and scope"),
        Section("2", "救援项目", "Items"),
        Section("3", "职责、表单与记录", "Roles, forms, records"),
    )

    def common(self, s: SettingValues) -> Common:
        """See `InsurerVip.common`."""
        follows = ("term", "surrendered", "expired", "lapsed")
        return Common(
            numbers={**dict.fromkeys(follows, "1.7"), "tier": "1.1"},
            included="1.3", persons="1.2",
            policies={"tier_of": lambda _policies, _day: "silver", "tiers": ("silver",)},
        )  # fmt: skip

    def services(self, s: SettingValues) -> list[Service]:
        """See `InsurerVip.services`."""
        bars = [
            Bar("not_included", other_item(ITEMS), "2.6", "details.item"),
            Bar("not_included", outside_mainland, "1.6", "details.place"),
            Bar("incomplete", unborn, "1.2", "born"),
            Bar("age_limit", older_than(s.insured_age_max), "1.2", "member"),
            Bar("distance_limit", nearer_than(s.distance_km), "1.4", "details.distance_km"),
            Bar("duration_limit", away_longer_than(s.trip_days), "1.4", "details.trip_started"),
        ]
        if s.payment_security_required:
            lacking = unsecured(GUARANTEE, SECURITIES)
            bars.append(Bar("incomplete", lacking, "2.4", "payment_security"))
        return [
            Service(
                RESCUE, "1.7", name=LABELS[RESCUE], who="insured", quota=Count(RESCUE),
                refuses=tuple(bars), numbers={"quota": "1.7", "close": "1.7"},
                opening=tuple(
                    cited(item, f"2.{place}", when=asked(item=item))
                    for place, item in enumerate(ITEMS, start=1)
                ),
                choices={"item": ITEMS, "payment_security": SECURITIES},
            )
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `InsurerVip.rules`."""
        return [
            PolicyEntry(
                "1.1", lambda policy: policy.details.get("grade") == "silver", field="details.grade"
            ),
            PolicyQuota("1.7", RESCUE, cover=COVER, per=None),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `InsurerVip.words`."""
        return {**_scope(s), **_items(s)}


def _scope(s: SettingValues) -> dict[str, Text]:
    age, km, days = s.insured_age_max, s.distance_km.normalize(), s.trip_days
    return {
        "1.1": (
            "保险公司在保单上注明银卡的被保险人为会员，等级为银卡，不设保费门槛；其他级别或未注明的保单不予登记。",
            "Members are the insured whose policy the insurer marks silver, whatever the premium; their "
            "tier is silver. A policy of another grade, or of none, is refused.",
        ),
        "1.2": (
            f"仅限被保险人本人，事发时不超过{age}周岁（至{age + 1}周岁生日前一日）；出生日期须已登记。",
            f"The insured in person, at most {age} years old at the event (until the day before "
            f"birthday {age + 1}); the date of birth must be on file.",
        ),
        "1.3": (
            "仅提供国内救援；救援机构虽覆盖全球，银卡不含国际救援及其他服务。",
            "Only the domestic rescue. The provider works world-wide, but the silver card entitles to "
            "no international rescue, nor to other services.",
        ),
        "1.4": (
            f"事发地距长期居住地超过{km:f}公里，且单次出行不超过{days}日（出行当日为第1日）；未说明的视为符合。",
            f"More than {km:f} km from the long-term residence, on a single trip of at most {days} days, "
            "the day of departure being the first. What is not stated is no obstacle.",
        ),
        "1.5": (
            "居住地在中国内地，以保险合同登记的通讯地址为准，实际居住地不影响。",
            "The residence is in mainland China: the postal address registered on the insurance "
            "contract counts, wherever the insured really lives.",
        ),
        "1.6": (
            "国内指中国内地，不含台湾、香港、澳门；事发于内地以外的不受理。",
            "Domestic means mainland China without Taiwan, Hong Kong and Macau; an event elsewhere is "
            "refused.",
        ),
        "1.7": (
            "状态和终止随保单；救援不限次数，每次申请为一个案件，无需审核，办结即完成。",
            "Status and end follow the policy. The rescue has no limit; each request is a case of its "
            "own, without review, and its closing ends it.",
        ),
    }


def _items(s: SettingValues) -> dict[str, Text]:
    secured = s.payment_security_required
    security = (
        ("须先提供付款担保（银行卡或亲属），否则不受理", "only with payment security by card or family")
        if secured
        else ("无需付款担保", "no payment security is needed")
    )  # fmt: skip
    return {
        "2.1": (
            "电话医疗咨询：不属于电话诊疗，也不是急救呼叫。",
            "Medical advice by phone: neither treatment by phone nor an emergency call.",
        ),
        "2.2": (
            "医疗机构推荐：医院、诊所、牙科的地址、电话、专长和时间。",
            "Recommendation of hospitals, clinics and dentists, with address, phone, specialty, hours.",
        ),
        "2.3": (
            "协助就诊和住院：协助就诊，病情严重的安排住院。",
            "Help with the visit; an admission is arranged if the state is severe.",
        ),
        "2.4": (
            f"住院费用担保：担保住院费用并跟进住院情况；{security[0]}。",
            f"Guarantee of in-patient costs, and the stay is followed: {security[1]}.",
        ),
        "2.5": (
            "药品和用品递送：治疗所需而当地无法取得的基本药物、药品和用品。",
            "Delivery of basic drugs, medicines and supplies that care needs and that are not to be had "
            "locally.",
        ),
        "2.6": (
            "其他项目不受理。",
            "Other items are refused.",
        ),
        "3": (
            "表单：救援案件（来电人、姓名、证件号码、地区、停留地、联系方式、问题、所需服务、距离、出行日期、项目、付款担保、"
            "所取得的材料）；登记：银卡的发放、遗失、损坏和补发。",
            "Forms: the rescue case with caller, name, ID number, region, place of stay, contact, problem, "
            "service wanted, distance, start of the trip, items, payment security, papers obtained. "
            "Register of cards: issue, loss, damage, reissue.",
        ),
    }


__all__ = ["Silver"]
