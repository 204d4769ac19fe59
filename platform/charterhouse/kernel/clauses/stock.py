"""Stock of the institution: what comes with a card is issued from it, or owed until it comes in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRANT, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.conditions import belongs, detail
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft, View
from charterhouse.kernel.ledger import positive
from charterhouse.kernel.standing import HOUSE
from charterhouse.kernel.vocabulary import Body, Record

_LIMIT = 200
"""How many owed pieces one delivery serves; the rest follows with the next."""

_CAUSES = frozenset({"joined", "upgraded"})


def stock_of(item: str) -> str:
    """The unit of the institution that counts pieces in stock."""
    return f"stock/{item}"


class ComesWithCard(Clause):
    """A piece of an item comes with every new card of a tier, as far as there is stock.

    Without stock the card is issued all the same and the piece is owed; what comes in serves the
    owed pieces first, the oldest card first. The stock never falls below nothing. Records: the
    item, and `<item>-owed` for what is owed at present.

    Args:
        item: its code.
        only: tiers or kinds whose new card brings one.
        issue, owe: tasks for the piece that is there, and for the one that is not.
        stocked: the kind of `record` that tells what came in (details `item`, `quantity`).
    """

    shares: ClassVar[frozenset[str]] = frozenset(
        {"apply", "join", "approve", "pay", "upgrade", "record"}
    )

    def __init__(
        self, number: str, item: str, *, only: Collection[str], issue: str, owe: str,
        stocked: str = "stock-in",
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.item = self.about = item
        self.only = only
        self.issue = issue
        self.owe = owe
        self.stocked = stocked

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": {self.stocked}, "record.details.item": {self.item}}

    @property
    def queue(self) -> str:
        """The fact of the institution that keeps to whom pieces are owed, oldest card first."""
        return f"owed/{self.item}"

    def reaches(self, body: Body, view: View) -> Iterable[str]:
        """Those whom a delivery serves."""
        if not isinstance(body, Record) or body.kind != self.stocked:
            return ()
        if detail(body, "item") != self.item:
            return ()
        return self._served(view.standing(HOUSE).facts.get(self.queue, ()), body)

    def _served(self, owed: Iterable[str], body: Body) -> list[str]:
        quantity = detail(body, "quantity")
        return list(owed)[: min(_LIMIT, quantity if type(quantity) is int else 0)]

    # A new card.

    @on("activated", "tier_changed", phase=GRANT, rank=40)
    def new_card(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """One piece for each, from the stock or owed."""
        member = happening.member
        if happening.cause not in _CAUSES or not belongs(d.standing(member), self.only):
            return
        house = d.standing(HOUSE)
        owed = house.facts.get(self.queue, ())
        if positive(house.lots.get(stock_of(self.item), ())) > len(owed):
            yield from self._give(member)
            return
        yield fx.Keep(HOUSE, self.queue, [*owed, member])
        yield fx.Note(member, f"{self.item}-owed")
        yield fx.Raise("task", self.owe, member)

    def _give(self, member: str) -> Iterator[fx.Effect]:
        yield fx.Debit(HOUSE, stock_of(self.item), 1, "@handed-out")
        yield fx.Note(member, self.item)
        yield fx.Raise("task", self.issue, member)

    # What comes in.

    def _concerns(self, d: Draft) -> bool:
        return bool(d.body.kind == self.stocked and detail(d.body, "item") == self.item)

    @on("record", phase=GUARD, rank=20)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """A known item and how many of it."""
        if d.body.kind != self.stocked:
            return
        item, quantity = detail(d.body, "item"), detail(d.body, "quantity")
        if item is None:
            yield fx.Lack("item")
        elif item not in d.program.codes["record.details.item"]:
            yield fx.Refuse("unknown", "record.details.item")
        if quantity is None:
            yield fx.Lack("quantity")
        elif type(quantity) is not int or quantity < 1:
            yield fx.Refuse("unknown", "record.details.quantity")

    @on("record", phase=GRANT, rank=40)
    def comes_in(self, d: Draft) -> Iterator[fx.Effect]:
        """It is added, and the owed pieces are served."""
        if not self._concerns(d):
            return
        yield fx.Credit(
            HOUSE, stock_of(self.item), detail(d.body, "quantity"), against="@delivered"
        )
        owed = list(d.standing(HOUSE).facts.get(self.queue, ()))
        served = self._served(owed, d.body)
        for member in served:
            yield from self._give(member)
            yield fx.Note(member, f"{self.item}-owed", -1)
            yield fx.Finish(member, self.owe)
        if served:
            yield fx.Keep(HOUSE, self.queue, owed[len(served) :] or None)

    @on("record", phase=FOLLOW)
    def told(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on the books."""
        if self._concerns(d):
            yield fx.Cite("stock")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "随新卡发放一份，续期不再发放；库存不足时照常发卡，所欠一份待入库后按发卡先后补发；库存不为负数。",
                "One comes with a new card, none with a renewal. Without stock the card is issued all "
                "the same and the piece is owed; what comes in serves owed pieces first, oldest card "
                "first. The stock never falls below nothing.",
            )
        }


__all__ = ["ComesWithCard", "stock_of"]
