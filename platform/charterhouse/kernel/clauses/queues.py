"""Queues: who of those booked for a slot is called first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Clause, Text, on
from charterhouse.kernel.clauses.lines import Documents, Entry, entries_of, slot_of, waiting
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.program import Program
from charterhouse.kernel.standing import Standing


class Group(Protocol):
    """Some of those who wait, called together."""

    @property
    def traits(self) -> tuple[str, ...]:
        """Details of a booking at which it looks."""
        ...

    def has(self, program: Program, standing: Standing, entry: Entry, now: datetime) -> bool:
        """Whether somebody who waits is one of them."""
        ...

    def words(self, labels: dict[str, Text]) -> Text:
        """Who they are."""
        ...


def in_force(standing: Standing, day: date) -> bool:
    """Whether a membership runs on a day."""
    within = standing.valid_until is None or standing.valid_until >= day
    return within and no_membership(standing) is None


def _named(codes: Collection[str], labels: dict[str, Text]) -> Text:
    named = [labels.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in named), ", ".join(en for _, en in named)


@dataclass(frozen=True, slots=True)
class Active:
    """Members in force, of certain kinds where they are named."""

    kinds: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()

    def has(self, _program: Program, standing: Standing, _entry: Entry, now: datetime) -> bool:
        """See `Group.has`."""
        return in_force(standing, now.date()) and (not self.kinds or standing.kind in self.kinds)

    def words(self, labels: dict[str, Text]) -> Text:
        """See `Group.words`."""
        zh, en = _named(self.kinds, labels)
        return (f"有效会员（{zh}）", f"members ({en})") if zh else ("有效会员", "active members")


class InTiers:
    """Members in force of certain tiers."""

    traits: tuple[str, ...] = ()

    def __init__(self, *tiers: str) -> None:
        self.tiers = tiers

    def has(self, _program: Program, standing: Standing, _entry: Entry, now: datetime) -> bool:
        """See `Group.has`."""
        return standing.tier in self.tiers and in_force(standing, now.date())

    def words(self, labels: dict[str, Text]) -> Text:
        """See `Group.words`."""
        return _named(self.tiers, labels)


@dataclass(frozen=True, slots=True)
class HasBenefit:
    """Those who have a benefit now."""

    benefit: str
    traits: tuple[str, ...] = ()

    def has(self, program: Program, standing: Standing, _entry: Entry, now: datetime) -> bool:
        """See `Group.has`."""
        offer = program.variant(standing.tier).benefits.get(self.benefit)
        return (
            offer is not None
            and in_force(standing, now.date())
            and offer.remaining(standing, now, self.benefit) != 0
        )

    def words(self, labels: dict[str, Text]) -> Text:
        """See `Group.words`."""
        zh, en = labels.get(self.benefit, (self.benefit, self.benefit))
        return (f"享有“{zh}”者", f"those with “{en}”")


class Detail:
    """Those whose booking says so: a detail with a certain value."""

    def __init__(self, name: str, value: object) -> None:
        self.name = name
        self.value = value
        self.traits = (name,)

    def has(self, _program: Program, _standing: Standing, entry: Entry, _now: datetime) -> bool:
        """See `Group.has`."""
        return entry.traits.get(self.name) == self.value

    def words(self, labels: dict[str, Text]) -> Text:
        """See `Group.words`."""
        return labels.get(str(self.value), (str(self.value), str(self.value)))


class Queue(Clause):
    """Those booked for a slot are called group by group, each in the order of booking.

    Args:
        groups: in the order of calling; everybody else comes last. A person is called with the
            first group that has them.
        what: the bookings that it orders; empty for all.
        share: of the first n called, at least n × share (rounded down) are of the last group
            as long as any of them waits.
        shared: number of the clause that says so.
        labels: the charter's words for tiers, kinds and benefits.
    """

    def __init__(
        self, number: str, *groups: Group, what: Collection[str] = (),
        share: Decimal | None = None, shared: str = "", labels: dict[str, Text] | None = None,
    ) -> None:  # fmt: skip
        numbers = {"shared": shared} if shared and share else {}
        super().__init__(number, **numbers)
        self.groups = groups
        self.what = frozenset(what)
        self.share = share or Decimal(0)
        self.labels = labels or {}

    @property
    def traits(self) -> tuple[str, ...]:
        """Details of a booking at which its groups look."""
        return tuple(name for group in self.groups for name in group.traits)

    def orders(self, what: str) -> bool:
        """Whether it is about these bookings."""
        return not self.what or what in self.what

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        if not 0 <= self.share <= 1:
            yield "nonmember_slot_share", Said("须在0与1之间", "must be between 0 and 1")

    @on("book", phase=FOLLOW)
    def place(self, d: Draft) -> Iterator[fx.Effect]:
        """The order of calling is by this clause."""
        if self.orders(d.body.what):
            yield fx.Cite("order of calling")
            if self.share:
                yield fx.Cite("share of the others", number=self.of("shared"))

    def order(
        self, program: Program, entries: Iterable[tuple[Entry, Standing]], now: datetime
    ) -> list[Entry]:
        """Those who wait, in the order of calling."""
        ranked: list[list[Entry]] = [[] for _ in (*self.groups, None)]
        for entry, standing in entries:
            ranked[self._rank(program, standing, entry, now)].append(entry)
        first = [entry for group in ranked[:-1] for entry in group]
        return list(self._merged(first, ranked[-1]))

    def _rank(self, program: Program, standing: Standing, entry: Entry, now: datetime) -> int:
        return next(
            (i for i, g in enumerate(self.groups) if g.has(program, standing, entry, now)),
            len(self.groups),
        )

    def _merged(self, first: list[Entry], others: list[Entry]) -> Iterator[Entry]:
        called = of_others = 0
        while called < len(first) + len(others):
            owed = int((called + 1) * self.share)
            of_first = called - of_others
            waits = of_others < len(others)
            if waits and (of_others < owed or of_first == len(first)):
                yield others[of_others]
                of_others += 1
            else:
                yield first[of_first]
            called += 1

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        named = [group.words(self.labels) for group in self.groups]
        zh, en = "、".join(f"{z}优先" for z, _ in named), ", then ".join(e for _, e in named)
        texts = {
            self.number: (
                f"同一时段排队时，{zh}，其余在后；同类人员按预约先后顺序。",
                f"Of those waiting for one slot are called first: {en}; then all others; each group "
                "in the order of booking.",
            )
        }
        if self.share:
            said_zh, said_en = texts.get(self.of("shared"), ("", ""))
            percent = f"{self.share * 100:f}".rstrip("0").rstrip(".")
            texts[self.of("shared")] = (
                f"{said_zh}为保证公平，前n位中至少有n×{percent}%（向下取整）为其余人员，直至其全部就诊。",
                f"{said_en} For fairness at least n × {percent} % (rounded down) of the first n are of "
                "the others, as long as any of them waits.".strip(),
            )
        return texts


class Standings(Documents, Protocol):
    """Where standings and documents are found."""

    def standing(self, ref: str) -> Standing:
        """The standing of a person."""
        ...


def queue_of(
    program: Program, view: Standings, what: str, slot: str | None, now: datetime
) -> list[Entry]:
    """Those who wait for a slot in the order of calling, by the standings of now."""
    name, _ = slot_of(slot, now.tzinfo)
    found = waiting(entries_of(view, what, name), now, timed=bool(name))
    clause = next((c for c in program.clauses if isinstance(c, Queue) and c.orders(what)), None)
    if clause is None:
        return found
    return clause.order(program, [(entry, view.standing(entry.person)) for entry in found], now)


__all__ = ["Active", "Detail", "Group", "HasBenefit", "InTiers", "Queue", "in_force", "queue_of"]
