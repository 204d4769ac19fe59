"""Added services shared with relatives (专属增值服务·亲属共享) as a list of its values."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.cover import validity
from charterhouse.kernel.clauses.entitlements import PolicyQuota, Waiting
from charterhouse.kernel.clauses.insurance import PolicyEntry
from charterhouse.kernel.clauses.policies import Policy, policies_of
from charterhouse.kernel.clauses.relatives import BarredInWaiting, Relatives, Shared
from charterhouse.kernel.clauses.services import Count, Service, Step
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.standing import Standing
from charterhouse_insurer_vip.added_services_texts import words
from charterhouse_insurer_vip.common import COVER, Common, InsurerVip
from charterhouse_insurer_vip.fields import CountOrUnlimited, code, codes, whole
from charterhouse_insurer_vip.labels import LABELS, SERVICES

AT_ONCE = frozenset({"phone-doctor"})
"""Services that are taken on the spot; all others are asked for."""

RELATIONS = ("parent", "spouse", "child")
PRODUCTS = ("whole-life-critical-illness", "mild-illness-rider")
BOOKED = "booking-confirmed"


class AddedServicesSettings(Schema):
    """Products, services with their counts, diseases, waiting, relatives."""

    eligible_products = codes(
        meta("适用产品", "Eligible products", "codes", "1.1", "entry"), PRODUCTS
    )
    services = fields.Dict(
        keys=code(), values=CountOrUnlimited(), required=True, validate=validate.Length(min=1),
        metadata=meta("服务和次数", "Services and counts", "times", "2.3", "services"),
    )  # fmt: skip
    shareable_services = codes(
        meta("可共享的服务", "Services that are shared", "codes", "3.1", "relatives")
    )
    designated_conditions = codes(meta("指定疾病", "Designated diseases", "codes", "1.2", "entry"))
    waiting_days = whole(30, meta("被保险人等待期", "Waiting", "days", "2.2", "services"))
    relative_waiting_days = whole(
        30, meta("亲属等待期", "Waiting of relatives", "days", "3.5", "relatives")
    )
    relatives_max = whole(
        2, meta("亲属人数", "Relatives, at most", "persons", "3.3", "relatives"), most=50
    )
    relative_age_max = whole(
        65, meta("亲属最高年龄（含）", "Highest age of relatives", "years", "3.2", "relatives"),
        most=150,
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "entry": ("投保与疾病", "Policies and diseases"),
        "services": ("服务", "Services"),
        "relatives": ("亲属共享", "Relatives"),
    }


class OwnWaiting(Waiting):
    """The waiting of the insured; relatives have one of their own."""

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """It is not over, and it is the insured who asks."""
        own = d.body.for_ in (None, d.member)
        return super().objects(d, policy, code) if own else None


def effect_of_policy(standing: Standing, day: date) -> date:
    """The day on which the age of a relative counts: the effect of the first policy."""
    policies = policies_of(standing)
    return policies[0].effective if policies else day


class AddedServices(InsurerVip):
    """Health services for the insured of two products, shared with relatives who never change."""

    code = "insurer-vip.added-services"
    name = ("保险公司专属增值服务·亲属共享", "Insurer's added services with shared relatives")
    Settings = AddedServicesSettings
    heading = (
        Section("1", "资格", "Eligibility"),
        Section("2", "期限与等待期", "Term and waiting"),
        Section("3", "亲属共享服务", "Relatives"),
        Section("4", "服务申请", "Requests"),
        Section("5", "职责、表单与记录", "Roles, forms, records"),
    )
    example: ClassVar = {
        "services": {"expert-outpatient": 3, "second-opinion": 1, "phone-doctor": "unlimited"},
        "shareable_services": ["expert-outpatient", "phone-doctor"],
        "designated_conditions": ["malignant-tumour", "stroke"],
    }

    def common(self, s: SettingValues) -> Common:
        """See `InsurerVip.common`."""
        follows = ("term", "unopened", "surrendered", "expired", "lapsed")
        return Common(
            numbers=dict.fromkeys(follows, "2.1"), included="2.3", persons="",
            used=[code for code in s.services if code in AT_ONCE],
        )  # fmt: skip

    def services(self, s: SettingValues) -> list[Service]:
        """See `InsurerVip.services`."""
        ends = ("close", "cancel", "freed", "others", "served", "no_show", "failed", "step")
        return [
            Service(
                code, "4.1", name=SERVICES.get(code, (code, code)), who="insured",
                quota=Count(code, forfeits=(BOOKED,)), steps=(Step(BOOKED, status="arranged"),),
                numbers={**dict.fromkeys(ends, "4.1"), "quota": "2.3"},
            )
            for code in s.services if code not in AT_ONCE
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `InsurerVip.rules`."""
        oldest = s.relative_age_max
        return [
            PolicyEntry("1.1", lambda policy: policy.product in s.eligible_products),
            OwnWaiting("2.2", days=s.waiting_days, own=False, restarts=True),
            *(
                PolicyQuota(
                    "2.3", code, cover=COVER, per=per, period=validity, at_once=code in AT_ONCE
                )
                for code, per in s.services.items()
            ),
            BarredInWaiting(
                "2.4", conditions=s.designated_conditions, days=s.waiting_days,
                relative_days=s.relative_waiting_days,
            ),
            Relatives(
                "3.3", most=s.relatives_max, relations=RELATIONS, age=lambda years: years <= oldest,
                age_day=effect_of_policy, by_insured=True, relation="3.2", aged="3.2", full="3.3",
                caller="3.4", replaced="3.3",
            ),
            Shared(
                "3.6", services=s.shareable_services, days=s.relative_waiting_days, service="3.1",
                unnamed="3.6", waiting="3.5",
            ),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `InsurerVip.words`."""
        return words(s, LABELS)


__all__ = ["AddedServices"]
