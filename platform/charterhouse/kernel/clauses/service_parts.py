"""Parts of services: conditions, what something brings about, papers, what comes before, bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft

Condition = Callable[[Draft, Mapping[str, Any]], bool]
"""Whether something holds for a request: (draft, content of the request)."""


DayOf = Callable[[Draft, Mapping[str, Any]], date]
"""The day, or the moment, that an event or the request of which it speaks gives: (draft, content)."""


_UNDONE = 4
"""The length of the row of a step that no longer counts as done."""


def always(_d: Draft, _content: Mapping[str, Any]) -> bool:
    """Without a condition."""
    return True


def in_tiers(*tiers: str) -> Condition:
    """The member had one of these tiers when the request was opened."""
    return lambda _d, content: content["tier"] in tiers


def _is(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, tuple) else value == wanted


def said(**details: Any) -> Condition:
    """The details of the event are these; a tuple means any of its values."""
    return lambda d, _content: all(_is(detail(d.body, k), v) for k, v in details.items())


def asked(**details: Any) -> Condition:
    """The details of the request are these; a tuple means any of its values."""
    return lambda _d, content: all(_is(content["details"].get(k), v) for k, v in details.items())


def told(step: str, name: str, *values: Any) -> Condition:
    """A step that keeps a detail was done with one of these values, at any of its occurrences."""
    return lambda _d, content: any(
        value in values for value in content.get("values", {}).get(f"{step}.{name}", ())
    )


def last_said(content: Mapping[str, Any], step: str, name: str) -> Any:
    """The detail of the last occurrence of a step; None where it was not said."""
    return content.get("said", {}).get(step, {}).get(name)


@dataclass(frozen=True, slots=True)
class Ends:
    """A flag or task that a step ends.

    Attributes:
        when: the condition under which it does, looked at when the step is done.
    """

    code: str
    when: Condition = always


@dataclass(frozen=True, slots=True)
class Then:
    """What a step, an approval or a closing brings about.

    Attributes:
        sort: "task", "notice", "flag", "record" or "cite" (its number speaks, and nothing more).
        clause: the number that speaks; "" for that of the service.
        due: of a task, the day for which it is.
    """

    sort: str
    code: str
    clause: str = ""
    when: Condition = always
    due: DayOf | None = None


def task(
    code: str, clause: str = "", *, when: Condition = always, due: DayOf | None = None
) -> Then:
    """Raise a task."""
    return Then("task", code, clause, when, due)


def notice(code: str, clause: str = "", *, when: Condition = always) -> Then:
    """Send a notice to the member."""
    return Then("notice", code, clause, when)


def flag(code: str, clause: str = "", *, when: Condition = always) -> Then:
    """Put a flag on the request."""
    return Then("flag", code, clause, when)


def record(code: str, clause: str = "", *, when: Condition = always) -> Then:
    """Write a record in the member's file."""
    return Then("record", code, clause, when)


def cited(code: str, clause: str, *, when: Condition = always) -> Then:
    """The number of a rule speaks."""
    return Then("cite", code, clause, when)


def asked_or_said(**details: Any) -> Condition:
    """The details of the event are these, or where it does not say those of the request."""
    return lambda d, content: all(
        _is((getattr(d.body, "details", None) or {}).get(k, content["details"].get(k)), v)
        for k, v in details.items()
    )


def unless(condition: Condition) -> Condition:
    """Something does not hold."""
    return lambda d, content: not condition(d, content)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that a request needs.

    Attributes:
        code: under which it is said to be missing.
        any_of: further documents any of which stands for it.
        when: the condition under which it is needed.
        waived: number cited where it is not needed at the opening; "" for none.
        counts: the condition under which it counts when it is handed in; else it is as if it had
            not been, and `clause` is cited.
        clause: number that speaks for it; "" for that of the papers.
    """

    code: str
    any_of: tuple[str, ...] = ()
    when: Condition = always
    waived: str = ""
    counts: Condition = always
    clause: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The documents any of which settles it."""
        return (self.code, *self.any_of)


def done(*steps: str) -> Condition:
    """One of these steps was done, or is done by this event."""
    return lambda _d, content: any(
        row[0] in steps and len(row) < _UNDONE for row in content["steps"]
    )


def lacking(_d: Draft, content: Mapping[str, Any]) -> bool:
    """Papers are missing."""
    return bool(content["lacking"])


@dataclass(frozen=True, slots=True)
class After:
    """Something that has to be done before, with what is said otherwise.

    Attributes:
        code: a step, "approved" or "complete" papers.
        clause: the number that refuses; "" for that of the step.
    """

    code: str
    clause: str = ""
    reason: str = "order_violation"


@dataclass(frozen=True, slots=True)
class Bar:
    """A condition under which a step is refused.

    Attributes:
        reason: code of the refusal; `incomplete` names `field` as missing.
        clause: the number that refuses; "" for that of the step.
    """

    reason: str
    when: Condition
    clause: str = ""
    field: str = ""


__all__ = [
    "After", "Bar", "Condition", "DayOf", "Ends", "Paper", "Then", "always", "asked",
    "asked_or_said", "cited", "done", "flag", "in_tiers", "lacking", "last_said", "notice", "record",
    "said", "task", "told", "unless",
]  # fmt: skip
