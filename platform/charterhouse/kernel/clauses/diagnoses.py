"""Diagnoses on file, and services that need one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.insurance import Among, PolicyRule, among
from charterhouse.kernel.clauses.policies import Policy, policies_of, policy_of
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing

DIAGNOSES = "diagnoses"
"""The fact that keeps a person's diagnoses, in the order in which they were told."""

SUSPECTED, CONFIRMED = CERTAINTIES = ("suspected", "confirmed")
BEST_GRADE = "3a"
"""The grade of a diagnosing hospital of which nothing is said."""

_GRADE = re.compile(r"([1-3])([abc]?)")


def read_grade(value: Any) -> str | None:
    """A hospital grade as text: 1, 2, 3, or with its class 1a … 3c; None for anything else."""
    found = _GRADE.fullmatch(str(value).lower()) if not isinstance(value, bool) else None
    return found.group() if found else None


def meets_grade(grade: str, least: str) -> bool:
    """Whether a grade meets the lowest one; "2" is met by 2a … 3c, "3a" by itself alone."""
    (own, own_class), (wanted, wanted_class) = (
        (text[:1], text[1:]) for text in (grade.lower(), least.lower())
    )
    if own != wanted:
        return own > wanted
    return not wanted_class or (own_class != "" and own_class <= wanted_class)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis on file; `by` is who made it, where that is said."""

    condition: str
    certainty: str
    first: bool
    day: date
    grade: str = BEST_GRADE
    public: bool = True
    in_network: bool = True
    domestic: bool = True
    by: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether it is confirmed."""
        return self.certainty == CONFIRMED


def diagnoses_of(standing: Standing) -> list[Diagnosis]:
    """The diagnoses on file of a person."""
    return [
        Diagnosis(**{**raw, "day": date.fromisoformat(raw["day"])})
        for raw in standing.facts.get(DIAGNOSES, ())
    ]


class Diagnoses(Clause):
    """Diagnoses are kept in a person's file, member or not."""

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"diagnose.certainty": CERTAINTIES}

    @on("diagnose", phase=GUARD)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """The grade of the hospital is one that there is."""
        grade = (d.body.hospital or {}).get("grade", BEST_GRADE)
        if read_grade(grade) is None:
            yield fx.Refuse("unknown", "diagnose.hospital.grade")

    @on("diagnose", phase=GRADE)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it; what is told twice is kept once."""
        hospital = d.body.hospital or {}
        raw = {
            "condition": d.body.condition,
            "certainty": d.body.certainty,
            "first": d.body.first,
            "day": d.event.day.isoformat(),
            "grade": read_grade(hospital.get("grade", BEST_GRADE)),
            "public": hospital.get("public") is not False,
            "in_network": hospital.get("in_network") is not False,
            "domestic": hospital.get("domestic") is not False,
            "by": d.body.by or "",
        }
        kept = d.of_member.facts.get(DIAGNOSES, [])
        if raw not in kept:
            yield fx.Keep(d.member, DIAGNOSES, [*kept, raw])
        else:
            yield fx.Cite("diagnosis")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "诊断记入本人档案。",
                "Diagnoses are kept in the person's file.",
            )
        }


Fits = Callable[[Policy, Diagnosis], bool]
"""Whether a diagnosis fits a policy."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What a diagnosis has to be.

    Attributes:
        conditions: the diseases; None for any. By policy where they differ.
        certainty: "suspected" is met by a confirmed one as well.
        first: whether it must be the first of its kind.
        grade_min: the lowest grade of the hospital; "" for any.
        public, domestic: whether the hospital must be.
        doctors: who must have made it; empty for anybody. Of whom nothing is said, fits.
        on_file: the diagnoses that are looked at at all, by policy.
        fits: a further condition, by policy.
        barred: a diagnosis by which the person is not eligible, whatever else there is.
    """

    conditions: Collection[str] | Callable[[Policy], Collection[str]] | None = None
    certainty: str = CONFIRMED
    first: bool = False
    grade_min: str = ""
    public: bool = False
    domestic: bool = False
    doctors: Collection[str] = ()
    on_file: Fits | None = None
    fits: Fits | None = None
    barred: Fits | None = None

    def lacks(self, policy: Policy, found: Iterable[Diagnosis]) -> str:
        """The reason for which the diagnoses of a person do not do; "" when one does."""
        diagnoses = [each for each in found if self.on_file is None or self.on_file(policy, each)]
        if self.barred and any(self.barred(policy, each) for each in diagnoses):
            return "not_eligible"
        certain = [each for each in diagnoses if self.certainty == SUSPECTED or each.confirmed]
        if not certain:
            return "not_diagnosed"
        return "" if any(self.meets(policy, each) for each in certain) else "not_eligible"

    def meets(self, policy: Policy, diagnosis: Diagnosis) -> bool:
        """Whether a diagnosis of the needed certainty fits otherwise."""
        conditions = self.conditions(policy) if callable(self.conditions) else self.conditions
        return (
            (conditions is None or diagnosis.condition in conditions)
            and (diagnosis.first or not self.first)
            and (not self.grade_min or meets_grade(diagnosis.grade, self.grade_min))
            and (diagnosis.public or not self.public)
            and (diagnosis.domestic or not self.domestic)
            and (not self.doctors or diagnosis.by in ("", *self.doctors))
            and (self.fits is None or self.fits(policy, diagnosis))
        )


class Diagnosed(PolicyRule):
    """Services rest on a diagnosis of the person served.

    Args:
        needed: what it has to be.
        services: that need one; None for all.
        others: whether a person other than the insured needs one on file, too.
    """

    order: ClassVar[int] = 60
    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {"request": ("for_",), "use": ("for_",)}

    def __init__(
        self, number: str, needed: Needed, *, services: Among = None, others: bool = True
    ) -> None:
        super().__init__(number)
        self.needed = needed
        self.services = services
        self.others = others
        self.about = ",".join(sorted(services)) if services else ""

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """There is none, or none that fits."""
        if not among(self.services, code):
            return None
        person = d.body.for_ or d.member
        if person != d.member and not self.others:
            return None
        reason = self.needed.lacks(policy, diagnoses_of(d.peek(person)))
        return fx.Refuse(reason, f"{d.body.verb}.member") if reason else None

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "须有符合条件的诊断记录。",
                "It needs a diagnosis on file that meets the condition.",
            )
        }


class DiagnosedAtReview(Clause):
    """A request is approved only when a diagnosis is on file; asking needs none.

    Args:
        needed: what the diagnosis has to be.
        services: that need one; None for all.
    """

    def __init__(self, number: str, needed: Needed, *, services: Among = None) -> None:
        super().__init__(number)
        self.needed = needed
        self.services = services

    @on("decide", phase=GUARD, rank=60)
    def approve(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse the approval without."""
        if d.subject is None or d.body.outcome != "approved":
            return
        content = d.subject.content
        if not among(self.services, content["service"]):
            return
        policy = policy_of(d.of_member, content.get("policy", ""))
        for each in [policy] if policy else policies_of(d.of_member)[:1]:
            reason = self.needed.lacks(each, diagnoses_of(d.of_member))
            if reason:
                yield fx.Refuse(reason, "decide.request")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "没有符合条件的诊断记录的，不予批准。",
                "Without a diagnosis on file that meets the condition a request is not approved.",
            )
        }


__all__ = [
    "BEST_GRADE", "CERTAINTIES", "CONFIRMED", "DIAGNOSES", "SUSPECTED", "Diagnosed",
    "DiagnosedAtReview", "Diagnoses", "Diagnosis", "Needed", "diagnoses_of", "meets_grade",
    "read_grade",
]  # fmt: skip
