"""What only the referral-points charter has: medicine counted at its price, priority by channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import Part
from charterhouse.kernel.charter import GUARD, Clause, on
from charterhouse.kernel.clauses.benefits import Unlimited
from charterhouse.kernel.clauses.earning import SpendOn
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.problems import Problem, Said


class PurchasesAtPrice(SpendOn):
    """Cumulative purchases of certain lines at their net price, however they were paid."""

    def base(self, money: int, parts: Sequence[Part]) -> int:
        """The net amounts of the lines."""
        return sum(part.net for part in parts if self.lines.has(part))


class ByChannel(Unlimited):
    """Benefits that are used over certain channels.

    Args:
        channels: over which they are used.
        default: of a use that names none.
    """

    def __init__(
        self, number: str, *benefits: str, channels: Collection[str], default: str,
        only: Collection[str],
    ) -> None:  # fmt: skip
        super().__init__(number, *benefits, only=only)
        self.channels = channels
        self.default = default

    @on("use", phase=GUARD, rank=40)
    def offered(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse another channel."""
        if (
            d.body.benefit in self.benefits
            and (d.body.channel or self.default) not in self.channels
        ):
            yield fx.Refuse("not_included", "use.channel")


class EitherList(Clause):
    """An item is redeemed as a gift or as a discounted service, not as both."""

    def __init__(
        self, number: str, gifts: Mapping[str, int], services: Mapping[str, object]
    ) -> None:
        super().__init__(number)
        self.both = sorted(gifts.keys() & services.keys())

    def check(self) -> Iterator[Problem]:
        """See `Clause.check`."""
        if self.both:
            yield (
                "redemption_list",
                Said(
                    f"{self.both[0]}同时列于优惠服务",
                    f"{self.both[0]} is among the discounted services too",
                ),
            )
