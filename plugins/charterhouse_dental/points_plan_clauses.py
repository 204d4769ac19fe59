"""Admission, points and levels as the two points plans have them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import (
    EARN,
    FOLLOW,
    GRADE,
    GRANT,
    GUARD,
    RIGHTS,
    Binding,
    Clause,
    Progress,
    on,
)
from charterhouse.kernel.clauses.admission import Documents
from charterhouse.kernel.clauses.conditions import Who
from charterhouse.kernel.clauses.earning import PointsByRate
from charterhouse.kernel.clauses.flow import GRANTED
from charterhouse.kernel.clauses.tiers import Ladder
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, counted
from charterhouse.kernel.problems import ABOVE_BELOW, Problem
from charterhouse.kernel.settings import SettingValues
from charterhouse.kernel.standing import Standing

LEVELS = ("ordinary", "senior", "vip", "diamond")
VIPS = ("vip", "diamond")
NEW_PATIENT, LEGACY, BY_LEADER = PATHS = ("new-patient", "legacy", "granted")
LEADER = "leader"
DATA = ("name", "id_number", "address")
"""What a registration is complete with."""

LIFETIME = "lifetime_points"
BY_POINTS = "level_by_points"
"""The fact that keeps the level that a member has by points, whatever was granted."""


def bills_since(start: date) -> Who:
    """Bills of anybody from a day on."""
    return lambda d: bool(d.event.day >= start)


def single(level: str) -> str:
    """The unit that counts the bills that reach a level by themselves."""
    return counted(f"single-{level}")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many points of one bill, or in all, each level holds."""

    one_bill: Mapping[str, int]
    in_all: Mapping[str, int]

    @classmethod
    def of(cls, s: SettingValues) -> Thresholds:
        """As a hospital sets them."""
        return cls(
            {level: getattr(s, f"single_{level}") for level in LEVELS},
            {level: getattr(s, f"cumulative_{level}") for level in LEVELS},
        )

    @property
    def rungs(self) -> Mapping[str, Mapping[str, int]]:
        """The thresholds as a ladder: level → measure → least."""
        return {level: {LIFETIME: self.in_all[level], single(level): 1} for level in LEVELS}

    def reached(self, standing: Standing) -> str:
        """The highest level of which either condition is met; "" below the lowest."""
        found = ""
        for level, measures in self.rungs.items():
            if any(standing.balance(unit) >= least for unit, least in measures.items()):
                found = level
        return found


class Ways(Clause):
    """The ways into the membership, and what each asks for.

    Numbers by reason: `legacy`, `granted`.

    Args:
        thresholds: of which the lowest admits a patient.
        minimum: the points of the earlier system that admit a legacy patient.
        levels: whether there are levels that can be granted.
    """

    def __init__(
        self, number: str, thresholds: Thresholds, *, minimum: int, levels: bool, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.thresholds = thresholds
        self.minimum = minimum
        self.levels = levels

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"path": PATHS}

    def defaults(self) -> Mapping[str, str]:
        """See `Clause.defaults`."""
        return {"path": NEW_PATIENT}

    @on("apply", phase=GUARD, rank=20)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """By points, or given by a leader; the earlier points are brought in, not applied with."""
        path = d.body.path or NEW_PATIENT
        if path == BY_LEADER:
            if d.body.by != LEADER:
                yield fx.Refuse("wrong_person", "apply.by", number=self.of("granted"))
            if self.levels and not d.body.tier:
                yield fx.Lack("tier", number=self.of("granted"))
            return
        if path == LEGACY:
            yield fx.Refuse("not_eligible", "apply.path", number=self.of("legacy"))
        reached = self.thresholds.reached(d.of_member)
        if not reached:
            yield fx.Refuse("not_eligible", "apply.member")
        if d.body.tier not in (None, reached):
            yield fx.Refuse("wrong_person", "apply.tier", number=self.of("granted"))

    @on("bring_in", phase=GUARD, rank=20)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        """Below the minimum nothing is imported; nor does it give a level."""
        if (d.body.points or 0) < self.minimum:
            yield fx.Refuse("not_eligible", "bring_in.points", number=self.of("legacy"))
        if d.body.tier:
            yield fx.Refuse("wrong_person", "bring_in.tier", number=self.of("granted"))

    @on("apply", phase=GRADE, rank=5)
    def enter(self, d: Draft) -> Iterator[fx.Effect]:
        """By which way; a level given by a leader is kept as a floor."""
        if d.body.path != BY_LEADER:
            yield fx.Cite("threshold reached")
        elif self.levels:
            yield fx.Keep(d.member, GRANTED, d.body.tier, number=self.of("granted"))
        else:
            yield fx.Cite("by a leader", number=self.of("granted"))

    @on("bring_in", phase=GRANT, rank=20)
    def import_points(self, d: Draft) -> Iterator[fx.Effect]:
        """The earlier points come in as both figures, and count as no bill."""
        for unit in (POINTS, LIFETIME):
            yield fx.Credit(d.member, unit, d.body.points, "opening", number=self.of("legacy"))


class GrantedLevel(Clause):
    """A leader gives a level directly, to a member or to somebody who becomes one by it."""

    @on("grant", phase=GUARD, rank=20)
    def by_leader(self, d: Draft) -> Iterator[fx.Effect]:
        """Nobody else can give it."""
        if d.body.by != LEADER:
            yield fx.Refuse("wrong_person", "grant.by")

    @on("grant", phase=GRADE, rank=20)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """It is a floor, and none is lowered by a further one."""
        standing = d.of_member
        before = standing.facts.get(GRANTED, "")
        yield fx.Keep(d.member, GRANTED, max(before, d.body.tier, key=d.program.rank))
        if standing.status == "active":
            yield fx.Announce("granted", d.member, "granted")
            return
        kind = d.program.defaults().get("kind", "individual")
        values = {"status": "active", "since": d.event.day, "kind": kind, "tier": LEVELS[0]}
        yield fx.Change(d.member, values)
        yield fx.Announce("activated", d.member, "granted")


class RealName(Documents):
    """The data of a registration, whichever way leads to it."""

    def __init__(self, number: str) -> None:
        super().__init__(number, {}, details=DATA)

    @on("grant", "bring_in", phase=GUARD, rank=30)
    def complete_too(self, d: Draft) -> Iterator[fx.Effect]:
        """Who becomes a member by it hands in the same data."""
        if d.of_member.status != "active":
            details = d.body.details or {}
            if any(code in details for code in self.details):
                for code in self.details:
                    if not str(details.get(code) or "").strip():
                        yield fx.Lack(code)


class MembersOnly(Clause):
    """Only members have rewards; what became of the card makes no difference."""

    def __init__(self, number: str, verbs: Collection[str]) -> None:
        super().__init__(number)
        self.verbs = verbs

    def bound(self) -> Iterable[Binding]:
        """Only the events that need a membership."""
        return [b for b in self.bindings if b.trigger in self.verbs]

    @on("use", "redeem", "name_relative", phase=RIGHTS)
    def member(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse whoever is none."""
        if d.of_member.status != "active":
            yield fx.Refuse("not_active", f"{d.body.verb}.member")
        yield fx.Cite("member")


class EarlierBills(Clause):
    """Bills before the first day of the scheme earn nothing."""

    def __init__(self, number: str, start: date) -> None:
        super().__init__(number)
        self.start = start

    @on("spend", phase=EARN)
    def nothing(self, d: Draft) -> Iterator[fx.Effect]:
        """Say why there are no points."""
        if d.event.day < self.start:
            yield fx.Cite("before the scheme")


class BillsReaching(PointsByRate):
    """How many bills reach a level by their points alone, counted anew after a refund."""

    cls = ""

    def __init__(self, number: str, level: str, *, points: PointsByRate, least: int) -> None:
        super().__init__(number, per_yuan=points.per_yuan, who=points.who, unit=single(level))
        self.about = level
        self.least = least

    def amount(self, paid: int, mark: object = None) -> int:
        """One, where the points of the bill suffice."""
        return int(super().amount(paid, mark) >= self.least)


class PointLevels(Ladder):
    """The level by points, or the one granted where that is higher; only a refund lowers it.

    A member never falls below the lowest level. Numbers by reason: `below` (its conditions are
    met no longer), `several` (levels at once), `granted` (the level given keeps it).
    """

    def __init__(
        self, number: str, thresholds: Thresholds, *, below: str, several: str, granted: str
    ) -> None:
        super().__init__(number, thresholds.rungs, falls=True)
        self.by_reason = {"below": below, "several": several, "granted": granted}
        self.thresholds = thresholds

    def check(self) -> Iterator[Problem]:
        """Both thresholds rise from each level to the next."""
        tables = {"single": self.thresholds.one_bill, "cumulative": self.thresholds.in_all}
        for name, table in tables.items():
            for low, high in pairwise(LEVELS):
                if table[high] <= table[low]:
                    yield f"{name}_{high}", ABOVE_BELOW

    def settle(self, d: Draft, member: str, cause: str) -> Iterator[fx.Effect]:
        """Give the level that follows, and keep what it is by points."""
        standing = d.standing(member)
        if standing.status != "active":
            return
        rank = d.program.rank
        before, reached = standing.facts.get(BY_POINTS, ""), self.thresholds.reached(standing)
        # Thresholds that were raised meanwhile take nothing away.
        least = LEVELS[0] if cause == "refunded" else standing.tier or LEVELS[0]
        top = reached if cause == "refunded" else max(reached, before, key=rank)
        granted = standing.facts.get(GRANTED, "")
        tier = max(least, top, granted, key=rank)
        if granted and rank(granted) > rank(top):
            yield fx.Cite("floor", number=self.of("granted"))
        if top != before:
            yield fx.Keep(member, BY_POINTS, top or None)
        if tier != standing.tier:
            several = rank(tier) > rank(standing.tier) + 1
            yield fx.Change(member, {"tier": tier})
            yield fx.Announce("tier_changed", member, cause)
            if several:
                yield fx.Cite("several levels at once", number=self.of("several"))
        if before and not top and tier == LEVELS[0]:
            yield fx.Raise("flag", "below-threshold", member, number=self.of("below"))

    @on("tier_changed", phase=FOLLOW, rank=20)
    def tell(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Every rise is told to the member, on admission to a level above the lowest too."""
        if happening.cause != "refunded":
            yield fx.Raise("notice", "level-rise", happening.member)

    def progress(self, standing: Standing, now: datetime) -> Iterator[Progress]:
        """The points in all that are still needed; one large bill may do it as well."""
        return (each for each in super().progress(standing, now) if each.measure == LIFETIME)


class CardsHandedOut(Clause):
    """When a member is handed a card: on admission, on reaching VIP, or never.

    Numbers by reason: `vip`.

    Args:
        mode: "all", "vip_up" or "electronic".
    """

    def __init__(self, number: str, *, mode: str, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.mode = mode
        self.due_to: Callable[[Standing], bool] = {
            "all": lambda _standing: True,
            "vip_up": lambda standing: standing.tier in VIPS,
            "electronic": lambda _standing: False,
        }[mode]

    @on("activated", "tier_changed", phase=GRANT, rank=60)
    def hand_out(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A card already held stays; a fall gives none."""
        standing = d.standing(happening.member)
        if standing.card != "none" or happening.cause == "refunded":
            return
        if self.due_to(standing):
            number = self.of("vip") if self.mode == "vip_up" else self.number
            values = {"card": "active", "card_no": d.event.serial}
            yield fx.Change(happening.member, values, number=number)
            yield fx.Raise("task", "hand-out-card", happening.member, number=number)


__all__ = [
    "BY_LEADER", "BY_POINTS", "LEGACY", "LEVELS", "LIFETIME", "NEW_PATIENT", "PATHS", "VIPS",
    "BillsReaching", "CardsHandedOut", "EarlierBills", "GrantedLevel", "MembersOnly",
    "PointLevels", "RealName", "Thresholds", "Ways", "bills_since", "single",
]  # fmt: skip
