"""A booking: what can be booked and by whom, given up or closed by its id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import GRANT, GUARD, RIGHTS, Clause, Text, on
from charterhouse.kernel.clauses.conditions import belongs, detail
from charterhouse.kernel.clauses.lines import Entry, entries_of, kept, slot_of
from charterhouse.kernel.clauses.queues import Queue
from charterhouse.kernel.clauses.rights import lost_right, no_membership
from charterhouse.kernel.clauses.services import OUTCOMES
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY

BOOKED = "booked"
"""The fact that keeps a person's open bookings: id → [what, start or "", day]."""

_KEPT_DAYS = 31
"""How long a booking that nobody closed may still be taken up."""

Effects = Iterator[fx.Effect]


def booking_of(d: Draft) -> Document | None:
    """The booking of which an event speaks, as it was before."""
    return d.subject if d.subject and d.subject.kind == "booking" else None


def starts_at(booking: Document) -> datetime | None:
    """When the booked slot starts, if it names a time."""
    text = booking.content["starts"]
    return datetime.fromisoformat(text) if text else None


def end_booking(d: Draft, booking: Document, status: str, number: str) -> Effects:
    """A booking is over: its place is used up, or free again."""
    content = {**booking.content, "status": status, "closed": d.now.isoformat()}
    yield fx.Put("booking", booking.id, booking.member, content, number=number)
    what, slot = content["what"], content["slot"]
    entries = [entry for entry in entries_of(d, what, slot) if entry.id != booking.id]
    if status in ("served", "no_show"):
        # The place of somebody who was there, or should have been, is not given away.
        entries = [
            entry._replace(state="done") if entry.id == booking.id else entry
            for entry in entries_of(d, what, slot)
        ]
    line = kept(what, slot, entries, d.now)
    yield fx.Put(line.kind, line.id, line.member, line.content, number=number)
    open_ = d.standing(booking.member).facts.get(BOOKED, {})
    if booking.id in open_:
        left = {id_: row for id_, row in open_.items() if id_ != booking.id}
        yield fx.Keep(booking.member, BOOKED, left or None, number=number)


class Bookings(Clause):
    """What can be booked, and by whom; a booking is given up or closed by its id.

    Numbers by reason: `none`, `expired`, `suspended`, `ended`, `lost`, `void` (who has no rights),
    `tier`, `over` (a booking that is over), `cancel`, `close`.

    Args:
        whats: what can be booked.
        members: whether only members with rights may book.
        only: what → tiers or kinds that may book it.
        labels: the charter's words for what is booked.
        by_card: whether a card that is lost or void takes the right away.
    """

    shares: ClassVar[frozenset[str]] = frozenset({"book", "cancel", "close"})

    def __init__(
        self, number: str, *whats: str, members: bool = False,
        only: Mapping[str, Collection[str]] | None = None,
        labels: Mapping[str, Text] | None = None, by_card: bool = True, **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.lost = lost_right if by_card else no_membership
        self.whats = tuple(dict.fromkeys(whats))
        self.members = members
        self.only = only or {}
        self.labels = labels or {}

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"book.what": self.whats, "close.outcome": OUTCOMES}

    @on("book", phase=RIGHTS, rank=55)
    def may_book(self, d: Draft) -> Effects:
        """Members with rights, where only they may."""
        lost = self.lost(d.of_member) if self.members and d.body.what in self.whats else None
        if lost:
            yield fx.Refuse(lost[0], "book.member", number=self.of(lost[1]))

    @on("book", phase=GUARD)
    def by_tier(self, d: Draft) -> Effects:
        """Only tiers that may book it, and only while their membership runs."""
        tiers = self.only.get(d.body.what)
        if tiers is None or d.body.what not in self.whats:
            return
        lost = self.lost(d.of_member)
        if lost:
            yield fx.Refuse(
                lost[0], "book.what", number=self.by_reason.get(lost[1], self.of("tier"))
            )
        if not belongs(d.of_member, tiers):
            rank = d.program.rank
            higher = any(rank(tier) > rank(d.of_member.tier) for tier in tiers)
            reason = "tier_too_low" if higher else "not_included"
            yield fx.Refuse(reason, "book.what", number=self.of("tier"))

    @on("book", phase=GRANT)
    def book(self, d: Draft) -> Effects:
        """Put the booking, and take a place in the line of its slot."""
        if d.body.what not in self.whats:
            return
        id_ = d.body.id or f"booking-{d.event.id}"
        slot, starts = slot_of(d.body.slot, d.now.tzinfo)
        yield fx.Put("booking", id_, d.member, {
            "what": d.body.what, "slot": slot, "starts": starts.isoformat() if starts else "",
            "status": "booked", "person": d.body.for_ or d.member, "for": d.body.for_,
            "by": d.body.by, "channel": d.body.channel, "details": dict(d.body.details or {}),
            "at": d.now.isoformat(), "tier": d.of_member.tier,
        })  # fmt: skip
        entry = Entry(id_, d.body.for_ or d.member, d.now.isoformat(), self._traits(d))
        yield kept(d.body.what, slot, [*entries_of(d, d.body.what, slot), entry], d.now)
        day = (starts or d.now).date()
        yield fx.Keep(d.member, BOOKED, {
            **self._still(d), id_: [d.body.what, starts.isoformat() if starts else "", str(day)],
        })  # fmt: skip

    def _traits(self, d: Draft) -> dict[str, Any]:
        names = {n for c in d.program.clauses if isinstance(c, Queue) for n in c.traits}
        return {name: detail(d.body, name) for name in sorted(names)}

    def _still(self, d: Draft) -> dict[str, Any]:
        oldest = d.now.date() - _KEPT_DAYS * ONE_DAY
        open_ = d.of_member.facts.get(BOOKED, {})
        return {id_: row for id_, row in open_.items() if date.fromisoformat(row[2]) >= oldest}

    @on("cancel", "close", phase=GUARD)
    def still_open(self, d: Draft) -> Effects:
        """Only what is booked is given up or closed."""
        booking = booking_of(d)
        if booking is None:
            if "request" not in d.program.verbs:
                yield fx.Refuse("unknown", f"{d.body.verb}.request")
        elif booking.content["what"] in self.whats and booking.content["status"] != "booked":
            yield fx.Refuse("order_violation", f"{d.body.verb}.request", number=self.of("over"))

    @on("cancel", "close", phase=GRANT)
    def end(self, d: Draft) -> Effects:
        """A cancelled booking frees its place, a closed one has used it."""
        booking = booking_of(d)
        if booking is None or booking.content["what"] not in self.whats:
            return
        status = "cancelled" if d.body.verb == "cancel" else d.body.outcome
        yield from end_booking(d, booking, status, self.of(d.body.verb))

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        named = [self.labels.get(what, (what, what)) for what in self.whats]
        zh, en = "、".join(z for z, _ in named), ", ".join(e for _, e in named)
        texts = {
            self.number: (
                f"可以预约：{zh}{'；仅限有效会员' if self.members else ''}。预约可以取消，取消后名额释放。",
                f"Can be booked: {en}{'; by active members only' if self.members else ''}. A booking "
                "can be cancelled, which frees its place.",
            )
        }
        if self.only:
            number = self.of("tier")
            said_zh, said_en = texts.get(number, ("", ""))
            for what, tiers in self.only.items():
                what_zh, what_en = self.labels.get(what, (what, what))
                by = [self.labels.get(tier, (tier, tier)) for tier in tiers]
                said_zh += f"{what_zh}仅限{'、'.join(z for z, _ in by)}预约。"
                said_en += f" {what_en}: for {', '.join(e for _, e in by)} only."
            texts[number] = (said_zh, said_en.strip())
        return texts


__all__ = ["BOOKED", "Bookings", "booking_of", "end_booking", "starts_at"]
