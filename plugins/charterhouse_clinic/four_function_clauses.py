"""What only the card with four functions has: products that switch functions on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.problems import Problem, Said
from charterhouse.kernel.settings import SettingValues

STORED_VALUE, DISCOUNT, POINTS, PRIVILEGE = FUNCTIONS = (
    "stored-value", "discount", "points", "privilege",
)  # fmt: skip


class Functions(Clause):
    """What the product of a card does not enable is refused; on bills it just does not apply.

    Args:
        s: the settings: `products` (product → functions) and what the functions need.
    """

    def __init__(self, number: str, s: SettingValues) -> None:
        super().__init__(number)
        self.products: Mapping[str, Collection[str]] = s.products
        needs = {
            DISCOUNT: {"discount_factor": s.discount_factor, "discount_items": s.discount_items},
            POINTS: {"points_per_yuan": s.points_per_yuan},
        }
        self.lacking = [
            (
                name,
                Said(
                    f"有产品具备{function}功能，须填写", f"is needed by a product with {function}"
                ),
            )
            for function, figures in needs.items()
            for name, figure in figures.items()
            if figure is None and self.having(function)
        ]

    def having(self, function: str) -> frozenset[str]:
        """The products that enable a function."""
        return frozenset(p for p, enabled in self.products.items() if function in enabled)

    def check(self) -> Iterable[Problem]:
        """See `Clause.check`."""
        return self.lacking

    @on("top_up", "redeem", phase=GUARD, rank=15)
    def enabled(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse money or gifts for a card that does not take them."""
        function = STORED_VALUE if d.body.verb == "top_up" else POINTS
        if d.of_member.tier not in self.having(function):
            yield fx.Refuse("not_included", f"{d.body.verb}.member")

    @on("bring_in", phase=GUARD, rank=40)
    def opening(self, d: Draft) -> Iterator[fx.Effect]:
        """Nor does such a card take over what it cannot hold."""
        brought = {STORED_VALUE: d.body.stored_value, POINTS: d.body.points}
        for function, quantity in brought.items():
            if quantity and d.body.tier and d.body.tier not in self.having(function):
                yield fx.Refuse("not_included", "bring_in.tier")
