"""Paid levels above an ordinary membership that goes on beside an open application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, SETTLE, Clause, on
from charterhouse.kernel.clauses.admission import applied_tier
from charterhouse.kernel.clauses.conditions import ByTier, figure
from charterhouse.kernel.clauses.flow import MemberByVisit
from charterhouse.kernel.clauses.terms import TERMS, Term
from charterhouse.kernel.clauses.tiers import Tiers
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import last_valid_day
from charterhouse.kernel.standing import Standing

ORDINARY = "ordinary"
PAID = ("silver", "gold", "diamond")
FEE = "fee"

WANTED = "wanted_level"
"""The fact that keeps the level for which an ordinary member has applied and owes the fee."""


def is_member(standing: Standing) -> bool:
    """Whether somebody is a member, ordinary or paid."""
    return standing.status == "active"


def ordinary_applies(d: Draft) -> bool:
    """An ordinary member applies for a paid level, and stays ordinary until it is paid."""
    return is_member(d.of_member)


class ArisesByVisit(MemberByVisit):
    """1.1: the first visit makes an ordinary member, also of somebody who has applied for more."""

    @on("spend", "visit", phase=GRADE, rank=29)
    def keep_application(self, d: Draft) -> Iterator[fx.Effect]:
        """An open application goes on beside the ordinary membership."""
        standing = d.of_member if d.member else Standing("")
        if standing.status == "approved":
            yield fx.Keep(d.member, WANTED, standing.tier)
            yield fx.Change(d.member, {"status": "none"})


class LevelTiers(Tiers):
    """The levels; an ordinary member who applies for another keeps the own one."""

    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """See `Tiers.give`."""
        if not (d.body.verb == "apply" and ordinary_applies(d)):
            yield from super().give(d)


class OneLevel(Clause):
    """1.2: one membership per person; an ordinary member may apply for a paid level.

    Args:
        fees: level → fen.
    """

    def __init__(self, number: str, *, fees: ByTier[int]) -> None:
        super().__init__(number)
        self.fees = fees

    @on("apply", "bring_in", phase=GUARD, rank=10)
    def single(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse whoever has a paid level, or has what is applied for."""
        if is_member(d.of_member) and (
            d.body.verb == "bring_in" or d.of_member.tier in PAID or applied_tier(d) == ORDINARY
        ):
            yield fx.Refuse("already_member")

    @on("apply", phase=GRADE, rank=15)
    def file(self, d: Draft) -> Iterator[fx.Effect]:
        """What an earlier application owed is owed no more; an ordinary member owes the new fee."""
        if FEE in d.of_member.owed:
            yield fx.Settled(d.member, FEE)
        if ordinary_applies(d):
            yield fx.Keep(d.member, WANTED, d.body.tier)
            yield fx.Owe(d.member, FEE, self.fees[d.body.tier])

    @on("paid", phase=GRADE, rank=20)
    def rise(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The fee opens the level."""
        wanted = d.standing(happening.member).facts.get(WANTED)
        if wanted and is_member(d.standing(happening.member)):
            yield fx.Change(happening.member, {"tier": wanted})
            yield fx.Keep(happening.member, WANTED, None)
            yield fx.Announce("tier_changed", happening.member, "upgraded")

    @on("upgrade", phase=GRADE, rank=30)
    def otherwise(self, d: Draft) -> Iterator[fx.Effect]:
        """A level bought as an upgrade makes the open application void."""
        if d.of_member.facts.get(WANTED):
            yield fx.Keep(d.member, WANTED, None)
            yield fx.Settled(d.member, FEE)

    @on("ended", phase=FOLLOW)
    def forget(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Nor does it survive the end of the membership."""
        if d.standing(happening.member).facts.get(WANTED):
            yield fx.Keep(happening.member, WANTED, None)


class LevelTerm(Term):
    """1.5: the term of a paid level; after its last day the member is ordinary again."""

    @on("paid", phase=GRADE, rank=15)
    def start_by_fee(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """From the day on which an ordinary member pays the fee."""
        standing = d.standing(happening.member)
        if is_member(standing):
            yield from self._start(d, happening.member, standing.facts.get(WANTED, ""))

    @on("upgrade", phase=GRADE, rank=15)
    def start_by_rise(self, d: Draft) -> Iterator[fx.Effect]:
        """From the day of a rise out of the ordinary level; a rise above it keeps the last day."""
        if d.of_member.tier == ORDINARY:
            yield from self._start(d, d.member, d.body.to)

    def _start(self, d: Draft, member: str, level: str) -> Iterator[fx.Effect]:
        months = figure(self.months, Standing(member, tier=level))
        if months:
            start = d.event.day
            yield from self.set(d, member, start, last_valid_day(start, months), "upgraded")

    def _lapse(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        yield fx.Change(member, {"tier": ORDINARY, "valid_until": None, "term_start": None})
        yield fx.Keep(member, TERMS, None)
        yield fx.Announce("tier_changed", member, "term")


class FeesByLevel(Clause):
    """6.2: fees are booked by the level that they buy.

    Args:
        fees: level → fen.
    """

    def __init__(self, number: str, *, fees: Mapping[str, int]) -> None:
        super().__init__(number)
        self.fees = fees

    @on("pay", "renew", "upgrade", phase=SETTLE, rank=30)
    def book(self, d: Draft) -> Iterator[fx.Effect]:
        """Move what came in to the account of its level."""
        standing, verb = d.of_member, d.body.verb
        if verb == "upgrade":
            level = d.body.to
            amount = self.fees[level] - self.fees.get(standing.tier, 0)
        else:
            level = standing.facts.get(WANTED) or standing.tier
            level = level if verb == "pay" else standing.tier
            amount = d.body.amount if verb == "pay" else self.fees[level]
        yield fx.Transfer(f"@fee:{level}", "@fee", amount)
