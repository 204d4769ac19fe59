"""Price rules of a bill: proposals per line of which the lowest wins."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import PRICE, Clause, Text, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import Ratio


class FactorOnActivityPrice(Clause):
    """Everything costs a factor of the activity price, else of the list price.

    Args:
        factor: 0.80 means 80 percent; half-up to the fen per line.
        without: items charged without the factor, by the number `excluded`.
    """

    def __init__(
        self, number: str, *, factor: Decimal, without: tuple[str, ...], **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.factor = factor
        self.ratio = Ratio.of(factor)
        self.without = frozenset(without)

    @on("spend", phase=PRICE, rank=20)
    def price(self, d: Draft) -> Iterator[fx.Effect]:
        """Propose the price of every line."""
        if d.bill is None or not d.bill.entitled:
            return
        for index, line in enumerate(d.bill.lines):
            if line.line.item in self.without:
                yield fx.PriceLine(index, line.base, number=self.of("excluded"))
            else:
                yield fx.PriceLine(index, self.ratio.half_up(line.base))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        percent = f"{self.factor * 100:f}".rstrip("0").rstrip(".")
        return {
            self.number: (
                f"折上折：持卡人在本院的一切消费（含药品）按当月活动价的{percent}%收费；"
                "没有活动价的按原价计算。不与商家或其他优惠券叠加使用。",
                f"Discount on the discount: everything the member consumes, drugs included, costs "
                f"{percent} % of the activity price of the month; without an activity price the "
                "base is the list price. It does not stack with coupons of merchants or others.",
            )
        }


class WaivedCategory(Clause):
    """A category of items that costs the member nothing."""

    def __init__(self, number: str, *, category: str) -> None:
        super().__init__(number)
        self.category = category

    @on("spend", phase=PRICE, rank=10)
    def waive(self, d: Draft) -> Iterator[fx.Effect]:
        """Propose 0 for lines of the category."""
        if d.bill is None or not d.bill.entitled:
            return
        for index, line in enumerate(d.bill.lines):
            if line.line.category == self.category:
                yield fx.PriceLine(index, 0)
