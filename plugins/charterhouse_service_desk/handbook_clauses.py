"""What only the handbook knows: timetables, places of delivery, compensation of actual loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRANT, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.money import parse_fen

COMPLAINT, ASSESSED = "complaint", "loss-assessed"
CLAIM, LOSS, OWN_ERROR = "claim", "loss", "own_error"


def has_timetable(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The event names a date or moment by which it is solved."""
    try:
        read_moment(detail(d.body, "timetable"), "timetable", d.now.tzinfo)
    except EventError:
        return False
    return True


def elsewhere(d: Draft, content: Mapping[str, Any]) -> bool:
    """The delivery goes to another place than the order names."""
    named, place = content["details"].get("place"), detail(d.body, "place")
    return named not in (None, "") and place is not None and str(place) != str(named)


def is_unclear(d: Draft, _content: Mapping[str, Any]) -> bool:
    """What is told of a loss is no amount, or neither yes nor no."""
    amounts = [detail(d.body, name) for name in (CLAIM, LOSS)]
    unread = any(given is not None and fen_of(given) is None for given in amounts)
    return unread or not isinstance(detail(d.body, OWN_ERROR), bool | None)


def fen_of(value: Any) -> int | None:
    """An amount among the details, in fen; None where it is none."""
    try:
        return parse_fen(value)
    except EventError:
        return None


class Compensation(Clause):
    """An approved complaint pays the actual loss that an error of the own side caused.

    The smaller of claim and proved loss as last assessed. Beside `Services`, which knows when it
    may be decided.

    Args:
        cap: the highest compensation, in fen; 0 for none.
    """

    def __init__(self, number: str, *, cap: int) -> None:
        super().__init__(number)
        self.cap = cap

    @staticmethod
    def _assessed(d: Draft) -> Mapping[str, Any] | None:
        """What was assessed, where this decision approves a compensation."""
        request = d.subject
        if request is None or request.content.get("service") != COMPLAINT:
            return None
        said: Mapping[str, Mapping[str, Any]] = request.content.get("said", {})
        return said.get(ASSESSED) if d.body.outcome == "approved" else None

    @on("decide", phase=GUARD, rank=60)
    def eligible(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse the approval without an error of the own side."""
        assessed = self._assessed(d)
        if assessed is not None and assessed.get(OWN_ERROR) is not True:
            yield fx.Refuse("not_eligible", "decide.outcome")

    @on("decide", phase=GRANT, rank=60)
    def pay(self, d: Draft) -> Iterator[fx.Effect]:
        """Pay it out."""
        assessed = self._assessed(d)
        if assessed is None:
            return
        amount = min(fen_of(assessed[CLAIM]) or 0, fen_of(assessed[LOSS]) or 0)
        amount = min(amount, self.cap) if self.cap else amount
        yield fx.PayOut(amount, "@compensation")


__all__ = [
    "ASSESSED", "CLAIM", "COMPLAINT", "LOSS", "OWN_ERROR", "Compensation", "elsewhere",
    "has_timetable", "is_unclear",
]  # fmt: skip
