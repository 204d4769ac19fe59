"""Rates from interleaved slices: the machine's moods hit the product and its floor alike."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

from charterhouse.commands.common import progress_bar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timed:
    """One slice: events a second, and microseconds of CPU for an event."""

    rate: float
    cpu: float


Slice = Callable[[], int | Timed]
"""Does a piece of work and returns how many events it held, or what it measured itself."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What came out of one comparison.

    Attributes:
        name: what was measured.
        rate: events a second, the median of the slices.
        low, high: the slowest and fastest slice.
        floor: what stands beside it, and its median rate; "" and 0 without one.
        ratio: the product's time over the floor's, the median of the rounds; 0 without a floor.
        cpu, floor_cpu: microseconds of CPU for an event, the medians.
        note: the circumstances.
        more: other figures by their name and unit, such as `p99 ms`.
    """

    name: str
    rate: float
    low: float
    high: float
    floor: str = ""
    floor_rate: float = 0.0
    ratio: float = 0.0
    cpu: float = 0.0
    floor_cpu: float = 0.0
    note: str = ""
    more: Mapping[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON, rounded to what means anything."""
        plain = {
            key: round(value, 3 if key == "ratio" else 1) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }
        return {**plain, "more": {name: round(value, 2) for name, value in self.more.items()}}


Cpu = Callable[[], float]
"""Seconds of CPU that the process which does the work has spent so far."""


def session_cpu(leader: int) -> Cpu:
    """The CPU of a process and all its children, as far as the system tells it."""

    def spent() -> float:
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text("utf-8").rpartition(")")[2].split()
            except OSError:
                continue  # It ended while we looked.
            if int(fields[3]) == leader:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    return spent


def timed(piece: Slice, cpu_of: Cpu = process_time) -> Timed:
    """Run one slice."""
    cpu = cpu_of()
    began = perf_counter()
    count = piece()
    taken = perf_counter() - began
    if isinstance(count, Timed):
        return count
    spent = cpu_of() - cpu
    return Timed(count / taken, spent * 1e6 / count)


def pieces(events: Sequence[T], size: int, work: Callable[[T], object]) -> list[Slice]:
    """Slices in which each of so many events is worked on, one after the other."""

    def piece(chosen: Sequence[T]) -> Slice:
        def run() -> int:
            for each in chosen:
                work(each)
            return len(chosen)

        return run

    return [piece(events[first : first + size]) for first in range(0, len(events), size)]


def alone(name: str, pieces: Sequence[Slice], note: str = "") -> Measure:
    """Measure something that has no floor."""
    found = []
    with progress_bar(name) as told:
        for number, piece in enumerate(pieces):
            told(number, len(pieces))
            found.append(timed(piece))
    rates = [one.rate for one in found]
    cpu = statistics.median(one.cpu for one in found)
    return Measure(name, statistics.median(rates), min(rates), max(rates), cpu=cpu, note=note)


def beside(
    name: str,
    product: Sequence[Slice],
    floor_name: str,
    floor: Sequence[Slice],
    note: str = "",
    *,
    cpus: tuple[Cpu, Cpu] = (process_time, process_time),
) -> Measure:
    """Measure slices of the product and of its floor in turns.

    Args:
        name: what is measured.
        product: its slices.
        floor_name: what stands beside it.
        floor: its slices, with the same events.
        note: the circumstances.
        cpus: the CPU of who does the work: of the product, of the floor.
    """
    pairs = []
    with progress_bar(name) as told:
        for index, (ours, least) in enumerate(zip(product, floor, strict=True)):
            told(index, len(product))
            if index % 2:
                second = timed(least, cpus[1])
                pairs.append((timed(ours, cpus[0]), second))
            else:
                first = timed(ours, cpus[0])
                pairs.append((first, timed(least, cpus[1])))
    rates = [ours.rate for ours, _ in pairs]
    return Measure(
        name,
        statistics.median(rates),
        min(rates),
        max(rates),
        floor_name,
        statistics.median(least.rate for _, least in pairs),
        statistics.median(least.rate / ours.rate for ours, least in pairs),
        statistics.median(ours.cpu for ours, _ in pairs),
        statistics.median(least.cpu for _, least in pairs),
        note,
    )
