"""Handing out services: entries, costs, children, and who is treated for the first time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRANT, GUARD, PRICE, SETTLE, Clause, on
from charterhouse.kernel.clauses.benefits import Offer, Unlimited, calendar_year
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import Lot, freeze, used
from charterhouse.kernel.periods import age_on
from charterhouse.kernel.standing import Standing

PASSED_ON = "passed_on"
"""The fact that keeps the day on which somebody was treated with a service passed on."""

CHILDREN = "children"
"""The fact that keeps the children named by a member: child → date of birth."""

CARED = "cared"
"""The fact that keeps which children had their care in a year: {year, children, others}."""

OTHER_DEPARTMENTS = frozenset({"facial-care", "herbal-therapy"})
"""Services that the dental department does not give."""


def treated(d: Draft) -> str:
    """Who is treated: the person named, else the member."""
    return str(d.body.for_ or d.member)


class ForLife(Unlimited):
    """What every member, or a level, has without a number, whatever became of the card."""

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Without limit, as long as there is a membership."""
        return 0 if no_membership(standing) or not self.has(standing) else None


class Issued(Clause):
    """The entries of what is handed out: in the member's file and in that of the person treated.

    Numbers by reason: `cost`, `settle`, `passed` (on to another person).

    Args:
        gifts: goods, which are collected.
        services: gifted services, which are given to somebody.
        bearer: of the cost of the dental department's services: "marketing" or "doctor".
    """

    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {"use": ("for_",), "redeem": ("for_",)}

    def __init__(
        self, number: str, *, gifts: Collection[str], services: Collection[str], bearer: str,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.gifts = gifts
        self.services = services
        self.bearer = bearer

    @on("use", phase=FOLLOW, rank=40)
    def used(self, d: Draft) -> Iterator[fx.Effect]:
        """A gift collected, or a service given."""
        if d.body.benefit in self.gifts:
            yield fx.Note(d.member, "gift-issue")
        elif d.body.benefit in self.services:
            yield from self.given(d, d.body.benefit)

    def given(self, d: Draft, service: str) -> Iterator[fx.Effect]:
        """The entries, the cost, the settlement, and what a person treated for it may have."""
        person = treated(d)
        yield fx.Note(d.member, "gift-issue")
        yield fx.Note(person, "gifted-treatment")
        bearer = "marketing" if service in OTHER_DEPARTMENTS else self.bearer
        yield fx.Note(d.member, f"cost-{bearer}", number=self.of("cost"))
        yield fx.Raise(
            "task", "price-gifted-service", d.member, number=self.of("settle"),
            about={"service": service, "for": person},
        )  # fmt: skip
        if person != d.member:
            yield fx.Keep(person, PASSED_ON, d.event.day.isoformat(), number=self.of("passed"))


class RegistrationWaiver(Clause):
    """A first-time patient who was treated with a service passed on pays no registration fee.

    Only on bills of that day that come after the use. Numbers by reason: `applies` (the rule that
    says that this one holds).
    """

    @on("spend", phase=PRICE, rank=10)
    def waive(self, d: Draft) -> Iterator[fx.Effect]:
        """Lines of the category cost nothing."""
        today = d.of_member.facts.get(PASSED_ON) == d.event.day.isoformat()
        if d.bill is None or not today or not d.body.first_visit:
            return
        for index, line in enumerate(d.bill.lines):
            if line.line.category == "registration":
                yield fx.PriceLine(index, 0)
                if "applies" in self.by_reason:
                    yield fx.Cite("waived", number=self.of("applies"))


class ChildCare(Offer):
    """Caries prevention once a calendar year for each child named beforehand and in age.

    A child of another home may have it in the place of a named one.

    Args:
        benefit: its code.
        age_max: completed years, inclusive.
        only: the levels that have it.
    """

    touches: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "use": ("for_",), "name_relative": ("person",),
    }  # fmt: skip

    def __init__(
        self, number: str, benefit: str, *, age_max: int, only: Collection[str], **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.benefit = benefit
        self.benefits = (benefit,)
        self.age_max = age_max
        self.only = only

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"benefit": self.benefits, "name_relative.relation": {"child"}}

    def in_age(self, born: date, day: date) -> bool:
        """Whether a child is in age on a day."""
        return age_on(born, day) <= self.age_max

    # Naming.

    @on("name_relative", phase=GUARD, rank=20)
    def child(self, d: Draft) -> Iterator[fx.Effect]:
        """A child whose age is known and within the limit."""
        born = d.body.born or d.standing(d.body.person).born
        if born is None:
            yield fx.Lack("born")
        elif not self.in_age(born, d.event.day):
            yield fx.Refuse("age_limit", "name_relative.born")

    @on("name_relative", phase=GRANT, rank=20)
    def name(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the child with its date of birth."""
        born = d.body.born or d.standing(d.body.person).born
        if born is not None:
            named = {**d.of_member.facts.get(CHILDREN, {}), d.body.person: born.isoformat()}
            yield fx.Keep(d.member, CHILDREN, named)

    # Counting.

    def _cared(self, standing: Standing, day: date) -> dict[str, Any]:
        kept = standing.facts.get(CARED, {})
        year = calendar_year(standing, day)
        return kept if kept.get("year") == year else {"year": year, "children": [], "others": 0}

    def left_on(self, standing: Standing, day: date) -> int:
        """Named children in age that have not had it, less those of others who had it."""
        cared = self._cared(standing, day)
        had, others = cared["children"], int(cared["others"])
        named = standing.facts.get(CHILDREN, {})
        waiting = [
            child for child, born in named.items()
            if child not in had and self.in_age(date.fromisoformat(born), day)
        ]  # fmt: skip
        return max(0, len(waiting) - others)

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """What is left today."""
        if no_membership(standing) or not self.has(standing):
            return 0
        return self.left_on(standing, now.date())

    # Using.

    @on("use", phase=GUARD, rank=30)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """For a child named in the use, in age, that has not had it this year."""
        if d.body.benefit != self.benefit:
            return
        child, day = d.body.for_, d.event.day
        if child is None:
            yield fx.Lack("for")
            return
        born = self._born(d, child)
        if born is None:
            yield fx.Lack("born")
            return
        if not self.in_age(born, day):
            yield fx.Refuse("age_limit", "use.for")
        named = child in d.of_member.facts.get(CHILDREN, {})
        again = named and child in self._cared(d.of_member, day)["children"]
        if again or d.body.quantity > min(1, self.left_on(d.of_member, day)):
            yield fx.Refuse("quota_used", "use.benefit")

    def _born(self, d: Draft, child: str) -> date | None:
        named = d.of_member.facts.get(CHILDREN, {}).get(child)
        return date.fromisoformat(named) if named else d.standing(child).born

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """It counts in the year of its day."""
        if d.body.benefit != self.benefit:
            return
        cared = self._cared(d.of_member, d.event.day)
        year, child = str(cared["year"]), d.body.for_
        named = child in d.of_member.facts.get(CHILDREN, {})
        yield fx.Credit(d.member, used(self.benefit), 1, year, against="@uses")
        yield fx.Keep(d.member, CARED, {
            "year": year, "children": [*cared["children"], child],
            "others": cared["others"] + (not named),
        })  # fmt: skip
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": self.benefit, "quantity": 1, "parts": [freeze(Lot(year, 1, year))],
            "for": child, "at": d.now.isoformat(), "tier": d.program.tier,
        })  # fmt: skip
        yield fx.Announce("used", d.member)


__all__ = [
    "CHILDREN", "OTHER_DEPARTMENTS", "PASSED_ON", "ChildCare", "ForLife", "Issued",
    "RegistrationWaiver", "treated",
]  # fmt: skip
