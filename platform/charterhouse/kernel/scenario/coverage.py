"""Which clauses the stories of a charter exercise: by object, by number and by binding.

A charter is told its stories with every clause overheard. What a clause does at
one of its bindings, when time comes for it, by letting something expire or by
objecting to a policy is an `Act`; an act is exercised when the clause really said something there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import tzinfo
from types import FunctionType
from typing import Any, NamedTuple

from charterhouse.kernel.charter import Charter, Clause
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.document import natural
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Book, Program
from charterhouse.kernel.scenario.loading import Scenario
from charterhouse.kernel.scenario.orders import rearranged
from charterhouse.kernel.scenario.running import run_scenario

TIME = "time"
"""The trigger of what a clause does by itself: `due`, and what it lets expire."""

_TIMED = {"due": "next_due", "expiry": "expiry", "clears": "clears"}
"""Act of time → the method by which a charter has it at all."""

CHOICE = "choice"
"""The trigger of what a clause objects to when the policy is chosen that serves."""

_TELLING = frozenset(
    {"bound", "says", "of", "all_numbers", "texts", "text", "explains", "requirements", "progress",
     "check"}
)  # fmt: skip
"""What a clause offers to read; without anything else it has no effect on any event."""


class Named(NamedTuple):
    """A clause of a compiled list: its number, class, and place among those alike."""

    number: str
    kind: str
    nth: int = 1

    def __str__(self) -> str:
        """As reports and allow-lists write it."""
        again = f" #{self.nth}" if self.nth > 1 else ""
        return f"{self.number} {self.kind}{again}"


class Act(NamedTuple):
    """One thing that a clause does: a method at a verb, at a fact, or by time."""

    clause: Named
    method: str
    trigger: str

    def __str__(self) -> str:
        """As reports and allow-lists write it."""
        return f"{self.clause}.{self.method} on {self.trigger}"


def by_document(name: Named | Act) -> tuple[Any, ...]:
    """Sort key: the order of the document."""
    clause = name if isinstance(name, Named) else name.clause
    return (natural(clause.number), *name)


def named(clauses: Sequence[Clause]) -> list[Named]:
    """The names of the clauses of a list, in its order."""
    seen: Counter[tuple[str, str]] = Counter()
    names: list[Named] = []
    for clause in clauses:
        key = (clause.number, type(clause).__name__)
        seen[key] += 1
        names.append(Named(*key, seen[key]))
    return names


def acts_of(clause: Clause, name: Named) -> list[Act]:
    """Everything that a clause does: at its bindings, and by time."""
    bound = [Act(name, binding.method, binding.trigger) for binding in clause.bound()]
    timed = [Act(name, act, TIME) for act, method in _TIMED.items() if _has(clause, method)]
    chosen = [Act(name, "objects", CHOICE)] if _has(clause, "objects") else []
    return [*dict.fromkeys(bound), *timed, *chosen]


def has_effect(clause: Clause) -> bool:
    """Whether a clause does more than to be read: it acts, or makes codes and benefits known."""
    declared = (name for name in _of_interface() if name not in _TELLING)
    return bool(list(clause.bound())) or any(_has(clause, name) for name in declared)


def _of_interface() -> list[str]:
    own = vars(Clause).items()
    return [name for name, what in own if isinstance(what, FunctionType) and name[0] != "_"]


def _has(clause: Clause, method: str) -> bool:
    return getattr(type(clause), method) is not getattr(Clause, method)


@dataclass(slots=True)
class Heard:
    """What was overheard while stories were told.

    Attributes:
        called: acts that the engine asked for, whether or not the clause said anything.
        spoke: acts in which the clause said something.
        cited: numbers that decisions cite.
        words: codes that the events name.
    """

    called: set[Act] = field(default_factory=set)
    spoke: set[Act] = field(default_factory=set)
    cited: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Told:
    """A story that holds, with what was overheard in it."""

    story: Scenario
    heard: Heard


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the stories of one charter exercise.

    Attributes:
        charter: the charter.
        acts: every clause with an effect → what it does.
        numbers: every number under which such a clause may speak.
        stories: those that hold, each with what it touched; others prove nothing.
        mute: clauses with an effect that no story exercises.
        silent: acts of the other clauses that no story exercises.
        uncited: numbers that no decision cites.
    """

    charter: Charter
    acts: Mapping[Named, tuple[Act, ...]]
    numbers: tuple[str, ...]
    stories: tuple[Told, ...]
    mute: tuple[Named, ...]
    silent: tuple[Act, ...]
    uncited: tuple[str, ...]


def cover(charter: Charter, stories: Iterable[Scenario], zone: tzinfo) -> Coverage:
    """Tell a charter its stories and report what they exercise.

    Stories that do not hold, and disputed ones, are left out.
    """
    known = _Known()
    ear = _Ear(charter, known, zone)
    told = [Told(story, heard) for story in stories if (heard := ear.heard_in(story))]
    known.learn(_clauses_of_example(charter))
    spoke = {act for each in told for act in each.heard.spoke}
    cited = {number for each in told for number in each.heard.cited}
    words = {word for each in told for word in each.heard.words}
    mute = {name for name, acts in known.acts.items() if not _exercised(name, acts, spoke)}
    mute -= {name for name in mute if not known.acts[name] and known.codes[name] & words}
    silent = {a for name, acts in known.acts.items() if name not in mute for a in acts} - spoke
    return Coverage(
        charter,
        {name: known.acts[name] for name in sorted(known.acts, key=by_document)},
        tuple(sorted(known.numbers, key=natural)),
        tuple(told),
        tuple(sorted(mute, key=by_document)),
        tuple(sorted(silent, key=by_document)),
        tuple(sorted(known.numbers - cited, key=natural)),
    )


def _exercised(name: Named, acts: Iterable[Act], spoke: set[Act]) -> bool:
    return any(act in spoke for act in acts) or Act(name, "remaining", TIME) in spoke


def _clauses_of_example(charter: Charter) -> list[Clause]:
    """The clauses with the sample figures: some stand there that no story's settings have."""
    return Program(charter, charter.example).clauses


class _Known:
    """The clauses met so far: their lists differ by settings."""

    def __init__(self) -> None:
        self.acts: dict[Named, tuple[Act, ...]] = {}
        self.codes: dict[Named, set[str]] = {}
        self.numbers: set[str] = set()

    def learn(self, clauses: Sequence[Clause]) -> None:
        for name, clause in zip(named(clauses), clauses, strict=True):
            if has_effect(clause):
                acts = dict.fromkeys((*self.acts.get(name, ()), *acts_of(clause, name)))
                self.acts[name] = tuple(acts)
                codes = {code for known in clause.codes().values() for code in known}
                self.codes.setdefault(name, set()).update(codes, clause.offers())
                self.numbers.update(clause.all_numbers)


class _Ear:
    """Tells stories to a charter whose every clause is overheard."""

    def __init__(self, charter: Charter, known: _Known, zone: tzinfo) -> None:
        self._charter = rearranged(charter, self._listen)
        self._known = known
        self._zone = zone
        self._heard = Heard()
        self._books: dict[str, Book] = {}

    def heard_in(self, story: Scenario) -> Heard | None:
        """What was overheard in a story; None where it does not hold or is disputed."""
        self._heard = Heard()
        if story.disputed:
            return None
        try:
            world = MemoryWorld(self._charter, story.settings, self._zone)
            # Stories of the same settings share what was compiled for them.
            world.book = self._books.setdefault(repr(story.settings), world.book)
            failures = run_scenario(story, world)
        except Exception:  # noqa: BLE001 - it exercises nothing, and `check` tells what broke
            return None
        if failures:
            return None
        for decision in world.decisions:
            self._heard.cited |= _cited(decision)
        for step in story.steps:
            if step.body is not None:
                self._heard.words |= set(_words(step.body))
        return self._heard

    def _listen(self, clauses: list[Clause]) -> list[Clause]:
        self._known.learn(clauses)
        for name, clause in zip(named(clauses), clauses, strict=True):
            for method in {binding.method for binding in clause.bound()}:
                self._overhear(clause, name, method)
            for act, method in {**_TIMED, "remaining": "remaining"}.items():
                if _has(clause, method):
                    self._overhear(clause, name, act, TIME)
            if _has(clause, "objects"):
                self._overhear(clause, name, "objects", CHOICE)
        return clauses

    def _overhear(self, clause: Clause, name: Named, method: str, trigger: str = "") -> None:
        spoken = getattr(clause, method)
        # An object that outlives its list would else be wrapped anew for each list.
        spoken = getattr(spoken, "of_clause", spoken)

        def overheard(*args: Any, **named: Any) -> Any:
            act = Act(name, method, trigger or _trigger(args))
            self._heard.called.add(act)
            said = spoken(*args, **named)
            if isinstance(said, Iterable):
                return _listening(said, act, self._heard)
            # What is left of a benefit without limit is None.
            if said != 0 and (said is not None or method == "remaining"):
                self._heard.spoke.add(act)
            return said

        vars(overheard)["of_clause"] = spoken
        # On the object itself: the class is shared with other charters.
        setattr(clause, method, overheard)


def _trigger(args: tuple[Any, ...]) -> str:
    """The fact of a happening told, else the verb of the draft's event."""
    return str(args[1].fact if len(args) > 1 else args[0].body.verb)


def _listening(said: Iterable[Any], act: Act, heard: Heard) -> Iterator[Any]:
    for effect in said:
        heard.spoke.add(act)
        yield effect


def _cited(decision: Decision) -> set[str]:
    found = set(decision.clauses)
    found.update(posting.clause for posting in decision.postings)
    found.update(raised.clause for raised in decision.raised)
    found.update(number for _, _, number in decision.noted)
    return found


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        yield from _words([getattr(value, each.name) for each in fields(value)])
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)


__all__ = [
    "CHOICE", "TIME", "Act", "Coverage", "Heard", "Named", "Told", "acts_of", "by_document", "cover", "has_effect",
    "named",
]  # fmt: skip
