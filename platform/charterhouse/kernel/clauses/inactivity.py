"""Cards that are not used: the day of the last use, and the end that may follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.leaving import end_membership
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import first_invalid_day
from charterhouse.kernel.standing import Standing

LAST_USE = "last_use"
"""The fact that keeps the day on which the card was last used."""


def last_use(standing: Standing) -> date:
    """The day of the last use of the card, or that of joining."""
    since = standing.since or date.min
    kept = standing.facts.get(LAST_USE)
    return max(since, date.fromisoformat(kept)) if kept else since


class Deregistration(Clause):
    """A membership long unused may be ended by the institution, never by itself.

    Use is a bill on which the holder shows the card, a redemption or a booking; without any, the
    day of joining counts. Numbers by reason: `ended`, `none`, `expired`.

    Args:
        months: complete since the last use.
        notice: told to the member; "" for none.
        forfeits: units whose balances are void.
    """

    def __init__(
        self, number: str, *, months: int, notice: str = "deregistered",
        forfeits: tuple[str, ...] = (), **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.months = months
        self.notice = notice
        self.forfeits = forfeits

    @on("spend", "redeem", "book", phase=FOLLOW, rank=30)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the day of the last use."""
        standing, day = d.of_member, d.event.day
        held_out = getattr(d.body, "presented_by", None) or d.member
        shown = "card" in getattr(d.body, "shown", ("card",)) and held_out == d.member
        if shown and standing.card == "active" and day > last_use(standing):
            yield fx.Keep(d.member, LAST_USE, day.isoformat())

    @on("deregister", phase=GUARD, rank=20)
    def unused(self, d: Draft) -> Iterator[fx.Effect]:
        """Only from the day on which the months are complete."""
        lost = no_membership(d.of_member)
        if lost and d.of_member.status != "suspended":
            yield fx.Refuse(lost[0], number=self.of(lost[1]))
        elif d.event.day < first_invalid_day(last_use(d.of_member), self.months):
            yield fx.Refuse("too_early")

    @on("deregister", phase=GRADE, rank=20)
    def end(self, d: Draft) -> Iterator[fx.Effect]:
        """End it and tell the member."""
        yield from end_membership(d, d.member, "deregistered", self.forfeits)
        if self.notice:
            yield fx.Raise("notice", self.notice, d.member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"会员卡连续{self.months}个月未使用的，医院可予注销并通知会员，剩余积分作废；不自动注销。",
                f"A card that has not been used for {self.months} months may be deregistered; the "
                "member is told and remaining points are void. This never happens by itself.",
            )
        }


__all__ = ["LAST_USE", "Deregistration", "last_use"]
