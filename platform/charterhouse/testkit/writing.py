"""Writes whole streams: stories of the charter told anew side by side, with events of chance between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from charterhouse.kernel.bodies import Body
from charterhouse.kernel.decision import Outcome
from charterhouse.kernel.events import FIELDS, PERSON_FIELDS
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.loading import Scenario, Step
from charterhouse.testkit.author import Author, replant
from charterhouse.testkit.knowledge import Knowledge
from charterhouse.testkit.telling import STARTS, Moment, Stream, new_world
from charterhouse.testkit.times import LAST_YEAR, later

PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "an": {"born": date(1990, 7, 8)}, "bo": {"born": date(1992, 2, 29)},
    "ci": {"born": date(1950, 1, 1)}, "du": {"born": date(2012, 12, 31)}, "el": {},
}  # fmt: skip
"""Who is in every stream: born on a leap day, long ago, as a child, and on a day unknown."""


@dataclass(slots=True)
class Written:
    """A stream with the world to which it was told while it was written.

    Attributes:
        stream: the events that the charter could decide.
        world: what they led to.
        outcomes: what came out of each event, in order.
        broken: streams that end with an event at which the charter broke, with the error.
    """

    stream: Stream
    world: MemoryWorld
    outcomes: list[Outcome] = field(default_factory=list)
    broken: list[tuple[Stream, Exception]] = field(default_factory=list)


@dataclass(slots=True)
class _Thread:
    """A story told anew: its people under other names, its steps at their distances."""

    story: Scenario
    names: dict[str, str]
    left: list[Step]
    shift: timedelta

    @classmethod
    def of(cls, story: Scenario, number: int, start: datetime) -> _Thread:
        labels = dict.fromkeys(story.people)
        for step in story.steps:
            labels.update(dict.fromkeys(_labels(step.body)))
        names = {label: f"{label}.{number}" for label in labels}
        return cls(story, names, list(story.steps), start - story.steps[0].at)


def _labels(body: Body | None) -> Iterable[str]:
    if body is None:
        return
    for name in PERSON_FIELDS[body.verb]:
        if getattr(body, name):
            yield str(getattr(body, name))
    for name in ("id", "for_", "presented_by", "person"):
        known = FIELDS[body.verb].get(name.rstrip("_"))
        value = getattr(body, name, None)
        if value and known is not None and known.kind.name == "label":
            yield str(value)


def write(known: Knowledge, chance: Random, longest: int = 30) -> Written:
    """Write a stream of up to `longest` events over some years.

    Two or three of the charter's own stories run through it, some of their steps changed or left
    out; between them things happen by chance. Without stories all is chance.
    """
    stories = list(known.stories)
    first = chance.choice(stories) if stories else None
    settings = first.settings if first else known.charter.example
    kin = [story for story in stories if story.settings == settings]
    start = chance.choice(STARTS)
    chosen: Sequence[Scenario] = (
        [first, *chance.choices(kin, k=chance.randint(0, 2))] if first else []
    )
    threads = [_Thread.of(story, number, start) for number, story in enumerate(chosen, start=1)]
    people: dict[str, Mapping[str, Any]] = dict(PEOPLE)
    for thread in threads:
        people.update({thread.names[ref]: facts for ref, facts in thread.story.people.items()})
    stream = Stream(settings, people, ())
    return _Writer(known, chance, stream, threads, start).run(chance.randint(1, longest))


class _Writer:
    """One stream in the making."""

    def __init__(
        self, known: Knowledge, chance: Random, stream: Stream, threads: list[_Thread],
        start: datetime,
    ) -> None:  # fmt: skip
        self.chance = chance
        self.threads = threads
        self.stream = stream
        self.at = start
        self.known = known
        self.world = new_world(known.charter, stream)
        self.author = Author(chance, known, self.world)
        named = (name for thread in threads for name in thread.names.values())
        refs = {ref for step in self._steps() for ref in step}
        self.author.people = sorted({*stream.people, *(name for name in named if name in refs)})

    def _steps(self) -> Iterable[list[str]]:
        for thread in self.threads:
            for step in thread.left:
                body = step.body
                if body is not None:
                    attributes = PERSON_FIELDS[body.verb]
                    yield [thread.names[getattr(body, a)] for a in attributes if getattr(body, a)]

    def run(self, length: int) -> Written:
        """Write and tell, event by event."""
        written = Written(self.stream, self.world)
        moments: list[Moment] = []
        for number in range(length):
            body = self._next(number)
            if self.at.year >= LAST_YEAR:
                break
            moment = Moment(self.at, body)
            try:
                self.world.advance(moment.at)
                if body is not None:
                    written.outcomes.append(self.world.submit(body, moment.at))
            except Exception as error:  # noqa: BLE001 - a finding, which the suite reports
                written.broken.append((self.stream.only([*moments, moment]), error))
                break
            moments.append(moment)
        written.stream = self.stream.only(moments)
        return written

    def _next(self, number: int) -> Body | None:
        open_ = [thread for thread in self.threads if thread.left]
        if open_ and self.author.often(70):
            return self._step_of(self.chance.choice(open_))
        self.at = later(self.chance, self.at, self.known, self.world)
        return self.author.event(self.at, number)

    def _step_of(self, thread: _Thread) -> Body | None:
        step = thread.left.pop(0)
        if self.author.often(6) and thread.left:
            step = thread.left.pop(0)
        self.at = max(self.at, step.at + thread.shift)
        return None if step.body is None else replant(step.body, thread.names, self.at - step.at)


__all__ = ["PEOPLE", "Written", "write"]
