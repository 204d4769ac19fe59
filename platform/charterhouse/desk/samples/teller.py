"""Tells a sample's stories through the door, in the order of time, as if they had happened."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from charterhouse import clock
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import PricedItem
from charterhouse.desk.people import create_person
from charterhouse.desk.samples.people import Invented, invent
from charterhouse.desk.samples.spec import HOUSE, NEW, Plot, Sample, Step
from charterhouse.desk.samples.values import bill_lines, fill
from charterhouse.kernel.events import FIELDS, parse_body
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import birthday_in
from charterhouse.kernel.standing import HOUSE as HOUSE_REF
from charterhouse.records.door import Door, Told
from charterhouse.tenancy.store import Unit

_OPEN, _HOURS = time(8, 10), 9
PAPERS = "$papers"
_AN_ID = frozenset({"spend", "pay", "redeem", "use", "top_up", "request", "book"})

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Summary:
    """What was told.

    Attributes:
        accepted, refused: events by verb.
        ended: plot → how often it came to its end.
        broken: plot → how often it stopped before, by whatever refused it.
        people: how many were invented.
    """

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    people: int = 0

    @property
    def events(self) -> int:
        """All events, the refused ones too."""
        return self.accepted.total() + self.refused.total()


@dataclass(slots=True)
class _Run:
    """A plot that is going on: who plays in it, and who is kept from other plots meanwhile."""

    plot: Plot
    step: int = 0
    cast: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class House:
    """What the stories need of the institution.

    Attributes:
        prices: the price list.
        branches: codes.
        staff: login → (id, branch).
    """

    prices: Sequence[PricedItem]
    branches: Sequence[str]
    staff: Mapping[str, tuple[int, str]]


class Teller:
    """Tells the stories of one sample in one writing unit.

    Args:
        unit: open and writing.
        sample: what to tell.
        house: whose staff tells it.
        until: the moment at which the stories end, in the tenant's zone.
        progress: called with (events told, events expected).
    """

    def __init__(
        self, unit: Unit, sample: Sample, house: House, until: datetime, progress: Progress
    ) -> None:
        self._sample = sample
        self._house = house
        self._until = until
        self._zone = until.tzinfo
        self._start = until - timedelta(days=sample.days)
        self._progress = progress
        self._random = Random(f"{sample.seed}/{until.date().isoformat()}")  # noqa: S311 - a story
        self._door = Door(unit)
        self._invented = invent(self._random)
        self._clock = clock.FixedClock(self._start)
        self._facts: dict[str, dict[str, Any]] = {}
        self._addresses: dict[str, str] = {}
        self._zeal: dict[str, int] = {}
        self._homes: dict[str, str] = {}
        self._busy: set[str] = set()
        self._queue: list[tuple[datetime, int, _Run]] = []
        self._number = 0
        self._day = self._start.date()
        self.summary = Summary()

    def tell(self) -> Summary:
        """Tell everything.

        Raises:
            DeskError: a plot cannot be told, for example for an unknown field or name.
            CharterError: the charter broke its contract.
        """
        self._schedule()
        expected = sum(len(run.plot.steps) for _, _, run in self._queue)
        with clock.use_clock(self._clock):
            while self._queue and self._queue[0][0] <= self._until:
                moment, _, run = heapq.heappop(self._queue)
                self._pass_time(moment)
                self._clock.set(moment)
                self._go_on(run, moment)
                self._progress(self.summary.events, expected)
            self._pass_time(self._until)
        return self.summary

    # When things happen.

    def _schedule(self) -> None:
        ways = [plot for plot in self._sample.plots if plot.share]
        weights = [plot.share for plot in ways]
        # Every way is taken once, so that a small sample shows them all too.
        chosen = [*ways, *self._random.choices(ways, weights, k=self._sample.members)]
        for plot in chosen[: max(len(ways), self._sample.members)]:
            self._push(self._any_time(plot, early=True), _Run(plot))
        for plot in self._sample.plots:
            for _ in range(0 if plot.share else plot.count(self._sample.members)):
                self._push(self._any_time(plot, early=False), _Run(plot))

    def _push(self, moment: datetime, run: _Run) -> None:
        self._number += 1
        heapq.heappush(self._queue, (moment, self._number, run))

    def _any_time(self, plot: Plot, *, early: bool) -> datetime:
        if plot.days_ago:
            ago = self._random.randint(*plot.days_ago)
        else:
            # People join sooner; what happens to them needs members to happen to.
            drawn = self._random.random()
            share = drawn**1.6 if early else 0.04 + 0.96 * drawn**0.8
            ago = self._sample.days - int(share * self._sample.days)
        return self._in_hours(self._until.date() - timedelta(days=ago))

    def _in_hours(self, day: date) -> datetime:
        opened = datetime.combine(day, _OPEN, self._zone)
        return opened + timedelta(seconds=self._random.randrange(_HOURS * 3600))

    def _pass_time(self, moment: datetime) -> None:
        """Do every night what the clock job does: wake whoever is due."""
        while self._day < moment.date():
            self._day += timedelta(days=1)
            self._wake(datetime.combine(self._day, time(0, 5), self._zone))
        if moment == self._until:
            self._wake(moment)

    def _wake(self, moment: datetime) -> None:
        self._clock.set(moment)
        standings = self._door.view.loaded
        due = [ref for ref, s in standings.items() if s is not None and s.wake and s.wake <= moment]
        if HOUSE_REF not in standings and self._door.book.at(moment).house_dues:
            due.append(HOUSE_REF)
        for ref in sorted(due):
            self._door.advance(ref, moment)

    # What happens.

    def _go_on(self, run: _Run, moment: datetime) -> None:
        if run.step == 0 and not self._begin(run, moment):
            return
        step = run.plot.steps[run.step]
        accepted = self._event(run, step, moment)
        run.step += 1
        if not accepted:
            self._close(run, self.summary.broken)
        elif run.step == len(run.plot.steps):
            self._close(run, self.summary.ended)
        else:
            pause = run.plot.steps[run.step].after
            jitter = timedelta(seconds=self._random.randrange(1, 240))
            self._push(moment + pause + jitter, run)

    def _close(self, run: _Run, counter: Counter[str]) -> None:
        counter[run.plot.name] += 1
        self._busy -= run.held

    def _hold(self, run: _Run, name: str, ref: str) -> str:
        run.cast[name] = ref
        run.held.add(ref)
        self._busy.add(ref)
        return ref

    def _begin(self, run: _Run, moment: datetime) -> bool:
        """Find the people of a plot; False when it begins another day or never."""
        plot = run.plot
        if plot.who == HOUSE or "$me" in run.cast:
            return "$me" not in run.cast or self._usable(run.cast["$me"], plot)
        if plot.who == NEW:
            self._hold(run, "$me", self._somebody_new())
            return True
        found = self._member(plot)
        if found is None:
            return False
        if plot.birthday:
            run.cast["$me"] = found
            return self._on_birthday(run, found, moment)
        self._hold(run, "$me", found)
        return True

    def _on_birthday(self, run: _Run, ref: str, moment: datetime) -> bool:
        born = self._facts[ref]["born"]
        for year in (moment.year, moment.year + 1):
            day = birthday_in(born, year)
            if day > moment.date():
                self._push(self._in_hours(day), run)
                break
        return False

    def _usable(self, ref: str, plot: Plot) -> bool:
        standing = self._door.view.standing(ref)
        rights = standing.status == "active" and standing.card == "active"
        return rights and all(standing.balance(unit) >= n for unit, n in plot.has.items())

    def _member(self, plot: Plot, without: str = "") -> str | None:
        refs = [
            ref
            for ref in self._zeal
            if ref != without and ref not in self._busy and self._usable(ref, plot)
        ]
        if not refs:
            return None
        return self._random.choices(refs, [self._zeal[ref] for ref in refs])[0]

    def _somebody_new(self) -> str:
        person: Invented = next(self._invented)
        kept = create_person(person.raw)
        self._facts[kept.ref] = {"born": kept.born, "sex": kept.sex}
        self._addresses[kept.ref] = person.address
        self._zeal[kept.ref] = self._random.choice((1, 1, 2, 2, 3, 5, 8))
        if self._house.branches:
            self._homes[kept.ref] = self._random.choice(self._house.branches)
        self.summary.people += 1
        return kept.ref

    # How it is told.

    def _event(self, run: _Run, step: Step, moment: datetime) -> bool:
        raw = self._filled(run, step, moment)
        if step.verb in _AN_ID:
            raw.setdefault("id", f"{step.verb[0].upper()}{self.summary.events + 1:06d}")
        if "id" in raw:
            run.cast[f"${run.step + 1}"] = raw["id"]
        me = run.cast.get("$me", "")
        if raw.get("documents") == PAPERS:
            raw["documents"] = self._papers(step, raw, moment, me)
        kept = self._door.tell(self._told(step, raw, moment, me))
        refused = kept.outcome["refusal"] is not None
        (self.summary.refused if refused else self.summary.accepted)[step.verb] += 1
        return not refused

    def _filled(self, run: _Run, step: Step, moment: datetime) -> dict[str, Any]:
        def ask(name: str) -> Any:
            return self._ask(name, run, step)

        raw: dict[str, Any] = fill(dict(step.fields), ask, moment, self._random)
        me = run.cast.get("$me", "")
        if me and "member" in FIELDS[step.verb] and not {"member", "person"} & raw.keys():
            raw["member"] = me
        if me in self._homes:
            raw.setdefault("branch", self._homes[me])
        return raw

    def _papers(
        self, step: Step, raw: Mapping[str, Any], moment: datetime, me: str
    ) -> dict[str, int]:
        """The documents that lack when none is handed in."""
        told = self._told(step, {**raw, "documents": {}}, moment, me)
        refusal = self._door.quote(told).decision.refusal
        return dict.fromkeys(refusal.missing, 1) if refusal else {}

    def _told(self, step: Step, raw: Mapping[str, Any], moment: datetime, me: str) -> Told:
        body = parse_body(step.verb, raw, self._zone)
        key = f"sample:{self.summary.events + 1}"
        return Told(body, moment, self._actor(step, me), key, None, self._known)

    def _known(self, ref: str) -> Mapping[str, Any]:
        return self._facts.get(ref, {})

    def _actor(self, step: Step, me: str) -> str:
        if step.actor == "member":
            return f"member:{me}"
        if step.actor:
            if step.actor not in self._house.staff:
                raise DeskError("is nobody of the staff", field=f"{step.verb}.as {step.actor}")
            return f"staff:{self._house.staff[step.actor][0]}"
        home = self._homes.get(me, "")
        here = [key for key, branch in self._house.staff.values() if branch in ("", home)]
        return f"staff:{self._random.choice(here)}" if here else "system"

    def _ask(self, name: str, run: _Run, step: Step) -> Any:
        me = run.cast.get("$me", "")
        if name in run.cast:
            return run.cast[name]
        if name == "$new":
            return self._hold(run, name, self._somebody_new())
        if name == "$other":
            run.cast[name] = self._member(run.plot, without=me) or self._somebody_new()
            return run.cast[name]
        known: dict[str, Callable[[], Any]] = {
            "$lines": lambda: bill_lines(self._house.prices, self._random),
            "$owed": lambda: self._owed(step, me),
            "$address": lambda: self._addresses[me],
            PAPERS: lambda: PAPERS,
        }
        if name not in known:
            raise DeskError(f"{name} is unknown in a plot", field=f"{run.plot.name}.{step.verb}")
        return known[name]()

    def _owed(self, step: Step, me: str) -> str:
        debt = self._door.view.standing(me).owed.get(str(step.fields.get("for")))
        return show_fen(debt.amount if debt else 0)


__all__ = ["House", "Progress", "Summary", "Teller"]
