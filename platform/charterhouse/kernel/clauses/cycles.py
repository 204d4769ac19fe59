"""What comes due by the calendar: certain days of the month, days after events, the house's own."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, Binding, Clause, Text, on
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import day_start, notice_end
from charterhouse.kernel.standing import HOUSE, Standing

_RUNNING = frozenset({"active", "suspended", "withdrawing"})


class DaysOfMonthNotice(Clause):
    """A notice to every member at 00:00 some days before certain days of every month.

    Args:
        code: of the notice.
        days: of the month; a month that lacks one leaves it out.
        before: how many days before.
    """

    due_rank = 60

    def __init__(self, number: str, code: str, *, days: Iterable[int], before: int = 0) -> None:
        super().__init__(number)
        self.code = code
        self.days = tuple(sorted(set(days)))
        self.before = before

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next such moment while the membership runs."""
        if standing.status != "active" or not self.days:
            return None
        first = after.date().replace(day=1)
        # Even the 31st is at most two months away.
        for months in range(4):
            month = notice_end(first, months)
            for number in self.days:
                if number <= monthrange(month.year, month.month)[1]:
                    day = month.replace(day=number) - timedelta(days=self.before)
                    moment = day_start(day, after.tzinfo)
                    if moment > after:
                        return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice with the day that it announces."""
        day = draft.now.date() + timedelta(days=self.before)
        yield fx.Raise("notice", self.code, member, about={"day": day.isoformat()})

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh = "、".join(f"{day}日" for day in self.days) or "未设定"
        en = ", ".join(str(day) for day in self.days) or "none"
        return {
            self.number: (
                f"每月以下日期提前{self.before}天零时通知会员：{zh}。",
                f"Members are told at 00:00, {self.before} day(s) before these days of every month: "
                f"{en}.",
            )
        }


class AfterEachDay(Clause):
    """A task some days after each day with certain events, at 00:00, once for each such day.

    Args:
        code: of the task.
        days: after the day of the event.
        on_events: verb → condition under which it counts.
    """

    due_rank = 60

    def __init__(
        self, number: str, code: str, *, days: int,
        on_events: Mapping[str, Callable[[Draft], bool]],
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.code = self.about = code
        self.days = days
        self.on_events = on_events

    @property
    def fact(self) -> str:
        """Under which the days to come are kept."""
        return f"due/{self.code}"

    def bound(self) -> Iterable[Binding]:
        """Only its events, and the end."""
        return [b for b in self.bindings if b.trigger in self.on_events or b.trigger == "ended"]

    @on("spend", "visit", "record", "use", "take_part", "redeem", phase=FOLLOW, rank=70)
    def plan(self, d: Draft) -> Iterator[fx.Effect]:
        """Plan it for a member; what was told too late is not made up for."""
        counts = self.on_events[d.body.verb]
        if not d.member or d.of_member.status not in _RUNNING or not counts(d):
            return
        day = d.event.day + timedelta(days=self.days)
        planned = d.of_member.facts.get(self.fact, [])
        if day > d.now.date() and day.isoformat() not in planned:
            yield fx.Keep(d.member, self.fact, sorted([*planned, day.isoformat()]))

    @on("ended", phase=FOLLOW, rank=70)
    def end(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It ends with the membership."""
        if self.fact in d.standing(happening.member).facts:
            yield fx.Keep(happening.member, self.fact, None)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next planned day."""
        for planned in standing.facts.get(self.fact, ()):
            moment = day_start(date.fromisoformat(planned), after.tzinfo)
            if moment > after:
                return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the task; a membership that does not run any more has none."""
        today = draft.now.date().isoformat()
        standing = draft.standing(member)
        if standing.status in _RUNNING:
            yield fx.Raise("task", self.code, member, due=draft.now.date())
        left = [day for day in standing.facts.get(self.fact, ()) if day > today]
        yield fx.Keep(member, self.fact, left or None)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"每个就诊日之后第{self.days}天零时安排一次。",
                f"Arranged once for each such day, at 00:00, {self.days} day(s) later.",
            )
        }


class HouseCycle(Clause):
    """A task of the institution's own, every so many months after its first member joined.

    The day is the same one of its month, or that month's last.

    Args:
        code: of the task.
        months: between two; 0 raises none.
    """

    due_rank = 60
    of_house = True
    shares = frozenset(
        {"apply", "join", "approve", "pay", "top_up", "bring_in", "grant", "record", "progress"}
    )

    def __init__(self, number: str, code: str, *, months: int) -> None:
        super().__init__(number)
        self.code = self.about = code
        self.months = months

    @property
    def fact(self) -> str:
        """Under which the institution keeps the day from which it counts."""
        return f"cycle/{self.code}"

    @on("activated", phase=FOLLOW, rank=70)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It counts from the day on which the first member joined."""
        if self.fact not in d.standing(HOUSE).facts:
            yield fx.Keep(HOUSE, self.fact, d.event.day.isoformat())

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of the next such day."""
        kept = standing.facts.get(self.fact)
        if not kept or not self.months:
            return None
        start = date.fromisoformat(kept)
        passed = (after.year - start.year) * 12 + after.month - start.month
        for times in range(max(1, passed // self.months), passed // self.months + 3):
            moment = day_start(notice_end(start, times * self.months), after.tzinfo)
            if moment > after:
                return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the task."""
        yield fx.Raise("task", self.code, member, due=draft.now.date())

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not self.months:
            return {self.number: ("定期安排：未启用。", "Regular task: not in use.")}
        return {
            self.number: (
                f"自首位会员入会之日起，每隔{self.months}个月由医院安排一次。",
                f"Arranged by the institution every {self.months} month(s) after the day on which its "
                "first member joined.",
            )
        }


class HouseEvery(Clause):
    """A task of the institution's own at 00:00 of every n-th day after the charter's first day.

    Args:
        code: of the task.
        days: between two.
    """

    due_rank = 60
    of_house = True

    def __init__(self, number: str, code: str, *, days: int) -> None:
        super().__init__(number)
        self.code = self.about = code
        self.days = days

    @property
    def fact(self) -> str:
        """Under which the institution keeps its first day."""
        return f"first/{self.code}"

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next such day; before the first day is kept, the end of it."""
        kept = standing.facts.get(self.fact)
        if not kept:
            return day_start(after.date() + timedelta(days=1), after.tzinfo)
        first = date.fromisoformat(kept)
        passed = (after.date() - first).days // self.days
        return day_start(first + timedelta(days=(passed + 1) * self.days), after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Keep the first day when it ends; raise the task on every n-th."""
        today = draft.now.date()
        kept = draft.standing(member).facts.get(self.fact)
        first = date.fromisoformat(kept) if kept else today - timedelta(days=1)
        if not kept:
            yield fx.Keep(member, self.fact, first.isoformat())
        if (today - first).days % self.days == 0:
            yield fx.Raise("task", self.code, member, due=today)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"自本章程启用之日起，每隔{self.days}天零时由系统提醒一次。",
                f"At 00:00 of every {self.days}th day after the charter's first day.",
            )
        }


__all__ = ["AfterEachDay", "DaysOfMonthNotice", "HouseCycle", "HouseEvery"]
