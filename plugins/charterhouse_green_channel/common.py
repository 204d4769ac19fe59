"""What all green channels share: the rules G1 to G18, settings, services as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from marshmallow import Schema, fields

from charterhouse.kernel.charter import Charter, Clause, Section, Text
from charterhouse.kernel.clauses.cover import Cover, Period, policy_year
from charterhouse.kernel.clauses.diagnoses import Diagnoses
from charterhouse.kernel.clauses.disclosures import Disclosures
from charterhouse.kernel.clauses.entitlements import (
    Covers,
    InNetwork,
    Insured,
    NotIncluded,
    PolicyQuota,
)
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.clauses.insurance import Policies
from charterhouse.kernel.clauses.notices import AmendmentNotice
from charterhouse.kernel.clauses.requests import Services
from charterhouse.kernel.clauses.rights import Statement
from charterhouse.kernel.clauses.service_details import Detail
from charterhouse.kernel.clauses.services import (
    APPROVED,
    COMPLETE,
    After,
    Count,
    Service,
    Step,
    always,
)
from charterhouse.kernel.own_days import calendar_of, rest_days, working_days
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse.kernel.workdays import WorkCalendar
from charterhouse_green_channel.common_texts import HEADINGS, texts
from charterhouse_green_channel.fields import code
from charterhouse_green_channel.labels import LABELS, ROLES, SERVICES
from charterhouse_green_channel.reports import MONTHLY

BOOKED = "booking-confirmed"

POLICY = (Detail("policy", "policy"),)
"""Which of several policies serves."""


class GreenChannelSettings(Schema):
    """What every green channel states of its service."""

    service_phone = fields.String(
        load_default="", metadata=meta("服务热线", "Hotline", "", "G10", "service")
    )
    service_languages = fields.List(
        code(), load_default=lambda: ["zh"],
        metadata=meta("热线语言", "Languages of the hotline", "codes", "G10", "service"),
    )  # fmt: skip
    network_version = fields.String(
        load_default="1",
        metadata=meta("医院名单版本", "Version of the hospital list", "", "G14", "service"),
    )
    escort_included = fields.Boolean(
        load_default=True,
        metadata=meta(
            "就诊日派陪诊", "An escort is sent on the day of the visit", "", "G10", "service"
        ),
    )

    own_rest_days = rest_days("G8", "deadlines")
    own_working_days = working_days("G8", "deadlines")

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "entry": ("投保与诊断", "Policies and diagnoses"),
        "counts": ("次数", "Counts"),
        "deadlines": ("时限", "Deadlines"),
        "papers": ("材料", "Papers"),
        "cancel": ("取消", "Cancelling"),
        "service": ("服务信息", "The service"),
    }


@dataclass(frozen=True, kw_only=True)
class Common:
    """The numbers and switches by which a charter differs in the rules that all share.

    Attributes:
        cover: when the service opens and ends.
        numbers: of `Policies`, by reason.
        used: services taken on the spot.
        included, persons, network, consent, disclosure, amend: numbers of those checks; "" for a
            charter without a network, or with clauses of its own for persons and amendments.
        besides: services without a network.
        covers, other: who else is served, and the reason with which others are refused.
        policies: further arguments of `Policies` (tiers).
        hours: outside of which clocks start at the next opening, with its number.
    """

    cover: Cover
    numbers: Mapping[str, str] = field(default_factory=dict)
    used: Collection[str] = ()
    included: str = "G5"
    persons: str = "G12"
    network: str = "G14"
    consent: str = "G13"
    disclosure: str = "G17"
    amend: str = "G16"
    besides: Collection[str] = ()
    covers: Covers | None = None
    other: str = "wrong_person"
    policies: Mapping[str, Any] = field(default_factory=dict)
    hours: ServiceHours | None = None
    hours_number: str = ""


_POLICIES: Mapping[str, Any] = {
    "status": "G2", "change": "G3", "term": "G3", "none": "G2", "unopened": "G2",
    "surrendered": "G3", "expired": "G3", "over": "G3", "lapsed": "G3", "outstanding": "G3",
    "tier": "G1",
}  # fmt: skip
_REQUESTS: Mapping[str, Any] = {
    "papers": "G7", "lacking": "G7", "quota": "G6", "step": "G9", "over": "G9",
    "decide": "G9", "close": "G9", "cancel": "G9", "others": "G9", "refused": "G6",
    "served": "G9", "no_show": "G9", "failed": "G9",
}  # fmt: skip


class GreenChannel(Charter):
    """Base of the green channels: a charter gives its settings, its values and its words."""

    heading: ClassVar[tuple[Section, ...]] = ()
    labels = LABELS
    roles = ROLES
    reports = (MONTHLY,)
    records: ClassVar[Sequence[str]] = ("premium", "disclosure")
    details: ClassVar[tuple[Detail, ...]] = POLICY

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sections = (*cls.heading, *HEADINGS)

    def common(self, s: SettingValues) -> Common:
        """By which numbers and switches the shared rules hold."""
        raise NotImplementedError

    def services(self, s: SettingValues) -> list[Service]:
        """What is asked for with a request."""
        raise NotImplementedError

    def rules(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses."""
        raise NotImplementedError

    def words(self, s: SettingValues) -> dict[str, Text]:
        """Number → what the charter's own clauses say, with the tenant's figures."""
        raise NotImplementedError

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The charter's own clauses, the shared ones, and the words of both."""
        common, services = self.common(s), self.services(s)
        shared: list[Clause] = [
            Policies("G1", common.cover, **{**_POLICIES, **common.numbers}, **common.policies),
            Diagnoses("G16"),
            NotIncluded(
                common.included, requested=[service.code for service in services],
                used=common.used, known=SERVICES, form="G10",
            ),
            _requests(services, self.details, common, calendar_of(s)),
            Disclosures(common.disclosure),
        ]  # fmt: skip
        if common.persons:
            shared.append(Insured(common.persons, covers=common.covers, reason=common.other))
        if common.network:
            shared.append(InNetwork(common.network, besides=common.besides))
        if common.amend:
            shared.append(AmendmentNotice(common.amend, days=0))
        words = {**texts(s), **self.words(s)}
        said = [Statement(number, *text) for number, text in words.items()]
        return [*self.rules(s), *shared, *said]


def _requests(
    services: list[Service], details: tuple[Detail, ...], common: Common, calendar: WorkCalendar
) -> Services:
    numbers: dict[str, Any] = {**_REQUESTS, "consent": common.consent}
    if common.hours is not None:
        numbers["outside"] = common.hours_number
    return Services(
        "G9",
        *services,
        labels=LABELS,
        hours=common.hours,
        calendar=calendar,
        details=details,
        **numbers,
    )


def quotas(
    number: str, counts: Mapping[str, Any], cover: Cover, *, period: Period = policy_year,
    at_once: Collection[str] = (),
) -> list[Clause]:  # fmt: skip
    """Counts per policy and period: service → uses, None without limit."""
    return [
        PolicyQuota(number, code, cover=cover, per=per, period=period, at_once=code in at_once)
        for code, per in counts.items()
    ]


def service(
    code: str, *, clause: str, count: Count | None = None, numbers: Mapping[str, str] | None = None,
    review: bool = False, **more: Any,
) -> Service:  # fmt: skip
    """A service of a green channel: for the insured, with consent, counted by policy.

    Without a review a decision is possible all the same.
    """
    return Service(
        code, clause=clause, name=SERVICES[code], who="insured", consent=always, review=review,
        optional_review=not review, quota=count or Count(code), numbers=numbers or {}, **more,
    )  # fmt: skip


def booking(*after: Any, clause: str = "", review: bool = False, **more: Any) -> Step:
    """The step that fixes time and place: when papers are complete, and after a review."""
    before = (COMPLETE, After(APPROVED, "G9")) if review else (COMPLETE,)
    return Step(BOOKED, clause, after=(*before, *after), status="arranged", **more)


__all__ = [
    "BOOKED", "POLICY", "Common", "GreenChannel", "GreenChannelSettings", "booking", "quotas", "service",
]  # fmt: skip
