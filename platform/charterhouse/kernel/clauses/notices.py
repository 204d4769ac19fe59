"""Reminders to members, donations, events and amendments with notice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GRANT, GUARD, Binding, Clause, Text, on
from charterhouse.kernel.decision import Happening
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.effects import FACTS
from charterhouse.kernel.money import show_fen
from charterhouse.kernel.periods import day_start, next_birthday, notice_end
from charterhouse.kernel.standing import Standing


class BirthdayNotice(Clause):
    """A notice at 00:00 of the member's birthday, or of the first day of its month.

    Args:
        notice: its code.
        month: whether it comes with the month of the birthday.
        statuses: of those who get it.
    """

    def __init__(
        self, number: str, *, notice: str = "birthday", month: bool = False,
        statuses: Collection[str] = ("active",),
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.statuses = statuses
        self.notice = notice
        self.month = month

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next birthday while the membership runs."""
        if standing.status not in self.statuses or standing.born is None:
            return None
        born = standing.born.replace(day=1) if self.month else standing.born
        return day_start(next_birthday(born, after.date()), after.tzinfo)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice."""
        yield fx.Raise("notice", self.notice, member)


class ExpiryNotice(Clause):
    """A notice at 00:00 some days before the last valid day."""

    def __init__(self, number: str, *, days: int, notice: str = "card-expiring") -> None:
        super().__init__(number)
        self.days = days
        self.notice = notice

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The reminder's moment if it is still to come."""
        if standing.status != "active" or standing.valid_until is None:
            return None
        day = standing.valid_until - timedelta(days=self.days)
        moment = day_start(day, after.tzinfo)
        return moment if moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice with the last valid day."""
        until = draft.standing(member).valid_until
        about = {"valid_until": until.isoformat() if until else ""}
        yield fx.Raise("notice", self.notice, member, about=about)


class Cycle(Clause):
    """A task or notice some months or days after the last of certain events, at 00:00.

    The cycle begins with the activation and anew with each of its events, the latest of which
    counts; it ends with the membership. The day from which it counts is kept in the fact
    `cycle/<code>`.

    Args:
        code: of what is raised.
        sort: "task", "notice" or "flag".
        months, days: after which it is raised; 0 and 0 raise nothing. A day that a month does
            not have is that month's last.
        restarts: verb → condition on the draft under which the event restarts the cycle.
        repeats: whether it is raised again and again while nothing restarts it.
        begins: whether it begins with the activation.
        record: kind written into the file with it; "" for none.
        anybody: whether it is raised for those too who are no members.
    """

    due_rank = 60

    def __init__(
        self, number: str, code: str, *, sort: str = "task", months: int = 0, days: int = 0,
        restarts: Mapping[str, Callable[[Draft], bool]] | None = None, repeats: bool = True,
        begins: bool = True, record: str = "", anybody: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.anybody = anybody
        self.code = code
        self.sort = sort
        self.months = months
        self.days = days
        self.restarts = restarts or {}
        self.repeats = repeats
        self.begins = begins
        self.record = record

    @property
    def fact(self) -> str:
        """Under which the day is kept from which the cycle counts."""
        return f"cycle/{self.code}"

    def bound(self) -> Iterable[Binding]:
        """Only where the cycle begins, restarts or ends."""
        facts = {"activated", "ended"} if self.begins else {"ended"}
        return [b for b in self.bindings if b.trigger in self.restarts or b.trigger in facts]

    @on("activated", phase=FOLLOW, rank=70)
    def begin(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It counts from the day of the activation."""
        if self.months or self.days:
            yield fx.Keep(happening.member, self.fact, d.event.day.isoformat())

    @on("ended", phase=FOLLOW, rank=70)
    def end(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """It ends with the membership."""
        if self.fact in d.standing(happening.member).facts:
            yield fx.Keep(happening.member, self.fact, None)

    @on("spend", "visit", "record", "use", "change_details", "take_part", "book", "redeem",
        "request", "progress", "close", "apply", phase=FOLLOW, rank=70)  # fmt: skip
    def restart(self, d: Draft) -> Iterator[fx.Effect]:
        """It counts anew from the day of the event; one told late does not turn it back."""
        counts = self.restarts.get(d.body.verb)
        if counts is not None and d.member and (self.months or self.days) and counts(d):
            day = d.event.day.isoformat()
            yield fx.Keep(d.member, self.fact, max(day, d.of_member.facts.get(self.fact, day)))

    def due_day(self, standing: Standing) -> date | None:
        """The day on which it is raised next."""
        kept = standing.facts.get(self.fact)
        if not kept or not (self.anybody or standing.status in ("active", "withdrawing")):
            return None
        start = date.fromisoformat(kept)
        return notice_end(start, self.months) if self.months else start + timedelta(days=self.days)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of that day."""
        day = self.due_day(standing)
        moment = day_start(day, after.tzinfo) if day else None
        return moment if moment is not None and moment > after else None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise it; it counts on from this day, or waits for the next event."""
        yield fx.Raise(self.sort, self.code, member, due=draft.now.date())
        if self.record:
            yield fx.Note(member, self.record)
        kept = draft.now.date().isoformat() if self.repeats else None
        yield fx.Keep(member, self.fact, kept)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        if not (self.months or self.days):
            return {self.number: ("定期提醒：未启用。", "Regular reminder: not in use.")}
        zh = f"{self.months}个月" if self.months else f"{self.days}天"
        en = f"{self.months} month(s)" if self.months else f"{self.days} day(s)"
        return {
            self.number: (
                f"定期提醒：每隔{zh}由系统提醒一次。",
                f"Regular reminder: {en} after the last time.",
            )
        }


class YearlyNotice(Clause):
    """A notice to certain members at 00:00 of a day of the year.

    Args:
        code: of the notice.
        month, day: of the year.
        whom: a condition on the member's standing on that day.
    """

    due_rank = 60

    def __init__(
        self, number: str, code: str, *, month: int, day: int,
        whom: Callable[[Standing, date], bool],
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.code = code
        self.month = month
        self.day = day
        self.whom = whom

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next such day on which the condition holds as things are."""
        for year in (after.year, after.year + 1):
            day = date(year, self.month, self.day)
            moment = day_start(day, after.tzinfo)
            if moment > after and self.whom(standing, day):
                return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Raise the notice."""
        yield fx.Raise("notice", self.code, member)


class RaisedOn(Clause):
    """A fact raises tasks and notices: admission, a rise, an end.

    Args:
        fact: the fact.
        tasks, notices: codes raised.
        causes: for which; None for every cause.
        only: a condition on the standing.
    """

    def __init__(
        self, number: str, fact: str, *, tasks: Iterable[str] = (), notices: Iterable[str] = (),
        causes: frozenset[str] | None = None, only: Callable[[Standing], bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.fact = fact
        self.tasks = tuple(tasks)
        self.notices = tuple(notices)
        self.causes = causes
        self.only = only

    def bound(self) -> Iterable[Binding]:
        """Only the fact it listens to."""
        return [b for b in self.bindings if b.trigger == self.fact]

    @on(*FACTS, phase=FOLLOW, rank=60)
    def tell(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Raise them."""
        if self.causes is not None and happening.cause not in self.causes:
            return
        if self.only is not None and not self.only(d.standing(happening.member)):
            return
        for code in self.tasks:
            yield fx.Raise("task", code, happening.member)
        for code in self.notices:
            yield fx.Raise("notice", code, happening.member)


class Recorded(Clause):
    """Facts told by `record`: kept in the file, with a task where one is asked for.

    Args:
        kinds: kind → task, or "".
        members_only: whether the person must be a member.
        noted: whether it is counted in the member's file.
        when: a condition under which the task is raised; None for always.
        nobody: whether it may be told of nobody in particular.
    """

    def __init__(
        self, number: str, kinds: Mapping[str, str], *, members_only: bool = False,
        noted: bool = True, when: Callable[[Draft], bool] | None = None, nobody: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(number)
        self.kinds = kinds
        self.members_only = members_only
        self.noted = noted
        self.when = when
        self.nobody = nobody

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": self.kinds}

    @on("record", phase=GUARD, rank=10)
    def of_whom(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a record of nobody, or of no member where one is needed."""
        if d.body.kind not in self.kinds:
            return
        if not d.member:
            if not self.nobody:
                yield fx.Refuse("incomplete", "record.member")
        elif self.members_only and d.of_member.status not in ("active", "withdrawing"):
            yield fx.Refuse("not_active")

    @on("record", phase=FOLLOW, rank=20)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """Count it in the file and raise its task."""
        if d.body.kind not in self.kinds:
            return
        if not d.member:
            yield fx.Cite(d.body.kind)
            return
        if self.noted:
            yield fx.Note(d.member, d.body.kind)
        task = self.kinds[d.body.kind]
        if task and (self.when is None or self.when(d)):
            yield fx.Raise("task", task, d.member, about=dict(d.body.details or {}))


class DonationPerCard(Clause):
    """For every card issued the institution donates; a takeover, reissue or transfer is none."""

    def __init__(self, number: str, *, amount: int, charity: str) -> None:
        super().__init__(number)
        self.amount = amount
        self.charity = charity

    @on("activated", phase=GRANT, rank=20)
    def donate(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """Book the donation in the step in which the card becomes active."""
        if happening.cause == "joined" and self.amount:
            yield fx.Transfer("@donations", "@charity", self.amount)
            yield fx.Show("donation", self.amount)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        zh, en = (self.charity or "慈善总会", self.charity or "the charity federation")
        return {
            self.number: (
                f"公益使者：持卡人即为公益使者；每发出一张会员卡，医院以申请人名义向{zh}捐款{show_fen(self.amount)}元"
                "（免费办理的由医院承担；到期后新办的卡同样捐款；补卡和转让不捐）。",
                f"Charity ambassador: for every card that is issued the hospital donates "
                f"{show_fen(self.amount)} yuan to {en} in the applicant's name, for free cards and "
                "for a new card after expiry too; not for a reissue and not for a transfer.",
            )
        }


class Activities(Clause):
    """Member events and draws: taking part is open to members.

    Numbers by reason: `expired`, `none`.

    Args:
        activities: their codes; none named: any.
    """

    def __init__(self, number: str, *activities: str, **numbers: str) -> None:
        super().__init__(number, **numbers)
        self.activities = activities

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"take_part.activity": self.activities} if self.activities else {}

    @on("take_part", phase=GUARD)
    def member_only(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse those without a running membership."""
        if d.of_member.status == "lapsed":
            yield fx.Refuse("expired", number=self.of("expired"))
        elif d.of_member.status != "active":
            yield fx.Refuse("not_active", number=self.of("none"))

    @on("take_part", phase=FOLLOW)
    def keep(self, d: Draft) -> Iterator[fx.Effect]:
        """It is on the member's timeline."""
        yield fx.Cite("took part")


class AmendmentNotice(Clause):
    """A change of the charter is announced some days before it takes effect.

    Numbers by reason: `told`, `configuration` (settings that no clause refuses by itself).

    Args:
        days: between the announcement and the effective day.
        notice: sent to every active member with the change; "" for none.
        everybody: whether the change is refused while an active member has not been told
            (`notified`; left out: everybody has).
    """

    def __init__(
        self, number: str, *, days: int, notice: str = "", everybody: bool = False, **numbers: str
    ) -> None:
        super().__init__(number, **numbers)
        self.days = days
        self.notice = notice
        self.everybody = everybody

    @on("amend", phase=GUARD)
    def announced(self, d: Draft) -> Iterator[fx.Effect]:
        """Refuse a notice that is too short, a day gone by, and settings that are not valid."""
        if d.body.effective < d.body.announced + timedelta(days=self.days):
            yield fx.Refuse("notice_too_short", "amend.effective")
        if d.body.effective < d.now.date():
            yield fx.Refuse("too_late", "amend.effective")
        if self.everybody and self.untold(d):
            yield fx.Refuse("notice_too_short", "amend.notified", number=self.of("told"))
        problem = d.book.problem_with(self._moment(d), d.body.settings)
        if problem is not None:
            spoken = problem.clause in d.program.numbers
            number = problem.clause if spoken else self.of("configuration")
            yield fx.Refuse("configuration", f"amend.settings.{problem.field}", number=number)

    @on("amend", phase=GRADE)
    def amend(self, d: Draft) -> Iterator[fx.Effect]:
        """A new version from that day on."""
        yield fx.Amendment(self._moment(d), d.body.announced, d.body.settings)

    @on("amend", phase=FOLLOW)
    def tell(self, d: Draft) -> Iterator[fx.Effect]:
        """Every active member is told."""
        if self.notice:
            about = {"effective": d.body.effective.isoformat()}
            for ref in sorted(d.active_refs()):
                yield fx.Raise("notice", self.notice, ref, about=about, number=self.of("told"))

    def untold(self, d: Draft) -> bool:
        """Whether an active member has not been told."""
        if isinstance(d.body.notified, tuple):
            return not d.active_refs() <= set(d.body.notified)
        return d.body.notified is False and bool(d.active_refs())

    def _moment(self, d: Draft) -> datetime:
        # A change for today takes effect now: what was decided this morning stays explained.
        return max(day_start(d.body.effective, d.now.tzinfo), d.now)

    def decides(self) -> Iterable[str]:
        """See `Clause.decides`."""
        return ("amendments",)

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return {
            self.number: (
                f"医院管理部门制定会员资格与权益，并可保留或变更条款（包括已累积积分的价值）；变更须提前{self.days}日公告，"
                "各版本均予保存，每笔业务适用其当日有效的版本。",
                f"Management sets memberships and rights and may keep or change the terms, also with "
                f"effect on points already collected. A change is announced {self.days} days before; "
                "versions are kept, and every event is judged by the version in force on its day.",
            )
        }


__all__ = [
    "Activities", "AmendmentNotice", "BirthdayNotice", "Cycle",
    "DonationPerCard", "ExpiryNotice",
    "RaisedOn", "Recorded", "YearlyNotice",
]  # fmt: skip
