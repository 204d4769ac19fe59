"""What a replay comes to: figures of two runs, and what differs between them, with the clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from charterhouse.kernel.blame import MEASURES, PAID, STATES, Because, Blame
from charterhouse.kernel.ledger import CREDIT, POINTS, STORED_VALUE

LIABILITIES = (POINTS, STORED_VALUE, CREDIT, "deposit", "dividends")
"""Units that the institution owes its members; points count points, the others fen."""

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """Where a run left one member.

    Attributes:
        points: the balance, what is held included.
        stored_value, credit: in fen, what is held included.
        paid: fen paid into tills less what was given back.
    """

    ref: str
    card_no: str = ""
    status: str = "none"
    tier: str = ""
    points: int = 0
    stored_value: int = 0
    credit: int = 0
    paid: int = 0


@dataclass(slots=True)
class Figures:
    """What a run comes to.

    Attributes:
        events, accepted: how many events were told, and how many of them accepted.
        members: tier → status → how many.
        liabilities: unit → what members hold of it, of `LIABILITIES`.
        points_given: all points that members received, those that have gone since included.
        listed, net: list price of all bills and what was charged for them, in fen.
        paid: fen paid into tills less what was given back.
        refusals: (reason code, clause) → how many events; the clause is "" where the kernel refused.
    """

    events: int = 0
    accepted: int = 0
    members: dict[str, dict[str, int]] = field(default_factory=dict)
    liabilities: dict[str, int] = field(default_factory=dict)
    points_given: int = 0
    listed: int = 0
    net: int = 0
    paid: int = 0
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def discounts(self) -> int:
        """List price less what was charged, in fen."""
        return self.listed - self.net

    def count(self, members: Iterable[MemberFigures]) -> None:
        """Add up who stands where."""
        for each in members:
            by_status = self.members.setdefault(each.tier, {})
            by_status[each.status] = by_status.get(each.status, 0) + 1

    def rows(self) -> dict[tuple[str, ...], int]:
        """Every figure under a path such as `("members", "gold", "active")`."""
        rows: dict[tuple[str, ...], int] = {("events",): self.events, ("accepted",): self.accepted}
        for tier, by_status in sorted(self.members.items()):
            rows |= {("members", tier, s): n for s, n in sorted(by_status.items())}
        rows |= {("liabilities", unit): n for unit, n in sorted(self.liabilities.items())}
        rows["points_given",] = self.points_given
        rows["discounts",] = self.discounts
        rows["listed",], rows["net",], rows["paid",] = self.listed, self.net, self.paid
        return rows | {("refusals", *key): n for key, n in sorted(self.refusals.items())}

    def dump(self) -> dict[str, Any]:
        """The figures as plain JSON values."""
        refusals = [[*key, number] for key, number in sorted(self.refusals.items())]
        return {
            "events": self.events,
            "accepted": self.accepted,
            "members": self.members,
            "liabilities": self.liabilities,
            "points_given": self.points_given,
            "listed": self.listed,
            "net": self.net,
            "discounts": self.discounts,
            "paid": self.paid,
            "refusals": refusals,
        }

    @classmethod
    def load(cls, raw: Mapping[str, Any]) -> Figures:
        """The inverse of `dump`."""
        known = {name: value for name, value in raw.items() if name != "discounts"}
        refusals = Counter({(code, clause): n for code, clause, n in known.pop("refusals")})
        return cls(**known, refusals=refusals)


@dataclass(frozen=True, slots=True)
class Mover:
    """A member to whom a changed charter makes a difference.

    Attributes:
        before, after: points, or fen.
        clause, reason: what is responsible for most of it; see `Because`.
    """

    ref: str
    card_no: str
    before: int
    after: int
    clause: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Movers:
    """Who gains and loses most of one measure.

    Attributes:
        count: how many members differ at all.
        change: the sum of all their differences.
        lose, gain: the members with the largest differences, largest first.
    """

    count: int
    change: int
    lose: tuple[Mover, ...] = ()
    gain: tuple[Mover, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Members who have another tier or status, for the same reason.

    Attributes:
        what: of `STATES`.
        before, after: codes; "" or `none` for somebody who is no member.
        refs: some of them.
    """

    what: str
    before: str
    after: str
    clause: str
    reason: str
    count: int
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two runs of the same events.

    Attributes:
        before, after: the figures of both.
        otherwise: how many events the one accepted and the other refused.
        movers: measure → who gains and loses most; only measures in which anybody differs.
        moves: other tiers and statuses, the most frequent first.
        faults: events at which the charter broke, as far as they were kept.
    """

    before: Figures
    after: Figures
    otherwise: int = 0
    movers: Mapping[str, Movers] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        same = self.before == self.after
        return same and not (self.otherwise or self.movers or self.moves)

    def rows(self) -> list[tuple[tuple[str, ...], int, int]]:
        """Every figure that either run has: its path, before and after."""
        before, after = self.before.rows(), self.after.rows()
        paths = [*before, *(path for path in after if path not in before)]
        order = {path[0]: place for place, path in reversed(list(enumerate(paths)))}
        paths.sort(key=lambda path: (order[path[0]], path))
        return [(path, before.get(path, 0), after.get(path, 0)) for path in paths]

    def dump(self) -> dict[str, Any]:
        """The difference as plain JSON values; `load` gives it back."""
        return {
            "empty": self.empty,
            "before": self.before.dump(),
            "after": self.after.dump(),
            "otherwise": self.otherwise,
            "movers": {measure: asdict(movers) for measure, movers in self.movers.items()},
            "moves": [{**asdict(move), "refs": list(move.refs)} for move in self.moves],
            "faults": list(self.faults),
        }

    @classmethod
    def load(cls, raw: Mapping[str, Any]) -> Difference:
        """The inverse of `dump`."""
        return cls(
            Figures.load(raw["before"]),
            Figures.load(raw["after"]),
            raw["otherwise"],
            {measure: _movers(each) for measure, each in raw["movers"].items()},
            tuple(Move(**{**each, "refs": tuple(each["refs"])}) for each in raw["moves"]),
            tuple(raw["faults"]),
        )


def _movers(raw: Mapping[str, Any]) -> Movers:
    lose, gain = (tuple(Mover(**each) for each in raw[side]) for side in ("lose", "gain"))
    return Movers(raw["count"], raw["change"], lose, gain)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its figures and its members, who are no others than those counted."""

    figures: Figures
    members: Mapping[str, MemberFigures]


def compare(
    before: Ended, after: Ended, blame: Blame | None = None, faults: Iterable[str] = ()
) -> Difference:
    """What differs between two runs.

    Args:
        before: how the one ended.
        after: how the other ended.
        blame: what is responsible, where both went side by side.
        faults: events at which the charter broke.
    """
    known = blame or Blame()
    pairs = list(_pairs(before.members, after.members))
    movers = {
        measure: found for measure in MEASURES if (found := _movers_of(measure, pairs, known)).count
    }
    moves = tuple(move for what in STATES for move in _moves_of(what, pairs, known))
    return Difference(before.figures, after.figures, known.otherwise, movers, moves, tuple(faults))


Pair = tuple[MemberFigures, MemberFigures]


def _pairs(
    before: Mapping[str, MemberFigures], after: Mapping[str, MemberFigures]
) -> Iterator[Pair]:
    for ref in sorted(before.keys() | after.keys()):
        old, new = before.get(ref), after.get(ref)
        if old != new:
            yield old or MemberFigures(ref), new or MemberFigures(ref)


def _movers_of(measure: str, pairs: Iterable[Pair], blame: Blame) -> Movers:
    found: list[tuple[int, Mover]] = []
    for old, new in pairs:
        was, now = getattr(old, measure), getattr(new, measure)
        if was != now:
            because = blame.of(measure, new.ref, now - was)
            mover = Mover(new.ref, new.card_no or old.card_no, was, now, *because)
            found.append((was - now if measure == PAID else now - was, mover))
    found.sort(key=lambda row: (row[0], row[1].ref))
    lose = tuple(mover for gained, mover in found[:_SHOWN] if gained < 0)
    gain = tuple(mover for gained, mover in reversed(found[-_SHOWN:]) if gained > 0)
    return Movers(len(found), sum(m.after - m.before for _, m in found), lose, gain)


def _moves_of(what: str, pairs: Iterable[Pair], blame: Blame) -> list[Move]:
    found: dict[tuple[str, str, Because], list[str]] = {}
    for old, new in pairs:
        was, now = getattr(old, what), getattr(new, what)
        if was != now:
            because = blame.moved.get((what, new.ref), Because())
            found.setdefault((was, now, because), []).append(new.ref)
    ordered = sorted(found.items(), key=lambda row: (-len(row[1]), row[0]))
    return [
        Move(what, was, now, *because, len(refs), tuple(refs[:_SHOWN]))
        for (was, now, because), refs in ordered
    ]


__all__ = [
    "LIABILITIES", "Difference", "Ended", "Figures", "MemberFigures", "Move", "Mover", "Movers",
    "compare",
]  # fmt: skip
