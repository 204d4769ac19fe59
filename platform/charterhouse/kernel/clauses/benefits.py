"""Benefits: the entitlement is a rule; each use is a posting whose lot is the period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.rights import lost_right
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import Lot, freeze, used
from charterhouse.kernel.periods import birthday_in
from charterhouse.kernel.standing import Standing


class Unlimited(Clause):
    """Benefits that may be used without a quota while the card gives rights."""

    def __init__(self, number: str, *benefits: str) -> None:
        super().__init__(number)
        self.benefits = benefits

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"benefit": self.benefits}

    def offers(self) -> Iterable[str]:
        """See `Clause.offers`."""
        return self.benefits

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Without limit, as long as there are rights."""
        return 0 if lost_right(standing) else None

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep that it was used."""
        if d.body.benefit in self.benefits:
            yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
                "benefit": d.body.benefit, "quantity": d.body.quantity, "parts": [],
                "at": d.now.isoformat(), "tier": d.program.tier,
            })  # fmt: skip
            yield fx.Announce("used", d.member)


class Quota(Clause):
    """A benefit with a number of uses per calendar year, not carried over.

    Args:
        benefit: its code.
        per_year: uses in a calendar year.
    """

    def __init__(self, number: str, benefit: str, *, per_year: int, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.benefit = benefit
        self.per_year = per_year

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"benefit": {self.benefit}}

    def offers(self) -> Iterable[str]:
        """See `Clause.offers`."""
        return (self.benefit,)

    def open_on(self, standing: Standing, day: date) -> bool:
        """Whether the benefit can be used on a day."""
        return True

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Uses left today."""
        day = now.date()
        if lost_right(standing) or not self.open_on(standing, day):
            return 0
        return max(0, self.per_year - self._used(standing, day))

    def _used(self, standing: Standing, day: date) -> int:
        period = str(day.year)
        return sum(x.amount for x in standing.lots.get(used(self.benefit), ()) if x.key == period)

    @on("use", phase=GUARD, rank=30)
    def left(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse beyond the quota of the day's year."""
        if d.body.benefit != self.benefit:
            return
        if not self.open_on(d.of_member, d.event.day):
            yield fx.Refuse("not_eligible")
        if self._used(d.of_member, d.event.day) + d.body.quantity > self.per_year:
            yield fx.Refuse("quota_used")

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Count the use in the period of its day."""
        if d.body.benefit != self.benefit:
            return
        period = str(d.event.day.year)
        unit = used(self.benefit)
        yield fx.Credit(d.member, unit, d.body.quantity, period, against="@uses")
        part = freeze(Lot(period, d.body.quantity, period))
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": self.benefit, "quantity": d.body.quantity, "parts": [part],
            "at": d.now.isoformat(), "tier": d.program.tier,
        })  # fmt: skip
        yield fx.Announce("used", d.member)


class OnBirthday(Quota):
    """A benefit once a year, on the birthday itself, on showing certain things."""

    def __init__(self, number: str, benefit: str, *, shown: Mapping[str, str]) -> None:
        super().__init__(number, benefit, per_year=1)
        self.shown = shown

    def open_on(self, standing: Standing, day: date) -> bool:
        """On the birthday only."""
        return standing.born is not None and birthday_in(standing.born, day.year) == day

    @on("use", phase=GUARD, rank=20)
    def papers(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse when something is not shown."""
        if d.body.benefit == self.benefit:
            for thing, reason in self.shown.items():
                if thing not in d.body.shown:
                    yield fx.Refuse(reason, "use.shown")


class UseGivenBack(Clause):
    """A use that is undone before it was enjoyed no longer counts."""

    @on("give_back", phase=GUARD)
    def once(self, d: Draft) -> Iterator[fx.Effect]:
        """Only once."""
        document = d.document(d.body.of)
        if document is not None and document.kind == "use" and document.content.get("given_back"):
            yield fx.Refuse("order_violation", "give_back.of")
        elif document is not None and document.kind not in ("use", "redemption"):
            yield fx.Refuse("unknown", "give_back.of")

    @on("give_back", phase=EARN)
    def undo(self, d: Draft) -> Iterator[fx.Effect]:
        """Take the use out of its period again, as far as it still counts there."""
        document = d.document(d.body.of)
        if document is None or document.kind != "use":
            return
        unit = used(document.content["benefit"])
        for key, quantity, *_ in document.content["parts"]:
            holder = d.holder(document.member, document)
            yield from self._uncount(d, holder, unit, key, quantity)
        content = {**document.content, "given_back": True}
        yield fx.Put("use", document.id, document.member, content)

    def _uncount(
        self, d: Draft, member: str, unit: str, key: str, quantity: int
    ) -> Iterator[fx.Effect]:
        held: Any = {lot.key: lot.amount for lot in d.standing(member).lots.get(unit, ())}
        if held.get(key, 0) >= quantity:
            yield fx.DebitLot(member, unit, key, quantity, "@uses")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {}
