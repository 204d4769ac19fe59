"""Hospital consulting group and hospital-wide customer service (医院咨询及全院客服管理规章制度)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.bookings import Bookings
from charterhouse.kernel.clauses.customers import CHANNELS, Contacts
from charterhouse.kernel.clauses.cycles import HouseEvery
from charterhouse.kernel.clauses.services import Bar, Limit, Service
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.own_days import calendar_of, rest_days, working_days
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_service_desk import consulting_group_texts as texts
from charterhouse_service_desk.common import ServiceDesk, service, step
from charterhouse_service_desk.common_reports import activity, times
from charterhouse_service_desk.consulting_group_clauses import (
    Appraisals,
    DailySummaries,
    DayBook,
    DepartmentReports,
)
from charterhouse_service_desk.consulting_group_reports import APPRAISAL, RESULTS

GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "telephone": ("3.1", ("phone",)),
    "online-chat": ("3.2", ("web-chat", "qq", "msn")),
    "web-booking": ("3.3", ("web-booking",)),
    "boards": ("3.4", ("message-board", "partner-site")),
    "mail-forum": ("3.5", ("mailbox", "forum")),
}
"""Group → number of its clause, its channels."""

_LISTED = {channel: group for group, (_, channels) in GROUPS.items() for channel in channels}
_CODE = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")


class ConsultingGroupSettings(Schema):
    """Time to reply, further channels, the roster, and the period of the supervisor's report."""

    reply_minutes = Whole(
        required=True, validate=validate.Range(1, 525_600),
        metadata=meta("答复时限", "Time to reply", "minutes", "3.6", "work"),
    )  # fmt: skip
    extra_channels = fields.Dict(
        keys=fields.String(
            validate=[_CODE, validate.NoneOf([*_LISTED], error="is in the table of section 3")]
        ),
        values=fields.String(validate=validate.OneOf([*GROUPS])), load_default=dict,
        metadata=meta("其他渠道及其组别", "Further channels and their groups", "table", "3", "work"),
    )  # fmt: skip
    advisers = fields.List(
        fields.String(validate=validate.Length(1, 80)), load_default=list,
        metadata=meta("咨询员名册", "Roster of advisers", "list", "4.3", "reports"),
    )  # fmt: skip
    supervisor_report_days = Whole(
        load_default=7, validate=validate.Range(1, 366),
        metadata=meta("向主管汇报的周期", "Period of the supervisor's report", "days", "4.6",
                      "reports"),
    )  # fmt: skip

    own_rest_days = rest_days("4.3", "reports")
    own_working_days = working_days("4.3", "reports")

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "work": ("咨询", "Consulting"),
        "reports": ("小结与汇报", "Summaries and reports"),
    }


class ConsultingGroup(ServiceDesk):
    """One group answers every enquiry on a closed list of channels and accounts for each day."""

    code = "service-desk.consulting-group"
    name = ("医院咨询及全院客服管理规章制度", "Hospital consulting group and customer service")
    Settings = ConsultingGroupSettings
    heading = (
        Section("1", "服务理念与考评", "Service philosophy and appraisal"),
        Section("2", "管理", "Management"),
        Section("3", "服务范围：渠道", "Scope: channels"),
        Section("4", "职能与职责", "Functions and duties"),
    )
    books = True
    records = ("customer-file", "contact", *(f"contact-{group}" for group in GROUPS), "late",
               "disclosure")  # fmt: skip
    roles = texts.ROLES
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), RESULTS, APPRAISAL)
    example: ClassVar = {"reply_minutes": 30}

    def _groups(self, s: SettingValues) -> dict[str, str]:
        return {**_LISTED, **s.extra_channels}

    def channels(self, s: SettingValues) -> Collection[str]:
        """See `ServiceDesk.channels`."""
        return {*CHANNELS, *s.extra_channels}

    def services(self, s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        groups = self._groups(s)

        def elsewhere(d: Draft, _content: Mapping[str, Any]) -> bool:
            return d.body.channel is not None and d.body.channel not in groups

        return [
            service(
                "enquiry", "3.6", step("answered"), needs=("answered",),
                refuses=(Bar("not_included", elsewhere, field="channel"),),
                limits=(Limit("reply", until="answered", amount=s.reply_minutes, unit="minutes",
                              late="late"),),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        groups = self._groups(s)

        def of_group(d: Draft) -> tuple[str, str]:
            group = groups[d.body.channel]
            return f"contact-{group}", GROUPS[group][0]

        return [
            Appraisals("1"),
            Contacts(
                "3",
                "contact",
                channels=groups,
                by=True,
                record="contact",
                more=of_group,
                under=[number for number, _ in GROUPS.values()],
            ),
            DayBook("4.2", groups),
            Bookings("4.2", "appointment", labels=texts.LABELS),
            DailySummaries("4.3", groups=GROUPS, advisers=s.advisers, calendar=calendar_of(s)),
            DepartmentReports("4.5", advisers=s.advisers),
            HouseEvery("4.6", "supervisor-report", days=s.supervisor_report_days),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
