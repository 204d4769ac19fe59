"""Tells a sample's stories through the door, in the order of time, as if they had happened."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from charterhouse import clock
from charterhouse.desk.errors import DeskError
from charterhouse.desk.institution import PricedItem
from charterhouse.desk.requests import assign
from charterhouse.desk.samples.casting import Cast
from charterhouse.desk.samples.chores import Chores
from charterhouse.desk.samples.days import Days
from charterhouse.desk.samples.pictures import Handed
from charterhouse.desk.samples.spec import HOUSE, MEMBER, NEW, Plot, Sample, Step
from charterhouse.desk.samples.values import bill_lines, fill
from charterhouse.kernel.clauses.policies import policies_of
from charterhouse.kernel.events import FIELDS, parse_body
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import next_birthday
from charterhouse.kernel.standing import HOUSE as HOUSE_REF
from charterhouse.kernel.standing import PREPAYMENT
from charterhouse.records.door import Door, Told
from charterhouse.tenancy.store import Unit

PAPERS = "$papers"
BENEFIT = "$benefit"
GIFT = "$gift"
_LINES = re.compile(r"\$lines(?:\(([a-z0-9_.-]+)\))?")
_AN_ID = frozenset({"spend", "pay", "redeem", "use", "top_up", "policy", "request", "book"})

_ANYBODY = Plot(
    name="", who=MEMBER, share=0, per_hundred=0, times=0, birthday=False, days_ago=None,
    ago=None, has={}, status=frozenset(), tier=frozenset(), kind=frozenset(), owes="", ages=None, ends_within=0, steps=(),
)  # fmt: skip
"""Whom `$other` may be: any member with rights."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Summary:
    """What was told.

    Attributes:
        accepted, refused: events by verb.
        ended: plot → how often it came to its end.
        broken: plot → how often it stopped before, by whatever refused it.
        unplayed: plot → how often nobody was there to whom it could happen.
        people: how many were invented.
    """

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    unplayed: Counter[str] = field(default_factory=Counter)
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


class _NothingFitsError(Exception):
    """The charter gives the member nothing now of what a step would take."""


@dataclass(frozen=True, slots=True)
class House:
    """What the stories need of the institution.

    Attributes:
        prices: the price list.
        branches: codes.
        staff: login → (id, branch).
        workers: ids of those who work off tasks.
    """

    prices: Sequence[PricedItem]
    branches: Sequence[str]
    staff: Mapping[str, tuple[int, str]]
    workers: Sequence[int] = ()


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
        self._start = until - timedelta(days=sample.days)
        self._progress = progress
        self._random = Random(f"{sample.seed}/{until.date().isoformat()}")  # noqa: S311 - a story
        self._door = Door(unit)
        self._cast = Cast(self._door.view, self._random, house.branches)
        self._days = Days(self._random, until.date(), sample.days, until.tzinfo)
        self._clock = clock.FixedClock(self._start)
        self._handed = Handed(until)
        self._chores = Chores(Random(f"{sample.seed}/chores"), house.workers)  # noqa: S311 - a story
        self._queue: list[tuple[datetime, int, _Run | None]] = []
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
        expected = sum(len(run.plot.steps) for _, _, run in self._queue if run)
        with clock.use_clock(self._clock):
            while self._queue and self._queue[0][0] <= self._until:
                moment, _, run = heapq.heappop(self._queue)
                self._pass_time(moment)
                self._clock.set(moment)
                if run is None:
                    self._chores.work(moment.date())
                    continue
                self._go_on(run, moment)
                self._progress(self.summary.events, expected)
            self._pass_time(self._until)
        self.summary.people = len(self._cast)
        return self.summary

    # When things happen.

    def _schedule(self) -> None:
        ways = [plot for plot in self._sample.plots if plot.share]
        weights = [plot.share for plot in ways]
        # Every way is taken once, so that a small sample shows them all too.
        chosen = [*ways, *self._random.choices(ways, weights, k=self._sample.members)]
        for plot in chosen[: max(len(ways), self._sample.members)]:
            self._push(self._moment(plot, early=True), _Run(plot))
        for plot in self._sample.plots:
            for _ in range(0 if plot.share else plot.count(self._sample.members)):
                self._push(self._moment(plot, early=False), _Run(plot))
        for moment in self._chores.times(self._day, self._until, self._until.tzinfo):
            self._push(moment, None)

    def _moment(self, plot: Plot, *, early: bool) -> datetime:
        if plot.ago is None:
            return self._days.draw(plot.days_ago, early=early)
        least, most = (int(each.total_seconds()) for each in plot.ago)
        return self._until - timedelta(seconds=self._random.randint(least, most))

    def _push(self, moment: datetime, run: _Run | None) -> None:
        self._number += 1
        heapq.heappush(self._queue, (moment, self._number, run))

    def _pass_time(self, moment: datetime) -> None:
        """Do every night what the clock job does: wake whoever is due."""
        while self._day < moment.date():
            self._day += timedelta(days=1)
            self._wake(datetime.combine(self._day, time(0, 5), self._until.tzinfo))
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
        try:
            accepted = self._event(run, step, moment)
        except _NothingFitsError:
            self._close(run, self.summary.unplayed)
            return
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
        self._cast.busy -= run.held

    def _hold(self, run: _Run, name: str, ref: str) -> str:
        run.cast[name] = ref
        run.held.add(ref)
        self._cast.busy.add(ref)
        return ref

    def _begin(self, run: _Run, moment: datetime) -> bool:
        """Find the people of a plot; False when it begins another day or never."""
        plot, cast = run.plot, self._cast
        if plot.who == HOUSE:
            return True
        if plot.who == NEW:
            self._hold(run, "$me", cast.newcomer())
            return True
        found = run.cast.get("$me") or cast.find(plot, moment.date())
        if found is None or not cast.fits(found, plot, moment.date()):
            self.summary.unplayed[plot.name] += 1
            return False
        if plot.birthday and "$me" not in run.cast:
            run.cast["$me"] = found
            born = next_birthday(cast.born(found), moment.date())
            self._push(self._days.open_on(born), run)
            return False
        self._hold(run, "$me", found)
        return True

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
        self._choose(step, raw, moment, me)
        told = self._told(step, raw, moment, me)
        kept = self._door.tell(told)
        refused = kept.outcome["refusal"] is not None
        (self.summary.refused if refused else self.summary.accepted)[step.verb] += 1
        if me and not refused:
            self._handed.keep(me, step.verb, raw, moment, told.actor)
        if step.to and not refused:
            worker = self._staff(self._random.choice(step.to), "request.to")
            assign(raw["id"], worker, actor=self._actor(step, me))
        return not refused

    def _filled(self, run: _Run, step: Step, moment: datetime) -> dict[str, Any]:
        def ask(name: str) -> Any:
            return self._ask(name, run, step)

        raw: dict[str, Any] = fill(dict(step.fields), ask, moment, self._random)
        me = run.cast.get("$me", "")
        field = FIELDS[step.verb].get("member")
        # Where a verb takes either, a person named stands in the member's place.
        if me and field and (field.required or "person" not in raw):
            raw.setdefault("member", me)
        if me in self._cast.homes:
            raw.setdefault("branch", self._cast.homes[me])
        return raw

    def _choose(self, step: Step, raw: dict[str, Any], moment: datetime, me: str) -> None:
        """Put in what the charter would give now where the step leaves it open."""
        name, codes = "", []
        program = self._door.book.at(moment)
        if raw.get("benefit") == BENEFIT:
            name = "benefit"
            codes = list(program.variant(self._door.view.standing(me).tier).benefits)
        elif raw.get("item") == GIFT:
            name, codes = "item", list(program.catalogue())
        if not name:
            return
        self._random.shuffle(codes)
        for code in codes:
            raw[name] = code
            told = self._told(step, raw, moment, me)
            if self._door.quote(told).decision.refusal is None:
                return
        raise _NothingFitsError

    def _papers(
        self, step: Step, raw: Mapping[str, Any], moment: datetime, me: str
    ) -> dict[str, int]:
        """The documents that lack when none is handed in; of a request, those that still lack."""
        if "request" in raw:
            asked = self._door.view.document(raw["request"])
        else:
            told = self._told(step, {**raw, "documents": {}}, moment, me)
            decision = self._door.quote(told).decision
            if decision.refusal:
                return dict.fromkeys(decision.refusal.missing, 1)
            asked = decision.documents.get(raw.get("id", ""))
        return dict.fromkeys(asked.content["lacking"], 1) if asked else {}

    def _told(self, step: Step, raw: Mapping[str, Any], moment: datetime, me: str) -> Told:
        body = parse_body(step.verb, raw, self._until.tzinfo)
        key = f"sample:{self.summary.events + 1}"
        return Told(body, moment, self._actor(step, me), key, None, self._cast.known)

    def _actor(self, step: Step, me: str) -> str:
        if step.actor == "member":
            return f"member:{me}"
        if step.actor:
            return f"staff:{self._staff(step.actor, f'{step.verb}.as')}"
        home = self._cast.homes.get(me, "")
        here = [key for key, branch in self._house.staff.values() if branch in ("", home)]
        return f"staff:{self._random.choice(here)}" if here else "system"

    def _staff(self, login: str, where: str) -> int:
        """The id of an account."""
        if login not in self._house.staff:
            raise DeskError("is nobody of the staff", field=f"{where} {login}")
        return self._house.staff[login][0]

    def _ask(self, name: str, run: _Run, step: Step) -> Any:
        me = run.cast.get("$me", "")
        if name in run.cast:
            return run.cast[name]
        if name == "$new":
            return self._hold(run, name, self._cast.newcomer())
        if name == "$other":
            found = self._cast.find(_ANYBODY, self._clock.now().date(), without=me)
            run.cast[name] = found or self._cast.newcomer()
            return run.cast[name]
        lines = _LINES.fullmatch(name)
        if lines:
            prices, more = self._house.prices, self._sample.items
            return bill_lines(prices, more, self._random, lines[1] or "")
        known: dict[str, Callable[[], Any]] = {
            "$owed": lambda: self._owed(step, me),
            "$address": lambda: self._cast.addresses[me],
            "$policy": lambda: self._policy(me),
        }
        if name in (PAPERS, BENEFIT, GIFT):
            return name
        if name not in known:
            raise DeskError(f"{name} is unknown in a plot", field=f"{run.plot.name}.{step.verb}")
        return known[name]()

    def _policy(self, me: str) -> str:
        found = policies_of(self._door.view.standing(me))
        if not found:
            raise _NothingFitsError
        return found[-1].id

    def _owed(self, step: Step, me: str) -> str:
        purpose = PREPAYMENT if step.verb == "top_up" else str(step.fields.get("for"))
        debt = self._door.view.standing(me).owed.get(purpose)
        return show_fen(debt.amount if debt else 0)


__all__ = ["House", "Progress", "Summary", "Teller"]
