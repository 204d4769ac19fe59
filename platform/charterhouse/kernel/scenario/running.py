"""Running scenarios against a world and comparing what came out with what is expected."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from charterhouse.kernel.decision import Decision, Document, Outcome
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen, show_fen
from charterhouse.kernel.program import Book
from charterhouse.kernel.scenario import requests
from charterhouse.kernel.scenario.loading import Scenario, Step
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.vocabulary import Body

_ABSENT = object()

FEN_BALANCES = ("stored_value", "credit", "spend_total", "deposit", "dividends")
POINT_BALANCES = ("points", "lifetime_points")
FEN_FIGURES = (
    "due", "from_stored_value", "from_credit", "from_points", "to_pay", "refund", "donation",
)  # fmt: skip


class World(Protocol):
    """Where a story happens: the memory world or a tenant's real store."""

    @property
    def book(self) -> Book:
        """The charter's versions so far."""
        ...

    def introduce(self, ref: str, facts: Mapping[str, Any]) -> None:
        """Tell what is known of a person."""
        ...

    def submit(self, body: Body, at: datetime) -> Outcome:
        """Decide an event and keep what came out."""
        ...

    def advance(self, until: datetime) -> list[Decision]:
        """Bring everybody to a moment."""
        ...

    def standing(self, ref: str) -> Standing:
        """A person's standing."""
        ...

    def document(self, doc_id: str) -> Document | None:
        """A document by id."""
        ...

    def requests(self) -> list[Document]:
        """Every request, open or over."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that did not hold."""

    step: int
    line: int
    key: str
    expected: Any
    got: Any
    trace: tuple[str, ...] = ()


@dataclass(slots=True)
class Observed:
    """What a step brought about."""

    step: Step
    world: World
    passed: list[Decision]
    decision: Decision | None
    member: str
    failures: list[Failure] = field(default_factory=list)

    @property
    def decisions(self) -> list[Decision]:
        """What came due before, and the decision of the event if it was accepted."""
        accepted = [self.decision] if self.decision and self.decision.accepted else []
        return [*self.passed, *accepted]

    def raised(self, sort: str) -> set[str]:
        """Codes of the tasks, flags or notices raised by the step."""
        return {r.code for d in self.decisions for r in d.raised if r.sort == sort}

    def noted(self) -> set[str]:
        """Kinds of records counted by the step."""
        return {kind for d in self.decisions for _, kind, _ in d.noted}


def run_scenario(scenario: Scenario, world: World) -> list[Failure]:
    """Tell a story to a world; return every expectation that did not hold.

    An exception inside the charter ends the story with a failure of the key `error`.
    """
    for ref, facts in scenario.people.items():
        world.introduce(ref, facts)
    failures: list[Failure] = []
    for step in scenario.steps:
        try:
            seen = _observe(step, world)
            _compare(seen)
        except Exception as error:  # noqa: BLE001 - a broken charter fails its story, not the run
            failures.append(Failure(step.number, step.line, "error", None, *_broken(error)))
            break
        failures.extend(seen.failures)
    return failures


def _broken(error: Exception) -> tuple[str, tuple[str, ...]]:
    """What was raised, and the last places that it came through."""
    places = traceback.extract_tb(error.__traceback__)[-3:]
    trace = tuple(f"{Path(p.filename).name}:{p.lineno} in {p.name}" for p in places)
    return f"{type(error).__name__}: {error}", trace


def _observe(step: Step, world: World) -> Observed:
    passed = world.advance(step.at)
    decision = None
    if step.body is not None:
        outcome = world.submit(step.body, step.at)
        passed = [*passed, *outcome.passed]
        decision = outcome.decision
    return Observed(step, world, passed, decision, _member(step, world))


def _member(step: Step, world: World) -> str:
    if "member" in step.expect:
        return str(step.expect["member"])
    body = step.body
    ref = getattr(body, "member", None) or getattr(body, "person", None)
    if ref is None and getattr(body, "of", None):
        document = world.document(getattr(body, "of", ""))
        ref = document.member if document else None
    return str(ref or requests.subject_of(body, step.expect, world))


def _compare(seen: Observed) -> None:
    _compare_refusal(seen)
    for key, expected in seen.step.expect.items():
        if key in ("member", "refused"):
            continue
        try:
            got = _GETTERS[key](seen, key, expected)
        except EventError as error:
            got = str(error)
        if got is not _ABSENT:
            _fail(seen, key, expected, got)


def _fail(seen: Observed, key: str, expected: Any, got: Any) -> None:
    trace: list[str] = []
    if seen.decision is not None:
        trace = [f"{c.clause} {c.phase} {c.did} {c.about}" for c in seen.decision.trace]
        if seen.decision.refusal:
            trace.append(f"refused {seen.decision.refusal}")
    step = seen.step
    seen.failures.append(Failure(step.number, step.line, key, expected, got, tuple(trace)))


def _compare_refusal(seen: Observed) -> None:
    expected = seen.step.expect.get("refused")
    refusal = seen.decision.refusal if seen.decision else None
    got = refusal.code if refusal else None
    if expected == "any" and got is not None:
        return
    if expected != got:
        _fail(seen, "refused", expected, got)


# Each getter returns _ABSENT when the expectation holds, else what it got.


def _same(expected: Any, got: Any) -> Any:
    return _ABSENT if expected == got else got


def _clause(seen: Observed, _key: str, expected: Any) -> Any:
    if seen.decision is None:
        cited: Iterable[str] = {c for d in seen.passed for c in d.clauses}
    elif seen.decision.refusal:
        cited = {seen.decision.refusal.clause}
    else:
        cited = seen.decision.clauses
    wanted = expected if isinstance(expected, list) else [expected]
    return _ABSENT if set(wanted) <= set(cited) else sorted(cited)


def _figure(seen: Observed, key: str, expected: Any) -> Any:
    figures = seen.decision.figures if seen.decision else {}
    got = sum(d.figures.get(key, 0) for d in seen.passed) if key in ("refund", "donation") else 0
    got += figures.get(key, 0)
    return _ABSENT if parse_fen(expected) == got else show_fen(got)


def _lines(seen: Observed, _key: str, expected: Any) -> Any:
    got = list(seen.decision.figures.get("lines", [])) if seen.decision else []
    wanted = [parse_fen(line) for line in expected]
    return _ABSENT if wanted == got else [show_fen(line) for line in got]


def _fen_balance(seen: Observed, key: str, expected: Any) -> Any:
    got = seen.world.standing(seen.member).balance(key)
    return _ABSENT if parse_fen(expected) == got else show_fen(got)


def _point_balance(seen: Observed, key: str, expected: Any) -> Any:
    return _same(expected, seen.world.standing(seen.member).balance(key))


def _owed(seen: Observed, _key: str, expected: Any) -> Any:
    got = seen.world.standing(seen.member).owes
    return _ABSENT if parse_fen(expected) == got else show_fen(got)


def _points_earned(seen: Observed, key: str, expected: Any) -> Any:
    if seen.decision is None:
        return _same(expected, 0)
    referrer = str(seen.decision.figures.get("referrer") or "")
    owner = referrer if key.startswith("referrer") else seen.member
    if key.startswith("referrer") and owner == seen.member:
        return _same(expected, 0)
    return _same(expected, seen.decision.change_of(owner, "points"))


def _attribute(seen: Observed, key: str, expected: Any) -> Any:
    got = getattr(seen.world.standing(seen.member), key)
    return _same(expected, got.isoformat() if hasattr(got, "isoformat") else got)


def _benefits(seen: Observed, _key: str, expected: Any) -> Any:
    at = seen.step.at
    left = seen.world.book.at(at).remaining(seen.world.standing(seen.member), at)
    got = {code: "unlimited" if left.get(code, 0) is None else left.get(code, 0)
           for code in expected}  # fmt: skip
    return _same(dict(expected), got)


def _raised(seen: Observed, key: str, expected: Any) -> Any:
    got = seen.raised(key.removesuffix("s"))
    return _ABSENT if set(expected) <= got else sorted(got)


def _absent(seen: Observed, _key: str, expected: Any) -> Any:
    found = {
        key: sorted(set(codes) & (seen.noted() if key == "records" else seen.raised(key[:-1])))
        for key, codes in expected.items()
    }
    return found if any(found.values()) else _ABSENT


def _missing(seen: Observed, _key: str, expected: Any) -> Any:
    refusal = seen.decision.refusal if seen.decision else None
    got = refusal.missing if refusal else requests.lacking(seen.step.body, seen.world)
    return _ABSENT if set(expected) == set(got) else sorted(got)


def _records(seen: Observed, _key: str, expected: Any) -> Any:
    counts = seen.world.standing(seen.member).records
    return _same(dict(expected), {kind: counts.get(kind, 0) for kind in expected})


def _requests(seen: Observed, _key: str, expected: Any) -> Any:
    wrong = requests.differences(expected, seen.world, seen.step.at.tzinfo)
    return wrong or _ABSENT


def _queue(seen: Observed, _key: str, expected: Any) -> Any:
    return _same(list(expected), requests.queue_at(seen.step.body, seen.world, seen.step.at))


_GETTERS: dict[str, Callable[[Observed, str, Any], Any]] = {
    "clause": _clause,
    "lines": _lines,
    "owed": _owed,
    "points_earned": _points_earned,
    "referrer_points_earned": _points_earned,
    "benefits": _benefits,
    "tasks": _raised,
    "flags": _raised,
    "notices": _raised,
    "absent": _absent,
    "missing": _missing,
    "records": _records,
    **dict.fromkeys(FEN_FIGURES, _figure),
    **dict.fromkeys(FEN_BALANCES, _fen_balance),
    **dict.fromkeys(POINT_BALANCES, _point_balance),
    "request": _requests,
    "queue": _queue,
    **dict.fromkeys(("status", "kind", "tier", "valid_until", "card", "members"), _attribute),
}
