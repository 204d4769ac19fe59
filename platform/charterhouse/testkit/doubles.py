"""A charter that fails on demand, to test what stands around a charter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import sleep
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import PHASES, Binding, Charter, Clause
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.settings import SettingValues

FAULTS = ("raise", "sleep", "effect", "code", "number", "stranger", "flood", "unbalanced")


class GarbageError(RuntimeError):
    """What the double raises."""


class Faulty(Charter):
    """A charter that decides like another one until a certain event, at which it fails.

    Args:
        charter: the charter that it is otherwise.
        fault: "raise" an error, "sleep", yield an "effect" of no known sort, refuse with a "code"
            that is none, speak for a "number" that no clause has, touch a "stranger" whom the
            event does not name, "flood" the journal with postings, or "unbalanced": change what
            it may not change.
        verb: the event at which it fails.
        phase: the phase in which it does.
        seconds: how long it sleeps.

    Raises:
        ValueError: there is no such fault.
    """

    def __init__(
        self, charter: Charter, fault: str, *, verb: str = "spend", phase: str = "earn",
        seconds: float = 0.2,
    ) -> None:  # fmt: skip
        if fault not in FAULTS or phase not in PHASES:
            raise ValueError(f"{fault!r} is none of {', '.join(FAULTS)}, or {phase!r} is no phase")
        self._charter = charter
        self._fault = _Fault(charter, fault, verb, phase, seconds)
        # What a charter declares beside its clauses is the other one's.
        for name in (*Charter.__annotations__,):
            setattr(self, name, getattr(charter, name))

    def clauses(self, s: SettingValues) -> list[Clause]:
        """The other charter's clauses, and one that fails."""
        found = self._charter.clauses(s)
        return [*found, self._fault.speaking_for(found[0].number)]


class _Fault(Clause):
    def __init__(self, charter: Charter, fault: str, verb: str, phase: str, seconds: float) -> None:
        super().__init__("")
        self._charter = charter
        self._do: Callable[[Draft], Iterator[fx.Effect]] = getattr(self, f"_{fault}")
        self._binding = Binding(verb, phase, 99, "fail")
        self._seconds = seconds

    def speaking_for(self, number: str) -> _Fault:
        self.number = number
        return self

    def bound(self) -> list[Binding]:
        return [self._binding]

    def fail(self, d: Draft) -> Iterator[fx.Effect]:
        yield from self._do(d)

    def _raise(self, _d: Draft) -> Iterator[fx.Effect]:
        raise GarbageError("the double was told to fail here")
        yield

    def _sleep(self, _d: Draft) -> Iterator[fx.Effect]:
        sleep(self._seconds)
        yield fx.Cite("slept")

    def _effect(self, _d: Draft) -> Iterator[fx.Effect]:
        class Unknown(fx.Effect):
            pass

        yield Unknown()

    def _code(self, d: Draft) -> Iterator[fx.Effect]:
        yield fx.Change(d.member, {"status": "enchanted"})

    def _number(self, _d: Draft) -> Iterator[fx.Effect]:
        yield fx.Cite(number="no such clause")

    def _stranger(self, _d: Draft) -> Iterator[fx.Effect]:
        yield fx.Credit("nobody-named-this", "points", 1)

    def _flood(self, d: Draft) -> Iterator[fx.Effect]:
        for _ in range(100_000):
            yield fx.Credit(d.member, "points", 1)

    def _unbalanced(self, d: Draft) -> Iterator[fx.Effect]:
        d.post(d.member, "points", 1, "", self.number)
        yield fx.Cite("posted by itself")


def faults(charter: Charter, **where: Any) -> Mapping[str, Faulty]:
    """One double for each fault, "sleep" left out."""
    return {fault: Faulty(charter, fault, **where) for fault in FAULTS if fault != "sleep"}


__all__ = ["FAULTS", "Faulty", "GarbageError", "faults"]
