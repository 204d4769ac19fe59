"""Who is in whose charge: the VIPs of each client manager, and how many of them leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple, Protocol

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.figures import Figure, checked, day_of, filled, percent
from charterhouse.kernel.clauses.leaving import EXIT
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.decision import Document, Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY, day_start
from charterhouse.kernel.standing import HOUSE

MANAGER, MANAGERS = "manager", "managers"
"""Facts: a VIP's manager, and all managers of the institution."""

REPORT = "churn-report"
FIGURES = "S5"
"""The rule by which figures are checked."""


class Span(NamedTuple):
    """A time in which a VIP was in a manager's charge.

    Attributes:
        ref: the VIP.
        since: its first moment.
        until: the first moment after it; None while it runs.
        left: whether the membership ends with it; else another manager took over.
    """

    ref: str
    since: datetime
    until: datetime | None
    left: bool

    def at(self, moment: datetime) -> bool:
        """Whether it runs at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


class Documents(Protocol):
    """Where documents are found."""

    def document(self, doc_id: str) -> Document | None:
        """The document of this id, if there is one."""
        ...


def charge_of(view: Documents, manager: str) -> list[Span]:
    """Everybody who was or is in a manager's charge."""
    found = view.document(own_id("charge", manager))
    rows = found.content["spans"] if found else ()
    return [
        Span(ref, datetime.fromisoformat(since),
             datetime.fromisoformat(until) if until else None, left)
        for ref, since, until, left in rows
    ]  # fmt: skip


def in_charge(view: Documents, managers: Iterable[str], moment: datetime) -> dict[str, str]:
    """VIP → manager at a moment."""
    return {
        span.ref: manager
        for manager in managers
        for span in charge_of(view, manager)
        if span.at(moment)
    }


class Charge(Clause):
    """A VIP is in the charge of a client manager, whose name the application gives.

    The institution keeps who was in whose charge from when to when, for the leaving rate.
    """

    shares: ClassVar[frozenset[str]] = frozenset(
        {"apply", "join", "bring_in", "change_details", "withdraw", "resume", "record"}
    )

    def _keep(self, d: Draft, manager: str, spans: Iterable[Span]) -> Iterator[fx.Effect]:
        rows = [
            [s.ref, s.since.isoformat(), s.until.isoformat() if s.until else "", s.left]
            for s in spans
        ]
        content = {"spans": rows, "at": d.now.isoformat()}
        yield fx.Put("charge", own_id("charge", manager), HOUSE, content)
        known = d.standing(HOUSE).facts.get(MANAGERS, [])
        if manager not in known:
            yield fx.Keep(HOUSE, MANAGERS, [*known, manager])

    def _begin(self, d: Draft, member: str, manager: str) -> Iterator[fx.Effect]:
        span = Span(member, d.now, None, left=False)
        yield from self._keep(d, manager, [*charge_of(d, manager), span])

    def _close(
        self, d: Draft, member: str, until: datetime | None, *, left: bool
    ) -> Iterator[fx.Effect]:
        """Let the last span of a VIP end at a moment, or go on."""
        manager = d.standing(member).facts.get(MANAGER, "")
        spans = charge_of(d, manager)
        last = max((n for n, span in enumerate(spans) if span.ref == member), default=None)
        if last is not None:
            spans[last] = spans[last]._replace(until=until, left=left)
            yield from self._keep(d, manager, spans)

    @on("apply", "bring_in", phase=GUARD, rank=30)
    def given(self, d: Draft) -> Iterator[fx.Effect]:
        """A manager is named."""
        if not str(detail(d.body, MANAGER) or "").strip():
            yield fx.Lack(MANAGER)

    @on("activated", phase=FOLLOW, rank=30)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The charge begins; a day on which an earlier membership ended says nothing any more."""
        manager = str(detail(d.event.body, MANAGER)).strip()
        yield fx.Change(happening.member, {"valid_until": None})
        yield fx.Keep(happening.member, MANAGER, manager)
        yield from self._begin(d, happening.member, manager)

    @on("change_details", phase=GUARD, rank=30)
    def another(self, d: Draft) -> Iterator[fx.Effect]:
        """A new manager has a name."""
        if MANAGER in d.body.changes and not str(d.body.changes[MANAGER] or "").strip():
            yield fx.Lack(MANAGER)

    @on("change_details", phase=FOLLOW, rank=30)
    def hand_over(self, d: Draft) -> Iterator[fx.Effect]:
        """Another manager takes over, until the end that is known already, if there is one."""
        manager = str(d.body.changes.get(MANAGER) or "").strip()
        if not manager or manager == d.of_member.facts.get(MANAGER):
            return
        yield from self._close(d, d.member, d.now, left=False)
        yield fx.Keep(d.member, MANAGER, manager)
        yield from self._begin(d, d.member, manager)
        if EXIT in d.of_member.facts:
            yield from self._close(d, d.member, _exit(d), left=True)

    @on("withdraw", phase=FOLLOW, rank=30)
    def leaving(self, d: Draft) -> Iterator[fx.Effect]:
        """The charge ends with the membership, whose end is known now."""
        yield from self._close(d, d.member, _exit(d), left=True)

    @on("resume", phase=FOLLOW, rank=30)
    def staying(self, d: Draft) -> Iterator[fx.Effect]:
        """It goes on."""
        yield from self._close(d, d.member, None, left=False)


def _exit(d: Draft) -> datetime:
    kept = d.of_member.facts.get(EXIT)
    day = date.fromisoformat(kept["day"]) if kept else d.now.date()
    return day_start(day, d.now.tzinfo) if kept else d.now


class LeavingRate(Clause):
    """The leaving rate of a period: leavers of those present at its start ÷ those present."""

    shares: ClassVar[frozenset[str]] = frozenset({"record"})

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (REPORT,)}

    @staticmethod
    def figures(
        view: Documents, managers: Collection[str], of: Any, begin: datetime, end: datetime
    ) -> dict[str, Figure]:
        """What is recorded: VIPs at the beginning, those of them who left up to the end, the rate.

        Args:
            view: where documents are.
            managers: all of them.
            of: the manager whose VIPs at the beginning are looked at; None for all.
            begin: the first moment of the period.
            end: the first moment after it.
        """
        present = in_charge(view, managers, begin)
        chosen = {ref for ref, manager in present.items() if of in (None, manager)}
        gone = {
            span.ref
            for manager in managers
            for span in charge_of(view, manager)
            if span.left and span.until is not None and begin < span.until <= end
        }
        left = len(chosen & gone)
        return {"at_start": len(chosen), "left": left, "rate": percent(left, len(chosen))}

    def _recorded(self, d: Draft, first: date, last: date) -> dict[str, Figure]:
        zone = d.now.tzinfo
        begin, end = day_start(first, zone), day_start(last + ONE_DAY, zone)
        managers = d.standing(HOUSE).facts.get(MANAGERS, [])
        return self.figures(d, managers, detail(d.body, MANAGER), begin, end)

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """Of a period that is over, with the recorded figures."""
        if d.body.kind != REPORT:
            return
        first, last = day_of(d, "from"), day_of(d, "to")
        if first is None:
            yield fx.Lack("from")
        if last is None:
            yield fx.Lack("to")
        if first is None or last is None:
            return
        if last < first:
            yield fx.Refuse("not_eligible", "record.details.to")
        if d.now < day_start(last + ONE_DAY, d.now.tzinfo):
            yield fx.Refuse("too_early", "record.details.to")
        yield from checked(d, self._recorded(d, first, last), FIGURES)

    @on("record", phase=FOLLOW, rank=40)
    def hand_in(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it with all its figures."""
        first, last = day_of(d, "from"), day_of(d, "to")
        if d.body.kind != REPORT or first is None or last is None:
            return
        manager = str(detail(d.body, MANAGER) or "")
        yield fx.Put(REPORT, own_id(REPORT, manager, first.isoformat(), last.isoformat()), HOUSE, {
            **filled(self._recorded(d, first, last)), "by": d.body.by, "at": d.now.isoformat(),
        })  # fmt: skip


__all__ = [
    "MANAGER", "MANAGERS", "REPORT", "Charge", "Documents", "LeavingRate", "Span", "charge_of",
    "in_charge",
]  # fmt: skip
