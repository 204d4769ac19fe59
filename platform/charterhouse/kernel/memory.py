"""A world in memory: events in, decisions kept; for scenarios, replay and property tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from charterhouse.kernel.charter import Charter
from charterhouse.kernel.decision import Decision, Document, Outcome
from charterhouse.kernel.engine import advance, decide, touched
from charterhouse.kernel.events import Event
from charterhouse.kernel.program import Book, Version
from charterhouse.kernel.standing import HOUSE, Standing, is_active
from charterhouse.kernel.vocabulary import Body


class MemoryWorld:
    """Everything of one tenant in dictionaries.

    Args:
        charter: the charter that decides.
        settings: the tenant's settings where they differ from the defaults.
        zone: the tenant's time zone.
    """

    def __init__(self, charter: Charter, settings: Mapping[str, Any], zone: tzinfo) -> None:
        self.zone = zone
        self.book = Book(charter, [Version(1, None, dict(settings))])
        self.standings: dict[str, Standing] = {}
        self.documents: dict[str, Document] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.decisions: list[Decision] = []
        self._ids = 0

    def standing(self, ref: str) -> Standing:
        """See `View`."""
        found = self.standings.get(ref)
        if found is None:
            facts = dict(self.people.get(ref, {}))
            found = Standing(ref, born=facts.pop("born", None), traits=facts)
        return found

    def document(self, doc_id: str) -> Document | None:
        """See `View`."""
        return self.documents.get(doc_id)

    def requests(self) -> list[Document]:
        """Every request, open or over."""
        return [each for each in self.documents.values() if each.kind == "request"]

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """See `View`."""
        return sum(is_active(each, day, kinds) for each in self.standings.values())

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """See `View`."""
        return frozenset(r for r, each in self.standings.items() if is_active(each, day, kinds))

    def introduce(self, ref: str, facts: Mapping[str, Any]) -> None:
        """Tell what is known of a person before the story."""
        self.people[ref] = dict(facts)

    def event(self, body: Body, at: datetime, occurred_at: datetime | None = None) -> Event:
        """An event with an id and a card number of its own and what is known of its people."""
        self._ids += 1
        draft = Event(self._ids, at, body, occurred_at)
        named = {
            ref: self.people[ref] for ref in touched(self.book, draft, self) if ref in self.people
        }
        return Event(self._ids, at, body, occurred_at, f"C{self._ids:06d}", named)

    def submit(self, body: Body, at: datetime, occurred_at: datetime | None = None) -> Outcome:
        """Decide an event and keep what came out."""
        return self.tell(self.event(body, at, occurred_at))

    def tell(self, event: Event) -> Outcome:
        """Decide an event made before and keep what came out."""
        outcome = decide(self.book, event, self)
        for decision in outcome.passed:
            self._keep(decision)
        self._keep(outcome.decision)
        return outcome

    def quote(self, body: Body, at: datetime) -> Outcome:
        """Decide an event and keep nothing."""
        return decide(self.book, self.event(body, at), self)

    def advance(self, until: datetime) -> list[Decision]:
        """Bring everybody through what became due up to a moment."""
        passed: list[Decision] = []
        for ref in sorted({*self.standings, HOUSE}):
            for decision in advance(self.book, ref, until, self):
                self._keep(decision)
                passed.append(decision)
        return passed

    def _keep(self, decision: Decision) -> None:
        self.decisions.append(decision)
        if not decision.accepted:
            return
        self.standings.update(decision.standings)
        self.documents.update(decision.documents)
        if decision.version is not None:
            new = decision.version
            self.book = self.book.with_version(new.effective, new.settings)
