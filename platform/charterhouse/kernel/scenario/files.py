"""Finding and running scenario files: each story in a world of its own, nothing passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from random import Random
from typing import Any

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.decision import Decision
from charterhouse.kernel.errors import ScenarioError, SettingsError
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Program
from charterhouse.kernel.scenario.loading import Scenario, ScenarioFile, load_file
from charterhouse.kernel.scenario.orders import shuffled
from charterhouse.kernel.scenario.running import Failure, World, run_scenario

SUFFIXES = (".yaml", ".yml")

Charters = Callable[[str], Charter]
"""Code → charter; raises an error whose text says why there is none."""

Worlds = Callable[[Charter, Mapping[str, Any], tzinfo], AbstractContextManager[World]]
"""Makes the world of one story from charter, settings and time zone."""


def memory_world(
    charter: Charter, settings: Mapping[str, Any], zone: tzinfo
) -> AbstractContextManager[World]:
    """A world in memory."""
    return nullcontext(MemoryWorld(charter, settings, zone))


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario that was run against a charter, with every expectation that did not hold."""

    path: Path
    scenario: Scenario
    failures: tuple[Failure, ...]
    charter: str = ""

    @property
    def disputed(self) -> bool:
        """Whether it is counted apart and neither passes nor fails the run."""
        return bool(self.scenario.disputed)


@dataclass(slots=True)
class Result:
    """What a run of files brought.

    Attributes:
        told: the scenarios run, in the order of their files.
        errors: one sentence for each file that could not be run, "file:line: what is wrong".
    """

    told: list[Told] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Told]:
        """Scenarios with an expectation that did not hold, disputed ones left out."""
        return [each for each in self.told if each.failures and not each.disputed]

    @property
    def disputed(self) -> list[Told]:
        """The disputed scenarios, whatever came out."""
        return [each for each in self.told if each.disputed]

    @property
    def passed(self) -> int:
        """How many scenarios hold."""
        return len(self.told) - len(self.failed) - len(self.disputed)

    @property
    def ok(self) -> bool:
        """Whether every expectation holds and every file could be run."""
        return not self.failed and not self.errors


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """The scenario files under paths, each once, and a sentence for each path without one.

    A folder is searched with all its subfolders; a file is taken whatever its name.
    """
    found: dict[Path, None] = {}
    errors: list[str] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
            found.update(dict.fromkeys(inside))
            if not inside:
                errors.append(f"{path}:1: the folder has no scenario files (*.yaml, *.yml)")
        elif path.exists():
            found[path] = None
        else:
            errors.append(f"{path}:1: there is no such file or folder")
    return list(found), errors


def check_file(
    path: Path, charters: Charters, zone: tzinfo, *, worlds: Worlds = memory_world,
    orders: int = 0,
) -> list[Told]:  # fmt: skip
    """Run every scenario of a file.

    Args:
        path: the file.
        charters: code → charter.
        zone: of the times in the file.
        worlds: where the stories are told.
        orders: in how many random orders of the clause list each is told again, in
            memory, with the same outcome demanded.

    Raises:
        ScenarioError: the file cannot be run; `field` is file and line.
    """
    file = load_file(path, zone)
    try:
        charter = charters(file.charter)
    except Exception as error:
        raise ScenarioError(str(error), field=f"{path}:{file.line}") from error
    _check_settings(file, charter)
    return [
        Told(path, s, tuple(_tell(s, charter, zone, worlds, orders)), file.charter)
        for s in file.scenarios
    ]


def _check_settings(file: ScenarioFile, charter: Charter) -> None:
    seen: set[str] = set()
    for scenario in file.scenarios:
        if repr(scenario.settings) in seen:
            continue
        seen.add(repr(scenario.settings))
        try:
            Program(charter, scenario.settings)
        except SettingsError as error:
            name = error.field.partition(".")[0]
            line = scenario.setting_lines.get(name, scenario.line)
            raise ScenarioError(f"settings.{error}", field=f"{file.path}:{line}") from None
        except Exception:  # noqa: BLE001, S112 - what else breaks in a charter fails its story below
            continue


def _tell(
    scenario: Scenario, charter: Charter, zone: tzinfo, worlds: Worlds, orders: int
) -> Iterator[Failure]:
    try:
        with worlds(charter, scenario.settings, zone) as world:
            yield from run_scenario(scenario, world)
    except Exception as error:  # noqa: BLE001 - a charter that cannot even begin fails its story
        yield _failure(scenario, "error", None, f"{type(error).__name__}: {error}")
        return
    if orders:
        yield from _in_other_orders(scenario, charter, zone, orders)


def _in_other_orders(
    scenario: Scenario, charter: Charter, zone: tzinfo, orders: int
) -> Iterator[Failure]:
    plain = _outcome(scenario, charter, zone)
    for seed in range(1, orders + 1):
        other = shuffled(charter, Random(seed))  # noqa: S311 - an order, no secret
        difference = _difference(plain, _outcome(scenario, other, zone))
        if difference:
            wanted = "the same outcome in every order of the clauses"
            yield _failure(scenario, "order", wanted, f"order {seed}: {difference}")


def _outcome(
    scenario: Scenario, charter: Charter, zone: tzinfo
) -> tuple[Sequence[Decision], Sequence[Failure]]:
    world = MemoryWorld(charter, scenario.settings, zone)
    failures = run_scenario(scenario, world)
    return world.decisions, failures


_COMPARED = (
    "refusal", "figures", "standings", "postings", "documents", "raised", "noted", "happenings",
    "version", "trace",
)  # fmt: skip


def _difference(
    one: tuple[Sequence[Decision], Sequence[Failure]],
    other: tuple[Sequence[Decision], Sequence[Failure]],
) -> str:
    """Where two tellings of a story part, or ""."""
    for mine, yours in zip(one[0], other[0], strict=False):
        for name in _COMPARED:
            if getattr(mine, name) != getattr(yours, name):
                return f"{mine.event.verb} at {mine.at:%Y-%m-%d %H:%M} differs in {name}"
    return "" if one[1] == other[1] else "an expectation holds in one order only"


def _failure(scenario: Scenario, key: str, expected: object, got: object) -> Failure:
    return Failure(0, scenario.line, key, expected, got)


def check_files(
    files: Iterable[Path], charters: Charters, zone: tzinfo, *, worlds: Worlds = memory_world,
    orders: int = 0,
) -> Result:  # fmt: skip
    """Run files; one that cannot be run is an error of the result, and the others go on."""
    result = Result()
    for path in files:
        try:
            result.told.extend(check_file(path, charters, zone, worlds=worlds, orders=orders))
        except ScenarioError as error:
            result.errors.append(str(error))
    return result
