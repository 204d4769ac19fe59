"""Bookings: appointments and places, first come first served; who does not keep them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRANT, GUARD, Clause, Text, on
from charterhouse.kernel.clauses.booked import (
    BOOKED,
    Bookings,
    booking_of,
    end_booking,
    starts_at,
)
from charterhouse.kernel.clauses.conditions import belongs
from charterhouse.kernel.clauses.lines import entries_of, slot_of
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY, day_start
from charterhouse.kernel.standing import Standing

Effects = Iterator[fx.Effect]


class Places(Clause):
    """Places are limited for each thing and time; first come, first served.

    Args:
        table: what → places of a slot; what is not named is not limited.
        unnamed: whether what is booked without a slot is limited, too.
    """

    shares: ClassVar[frozenset[str]] = frozenset({"book"})

    def __init__(
        self, number: str, table: Mapping[str, int], *, labels: Mapping[str, Text] | None = None,
        unnamed: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.unnamed = unnamed
        self.table = table
        self.labels = labels or {}

    @on("book", phase=GUARD, rank=70)
    def free(self, d: Draft) -> Effects:
        """Refuse when every place is taken."""
        places = self.table.get(d.body.what)
        if places is None:
            return
        slot, _ = slot_of(d.body.slot, d.now.tzinfo)
        if not slot and not self.unnamed:
            return
        if len(entries_of(d, d.body.what, slot)) >= places:
            yield fx.Refuse("full", "book.slot")

    @on("book", phase=FOLLOW)
    def taken(self, d: Draft) -> Effects:
        """The place is taken by this clause."""
        if d.body.what in self.table:
            yield fx.Cite("place taken")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        named = [(self.labels.get(w, (w, w)), n) for w, n in self.table.items()]
        zh = "，".join(f"{label[0]}每场{places}人" for label, places in named)
        en = ", ".join(f"{label[1]} {places}" for label, places in named)
        return {
            self.number: (
                f"名额有限，先到先得{'：' + zh if zh else ''}；额满不再接受预约。",
                f"Places are limited, first come, first served{': ' + en + ' each time' if en else ''}; "
                "when all are taken a booking is refused.",
            )
        }


class BookedDays(Clause):
    """Something can be booked for certain days only.

    Args:
        what: is booked.
        days: which; a slot that names no day is on none of them.
    """

    def __init__(self, number: str, what: str, days: Collection[date]) -> None:
        super().__init__(number)
        self.what = what
        self.days = days

    @on("book", phase=GUARD, rank=60)
    def listed(self, d: Draft) -> Effects:
        """Refuse other days."""
        if d.body.what != self.what:
            return
        _, starts = slot_of(d.body.slot, d.now.tzinfo)
        if starts is None or starts.date() not in self.days:
            yield fx.Refuse("not_eligible", "book.slot")

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = "、".join(map(str, self.days)), ", ".join(map(str, self.days))
        return {
            self.number: (
                f"仅可预约下列日期：{zh or '暂无'}。",
                f"It can be booked for these days only: {en or 'none yet'}.",
            )
        }


class BookFirst(Clause):
    """Who takes part has booked beforehand; taking part uses the booking.

    Args:
        activities: those that need a booking; None for all that can be booked.
    """

    shares: ClassVar[frozenset[str]] = frozenset({"take_part"})

    def __init__(self, number: str, *, activities: Collection[str] | None = None) -> None:
        super().__init__(number)
        self.activities = activities

    def _needed(self, d: Draft) -> bool:
        known = d.program.codes["book.what"] if self.activities is None else self.activities
        return d.body.activity in known

    def _own(self, d: Draft) -> Document | None:
        open_ = d.of_member.facts.get(BOOKED, {})
        mine = sorted(
            (row[2], row[1], id_) for id_, row in open_.items() if row[0] == d.body.activity
        )
        return d.document(mine[0][2]) if mine else None

    @on("take_part", phase=GUARD, rank=60)
    def booked(self, d: Draft) -> Effects:
        """Refuse without a booking."""
        if self._needed(d) and self._own(d) is None:
            yield fx.Refuse("order_violation", "take_part.activity")

    @on("take_part", phase=GRANT)
    def served(self, d: Draft) -> Effects:
        """The earliest booking is the one that is taken up."""
        booking = self._own(d) if self._needed(d) else None
        if booking is not None:
            yield from end_booking(d, booking, "served", self.number)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "参加活动须提前预约；未预约的不得参加。",
                "Activities are booked in advance; nobody takes part without a booking.",
            )
        }


class NoShow(Clause):
    """Before its start a booking is given up freely; later, or never, is a no-show.

    Args:
        flag: raised when it is given up too late.
        record: written then, and when it is closed because nobody came.
    """

    def __init__(self, number: str, *, flag: str = "no-show", record: str = "no-show") -> None:
        super().__init__(number)
        self.flag = flag
        self.record = record

    @on("cancel", phase=FOLLOW)
    def late(self, d: Draft) -> Effects:
        """Given up at the start or later."""
        booking = booking_of(d)
        starts = starts_at(booking) if booking else None
        if booking is None:
            return
        if starts is None or d.now < starts or d.body.by in ("provider", "hospital"):
            # What the other side gives up is nobody's no-show.
            yield fx.Cite("given up in time")
            return
        yield fx.Raise("flag", self.flag, d.member, about={"booking": booking.id})
        yield fx.Note(d.member, self.record)

    @on("close", phase=FOLLOW)
    def never(self, d: Draft) -> Effects:
        """Nobody came."""
        if booking_of(d) and d.body.outcome == "no_show":
            yield fx.Note(d.member, self.record)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "预约开始前均可取消或改约，不留记录；开始后取消或未到的，记爽约一次，会员资格不变。改约即取消后另行预约。",
                "Until its start a booking can be given up without a mark. Given up later, or not "
                "kept, it is recorded as a no-show; the membership is unchanged. Another time is a "
                "cancellation and a new booking.",
            )
        }


class BookingReminder(Clause):
    """Reminds of a booking some days before, at the beginning of the day.

    Args:
        notice: its code.
        days: before the day of the slot.
        what: the bookings of which it reminds; empty for all.
    """

    def __init__(
        self, number: str, notice: str, *, days: int = 1, what: Collection[str] = ()
    ) -> None:
        super().__init__(number)
        self.notice = notice
        self.days = days
        self.what = frozenset(what)

    def _times(self, standing: Standing, now: datetime) -> Iterator[tuple[str, datetime]]:
        for id_, (what, starts, day) in standing.facts.get(BOOKED, {}).items():
            if starts and (not self.what or what in self.what):
                before = date.fromisoformat(day) - self.days * ONE_DAY
                yield id_, day_start(before, now.tzinfo)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next reminder."""
        times = self._times(standing, after)
        return min((moment for _, moment in times if moment > after), default=None)

    def due(self, draft: Draft, member: str) -> Effects:
        """Remind of every booking whose day it is."""
        for id_, moment in list(self._times(draft.standing(member), draft.now)):
            if moment == draft.now:
                yield fx.Raise("notice", self.notice, member, about={"booking": id_})

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"预约日前{self.days}日提醒。",
                f"A reminder is sent {self.days} day(s) before the day of a booking.",
            )
        }


class BookingTask(Clause):
    """Some bookings ask something of the staff.

    Args:
        what: the booking.
        task: raised with it.
        channel: only when booked so; "" for every channel.
        for_others: only when booked for somebody else.
        tiers: only when booked by one of these; None for anybody.
    """

    def __init__(
        self, number: str, what: str, *, task: str, channel: str = "", for_others: bool = False,
        tiers: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.what = what
        self.task = task
        self.channel = channel
        self.for_others = for_others
        self.tiers = tiers

    @on("book", phase=FOLLOW)
    def ask(self, d: Draft) -> Effects:
        """Raise the task."""
        body = d.body
        other = body.for_ not in (None, d.member)
        if (
            body.what == self.what
            and (not self.channel or body.channel == self.channel)
            and (other or not self.for_others)
            and belongs(d.of_member, self.tiers)
        ):
            yield fx.Raise("task", self.task, d.member, about={"what": body.what, "for": body.for_})

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                "此类预约由医院配合安排。",
                "The hospital coordinates such bookings.",
            )
        }


__all__ = [
    "BOOKED", "BookFirst", "BookedDays", "BookingReminder", "BookingTask", "Bookings", "NoShow", "Places",
    "booking_of",
]  # fmt: skip
