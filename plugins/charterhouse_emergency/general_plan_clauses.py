"""What only the general plan knows: target groups, marks, and the class that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, RIGHTS, Clause, on
from charterhouse.kernel.clauses.diagnoses import diagnoses_of
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import age_on, birthday_in, day_start
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.standing import Standing

ORDINARY, SPECIAL, DESIGNATED, EMERGENCY = CLASSES = (
    "ordinary", "special", "designated-disease", "emergency",
)  # fmt: skip
ELDERLY, CHILD = "elderly", "child"
ENTERED = ("pregnant", "disabled", "chronic", "first-aid", EMERGENCY)
"""The groups that are entered; the others follow from birth date and diagnoses."""

URGENT, EMERGENCY_SURGERY = MARKS = ("urgent", "emergency_surgery")
SURGICAL = "surgical-disease"
"""The designated diseases with priority surgery, among the groups that somebody belongs to."""

_ENTERED, _MARKED, _GROUPS = "entered_groups", "marks", "groups"
_SPECIAL = frozenset({ELDERLY, CHILD, *ENTERED} - {EMERGENCY})


def belongs_to(standing: Standing, *groups: str) -> bool:
    """Whether somebody belongs to one of these groups, or has one of these marks."""
    own = (*standing.facts.get(_GROUPS, ()), *standing.facts.get(_MARKED, ()))
    return any(group in own for group in groups)


def of_any(*groups: str) -> Callable[[Standing], bool]:
    """Those who belong to one of these groups, or have one of these marks."""
    return lambda standing: belongs_to(standing, *groups)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the groups begin and end that nobody enters.

    Attributes:
        elderly_from: first age that counts as elderly.
        child_below: first age that no longer counts as child.
        designated: the diseases that count once they are confirmed.
        surgical: those of them with priority surgery.
    """

    elderly_from: int
    child_below: int
    designated: Collection[str]
    surgical: Collection[str]

    def groups(self, standing: Standing, day: date) -> list[str]:
        """The groups that somebody belongs to on a day."""
        found = list(standing.facts.get(_ENTERED, ()))
        if standing.born is not None:
            age = age_on(standing.born, day)
            found += [ELDERLY] if age >= self.elderly_from else []
            found += [CHILD] if age < self.child_below else []
        sick = {each.condition for each in diagnoses_of(standing) if each.confirmed}
        found += [DESIGNATED] if sick & set(self.designated) else []
        found += [SURGICAL] if sick & set(self.surgical) else []
        found += [SPECIAL] if _SPECIAL & set(found) else []
        return found

    def turn(self, standing: Standing, after: datetime) -> datetime | None:
        """The next birthday on which one of them begins or ends."""
        if standing.born is None:
            return None
        born = standing.born
        years = (born.year + self.elderly_from, born.year + self.child_below)
        moments = [day_start(birthday_in(born, year), after.tzinfo) for year in years]
        return min((moment for moment in moments if moment > after), default=None)


def class_of(groups: Collection[str]) -> str:
    """The highest class of those to which somebody belongs."""
    return next((each for each in reversed(CLASSES) if each in groups), ORDINARY)


class TargetGroups(Clause):
    """Who belongs to which group, with what marks; the class is the highest of them.

    Numbers by reason: `special`, `emergency`, `designated-disease`.
    """

    due_rank = 40

    def __init__(self, number: str, bounds: Bounds, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.bounds = bounds

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        if self.bounds.elderly_from < self.bounds.child_below:
            yield (
                "elderly_from_age",
                Said("不得低于儿童年龄上限", "must not be below the age at which childhood ends"),
            )
        strange = [each for each in self.bounds.surgical if each not in self.bounds.designated]
        if strange:
            yield (
                "surgery_diseases",
                Said(
                    f"所列{strange[0]}不是指定病种",
                    f"names {strange[0]}, which is no designated disease",
                ),
            )

    @staticmethod
    def _stated(d: Draft) -> tuple[str, Mapping[str, Any]]:
        """What an event states of groups and marks, and in which field."""
        if d.body.verb == "change_details":
            return "changes", d.body.changes
        return "details", d.body.details or {}

    @on("apply", "change_details", phase=GUARD, rank=60)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """Groups that can be entered, and marks that are set or not."""
        field, stated = self._stated(d)
        groups = stated.get("groups", [])
        if not isinstance(groups, list) or any(each not in ENTERED for each in groups):
            yield fx.Refuse("unknown", f"{d.body.verb}.{field}.groups")
        for mark in MARKS:
            if not isinstance(stated.get(mark, False), bool):
                yield fx.Refuse("unknown", f"{d.body.verb}.{field}.{mark}")

    @on("apply", "change_details", phase=GRADE, rank=60)
    def enter(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep what is stated; a mark that is not named stays as it is."""
        _, stated = self._stated(d)
        yield fx.Cite("groups")
        if "groups" in stated:
            groups = list(dict.fromkeys(stated["groups"]))
            yield fx.Keep(d.member, _ENTERED, groups)
            for own in dict.fromkeys(EMERGENCY if g == EMERGENCY else SPECIAL for g in groups):
                yield fx.Cite(own, number=self.of(own))
        before = d.of_member.facts.get(_MARKED, [])
        marks = [mark for mark in MARKS if stated.get(mark, mark in before)]
        if marks != before:
            yield fx.Keep(d.member, _MARKED, marks)
            yield fx.Announce("regrouped", d.member)

    @on("request", "use", phase=RIGHTS, rank=60)
    def up_to_date(self, d: Draft) -> Iterator[fx.Effect]:
        """A birth date may have become known meanwhile."""
        yield from self._settle(d, d.member)

    @on("apply", "change_details", "diagnose", phase=GRADE, rank=70)
    def follow(self, d: Draft) -> Iterator[fx.Effect]:
        """Groups and class follow."""
        yield from self._settle(d, d.member)

    def _settle(self, d: Draft, member: str) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        groups, tier = self.bounds.groups(standing, d.now.date()), standing.tier
        if groups != standing.facts.get(_GROUPS, []):
            yield fx.Keep(member, _GROUPS, groups)
            yield fx.Announce("regrouped", member)
            if DESIGNATED in groups and d.body.verb == "diagnose":
                yield fx.Cite(DESIGNATED, number=self.of(DESIGNATED))
        given = class_of(groups)
        if given != tier:
            yield fx.Change(member, {"tier": given}, number=self.of(given))
            yield fx.Announce("tier_changed", member)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next birthday that changes a group; at once where a new version has changed one."""
        if standing.status != "active":
            return None
        if self.bounds.groups(standing, after.date()) != standing.facts.get(_GROUPS, []):
            return after + timedelta(microseconds=1)
        return self.bounds.turn(standing, after)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Groups and class follow."""
        yield from self._settle(draft, member)


__all__ = [
    "CHILD", "CLASSES", "DESIGNATED", "ELDERLY", "EMERGENCY", "EMERGENCY_SURGERY", "ENTERED",
    "ORDINARY", "SPECIAL", "SURGICAL", "URGENT", "Bounds", "TargetGroups", "belongs_to", "class_of",
    "of_any",
]  # fmt: skip
