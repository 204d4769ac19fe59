"""Replay: a tenant's events decided anew in memory, through one charter or two side by side.

Only aggregates are kept beside what decisions need (standings and documents), so
that memory grows with members and documents, never with decisions.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from charterhouse.kernel import engine
from charterhouse.kernel.blame import (
    STATES,
    TILL,
    Because,
    Blame,
    Said,
    contributions,
    differ,
    one_refused,
    setter,
    subject_of,
)
from charterhouse.kernel.decision import Decision, Document, Refusal
from charterhouse.kernel.difference import (
    LIABILITIES,
    Difference,
    Ended,
    Figures,
    MemberFigures,
    compare,
)
from charterhouse.kernel.errors import KernelError
from charterhouse.kernel.events import Event
from charterhouse.kernel.ledger import CREDIT, POINTS, STORED_VALUE, held
from charterhouse.kernel.program import Book
from charterhouse.kernel.shelf import Shelf
from charterhouse.kernel.standing import HOUSE, Standing, is_active

BROKEN = "charter_broken"
"""The code under which events count at which the charter broke; nothing of them was kept."""

_BLANK = {"tier": "", "status": "none"}
_INSTANT = timedelta(microseconds=1)
_FAULTS = 10


class Run:
    """Events decided by one book, in memory. It is the view of its own decisions.

    Args:
        book: the versions known at the beginning; accepted amendments add theirs.
        founded: when the institution's own dues began, where no event but the clock began them.

    Attributes:
        tally: what was counted so far.
        paid: ref → fen paid into tills less what was given back.
        faults: the first events at which the charter broke.
    """

    def __init__(self, book: Book, founded: datetime | None = None) -> None:
        self.book = book
        self.standings: dict[str, Standing] = {}
        self.documents = Shelf()
        self.people: dict[str, dict[str, Any]] = {}
        self.tally = Figures()
        self.paid: Counter[str] = Counter()
        self.faults: list[str] = []
        self._founded = founded

    def fork(self, book: Book) -> Run:
        """A run that goes on from here by another book, with nothing counted yet."""
        run = Run(book, self._founded)
        run.standings = dict(self.standings)
        run.documents = self.documents.copy()
        run.people = {ref: dict(facts) for ref, facts in self.people.items()}
        return run

    def standing(self, ref: str) -> Standing:
        """See `View`."""
        found = self.standings.get(ref)
        if found is None:
            # An event that this run refused may have told what later ones take as known.
            facts = dict(self.people.get(ref, ()))
            found = Standing(ref, born=facts.pop("born", None), traits=facts)
        return found

    def document(self, doc_id: str) -> Document | None:
        """See `View`."""
        return self.documents.get(doc_id)

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """See `View`."""
        return sum(is_active(each, day, kinds) for each in self.standings.values())

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """See `View`."""
        return frozenset(r for r, each in self.standings.items() if is_active(each, day, kinds))

    def tell(self, event: Event) -> Said:
        """Decide an event and keep what it leaves.

        An event at which the charter breaks counts as refused as `BROKEN`: another charter may
        meet codes and standings that it never made.
        """
        if self._founded is not None and self._founded <= event.at:
            self.advance(HOUSE, self._founded)
        for ref, facts in event.people.items():
            self.people.setdefault(ref, {}).update(facts)
        self.tally.events += 1
        try:
            outcome = engine.decide(self.book, event, self)
        except Exception as error:  # noqa: BLE001 - whatever breaks is counted and told
            return Said((), self._broke(event.at, event, error))
        for passed in outcome.passed:
            self._keep(passed)
        decision = outcome.decision
        if decision.refusal is None:
            self.tally.accepted += 1
            self._keep(decision)
        else:
            self.tally.refusals[decision.refusal.code, decision.refusal.clause] += 1
        return Said(outcome.passed, decision)

    def advance(self, ref: str, until: datetime) -> Said:
        """Bring a person through what became due."""
        if ref == HOUSE and self._founded is not None and self._founded <= until:
            moment, self._founded = self._founded, None
            self.advance(HOUSE, moment)
        try:
            passed = tuple(engine.advance(self.book, ref, until, self))
        except Exception as error:  # noqa: BLE001 - whatever breaks is counted and told
            event = Event(0, until, engine.Due(member=ref))
            self._broke(until, event, error)
            return Said(())
        for decision in passed:
            self._keep(decision)
        return Said(passed)

    def advance_all(self, until: datetime) -> None:
        """Bring everybody through what became due."""
        for ref in self.refs():
            self.advance(ref, until)

    def refs(self) -> list[str]:
        """Everybody who has a standing, the institution included, in order."""
        return sorted({*self.standings, HOUSE})

    def _broke(self, at: datetime, event: Event, error: Exception) -> Decision:
        self.tally.refusals[BROKEN, ""] += 1
        if len(self.faults) < _FAULTS:
            self.faults.append(f"event {event.id} ({event.verb}): {_told(error)}")
        return Decision(event, at, refusal=Refusal(BROKEN, ""))

    def _keep(self, decision: Decision) -> None:
        self.standings.update(decision.standings)
        if decision.documents:
            self.documents.put(decision.documents.values())
        for owner, account, amount, _, _ in decision.postings:
            if owner.startswith(TILL):
                self.paid[subject_of(decision)] += amount
            elif account == POINTS and amount > 0 and owner[0] != "@":
                self.tally.points_given += amount
        priced = decision.figures.get("priced")
        if priced:
            self.count_bill(priced)
        new = decision.version
        if new is not None:
            self.book = self.book.with_version(new.effective, new.settings)

    def count_bill(self, priced: Iterable[Sequence[Any]]) -> None:
        """Count the lines of a bill, as its figures name them."""
        for _item, _category, price, _offer, quantity, net, _clause in priced:
            self.tally.listed += price * quantity
            self.tally.net += net

    def ended(self) -> Ended:
        """What the run comes to. Add nothing afterwards."""
        figures = self.tally
        figures.paid = self.paid.total()
        figures.liabilities = dict.fromkeys(LIABILITIES, 0)
        for ref, standing in self.standings.items():
            if ref != HOUSE:
                for unit in LIABILITIES:
                    figures.liabilities[unit] += _all_of(standing, unit)
        members = {each.ref: each for each in self._members()}
        figures.members = {}
        figures.count(each for each in members.values() if each.status != "none")
        return Ended(figures, members)

    def _members(self) -> Iterator[MemberFigures]:
        for ref in {**self.standings, **self.paid}:
            if ref == HOUSE:
                continue
            standing = self.standings.get(ref) or Standing(ref)
            yield MemberFigures(
                ref, standing.card_no, standing.status, standing.tier,
                _all_of(standing, POINTS), _all_of(standing, STORED_VALUE),
                _all_of(standing, CREDIT), self.paid[ref],
            )  # fmt: skip


def _all_of(standing: Standing, unit: str) -> int:
    return standing.balance(unit) + standing.balance(held(unit))


def _told(error: Exception) -> str:
    """A defect in words that hold no personal data, as the text of any exception might."""
    if isinstance(error, KernelError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"


Change = Callable[[Book], Book]
"""Makes the changed book from the one in force where both runs part."""


class Replay:
    """Two runs of the same events side by side, from a moment on.

    Args:
        book: the first version of the live charter; its amendments are among the events.
        change: makes the changed book; None to run the live charter alone.
        since: up to here the live charter alone decides, and nothing is counted.
        founded: see `Run`.

    Attributes:
        before: the run of the live charter.
        after: the run of the changed one, once both have parted.
    """

    def __init__(
        self,
        book: Book,
        change: Change | None = None,
        *,
        since: datetime | None = None,
        founded: datetime | None = None,
    ) -> None:
        self.before = Run(book, founded)
        self.after: Run | None = None
        self._change = change
        self._since = since
        self._begun = False
        self._blame = Blame()
        self._apart: dict[tuple[str, str], tuple[str, str]] = {}

    def tell(self, event: Event) -> None:
        """Decide one more event; they come in the order of arrival."""
        if not self._begun and (self._since is None or event.at >= self._since):
            self._begin()
        said = self.before.tell(event)
        if self.after is not None:
            self._weigh(said, self.after.tell(event))

    def _begin(self) -> None:
        self._begun = True
        if self._since is not None:
            self.before.advance_all(self._since - _INSTANT)
            self.before = self.before.fork(self.before.book)
        if self._change is not None:
            self.after = self.before.fork(self._change(self.before.book))

    def finish(self, until: datetime) -> None:
        """Bring everybody to the end."""
        if not self._begun:
            self._begin()
        if self.after is None:
            self.before.advance_all(until)
            return
        for ref in sorted({*self.before.refs(), *self.after.refs()}):
            self._weigh(self.before.advance(ref, until), self.after.advance(ref, until))

    def difference(self) -> Difference:
        """What differs at the end.

        Raises:
            ValueError: there was no change to compare with.
        """
        if self.after is None:
            raise ValueError("only one charter was run: there is nothing to compare with")
        faults = dict.fromkeys((*self.before.faults, *self.after.faults))
        return compare(self.before.ended(), self.after.ended(), self._blame, faults)

    def _weigh(self, before: Said, after: Said) -> None:
        """Find what is responsible for a difference that arises here."""
        refused = one_refused(before, after)
        if refused is not None:
            self._blame.otherwise += 1
        if refused is not None or differ(before, after):
            parts = contributions(after, refused)
            parts.subtract(contributions(before, refused))
            for (measure, ref, because), amount in parts.items():
                if amount:
                    self._blame.share(measure, ref, because, amount)
        else:
            self._share_documents(before)
        for said in (before, after):
            for decision in said.accepted:
                for ref in decision.standings:
                    self._states(ref, before, after, refused)

    def _share_documents(self, said: Said) -> None:
        """Both runs keep one copy of what they made alike: memory is for twice as many."""
        assert self.after is not None  # noqa: S101 - both runs are at work
        for decision in said.accepted:
            for doc_id in decision.documents:
                self.after.documents.share(self.before.documents, doc_id)

    def _states(self, ref: str, before: Said, after: Said, refused: Because | None) -> None:
        assert self.after is not None  # noqa: S101 - both runs are at work
        old, new = self.before.standings.get(ref), self.after.standings.get(ref)
        if old is new:
            return
        for what in STATES:
            pair = (getattr(old, what, _BLANK[what]), getattr(new, what, _BLANK[what]))
            key = (what, ref)
            if pair[0] == pair[1]:
                self._apart.pop(key, None)
            elif self._apart.get(key) != pair:
                self._apart[key] = pair
                by = refused or setter(after, ref, what) or setter(before, ref, what)
                self._blame.moved[key] = by or self._blame.moved.get(key) or Because()


__all__ = ["BROKEN", "Change", "Replay", "Run"]
