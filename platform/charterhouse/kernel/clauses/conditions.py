"""What rules depend on: figures that differ by tier or kind, lines of a bill, persons, days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from charterhouse.kernel.bill import Part
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.kinds import Line
from charterhouse.kernel.periods import birthday_in
from charterhouse.kernel.standing import Standing

T = TypeVar("T")


class ByTier(dict[str, T], Generic[T]):
    """A figure for each tier; a tier that is not named has none."""


class ByKind(dict[str, T], Generic[T]):
    """A figure for each kind of membership; a kind that is not named has none."""


class ByDetail(dict[Any, Any]):
    """A figure for each choice that the application made in a detail (a cycle of payment).

    The figures may differ by tier in turn.

    Args:
        name: of the detail.
        default: the choice of an application that names none.
        figures: choice → figure.
    """

    def __init__(self, name: str, default: Any, figures: Mapping[Any, Any]) -> None:
        super().__init__(figures)
        self.name = name
        self.default = default

    def choice(self, standing: Standing) -> Any:
        """What the member chose when applying."""
        details = standing.facts.get("application", {}).get("details", {})
        return details.get(self.name, self.default)


_VARIED = (ByTier, ByKind, ByDetail)

NOTED = "heads_noted"
"""The fact that keeps the number of persons of a group as last told; the next term counts it."""


@dataclass(frozen=True, slots=True)
class PerHead:
    """An amount for each person of a group; a group of enough persons pays nothing.

    Attributes:
        each: fen.
        free_from: persons from which on nothing is paid; 0 for never.
    """

    each: int
    free_from: int = 0

    def of(self, standing: Standing) -> int:
        """What the group pays, by its persons as last told."""
        heads = int(standing.facts.get(NOTED, standing.members))
        return 0 if self.free_from and heads >= self.free_from else self.each * heads


def figure(value: T | ByTier[T] | ByKind[T] | ByDetail | None, standing: Standing) -> T | None:
    """The figure that holds for a standing; figures that differ may differ again inside."""
    found: Any = value
    while isinstance(found, _VARIED):
        if isinstance(found, ByTier):
            found = found.get(standing.tier)
        elif isinstance(found, ByKind):
            found = found.get(standing.kind)
        else:
            found = found.get(found.choice(standing))
    if isinstance(found, PerHead):
        found = found.of(standing)
    return found  # type: ignore[no-any-return]  # the tables hold what they are declared to hold


def figures_of(value: T | ByTier[T] | ByKind[T] | ByDetail) -> list[T]:
    """Every figure that a value may give; of an amount per person that of one."""
    if isinstance(value, PerHead):
        return [value.each]  # type: ignore[list-item]  # fen, as its table says
    if not isinstance(value, _VARIED):
        return [value]
    return [found for each in value.values() for found in figures_of(each)]


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines of a bill a rule is about; what is not said does not matter.

    Attributes:
        items, categories, departments: the line has one of these; the department
            "" stands for a line that names none.
        not_items, not_categories: and none of these.
        medical: whether the line is medical (a line that does not say is).
    """

    items: Collection[str] | None = None
    categories: Collection[str] | None = None
    departments: Collection[str] | None = None
    not_items: Collection[str] = ()
    not_categories: Collection[str] = ()
    medical: bool | None = None

    def has(self, line: Line | Part) -> bool:
        """Whether a line is one of them."""
        if self.items is not None and line.item not in self.items:
            return False
        if self.categories is not None and line.category not in self.categories:
            return False
        if self.departments is not None and (line.department or "") not in self.departments:
            return False
        if line.item in self.not_items or line.category in self.not_categories:
            return False
        medical = getattr(line, "medical", None) is not False
        return self.medical is None or medical == self.medical


ALL_LINES = Lines()

Who = Callable[[Draft], bool]
"""Whether a rule holds for the person of an event."""


def entitled(d: Draft) -> bool:
    """The bill has the rights of the card; any other event has them if it came so far."""
    return d.bill is None or d.bill.entitled


def active(d: Draft) -> bool:
    """The person is an active member, with or without the card at hand."""
    return d.of_member.status in ("active", "withdrawing")


def everybody(_d: Draft) -> bool:
    """Any person."""
    return True


Days = Callable[[Standing, date], bool]
"""Whether a rule holds for a person on a day."""


def on_birthday(standing: Standing, day: date) -> bool:
    """On the birthday itself; 29 February is kept on 28 February in common years."""
    return standing.born is not None and birthday_in(standing.born, day.year) == day


def in_birthday_month(standing: Standing, day: date) -> bool:
    """On any day of the birthday's month."""
    return standing.born is not None and standing.born.month == day.month


def since_birthday(standing: Standing, day: date) -> bool:
    """From the birthday to the end of the calendar year."""
    return standing.born is not None and birthday_in(standing.born, day.year) <= day


def last_birthday(standing: Standing, day: date) -> date | None:
    """The birthday on a day or the last one before it; None where it is not known."""
    if standing.born is None:
        return None
    this_year = birthday_in(standing.born, day.year)
    return this_year if this_year <= day else birthday_in(standing.born, day.year - 1)


def days_after_birthday(days: int) -> Days:
    """From the birthday (day 0) to the end of the n-th day after it, over the year's end too."""

    def holds(standing: Standing, day: date) -> bool:
        last = last_birthday(standing, day)
        return last is not None and (day - last).days <= days

    return holds


def on_days(days: Iterable[date]) -> Days:
    """On certain dates."""
    kept = frozenset(days)
    return lambda _standing, day: day in kept


def on_days_of_month(days: Iterable[int]) -> Days:
    """On certain days of every month; a month that lacks one leaves it out."""
    kept = frozenset(days)
    return lambda _standing, day: day.day in kept


class OnlyTiers(tuple[str, ...]):
    """Tiers, where kinds have the same names."""

    __slots__ = ()


def belongs(standing: Standing, only: Collection[str] | None) -> bool:
    """Whether a standing's tier or kind is among those named; None names all."""
    if only is None or standing.tier in only:
        return True
    return standing.kind in only and not isinstance(only, OnlyTiers)


def detail(body: Any, name: str) -> Any:
    """A detail of an event, or None."""
    details: Mapping[str, Any] | None = getattr(body, "details", None)
    return (details or {}).get(name)


def is_given(value: Any) -> bool:
    """Whether a detail says something: a blank text does not, 0, false and an empty list do."""
    return bool(value.strip()) if isinstance(value, str) else value is not None


__all__ = [
    "ALL_LINES", "NOTED", "ByDetail", "ByKind", "ByTier", "Days", "Lines", "OnlyTiers", "PerHead",
    "Who",
    "active", "belongs",
    "days_after_birthday", "detail", "entitled", "everybody", "figure", "figures_of",
    "in_birthday_month", "is_given", "last_birthday", "on_birthday", "on_days", "on_days_of_month",
    "since_birthday",
]  # fmt: skip
