"""What only the execution manual knows: promised times, and surveys of satisfaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.kinds import read_moment

PROMISE, ANALYSED, POSTPONED = "promise", "analysed", "postponed"
SURVEY, UNSATISFIED = "survey", "unsatisfied"
ANSWERS = ("satisfied", "neutral", UNSATISFIED)


def promised(d: Draft, _content: Mapping[str, Any]) -> datetime:
    """The moment that the event names; a bare day is its noon."""
    return read_moment(detail(d.body, "expected_by"), "expected_by", d.now.tzinfo)


def promises(d: Draft, content: Mapping[str, Any]) -> bool:
    """The event is one that promises a time, and what it is about is still to be solved."""
    done = any(row[0] == "solved" for row in content["steps"])
    postponed = d.body.step == POSTPONED
    return not done and (postponed or detail(d.body, "solved_at_once") is False)


def is_not_ahead(d: Draft, content: Mapping[str, Any]) -> bool:
    """A promise without a moment that lies ahead."""
    given = detail(d.body, "expected_by")
    if given is None:
        return d.body.step == ANALYSED and detail(d.body, "solved_at_once") is False
    try:
        ahead = promised(d, content) > d.now
    except EventError:
        ahead = False
    return not ahead


def is_undecided(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The analysis says neither yes nor no."""
    return not isinstance(detail(d.body, "solved_at_once"), bool | None)


def is_broken(d: Draft, content: Mapping[str, Any]) -> bool:
    """A new promise after the one before was broken."""
    return promises(d, content) and _state(content) == "overdue"


def is_none(_d: Draft, content: Mapping[str, Any]) -> bool:
    """There is no promise that is still to be kept."""
    return _state(content) not in ("open", "overdue")


def _state(content: Mapping[str, Any]) -> str:
    kept = content["limits"].get(PROMISE)
    return str(kept[1]) if kept else ""


class Surveys(Clause):
    """Customers are asked whether they are satisfied; those who are not are called.

    Numbers by reason: `unsatisfied`.

    Args:
        task: for an unsatisfied customer.
    """

    def __init__(self, number: str, *, task: str, unsatisfied: str) -> None:
        super().__init__(number, unsatisfied=unsatisfied)
        self.task = task

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (SURVEY,)}

    @on("record", phase=GUARD, rank=30)
    def answered(self, d: Draft) -> Iterator[fx.Effect]:
        """One of the answers, of a customer."""
        if d.body.kind != SURVEY:
            return
        if not d.member:
            yield fx.Lack("member")
        if detail(d.body, "answer") not in ANSWERS:
            yield fx.Refuse("unknown", "record.details.answer")

    @on("record", phase=FOLLOW, rank=40)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on file, and an unsatisfied customer gets an explanation and a solution."""
        if d.body.kind != SURVEY:
            return
        yield fx.Cite(SURVEY)
        number = self.of("unsatisfied")
        yield fx.Note(d.member, SURVEY, number=number)
        if detail(d.body, "answer") == UNSATISFIED:
            yield fx.Note(d.member, UNSATISFIED, number=number)
            yield fx.Raise("task", self.task, d.member, number=number)


def was_asked(d: Draft) -> bool:
    """A survey took place."""
    return bool(d.body.kind == SURVEY)


__all__ = [
    "ANALYSED", "ANSWERS", "POSTPONED", "PROMISE", "SURVEY", "UNSATISFIED", "Surveys",
    "is_broken", "is_none", "is_not_ahead", "is_undecided", "promised", "promises", "was_asked",
]  # fmt: skip
