"""Assessed patients by level and means, the time to the doctor, and results returned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_emergency.common_reports import (
    between,
    minutes,
    monthly,
    opened,
    said,
    steps,
    tally,
)
from charterhouse_emergency.outpatient_critical_texts import LABELS


def _rows(entries: list[Entry]) -> Iterator[Row]:
    assessed = {str(each.body["request"]): each for each in steps(entries, "risk-assessed")}
    levels = Counter(said(each, "level") for each in assessed.values())
    yield from tally("level", ("分级", "Level"), levels, LABELS)
    means = Counter(
        said(each, "means")
        for each in steps(entries, "transport-chosen")
        if each.tier == "critical"
    )
    yield from tally("means", ("危重患者转运", "Critical patients taken by"), means, LABELS)
    yield from minutes("doctor", ("评估至医生", "From assessment to doctor"), _to_doctor(entries))
    exams = [e for e in opened(entries).values() if e.body["service"] == "escorted-exam"]
    yield Row("exams", "护送检查", "Escorted examinations", len(exams))
    back = {str(each.body["request"]) for each in steps(entries, "result-returned")}
    yield Row("results", "结果已回报", "Results returned", len(back))


def _to_doctor(entries: list[Entry]) -> Iterator[int]:
    """Seconds from the last assessment of each request to its first doctor."""
    last: dict[str, Entry] = {}
    seen: set[str] = set()
    for each in steps(entries, "risk-assessed", "doctor-called-out", "called"):
        id_ = str(each.body["request"])
        if each.body["step"] == "risk-assessed":
            last[id_] = each
            continue
        passed = between(last.get(id_), each)
        if passed is not None and id_ not in seen:
            seen.add(id_)
            yield passed


CRITICAL = monthly("critical", "急危重症患者", "Acute and critical patients", _rows)

__all__ = ["CRITICAL"]
