"""Benefits: the entitlement is a rule; each use is a posting whose lot is the period."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import Bill
from charterhouse.kernel.charter import EARN, FOLLOW, GRANT, GUARD, PRICE, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import (
    ByKind,
    ByTier,
    Days,
    OnlyTiers,
    belongs,
    figure,
)
from charterhouse.kernel.clauses.quota_periods import (
    YEAR_START,
    Period,
    birthday,
    calendar_year,
    membership_year,
    once,
    quarter,
    term,
    term_year,
    year_start,
)
from charterhouse.kernel.clauses.redemptions import restore
from charterhouse.kernel.clauses.rights import lost_right
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import Lot, freeze, right, take, used
from charterhouse.kernel.standing import Standing


class Offer(Clause):
    """Base of clauses that offer benefits to some tiers or kinds.

    Numbers by reason: `too_low` (a higher tier has it), `excluded` (no tier above has it),
    `used` (the quota is used up), `bills` (taken on bills only), `unshown`, `window`, `other` (for another person).

    Args:
        only: tiers or kinds that have the benefits; None for every member.
    """

    benefits: tuple[str, ...] = ()
    only: Collection[str] | None = None

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"benefit": self.benefits}

    def offers(self) -> Iterable[str]:
        """See `Clause.offers`."""
        return self.benefits

    def has(self, standing: Standing) -> bool:
        """Whether a member's tier or kind has the benefits."""
        return belongs(standing, self.only)

    @on("use", phase=GUARD, rank=20)
    def included(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse whoever's tier or kind does not have it."""
        if d.body.benefit not in self.benefits or self.has(d.of_member):
            return
        yield self.refusal(d)

    def refusal(self, d: Draft) -> fx.Refuse:
        """Too low where a tier above has it, else not included."""
        rank = d.program.rank
        own = rank(d.of_member.tier)
        if any(rank(tier) > own for tier in self.only or ()):
            return fx.Refuse("tier_too_low", "use.benefit", number=self.of("too_low"))
        return fx.Refuse("not_included", "use.benefit", number=self.of("excluded"))


class Counted(Offer):
    """Base of clauses that count the uses of a benefit; a request may reserve one of them."""

    def consume(
        self, d: Draft, member: str, quantity: int
    ) -> Generator[fx.Effect, None, dict[str, Any]]:
        """Take uses; returns the parts that they took, by which they are given back."""
        raise NotImplementedError


class Unlimited(Offer):
    """Benefits that may be used without a quota while there are rights.

    Args:
        benefits: their codes.
        only: tiers or kinds that have them.
        when: a further condition on the member.
    """

    def __init__(
        self, number: str, *benefits: str, only: Collection[str] | None = None,
        when: Callable[[Standing], bool] | None = None, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.benefits = benefits
        self.only = only
        self.when = when

    def has(self, standing: Standing) -> bool:
        """See `Offer.has`."""
        return super().has(standing) and (self.when is None or self.when(standing))

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Without limit, as long as there are rights."""
        return 0 if lost_right(standing) or not self.has(standing) else None

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep that it was used."""
        if d.body.benefit in self.benefits:
            yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
                "benefit": d.body.benefit, "quantity": d.body.quantity, "parts": [],
                "at": d.now.isoformat(), "tier": d.program.tier,
            })  # fmt: skip
            yield fx.Announce("used", d.member)


class Quota(Counted):
    """A benefit with a number of uses per period, not carried over; and what was granted of it.

    What belongs to the period is used first, then what was granted once (`right/<benefit>`).

    Args:
        benefit: its code.
        per: uses in a period, by tier or kind where they differ; 0 for what is granted only;
            None for no limit.
        period: of the number.
        window: the days on which it can be used.
        outside: reason with which it is refused on other days.
        shown: what must be shown → the reason with which it is refused otherwise.
        on_bills: it is taken on bills only (`FreeLines`, `OffBill`), never told by `use`.
    """

    def __init__(
        self, number: str, benefit: str, *, per: int | ByTier[int] | ByKind[int] | None,
        period: Period = calendar_year, window: Days | None = None, outside: str = "not_eligible",
        shown: Mapping[str, str] | None = None, only: Collection[str] | None = None,
        on_bills: bool = False, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.on_bills = on_bills
        self.benefits = (benefit,)
        self.benefit = self.about = benefit
        self.per = per
        self.period = period
        self.window = window
        self.outside = outside
        self.shown = shown or {}
        if only is None and isinstance(per, ByTier | ByKind):
            only = OnlyTiers(per) if isinstance(per, ByTier) else tuple(per)
        self.only = only

    def open_on(self, standing: Standing, day: date) -> bool:
        """Whether the benefit can be used on a day."""
        return self.window is None or self.window(standing, day)

    def has(self, standing: Standing) -> bool:
        """By tier or kind, or because something granted is left."""
        return belongs(standing, self.only) or standing.balance(right(self.benefit)) > 0

    def allowance(self, standing: Standing, day: date) -> int | None:
        """Uses in the period of a day."""
        return figure(self.per, standing) if belongs(standing, self.only) else 0

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Uses left today."""
        if lost_right(standing):
            return 0
        return self.left_on(standing, now.date())

    def left_on(self, standing: Standing, day: date) -> int | None:
        """Uses left on a day, whatever the rights."""
        if not self.open_on(standing, day) or not self.has(standing):
            return 0
        periodic = self.periodic(standing, day)
        return None if periodic is None else periodic + standing.balance(right(self.benefit))

    def periodic(self, standing: Standing, day: date) -> int | None:
        """What is left of the period's own number."""
        allowance = self.allowance(standing, day)
        if allowance is None and self.per is None:
            return None
        return max(0, (allowance or 0) - self._used(standing, day))

    def _used(self, standing: Standing, day: date) -> int:
        period = self.period(standing, day)
        return sum(x.amount for x in standing.lots.get(used(self.benefit), ()) if x.key == period)

    @on("use", phase=GUARD, rank=25)
    def papers(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse when something is not shown, and what is taken on bills only."""
        if d.body.benefit == self.benefit and self.on_bills:
            yield fx.Refuse("form_required", "use.benefit", number=self.of("bills"))
        if d.body.benefit == self.benefit:
            for thing, reason in self.shown.items():
                if thing not in d.body.shown:
                    yield fx.Refuse(reason, "use.shown", number=self.of("unshown"))

    @on("use", phase=GUARD, rank=30)
    def left(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse outside its days and beyond the quota of the day's period."""
        if d.body.benefit != self.benefit:
            return
        if not self.open_on(d.of_member, d.event.day):
            yield fx.Refuse(self.outside, number=self.of("window"))
        left = self.left_on(d.of_member, d.event.day)
        if left is not None and left < d.body.quantity:
            yield fx.Refuse("quota_used", number=self.of("used"))

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """Count the use in the period of its day."""
        if d.body.benefit != self.benefit:
            return
        parts = yield from self.consume(d, d.member, d.body.quantity)
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": self.benefit, "quantity": d.body.quantity, **parts,
            "at": d.now.isoformat(), "tier": d.program.tier, "for": d.body.for_,
        })  # fmt: skip
        yield fx.Announce("used", d.member)

    def consume(
        self, d: Draft, member: str, quantity: int
    ) -> Generator[fx.Effect, None, dict[str, Any]]:
        """Take uses from the period first, then from what was granted; returns the parts."""
        standing = d.standing(member)
        periodic = self.periodic(standing, d.event.day)
        own = quantity if periodic is None else min(quantity, periodic)
        parts: dict[str, Any] = {"parts": [], "granted": []}
        if own:
            period = self.period(standing, d.event.day)
            yield fx.Credit(member, used(self.benefit), own, period, against="@uses")
            parts["parts"] = [freeze(Lot(period, own, period))]
        if quantity > own:
            unit = right(self.benefit)
            _, taken = take(standing.lots.get(unit, ()), quantity - own)
            yield fx.Debit(member, unit, quantity - own, "@uses")
            parts["granted"] = [freeze(lot) for lot in taken]
        return parts

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "有次数的权益用完为止，不结转、不累计。",
                "A benefit with a number ends with its number; nothing is carried over.",
            )
        }


class Prize(Clause):
    """A result better than taking part grants something, each time.

    Args:
        benefit: offered by a `Quota`.
        activities: in which it is won.
    """

    def __init__(self, number: str, benefit: str, *, activities: Collection[str]) -> None:
        super().__init__(number)
        self.benefit = benefit
        self.activities = frozenset(activities)

    @on("take_part", phase=GRANT, rank=40)
    def win(self, d: Draft) -> Iterator[fx.Effect]:
        """Grant one."""
        if d.body.activity in self.activities and d.body.result != "took_part":
            yield fx.Credit(d.member, right(self.benefit), 1, "won", against="@rights")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "活动中获奖的会员，每次赠送一份奖品。",
                "Whoever wins in an activity gets one prize each time.",
            )
        }


class GrantOnce(Clause):
    """Something granted once when a tier is first reached: the difference to what was granted.

    Args:
        benefit: offered by a `Quota`.
        upto: tier → how many in all have been granted when it is reached.
        task: raised with the grant; "" for none.
    """

    def __init__(
        self, number: str, benefit: str, *, upto: Mapping[str, int], task: str = "",
        notice: str = "",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.benefit = self.about = benefit
        self.upto = upto
        self.task = task
        self.notice = notice

    @on("activated", "tier_changed", phase=GRANT, rank=40)
    def grant(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Grant what the tier adds."""
        member = happening.member
        standing = d.standing(member)
        name = f"granted/{self.benefit}"
        given = int(standing.facts.get(name, 0))
        more = self.upto.get(standing.tier, 0) - given
        if more > 0:
            yield fx.Credit(member, right(self.benefit), more, "granted", against="@rights")
            yield fx.Keep(member, name, given + more)
            if self.task:
                yield fx.Raise("task", self.task, member)
            if self.notice:
                yield fx.Raise("notice", self.notice, member)


class FreeLines(Clause):
    """Bill lines of certain items cost nothing while a quota lasts, unit by unit.

    Args:
        quota: the clause that counts the uses.
        items: the items; one unit of a line takes one use.
        when: a further condition.
        whole: one use covers all such lines of a bill, whatever their quantity.
        spends: with `whole`, whether a bill for which `when` holds takes the use even if it has
            none of the lines.
        returns: whether a bill that is taken back whole brings its uses back.
    """

    def __init__(
        self, number: str, quota: Quota, *, items: Collection[str],
        when: Callable[[Draft], bool] | None = None, whole: bool = False, spends: bool = False,
        returns: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.spends = spends
        self.quota = quota
        self.about = quota.benefit
        self.items = frozenset(items)
        self.when = when
        self.whole = whole
        self.returns = returns

    @on("spend", phase=PRICE, rank=5)
    def free(self, d: Draft) -> Iterator[fx.Effect]:
        """Waive as many units as are left."""
        if d.bill is None or not d.bill.entitled or (self.when and not self.when(d)):
            return
        if self.whole:
            yield from self._all(d, d.bill)
            return
        for index, line in enumerate(d.bill.lines):
            if line.line.item not in self.items:
                continue
            left = self.quota.left_on(d.of_member, d.event.day)
            units = line.charged if left is None else min(left, line.charged)
            if units:
                yield fx.Waive(index, units)
                parts = yield from self.quota.consume(d, d.member, units)
                yield fx.Taken(self.quota.benefit, parts)

    @on("refund", phase=EARN, rank=60)
    def bring_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill taken back whole brings its uses back; a part of it does not."""
        if not self.returns or d.refund is None or d.refund.original.kind != "bill":
            return
        if d.refund.left:
            return
        holder = d.holder(d.refund.original.member, d.refund.original)
        for benefit, parts in d.refund.original.content.get("uses", ()):
            if benefit == self.quota.benefit:
                yield from unused(d, holder, benefit, parts)

    def _all(self, d: Draft, bill: Bill) -> Iterator[fx.Effect]:
        lines = [i for i, line in enumerate(bill.lines) if line.line.item in self.items]
        concerned = bool(lines) or self.spends
        if concerned and self.quota.left_on(d.of_member, d.event.day) != 0:
            for index in lines:
                yield fx.Waive(index, bill.lines[index].charged)
            parts = yield from self.quota.consume(d, d.member, 1)
            yield fx.Taken(self.quota.benefit, parts)


def unused(d: Draft, member: str, benefit: str, taken: Mapping[str, Any]) -> Iterator[fx.Effect]:
    """Take uses out of their period again, as far as they still count there, and restore grants."""
    unit = used(benefit)
    for key, quantity, *_ in taken["parts"]:
        held = {lot.key: lot.amount for lot in d.standing(member).lots.get(unit, ())}
        if held.get(key, 0) >= quantity:
            yield fx.DebitLot(member, unit, key, quantity, "@uses")
    granted = tuple((k, a, c, e, n) for k, a, c, e, n in taken.get("granted", ()))
    if granted:
        yield fx.Restore(member, right(benefit), granted, "@uses")


class UseGivenBack(Clause):
    """A use that is undone before it was enjoyed no longer counts.

    Args:
        redemptions: whether a redemption is undone in the same way, with its points; None
            leaves it to another clause (`Objection`, `GiftReturned`).
    """

    def __init__(self, number: str, *, redemptions: bool | None = None) -> None:
        super().__init__(number)
        self.redemptions = redemptions

    @on("give_back", phase=GUARD)
    def once(self, d: Draft) -> Iterator[fx.Effect]:
        """Only once, and only what can be undone."""
        document = d.document(d.body.of)
        if document is None or (document.kind == "redemption" and self.redemptions is None):
            return
        if document.kind not in ("use", "redemption"):
            yield fx.Refuse("unknown", "give_back.of")
        elif document.content.get("given_back"):
            yield fx.Refuse("order_violation", "give_back.of")
        elif document.kind == "redemption" and not self.redemptions:
            yield fx.Refuse("not_refundable", "give_back.of")

    @on("give_back", phase=SETTLE)
    def undo_redemption(self, d: Draft) -> Iterator[fx.Effect]:
        """The points return to their lots."""
        document = d.document(d.body.of)
        if document is not None and document.kind == "redemption" and self.redemptions:
            yield from restore(document, d.holder(document.member, document), self.number)

    @on("give_back", phase=EARN)
    def undo(self, d: Draft) -> Iterator[fx.Effect]:
        """Take the use out of its period again, as far as it still counts there."""
        document = d.document(d.body.of)
        if document is None or document.kind != "use":
            return
        holder = d.holder(document.member, document)
        yield from unused(d, holder, document.content["benefit"], document.content)
        content = {**document.content, "given_back": True}
        yield fx.Put("use", document.id, document.member, content)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "已登记但尚未享用的权益可以撤销，次数退回。",
                "A use that was entered but not enjoyed is undone and its number returns.",
            )
        }


class RaisedOnUse(Clause):
    """Using a benefit raises a task or writes a record.

    Args:
        tasks: benefit → task.
        records: benefit → kind of record.
    """

    def __init__(
        self, number: str, *, tasks: Mapping[str, str] | None = None,
        records: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.tasks = tasks or {}
        self.records = records or {}

    @on("use", phase=FOLLOW)
    def tell(self, d: Draft) -> Iterator[fx.Effect]:
        """Raise and record it."""
        if d.body.benefit in self.tasks:
            yield fx.Raise("task", self.tasks[d.body.benefit], d.member)
        if d.body.benefit in self.records:
            yield fx.Note(d.member, self.records[d.body.benefit])


__all__ = [
    "YEAR_START", "FreeLines", "GrantOnce", "Offer", "Period", "Prize", "Quota", "RaisedOnUse",
    "Unlimited", "UseGivenBack", "birthday", "calendar_year", "membership_year", "once", "quarter",
    "term", "term_year",
    "year_start",
]  # fmt: skip
