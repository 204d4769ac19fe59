"""What only the prepaid ladder has: cards that name their kind, and a registration buy-out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRADE, GRANT, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.conditions import entitled
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import STORED_VALUE
from charterhouse.kernel.money import show_fen


def of_department(d: Draft) -> bool:
    """The bill of a departmental card with its rights."""
    return entitled(d) and d.of_member.kind == "department"


class KindOfTier(Clause):
    """A tier belongs to one kind of card; an application need not say it, but cannot say another.

    Args:
        kinds: tier → kind; every other tier is of the default kind.
        default: that kind.
    """

    def __init__(self, number: str, kinds: Mapping[str, str], *, default: str) -> None:
        super().__init__(number)
        self.kinds = kinds
        self.default = default

    @on("apply", phase=GUARD, rank=27)
    def fits(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a kind that the tier is not of; a departmental card must be named."""
        kind, tier = d.body.kind, d.body.tier
        if kind is None:
            return
        if tier is None and kind != self.default:
            yield fx.Lack("tier")
        elif tier is not None and self.kinds.get(tier, self.default) != kind:
            yield fx.Refuse("not_eligible", "apply.kind")

    @on("apply", "bring_in", phase=GRADE, rank=22)
    def set_kind(self, d: Draft) -> Iterator[fx.Effect]:
        """The kind follows from the tier."""
        yield fx.Change(d.member, {"kind": self.kinds.get(d.of_member.tier, self.default)})


class RegistrationBuyOut(Clause):
    """At the opening of a departmental card the registration fees are bought out, once.

    Args:
        amount: fen, taken from the stored value.
    """

    def __init__(self, number: str, *, amount: int) -> None:
        super().__init__(number)
        self.amount = amount

    @on("activated", phase=GRANT, rank=30)
    def buy_out(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Debit it: it earns no points and is no consumption."""
        standing = d.standing(happening.member)
        if standing.kind == "department" and happening.cause == "joined" and self.amount:
            yield fx.Debit(happening.member, STORED_VALUE, self.amount, "@spent")
            yield fx.Transfer("@sales", "@prepaid", self.amount)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"四种科室卡：开卡时一次性从储值中扣取{show_fen(self.amount)}元买断挂号费，此后会员卡有效期间挂号费为0.00元；"
                "入会金额以扣取前的实缴金额为准，买断款不积分、不计入消费。",
                f"All four departmental cards: {show_fen(self.amount)} yuan are taken from the stored "
                "value once, at the opening, as buy-out of registration fees; from then on the "
                "registration fee is 0.00 while the card is active. The entry amount is tested before "
                "that; the buy-out earns no points and is no consumption.",
            )
        }
