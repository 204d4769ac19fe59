"""Earning on bills, and the recount when a bill is refunded.

A clause that earns says once who gets it and how much for an amount paid; the
bill keeps what each gave. A refund recomputes the amount for what is left and
posts the difference: mirrored postings would be wrong for rounding and caps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.bill import Earned, Part, RefundOf
from charterhouse.kernel.charter import EARN, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.conditions import ALL_LINES, ByTier, Days, Lines, Who, entitled
from charterhouse.kernel.clauses.leaving import forfeited_since
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import POINTS, SPEND_TOTAL, counted, lot_key, positive, spent
from charterhouse.kernel.money import Ratio, divide_half_up, show_fen
from charterhouse.kernel.standing import Standing


class Earner(Clause):
    """Base of clauses that give something for what was paid on a bill.

    Attributes:
        unit: what is given.
        cls: class of the lots.
        lines: the lines that count.
        within_year: taken back only in the calendar year of the bill.
        short: what is taken back may let the balance fall below nothing.
        own_lot: only what is left of the bill's own lot is taken back.
    """

    unit = POINTS
    cls = "earned"
    lines: Lines = ALL_LINES
    within_year = False
    short = False
    own_lot = False

    def owner(self, _d: Draft) -> str | None:
        """Who gets it on this bill, if anybody."""
        raise NotImplementedError

    def mark(self, _d: Draft, _owner: str) -> Any:
        """What of this moment a later recount needs (a multiplier); a JSON value."""
        return None

    def amount(self, paid: int, mark: Any = None) -> int:
        """How much for `paid` fen really paid. Pure."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """Under which the bill keeps what was given."""
        return f"{self.number}:{self.unit}"

    def base(self, money: int, parts: Sequence[Part]) -> int:
        """The fen that count of what was paid in money for the lines of a bill."""
        if self.lines is ALL_LINES:
            return money
        whole = sum(part.net for part in parts)
        own = sum(part.net for part in parts if self.lines.has(part))
        return money * own // whole if whole else 0

    def left(self, refund: RefundOf) -> int:
        """The fen that still count after a refund."""
        return self.base(refund.money_left, refund.parts_left)

    @on("spend", phase=EARN, rank=30)
    def earn(self, d: Draft) -> Iterator[fx.Effect]:
        """Give it."""
        owner = self.owner(d)
        if owner is None or d.bill is None:
            return
        mark = self.mark(d, owner)
        paid = d.bill.money
        if self.lines is not ALL_LINES:
            paid = self.base(paid, d.bill.parts)
        quantity = self.rule(d, owner).amount(paid, mark)
        yield fx.Earn(self.key, owner, self.unit, quantity, self.cls, mark)

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

    within_year = True

    def __init__(self, number: str, *, per_yuan: int) -> None:
        super().__init__(number)
        self.per_yuan = per_yuan

    def owner(self, d: Draft) -> str | None:
        """The holder, where the card gives its rights."""
        return d.member if d.bill and d.bill.entitled else None

    def amount(self, paid: int, mark: Any = None) -> int:
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


class PointsByRate(Earner):
    """Points at a rate of what is really paid in money, rounded down once per bill.

    Args:
        per_yuan: points per yuan, or
        block: fen of which each full block gives one point; 0 gives none.
        who: whose bills earn.
        lines: the lines that count.
        multiplier: by the member's tier before the bill.
        boost: (days, factor) by which a bill of such a day is multiplied on top of it.
        short: whether a refund may let the balance fall below nothing.
    """

    def __init__(
        self, number: str, *, per_yuan: Decimal | int | None = None, block: int = 0,
        who: Who = entitled, lines: Lines = ALL_LINES,
        multiplier: ByTier[Decimal] | None = None, boost: tuple[Days, Decimal] | None = None,
        short: bool = False, unit: str = POINTS,
        within_year: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.per_yuan = per_yuan
        self.block = block
        self.who = who
        self.lines = lines
        self.multiplier = multiplier
        self.boost = boost
        self.short = short
        self.unit = unit
        self.within_year = within_year

    @property
    def rate(self) -> Decimal:
        """Points per fen times 100 where the rate is by yuan."""
        return Decimal(self.per_yuan or 0)

    def owner(self, d: Draft) -> str | None:
        """The person of the bill, where the rule holds for them."""
        return d.member if self.who(d) else None

    def mark(self, d: Draft, owner: str) -> Any:
        """The multiplier of the tier and the factor of the day, as text; None for 1."""
        times = self.times(d, owner)
        return None if times == 1 else str(times)

    def times(self, d: Draft, owner: str) -> Decimal:
        """What the points of this bill are multiplied by."""
        standing = d.standing(owner)
        times = Decimal(1)
        if self.multiplier is not None:
            times = self.multiplier.get(standing.tier, times)
        if self.boost is not None and self.boost[0](standing, d.event.day):
            times *= self.boost[1]
        return times

    def amount(self, paid: int, mark: Any = None) -> int:
        """Whole points, rounded down."""
        if self.per_yuan is None:
            return paid // self.block if self.block else 0
        ratio = Ratio.of(self.rate * Decimal(mark or 1))
        return paid * ratio.numerator // (100 * ratio.denominator)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if self.per_yuan is None:
            yuan = show_fen(self.block)
            zh, en = f"实际支付每满{yuan}元积1分", f"one point per full {yuan} yuan really paid"
        else:
            zh = f"实际支付每1元积{self.per_yuan}分"
            en = f"{self.per_yuan} point(s) per yuan really paid"
        return {
            self.number: (
                f"{zh}，按每张账单计算，不足1分的舍去；退款按退款后余额重新计算。",
                f"{en[0].upper()}{en[1:]}, bill by bill; a fraction of a point is dropped. A refund "
                "counts the bill's points anew on what is left.",
            )
        }


class SpendTotal(Earner):
    """Cumulative consumption in fen: a counter of its own beside the points.

    Args:
        who: whose bills count.
    """

    unit = SPEND_TOTAL
    cls = ""

    def __init__(self, number: str, *, who: Who = entitled) -> None:
        super().__init__(number)
        self.who = who

    def owner(self, d: Draft) -> str | None:
        """The person of the bill, where the rule holds for them."""
        return d.member if self.who(d) else None

    def amount(self, paid: int, mark: Any = None) -> int:
        """What was really paid."""
        return paid


class SpendOn(SpendTotal):
    """Cumulative consumption of certain lines, in fen, under a name of its own."""

    def __init__(self, number: str, name: str, *, lines: Lines, who: Who = entitled) -> None:
        super().__init__(number, who=who)
        self.unit = spent(name)
        self.lines = lines


class BillsCounted(SpendTotal):
    """How many bills there were of which something stays paid (at least `least` fen)."""

    def __init__(self, number: str, name: str, *, least: int = 1, who: Who = entitled) -> None:
        super().__init__(number, who=who)
        self.unit = counted(name)
        self.least = least

    def amount(self, paid: int, mark: Any = None) -> int:
        """One, where enough stays paid."""
        return int(paid >= self.least)


class ReferralShare(Earner):
    """A share of the introduced person's points for the member who introduced them.

    Args:
        percent: of the points of the visit's bill, half-up to whole points.
        points: the clause by which points are counted (notional for non-members).
        first_visit_only: and only once per person.
    """

    cls = "referral"
    within_year = True

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

    def amount(self, paid: int, mark: Any = None) -> int:
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


TILL = "till"
"""What was paid in money at the counter or online, among the sources of a bill's money."""


class BillRefund(Clause):
    """A refund of a bill: the money goes back, and what the bill earned is counted anew.

    Args:
        order: the sources in the order in which they get money back: `TILL`, stored_value,
            credit, points. What is in none of them (points in some charters) is never given back.
        floor: text of how far the recount goes.
    """

    def __init__(
        self, number: str, *, order: tuple[str, ...] = (TILL, "stored_value", "credit", "points")
    ) -> None:
        super().__init__(number)
        self.order = order

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
        if d.refund is None or d.refund.original.kind != "bill":
            return
        content = d.refund.original.content
        for source, amount, before in self.split(content, d.refund.amount):
            if source == TILL:
                yield fx.GiveBack(amount, d.body.method or content["method"])
            else:
                account = "@prepaid" if source == "stored_value" else f"@{source}"
                yield fx.GiveBack(amount, account=account)
                parts = _parts(content["taken"].get(source, []), content[f"from_{source}"], before,
                               before + amount)  # fmt: skip
                holder = d.holder(d.refund.original.member, d.refund.original)
                yield fx.Restore(holder, source, parts, "@spent")

    def split(self, content: Any, amount: int) -> Iterator[tuple[str, int, int]]:
        """How an amount is spread: source, fen, and what it had got back before."""
        paid = {s: content.get(f"from_{s}", 0) for s in ("stored_value", "credit", "points")}
        paid[TILL] = content["to_pay"]
        before = content["refunded"]
        left = amount
        for source in self.order:
            already = min(before, paid[source])
            before -= already
            part = min(left, paid[source] - already)
            left -= part
            if part:
                yield source, part, already

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
            clause, given = clauses[key], earned[key]
            paid = clause.left(refund)
            due = min(given.quantity, clause.rule(d, given.owner).amount(paid, given.mark))
            earned[key] = given._replace(quantity=due)
            holder = d.standing(d.holder(given.owner, refund.original))
            void = forfeited_since(holder, clause.unit, content)
            if (same_year or not clause.within_year) and not void:
                own = _lot_of(d, clause, content)
                yield from _take_back(holder, clause, given.quantity - due, own)
                yield fx.Cite("recount", number=clause.number)
        content["refunded"] = content["refunded"] + refund.amount
        content["kept"] = [part.net for part in refund.parts_left]
        content["earned"] = {key: list(value) for key, value in earned.items()}
        yield fx.Put("bill", refund.original.id, refund.original.member, content)
        d.figures["referrer"] = content.get("referrer")
        yield fx.Cite("recount")

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("the refund of a bill",)

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


def _lot_of(d: Draft, clause: Earner, content: Any) -> str:
    """The lot into which a bill's own part went."""
    at = datetime.fromisoformat(content["at"]).astimezone(d.now.tzinfo)
    expires, _ = d.program.expiry(clause.unit, date.fromisoformat(content["day"]), at)
    return lot_key(clause.cls, expires)


def _take_back(owner: Standing, clause: Earner, quantity: int, own: str) -> Iterator[fx.Effect]:
    """Take back what the bill gave, then what was given in this way, then from the rest.

    It goes below nothing where that is allowed, and stays with the bill's own lot where
    the clause says so.
    """
    # Whoever left has nothing that could be owed.
    short = clause.short and owner.status != "ended"
    lots = owner.lots.get(clause.unit, ())
    left = quantity if short else min(quantity, positive(lots))
    for lot in sorted(lots, key=lambda each: each.key != own):
        part = max(0, min(left, lot.amount))
        alike = lot.key == own if clause.own_lot else lot.cls == clause.cls
        if alike and part:
            yield fx.DebitLot(owner.ref, clause.unit, lot.key, part)
            left -= part
    if not clause.own_lot:
        yield fx.Debit(owner.ref, clause.unit, left, short=short)


def _parts(
    taken: Iterable[Sequence[Any]], value: int, start: int, end: int
) -> tuple[tuple[str, int, str, str | None, str], ...]:
    """The parts of lots that stand for the fen from `start` to `end` of a source's `value`.

    A source that does not count fen (points) gives its share of units, all of them at the end.
    """
    rows = [tuple(part) for part in taken]
    units = sum(row[1] for row in rows)
    skip, take = units * start // value, units * end // value - units * start // value
    found = []
    for key, amount, cls, expires, clause in rows:
        passed = min(skip, amount)
        part = min(take, amount - passed)
        skip, take = skip - passed, take - part
        if part:
            found.append((key, part, cls, expires, clause))
    return tuple(found)


class NoRefundOf(Clause):
    """Payments for these purposes are never given back; a refund is refused with a reason."""

    def __init__(
        self, number: str, *, purposes: frozenset[str], reason: str = "not_refundable"
    ) -> None:
        super().__init__(number)
        self.purposes = purposes
        self.reason = reason

    @on("refund", phase=GUARD, rank=10)
    def refuse(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse."""
        original = d.refund.original if d.refund else None
        if original is not None and original.content.get("for") in self.purposes:
            yield fx.Refuse(self.reason, "refund.of")


__all__ = [
    "TILL", "BillRefund", "BillsCounted", "Earned", "Earner", "NoRefundOf", "PointsByRate",
    "PointsPerYuan", "ReferralShare", "SpendOn", "SpendTotal",
]  # fmt: skip
