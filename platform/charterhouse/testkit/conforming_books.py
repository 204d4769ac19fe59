"""Conformance: the books are right whatever happens, and every event counts once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from charterhouse.kernel.bodies import Body
from charterhouse.kernel.decision import Decision, Document
from charterhouse.kernel.errors import KernelError
from charterhouse.kernel.events import dump_body, load_body
from charterhouse.kernel.ledger import SHORT
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.program import Book
from charterhouse.kernel.standing import Standing, dump, load
from charterhouse.plugins.registry import registry
from charterhouse.testkit.demanding import demand, same
from charterhouse.testkit.probes import active, bills, redemptions, undone, uses, ways_back
from charterhouse.testkit.suite import Suite
from charterhouse.testkit.telling import fork, frozen, new_world
from charterhouse.testkit.writing import Written

MAX_POSTINGS = 1000
MAX_SAYINGS = 500
"""Tasks, notices, flags, records, facts and documents of one decision."""

_REPEATED = 12

Account = tuple[str, str, str]


class Bookkeeping(Suite):
    """P4, P5, P8, P15, P16."""

    def test_p04_balances_are_the_sum_of_their_postings(self) -> None:
        """Per lot; nothing below zero but what is short, and that stands alone."""

        def check(written: Written) -> None:
            sums: Counter[Account] = Counter()
            for decision in written.world.decisions:
                units: Counter[str] = Counter()
                for posting in decision.postings:
                    units[posting.unit] += posting.amount
                    if not posting.of_house:
                        sums[posting.owner, posting.account, posting.lot] += posting.amount
                demand(not any(units.values()), f"{decision.event.verb} does not sum to zero")
            kept = Counter(dict(_lots(written.world)))
            same(+sums | -sums, +kept | -kept, "postings and balances differ")
            for (owner, account, lot), amount in kept.items():
                demand(amount > 0 or lot == SHORT, f"{owner} has {amount} in {account} {lot}")

        self.each("P4", check)

    def test_p04_lots_expire_once_and_in_time(self) -> None:
        """Nothing that has expired can still be used, and it is taken exactly once."""

        def check(written: Written) -> None:
            world = fork(written.world)
            world.advance(written.stream.end)
            for ref, standing in world.standings.items():
                for account, lots in standing.lots.items():
                    late = [x for x in lots if x.expires and x.expires <= written.stream.end]
                    demand(not late, f"{ref} still has {account} that expired: {late}")
                    short = [x for x in lots if x.key == SHORT]
                    demand(not short or len(lots) == 1, f"{ref} is short of {account} and has some")
            twice = _expired_twice(written.world.decisions)
            demand(not twice, f"more was taken than there was: {twice}")

        self.each("P4", check)

    def test_p05_the_same_event_has_one_effect(self) -> None:
        """Told again under its key at the door of the records, it is answered from there."""
        self.due("P5")
        # The longest stream, in a real store; a charter that is not installed is for this test.
        written = max(self.written, key=lambda each: len(each.stream.moments))
        from charterhouse.testkit.doors import repeated

        with self._installed():
            wrong = repeated(self.known.charter, written.stream, _REPEATED)
        demand(not wrong, "; ".join(wrong))

    @contextmanager
    def _installed(self) -> Iterator[None]:
        """Have the charter among those that the door knows, for as long as the block lasts."""
        ready, code = registry().charters, self.known.charter.code
        before = ready.get(code)
        if before is not None and type(before) is not self.charter:
            pytest.skip("another installed charter has this code")
        ready[code] = before or self.known.charter
        try:
            yield
        finally:
            if before is None:
                del ready[code]

    def test_p08_what_is_wholly_taken_back_leaves_no_trace(self) -> None:
        """A bill refunded, a use given back: balances, quota and tier are as before."""

        def check(written: Written) -> None:
            world, at = fork(written.world), written.stream.end
            world.advance(at)
            program = world.book.at(at)
            for ref in active(world, program):
                tried_uses = [uses(self.known, ref, benefit, 1) for benefit in program.benefits]
                for body in (
                    *bills(self.known, ref), *redemptions(self.known, ref), *tried_uses,
                ):  # fmt: skip
                    for back in ways_back(self.known, body):
                        left = undone(world, body, back, at) or {}
                        wrong = {k: v for k, v in left.items() if not self._may_stay(k)}
                        demand(not wrong, f"{_shown(body)} taken back leaves {wrong}")

        self.each("P8", check)

    def _may_stay(self, name: str) -> bool:
        what = name.partition(" ")[2]
        return what in self.irreversible or what.partition("/")[0] in self.irreversible

    def test_p15_a_world_kept_as_json_decides_the_same(self) -> None:
        """Standings, documents and events survive being stored."""

        def check(written: Written) -> None:
            plain = written.world
            kept = new_world(self.known.charter, written.stream)
            for moment in written.stream.moments:
                kept.advance(moment.at)
                if moment.body is not None:
                    stored = json.loads(json.dumps(dump_body(moment.body)))
                    body = load_body(moment.body.verb, stored)
                    same(moment.body, body, "an event is another one once stored")
                    kept.submit(body, moment.at)
                _through_json(kept)
            same(frozen(plain), frozen(kept), "a stored world keeps other things")
            same(plain.decisions, kept.decisions, "a stored world decides otherwise")

        self.each("P15", check)

    def test_p15_decisions_are_plain_values(self) -> None:
        """What a decision says can be stored and read again."""

        def check(written: Written) -> None:
            for decision in written.world.decisions:
                for value in _said(decision):
                    same(json.loads(json.dumps(value)), value, f"{decision.event.verb} says")

        self.each("P15", check)

    def test_p16_every_effect_names_a_clause(self) -> None:
        """Of the version by which it was decided, or of the one in force since."""

        def check(written: Written) -> None:
            book = written.world.book
            numbers = {n for each in book.versions for n in _numbers(book, each.effective)} | {""}
            for decision in written.world.decisions:
                named = {posting.clause for posting in decision.postings} | decision.clauses
                demand(named <= numbers, f"no clause has the number {sorted(named - numbers)}")

        self.each("P16", check)

    def test_p16_effects_are_bounded(self) -> None:
        """One event does not write a ledger full, nor tell the whole house."""

        def check(written: Written) -> None:
            for decision in written.world.decisions:
                demand(len(decision.postings) <= MAX_POSTINGS, "too many postings")
                said = (
                    *decision.raised, *decision.noted, *decision.happenings,
                    *decision.documents,
                )  # fmt: skip
                demand(len(said) <= MAX_SAYINGS, "too many tasks, records or documents")
                demand(len(decision.trace) <= MAX_SAYINGS + MAX_POSTINGS, "too long a trace")

        self.each("P16", check)


def _numbers(book: Book, effective: datetime | None) -> frozenset[str]:
    return book.at(effective or datetime.min.replace(tzinfo=UTC)).numbers


def _shown(body: Body) -> str:
    named = {name: value for name, value in dump_body(body).items() if name != "id"}
    return f"{body.verb} {named}"


def _lots(world: MemoryWorld) -> Iterator[tuple[Account, int]]:
    for ref, standing in world.standings.items():
        for account, lots in standing.lots.items():
            for lot in lots:
                yield (ref, account, lot.key), lot.amount


def _expired_twice(decisions: Iterable[Decision]) -> list[Account]:
    """Lots of which more expired than was in them."""
    held: Counter[Account] = Counter()
    wrong: list[Account] = []
    for decision in decisions:
        for posting in decision.postings:
            if not posting.of_house:
                account = (posting.owner, posting.account, posting.lot)
                held[account] += posting.amount
                if held[account] < 0 and posting.lot != SHORT:
                    wrong.append(account)
    return wrong


def _said(decision: Decision) -> Iterator[object]:
    yield dict(decision.figures)
    for entry in decision.trace:
        yield entry.about
    for raised in decision.raised:
        yield raised.about
    for document in decision.documents.values():
        yield dict(document.content)


def _through_json(world: MemoryWorld) -> None:
    """Keep everything as text, as a store does."""
    for ref, standing in world.standings.items():
        world.standings[ref] = _stored(standing, world)
    for doc_id, each in world.documents.items():
        content = json.loads(json.dumps(each.content))
        world.documents[doc_id] = Document(each.kind, each.id, each.member, content)


def _stored(standing: Standing, world: MemoryWorld) -> Standing:
    found = load(standing.ref, json.loads(json.dumps(dump(standing))), world.zone)
    if found != standing:
        raise KernelError(f"{standing.ref} is another one once stored: {found} was {standing}")
    return found


__all__ = ["Bookkeeping"]
