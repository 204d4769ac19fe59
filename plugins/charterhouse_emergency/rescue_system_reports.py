"""Arrival of consultants by department, oral orders written in time, and breaches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues
from charterhouse_emergency.common_reports import between, named, said, steps, times
from charterhouse_emergency.rescue_system_texts import LABELS


def pairs(
    entries: Iterable[Entry], start: str, until: str, by: str = ""
) -> Iterator[tuple[Entry, Entry]]:
    """Starts with the ends that settled them, the oldest first."""
    waiting: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for each in steps(entries, start, until):
        open_ = waiting[str(each.body["request"]), said(each, by) if by else ""]
        if each.body["step"] == start:
            open_.append(each)
        elif open_:
            yield open_.pop(0), each


def _fold(entries: Iterable[Entry], s: SettingValues) -> list[Row]:
    listed = list(entries)
    return [*_consultations(listed, s), *_orders(listed, s), *_breaches(listed)]


def _consultations(entries: list[Entry], s: SettingValues) -> Iterator[Row]:
    in_time: Counter[str] = Counter()
    arrived: Counter[str] = Counter()
    for start, end in pairs(entries, "consultation-called", "consultant-arrived", "department"):
        seconds, department = between(start, end), said(start, "department")
        arrived[department] += 1
        in_time[department] += seconds is not None and seconds <= s.consultation_minutes * 60
    for code, number in sorted(arrived.items()):
        zh, en = named(code, LABELS)
        yield Row(f"arrived.{code}", f"会诊到位：{zh}", f"Consultants arrived: {en}", number)
        yield Row(f"in_time.{code}", f"按时到位：{zh}", f"Arrived in time: {en}", in_time[code])


def _orders(entries: list[Entry], s: SettingValues) -> Iterator[Row]:
    oral = [
        each for each in entries
        if each.body.get("step") == "order-written" or said(each, "form") == "oral"
    ]  # fmt: skip
    waited = [between(start, end) for start, end in pairs(oral, "order-given", "order-written")]
    given = sum(1 for _ in steps(oral, "order-given"))
    met = sum(
        1 for seconds in waited if seconds is not None and seconds <= s.oral_order_minutes * 60
    )
    yield Row("oral", "口头医嘱", "Oral orders", given)
    yield Row("written", "已补记", "Written down", len(waited))
    yield Row("written_in_time", "按时补记", "Written down in time", met)


def _breaches(entries: list[Entry]) -> Iterator[Row]:
    violations = times(entries, "flag", "sample-not-first")
    yield Row("sample_not_first", "未先留血样", "Without a sample first", violations)
    incomplete = times(entries, "task", "replenish")
    yield Row("replenish", "设备药品不齐备", "Equipment incomplete", incomplete)


RESCUES = Report("rescues", "抢救质量", "Quality of rescues", "month", _fold)

__all__ = ["RESCUES", "pairs"]
