"""Lists and reminders of the points plans, made at the start of their day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Clause, on
from charterhouse.kernel.clauses.benefits import Quota
from charterhouse.kernel.clauses.notices import Cycle
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.ledger import right
from charterhouse.kernel.periods import ONE_DAY, day_start, notice_end
from charterhouse.kernel.standing import HOUSE, Standing

MONDAY, FRIDAY = 0, 4

BATCH = "batch"
"""The fact that keeps on which Monday new members go to marketing: the member's, the house's."""

LISTED = "listed"
"""The fact that keeps the rewards of the open follow-up: [[unit, lot, end or ""]]."""

_ADMITTING = frozenset({"apply", "join", "bring_in", "grant"})


def next_weekday(day: date, weekday: int) -> date:
    """The first such day of the week after a day."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def next_month(day: date) -> date:
    """The first day of the following month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


class HouseTask(Clause):
    """A task of the institution's own, on a day of every week or on the first of every month.

    Args:
        code: of the task.
        weekday: 0 for Monday; None for the first of the month.
    """

    due_rank = 60
    of_house = True

    def __init__(self, number: str, code: str, *, weekday: int | None = None) -> None:
        super().__init__(number)
        self.code = self.about = code
        self.weekday = weekday

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of the next such day."""
        today = after.date()
        day = next_month(today) if self.weekday is None else next_weekday(today, self.weekday)
        return day_start(day, after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the task."""
        yield fx.Raise("task", self.code, member, due=draft.now.date())


class _MondayOf(Clause):
    """Base of what happens on the Monday after an admission."""

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of that Monday."""
        kept = standing.facts.get(BATCH)
        moment = day_start(date.fromisoformat(kept), after.tzinfo) if kept else None
        return moment if moment is not None and moment > after else None

    def mark(self, d: Draft, subject: str) -> Iterator[fx.Effect]:
        """Keep the Monday after today."""
        monday = next_weekday(d.now.date(), MONDAY).isoformat()
        if d.standing(subject).facts.get(BATCH) != monday:
            yield fx.Keep(subject, BATCH, monday)


class NewMembers(_MondayOf):
    """On Mondays the new members of the week before go to marketing, if there are any."""

    of_house = True
    shares: ClassVar[frozenset[str]] = _ADMITTING

    @on("activated", phase=FOLLOW, rank=75)
    def note(self, d: Draft, _happening: Happening) -> Iterator[fx.Effect]:
        """There is a new one."""
        yield from self.mark(d, HOUSE)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the task."""
        yield fx.Raise("task", "new-members-to-marketing", member, due=draft.now.date())
        yield fx.Keep(member, BATCH, None)


class NewMember(_MondayOf):
    """The entry of each new member in the batch of the Monday after."""

    @on("activated", phase=FOLLOW, rank=75)
    def note(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A new member."""
        yield from self.mark(d, happening.member)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Write the record."""
        yield fx.Note(member, "batch-to-marketing")
        yield fx.Keep(member, BATCH, None)


class Uncollected(Clause):
    """On the first of each month gifts and one-off services still uncollected are followed up.

    One task is open at a time, until the last reward listed is collected, revoked or lapsed.

    Args:
        benefits: what is granted once.
    """

    due_rank = 70
    task = "follow-up-uncollected"

    def __init__(self, number: str, benefits: Collection[str]) -> None:
        super().__init__(number)
        self.units = tuple(right(code) for code in benefits)

    def _waiting(self, standing: Standing) -> list[list[str]]:
        return [
            [unit, lot.key, lot.expires.isoformat() if lot.expires else ""]
            for unit in self.units
            for lot in standing.lots.get(unit, ())
        ]

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first of the next month while something waits, or the end of something listed."""
        ends = [end for _, _, end in standing.facts.get(LISTED, ()) if end]
        moments = [datetime.fromisoformat(end).astimezone(after.tzinfo) for end in ends]
        if any(standing.lots.get(unit) for unit in self.units):
            moments.append(day_start(next_month(after.date()), after.tzinfo))
        return min((moment for moment in moments if moment > after), default=None)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Close what has lapsed; on the first of a month list what waits."""
        yield from self._settle(draft, member, collected=False)
        standing = draft.standing(member)
        waiting = self._waiting(standing)
        if draft.now.day != 1 or not waiting:
            return
        yield fx.Note(member, "uncollected-reward")
        if LISTED not in standing.facts:
            yield fx.Raise("task", self.task, member, due=draft.now.date())
        yield fx.Keep(member, LISTED, waiting)

    @on("use", "refund", phase=FOLLOW, rank=75)
    def follow(self, d: Draft) -> Iterator[fx.Effect]:
        """The last one is collected, or revoked."""
        member = d.refund.original.member if d.refund else d.member
        yield from self._settle(d, member, collected=d.body.verb == "use")

    def _settle(self, d: Draft, member: str, *, collected: bool) -> Iterator[fx.Effect]:
        standing = d.standing(member)
        listed = standing.facts.get(LISTED)
        there = {(unit, lot.key) for unit in self.units for lot in standing.lots.get(unit, ())}
        if not listed or any((unit, key) in there for unit, key, _ in listed):
            return
        yield fx.Finish(member, self.task)
        yield fx.Keep(member, LISTED, None)
        if collected:
            yield fx.Note(member, "follow-up-collected")


class CleaningReminder(Clause):
    """A telephone reminder when the cleaning cycle is over and a free cleaning is unused.

    The cycle counts from the member's last own cleaning, else from the first level with one, and
    on from each reminder. Without an unused one it waits for the day on which there is one.

    Args:
        cleanings: the quotas of cleanings.
        months: of the cycle.
    """

    due_rank = 60
    task = "remind-cleaning"
    fact = f"cycle/{task}"

    def __init__(self, number: str, cleanings: Sequence[Quota], *, months: int) -> None:
        super().__init__(number)
        self.cleanings = cleanings
        self.codes_of = frozenset(quota.benefit for quota in cleanings)
        self.months = months

    def _unused(self, standing: Standing, day: date) -> bool:
        return any(quota.periodic(standing, day) for quota in self.cleanings)

    def _day(self, standing: Standing) -> date | None:
        kept = standing.facts.get(self.fact)
        return notice_end(date.fromisoformat(kept), self.months) if kept else None

    @on("activated", "tier_changed", phase=FOLLOW, rank=70)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """The first level with a cleaning begins it; what it waited for may be there now."""
        standing, today = d.standing(happening.member), d.now.date()
        day = self._day(standing)
        if day is None and any(quota.allowance(standing, today) for quota in self.cleanings):
            yield fx.Keep(happening.member, self.fact, today.isoformat())
        elif day is not None and day <= today and self._unused(standing, today):
            yield from self.due(d, happening.member)

    @on("use", phase=FOLLOW, rank=70)
    def cleaned(self, d: Draft) -> Iterator[fx.Effect]:
        """An own cleaning begins it anew; one passed on does not."""
        if d.body.benefit in self.codes_of and d.body.for_ in (None, d.member):
            day = d.event.day.isoformat()
            yield fx.Keep(d.member, self.fact, max(day, d.of_member.facts.get(self.fact, day)))

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of the day of the cycle, or of the first year with an unused one after it."""
        day = self._day(standing)
        if day is None:
            return None
        later = date(max(day.year, after.year) + 1, 1, 1)
        for each in (day, later):
            moment = day_start(each, after.tzinfo)
            if moment > after and self._unused(standing, each):
                return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the task; it counts on from this day."""
        yield fx.Raise("task", self.task, member, due=draft.now.date())
        yield fx.Keep(member, self.fact, draft.now.date().isoformat())


class ExaminationReminder(Cycle):
    """Months after the last examination, be it before the admission, else after the admission."""

    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """An examination before the admission counts while its reminder is still to come."""
        kept = d.standing(happening.member).facts.get(self.fact)
        if not kept or notice_end(date.fromisoformat(kept), self.months) <= d.event.day:
            yield from super().begin(d, happening)


class AfterBill(Clause):
    """Every bill of a member is followed up."""

    def __init__(self, number: str, task: str) -> None:
        super().__init__(number)
        self.task = task

    @on("spend", phase=FOLLOW, rank=60)
    def ask(self, d: Draft) -> Iterator[fx.Effect]:
        """Raise the task; first-time patients are told apart."""
        if d.of_member.status == "active":
            about: dict[str, Any] = {"first_visit": bool(d.body.first_visit)}
            yield fx.Raise("task", self.task, d.member, due=d.event.day + ONE_DAY, about=about)


__all__ = [
    "FRIDAY", "AfterBill", "CleaningReminder", "ExaminationReminder", "HouseTask", "NewMember",
    "NewMembers", "Uncollected", "next_month", "next_weekday",
]  # fmt: skip
