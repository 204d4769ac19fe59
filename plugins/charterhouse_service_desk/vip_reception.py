"""VIP reception in four levels (VIP客人接待手册) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.admission import OneMembership
from charterhouse.kernel.clauses.flow import Activation, Application, Review
from charterhouse.kernel.clauses.services import Bar, Condition, Service, flag, task
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, Yuan, meta
from charterhouse_service_desk import details
from charterhouse_service_desk import vip_reception_texts as texts
from charterhouse_service_desk.common import ServiceDesk, service
from charterhouse_service_desk.common_reports import activity, times
from charterhouse_service_desk.vip_reception_clauses import (
    Approvers,
    Gifts,
    Levels,
    stays_already,
    welcome_is_optional,
)
from charterhouse_service_desk.vip_reception_levels import RECEIVERS, RECEPTION
from charterhouse_service_desk.vip_reception_reports import STAYS


class VipReceptionSettings(Schema):
    """What the substitutes for foreign guests cost."""

    red_wine_cost = Yuan(
        load_default=None, allow_none=True,
        metadata=meta("红酒成本", "Cost of the red wine", "yuan", "2.4K", "gifts"),
    )  # fmt: skip
    cheese_cost = Yuan(
        load_default=None, allow_none=True,
        metadata=meta("奶酪成本", "Cost of the cheese", "yuan", "2.4K", "gifts"),
    )  # fmt: skip

    groups = {"gifts": ("房间礼品", "Gifts")}  # noqa: RUF012 - marshmallow reads it as it is


def received_as(level: str) -> Condition:
    """A guest of this level, whose welcome does not depend on circumstances."""

    def holds(d: Draft, content: Mapping[str, Any]) -> bool:
        return content["tier"] == level and not welcome_is_optional(d, content)

    return holds


class VipReception(ServiceDesk):
    """Four levels, each with its own who, approval, receivers and gifts in the room."""

    code = "service-desk.vip-reception"
    name = ("VIP客人接待手册", "VIP reception in four levels")
    Settings = VipReceptionSettings
    details = details.RECEPTION
    heading = (
        Section("1", "部门协作", "Departments"),
        Section("2", "接待等级", "Levels"),
    )
    reviewed = True
    roles = texts.ROLES
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), STAYS)

    def services(self, _s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        receive = [
            task(code, "2.3", when=received_as(level))
            for level, codes in RECEIVERS.items()
            for code in codes
        ]
        return [
            service(
                RECEPTION, "2.3", who="registered",
                numbers=dict.fromkeys(("none", "ended", "suspended", "expired"), "2.3"),
                refuses=(Bar("order_violation", stays_already),),
                opening=(flag("welcome-optional", "2.1B", when=welcome_is_optional), *receive),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        costs = {"red-wine": s.red_wine_cost, "cheese": s.cheese_cost}
        return [
            Levels("2.1", a="2.1A", b="2.1B", c="2.1C", d="2.1D"),
            Application("2.1", review=True),
            OneMembership("2.2"),
            Review("2.2"),
            Approvers("2.2"),
            Activation("2.2", card=False),
            Gifts("2.4", costs=costs, foreign="2.4F", cost="2.4K"),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
