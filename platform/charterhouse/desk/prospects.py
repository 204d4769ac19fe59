"""What lies before a member: the ladder of tiers, what time will do next, requests and bookings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.desk.local import now_here
from charterhouse.desk.papers import OVER, Paper, papers
from charterhouse.kernel.charter import Clause, Progress
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing

COMING = 5
"""So many of the next dues are shown."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier of the ladder: below, at or above the member's own."""

    tier: str
    reached: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where a member stands among the tiers.

    Attributes:
        rungs: low to high; empty where the tiers of the charter have no order.
        targets: what reaches the next tier (any one of them is enough), nearest first.
    """

    rungs: tuple[Rung, ...] = ()
    targets: tuple[Progress, ...] = ()

    @property
    def next_tier(self) -> str:
        """The nearest tier above; "" at the top."""
        return self.targets[0].tier if self.targets else ""


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that time will do: when, by which clause."""

    at: datetime
    clause: str

    @property
    def last_day(self) -> date:
        """The last day before it."""
        return (self.at - timedelta(microseconds=1)).date()


@dataclass(frozen=True, slots=True)
class Case:
    """A request or booking.

    Attributes:
        sort: `request` or `booking`.
        what: code of the service, or of what is booked.
        deadline: the next one, as a day or moment in ISO text; "" for none.
        missing: codes of papers and steps that are lacking; of them `lacking` are the papers.
        place: in the queue, counted from 1; 0 for none.
    """

    id: str
    sort: str
    what: str
    status: str
    at: datetime
    slot: str
    deadline: str
    missing: tuple[str, ...]
    lacking: tuple[str, ...]
    flags: tuple[str, ...]
    steps: tuple[str, ...]
    place: int = 0

    @property
    def open(self) -> bool:
        """Whether something can still come of it."""
        return self.status not in OVER


def ladder(program: Program, standing: Standing) -> Ladder:
    """Where somebody stands, and how much is lacking for the next tier."""
    rank = program.rank(standing.tier)
    if len(program.tiers) < 2 or rank < 0 or not _climbs(program):
        return Ladder()
    ahead = program.progress(standing, now_here())
    nearest = min((program.rank(each.tier) for each in ahead), default=-1)
    targets = tuple(each for each in ahead if program.rank(each.tier) == nearest)
    named = {each.tier for each in ahead} | {standing.tier}
    # Tiers that no way leads to from here (other kinds of cards) are no rungs of this ladder.
    above = [t for t in program.tiers if not ahead or t in named or program.rank(t) < rank]
    return Ladder(
        tuple(Rung(tier, program.rank(tier) <= rank, tier == standing.tier) for tier in above),
        targets,
    )


def _climbs(program: Program) -> bool:
    """Whether the charter leads from tier to tier at all."""
    return "upgrade" in program.verbs or any(
        type(clause).progress is not Clause.progress for clause in program.clauses
    )


def coming(program: Program, standing: Standing, *, most: int = COMING) -> tuple[Coming, ...]:
    """What time will do next for a person, the nearest first."""
    if standing.status == "none":
        return ()
    now, own = now_here(), program.variant(standing.tier)
    found = {
        Coming(moment, clause.number)
        for clause in own.dues_of(standing.ref)
        if (moment := clause.next_due(standing, now)) is not None
    }
    return tuple(sorted(found, key=lambda each: (each.at, each.clause))[:most])


def cases(ref: str, *, most: int = 30) -> tuple[Case, ...]:
    """The requests and bookings of a person, open ones first, then the newest."""
    found = [
        _case(each) for kind in ("request", "booking") for each in papers(ref, kind, most=most)
    ]
    return tuple(sorted(found, key=lambda each: (not each.open, -each.at.timestamp())))


def _case(paper: Paper) -> Case:
    content: Mapping[str, Any] = paper.content
    return Case(
        id=paper.id,
        sort=paper.kind,
        what=str(content.get("service") or content.get("what") or paper.kind),
        status=str(content.get("status") or "open"),
        at=paper.at,
        slot=str(content.get("slot") or ""),
        deadline=str(content.get("deadline") or ""),
        missing=_codes(content.get("missing")),
        lacking=_codes(content.get("lacking")),
        flags=_codes(content.get("flags")),
        steps=tuple(str(step[0]) for step in content.get("steps") or ()),
        place=int(content.get("place") or 0),
    )


def _codes(value: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(str(code) for code in value or ())
