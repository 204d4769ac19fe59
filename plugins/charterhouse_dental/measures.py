"""Monthly reports that are sums over the decisions of a month, put together from measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.report import Entry, Report, Row
from charterhouse.kernel.settings import SettingValues

Of = Callable[[Entry], int]
"""What one decision adds to a row."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of a report: its code, its names, what each decision adds, and the unit."""

    code: str
    zh: str
    en: str
    of: Of
    unit: str = "count"


Measures = Callable[[SettingValues], Iterable[Measure]]


More = Callable[[list[Entry], SettingValues], Iterable[Row]]
"""Further rows that need more than a sum."""


def monthly(measures: Measures, more: More | None = None) -> Report:
    """A report by month of the measures that the settings give, and further rows."""

    def fold(entries: Iterable[Entry], s: SettingValues) -> list[Row]:
        kept = list(entries)
        rows = [
            Row(row.code, row.zh, row.en, sum(map(row.of, kept)), row.unit) for row in measures(s)
        ]
        return [*rows, *(more(kept, s) if more else ())]

    return Report("monthly", "月报", "Monthly report", "month", fold)


def told(verb: str, **fields: Any) -> Of:
    """How many events of a verb there were, with these values of their fields."""

    def of(entry: Entry) -> int:
        named = all(entry.body.get(name) == value for name, value in fields.items())
        return int(entry.verb == verb and named)

    return of


def quoted(verb: str, **details: Any) -> Of:
    """How many events of a verb there were, with these values of their details."""

    def of(entry: Entry) -> int:
        said = entry.body.get("details") or {}
        named = all(said.get(name) == value for name, value in details.items())
        return int(entry.verb == verb and named)

    return of


def happened(fact: str, *causes: str) -> Of:
    """How often a fact was announced, for these causes; for any where none is named."""

    def of(entry: Entry) -> int:
        return sum(h.fact == fact and (not causes or h.cause in causes) for h in entry.happenings)

    return of


def raised(code: str) -> Of:
    """How often a task, notice or flag was raised."""
    return lambda entry: sum(each.code == code for each in entry.raised)


def came_in(account: str) -> Of:
    """The fen that came in for a purpose (the house account `@<purpose>`)."""
    name = f"@{account}"
    return lambda entry: -sum(p.amount for p in entry.postings if p.owner == name)


def figure(name: str) -> Of:
    """A figure of the outcome, such as `refund`, in fen."""
    return lambda entry: int(entry.figures.get(name, 0) or 0)


def gained(unit: str = POINTS) -> Of:
    """What members gained in a unit."""
    return lambda entry: sum(p for p in _changes(entry, unit) if p > 0)


def lost(unit: str = POINTS) -> Of:
    """What members spent or lost in a unit."""
    return lambda entry: -sum(p for p in _changes(entry, unit) if p < 0)


def only(of: Of, when: Callable[[Entry], bool]) -> Of:
    """A measure of the decisions that meet a condition."""
    return lambda entry: of(entry) if when(entry) else 0


def _changes(entry: Entry, unit: str) -> Iterator[int]:
    return (p.amount for p in entry.postings if p.account == unit and not p.of_house)


__all__ = [
    "Measure", "Measures", "More", "Of", "came_in", "figure", "gained", "happened", "lost", "monthly",
    "only", "quoted", "raised", "told",
]  # fmt: skip
