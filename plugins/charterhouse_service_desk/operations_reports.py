"""Problems by class and priority, and repeated contacts, by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.common_reports import monthly
from charterhouse_service_desk.labels import named
from charterhouse_service_desk.operations_texts import LABELS


def _problems(entries: list[Entry]) -> Iterator[Row]:
    opened = [e for e in entries if e.verb == "request" and e.body["service"] == "problem"]
    yield Row("problems", "问题", "Problems", len(opened))
    by_class = Counter(str(e.body["details"]["class"]) for e in opened)
    for code, number in sorted(by_class.items()):
        zh, en = named(code, LABELS)
        yield Row(f"class.{code}", f"类别：{zh}", f"Class: {en}", number)
    by_priority = Counter(int(e.body["details"]["priority"]) for e in opened)
    for priority, number in sorted(by_priority.items()):
        yield Row(f"priority.{priority}", f"优先级：{priority}", f"Priority: {priority}", number)
    solved = sum(e.verb == "progress" and e.body["step"] == "solved" for e in entries)
    yield Row("solved", "已解决", "Solved", solved)
    again = Counter((e.member, str(e.body["details"]["class"])) for e in opened)
    repeated = sum(number - 1 for number in again.values())
    yield Row(
        "repeated", "同一客户同类问题再次联系", "Repeated contacts on the same problem", repeated
    )


PROBLEMS = monthly("problems", "问题统计", "Problems", _problems)

__all__ = ["PROBLEMS"]
