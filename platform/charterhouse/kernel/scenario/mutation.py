"""Which clauses can be left out without any story noticing.

A mutant is the charter without one clause, or with one clause deaf to one of its
bindings. It is told the stories that asked that clause for something, those in
which it spoke first, and each mutant only until a story notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from charterhouse.kernel.charter import Charter, Clause
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.coverage import CHOICE, TIME, Act, Coverage, Named, named
from charterhouse.kernel.scenario.loading import Scenario
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.kernel.scenario.running import run_scenario

Mutant = Named | Act
"""What is left out: a whole clause, or one thing that it does."""


def mutants_of(coverage: Coverage, *, handlers: bool = False) -> list[Mutant]:
    """Every clause with an effect; with `handlers` also each of the things that it does."""
    found: list[Mutant] = []
    for name, acts in coverage.acts.items():
        found.append(name)
        if handlers and len(acts) > 1:
            found.extend(acts)
    return found


def unnoticed(coverage: Coverage, mutants: Iterable[Mutant], zone: tzinfo) -> list[Mutant]:
    """Those of the mutants for which every story still holds."""
    return [each for each in mutants if not is_noticed(coverage, each, zone)]


def is_noticed(coverage: Coverage, mutant: Mutant, zone: tzinfo) -> bool:
    """Whether some story no longer holds, or its charter no longer compiles."""
    changed = without(coverage.charter, mutant)
    return any(_falls(changed, story, zone) for story in _telling(coverage, mutant))


def _telling(coverage: Coverage, mutant: Mutant) -> Iterator[Scenario]:
    """The stories that can notice, the likely ones first.

    What nobody asks for says nothing. A whole clause is told all stories at last: it may
    be there for others to read, or for the codes that it makes known.
    """
    acts = {mutant} if isinstance(mutant, Act) else set(coverage.acts[mutant])
    spoken = [each for each in coverage.stories if acts & each.heard.spoke]
    called = [each for each in coverage.stories if acts & each.heard.called]
    others = coverage.stories if isinstance(mutant, Named) else ()
    spoken.sort(key=lambda each: len(each.story.steps))
    seen: set[int] = set()
    for each in (*spoken, *called, *others):
        if id(each) not in seen:
            seen.add(id(each))
            yield each.story


def _falls(charter: Charter, story: Scenario, zone: tzinfo) -> bool:
    try:
        return bool(run_scenario(story, MemoryWorld(charter, story.settings, zone)))
    except Exception:  # noqa: BLE001 - a list that no longer compiles is noticed
        return True


def without(charter: Charter, mutant: Mutant) -> Charter:
    """The charter without a clause, or with a clause that is deaf to one thing."""
    name = mutant if isinstance(mutant, Named) else mutant.clause

    def leave_out(clauses: list[Clause]) -> list[Clause]:
        return [c for c, n in zip(clauses, named(clauses), strict=True) if n != name]

    def deafen(clauses: list[Clause]) -> list[Clause]:
        for clause, found in zip(clauses, named(clauses), strict=True):
            if found == name and isinstance(mutant, Act):
                _deafen(clause, mutant)
        return clauses

    return rearranged(charter, leave_out if isinstance(mutant, Named) else deafen)


def _deafen(clause: Any, act: Act) -> None:
    if act.trigger == TIME:
        # Without a moment nothing becomes due, nothing expires and nothing is forgiven.
        setattr(clause, "next_due" if act.method == "due" else act.method, _never)
        return
    if act.trigger == CHOICE:
        clause.objects = _never
        return
    left = [b for b in clause.bound() if (b.method, b.trigger) != (act.method, act.trigger)]
    clause.bound = lambda: left


def _never(*_: object) -> datetime | None:
    return None
