"""The kernel alone: events decided in memory, with their full trace."""

from __future__ import annotations

from itertools import islice

from charterhouse.commands.benchmark.measures import Measure, Slice, alone
from charterhouse.commands.benchmark.workload import Workload
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld

MEMBERS = 200


def measure(workload: Workload, slices: int, size: int) -> list[Measure]:
    """Decide slices of events, first with their bodies read before, then reading them too."""
    world = MemoryWorld(workload.charter, workload.folder.settings, workload.zone)
    now = workload.noon
    refs = [f"m{number}" for number in range(MEMBERS)]
    for ref in refs:
        world.submit(parse_body("join", {"member": ref}, workload.zone), now)
    told = workload.events(refs, "kernel")
    bodies = [parse_body(one.verb, one.raw, workload.zone) for one in islice(told, slices * size)]

    def decide(number: int) -> Slice:
        def run() -> int:
            for body in bodies[number * size : (number + 1) * size]:
                world.submit(body, now)
            world.decisions.clear()
            return size

        return run

    raws = list(islice(told, slices * size))

    def read_and_decide(number: int) -> Slice:
        def run() -> int:
            for one in raws[number * size : (number + 1) * size]:
                world.submit(parse_body(one.verb, one.raw, workload.zone), now)
            world.decisions.clear()
            return size

        return run

    note = f"{slices} slices of {size} events, {MEMBERS} members, one thread"
    return [
        alone("kernel: decide", [decide(number) for number in range(slices)], note),
        alone("kernel: read and decide", [read_and_decide(n) for n in range(slices)], note),
    ]
