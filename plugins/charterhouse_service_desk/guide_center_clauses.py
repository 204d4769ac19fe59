"""What only the guide centre knows: the order of a journey, and the inventory of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import HOUSE

JOURNEY = "journey"
GUIDE, REGISTRATION, TRIAGE, FIRST = "guide", "registration", "triage", "doctor-first"
PAYMENT, EXAMINATION, SECOND = "payment", "examination", "doctor-second"
DISCHARGE = "discharge"

ROWS: Mapping[str, int] = {
    GUIDE: 1, REGISTRATION: 2, TRIAGE: 3, FIRST: 4, PAYMENT: 5, EXAMINATION: 6, SECOND: 7,
    "dispensing": 8, "treatment-room": 9, "infusion": 9, "admission": 10, DISCHARGE: 11,
}  # fmt: skip
"""Station → its row in the fixed order."""

PAID = frozenset({EXAMINATION, "dispensing", "treatment-room", "infusion"})
DOCTORS = frozenset({FIRST, SECOND})
DEFERRED, COLLECT = "payment-deferred", "collect-payment"

_MANDATORY = (GUIDE, REGISTRATION, TRIAGE, FIRST)
_FREE = frozenset({REGISTRATION, PAYMENT})
"""What may come at any point of an emergency journey, or not at all."""

_CONFIRMED = frozenset({"dispensing", "treatment-room", "infusion", "admission", DISCHARGE})
"""What follows an examination only after the doctor saw its result."""

_EITHER = frozenset({"treatment-room", "infusion"})


def number_of(station: str) -> str:
    """The clause of a station."""
    return f"3.{ROWS[station]}"


def is_emergency(content: Mapping[str, Any]) -> bool:
    """Whether a journey is in the emergency green channel."""
    return content["details"].get("emergency") is True


@dataclass(frozen=True, slots=True)
class Path:
    """The stations of a journey so far, in order.

    In an emergency registration and payment bind nobody, and do not count in the order.
    """

    stations: Sequence[str]
    emergency: bool = False

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Path:
        """The path of a request."""
        return cls([row[0] for row in content["steps"]], is_emergency(content))

    @property
    def since_doctor(self) -> Sequence[str]:
        """The stations after the last doctor's step; all where there was none."""
        for place in range(len(self.stations), 0, -1):
            if self.stations[place - 1] in DOCTORS:
                return self.stations[place:]
        return self.stations

    def allows(self, station: str) -> bool:
        """Whether a station may come next."""
        if self.emergency and station in _FREE:
            return True
        return not self._turns_back(station) and self._follows(station)

    def _turns_back(self, station: str) -> bool:
        """It stands in an earlier row than one that was reached."""
        row = ROWS[station]
        near = ROWS[PAYMENT] <= row <= ROWS[SECOND]
        passed = self.since_doctor if near else self.stations
        ignored = _FREE if self.emergency else frozenset()
        return any(ROWS[each] > row for each in passed if each not in ignored)

    def _follows(self, station: str) -> bool:
        """What has to come before it is done."""
        ignored = _FREE if self.emergency else frozenset()
        before = [each for each in _MANDATORY if ROWS[each] < ROWS[station]]
        if not all(each in self.stations for each in before if each not in ignored):
            return False
        recent = self.since_doctor
        if station == SECOND:
            return EXAMINATION in recent
        if station in _CONFIRMED and EXAMINATION in recent:
            return False
        return station not in PAID or self.emergency or PAYMENT in recent

    def is_other(self, station: str) -> bool:
        """Whether the other one of two stations that exclude each other was taken."""
        return station in _EITHER and any(each in _EITHER - {station} for each in self.stations)

    @property
    def is_unpaid(self) -> bool:
        """Whether a paid station was taken without payment and none has come since."""
        paid = unpaid = False
        for station in self.stations:
            if station in DOCTORS:
                paid = False
            elif station == PAYMENT:
                paid, unpaid = True, False
            elif station in PAID and not paid:
                unpaid = True
        return unpaid


class Journey(Clause):
    """The order of the stations is fixed; optional ones may be left out.

    Beside `Services`, which knows the stations. Numbers by reason: those of the stations, and
    `emergency`.
    """

    def __init__(self, number: str, *, emergency: str) -> None:
        stations = {f"station {each}": number_of(each) for each in ROWS}
        super().__init__(number, emergency=emergency, **stations)

    @staticmethod
    def _path(d: Draft) -> Path | None:
        """The path before this step; None where the event is about something else."""
        request = d.subject
        if request is None or request.content.get("service") != JOURNEY:
            return None
        return Path.of(request.content) if d.body.step in ROWS else None

    @on("progress", phase=GUARD, rank=60)
    def in_order(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a station that is not next, under its own number."""
        path, station = self._path(d), d.body.step
        if path is not None and (path.is_other(station) or not path.allows(station)):
            yield fx.Refuse("order_violation", "progress.step", number=number_of(station))

    @on("progress", phase=FOLLOW, rank=40)
    def unpaid(self, d: Draft) -> Iterator[fx.Effect]:
        """What an emergency leaves unpaid is marked, and collected in the end."""
        path, station = self._path(d), d.body.step
        if path is None or not path.emergency or d.subject is None:
            return
        number, about = self.of("emergency"), {"request": d.subject.id}
        if station in PAID and PAYMENT not in path.since_doctor:
            yield fx.Raise("flag", DEFERRED, d.member, number=number, about=about)
        if station == DISCHARGE and path.is_unpaid:
            yield fx.Raise("task", COLLECT, d.member, number=number, about=about)


class DeskInventory(Clause):
    """What the service desk must have; what lacks is replenished.

    Args:
        things: each of which is there or not.
    """

    kind, task = "desk-inventory", "replenish"

    def __init__(self, number: str, *things: str) -> None:
        super().__init__(number)
        self.things = things

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.kind,)}

    @on("record", phase=FOLLOW, rank=40)
    def look(self, d: Draft) -> Iterator[fx.Effect]:
        """One task for whatever lacks; nothing lacks: it is done."""
        if d.body.kind != self.kind:
            return
        lacking = [thing for thing in self.things if detail(d.body, thing) is not True]
        yield fx.Cite(self.kind)
        if lacking:
            yield fx.Raise("task", self.task, HOUSE, about={"lacking": lacking})
        else:
            yield fx.Finish(HOUSE, self.task)


__all__ = [
    "COLLECT", "DEFERRED", "DISCHARGE", "DOCTORS", "JOURNEY", "PAID", "ROWS", "DeskInventory",
    "Journey", "Path", "number_of",
]  # fmt: skip
