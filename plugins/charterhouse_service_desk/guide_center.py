"""Customer service centre and duties of patient guides (医院客服中心工作制度和人员职责)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.customers import Contacts
from charterhouse.kernel.clauses.services import (
    Condition,
    Need,
    Service,
    done,
    flag,
    record,
    unless,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, meta
from charterhouse_service_desk import details
from charterhouse_service_desk import guide_center_texts as texts
from charterhouse_service_desk.common import ServiceDesk, service, step
from charterhouse_service_desk.common_reports import activity, times
from charterhouse_service_desk.guide_center_clauses import (
    DISCHARGE,
    JOURNEY,
    ROWS,
    DeskInventory,
    Journey,
    number_of,
)
from charterhouse_service_desk.guide_center_reports import JOURNEYS

FIVE_SERVICES = ("way-finding", "triage", "consulting", "welcome", "message")


class Floor(fields.String):
    """A floor: a number or a name such as B1; typed as text."""

    def __init__(self) -> None:
        super().__init__(validate=validate.Length(1, 40))

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Read a number as well."""
        number = isinstance(value, int) and not isinstance(value, bool)
        text = str(value) if number else value
        text = text.strip() if isinstance(text, str) else text
        return super().deserialize(text, attr, data, **kwargs)


class GuideCenterSettings(Schema):
    """The floors that have a guide of their own."""

    floor_guides = fields.List(
        Floor(), load_default=list, validate=validate.Length(max=200),
        metadata=meta("设楼层导医的楼层", "Floors with a floor guide", "list", "4.5", "guides"),
    )  # fmt: skip

    groups = {"guides": ("导医", "Guides")}  # noqa: RUF012 - marshmallow reads it as it is


def guided(floors: Collection[str]) -> Condition:
    """The floor that the request names has a guide of its own."""

    def holds(_d: Draft, content: Mapping[str, Any]) -> bool:
        floor = content["details"].get("floor")
        return floor is not None and str(floor).strip() in floors

    return holds


class GuideCenter(ServiceDesk):
    """The patient's journey has a fixed order, and nobody is left between two stations."""

    code = "service-desk.guide-center"
    name = ("医院客服中心工作制度和导医职责", "Customer service centre and patient guides")
    Settings = GuideCenterSettings
    details = details.GUIDES
    heading = (
        Section("1", "导医的意义", "Importance"),
        Section("2", "要求", "Requirements"),
        Section("3", "全程服务流程", "The journey"),
        Section("4", "接待技巧", "Reception skills"),
    )
    records = ("customer-file", "violation", "late", "disclosure")
    roles = texts.ROLES
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), JOURNEYS)

    def services(self, s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        on_guided_floor = guided(s.floor_guides)
        unnotified = unless(done("doctor-notified"))
        return [
            service(
                JOURNEY, "3",
                *(step(each, number_of(each), ends="served" if each == DISCHARGE else "")
                  for each in ROWS),
                needs=(DISCHARGE,),
            ),
            service(
                "escort", "4.5", step("handed-over"), step("escorted"),
                needs=(
                    Need("hand-over", by=("handed-over",), when=on_guided_floor),
                    Need("escort", by=("escorted",), when=unless(on_guided_floor)),
                ),
            ),
            service(
                "waiting-watch", "4.3", step("sudden-change"), step("doctor-notified"),
                step("sent-to-emergency", then=(
                    flag("doctor-not-notified", when=unnotified),
                    record("violation", when=unnotified),
                )),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        return [
            DeskInventory("2.3", "sign", "trolley", "wheelchair", "leaflets"),
            Contacts("2.4", *FIVE_SERVICES),
            Journey("3", emergency="3.12"),
        ]

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
