"""Streams of events: what is told to a world, and how a stream reads as a scenario file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.decision import Outcome
from charterhouse.kernel.events import FIELDS
from charterhouse.kernel.kinds import MAX, Line, Tender
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.standing import dump
from charterhouse.kernel.vocabulary import Body

ZONE = ZoneInfo("Asia/Shanghai")
"""The time zone of generated streams."""


STARTS = (
    datetime(2025, 3, 1, 10, tzinfo=ZONE), datetime(2024, 2, 28, 23, 30, tzinfo=ZONE),
    datetime(2024, 12, 30, 9, tzinfo=ZONE), datetime(2025, 1, 31, 12, tzinfo=ZONE),
)  # fmt: skip
"""When streams begin: on an ordinary day, and before the end of a February, a year, a month."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of a stream, at its moment; without a body time only passes."""

    at: datetime
    body: Body | None


@dataclass(frozen=True, slots=True)
class Stream:
    """A story without expectations.

    Attributes:
        settings: of the tenant, where they differ from the defaults.
        people: what is known of persons: ref → {born, sex …}.
        moments: the events, in the order of time.
    """

    settings: Mapping[str, Any]
    people: Mapping[str, Mapping[str, Any]]
    moments: tuple[Moment, ...]

    @property
    def end(self) -> datetime:
        """The moment of the last event."""
        return self.moments[-1].at

    def only(self, moments: Iterable[Moment]) -> Stream:
        """The same story with fewer events."""
        return replace(self, moments=tuple(moments))


def new_world(charter: Charter, stream: Stream, zone: tzinfo = ZONE) -> MemoryWorld:
    """A world that knows the people of a stream and nothing that happened."""
    world = MemoryWorld(charter, stream.settings, zone)
    for ref, facts in stream.people.items():
        world.introduce(ref, facts)
    return world


def tell(
    charter: Charter, stream: Stream, world: MemoryWorld | None = None
) -> tuple[MemoryWorld, list[Outcome]]:
    """Tell a stream to a world (a new one by default): what came out of each event.

    Everybody is brought to the moment of each event first, as a scenario does.
    """
    world = world or new_world(charter, stream)
    outcomes: list[Outcome] = []
    for moment in stream.moments:
        world.advance(moment.at)
        if moment.body is not None:
            outcomes.append(world.submit(moment.body, moment.at))
    return world, outcomes


def fork(world: MemoryWorld) -> MemoryWorld:
    """A world that goes on from here by itself; what both know is shared and never changed."""
    twin = MemoryWorld(world.book.charter, world.book.first.settings, world.zone)
    twin.book = world.book
    twin.standings = dict(world.standings)
    twin.documents = dict(world.documents)
    twin.people = dict(world.people)
    twin._ids = world._ids  # noqa: SLF001 - ids and card numbers go on where they were
    return twin


def frozen(world: MemoryWorld) -> dict[str, Any]:
    """Everything that a world keeps of its subjects and documents, as plain values of its own."""
    kept = {
        **{f"standing {ref}": dump(each) for ref, each in world.standings.items()},
        **{f"document {d.id}": [d.kind, d.member, d.content] for d in world.documents.values()},
    }
    # Through text: what is shared with the world could be changed there.
    own: dict[str, Any] = json.loads(json.dumps(kept, default=str))
    return own


# As a scenario file.


def as_yaml(charter: Charter, stream: Stream, name: str = "found by the test kit") -> str:
    """A stream as a scenario file, so that it can be kept, run and given expectations."""
    steps = [
        {"at": _moment(each.at), **({each.body.verb: _raw(each.body)} if each.body else {})}
        for each in stream.moments
    ]
    named = {name for each in stream.moments if each.body for name in _names(each.body)}
    people = {ref: _facts(facts) for ref, facts in stream.people.items() if ref in named}
    story = {"name": name, "settings": dict(stream.settings), "people": people, "steps": steps}
    file = {"charter": charter.code, "scenarios": [{k: v for k, v in story.items() if v}]}
    text: str = yaml.safe_dump(
        _plain(file), sort_keys=False, allow_unicode=True, width=160, default_flow_style=None
    )
    return text


def _names(body: Body) -> Iterable[str]:
    for known in FIELDS[body.verb].values():
        value = getattr(body, known.attribute)
        if isinstance(value, str):
            yield value


def _raw(body: Body) -> dict[str, Any]:
    return {
        known.name: _value(known.kind.name, value)
        for known in FIELDS[body.verb].values()
        if (value := getattr(body, known.attribute)) != known.default
    }


def _value(kind: str, value: Any) -> Any:
    if kind in ("fen", "positive_fen"):
        return show_fen(value)
    if kind == "moment":
        return _moment(value)
    if kind == "lines":
        return [_line(line) for line in value]
    if isinstance(value, Tender):
        return _tender(value)
    return value


def _line(line: Line) -> dict[str, Any]:
    offer = {} if line.offer is None else {"offer": show_fen(line.offer)}
    told = {"item": line.item, "category": line.category, "price": show_fen(line.price), **offer}
    more = {"quantity": line.quantity, "department": line.department, "medical": line.medical}
    return {**told, **{k: v for k, v in more.items() if v is not None}}


def _tender(tender: Tender) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in ("stored_value", "credit", "points"):
        amount = getattr(tender, name)
        if amount is not None:
            told[name] = (
                "max" if amount == MAX else amount if name == "points" else show_fen(amount)
            )
    return told


def _moment(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return dict(facts)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


__all__ = [
    "STARTS", "ZONE", "Moment", "Stream", "as_yaml", "fork", "frozen", "new_world", "tell",
]  # fmt: skip
