"""Conformance: a decision is a pure function of the event, the standings and the settings."""

from __future__ import annotations

from random import Random

from charterhouse.kernel.events import dump_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.scenario.orders import shuffled
from charterhouse.testkit.corpus import fail
from charterhouse.testkit.demanding import demand, same
from charterhouse.testkit.elsewhere import digest, elsewhere
from charterhouse.testkit.purity import impurities, modules_of, watched
from charterhouse.testkit.suite import Suite
from charterhouse.testkit.telling import Moment, fork, frozen, new_world, tell
from charterhouse.testkit.writing import Written


class Purity(Suite):
    """P1 to P3, P6, P7."""

    def test_p00_no_event_breaks_the_charter(self) -> None:
        """Every event is decided or refused; none raises out of the charter."""
        for written in self.written:
            for stream, error in written.broken:
                # Telling it again raises by itself.
                fail(self.known.charter, stream, _nothing, error)

    def test_p01_another_process_decides_the_same(self) -> None:
        """Another hash seed and another time zone of the machine change nothing."""
        self.due("P1")
        streams = [each.stream for each in self.written]

        here = digest(self.known.charter, streams)

        same(elsewhere().digest(self.charter, streams), here, "another process decides otherwise")

    def test_p01_the_order_of_the_clauses_decides_nothing(self) -> None:
        """Only phases and ranks do; the list reads as the document."""

        def check(written: Written) -> None:
            for seed in (1, 2):
                other = shuffled(self.known.charter, Random(seed))  # noqa: S311 - no secret
                told, _ = tell(other, written.stream)
                same(written.world.decisions, told.decisions, "in another order of its clauses")

        self.each("P1", check)

    def test_p02_deciding_touches_nothing_outside(self) -> None:
        """No file, network, process, environment, clock or chance."""
        self.due("P2")

        def check(written: Written) -> None:
            # What a library loads at its first use is no part of a decision; that was when it was
            # written.
            with watched() as found:
                tell(self.known.charter, written.stream)
            demand(not found, f"not pure: {found}")

        found = [place for m in modules_of(self.known.program) for place in impurities(m)]
        demand(not found, f"not pure: {found}")
        self.each("P2", check)

    def test_p03_what_goes_in_is_not_changed(self) -> None:
        """Neither the event nor standings, documents, people and settings."""

        def check(written: Written) -> None:
            world = new_world(self.known.charter, written.stream)
            for moment in written.stream.moments:
                world.advance(moment.at)
                if moment.body is None:
                    continue
                verb, body, people = moment.body.verb, dump_body(moment.body), repr(world.people)
                before, raw = frozen(world), repr(world.book.raw_at(moment.at))
                fork(world).quote(moment.body, moment.at)
                same(before, frozen(world), f"{verb} changed the view")
                same(dump_body(moment.body), body, f"{verb} changed its event")
                same(repr(world.people), people, f"{verb} changed what is known of people")
                same(repr(world.book.raw_at(moment.at)), raw, f"{verb} changed the settings")
                world.submit(moment.body, moment.at)

        self.each("P3", check)

    def test_p03_a_refused_event_changes_nothing(self) -> None:
        """It has no effect of any sort, and what came due before it stands."""

        def check(written: Written) -> None:
            world = new_world(self.known.charter, written.stream)
            for moment in written.stream.moments:
                world.advance(moment.at)
                if moment.body is None:
                    continue
                before, versions = frozen(world), world.book.versions
                decision = world.submit(moment.body, moment.at).decision
                if decision.accepted:
                    continue
                same(before, frozen(world), "a refused event changed something")
                same(versions, world.book.versions, "a refused event changed the versions")
                effects = (decision.postings, decision.raised, decision.noted, decision.documents)
                demand(not any(effects), f"a refused event has effects: {effects}")

        self.each("P3", check)

    def test_p06_another_tenant_changes_nothing(self) -> None:
        """Nothing is kept in the charter, its clauses or their classes."""
        charter = self.known.charter
        others = self.written

        def check(written: Written) -> None:
            other = max(others, key=lambda each: len(each.stream.moments)).stream
            mine, theirs = new_world(charter, written.stream), new_world(charter, other)
            left = list(other.moments)
            for moment in written.stream.moments:
                _step(theirs, left.pop(0) if left else None)
                _step(mine, moment)
            alone = written.world
            same(alone.decisions, mine.decisions, "another tenant changed a decision")
            same(frozen(alone), frozen(mine), "another tenant changed what is kept")

        self.each("P6", check)

    def test_p07_replay_gives_the_same(self) -> None:
        """From zero, with a look in between, and with nobody looking until the end."""

        def check(written: Written) -> None:
            charter, stream = self.known.charter, written.stream
            plain = fork(written.world)
            again, _ = tell(charter, stream)
            same(written.world.decisions, again.decisions, "told again it goes otherwise")
            watched_, unwatched = new_world(charter, stream), new_world(charter, stream)
            last, seen, unseen = stream.moments[0].at, [], []
            # The institution's own dues begin when its clock is first looked at.
            unwatched.advance(last)
            for moment in stream.moments:
                watched_.advance(last + (moment.at - last) / 2)
                watched_.advance(moment.at)
                last = moment.at
                if moment.body is not None:
                    seen.append(watched_.submit(moment.body, moment.at).decision)
                    unseen.append(unwatched.submit(moment.body, moment.at).decision)
            for each in (plain, watched_, unwatched):
                each.advance(stream.end)
            decided = [each.decision for each in written.outcomes]
            same(decided, seen, "a look in between changes a decision")
            same(frozen(plain), frozen(watched_), "a look in between changes what is kept")
            for name in ("refusal", "figures", "postings"):
                one, other = ([getattr(d, name) for d in row] for row in (decided, unseen))
                same(one, other, f"without the clock's job {name} differ")
            same(frozen(plain), frozen(unwatched), "without the clock's job what is kept differs")

        self.each("P7", check)


def _nothing(_written: Written) -> None:
    """No more is asked of a stream than that it can be told."""


def _step(world: MemoryWorld, moment: Moment | None) -> None:
    if moment is None:
        return
    world.advance(moment.at)
    if moment.body is not None:
        world.submit(moment.body, moment.at)


__all__ = ["Purity"]
