"""Conformance: who spends more is not worse off, and nobody uses more than was granted."""

from __future__ import annotations

from charterhouse.kernel.decision import Decision
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.vocabulary import Spend
from charterhouse.testkit.demanding import demand, same
from charterhouse.testkit.probes import PROBE, active, attempt, uses
from charterhouse.testkit.suite import Suite
from charterhouse.testkit.telling import fork, new_world
from charterhouse.testkit.writing import Written

_PRICES = 10
_LARGEST = 50_000_000
_SAME = ("refusal", "postings", "raised", "noted", "happenings", "version", "figures", "trace")


class Fairness(Suite):
    """P10 to P12, P17."""

    def test_p11_who_spends_more_has_no_lower_tier_and_no_fewer_points(self) -> None:
        """At every figure that the charter's clauses carry: a fen below it, at it, and above."""
        amounts = self._amounts()

        def check(written: Written) -> None:
            world, at = fork(written.world), written.stream.end
            world.advance(at)
            program = world.book.at(at)
            for ref in active(world, program):
                best = (-1, -1, 0)
                for amount in amounts:
                    body = Spend(id=PROBE, member=ref, amount=amount)
                    decision = world.quote(body, at).decision
                    if not decision.accepted:
                        continue
                    gained = _gained(decision, ref, world, program.rank)
                    demand(
                        gained[1] >= best[1],
                        f"{amount} fen earn {ref} {gained[1]}, less than {best}",
                    )
                    demand(
                        gained[0] >= best[0], f"{amount} fen give {ref} a lower tier than {best}"
                    )
                    best = (*gained, amount)

        self.each("P11", check)

    def _amounts(self) -> list[int]:
        """Amounts around the figures of the charter, in fen, a bounded number of them."""
        figures = [n * times for n in self.known.numbers for times in (1, 100)]
        near = {n + d for n in figures for d in (-1, 0, 1) if 0 < n + d <= _LARGEST}
        found = sorted({1, 99, 100, 101, *near})
        step = max(1, len(found) // (3 * _PRICES))
        return found[::step]

    def test_p12_no_quota_is_used_beyond_its_grant(self) -> None:
        """What is left never falls below 0 or grows by a use, and one more than it is refused."""

        def check(written: Written) -> None:
            world, at = fork(written.world), written.stream.end
            world.advance(at)
            program = world.book.at(at)
            for ref in active(world, program):
                left = program.remaining(world.standing(ref), at)
                for benefit, have in left.items():
                    if have is None:
                        continue
                    demand(have >= 0, f"{ref} has {have} of {benefit}")
                    more = attempt(fork(world), uses(self.known, ref, benefit, have + 1), at)
                    demand(more is None, f"{ref} used {have + 1} of {benefit}, and had {have}")
                    twin = fork(world)
                    if have and attempt(twin, uses(self.known, ref, benefit, 1), at) is not None:
                        now = program.remaining(twin.standing(ref), at)[benefit]
                        fits = now is not None and 0 <= now < have
                        demand(fits, f"{ref} used 1 of {have} {benefit}, and has {now} left")

        self.each("P12", check)

    def test_p17_a_quote_is_what_the_decision_says(self) -> None:
        """To the fen, with the same refusals, tasks and clauses, and without a trace."""

        def check(written: Written) -> None:
            world = new_world(self.known.charter, written.stream)
            for moment in written.stream.moments:
                world.advance(moment.at)
                if moment.body is None:
                    continue
                quoted = fork(world).quote(moment.body, moment.at)
                decided = world.submit(moment.body, moment.at)
                same(quoted.passed, decided.passed, "a quote sees other dues")
                for name in _SAME:
                    one, other = getattr(quoted.decision, name), getattr(decided.decision, name)
                    same(one, other, f"the quote of {moment.body.verb} differs in {name}")

        self.each("P17", check)


def _gained(decision: Decision, ref: str, world: MemoryWorld, rank: object) -> tuple[int, int]:
    """The place of the tier after a bill, and the points that it earns."""
    after = decision.standings.get(ref) or world.standing(ref)
    place = rank(after.tier) if callable(rank) else -1
    return place, decision.change_of(ref, "points")


__all__ = ["Fairness"]
