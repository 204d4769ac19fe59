"""Service norms of VIP client managers (VIP客户服务工作规范) as a list of its values."""

from __future__ import annotations

from typing import ClassVar

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.conduct import DetailsChanged, Incidents
from charterhouse.kernel.clauses.customers import Contacts
from charterhouse.kernel.clauses.leaving import Withdrawal
from charterhouse.kernel.clauses.notices import BirthdayNotice
from charterhouse.kernel.clauses.services import Service
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_service_desk import client_manager_texts as texts
from charterhouse_service_desk.client_manager_charge import Charge, LeavingRate
from charterhouse_service_desk.client_manager_clauses import (
    VIP_STATUSES,
    ForVips,
    Plans,
    Recommendations,
    Taste,
    Wishes,
    WonBack,
)
from charterhouse_service_desk.client_manager_reports import CARE, LEAVING
from charterhouse_service_desk.common import ServiceDesk, service
from charterhouse_service_desk.common_reports import activity, times

WAYS = ("sms", "mms", "phone", "flowers", "home-visit", "reception")


class ClientManagerSettings(Schema):
    """Days to retain a customer, when wishes go out, and by what leaving shows."""

    retention_days = Whole(
        required=True, validate=validate.Range(0, 3650),
        metadata=meta("挽留期", "Days to retain a customer", "days", "6.2", "leaving"),
    )  # fmt: skip
    trip_wish_days = Whole(
        load_default=1, validate=validate.Range(0, 365),
        metadata=meta("出行祝福提前", "Wish before a journey", "days", "4", "care"),
    )  # fmt: skip
    churn_signs = fields.List(
        fields.String(validate=validate.Length(1, 200)), load_default=list,
        metadata=meta("离网征兆", "Signs of leaving", "list", "6.1", "leaving"),
    )  # fmt: skip

    groups = {  # noqa: RUF012 - marshmallow reads it as a plain attribute
        "care": ("关怀", "Care"),
        "leaving": ("离网", "Leaving"),
    }


class ClientManager(ServiceDesk):
    """A client manager plans, keeps in touch as the customer likes it, and fights for everybody."""

    code = "service-desk.client-manager"
    name = ("VIP客户服务工作规范", "Service norms of VIP client managers")
    Settings = ClientManagerSettings
    heading = (
        Section("0", "贵宾客户与客户经理", "VIPs and their managers"),
        Section("1", "客户服务计划", "Service plan"),
        Section("2", "全天候服务", "Service at any time"),
        Section("3", "主动联系", "Active contact"),
        Section("4", "细节与亲情", "Details and family feeling"),
        Section("5", "推荐", "Recommending"),
        Section("6", "离网预警", "Leaving"),
        Section("7", "日常服务", "Daily service"),
    )
    records = ("customer-file", "contact", "retained", "disclosure")
    roles = texts.ROLES
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), CARE, LEAVING)
    example: ClassVar = {"retention_days": 7}

    def services(self, _s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        return [service("vip-service", "2")]

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        return [
            Tiers("0", {"vip": texts.LABELS["vip"]}, default="vip"),
            Charge("0"),
            ForVips("0"),
            DetailsChanged("0", shown={}, record=""),
            Plans("1"),
            Contacts("3", "contact", channels=WAYS, record="contact"),
            Taste("3"),
            BirthdayNotice("4", notice="birthday-greeting", statuses=VIP_STATUSES),
            Wishes("4", days=s.trip_wish_days),
            Recommendations("5"),
            Incidents("6.1", {"churn-sign": "closer-contact"}, flag="churn-warning", record=""),
            Withdrawal("6.2", days=s.retention_days),
            WonBack("6.2"),
            LeavingRate("6.3"),
            Incidents("7", {"complaint": "handle-complaint"}, record=""),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
