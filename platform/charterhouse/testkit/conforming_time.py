"""Conformance: what time does by itself, and what lies at its boundaries."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from charterhouse.kernel.decision import Decision
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.standing import HOUSE
from charterhouse.testkit.demanding import demand, same
from charterhouse.testkit.suite import Suite
from charterhouse.testkit.telling import ZONE, fork, frozen
from charterhouse.testkit.times import SECOND, boundaries
from charterhouse.testkit.writing import Written

_SUBJECTS = 4
_JOINS = 3
_YEARS = 800
_DAYS = (date(2024, 1, 31), date(2024, 2, 29), date(2025, 2, 28), date(2025, 12, 31))


class Timing(Suite):
    """P9, P10."""

    def test_p09_dues_lie_ahead_and_come_once(self) -> None:
        """Whoever was advanced to a moment has nothing due up to it, and nothing twice."""

        def check(written: Written) -> None:
            for decision in written.world.decisions:
                for ref, each in decision.standings.items():
                    ahead = each.wake is None or each.done is None or each.wake > each.done
                    demand(ahead, f"{ref} is due at {each.wake}, and done to {each.done}")
            world = fork(written.world)
            for years in (0, 1, 3):
                until = written.stream.end + timedelta(days=365 * years)
                world.advance(until)
                again = [d.at for d in world.advance(until)]
                demand(not again, f"{again} come twice")

        self.each("P9", check)

    def test_p09_time_in_one_step_is_time_in_many(self) -> None:
        """However often the clock's job looks, the same is due at the same moments."""

        def check(written: Written) -> None:
            one, many = fork(written.world), fork(written.world)
            end = written.stream.end
            one.advance(end + timedelta(days=_YEARS))
            for days in (*range(0, 100, 7), *range(100, _YEARS, 61), _YEARS):
                many.advance(end + timedelta(days=days))
            same(frozen(one), frozen(many), "time in many steps leaves something else")

        self.each("P9", check)

    def test_p09_each_clause_names_a_due_that_is_still_to_come(self) -> None:
        """`next_due` is later than the moment it is asked for, for whatever standing."""

        def check(written: Written) -> None:
            end = written.stream.end
            for ref, each in written.world.standings.items():
                program = written.world.book.at(end).variant(each.tier)
                for after in (end, *boundaries(end)):
                    for clause in program.dues_of(ref):
                        due = clause.next_due(each, after)
                        named = f"{clause.number} {type(clause).__name__}"
                        demand(
                            due is None or due > after, f"{named} is due at {due}, after {after}"
                        )

        self.each("P9", check)

    def test_p10_a_due_comes_at_its_moment(self) -> None:
        """Not the second before, and at the moment itself."""

        def check(written: Written) -> None:
            world = fork(written.world)
            world.advance(written.stream.end)
            waking = [(each.wake, ref) for ref, each in world.standings.items() if each.wake]
            for wake, ref in sorted(waking)[:_SUBJECTS]:
                before, then = fork(world), fork(world)
                early = [d.at for d in before.advance(wake - SECOND) if _subject(d) == ref]
                # A new version of the charter wakes everybody.
                early = [moment for moment in early if moment not in world.book.effects]
                demand(not early, f"{ref} is due at {wake}, and was woken at {early}")
                moments = [d.at for d in then.advance(wake) if _subject(d) == ref]
                demand(wake in moments, f"{ref} is due at {wake}, and is not woken then")

        self.each("P10", check)

    def test_p10_the_last_valid_day_is_whole_and_the_next_has_no_rights(self) -> None:
        """A membership runs to 24:00 of its last valid day, and is not active a second longer.

        Where a tier ends and leaves one without a term, the member has another tier.
        """

        def check(written: Written) -> None:
            world = fork(written.world)
            world.advance(written.stream.end)
            ending = [
                (each.valid_until, ref, each.tier)
                for ref, each in world.standings.items()
                if each.status == "active" and each.valid_until and ref != HOUSE
            ]
            for last, ref, tier in sorted(ending)[:_SUBJECTS]:
                midnight = datetime(last.year, last.month, last.day, tzinfo=ZONE)
                midnight += timedelta(days=1)
                demand(midnight > written.stream.end, f"{ref} is active after {last}")
                twin = fork(world)
                twin.advance(midnight)
                found = twin.standing(ref)
                over = found.status != "active" or (
                    found.tier != tier if found.valid_until is None else found.valid_until > last
                )
                demand(over, f"{ref} is still active on the day after {last}")

        self.each("P10", check)

    def test_p10_terms_begun_at_the_end_of_a_month_end_where_the_rule_says(self) -> None:
        """The day before the same day, or the day before a month begins where there is none."""
        self.due("P10")
        templates = self.known.templates.get("join", ())[:_JOINS]
        for template in templates:
            for day in _DAYS:
                at = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
                scenario = template.scenario
                world = MemoryWorld(self.known.charter, scenario.settings, ZONE)
                for ref, facts in scenario.people.items():
                    world.introduce(ref, facts)
                world.submit(template.body, at)
                last = world.standing(getattr(template.body, "member", "")).valid_until
                if last is not None:
                    after = last + timedelta(days=1)
                    demand(after.day in (day.day, 1), f"from {day} valid until {last}")


def _subject(decision: Decision) -> str:
    return str(getattr(decision.event.body, "member", ""))


__all__ = ["Timing"]
