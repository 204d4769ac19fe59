"""Rights to a price: a use of a benefit lowers lines of a bill, where it is the lowest price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import PricedLine
from charterhouse.kernel.charter import EARN, GRANT, PRICE, Clause, Text, on
from charterhouse.kernel.clauses.benefits import Quota, unused
from charterhouse.kernel.clauses.conditions import Lines
from charterhouse.kernel.clauses.price import percent
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import right
from charterhouse.kernel.money import Ratio, divide_half_up


class PriceRight(Clause):
    """A use of a benefit gives lines a factor of their list price, where nothing else is lower.

    Args:
        quota: the benefit.
        factor: 0.50 means half the price; half-up to the fen per line.
        lines: the lines.
        when: a further condition.
        each: whether a use is for one unit of one line, its other units as usual; otherwise one
            use is for all such lines of a bill.
    """

    def __init__(
        self, number: str, quota: Quota, *, factor: Decimal, lines: Lines,
        when: Callable[[Draft], bool] | None = None, each: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.quota = quota
        self.about = quota.benefit
        self.factor = factor
        self.ratio = Ratio.of(factor)
        self.lines = lines
        self.when = when
        self.each = each

    def price(self, line: PricedLine) -> int:
        """What a line would cost by it."""
        if not self.each:
            return self.ratio.half_up(line.listed)
        others = divide_half_up(line.net * (line.charged - 1), line.charged)
        return self.ratio.half_up(line.line.price) + others

    @on("spend", phase=PRICE, rank=96)
    def lower(self, d: Draft) -> Iterator[fx.Effect]:
        """Lower what it lowers, and only then use it."""
        if d.bill is None or not d.bill.entitled or (self.when and not self.when(d)):
            return
        taken = False
        for index, line in enumerate(d.bill.lines):
            left = self.quota.left_on(d.of_member, d.event.day) != 0 or taken
            if not left or not line.charged or not self.lines.has(line.line):
                continue
            price = self.price(line)
            if price < line.net:
                yield fx.PriceLine(index, price)
                if self.each or not taken:
                    parts = yield from self.quota.consume(d, d.member, 1)
                    yield fx.Taken(self.quota.benefit, parts)
                taken = not self.each

    @on("refund", phase=EARN, rank=60)
    def bring_back(self, d: Draft) -> Iterator[fx.Effect]:
        """A bill taken back whole brings its uses back; a part of it does not."""
        refund = d.refund
        if refund is None or refund.left or refund.original.kind != "bill":
            return
        holder = d.holder(refund.original.member, refund.original)
        for benefit, parts in refund.original.content.get("uses", ()):
            if benefit == self.quota.benefit:
                yield from unused(d, holder, benefit, parts)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"持有该项权利时，所列项目按原价的{percent(self.factor)}%收费，其他价格更低的从低，不占用权利。",
                f"With this right the lines cost {percent(self.factor)} % of the list price; where another "
                "price is lower it is charged and the right is kept.",
            )
        }


class RedeemedRights(Clause):
    """What is redeemed for points is a right, to be used later.

    Args:
        rights: item of the redemption → the benefit of which it gives one use.
    """

    def __init__(self, number: str, rights: Mapping[str, str]) -> None:
        super().__init__(number)
        self.rights = rights

    @on("redeem", phase=GRANT, rank=40)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """Give as many as were redeemed."""
        benefit = self.rights.get(d.body.item or "")
        if benefit:
            unit = right(benefit)
            yield fx.Credit(d.member, unit, d.body.quantity, "redeemed", against="@rights")


__all__ = ["PriceRight", "RedeemedRights"]
