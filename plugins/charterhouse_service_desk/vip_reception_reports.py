"""Stays and costs of gifts by level and month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from charterhouse.kernel.report import Entry, Row
from charterhouse_service_desk.common_reports import monthly
from charterhouse_service_desk.vip_reception_levels import LEVELS
from charterhouse_service_desk.vip_reception_texts import LABELS


def _level(entry: Entry) -> str:
    """The level of a stay: gifts are kept in lots of their level."""
    lots = (p.lot for p in entry.postings if p.account.startswith("right/") and not p.of_house)
    return next(lots, "")


def _stays(entries: list[Entry]) -> Iterator[Row]:
    stays = Counter(_level(e) for e in entries if e.verb == "request")
    gifts: Counter[str] = Counter()
    costs: Counter[str] = Counter()
    for entry in (e for e in entries if e.verb == "use"):
        gifts[_level(entry)] += 1
        costs[_level(entry)] += int(entry.figures.get("gift_cost", 0))
    for level in reversed(LEVELS):
        zh, en = LABELS[level]
        yield Row(f"stays.{level}", f"{zh}：住店", f"{en}: stays", stays[level])
        yield Row(f"gifts.{level}", f"{zh}：礼品", f"{en}: gifts", gifts[level])
        yield Row(f"costs.{level}", f"{zh}：礼品成本", f"{en}: cost of gifts", costs[level], "yuan")


STAYS = monthly("stays", "住店与礼品成本", "Stays and costs of gifts", _stays)

__all__ = ["STAYS"]
