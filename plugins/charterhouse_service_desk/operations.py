"""Generic customer service operation manual (客户服务操作手册) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.customers import Contacts
from charterhouse.kernel.clauses.notices import Cycle
from charterhouse.kernel.clauses.services import (
    COMPLETE,
    After,
    Bar,
    Need,
    Service,
    lacking,
    unless,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_service_desk import details
from charterhouse_service_desk import operations_texts as texts
from charterhouse_service_desk.common import ServiceDesk, service, step
from charterhouse_service_desk.common_reports import activity, times
from charterhouse_service_desk.operations_reports import PROBLEMS

CLASSES = ("question", "fault", "complaint", "other")
PRIORITIES = (1, 2, 3)


def unclassed(_d: Draft, content: Mapping[str, Any]) -> bool:
    """The class of a problem is none that there is."""
    given = content["details"].get("class")
    return given is not None and given not in CLASSES


def unranked(_d: Draft, content: Mapping[str, Any]) -> bool:
    """The priority of a problem is none that there is."""
    given = content["details"].get("priority")
    return given is not None and (type(given) is not int or given not in PRIORITIES)


def no_list(_d: Draft, content: Mapping[str, Any]) -> bool:
    """The papers that are needed are no list of codes."""
    given = content["details"].get("papers", [])
    return not (isinstance(given, list) and all(isinstance(code, str) and code for code in given))


def not_handed_in(d: Draft, content: Mapping[str, Any]) -> bool:
    """The paper that is rejected was not handed in."""
    paper = detail(d.body, "paper")
    return paper is not None and str(paper) not in content["documents"]


def told(d: Draft) -> bool:
    """A follow-up took place."""
    return bool(d.body.kind == "follow-up")


def received(d: Draft) -> bool:
    """A reception is closed as served."""
    request = d.subject
    of_reception = request is not None and request.content.get("service") == "reception"
    return of_reception and d.body.outcome == "served"


def solved(d: Draft) -> bool:
    """A problem is solved."""
    return bool(d.body.step == "solved")


class OperationsSettings(Schema):
    """When customers are followed up."""

    follow_up_days = Whole(
        required=True, validate=validate.Range(1, 3650),
        metadata=meta("回访周期", "Days until the follow-up", "days", "2.4", "follow-up"),
    )  # fmt: skip

    groups = {"follow-up": ("跟进", "Follow-up")}  # noqa: RUF012 - marshmallow reads it as it is


class Operations(ServiceDesk):
    """Four procedures, each with a list that must be complete before it is closed."""

    code = "service-desk.operations"
    name = ("客户服务操作手册", "Customer service operation manual")
    Settings = OperationsSettings
    details = details.operations(CLASSES)
    heading = (
        Section("2", "服务流程", "Process"),
        Section("3", "服务技能", "Skills"),
    )
    records = ("customer-file", "disclosure")
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), PROBLEMS)
    example: ClassVar = {"follow_up_days": 30}

    def services(self, _s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        complete = After(COMPLETE, "2.2")
        return [
            service(
                "reception", "2.1",
                step("greeted", "2.1.1"),
                step("need-recorded", "2.1.2", details=("need",), asks="2.1.2"),
                step("papers-told", "2.1.3", details=("papers",), asks="2.1.3"),
                step("forms-filled", "2.1.3"),
                step("flow-explained", "2.1.4"),
                step("time-estimated", "2.1.4", details=("duration",), asks="2.1.4"),
                step("fee-told", "2.1.4", details=("fee",), asks="2.1.4"),
                needs=(
                    Need("need", by=("need-recorded",)), Need("papers", by=("papers-told",)),
                    Need("forms", by=("forms-filled",)), Need("flow", by=("flow-explained",)),
                    Need("time", by=("time-estimated",)), Need("fee", by=("fee-told",)),
                ),
            ),
            service(
                "data", "2.2",
                step("paper-rejected", "2.2.1", details=("paper", "reason"), rejects="paper",
                     bars=(Bar("unknown", not_handed_in, field="details.paper"),)),
                step("analysed", "2.2.2", after=(complete,)),
                step("report-delivered", "2.2.3", after=(complete, After("analysed", "2.2"))),
                listed="papers", refuses=(Bar("unknown", no_list, field="details.papers"),),
                numbers={"papers": "2.2.1"},
                needs=(
                    Need("analysis", by=("analysed",), when=unless(lacking)),
                    Need("report", by=("report-delivered",), when=unless(lacking)),
                ),
            ),
            service(
                "problem", "2.3",
                step("cause-found", "2.3.2", details=("cause",)),
                step("solution-explained", "2.3.3"),
                step("solved", "2.3.4"),
                details=("class", "priority"),
                refuses=(
                    Bar("unknown", unclassed, field="details.class"),
                    Bar("unknown", unranked, field="details.priority"),
                ),
                needs=(
                    Need("cause", by=("cause-found",)),
                    Need("explanation", by=("solution-explained",)), "solved",
                ),
            ),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        return [
            Contacts("2.4", "follow-up", details=("need", "satisfaction")),
            Cycle(
                "2.4", "follow-up", days=s.follow_up_days, begins=False, repeats=False,
                anybody=True,
                restarts={"visit": told, "close": received, "progress": solved},
            ),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
