"""A stream told at the door of a real store, each event twice."""

from __future__ import annotations

import atexit
from functools import cache

from charterhouse import clock
from charterhouse.kernel.charter import Charter
from charterhouse.records.door import Door, Told
from charterhouse.records.world import Scratch, StoreWorld
from charterhouse.tenancy.store import unit
from charterhouse.testkit.telling import ZONE, Moment, Stream


def repeated(charter: Charter, stream: Stream, events: int) -> list[str]:
    """Tell the first events of a stream twice each, under one key.

    Returns:
        What is wrong, a sentence for each event that counted twice or was answered otherwise.
    """
    with StoreWorld(charter, stream.settings, ZONE, _scratch()) as world:
        for ref, facts in stream.people.items():
            world.introduce(ref, facts)
        told = [moment for moment in stream.moments if moment.body is not None]
        return [
            wrong
            for number, moment in enumerate(told[:events])
            for wrong in _twice(world, stream, moment, f"key-{number}")
        ]


@cache
def _scratch() -> Scratch:
    """One for all charters of this process: making it takes longer than telling a stream."""
    made = Scratch()
    atexit.register(made.close)
    return made


def _twice(world: StoreWorld, stream: Stream, moment: Moment, key: str) -> list[str]:
    body, at = moment.body, moment.at
    assert body is not None  # noqa: S101 - the caller left the others out
    world.advance(at)
    told = Told(body, at, "testkit", key=key, facts=lambda ref: stream.people.get(ref, {}))
    wrong: list[str] = []
    with clock.use_clock(clock.FixedClock(at)):
        with unit(write=True) as opened:
            first = Door(opened).tell(told)
        before = world.standing(getattr(body, "member", None) or "nobody")
        with unit(write=True) as opened:
            second = Door(opened).tell(told)
        after = world.standing(getattr(body, "member", None) or "nobody")
    if not second.repeated or second.event_id != first.event_id:
        wrong.append(f"{body.verb} at {at} was decided twice")
    if second.outcome != first.outcome:
        wrong.append(f"{body.verb} at {at} was answered otherwise the second time")
    if before != after:
        wrong.append(f"{body.verb} at {at} changed {before} to {after} the second time")
    return wrong


__all__ = ["repeated"]
