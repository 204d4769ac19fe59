"""Benefits that come due again some months after they were last taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, SETTLE, Text, on
from charterhouse.kernel.clauses.benefits import Offer
from charterhouse.kernel.clauses.rights import lost_right
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import day_start, notice_end
from charterhouse.kernel.standing import Standing


class Recurring(Offer):
    """One use when due: at once for a new member, then some months after the last one.

    The day is the same one of its month, or that month's last. Uses that are not taken do not add
    up. Numbers by reason: as `Offer`, and `early`.

    Args:
        benefit: its code.
        months: from the day of one use to the next.
        notice: told at 00:00 of the day on which it comes due again; "" for none.
        only: tiers or kinds that have it; None for all.
    """

    due_rank = 60

    def __init__(
        self, number: str, benefit: str, *, months: int, notice: str = "",
        only: Collection[str] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.benefits = (benefit,)
        self.benefit = self.about = benefit
        self.months = months
        self.notice = notice
        self.only = only

    @property
    def fact(self) -> str:
        """Under which the day of the last use is kept."""
        return f"last/{self.benefit}"

    def due_on(self, standing: Standing) -> date | None:
        """The day on which it comes due again; None where it was not taken yet."""
        kept = standing.facts.get(self.fact)
        return notice_end(date.fromisoformat(kept), self.months) if kept else None

    def open_on(self, standing: Standing, day: date) -> bool:
        """Whether it is due on a day."""
        again = self.due_on(standing)
        return again is None or again <= day

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """One when it is due."""
        if lost_right(standing) or not self.has(standing):
            return 0
        return int(self.open_on(standing, now.date()))

    @on("use", phase=GUARD, rank=30)
    def left(self, d: Draft) -> Iterator[fx.Effect]:
        """Not before it is due, and one at a time."""
        if d.body.benefit != self.benefit:
            return
        if not self.open_on(d.of_member, d.event.day):
            yield fx.Refuse("too_early", "use.benefit", number=self.of("early"))
        elif d.body.quantity > 1:
            yield fx.Refuse("quota_used", "use.quantity", number=self.of("used"))

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """It is taken."""
        if d.body.benefit != self.benefit:
            return
        yield fx.Keep(d.member, self.fact, d.event.day.isoformat())
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": self.benefit, "quantity": 1, "parts": [], "at": d.now.isoformat(),
            "tier": d.program.tier,
        })  # fmt: skip
        yield fx.Announce("used", d.member)

    @on("ended", phase=FOLLOW)
    def end(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A later membership begins anew."""
        if self.fact in d.standing(happening.member).facts:
            yield fx.Keep(happening.member, self.fact, None)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """When the member is told that it is due again."""
        again = self.due_on(standing) if self.notice and standing.status == "active" else None
        moment = day_start(again, after.tzinfo) if again else None
        return moment if moment is not None and moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Tell it."""
        if self.has(draft.standing(member)):
            yield fx.Raise("notice", self.notice, member)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"入会即可享用一次，以后自上次之日起满{self.months}个月可再次享用，不提前、不累计。",
                f"Once from the first day of the membership on, then again {self.months} month(s) after "
                "the day of the last one; not earlier, and nothing adds up.",
            )
        }


__all__ = ["Recurring"]
