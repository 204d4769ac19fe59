"""Earning on bills, and the recount when a bill is refunded.

A clause that earns says once who gets it and how much for an amount paid; the
bill keeps what each gave. A refund recomputes the amount for what is left and
posts the difference: mirrored postings would be wrong for rounding and caps.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, SPEND_TOTAL
from charterhouse.kernel.money import Ratio, divide_half_up
from charterhouse.kernel.standing import Standing


class Earner(Clause):
    """Base of clauses that give something for what was paid on a bill.

    Attributes:
        unit: what is given.
        cls: class of the lots.
        within_year: taken back only in the calendar year of the bill.
    """

    unit = POINTS
    cls = "earned"
    within_year = True
    slot = ""

    def owner(self, _d: Draft) -> str | None:
        """Who gets it on this bill, if anybody."""
        raise NotImplementedError

    def amount(self, paid: int) -> int:
        """How much for `paid` fen really paid. Pure."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """Under which the bill keeps what was given."""
        return f"{self.number}:{self.unit}"

    @on("spend", phase=EARN, rank=30)
    def earn(self, d: Draft) -> Iterator[fx.Effect]:
        """Give it."""
        owner = self.owner(d)
        if owner is None or d.bill is None:
            return
        quantity = self.rule(d, owner).amount(d.bill.paid)
        d.bill.earned[self.key] = (self.unit, owner, quantity)
        yield fx.Credit(owner, self.unit, quantity, self.cls)

    def rule(self, d: Draft, owner: str) -> Earner:
        """This clause with the figures of the owner's tier, by the version that decides."""
        bill = d.refund.original if d.refund else None
        if owner == (bill.member if bill else d.member):
            return self
        moment = datetime.fromisoformat(bill.content["at"]) if bill else d.now
        peer = d.book.at(moment).variant(d.standing(owner).tier).peer(self)
        return peer if isinstance(peer, Earner) else self


class PointsPerYuan(Earner):
    """Points for every yuan really paid: half a yuan rounds up, once per bill."""

    def __init__(self, number: str, *, per_yuan: int) -> None:
        super().__init__(number)
        self.per_yuan = per_yuan

    def owner(self, d: Draft) -> str | None:
        """The holder, where the card gives its rights."""
        return d.member if d.bill and d.bill.entitled else None

    def amount(self, paid: int) -> int:
        """Whole points, half a yuan rounded up before the rate."""
        return divide_half_up(paid, 100) * self.per_yuan

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"消费积分：就诊前出示会员卡，累计消费与积分分别记录；实际支付每1元积{self.per_yuan}分，"
                "不足半元舍去，满半元进位；每张账单按全部优惠及第三方支付之后的总额计一次。",
                f"Consumption points: the card is shown before the consultation, so that cumulative "
                f"consumption and points are counted. {self.per_yuan} point(s) per yuan really paid; "
                "half a yuan and more rounds up, less is dropped: once per bill, on its total after "
                "all price rules and after cover by third parties.",
            )
        }


class SpendTotal(Earner):
    """Cumulative consumption in fen: a counter of its own beside the points."""

    unit = SPEND_TOTAL
    cls = ""
    within_year = False

    def owner(self, d: Draft) -> str | None:
        """The holder, where the card gives its rights."""
        return d.member if d.bill and d.bill.entitled else None

    def amount(self, paid: int) -> int:
        """What was really paid."""
        return paid


class ReferralShare(Earner):
    """A share of the introduced person's points for the member who introduced them.

    Args:
        percent: of the points of the visit's bill, half-up to whole points.
        points: the clause by which points are counted (notional for non-members).
        first_visit_only: and only once per person.
    """

    cls = "referral"

    def __init__(
        self, number: str, *, percent: int, points: PointsPerYuan, first_visit_only: bool
    ) -> None:
        super().__init__(number)
        self.percent = percent
        self.ratio = Ratio.percent(percent)
        self.points = points
        self.first_visit_only = first_visit_only

    def owner(self, d: Draft) -> str | None:
        """The referrer, if the introduction counts."""
        referrer: str | None = d.body.referred_by
        if referrer is None or referrer == d.member:
            return None
        quoted = (d.body.details or {}).get("quoted", ["card", "name"])
        if not {"card", "name"} <= set(quoted):
            return None
        standing = d.standing(referrer)
        if standing.status != "active" or standing.card != "active":
            return None
        if self.rule(d, referrer).first_visit_only:
            seen = d.of_member.facts.get("seen") or d.body.first_visit is False
            if seen:
                return None
        return referrer

    def rule(self, d: Draft, owner: str) -> ReferralShare:
        """The share by the referrer's tier, of points by the introduced person's."""
        peer = super().rule(d, owner)
        if not isinstance(peer, ReferralShare):
            return self
        return ReferralShare(
            self.number,
            percent=peer.percent,
            points=self.points,
            first_visit_only=peer.first_visit_only,
        )

    def amount(self, paid: int) -> int:
        """The share of the points that the amount gives."""
        return self.ratio.half_up(self.points.amount(paid))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "仅限被介绍人首次就诊，每人一次" if self.first_visit_only else "每次就诊均可"
        en = (
            "only at the introduced person's first visit, once per person"
            if self.first_visit_only
            else "at every quoted visit"
        )
        return {
            self.number: (
                f"介绍积分：会员介绍亲友就诊，在该次账单结算前报本人卡号及姓名，可另得被介绍人该次消费所得积分的"
                f"{self.percent}%（四舍五入取整）；{zh}；不得介绍自己，介绍人的会员卡当日须有效且未挂失，事后不予补记。",
                f"Referral points: a member who introduces a relative or friend, quoting the own card "
                f"number and name before that visit's bill is settled, gets {self.percent} % of the "
                f"points of that visit's consumption, rounded half-up; {en}. No self-referral; the "
                "referrer's card must be active that day and not reported lost; no later claim.",
            )
        }


class BillRefund(Clause):
    """A refund of a bill: what it earned is counted anew on what is left.

    The difference is taken back from whoever got it, never below 0; points
    only within the points year of the bill.
    """

    @on("refund", phase=GUARD, rank=20)
    def within_what_was_paid(self, d: Draft) -> Iterator[fx.Effect]:
        """Not more than what is left of the bill."""
        if d.refund and d.refund.original.kind == "bill":
            if d.refund.left < 0:
                yield fx.Refuse("insufficient", "refund.amount")
            elif d.refund.amount == 0:
                yield fx.Refuse("order_violation", "refund.of")

    @on("refund", phase=SETTLE)
    def give_back(self, d: Draft) -> Iterator[fx.Effect]:
        """The money goes back the way it came."""
        if d.refund and d.refund.original.kind == "bill":
            method = d.body.method or d.refund.original.content["method"]
            yield fx.GiveBack(d.refund.amount, method)

    @on("refund", phase=EARN)
    def recount(self, d: Draft) -> Iterator[fx.Effect]:
        """Take back the difference, and write the bill anew."""
        refund = d.refund
        if refund is None or refund.original.kind != "bill":
            return
        content = dict(refund.original.content)
        same_year = date.fromisoformat(content["day"]).year == d.event.day.year
        earned = dict(refund.earned)
        clauses = {c.key: c for c in d.program.clauses if isinstance(c, Earner)}
        for key in sorted(clauses.keys() & earned.keys()):
            clause = clauses[key]
            unit, owner, given = earned[key]
            due = min(given, clause.rule(d, owner).amount(refund.left))
            earned[key] = (unit, owner, due)
            holder = d.standing(d.holder(owner, refund.original))
            if same_year or not clause.within_year:
                yield from self._take_back(holder, unit, clause.cls, given - due)
        content["refunded"] = content["refunded"] + refund.amount
        content["earned"] = {key: list(value) for key, value in earned.items()}
        yield fx.Put("bill", refund.original.id, refund.original.member, content)
        d.figures["referrer"] = content.get("referrer")
        yield fx.Cite("recount")

    def _take_back(
        self, owner: Standing, unit: str, cls: str, quantity: int
    ) -> Iterator[fx.Effect]:
        """Take back from what was given in this way, then from the rest, never below 0."""
        left = min(quantity, owner.balance(unit))
        for lot in owner.lots.get(unit, ()):
            part = min(left, lot.amount)
            if lot.cls == cls and part:
                yield fx.DebitLot(owner.ref, unit, lot.key, part)
                left -= part
        yield fx.Debit(owner.ref, unit, left)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "账单退款：按退款后余额重新计算积分，差额在同一积分年度内从会员及介绍人账户扣回，扣至零为止；累计消费按退款额扣减。",
                "Refund of a bill: points are computed anew on what is left; the difference is taken "
                "back from the member and from the referrer, within the same points year only and "
                "never below 0. Cumulative consumption is reduced by the refunded amount.",
            )
        }


class NoRefundOf(Clause):
    """Payments for these purposes are never given back."""

    def __init__(self, number: str, *, purposes: frozenset[str]) -> None:
        super().__init__(number)
        self.purposes = purposes

    @on("refund", phase=GUARD, rank=10)
    def refuse(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse."""
        original = d.refund.original if d.refund else None
        if original is not None and original.content.get("for") in self.purposes:
            yield fx.Refuse("not_refundable", "refund.of")
