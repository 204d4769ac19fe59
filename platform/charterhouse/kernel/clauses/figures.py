"""Figures that are handed in: each must agree with what the system has recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft

Figure = int | Decimal | Collection[str]
"""A count, a percentage with two decimals, or a list of names whose order does not matter."""

_CENT = Decimal("0.01")


def percent(part: int, whole: int) -> Decimal:
    """A share in percent with two decimals, half-up; a share of nothing is 0.00."""
    if not whole:
        return Decimal("0.00")
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_CENT, ROUND_HALF_UP)


def agrees(given: Any, recorded: Figure) -> bool:
    """Whether a figure that was handed in is the recorded one."""
    if not isinstance(recorded, int | Decimal):
        return isinstance(given, list) and sorted(map(str, given)) == sorted(recorded)
    if isinstance(given, bool) or not isinstance(given, int | str):
        return False
    try:
        return Decimal(given) == recorded
    except InvalidOperation:
        return False


def checked(d: Draft, recorded: Mapping[str, Figure], number: str) -> Iterator[fx.Effect]:
    """Refuse the event for the first of its details that differs from what is recorded."""
    for name, figure in recorded.items():
        given = detail(d.body, name)
        if given is not None and not agrees(given, figure):
            yield fx.Refuse("not_eligible", f"{d.body.verb}.details.{name}", number=number)


def filled(recorded: Mapping[str, Figure]) -> dict[str, Any]:
    """The figures as a document keeps them."""
    return {
        name: figure if isinstance(figure, int) else
        str(figure) if isinstance(figure, Decimal) else sorted(figure)
        for name, figure in recorded.items()
    }  # fmt: skip


def day_of(d: Draft, name: str) -> date | None:
    """A detail that is a day; None where it is lacking or none."""
    try:
        return date.fromisoformat(str(detail(d.body, name)))
    except ValueError:
        return None


__all__ = ["Figure", "agrees", "checked", "day_of", "filled", "percent"]
