"""Groups: one membership of several persons, whose number decides its tier, fee and quotas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.admission import applied_kind
from charterhouse.kernel.clauses.benefits import Quota
from charterhouse.kernel.clauses.conditions import NOTED, ByTier, detail
from charterhouse.kernel.clauses.quota_periods import Period, membership_year
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.standing import Standing

HEADS = "members"
"""The fact that keeps the persons counted for the running term."""

AHEAD = "heads_ahead"
"""The fact that keeps the persons counted for each term paid in advance."""


class GroupSize(Clause):
    """The number of persons of a group decides its tier, when it applies and at every renewal.

    A number told in between (`change_details`, `headcount`) is noted for the next renewal, which
    counts it for the term that it opens.

    Args:
        small, large: the tiers of a group.
        free_from: persons from which on a group is a large one.
        kind: of the memberships that are groups.
    """

    def __init__(
        self, number: str, *, small: str, large: str, free_from: int, kind: str = "group"
    ) -> None:
        super().__init__(number)
        self.small = small
        self.large = large
        self.free_from = free_from
        self.kind = kind

    def tier_of(self, heads: int) -> str:
        """The tier of a group of so many persons."""
        return self.large if heads >= self.free_from else self.small

    def _is_group(self, d: Draft) -> bool:
        legacy = d.body.verb == "bring_in"
        return (detail(d.body, "kind") if legacy else applied_kind(d)) == self.kind

    def _told(self, d: Draft) -> int | None:
        legacy = d.body.verb == "bring_in"
        heads = detail(d.body, "headcount") if legacy else d.body.headcount
        return heads if type(heads) is int and heads > 0 else None

    @on("apply", "bring_in", phase=GUARD, rank=28)
    def told(self, d: Draft) -> Iterator[fx.Effect]:
        """A group says how many persons it has; one taken over in its details."""
        if self._is_group(d) and self._told(d) is None:
            yield fx.Lack("headcount")

    @on("apply", "bring_in", phase=GRADE, rank=16)
    def count(self, d: Draft) -> Iterator[fx.Effect]:
        """Count them; what was known of a former membership is forgotten."""
        heads = self._told(d) if self._is_group(d) else None
        for name in (NOTED, AHEAD, HEADS):
            if name in d.of_member.facts:
                yield fx.Keep(d.member, name, None)
        if heads is not None:
            yield fx.Keep(d.member, HEADS, heads)
            yield fx.Change(d.member, {"tier": self.tier_of(heads)})

    @on("change_details", phase=GUARD, rank=60)
    def a_number(self, d: Draft) -> Iterator[fx.Effect]:
        """A number of persons is at least one, and a group's."""
        heads = d.body.changes.get("headcount")
        if heads is None:
            return
        if d.of_member.kind != self.kind:
            yield fx.Refuse("not_included", "change_details.changes.headcount")
        elif type(heads) is not int or heads < 1:
            yield fx.Refuse("unknown", "change_details.changes.headcount")

    @on("change_details", phase=FOLLOW)
    def note(self, d: Draft) -> Iterator[fx.Effect]:
        """It gives and takes nothing until the next renewal."""
        if d.body.changes.get("headcount") is not None:
            yield fx.Keep(d.member, NOTED, d.body.changes["headcount"])

    @on("renew", phase=GRADE, rank=15)
    def count_ahead(self, d: Draft) -> Iterator[fx.Effect]:
        """The number known now is that of the term which the renewal opens."""
        standing = d.of_member
        if standing.kind == self.kind:
            heads = int(standing.facts.get(NOTED, standing.members))
            yield fx.Keep(d.member, AHEAD, [*standing.facts.get(AHEAD, ()), heads])

    @on("term_began", phase=GRADE, rank=20)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """With its first day the number counts."""
        standing = d.standing(happening.member)
        ahead = list(standing.facts.get(AHEAD, ()))
        if standing.kind != self.kind or not ahead:
            return
        yield fx.Keep(standing.ref, HEADS, ahead[0])
        yield fx.Keep(standing.ref, AHEAD, ahead[1:] or None)
        tier = self.tier_of(ahead[0])
        if tier != standing.tier:
            yield fx.Change(standing.ref, {"tier": tier})
            yield fx.Announce("tier_changed", standing.ref, happening.cause)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"团体人数在申请时和每次续期时计算，{self.free_from}人及以上与以下分属两级；期间变更仅作登记，下次续期时适用。",
                f"The persons of a group are counted at application and at every renewal; from "
                f"{self.free_from} on it is of the larger sort. A change in between is noted for the "
                "next renewal.",
            )
        }


class PerPersonQuota(Quota):
    """A quota of which each person of a group has their own; the group shows it for all together.

    `use … for` names the person. Numbers by reason, beside those of `Quota`: `person`.

    Args:
        per: uses in a period, by tier: of each person.
        group: the kind whose memberships are groups.
    """

    def __init__(
        self, number: str, benefit: str, *, per: ByTier[int], group: str = "group",
        period: Period = membership_year, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, benefit, per=per, period=period)
        self.by_reason = {**self.by_reason, **numbers}
        self.group = group

    def allowance(self, standing: Standing, day: date) -> int | None:
        """Those of all persons together."""
        each = super().allowance(standing, day)
        return each * standing.members if each and standing.kind == self.group else each

    def _of_person(self, d: Draft) -> str:
        return self._kept_for(d.of_member, d.event.day, str(d.body.for_))

    def _kept_for(self, standing: Standing, day: date, person: str) -> str:
        return own_id("person-uses", standing.ref, self.benefit, self.period(standing, day), person)

    def _had(self, d: Draft) -> int:
        kept = d.document(self._of_person(d))
        return int(kept.content["uses"]) if kept is not None else 0

    @on("use", phase=GUARD, rank=28)
    def own_share(self, d: Draft) -> Iterator[fx.Effect]:
        """Nobody of a group takes more than one person has."""
        standing = d.of_member
        if d.body.benefit != self.benefit or standing.kind != self.group:
            return
        number = self.of("person")
        each = super().allowance(standing, d.event.day) or 0
        if d.body.for_ is None:
            yield fx.Lack("for", number=number)
        elif self._had(d) + d.body.quantity > each:
            yield fx.Refuse("quota_used", "use.for", number=number)

    @on("use", phase=SETTLE, rank=60)
    def keep_person(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep whose it was."""
        if d.body.benefit == self.benefit and d.of_member.kind == self.group:
            content: dict[str, Any] = {
                "uses": self._had(d) + d.body.quantity, "at": d.now.isoformat(),
            }  # fmt: skip
            number = self.of("person")
            yield fx.Put("person-uses", self._of_person(d), d.member, content, number=number)

    @on("give_back", phase=SETTLE, rank=60)
    def return_to_person(self, d: Draft) -> Iterator[fx.Effect]:
        """The person has it again."""
        taken = d.document(d.body.of)
        if taken is None or taken.content.get("benefit") != self.benefit:
            return
        day = datetime.fromisoformat(taken.content["at"]).astimezone(d.now.tzinfo).date()
        standing, person = d.standing(taken.member), str(taken.content.get("for"))
        kept = d.document(self._kept_for(standing, day, person))
        if kept is not None and standing.kind == self.group:
            left = int(kept.content["uses"]) - int(taken.content["quantity"])
            content = {**kept.content, "uses": max(left, 0)}
            yield fx.Put("person-uses", kept.id, kept.member, content, number=self.of("person"))


__all__ = ["AHEAD", "HEADS", "GroupSize", "PerPersonQuota"]
