"""Introductions that came true, and what a member gets for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, Clause, Text, on
from charterhouse.kernel.clauses.rights import lost_right, no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS

OUTCOMES = ("registered", "carded", "visited", "admitted", "joined")
"""What an introduction may have come to."""

REWARDED = "introduced_by"
"""The fact that keeps who was rewarded for the introduction of a person."""


class IntroductionPoints(Clause):
    """Points for a member, once for each person introduced who has become a member.

    Any other introduction is recorded and earns nothing: another outcome, a second one of
    the same person, one by somebody who has no rights.

    Args:
        points: for each person.
        outcome: on which they are given.
    """

    def __init__(self, number: str, *, points: int, outcome: str) -> None:
        super().__init__(number)
        self.points = points
        self.outcome = outcome

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"refer.outcome": OUTCOMES}

    def counts(self, d: Draft) -> bool:
        """Whether this introduction earns something."""
        person = d.standing(d.body.person)
        return (
            d.body.outcome == self.outcome
            and d.body.person != d.member
            and lost_right(d.of_member) is None
            and no_membership(person) is None
            and not person.facts.get(REWARDED)
        )

    @on("refer", phase=EARN)
    def reward(self, d: Draft) -> Iterator[fx.Effect]:
        """Give the points, and keep that the person has been introduced."""
        if self.counts(d):
            yield fx.Credit(d.member, POINTS, self.points, "referral")
            yield fx.Keep(d.body.person, REWARDED, d.member)
        else:
            yield fx.Cite("introduced")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"会员推荐的新人成为会员后，推荐人获{self.points}分，每名被推荐人一次；推荐人须有有效会员资格。",
                f"When a person introduced has become a member, the member who introduced them gets "
                f"{self.points} points, once for that person and only with a valid membership.",
            )
        }


__all__ = ["OUTCOMES", "REWARDED", "IntroductionPoints"]
