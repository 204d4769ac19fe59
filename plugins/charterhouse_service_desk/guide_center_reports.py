"""Journeys, times between stations, hand-overs and escalations by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.common_reports import monthly
from charterhouse_service_desk.guide_center_clauses import DISCHARGE, JOURNEY, ROWS
from charterhouse_service_desk.guide_center_texts import LABELS


def _journeys(entries: list[Entry]) -> Iterator[Row]:
    opened = {
        str(e.body["id"]): e.at
        for e in entries
        if e.verb == "request" and e.body.get("service") == JOURNEY
    }
    steps = [e for e in entries if e.verb == "progress"]
    counts = Counter(str(e.body["step"]) for e in steps)
    yield Row("journeys", "全程服务", "Journeys", len(opened))
    yield Row("ended", "已离院", "Ended with discharge", counts[DISCHARGE])
    yield from _between(opened, steps)
    yield Row("handed_over", "交接楼层导医", "Hand-overs to floor guides", counts["handed-over"])
    yield Row("escorted", "护送到科室", "Escorts to departments", counts["escorted"])
    yield Row("sudden_change", "病情突变", "Sudden changes", counts["sudden-change"])
    yield Row("to_emergency", "送急诊科", "Sent to the emergency department",
              counts["sent-to-emergency"])  # fmt: skip
    violations = sum(r.code == "doctor-not-notified" for e in entries for r in e.raised)
    yield Row("violations", "未先通知医生", "Without a doctor notified before", violations)


def _between(opened: dict[str, datetime | None], steps: list[Entry]) -> Iterator[Row]:
    """Minutes from the station before, on average, of journeys opened in the period."""
    last = dict(opened)
    waited: dict[str, list[int]] = defaultdict(list)
    for each in steps:
        id_, before = str(each.body["request"]), last.get(str(each.body["request"]))
        if before is None or each.at is None:
            continue
        waited[str(each.body["step"])].append(int((each.at - before).total_seconds()) // 60)
        last[id_] = each.at
    for station in ROWS:
        if waited[station]:
            zh, en = LABELS[station]
            mean = sum(waited[station]) // len(waited[station])
            yield Row(f"minutes.{station}", f"到达“{zh}”用时（分钟）",
                      f"Minutes until “{en}”", mean, "minutes")  # fmt: skip


JOURNEYS = monthly("journeys", "全程服务统计", "Journeys", _journeys)

__all__ = ["JOURNEYS"]
