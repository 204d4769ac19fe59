"""Generic customer service execution manual (客户服务执行操作手册) as a list of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, validate

from charterhouse.kernel.charter import Clause, Section, Text
from charterhouse.kernel.clauses.customers import file_opened
from charterhouse.kernel.clauses.notices import Cycle
from charterhouse.kernel.clauses.services import Bar, Limit, Need, Service, asked, cited
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.report import Opinion
from charterhouse.kernel.settings import SettingValues, Whole, meta
from charterhouse_service_desk import details
from charterhouse_service_desk import execution_texts as texts
from charterhouse_service_desk.common import ServiceDesk, service, step
from charterhouse_service_desk.common_reports import activity, times
from charterhouse_service_desk.execution_clauses import (
    ANALYSED,
    POSTPONED,
    PROMISE,
    SURVEY,
    Surveys,
    is_broken,
    is_none,
    is_not_ahead,
    is_undecided,
    promised,
    promises,
    was_asked,
)
from charterhouse_service_desk.execution_reports import PROMISES, SATISFACTION


def alone(_d: Draft, content: Mapping[str, Any]) -> bool:
    """A complex enquiry without a person in charge."""
    details = content["details"]
    return details.get("complex") is True and not str(details.get("assignee") or "").strip()


def asked_or_opened(d: Draft) -> bool:
    """A survey took place, or the customer's file was opened."""
    return was_asked(d) or file_opened(d)


class ExecutionSettings(Schema):
    """How often customers are asked."""

    survey_months = Whole(
        required=True, validate=validate.Range(1, 120),
        metadata=meta("满意度调查周期", "Period of the survey", "months", "4.4.1", "survey"),
    )  # fmt: skip

    groups = {"survey": ("满意度", "Satisfaction")}  # noqa: RUF012 - marshmallow reads it as it is


class Execution(ServiceDesk):
    """Nobody is left without a person in charge, an expected time and the result."""

    code = "service-desk.execution"
    name = ("客户服务执行操作手册", "Customer service execution manual")
    Settings = ExecutionSettings
    details = details.EXECUTION
    heading = (
        Section("1", "总则", "General"),
        Section("2", "服务理念", "Ideas"),
        Section("3", "服务技能", "Skills"),
        Section("4", "服务流程", "Process"),
        Section("5", "投诉与售后", "Complaints and after-sales"),
    )
    records = ("customer-file", "survey", "unsatisfied", "late", "disclosure")
    labels = texts.LABELS
    reports = (activity(texts.LABELS), times(texts.LABELS), PROMISES, SATISFACTION)
    opinions = (Opinion("record", SURVEY, "answer", ("satisfied",)),)
    example: ClassVar = {"survey_months": 6}

    def services(self, _s: SettingValues) -> list[Service]:
        """See `ServiceDesk.services`."""
        ahead = Bar("incomplete", is_not_ahead, field="expected_by")
        broken = Bar("too_late", is_broken)
        solving = (
            step(ANALYSED, "4.3.3", details=("solved_at_once",), bars=(
                Bar("incomplete", is_undecided, "S2", "solved_at_once"), broken, ahead,
            )),
            step(POSTPONED, "4.3.3", details=("expected_by",), bars=(
                Bar("order_violation", is_none), broken, ahead,
            )),
            step("solved", "4.3.3"),
        )  # fmt: skip
        promise = Limit(
            PROMISE, start=(ANALYSED, POSTPONED), until="solved", on=promised, when=promises,
            renews=True, clause="4.3.3", late="late",
        )  # fmt: skip
        return [
            service(
                "enquiry", "4.2.1",
                step("marked-complex", "4.2.3", details=("assignee",), asks="4.2.3"),
                refuses=(Bar("incomplete", alone, "4.2.3", "assignee"),),
                opening=(cited("complex", "4.2.3", when=asked(complex=True)),),
            ),
            service("problem", "4.3.3", *solving, needs=("solved",), limits=(promise,)),
            service(
                "complaint", "5.1", *solving,
                step("apology-expressed", "5.1.1"), step("content-recorded", "5.1.2"),
                step("result-told", "5.1.3"),
                needs=(
                    Need("apology", by=("apology-expressed",)),
                    Need("content", by=("content-recorded",)),
                    Need("result", by=("result-told",)),
                ),
                limits=(promise,),
            ),
            service("after-sales", "5.2.2", *solving, needs=("solved",), limits=(promise,)),
        ]  # fmt: skip

    def rules(self, s: SettingValues) -> list[Clause]:
        """See `ServiceDesk.rules`."""
        opened = dict.fromkeys(("apply", "visit", "request"), file_opened)
        return [
            Surveys("4.4.1", task="follow-up-unsatisfied", unsatisfied="4.4.3"),
            Cycle(
                "4.4.1", "survey-due", months=s.survey_months, begins=False, repeats=False,
                anybody=True, restarts={"record": asked_or_opened, **opened},
            ),
        ]  # fmt: skip

    def words(self, s: SettingValues) -> dict[str, Text]:
        """See `ServiceDesk.words`."""
        return texts.words(s)
