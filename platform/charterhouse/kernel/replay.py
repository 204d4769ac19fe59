"""Replay: a tenant's events decided anew in memory, through one charter or two side by side.

Only aggregates are kept beside what decisions need (standings and documents), so
that memory grows with members and documents, never with decisions.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from charterhouse.kernel import engine
from charterhouse.kernel.charter import Charter
from charterhouse.kernel.decision import Decision, Document, Refusal
from charterhouse.kernel.difference import (
    LIABILITIES,
    MEASURES,
    PAID,
    STATES,
    Because,
    Blame,
    Difference,
    Ended,
    Figures,
    MemberFigures,
    compare,
)
from charterhouse.kernel.errors import KernelError
from charterhouse.kernel.events import Event
from charterhouse.kernel.ledger import CREDIT, POINTS, STORED_VALUE, held
from charterhouse.kernel.program import Book, Version
from charterhouse.kernel.standing import HOUSE, Standing

BROKEN = "charter_broken"
"""The code under which events count at which the charter broke; nothing of them was kept."""

TILL = "@till"
_INSTANT = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_FAULTS = 10


class Said(NamedTuple):
    """What a run made of one event, or of time alone (no decision)."""

    passed: tuple[Decision, ...]
    decision: Decision | None = None

    @property
    def refusal(self) -> Refusal | None:
        """Why the event was refused, if it was."""
        return self.decision.refusal if self.decision is not None else None

    @property
    def accepted(self) -> tuple[Decision, ...]:
        """The decisions that had effects."""
        if self.decision is None or self.decision.refusal is not None:
            return self.passed
        return (*self.passed, self.decision)


class Overlaid(Book):
    """A book in which some settings hold on top of every version, whatever it says of them."""

    def __init__(
        self, charter: Charter, versions: Iterable[Version], over: Mapping[str, Any]
    ) -> None:
        super().__init__(charter, versions)
        self.over = dict(over)

    def with_version(self, effective: datetime, settings: Mapping[str, Any]) -> Overlaid:
        """See `Book.with_version`; the settings on top stay on top."""
        number = max(v.number for v in self.versions) + 1
        added = Version(number, effective, {**settings, **self.over})
        book = Overlaid(self.charter, [*self.versions, added], self.over)
        for moment in book.effects:
            if moment is not None and moment >= effective:
                book.at(moment)
        return book


def overlaid(book: Book, over: Mapping[str, Any], since: datetime | None) -> Overlaid:
    """A book with settings on top of all its versions, from a moment on or from the beginning.

    Every version concerned is compiled.

    Raises:
        SettingsError: the settings are not valid, or not together with those of a version.
    """
    versions = []
    for each in book.versions:
        concerned = since is None or (each.effective is not None and each.effective > since)
        settings = {**each.settings, **over} if concerned else each.settings
        versions.append(Version(each.number, each.effective, settings))
    if since is not None:
        versions.append(Version(max(v.number for v in versions) + 1, since, dict(over)))
    found = Overlaid(book.charter, versions, over)
    for moment in (_FIRST, *(e for e in found.effects if e is not None)):
        found.at(moment)
    return found


class Run:
    """Events decided by one book, in memory. It is the view of its own decisions.

    Args:
        book: the versions known at the beginning; accepted amendments add theirs.

    Attributes:
        tally: what was counted so far.
        paid: ref → fen paid into tills less what was given back.
        faults: the first events at which the charter broke.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.standings: dict[str, Standing] = {}
        self.documents: dict[str, Document] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.tally = Figures()
        self.paid: Counter[str] = Counter()
        self.faults: list[str] = []
        self._founded = False

    def fork(self, book: Book) -> Run:
        """A run that goes on from here by another book, with nothing counted yet."""
        run = Run(book)
        run.standings = dict(self.standings)
        run.documents = dict(self.documents)
        run.people = {ref: dict(facts) for ref, facts in self.people.items()}
        run._founded = self._founded
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

    def tell(self, event: Event) -> Said:
        """Decide an event and keep what it leaves.

        An event at which the charter breaks counts as refused as `BROKEN`: another charter may
        meet codes and standings that it never made.
        """
        if not self._founded:
            self._founded = True
            self.advance(HOUSE, event.at)
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
            self.documents.update(decision.documents)
        for posting in decision.postings:
            if posting.owner.startswith(TILL):
                self.paid[subject_of(decision)] += posting.amount
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


def subject_of(decision: Decision) -> str:
    """Whom a decision is about: who is named, else whose document it is."""
    body = decision.event.body
    named = getattr(body, "member", None) or getattr(body, "person", None)
    if named:
        return str(named)
    owners = (document.member for document in decision.documents.values())
    return next(owners, next(iter(decision.standings), ""))


Change = Callable[[Book], Book]
"""Makes the changed book from the one in force where both runs part."""


class Replay:
    """Two runs of the same events side by side, from a moment on.

    Args:
        book: the first version of the live charter; its amendments are among the events.
        change: makes the changed book; None to run the live charter alone.
        since: up to here the live charter alone decides, and nothing is counted.

    Attributes:
        before: the run of the live charter.
        after: the run of the changed one, once both have parted.
    """

    def __init__(
        self, book: Book, change: Change | None = None, since: datetime | None = None
    ) -> None:
        self.before = Run(book)
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
        refused = _one_refused(before, after)
        if refused is not None:
            self._blame.otherwise += 1
        if refused is not None or _differ(before, after):
            parts = _contributions(after, refused)
            parts.subtract(_contributions(before, refused))
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
            for doc_id, document in decision.documents.items():
                if self.after.documents.get(doc_id) == document:
                    self.after.documents[doc_id] = document

    def _states(self, ref: str, before: Said, after: Said, refused: Because | None) -> None:
        assert self.after is not None  # noqa: S101 - both runs are at work
        old, new = self.before.standings.get(ref), self.after.standings.get(ref)
        if old is new:
            return
        for what in STATES:
            pair = (getattr(old, what, ""), getattr(new, what, ""))
            key = (what, ref)
            if pair[0] == pair[1]:
                self._apart.pop(key, None)
            elif self._apart.get(key) != pair:
                self._apart[key] = pair
                by = refused or _setter(after, ref, what) or _setter(before, ref, what)
                self._blame.moved[key] = by or Because()


def _one_refused(before: Said, after: Said) -> Because | None:
    """By what one run refused an event that the other accepted."""
    old, new = before.refusal, after.refusal
    refusal = old or new
    if refusal is None or (old is not None and new is not None):
        return None
    return Because(refusal.clause, refusal.code)


def _differ(before: Said, after: Said) -> bool:
    old, new = before.accepted, after.accepted
    if len(old) != len(new):
        return True
    return any(a.postings != b.postings for a, b in zip(old, new, strict=True))


def _setter(said: Said, ref: str, what: str) -> Because | None:
    """The clause that set a field of a person's standing here."""
    for decision in reversed(said.accepted):
        for cited in reversed(decision.trace):
            about = cited.about
            if cited.did == "change" and about.get("member") == ref and what in about:
                return Because(cited.clause)
    return None


def _contributions(said: Said, refused: Because | None) -> Counter[tuple[str, str, Because]]:
    """By how much each clause changed each measure of each person here.

    What the event itself brought where the other run refused it is the refusal's doing.
    """
    found: Counter[tuple[str, str, Because]] = Counter()
    for decision in said.accepted:
        by = refused if decision is said.decision else None
        for owner, account, amount, _, clause in decision.postings:
            unit = account.removesuffix(":held")
            if unit in MEASURES and owner[0] != "@":
                found[unit, owner, by or Because(clause)] += amount
        for clause, amount in _payments(decision):
            found[PAID, subject_of(decision), by or Because(clause)] += amount
    return found


def _payments(decision: Decision) -> Iterator[tuple[str, int]]:
    """What clauses made a person pay, in fen: on a bill what they took off the list price."""
    priced = decision.figures.get("priced")
    if priced is None:
        for posting in decision.postings:
            if posting.owner.startswith(TILL):
                yield posting.clause, posting.amount
        return
    for row in priced:
        yield row[6], row[5] - row[2] * row[4]
    yield "", sum(row[2] * row[4] for row in priced)
    for posting in decision.postings:
        if not posting.of_house and posting.unit in (STORED_VALUE, CREDIT):
            yield posting.clause, posting.amount


__all__ = [
    "BROKEN", "TILL", "Change", "Overlaid", "Replay", "Run", "Said", "overlaid", "subject_of",
]  # fmt: skip
