"""What `charterhouse check --coverage` measures, over several processes, and how it is shown."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from charterhouse.kernel.errors import ScenarioError
from charterhouse.kernel.scenario.coverage import cover
from charterhouse.kernel.scenario.loading import read_yaml
from charterhouse.kernel.scenario.mutation import mutants_of, unnoticed
from charterhouse.plugins.registry import registry

if TYPE_CHECKING:
    from charterhouse.kernel.scenario.files import Told
    from charterhouse.kernel.scenario.loading import Scenario

CLAUSES, HANDLERS = MUTATIONS = ("clauses", "handlers")
"""What a mutant leaves out: whole clauses, or also single bindings of them."""

Equivalents = Mapping[str, Mapping[str, str]]
"""Charter → clause or act as reports write it → why no story can notice it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The clause coverage of one charter, with names as reports write them.

    Attributes:
        charter: its code.
        clauses, stories: how many clauses with an effect there are, and stories that hold.
        unexercised: clauses that no story exercises.
        silent: bindings of other clauses at which no story hears them. A clause of the library
            may be bound where its figures in this charter leave it nothing to say.
        uncited: clause numbers that no decision cites.
        unnoticed: what can be left out without any story noticing; None if not looked for.
        equivalent: what of all this is known and why no story can tell it.
        stale: known equivalents that are none (any more).
    """

    charter: str
    clauses: int
    stories: int
    unexercised: list[str]
    silent: list[str]
    uncited: list[str]
    unnoticed: list[str] | None
    equivalent: dict[str, str]
    stale: list[str]

    @property
    def complete(self) -> bool:
        """Whether every clause is exercised, cited and, if that was looked for, noticed."""
        return not (self.unexercised or self.uncited or self.unnoticed)


def read_equivalents(path: Path | None) -> Equivalents:
    """Read an allow-list: a YAML table of charters, each a table of names with a reason.

    Raises:
        ScenarioError: it is no such table; `field` is file and line.
    """
    raw = {} if path is None else read_yaml(path) or {}
    tables = raw.values() if isinstance(raw, Mapping) else [None]
    for table in tables:
        if not isinstance(table, Mapping) or not all(_is_reason(why) for why in table.values()):
            raise ScenarioError("must map charters to names with a reason each", field=f"{path}:1")
    checked: Equivalents = raw
    return checked


def _is_reason(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def measure(
    told: Iterable[Told], *, zone: str, mutate: str | None, jobs: int = 0,
    equivalents: Equivalents | None = None,
) -> Report:  # fmt: skip
    """Measure the charters of the stories told.

    Args:
        told: stories with the charters that they were told to.
        zone: name of the time zone of the stories.
        mutate: `CLAUSES`, `HANDLERS` or None.
        jobs: processes; 0 for one for each processor.
        equivalents: what is known to make no difference.
    """
    stories: dict[str, list[Scenario]] = defaultdict(list)
    for each in told:
        stories[each.charter].append(each.scenario)
    known = equivalents or {}
    tasks = [
        (code, rows, zone, mutate, dict(known.get(code, {})))
        for code, rows in sorted(stories.items())
    ]
    jobs = min(jobs or os.cpu_count() or 1, len(tasks))
    if jobs <= 1:
        return Report(tuple(measure_one(*task) for task in tasks))
    with ProcessPoolExecutor(jobs) as pool:
        return Report(tuple(pool.map(measure_one, *zip(*tasks, strict=True))))


def measure_one(
    code: str, stories: Sequence[Scenario], zone: str, mutate: str | None, known: dict[str, str]
) -> Measured:
    """Measure one charter; see `measure`."""
    at = ZoneInfo(zone)
    found = cover(registry().charter(code), stories, at)
    mute, silent = [str(name) for name in found.mute], [str(act) for act in found.silent]
    left: list[str] | None = None
    if mutate:
        mutants = mutants_of(found, handlers=mutate == HANDLERS)
        left = [str(each) for each in unnoticed(found, mutants, at)]
    said = {*mute, *silent, *found.uncited, *(left or ())}
    looked_for = [name for name in known if mutate == HANDLERS or (mutate and " on " not in name)]
    return Measured(
        charter=code,
        clauses=len(found.acts),
        stories=len(found.stories),
        unexercised=[name for name in mute if name not in known],
        silent=[name for name in silent if name not in known],
        uncited=[number for number in found.uncited if number not in known],
        unnoticed=None if left is None else [name for name in left if name not in known],
        equivalent={name: why for name, why in known.items() if name in said},
        stale=[name for name in looked_for if name not in said],
    )


@dataclass(frozen=True, slots=True)
class Report:
    """The coverage of several charters."""

    measured: tuple[Measured, ...]

    @property
    def complete(self) -> bool:
        """Whether that of every charter is."""
        return all(each.complete for each in self.measured)

    def summary(self) -> dict[str, Any]:
        """The coverage as plain JSON values, by charter."""
        rows = {each.charter: asdict(each) for each in self.measured}
        for row in rows.values():
            del row["charter"]
        return rows

    def show(self) -> None:
        """Print the coverage, charter by charter."""
        for each in self.measured:
            state = "complete" if each.complete else "incomplete"
            click.echo(f"{each.charter}: {each.clauses} clauses, {each.stories} stories, {state}")
            for line in _lines(each):
                click.echo(f"  {line}")


def _lines(each: Measured) -> Iterator[str]:
    rows = (
        ("never exercised", each.unexercised),
        ("number never cited", each.uncited),
        ("can be left out unnoticed", each.unnoticed or ()),
        ("no longer equivalent", each.stale),
    )
    for what, names in rows:
        yield from (f"{what}: {name}" for name in names)
    if each.silent:
        yield f"never speaks, at {len(each.silent)} bindings of clauses that speak elsewhere:"
        yield from (f"  {clause}: {acts}" for clause, acts in _by_clause(each.silent))


def _by_clause(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Clause → its methods, each with the triggers at which it is bound: one line for each."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in names:
        act, _, trigger = name.rpartition(" on ")
        clause, _, method = act.rpartition(".")
        found[clause][method].append(trigger)
    for clause, methods in found.items():
        yield clause, "; ".join(f"{m} on {', '.join(at)}" for m, at in methods.items())
