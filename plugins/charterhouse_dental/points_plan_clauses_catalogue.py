"""The rewards of plan B: what points pay for, and the service cards that they are handed out as."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRANT, GUARD, SETTLE, Clause, on
from charterhouse.kernel.clauses.benefits import Offer
from charterhouse.kernel.clauses.redemptions import restore
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, freeze, right, take
from charterhouse.kernel.periods import age_on, day_start, first_invalid_day
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.standing import Standing
from charterhouse_dental.points_plan_clauses import Thresholds
from charterhouse_dental.points_plan_clauses_issue import Issued

OPEN = "redemption_point"
"""The fact that keeps the day on which the redemption point was reached; it stays open."""

HANDED_OUT = "service_cards"
"""The fact that keeps the service cards of a member: service → [handed out, used]."""

CHILD_ITEMS = frozenset({"child-fluoride", "child-sealant"})
PROOFS = frozenset({"id", "phone"})
"""What takes the place of the card where there is none."""


def _doc_id(d: Draft) -> str:
    return str(d.body.id or f"redeem-{d.event.id}")


def _for_another(d: Draft) -> bool:
    return d.body.for_ not in (None, d.member)


class RedemptionPoint(Clause):
    """Nothing is redeemed before the lowest threshold is reached; then never closed again."""

    def __init__(self, number: str, thresholds: Thresholds) -> None:
        super().__init__(number)
        self.thresholds = thresholds

    @on("redeem", phase=GUARD, rank=12)
    def reached(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse before it, whatever the points."""
        if OPEN not in d.of_member.facts and not self.thresholds.reached(d.of_member):
            yield fx.Refuse("not_eligible", "redeem.member")

    @on("spend", "bring_in", phase=FOLLOW, rank=50)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the day on which it was reached."""
        if OPEN not in d.of_member.facts and self.thresholds.reached(d.of_member):
            yield fx.Keep(d.member, OPEN, d.event.day.isoformat())


class ChildItems(Clause):
    """Items for children name a child of known age, on the day of the redemption in age."""

    def __init__(self, number: str, *, age_max: int) -> None:
        super().__init__(number)
        self.age_max = age_max

    @on("redeem", phase=GUARD, rank=14)
    def in_age(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse without a child, of unknown age, or too old."""
        if d.body.item not in CHILD_ITEMS:
            return
        born = d.standing(d.body.for_).born if d.body.for_ else None
        if born is None:
            d.refuse("incomplete", self.number, field="redeem.for",
                     missing=("born" if d.body.for_ else "for",))  # fmt: skip
        elif age_on(born, d.event.day) > self.age_max:
            yield fx.Refuse("age_limit", "redeem.for")
        else:
            yield fx.Cite("in age")

    @on("use", phase=GUARD, rank=14)
    def named(self, d: Draft) -> Iterator[fx.Effect]:
        """A service card for a child is used for a child."""
        if d.body.benefit in CHILD_ITEMS and not d.body.for_:
            yield fx.Lack("for")


class CardForOthers(Clause):
    """What is redeemed for another person is taken off against the member's card.

    Without a physical card the identity document or a confirmation on the telephone serves.
    """

    @on("redeem", phase=GUARD, rank=16)
    def presented(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse without it, and with one that is blocked."""
        if not _for_another(d):
            return
        card, shown = d.of_member.card, set(d.body.shown)
        if not (shown & PROOFS if card == "none" else "card" in shown):
            yield fx.Refuse("card_missing", "redeem.shown")
        if card == "lost":
            yield fx.Refuse("card_lost", "redeem.shown")
        yield fx.Cite("against the member's card")


class Catalogue(Clause):
    """Services and products that are paid for with available points, as often as they suffice.

    Numbers by reason: `product`, `unknown`.

    Args:
        services: service → points.
        products: product → points.
    """

    def __init__(
        self, number: str, services: Mapping[str, int], products: Mapping[str, int],
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.services = services
        self.products = products

    def check(self) -> Iterator[Problem]:
        """A product has a code of its own."""
        for code in self.products:
            if code in self.services:
                yield (
                    f"product_points.{code}",
                    Said("已是本院的服务", "is a service of the hospital"),
                )

    def catalogue(self) -> Mapping[str, int]:
        """See `Clause.catalogue`."""
        return {**self.services, **self.products}

    def decides(self) -> tuple[str, ...]:
        """See `Clause.decides`."""
        return ("redemption",)

    def cost(self, d: Draft) -> int:
        """The points that a redemption costs."""
        return self.catalogue()[d.body.item] * int(d.body.quantity)

    def speaker(self, d: Draft) -> str:
        """The number that speaks for an item."""
        return self.of("product") if d.body.item in self.products else self.number

    @on("redeem", phase=GUARD, rank=10)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """Items only, and only those listed."""
        if d.body.item is None:
            yield fx.Refuse("not_redeemable", "redeem.points")
        if d.body.item not in self.catalogue():
            yield fx.Refuse("unknown", "redeem.item")

    @on("redeem", phase=GUARD, rank=20)
    def enough(self, d: Draft) -> Iterator[fx.Effect]:
        """The available points suffice."""
        if self.cost(d) > d.of_member.balance(POINTS):
            yield fx.Refuse("insufficient", "redeem.item", number=self.speaker(d))

    @on("redeem", phase=SETTLE, rank=20)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """The points go when the item is collected."""
        cost, number = self.cost(d), self.speaker(d)
        _, parts = take(d.of_member.lots.get(POINTS, ()), cost)
        yield fx.Debit(d.member, POINTS, cost, "@redeemed", number=number)
        yield fx.Put("redemption", _doc_id(d), d.member, {
            "points": cost, "item": d.body.item, "quantity": d.body.quantity, "for": d.body.for_,
            "at": d.now.isoformat(), "day": d.event.day.isoformat(), "tier": d.program.tier,
            "parts": [freeze(part) for part in parts],
        }, number=number)  # fmt: skip
        yield fx.Announce("redeemed", d.member)


class IssuedForPoints(Issued):
    """The entries of a redemption, where nothing is left to be done after it.

    Args:
        cards: whether services are handed out as cards; their entries come with the use.
    """

    def __init__(
        self, number: str, *, cards: bool, services: Collection[str], bearer: str, **numbers: str
    ) -> None:
        super().__init__(number, gifts=(), services=services, bearer=bearer, **numbers)
        self.cards = cards

    @on("redeem", phase=FOLLOW, rank=40)
    def redeemed(self, d: Draft) -> Iterator[fx.Effect]:
        """A product collected, or a service given on the same visit."""
        if d.body.item not in self.services:
            yield fx.Note(d.member, "gift-issue")
        elif not self.cards:
            yield from self.given(d, d.body.item)


class ServiceCards(Offer):
    """Services redeemed beforehand: cards to be used later, given back before the use only.

    Without cards a redemption is used at once and never given back.

    Args:
        services: what cards can be for.
        cards: whether they are in use.
        months: how long a card lasts; 0 for no end.
    """

    def __init__(self, number: str, services: Collection[str], *, cards: bool, months: int) -> None:
        super().__init__(number)
        self.benefits = tuple(services)
        self.cards = cards
        self.months = months

    def remaining(self, standing: Standing, now: datetime, benefit: str) -> int | None:
        """Cards that are not used."""
        return 0 if no_membership(standing) else standing.balance(right(benefit))

    def _kept(self, standing: Standing, service: str, *, out: int = 0, spent: int = 0) -> fx.Effect:
        rows = standing.facts.get(HANDED_OUT, {})
        handed, used_up = rows.get(service, (0, 0))
        row = [handed + out, used_up + spent]
        return fx.Keep(standing.ref, HANDED_OUT, {**rows, service: row})

    def _end(self, d: Draft) -> datetime | None:
        if not self.months:
            return None
        return day_start(first_invalid_day(d.now.date(), self.months), d.now.tzinfo)

    @on("redeem", phase=GRANT, rank=20)
    def hand_out(self, d: Draft) -> Iterator[fx.Effect]:
        """A service becomes a card of its own."""
        if self.cards and d.body.item in self.benefits:
            unit, quantity, end = right(d.body.item), d.body.quantity, self._end(d)
            yield fx.Credit(d.member, unit, quantity, _doc_id(d), end, "@rights")
            yield self._kept(d.of_member, d.body.item, out=quantity)

    @on("use", phase=GUARD, rank=30)
    def left(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse without a card: run out, used up, or never there."""
        service = d.body.benefit
        have = d.of_member.balance(right(service)) if service in self.benefits else 0
        if service not in self.benefits or have >= d.body.quantity:
            return
        handed, used_up = d.of_member.facts.get(HANDED_OUT, {}).get(service, (0, 0))
        if not have and handed > used_up:
            yield fx.Refuse("expired", "use.benefit")
        yield fx.Refuse("quota_used" if handed else "not_included", "use.benefit")

    @on("use", phase=SETTLE)
    def use(self, d: Draft) -> Iterator[fx.Effect]:
        """The card that ends soonest is used."""
        if d.body.benefit not in self.benefits:
            return
        unit, quantity = right(d.body.benefit), d.body.quantity
        _, parts = take(d.of_member.lots.get(unit, ()), quantity)
        yield fx.Debit(d.member, unit, quantity, "@uses")
        yield self._kept(d.of_member, d.body.benefit, spent=quantity)
        yield fx.Put("use", d.body.id or f"use-{d.event.id}", d.member, {
            "benefit": d.body.benefit, "quantity": quantity, "parts": [],
            "granted": [freeze(part) for part in parts],
            "at": d.now.isoformat(), "tier": d.program.tier,
        })  # fmt: skip
        yield fx.Announce("used", d.member)

    # Giving back.

    def _unused(self, d: Draft, document: Document) -> str:
        """The lot of a redemption of which nothing was used; "" if there is none."""
        content = document.content
        lots = d.standing(document.member).lots.get(right(content["item"]), ())
        whole = (x.key for x in lots if x.cls == document.id and x.amount == content["quantity"])
        return next(whole, "")

    @on("give_back", phase=GUARD, rank=20)
    def returnable(self, d: Draft) -> Iterator[fx.Effect]:
        """A redemption whose card is there, whole."""
        document = d.document(d.body.of)
        if document is None or document.kind not in ("redemption", "use"):
            yield fx.Refuse("unknown", "give_back.of")
        elif document.content.get("given_back"):
            yield fx.Refuse("order_violation", "give_back.of")
        elif document.kind == "use" or not self._unused(d, document):
            yield fx.Refuse("not_refundable", "give_back.of")

    @on("give_back", phase=SETTLE)
    def take_back(self, d: Draft) -> Iterator[fx.Effect]:
        """The card goes, and the points return."""
        document = d.document(d.body.of)
        if document is None:
            return
        item, quantity = document.content["item"], document.content["quantity"]
        member, lot = document.member, self._unused(d, document)
        yield fx.DebitLot(member, right(item), lot, quantity, "@rights")
        yield self._kept(d.standing(member), item, out=-quantity)
        yield from restore(document, member, self.number)


__all__ = [
    "CHILD_ITEMS", "CardForOthers", "Catalogue", "ChildItems", "IssuedForPoints",
    "RedemptionPoint", "ServiceCards",
]  # fmt: skip
