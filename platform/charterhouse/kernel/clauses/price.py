"""Price rules of a bill: proposals per line of which the lowest wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import PricedLine
from charterhouse.kernel.charter import PRICE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import (
    ALL_LINES,
    ByKind,
    ByTier,
    Days,
    Lines,
    Who,
    entitled,
    figure,
    figures_of,
)
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.money import Ratio, show_fen

Factors = Decimal | ByTier[Decimal] | ByKind[Decimal]
"""A price factor such as 0.80; by tier or kind where it differs."""


Table = Mapping[str, Decimal] | ByTier[Any] | ByKind[Any]
"""Code → price factor; by tier or kind where it differs."""


def percent(factor: Decimal) -> str:
    """A factor in percent: 0.80 is "80"."""
    text = f"{factor * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class BasePrice(Clause):
    """What no rule lowers costs the activity price, else the list price."""

    @on("spend", phase=PRICE, rank=95)
    def price(self, d: Draft) -> Iterator[fx.Effect]:
        """Propose the base price of every line."""
        if d.bill is not None:
            for index, line in enumerate(d.bill.lines):
                yield fx.PriceLine(index, line.base)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "未列入优惠的项目按活动价收费，没有活动价的按原价收费；各项优惠不叠加，取最低价。",
                "What no rule lowers costs the activity price, else the list price. Discounts do not "
                "stack: the lowest price of a line is charged.",
            )
        }


class Factor(Clause):
    """Certain lines cost a factor of their price, half-up to the fen per line.

    Numbers by reason: tier or kind → number.

    Args:
        factor: 0.80 means 80 percent; a tier or kind without one pays the full price.
        lines: the lines it covers.
        of_list: the factor is on the list price, and a lower activity price wins; otherwise
            on the activity price, else the list price.
        days: the days on which it holds.
        when: a further condition.
        who: whose bills; those with the rights of the card as a rule.
        least, most: fen between which the list price of a line lies, both included; 0 for any.
        units: of a line from which on it is covered.
    """

    def __init__(
        self, number: str, *, factor: Factors, lines: Lines = ALL_LINES, of_list: bool = False,
        days: Days | None = None, when: Callable[[Draft], bool] | None = None,
        who: Who = entitled, least: int = 0, most: int = 0, units: int = 1, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.units = units
        self.factor = factor
        self.lines = lines
        self.of_list = of_list
        self.days = days
        self.when = when
        self.who = who
        self.least = least
        self.most = most

    def factor_for(self, d: Draft, _line: PricedLine) -> Decimal | None:
        """The factor of a line of this bill."""
        return figure(self.factor, d.of_member)

    def covers(self, line: PricedLine) -> bool:
        """Whether a line is one of those that it covers."""
        whole = line.line.price * line.line.quantity
        within = self.least <= whole and (not self.most or whole <= self.most)
        return within and line.line.quantity >= self.units and self.lines.has(line.line)

    @on("spend", phase=PRICE, rank=20)
    def price(self, d: Draft) -> Iterator[fx.Effect]:
        """Propose the price of every line that it covers."""
        if d.bill is None or not self.who(d) or (self.when and not self.when(d)):
            return
        standing = d.of_member
        if self.days and not self.days(standing, d.event.day):
            return
        number = self.by_reason.get(standing.tier) or self.by_reason.get(standing.kind, "")
        for index, line in enumerate(d.bill.lines):
            if self.covers(line):
                factor = self.factor_for(d, line)
                if factor is not None:
                    price = line.listed if self.of_list else line.base
                    yield fx.PriceLine(index, Ratio.of(factor).half_up(price), number=number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        factors = [f for f in figures_of(self.factor) if f is not None]
        zh = "、".join(f"{percent(f)}%" for f in factors)
        en = ", ".join(f"{percent(f)} %" for f in factors)
        return {
            self.number: (
                f"所列项目按价格的{zh}收费，每行四舍五入到分，不与其他优惠叠加。",
                f"The items covered cost {en} of their price, half-up to the fen per line, without "
                "stacking.",
            )
        }


class FactorTable(Factor):
    """A factor for each category, item or department of lines; others are not touched.

    Args:
        table: code → factor; by tier or kind where it differs.
        by: what the codes are: "category", "item" or "department".
    """

    def __init__(
        self, number: str, table: Table, *, by: str = "category",
        of_list: bool = False, who: Who = entitled,
        when: Callable[[Draft], bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number, factor=Decimal(1), of_list=of_list, who=who, when=when)
        self.table = table
        self.by = by

    def factor_for(self, d: Draft, line: PricedLine) -> Decimal | None:
        """The factor of the line's code."""
        table: Mapping[str, Decimal] | None = figure(self.table, d.of_member)
        return None if table is None else table.get(getattr(line.line, self.by) or "")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        rows = {code: f for table in figures_of(self.table) for code, f in table.items()}
        zh = "、".join(f"{code} {percent(f)}%" for code, f in rows.items()) or "暂无"
        en = ", ".join(f"{code} {percent(f)} %" for code, f in rows.items()) or "none yet"
        return {
            self.number: (
                f"按类别的价格系数：{zh}；未列出的按全价。",
                f"Price factors: {en}; what is not listed costs the full price.",
            )
        }


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
        return {
            self.number: (
                f"折上折：持卡人在本院的一切消费（含药品）按当月活动价的{percent(self.factor)}%收费；"
                "没有活动价的按原价计算。不与商家或其他优惠券叠加使用。",
                f"Discount on the discount: everything the member consumes, drugs included, costs "
                f"{percent(self.factor)} % of the activity price of the month; without an activity "
                "price the base is the list price. It does not stack with coupons of merchants or "
                "others.",
            )
        }


class MemberPrices(Clause):
    """A price list for members: a listed item costs its member price where that is lower."""

    def __init__(self, number: str, prices: Mapping[str, int], *, who: Who = entitled) -> None:
        super().__init__(number)
        self.prices = prices
        self.who = who

    @on("spend", phase=PRICE, rank=20)
    def price(self, d: Draft) -> Iterator[fx.Effect]:
        """Propose the member price of every listed line."""
        if d.bill is None or not self.who(d):
            return
        for index, line in enumerate(d.bill.lines):
            price = self.prices.get(line.line.item)
            if price is not None:
                yield fx.PriceLine(index, price * line.charged)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(f"{item} {show_fen(p)}元" for item, p in self.prices.items()) or "暂无"
        en = ", ".join(f"{item} {show_fen(p)}" for item, p in self.prices.items()) or "none yet"
        return {
            self.number: (
                f"会员价目表（每单位）：{zh}；原价或活动价更低的从低。",
                f"Member prices in yuan per unit: {en}. A lower list or activity price wins.",
            )
        }


class Waived(Clause):
    """Certain lines cost the member nothing.

    Args:
        lines: the lines.
        when: a further condition (an outpatient visit, a card of some age …).
        only: tiers or kinds for whom; None for every member.
    """

    def __init__(
        self, number: str, *, lines: Lines, when: Callable[[Draft], bool] | None = None,
        only: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.lines = lines
        self.when = when
        self.only = None if only is None else frozenset(only)

    @on("spend", phase=PRICE, rank=10)
    def waive(self, d: Draft) -> Iterator[fx.Effect]:
        """Propose 0 for the lines."""
        if d.bill is None or not d.bill.entitled or (self.when and not self.when(d)):
            return
        standing = d.of_member
        if self.only is not None and not {standing.tier, standing.kind} & self.only:
            return
        for index, line in enumerate(d.bill.lines):
            if self.lines.has(line.line):
                yield fx.PriceLine(index, 0)


__all__ = [
    "BasePrice", "Factor", "FactorOnActivityPrice", "FactorTable", "Factors", "MemberPrices",
    "Waived", "percent",
]  # fmt: skip
