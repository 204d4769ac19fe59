"""What only the client managers know: plans, tastes, wishes, and who is won back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, RIGHTS, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.figures import day_of
from charterhouse.kernel.clauses.leaving import EXIT
from charterhouse.kernel.clauses.registers import own_id
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.periods import ONE_DAY, day_start
from charterhouse.kernel.standing import HOUSE, Standing
from charterhouse_service_desk.client_manager_charge import MANAGERS, Documents, in_charge

PREFERRED, TRIPS = "preferred", "trips"
"""Facts: a VIP's taste, and journeys to come."""

VIP_STATUSES = ("active", "withdrawing")
PLAN = "plan"
SCOPES = ("year", "month", "week")


def is_vip(standing: Standing) -> bool:
    """Whether somebody is an active VIP, on the way out too."""
    return standing.status in VIP_STATUSES


class ForVips(Clause):
    """Certain events are for active VIPs only, on the way out too."""

    @on("visit", "request", "incident", "withdraw", phase=RIGHTS, rank=40)
    def holder(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse anybody else."""
        if not is_vip(d.of_member):
            yield fx.Refuse("not_active")


class Taste(Clause):
    """Contacts are as the customer likes them; others are marked."""

    flag = "not-preferred"

    @on("apply", "change_details", phase=FOLLOW, rank=40)
    def told(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep the channels that the customer prefers."""
        given = (d.body.changes if d.body.verb == "change_details" else d.body.details) or {}
        if PREFERRED in given:
            taste = given[PREFERRED]
            kept = [str(each) for each in taste] if isinstance(taste, list) else [str(taste)]
            yield fx.Keep(d.member, PREFERRED, kept)

    @on("visit", phase=FOLLOW, rank=40)
    def compare(self, d: Draft) -> Iterator[fx.Effect]:
        """Mark a contact by another channel."""
        taste = d.of_member.facts.get(PREFERRED)
        if taste and d.body.channel not in taste:
            yield fx.Raise("flag", self.flag, d.member, about={"channel": d.body.channel})


class Plans(Clause):
    """Each manager plans every year, month and week; what is not planned gets a task."""

    of_house = True
    shares: ClassVar[frozenset[str]] = frozenset({"record"})

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (PLAN,)}

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """By a manager, for a year, month or week, from its first day."""
        if d.body.kind != PLAN:
            return
        if not (d.body.by or "").strip():
            yield fx.Lack("by")
        scope, starts = detail(d.body, "scope"), day_of(d, "starts")
        if scope not in SCOPES:
            yield fx.Refuse("unknown", "record.details.scope")
        if starts is None:
            yield fx.Lack("starts")
        elif scope not in beginning(starts):
            yield fx.Refuse("not_eligible", "record.details.starts")

    @on("record", phase=FOLLOW, rank=40)
    def hand_in(self, d: Draft) -> Iterator[fx.Effect]:
        """Keep it in the place of an earlier one; its task is done."""
        starts = day_of(d, "starts")
        if d.body.kind != PLAN or starts is None:
            return
        manager, scope = d.body.by.strip(), detail(d.body, "scope")
        content = {"items": detail(d.body, "items"), "at": d.now.isoformat()}
        yield fx.Put(PLAN, plan_id(manager, scope, starts), HOUSE, content)
        yield fx.Finish(HOUSE, f"plan-{scope}", _about(manager, starts))

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next Monday or first of a month, once there are managers."""
        if not standing.facts.get(MANAGERS):
            return None
        day = after.date() + ONE_DAY
        while not beginning(day):
            day += ONE_DAY
        return day_start(day, after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """A task for each manager in charge of somebody, for each period that begins unplanned."""
        today = draft.now.date()
        managers = draft.standing(member).facts.get(MANAGERS, [])
        busy = set(in_charge(draft, managers, draft.now).values())
        for manager in (each for each in managers if each in busy):
            for scope in beginning(today):
                if draft.document(plan_id(manager, scope, today)) is None:
                    about = _about(manager, today)
                    yield fx.Raise("task", f"plan-{scope}", member, due=today, about=about)


def _about(manager: str, starts: date) -> dict[str, Any]:
    return {"manager": manager, "starts": starts.isoformat()}


def beginning(day: date) -> list[str]:
    """Which periods begin on a day: week, month, year."""
    found = ["week"] if day.weekday() == 0 else []
    if day.day == 1:
        found.append("month")
    if (day.month, day.day) == (1, 1):
        found.append("year")
    return found


def plan_id(manager: str, scope: str, starts: date) -> str:
    """The id of the document of a plan."""
    return own_id(PLAN, manager, scope, starts.isoformat())


def is_planned(view: Documents, manager: str, day: date) -> bool:
    """Whether year, month and week of a day are planned by a manager."""
    starts = {
        "year": day.replace(month=1, day=1),
        "month": day.replace(day=1),
        "week": day - timedelta(days=day.weekday()),
    }
    return all(view.document(plan_id(manager, s, first)) for s, first in starts.items())


class Wishes(Clause):
    """Details show care: the weather changes, a journey begins.

    Args:
        days: before the departure on which the wish is due.
    """

    weather, trip = "weather-change", "trip"
    shares: ClassVar[frozenset[str]] = frozenset({"record"})

    def __init__(self, number: str, *, days: int) -> None:
        super().__init__(number)
        self.days = days

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.weather, self.trip)}

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """A journey is somebody's, and departs on a day."""
        if d.body.kind != self.trip:
            return
        if not d.member:
            yield fx.Lack("member")
        if day_of(d, "departs") is None:
            yield fx.Lack("departs")

    @on("record", phase=FOLLOW, rank=40)
    def tell(self, d: Draft) -> Iterator[fx.Effect]:
        """Every VIP is told of the weather; a wish goes out now, or on its day."""
        if d.body.kind == self.weather:
            yield fx.Cite(self.weather)
            managers = d.standing(HOUSE).facts.get(MANAGERS, [])
            for ref in sorted(in_charge(d, managers, d.now)):
                yield fx.Raise(
                    "notice", "weather-reminder", ref, about={"text": detail(d.body, "text")}
                )
        departs = day_of(d, "departs")
        if d.body.kind != self.trip or departs is None:
            return
        yield fx.Cite(self.trip)
        if not is_vip(d.of_member):
            return
        day = departs - timedelta(days=self.days)
        if day <= d.now.date():
            yield from self._wish(d.member)
        else:
            planned = {*d.of_member.facts.get(TRIPS, ()), day.isoformat()}
            yield fx.Keep(d.member, TRIPS, sorted(planned))

    @staticmethod
    def _wish(member: str) -> Iterator[fx.Effect]:
        yield fx.Raise("notice", "trip-wish", member)

    @on("ended", phase=FOLLOW, rank=40)
    def end(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Nobody wishes those well who left."""
        if d.standing(happening.member).facts.get(TRIPS):
            yield fx.Keep(happening.member, TRIPS, None)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next wish."""
        days = (date.fromisoformat(day) for day in standing.facts.get(TRIPS, ()))
        moments = (day_start(day, after.tzinfo) for day in days)
        return min((moment for moment in moments if moment > after), default=None)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Wish."""
        today = draft.now.date().isoformat()
        planned = draft.standing(member).facts[TRIPS]
        yield from self._wish(member)
        yield fx.Keep(member, TRIPS, [day for day in planned if day > today] or None)


class Recommendations(Clause):
    """Services are recommended to a customer with a reason."""

    kind = "recommendation"

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": (self.kind,)}

    @on("record", phase=GUARD, rank=30)
    def sound(self, d: Draft) -> Iterator[fx.Effect]:
        """To whom, what and why."""
        if d.body.kind != self.kind:
            return
        if not str(detail(d.body, "reason") or "").strip():
            yield fx.Refuse("reason_missing", "record.details.reason")
        if not d.member:
            yield fx.Lack("member")
        if not detail(d.body, "service"):
            yield fx.Lack("service")

    @on("record", phase=FOLLOW, rank=40)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on record."""
        if d.body.kind == self.kind:
            yield fx.Cite(self.kind)


class WonBack(Clause):
    """Who wants to leave may be won back until the last day; beside `Withdrawal`.

    Args:
        task: to retain the customer, raised with the notice to leave.
        record: of each who was won back.
    """

    def __init__(self, number: str, *, task: str = "retain", record: str = "retained") -> None:
        super().__init__(number)
        self.task = task
        self.record = record

    @on("withdraw", phase=FOLLOW, rank=40)
    def offer(self, d: Draft) -> Iterator[fx.Effect]:
        """The marketing policy and the care policy are offered."""
        yield fx.Raise("task", self.task, d.member, due=d.event.day)

    @on("resume", phase=GUARD, rank=20)
    def leaving(self, d: Draft) -> Iterator[fx.Effect]:
        """Only whoever is leaving is won back."""
        if d.of_member.status != "withdrawing":
            yield fx.Refuse("order_violation")

    @on("resume", phase=GRADE, rank=20)
    def stay(self, d: Draft) -> Iterator[fx.Effect]:
        """The membership goes on."""
        yield fx.Change(d.member, {"status": "active", "valid_until": None})
        yield fx.Keep(d.member, EXIT, None)
        yield fx.Note(d.member, self.record)
        yield fx.Finish(d.member, self.task)


__all__ = [
    "PLAN", "PREFERRED", "VIP_STATUSES", "ForVips", "Plans", "Recommendations", "Taste", "Wishes",
    "WonBack", "is_planned", "is_vip",
]  # fmt: skip
