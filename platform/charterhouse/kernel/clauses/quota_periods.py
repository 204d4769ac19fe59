"""The periods of a quota: of which year, term or quarter a use counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from charterhouse.kernel.clauses.conditions import last_birthday
from charterhouse.kernel.periods import twelve_months
from charterhouse.kernel.standing import Standing

Period = Callable[[Standing, date], str]
"""The name of the period of a quota to which a day belongs."""


def calendar_year(_standing: Standing, day: date) -> str:
    """From 1 January to 31 December."""
    return str(day.year)


def quarter(_standing: Standing, day: date) -> str:
    """The calendar quarter."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def months(number: int) -> Period:
    """So many calendar months, the first of which begins in January."""
    return lambda _standing, day: f"{day.year}/{number}x{(day.month - 1) // number}"


def term(standing: Standing, _day: date) -> str:
    """The running term."""
    return f"term {standing.term_start or standing.since}"


def membership_year(standing: Standing, day: date) -> str:
    """Twelve months from the day on which the membership (or its present card) began."""
    return f"year {twelve_months(year_start(standing), day)}"


def term_year(standing: Standing, day: date) -> str:
    """Twelve months from the day on which the running term began."""
    return f"year {twelve_months(standing.term_start or standing.since or date.min, day)}"


def year_start(standing: Standing) -> date:
    """The day from which membership years are counted."""
    kept = standing.facts.get(YEAR_START)
    return date.fromisoformat(kept) if kept else standing.since or date.min


YEAR_START = "year_start"
"""The fact that keeps from when membership years count, where it is not the joining day."""


def birthday(standing: Standing, day: date) -> str:
    """From one birthday to the next."""
    return f"birthday {last_birthday(standing, day)}"


def once(_standing: Standing, _day: date) -> str:
    """For good."""
    return "once"


__all__ = [
    "YEAR_START", "Period", "birthday", "calendar_year", "membership_year", "months", "once",
    "quarter", "term", "term_year", "year_start",
]  # fmt: skip
