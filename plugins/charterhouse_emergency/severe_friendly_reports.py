"""Severely ill patients, the time from arrival to treatment, and their satisfaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_emergency.common_reports import (
    minutes,
    monthly,
    said,
    since_opening,
    steps,
    tally,
)
from charterhouse_emergency.severe_friendly_texts import LABELS


def _rows(entries: list[Entry]) -> Iterator[Row]:
    severe = {each.member for each in entries if each.tier == "severe" and each.member}
    yield Row("severe", "病重患者", "Severely ill patients", len(severe))
    waited = [passed for _, passed in since_opening(entries, "treatment-started")]
    yield from minutes("treatment", ("到达至救治", "From arrival to treatment"), waited)
    answers = Counter(said(each, "answer") for each in steps(entries, "satisfaction-recorded"))
    yield from tally("answer", ("满意度", "Satisfaction"), answers, LABELS)


SEVERE = monthly("severe", "病重患者", "Severely ill patients", _rows)

__all__ = ["SEVERE"]
