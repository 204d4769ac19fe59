"""The kernel on every charter: its own stories told in memory, long histories, a long replay."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from charterhouse.commands.benchmark.measures import Measure, Slice, alone, beside
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.kernel.charter import Charter
from charterhouse.kernel.engine import decide
from charterhouse.kernel.errors import KernelError
from charterhouse.kernel.events import Event, parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Book, Version
from charterhouse.kernel.replay import Run
from charterhouse.kernel.scenario.loading import Scenario, load_file
from charterhouse.kernel.vocabulary import Body
from charterhouse.plugins.registry import registry

LEAST = 1500
"""Events of a slice, at least: the stories are told again until there are so many."""

REPLAYED = 200_000
SHORT, LONG = 10, 10_000


def each_charter(workload: Workload, slices: int) -> list[Measure]:
    """Events a second through the kernel for each charter, and the median and slowest of all."""
    found = [
        alone(f"charter: {code}", [_telling(charter, workload)] * slices, "its own stories")
        for code, charter in sorted(registry().charters.items())
        if _stories(charter, workload)
    ]
    rates = [one.rate for one in found]
    slowest = min(found, key=lambda one: one.rate)
    whole = Measure(
        f"charters: median of {len(found)}", median(rates), slowest.rate, max(rates),
        note=f"slowest {slowest.name.removeprefix('charter: ')}",
    )  # fmt: skip
    return [whole, *found]


def _stories(charter: Charter, workload: Workload) -> list[Scenario]:
    folder = Path(inspect.getfile(type(charter))).parent / "scenarios"
    files = [load_file(path, workload.zone) for path in sorted(folder.glob("*.yaml"))]
    return [s for file in files if file.charter == charter.code for s in file.scenarios]


@dataclass(frozen=True, slots=True)
class _Told:
    """A story with its book compiled and its events made: what is left is to decide them."""

    story: Scenario
    book: Book
    events: tuple[Event, ...]


def _telling(charter: Charter, workload: Workload) -> Slice:
    """A slice: the stories of a charter, each in a world of its own, again and again.

    Stories of the same settings share a book, as the events of an institution do.
    """
    books: dict[str, Book] = {}
    told = []
    for story in _stories(charter, workload):
        made = Book(charter, [Version(1, None, dict(story.settings))])
        book = books.setdefault(repr(sorted(story.settings.items())), made)
        told.append(_Told(story, book, tuple(_events(story))))

    def tell() -> int:
        count = 0
        while count < LEAST:
            for each in told:
                world = MemoryWorld(charter, each.story.settings, workload.zone)
                world.book = each.book
                world.people = {ref: dict(facts) for ref, facts in each.story.people.items()}
                for event in each.events:
                    # A story may tell of what breaks; it was an event all the same.
                    with suppress(KernelError):
                        world.tell(event)
                count += len(each.events)
        return count

    tell()
    return tell


def _events(story: Scenario) -> Iterator[Event]:
    """The events of a story; who is told of takes part with what the house knows of them."""
    for number, step in enumerate(story.steps):
        if step.body is not None:
            yield Event(number, step.at, step.body, None, f"C{number:06d}", story.people)


def history(workload: Workload, slices: int) -> list[Measure]:
    """The cost of an event when the member's history is long, beside a short one."""
    pieces = {length: [_after(workload, length)] * slices for length in (SHORT, LONG)}
    return [
        beside(
            f"kernel: after {LONG:,} events of the member", pieces[LONG],
            f"the same after {SHORT}", pieces[SHORT], "ratio 1 means that history costs nothing",
        )
    ]  # fmt: skip


def _after(workload: Workload, length: int) -> Slice:
    world = MemoryWorld(workload.charter, workload.folder.settings, workload.zone)
    bodies = _bodies(workload, ["m0"], f"history-{length}")
    at = workload.noon - timedelta(minutes=length)
    world.submit(parse_body("join", {"member": "m0"}, workload.zone), at)
    for body in islice(bodies, length):
        at += timedelta(minutes=1)
        world.submit(body, at)
    world.decisions.clear()
    events = [world.event(body, workload.noon) for body in islice(bodies, 400)]

    def run() -> int:
        # Nothing is kept, so that the history stays as long as it is.
        for event in events:
            decide(world.book, event, world)
        return len(events)

    return run


def _bodies(workload: Workload, refs: list[str], name: str) -> Iterator[Body]:
    for told in workload.events(refs, name):
        yield parse_body(told.verb, told.raw, workload.zone)


def replayed(workload: Workload, members: int = 1_000, count: int = REPLAYED) -> list[Measure]:
    """A replay of many events of many members, in memory and in one go."""
    refs = [f"m{number}" for number in range(members)]
    start = workload.noon - timedelta(minutes=count)

    def events() -> Iterator[Event]:
        at = start
        for number, ref in enumerate(refs):
            body = parse_body("join", {"member": ref}, workload.zone)
            yield Event(number + 1, at, body, serial=f"C{number:06d}")
        for number, body in enumerate(islice(_bodies(workload, refs, "replay"), count - members)):
            at = at + timedelta(minutes=1)
            yield Event(members + number + 1, at, body)

    # Reading bodies is no part of a replay's decisions.
    told = list(events())

    def run() -> int:
        replay = Run(Book(workload.charter, [Version(1, None, workload.folder.settings)]))
        for event in told:
            replay.tell(event)
        return len(told)

    return [alone(f"replay: {count:,} events", [run], f"{members:,} members, one run")]


__all__ = ["each_charter", "history", "replayed"]
