"""Promises kept and broken, satisfaction, complaints without result, by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.common_reports import monthly
from charterhouse_service_desk.execution_clauses import ANALYSED, ANSWERS, POSTPONED, SURVEY
from charterhouse_service_desk.execution_texts import LABELS


def _promises(entries: list[Entry]) -> Iterator[Row]:
    given: set[str] = set()
    kept = postponed = 0
    for each in (e for e in entries if e.verb == "progress"):
        id_, step = str(each.body["request"]), each.body["step"]
        if step in (ANALYSED, POSTPONED) and (each.body.get("details") or {}).get("expected_by"):
            given.add(id_)
            postponed += step == POSTPONED
        if step == "solved" and id_ in given:
            kept += not any(r.code == "late" for r in each.raised)
    broken = sum(r.code == "overdue" for e in entries for r in e.raised)
    yield Row("promised", "承诺时间的事项", "Promised a time", len(given))
    yield Row("postponed", "改期", "Postponements", postponed)
    yield Row("kept", "按时解决", "Promises kept", kept)
    yield Row("broken", "逾期", "Promises broken", broken)
    complaints = [e for e in entries if e.verb == "request" and e.body["service"] == "complaint"]
    told = {str(e.body["request"]) for e in entries if e.body.get("step") == "result-told"}
    without = sum(str(e.body["id"]) not in told for e in complaints)
    yield Row("without_result", "尚未告知结果的投诉", "Complaints without result", without)


def _satisfaction(entries: list[Entry]) -> Iterator[Row]:
    surveys = [e for e in entries if e.verb == "record" and e.body["kind"] == SURVEY]
    answers = Counter(str(e.body["details"]["answer"]) for e in surveys)
    yield Row("surveys", "调查", "Surveys", len(surveys))
    for answer in ANSWERS:
        yield Row(f"answer.{answer}", *LABELS[answer], answers[answer])
    share = 100 * answers["satisfied"] // len(surveys) if surveys else 0
    yield Row("share", "满意率（%）", "Share of satisfied (%)", share, "percent")


PROMISES = monthly("promises", "承诺与投诉结果", "Promises and results", _promises)
SATISFACTION = monthly("satisfaction", "满意度", "Satisfaction", _satisfaction)

__all__ = ["PROMISES", "SATISFACTION"]
