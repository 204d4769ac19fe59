"""What is known of a charter before a stream is written for it.

All of it is derived: from the compiled program (verbs, codes, benefits, tiers), from
the figures that its clauses carry (thresholds, quotas, days), and from its scenario
files (how an application, a bill or a request of this charter looks).
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from charterhouse.kernel.bodies import Body
from charterhouse.kernel.charter import Charter, Clause
from charterhouse.kernel.errors import ScenarioError
from charterhouse.kernel.events import FIELDS
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.files import find_files
from charterhouse.kernel.scenario.loading import Scenario, load_file
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.testkit.telling import ZONE

_CHARTER = re.compile(r"^charter:\s*['\"]?([^\s'\"#]+)", re.MULTILINE)
_LARGEST = 10**9
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Template:
    """An event of a scenario file, from which others are made.

    Attributes:
        body: the event.
        scenario: the story in which it stands.
        place: its place among the story's steps.
    """

    body: Body
    scenario: Scenario
    place: int


@dataclass(frozen=True)
class Knowledge:
    """What is known of one charter.

    Attributes:
        charter: the charter.
        program: it, compiled with its sample figures.
        verbs: the verbs that some clause is bound to.
        stories: its scenarios whose settings compile.
        templates: verb → events of the scenarios.
        words: "verb.field" → the values that scenarios give it.
        numbers: the figures that clauses carry, in fen, points, days or times as it may be.
    """

    charter: Charter
    program: Program
    verbs: tuple[str, ...]
    stories: tuple[Scenario, ...]
    templates: Mapping[str, tuple[Template, ...]]
    words: Mapping[str, tuple[Any, ...]]
    numbers: tuple[int, ...]

    def codes(self, verb: str, field: str) -> tuple[str, ...]:
        """Codes that a field may hold, by the clauses and by the stories."""
        found = self.program.codes
        declared = found.get(f"{verb}.{field}", found.get(field, frozenset()))
        return tuple(sorted({*declared, *map(str, self.words.get(f"{verb}.{field}", ()))}))


def scenarios_of(charter: Charter, folder: Path | None = None) -> list[Scenario]:
    """The scenarios of a charter: those of the folder `scenarios` beside its module by default."""
    folder = folder or Path(inspect.getfile(type(charter))).parent / "scenarios"
    files = find_files([folder])[0] if folder.is_dir() else []
    return [
        scenario
        for path in files
        if charter.code in _CHARTER.findall(path.read_text("utf-8"))
        for scenario in _loaded(path)
    ]


@lru_cache(maxsize=256)
def _loaded(path: Path) -> tuple[Scenario, ...]:
    try:
        return load_file(path, ZONE).scenarios
    except ScenarioError:
        # `charterhouse check` tells what is wrong with a file; here it teaches nothing.
        return ()


_LEARNT: dict[tuple[type[Charter], Path | None], Knowledge] = {}


def knowledge_of(kind: type[Charter], folder: Path | None = None) -> Knowledge:
    """Learn a charter, once in a process.

    Raises:
        KernelError: it does not compile with its sample figures.
    """
    if (kind, folder) not in _LEARNT:
        _LEARNT[kind, folder] = _learn(kind(), folder)
    return _LEARNT[kind, folder]


def _learn(charter: Charter, folder: Path | None) -> Knowledge:
    program = Program(charter, charter.example)
    stories = tuple(s for s in scenarios_of(charter, folder) if _compiles(charter, s))
    templates: dict[str, list[Template]] = defaultdict(list)
    for story in stories:
        for place, step in enumerate(story.steps):
            if step.body is not None:
                templates[step.body.verb].append(Template(step.body, story, place))
    verbs = set(program.verbs) | ({"join"} if "apply" in program.verbs else set())
    return Knowledge(
        charter=charter,
        program=program,
        verbs=tuple(sorted(verbs & VERBS.keys())),
        stories=stories,
        templates={verb: tuple(found) for verb, found in templates.items()},
        words=_words(t.body for found in templates.values() for t in found),
        numbers=tuple(sorted(set(_numbers_of(program.clauses)))),
    )


def _compiles(charter: Charter, story: Scenario) -> bool:
    try:
        Program(charter, story.settings)
    except Exception:  # noqa: BLE001 - a story of settings that are refused; nothing to learn there
        return False
    return True


def _words(bodies: Iterable[Body]) -> dict[str, tuple[Any, ...]]:
    words: dict[str, dict[Any, None]] = defaultdict(dict)
    for body in bodies:
        for known in FIELDS[body.verb].values():
            value = getattr(body, known.attribute)
            if isinstance(value, str):
                words[f"{body.verb}.{known.name}"][value] = None
            elif isinstance(value, tuple):
                for item in value:
                    words[f"{body.verb}.{known.name}"][item] = None
    return {name: tuple(values) for name, values in words.items()}


def _numbers_of(clauses: Iterable[Clause]) -> Iterator[int]:
    for clause in clauses:
        for value in vars(clause).values():
            yield from _numbers(value)


def _numbers(value: Any, depth: int = 0) -> Iterator[int]:
    """Figures inside a value, however tables and small objects nest them."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 < value < _LARGEST:
            yield value
    elif depth < _DEPTH:
        for item in _inside(value):
            yield from _numbers(item, depth + 1)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    names: Iterable[str] = getattr(value, "__dataclass_fields__", ())
    return [getattr(value, name) for name in names]


__all__ = ["Knowledge", "Template", "knowledge_of", "scenarios_of"]
