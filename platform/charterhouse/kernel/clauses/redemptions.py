"""Redemptions that are given back: by an objection, or with the article that was handed out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS
from charterhouse.kernel.periods import within_days


def restore(document: Document, member: str, number: str) -> Iterator[fx.Effect]:
    """Put the points of a redemption back into their lots and close it."""
    parts = tuple((k, a, c, e, n) for k, a, c, e, n in document.content["parts"])
    yield fx.Restore(member, POINTS, parts, "@redeemed", number=number)
    content = {**document.content, "given_back": True}
    yield fx.Put(document.kind, document.id, document.member, content, number=number)


class Objection(Clause):
    """An objection to a deduction within some days; an upheld one restores the points.

    Numbers by reason: `returned` (a gift brought back is not taken back).
    """

    def __init__(self, number: str, *, days: int, upheld: str, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.days = days
        self.upheld = upheld

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"give_back.reason": {self.upheld}}

    @on("dispute", phase=GUARD)
    def in_time(self, d: Draft) -> Iterator[fx.Effect]:
        """Within the days, against a redemption that stands and is not yet disputed."""
        document = d.document(d.body.of)
        if document is None or document.kind != "redemption":
            yield fx.Refuse("unknown", "dispute.of")
            return
        content = document.content
        if content.get("disputed") or content.get("given_back"):
            yield fx.Refuse("order_violation", "dispute.of")
        if not within_days(date.fromisoformat(content["day"]), self.days, d.event.day):
            yield fx.Refuse("too_late")

    @on("dispute", phase=SETTLE)
    def accept(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep that it is disputed."""
        document = d.document(d.body.of)
        if document is not None:
            content = {**document.content, "disputed": True}
            yield fx.Put(document.kind, document.id, document.member, content)

    @on("give_back", phase=GUARD)
    def settled(self, d: Draft) -> Iterator[fx.Effect]:
        """Only an accepted objection that management upheld gives a redemption back."""
        document = d.document(d.body.of)
        if document is None or document.kind != "redemption":
            return
        if d.body.reason != self.upheld:
            yield fx.Refuse("not_refundable", number=self.of("returned"))
        elif not document.content.get("disputed") or document.content.get("given_back"):
            yield fx.Refuse("order_violation")

    @on("give_back", phase=SETTLE)
    def uphold(self, d: Draft) -> Iterator[fx.Effect]:
        """Restore the points into the year they were taken from."""
        document = d.document(d.body.of)
        if document is not None and document.kind == "redemption":
            yield from restore(document, d.holder(document.member, document), self.number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"积分兑换后即时扣除；对扣分有异议的，须在兑换之日起{self.days}日内提出（兑换当日不计，第{self.days}日24时前有效），"
                "逾期视为认可；经管理部门核实的异议，积分恢复至兑换当年的积分年度。",
                f"Redeemed points are deducted at once. An objection must be raised within {self.days} "
                "days of the redemption day; later the deduction counts as accepted. An objection "
                "that management upholds restores the points into the calendar year of the "
                "redemption.",
            )
        }


class GiftReturned(Clause):
    """An article that was redeemed comes back; the points return with it, or do not.

    Args:
        restores: whether the points return.
    """

    def __init__(self, number: str, *, restores: bool) -> None:
        super().__init__(number)
        self.restores = restores

    @on("give_back", phase=GUARD)
    def once(self, d: Draft) -> Iterator[fx.Effect]:
        """Only what was redeemed, and only once."""
        document = d.document(d.body.of)
        if document is None or document.kind != "redemption":
            yield fx.Refuse("unknown", "give_back.of")
        elif document.content.get("given_back"):
            yield fx.Refuse("order_violation", "give_back.of")

    @on("give_back", phase=SETTLE)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """Restore the points, or keep that it came back without them."""
        document = d.document(d.body.of)
        if document is None:
            return
        if self.restores:
            yield from restore(document, d.holder(document.member, document), self.number)
        else:
            content = {**document.content, "given_back": True}
            yield fx.Put(document.kind, document.id, document.member, content)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = ("积分退回", "brings the points back") if self.restores else (
            "积分不退回", "does not bring the points back")  # fmt: skip
        return {
            self.number: (
                f"已兑换的物品退回时，{zh}。",
                f"A returned article that was redeemed {en}.",
            )
        }


__all__ = ["GiftReturned", "Objection", "restore"]
