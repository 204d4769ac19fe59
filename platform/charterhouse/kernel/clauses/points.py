"""Points beside earning: gifts of points, the points year, and redemption."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, GRANT, GUARD, SETTLE, Clause, Text, on
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.clauses.rights import no_membership
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import CREDIT, POINTS, SPEND_TOTAL, Lot, freeze, take
from charterhouse.kernel.periods import day_start, first_invalid_day
from charterhouse.kernel.standing import Standing


class PointsYear(Clause):
    """All points of a calendar year are cleared at its end.

    Numbers by reason: `kept`.

    Args:
        without: years at whose end nothing is cleared.
    """

    def __init__(self, number: str, *, without: Iterable[int] = (), **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.without = frozenset(without)

    def expiry(self, unit: str, day: date, now: datetime) -> datetime | None:
        """The first moment of the next year, for points."""
        if unit != POINTS:
            return None
        return self._year_end(day, now)

    def clears(self, unit: str, day: date, now: datetime) -> datetime | None:
        """What is owed in points is forgiven then as well."""
        return self._year_end(day, now) if unit == POINTS else None

    def _year_end(self, day: date, now: datetime) -> datetime:
        """The first moment of the year after a day's."""
        year = day.year + 1
        while year - 1 in self.without:
            year += 1
        return day_start(date(year, 1, 1), now.tzinfo)

    def _spared(self, standing: Standing, now: datetime) -> Iterator[tuple[Lot, int]]:
        """Lots that would expire at the end of a year which has been spared since."""
        if not self.without:
            return
        for lot in standing.lots.get(POINTS, ()):
            year = lot.expires.astimezone(now.tzinfo).year - 1 if lot.expires else 0
            if year in self.without and lot.amount > 0:
                yield lot, year

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The last day of a year that was spared after its points were earned."""
        days = [date(year, 12, 31) for _, year in self._spared(standing, after)]
        moments = [day_start(day, after.tzinfo) for day in days]
        return min((moment for moment in moments if moment > after), default=None)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """The points go on until the end of the next year that is not spared."""
        for lot, year in list(self._spared(draft.standing(member), draft.now)):
            if year == draft.now.year:
                end = self._year_end(draft.now.date(), draft.now)
                number = self.of("kept")
                yield fx.DebitLot(member, POINTS, lot.key, lot.amount, number=number)
                yield fx.Credit(member, POINTS, lot.amount, lot.cls, end, number=number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "积分每年清零一次：每年12月31日24时之后，当年全部积分（包括12月31日所得）清零；累计消费不清零。",
                "All points are cleared once a year, after 31 December 24:00, points of 31 December "
                "too. Cumulative consumption is never cleared.",
            )
        }


class PointsValid(Clause):
    """Points are valid for some months from the day on which they were earned, lot by lot.

    Args:
        months: 0 for no end.
        unit: whose lots expire.
    """

    def __init__(self, number: str, *, months: int, unit: str = POINTS) -> None:
        super().__init__(number)
        self.months = months
        self.unit = unit

    def expiry(self, unit: str, day: date, now: datetime) -> datetime | None:
        """The first day on which a lot of that day is void."""
        if unit != self.unit or not self.months:
            return None
        return day_start(first_invalid_day(day, self.months), now.tzinfo)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not self.months:
            return {self.number: ("长期有效，不清零。", "There is no end of validity.")}
        return {
            self.number: (
                f"自获得之日起{self.months}个月内有效，逾期作废；先到期的先使用。",
                f"Valid for {self.months} months from the day on which they are earned, then void; "
                "the soonest to expire are used first.",
            )
        }


class OpeningFigures(Clause):
    """The points and cumulative consumption that a legacy member brings along."""

    @on("bring_in", phase=GRANT)
    def open(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit the opening figures."""
        yield fx.Credit(d.member, POINTS, d.body.points or 0, "opening")
        yield fx.Credit(d.member, SPEND_TOTAL, d.body.spend_total or 0)


class Award(Clause):
    """Points given by staff for one kind of reason.

    Args:
        kind: of `award`.
        reason_needed: whether the reason must say what it is for.
    """

    def __init__(self, number: str, *, kind: str, reason_needed: bool = False) -> None:
        super().__init__(number)
        self.kind = kind
        self.reason_needed = reason_needed

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"award.kind": {self.kind}}

    @on("award", phase=GUARD)
    def reasoned(self, d: Draft) -> Iterator[fx.Effect]:
        """The reason must be there where it is needed."""
        if d.body.kind == self.kind and self.reason_needed and not (d.body.reason or "").strip():
            yield fx.Refuse("reason_missing", "award.reason")

    @on("award", phase=EARN)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit the points."""
        if d.body.kind == self.kind:
            yield fx.Credit(d.member, POINTS, d.body.points, self.kind)


class VisitPoints(Clause):
    """Points for each visit of a member that is told without a bill.

    Args:
        points: for each; a visit told with a count gives them so many times.
    """

    def __init__(self, number: str, *, points: int) -> None:
        super().__init__(number)
        self.points = points

    @on("visit", phase=EARN)
    def visited(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit them."""
        if no_membership(d.of_member) is None:
            yield fx.Credit(d.member, POINTS, self.points * d.body.count, "earned")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"每次就诊积{self.points}分（账单另计）。",
                f"Each visit gives {self.points} points; a bill is no visit.",
            )
        }


class EventPoints(Clause):
    """Points for taking part in an event, once per person and activity, whatever the result.

    Args:
        points: for each activity.
    """

    def __init__(self, number: str, *, points: int) -> None:
        super().__init__(number)
        self.points = points

    @on("take_part", phase=EARN)
    def reward(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit them the first time; a further check-in is kept on the timeline only."""
        key = own_id("activity", d.member, d.body.activity)
        if d.document(key) is not None:
            yield fx.Cite("again")
            return
        yield fx.Credit(d.member, POINTS, self.points, "activity")
        yield fx.Put("activity", key, d.member, {
            "activity": d.body.activity, "at": d.now.isoformat(), "tier": d.program.tier,
        })  # fmt: skip

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not self.points:
            return {
                self.number: (
                    "参加医院活动予以记录，暂不计分。",
                    "Taking part in an event is recorded; it gives no points yet.",
                )
            }
        return {
            self.number: (
                f"参加医院活动，每人每项活动记{self.points}分一次，与名次无关；再次签到不另计分。",
                f"Taking part in an event gives {self.points} points once per person and activity, "
                "whatever the result; a further check-in is accepted and gives none.",
            )
        }


class Redemption(Clause):
    """Points for gifts of a catalogue, or a number of points.

    Numbers by reason: `insufficient`, `pooling`, `deduct` (points go at once), `gift`,
    `unknown` (an item that is in no catalogue), `unshown`, `number`.

    Args:
        gifts: item → points.
        shown: what must be shown → the reason without it.
        unknown: reason for an item that is not in the catalogue.
        by_number: whether any number of points may be redeemed without an item.
        block: a number of points must be a whole multiple of it; 0 for any.
        least: the balance from which on anything can be redeemed.
        channels: where it can be done; None for anywhere.
        channel: that of a redemption that names none; the first of the channels as a rule.
        per_yuan: points that are one yuan, where a redemption is told in yuan too.
    """

    def __init__(
        self, number: str, *, gifts: Mapping[str, int],
        shown: Mapping[str, str] | None = None, unknown: str = "unknown",
        by_number: bool = True, block: int = 0, least: int = 0,
        channels: Sequence[str] | None = None, channel: str = "", per_yuan: int = 0,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.gifts = gifts
        self.shown = {"card": "card_missing"} if shown is None else shown
        self.unknown = unknown
        self.by_number = by_number
        self.block = block
        self.least = least
        self.channels = channels
        self.channel = channel or (channels[0] if channels else "")
        self.per_yuan = per_yuan

    def catalogue(self) -> Mapping[str, int]:
        """See `Clause.catalogue`."""
        return self.gifts

    def cost(self, body: Any) -> int | None:
        """The points of a redemption; None for an item that is not in the catalogue."""
        if body.item is None:
            return int(body.points) * int(body.quantity)
        price = self.gifts.get(body.item)
        return None if price is None else price * int(body.quantity)

    def redeemable(self, d: Draft) -> bool:
        """Whether what is asked for is given for points here."""
        channels = self.channels
        if channels is not None and (d.body.channel or self.channel) not in channels:
            return False
        if d.body.item is not None:
            return True
        return self.by_number and not (self.block and d.body.points % self.block)

    @on("redeem", phase=GUARD, rank=20)
    def allowed(self, d: Draft) -> Iterator[fx.Effect]:
        """What must be shown is shown, the item exists, and the own balance suffices."""
        for thing, reason in self.shown.items():
            if thing not in d.body.shown:
                yield fx.Refuse(reason, "redeem.shown", number=self.of("unshown"))
        if not self.redeemable(d):
            yield fx.Refuse("not_redeemable", "redeem.points", number=self.of("number"))
        cost = self.cost(d.body)
        balance = d.of_member.balance(POINTS)
        if cost is None:
            yield fx.Refuse(self.unknown, "redeem.item", number=self.of("unknown"))
        elif cost > balance or balance < self.least:
            pooling = (d.body.details or {}).get("pool_with")
            reason = "pooling" if pooling else "insufficient"
            yield fx.Refuse("insufficient", number=self.of(reason))

    @on("redeem", phase=SETTLE, rank=20)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """Deduct at once and keep from which lots."""
        cost = self.cost(d.body) or 0
        _, parts = take(d.of_member.lots.get(POINTS, ()), cost)
        yield fx.Debit(d.member, POINTS, cost, "@redeemed", number=self.of("deduct"))
        yield fx.Cite("gift", number=self.of("gift"))
        if self.per_yuan:
            yield fx.Show("from_points", cost * 100 // self.per_yuan)
        yield fx.Put("redemption", d.body.id or f"redeem-{d.event.id}", d.member, {
            "points": cost, "item": d.body.item, "quantity": d.body.quantity,
            "at": d.now.isoformat(), "day": d.event.day.isoformat(), "tier": d.program.tier,
            "parts": [freeze(part) for part in parts],
        })  # fmt: skip
        yield fx.Announce("redeemed", d.member)

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("redemption",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "会员可用积分兑换礼品或服务，以本人账户余额为限。",
                "Points are redeemed for gifts or services, up to the own balance.",
            )
        }


class PointsForCredit(Clause):
    """A number of points that is redeemed gives credit (a coupon) of its value.

    Args:
        per_yuan: points that are one yuan.
    """

    def __init__(self, number: str, *, per_yuan: int) -> None:
        super().__init__(number)
        self.per_yuan = per_yuan

    @on("redeem", phase=SETTLE, rank=30)
    def give(self, d: Draft) -> Iterator[fx.Effect]:
        """Credit the value, whole fen."""
        if d.body.item is None:
            fen = d.body.points * d.body.quantity * 100 // self.per_yuan
            yield fx.Credit(d.member, CREDIT, fen, "coupon")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"积分按每{self.per_yuan}分抵1元兑换为抵用券。",
                f"Points are redeemed for a coupon: {self.per_yuan} points are one yuan.",
            )
        }


class PointsResetNotice(Clause):
    """Reminds members with points some days before the points year ends."""

    def __init__(self, number: str, *, days: int, notice: str = "points-reset") -> None:
        super().__init__(number)
        self.days = days
        self.notice = notice

    def next_due(self, standing: Any, after: datetime) -> datetime | None:
        """At 00:00 that many days before 31 December."""
        if standing.status != "active" or not standing.balance(POINTS):
            return None
        for year in (after.year, after.year + 1):
            moment = day_start(date(year, 12, 31), after.tzinfo) - timedelta(days=self.days)
            if moment > after:
                return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice with the points at stake."""
        points = draft.standing(member).balance(POINTS)
        if points:
            yield fx.Raise("notice", self.notice, member, about={"points": points})


__all__ = [
    "Award", "EventPoints", "OpeningFigures", "PointsForCredit", "PointsResetNotice", "PointsValid",
    "PointsYear", "Redemption", "VisitPoints",
]  # fmt: skip
