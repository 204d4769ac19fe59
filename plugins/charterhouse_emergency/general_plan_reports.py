"""Waiting times by group and measure, and measures used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_emergency.common_reports import (
    minutes,
    monthly,
    named,
    since_opening,
    tally,
)
from charterhouse_emergency.general_plan_texts import LABELS


def _rows(entries: list[Entry]) -> Iterator[Row]:
    waited: dict[tuple[str, str], list[int]] = defaultdict(list)
    for opening, seconds in since_opening(entries, "called"):
        waited[str(opening.body["service"]), opening.tier].append(seconds)
    for (service, tier), found in sorted(waited.items()):
        (zh, en), (group_zh, group_en) = named(service, LABELS), named(tier, LABELS)
        title = (f"{zh}等候（{group_zh}）", f"Waiting for {en} ({group_en})")
        yield from minutes(f"waiting.{service}.{tier or '-'}", title, found)
    used = Counter(str(each.body["benefit"]) for each in entries if each.verb == "use")
    yield from tally("used", ("已享措施", "Measures used"), used, LABELS)


WAITING = monthly("waiting", "等候时间与措施", "Waiting times and measures", _rows)

__all__ = ["WAITING"]
