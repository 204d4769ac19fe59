"""What only the consulting group knows: contacts by group, daily summaries, department reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.figures import Figure, checked, day_of, filled, percent
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY, day_start
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse.kernel.workdays import WorkCalendar

SUMMARY, REPORT, APPRAISAL = "daily-summary", "department-report", "appraisal"
LEADER = "group-leader"
FIGURES = "S5"
"""The rule by which figures are checked."""

DIMENSIONS = (
    "patient", "affinity", "speed", "effectiveness", "professionalism", "quality", "brand",
    "market", "management",
)  # fmt: skip


def _book(d: Draft, adviser: str, day: date) -> dict[str, Any]:
    """What an adviser did on a day: contacts by group, persons contacted and booked for."""
    found = d.document(own_id("desk-day", adviser, day.isoformat()))
    return dict(found.content) if found else {"groups": {}, "persons": [], "booked": []}


def _keep(d: Draft, adviser: str, day: date, book: Mapping[str, Any]) -> fx.Effect:
    id_ = own_id("desk-day", adviser, day.isoformat())
    return fx.Put("desk-day", id_, HOUSE, {**book, "at": d.now.isoformat()})


def _with(persons: list[str], person: str) -> list[str]:
    return persons if person in persons else [*persons, person]


def summaries_of(d: Draft, day: date) -> dict[str, dict[str, Any]]:
    """Adviser → the summary handed in for a day."""
    found = d.document(own_id("summaries", day.isoformat()))
    return dict(found.content["summaries"]) if found else {}


class DayBook(Clause):
    """Every contact and every booking counts for the adviser who made it, on its day.

    Args:
        groups: channel → group of contacts.
    """

    shares: ClassVar[frozenset[str]] = frozenset({"visit", "book", "record"})

    def __init__(self, number: str, groups: Mapping[str, str]) -> None:
        super().__init__(number)
        self.groups = groups

    @on("visit", phase=FOLLOW, rank=60)
    def contact(self, d: Draft) -> Iterator[fx.Effect]:
        """Count a contact in its group."""
        group = self.groups.get(d.body.channel or "")
        if group is None or not d.body.by:
            return
        book = _book(d, d.body.by, d.event.day)
        book["groups"] = {**book["groups"], group: book["groups"].get(group, 0) + 1}
        book["persons"] = _with(book["persons"], d.member)
        yield _keep(d, d.body.by, d.event.day, book)

    @on("book", phase=FOLLOW, rank=60)
    def booking(self, d: Draft) -> Iterator[fx.Effect]:
        """Count for whom a booking was made."""
        if d.body.by:
            book = _book(d, d.body.by, d.event.day)
            book["booked"] = _with(book["booked"], d.body.for_ or d.member)
            yield _keep(d, d.body.by, d.event.day, book)


class DailySummaries(Clause):
    """Each adviser hands in a summary of each working day, whose figures agree with the day's book.

    Args:
        groups: of contacts.
        advisers: the roster; whose summary is not there when a working day ends, gets a task.
        calendar: of the working days.
    """

    of_house = True
    due_rank = 40
    task = "summary-missing"
    shares: ClassVar[frozenset[str]] = frozenset({"record"})

    def __init__(
        self, number: str, *, groups: Iterable[str], advisers: Iterable[str], calendar: WorkCalendar
    ) -> None:
        super().__init__(number)
        self.groups = tuple(groups)
        self.advisers = tuple(dict.fromkeys(advisers))
        self.calendar = calendar

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (SUMMARY,)}

    def figures(self, d: Draft, adviser: str, day: date) -> dict[str, Figure]:
        """What is recorded of an adviser's day."""
        book = _book(d, adviser, day)
        groups, booked = book["groups"], len(book["booked"])
        return {
            "contacts": sum(groups.values()),
            **{group: int(groups.get(group, 0)) for group in self.groups},
            "bookings": booked,
            "booking_rate": percent(booked, len(book["persons"])),
        }

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """By an adviser, for a day, once, and with the figures of that day."""
        if d.body.kind != SUMMARY:
            return
        adviser, day = (d.body.by or "").strip(), day_of(d, "date")
        if not adviser:
            yield fx.Lack("by")
        if day is None:
            yield fx.Lack("date")
        if not adviser or day is None:
            return
        if adviser in summaries_of(d, day):
            yield fx.Refuse("order_violation", "record.details.date")
        yield from checked(d, self.figures(d, adviser, day), FIGURES)

    @on("record", phase=FOLLOW, rank=40)
    def hand_in(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it with all its figures; it is missing no more."""
        day = day_of(d, "date")
        if d.body.kind != SUMMARY or day is None:
            return
        adviser, text = d.body.by.strip(), detail(d.body, "text")
        summary = {**filled(self.figures(d, adviser, day)), "text": text}
        yield fx.Put(
            "summaries", own_id("summaries", day.isoformat()), HOUSE,
            {"summaries": {**summaries_of(d, day), adviser: summary}, "at": d.now.isoformat()},
        )  # fmt: skip
        yield fx.Finish(HOUSE, self.task, {"adviser": adviser, "date": day.isoformat()})

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The end of the next working day."""
        if not self.advisers:
            return None
        day = after.date()
        while not self.calendar.is_working(day):
            day += ONE_DAY
        return day_start(day + ONE_DAY, after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """A task for each adviser without a summary of the day that ended."""
        day = draft.now.date() - ONE_DAY
        there = summaries_of(draft, day)
        for adviser in self.advisers:
            if adviser not in there:
                about = {"adviser": adviser, "date": day.isoformat()}
                yield fx.Raise("task", self.task, member, due=draft.now.date(), about=about)


class DepartmentReports(Clause):
    """The group leader reports the day: the sums over the summaries, and whose is missing.

    Args:
        advisers: the roster.
    """

    shares: ClassVar[frozenset[str]] = frozenset({"record"})
    notices = ("report-planning", "situation-president", "situation-directors")

    def __init__(self, number: str, *, advisers: Iterable[str]) -> None:
        super().__init__(number)
        self.advisers = tuple(dict.fromkeys(advisers))

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (REPORT,)}

    def figures(self, d: Draft, day: date) -> dict[str, Figure]:
        """What the summaries of a day say together."""
        there = summaries_of(d, day)
        missing: Collection[str] = [each for each in self.advisers if each not in there]
        return {
            "contacts": sum(each["contacts"] for each in there.values()),
            "bookings": sum(each["bookings"] for each in there.values()),
            "missing": missing,
        }

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """By the group leader, for a day, with its figures."""
        if d.body.kind != REPORT:
            return
        if d.body.by != LEADER:
            yield fx.Refuse("wrong_person", "record.by")
        day = day_of(d, "date")
        if day is None:
            yield fx.Lack("date")
            return
        yield from checked(d, self.figures(d, day), FIGURES)

    @on("record", phase=FOLLOW, rank=40)
    def hand_in(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it, and tell those whom it is for."""
        day = day_of(d, "date")
        if d.body.kind != REPORT or day is None:
            return
        report = {**filled(self.figures(d, day)), "date": day.isoformat(), "at": d.now.isoformat()}
        yield fx.Put(REPORT, own_id(REPORT, day.isoformat()), HOUSE, report)
        for notice in self.notices:
            yield fx.Raise("notice", notice, HOUSE, about={"date": day.isoformat()})


class Appraisals(Clause):
    """Marks are given in nine dimensions."""

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (APPRAISAL,)}

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """In one of them."""
        if d.body.kind == APPRAISAL and detail(d.body, "dimension") not in DIMENSIONS:
            yield fx.Refuse("unknown", "record.details.dimension")

    @on("record", phase=FOLLOW, rank=40)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on record."""
        if d.body.kind == APPRAISAL:
            yield fx.Cite(str(detail(d.body, "dimension")))


__all__ = [
    "APPRAISAL", "DIMENSIONS", "LEADER", "REPORT", "SUMMARY", "Appraisals", "DailySummaries",
    "DayBook", "DepartmentReports",
]  # fmt: skip
