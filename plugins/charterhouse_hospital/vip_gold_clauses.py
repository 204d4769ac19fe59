"""What only the gold card has: stays without deposit, and a plan for every card year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import FOLLOW, GRADE, GUARD, Clause, on
from charterhouse.kernel.clauses.conditions import detail
from charterhouse.kernel.clauses.doctors import DOCTOR
from charterhouse.kernel.clauses.quota_periods import YEAR_START, year_start
from charterhouse.kernel.decision import Document, Happening
from charterhouse.kernel.draft import Draft, View
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.money import parse_fen
from charterhouse.kernel.periods import day_start, first_invalid_day
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.vocabulary import Body, Record

STAYS = "stays"
"""The fact that keeps the open stays without deposit: id → {day, demanded: fen or None, paid}."""

CHARGES, DISCHARGE, DEPOSIT = "inpatient-charges", "discharge", "deposit"


class StaysWithoutDeposit(Clause):
    """A stay opened without a deposit; past its limits the normal deposit is demanded, once.

    The card only has to be valid on the day of admission. Numbers by reason: `demanded`, `told`.

    Args:
        benefit: whose use opens a stay; its id names it.
        limit: the charges up to which nothing is demanded, in fen.
        days: the calendar days of which the day of admission is the first.
        deposit: what is owed then, in fen.
        task: raised with the demand.
    """

    due_rank = 50

    def __init__(
        self, number: str, benefit: str, *, limit: int, days: int, deposit: int, task: str,
        **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.benefit = benefit
        self.limit = limit
        self.days = days
        self.deposit = deposit
        self.task = task

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {"record.kind": {CHARGES, DISCHARGE}}

    def reaches(self, body: Body, view: View) -> Iterable[str]:
        """Whose stay a record speaks of."""
        stay = self._stay(body, view)
        return () if stay is None else (stay.member,)

    def _stay(self, body: Body, view: View | Draft) -> Document | None:
        """The use that opened the stay of which a record speaks, if there is one."""
        if not isinstance(body, Record) or body.kind not in (CHARGES, DISCHARGE):
            return None
        named = detail(body, "stay")
        found = view.document(named) if isinstance(named, str) and named else None
        is_stay = found is not None and found.content.get("benefit") == self.benefit
        return found if is_stay else None

    # Admission.

    @on("use", phase=GRADE, rank=20)
    def admit(self, d: Draft) -> Iterator[fx.Effect]:
        """The stay is open, and no deposit is asked."""
        if d.body.benefit != self.benefit:
            return
        id_ = d.body.id or f"use-{d.event.id}"
        stay = {"day": d.event.day.isoformat(), "demanded": None, "paid": False}
        yield fx.Keep(d.member, STAYS, {**d.of_member.facts.get(STAYS, {}), id_: stay})
        if self._ends(stay, d.now) <= d.now:
            yield from self._demand(d, d.member, id_)

    # What is told of it.

    @on("record", phase=GUARD, rank=20)
    def known(self, d: Draft) -> Iterator[fx.Effect]:
        """A stay that there is, of nobody else, and its running total."""
        if d.body.kind not in (CHARGES, DISCHARGE):
            return
        number, stay = self.of("told"), self._stay(d.body, d)
        if not detail(d.body, "stay"):
            yield fx.Lack("stay", number=number)
        elif stay is None:
            yield fx.Refuse("unknown", "record.details.stay", number=number)
        elif d.body.member not in (None, stay.member):
            yield fx.Refuse("wrong_person", "record.member", number=number)
        if d.body.kind == CHARGES and _fen(d) is None:
            yield fx.Lack("total", number=number)

    @on("record", phase=GRADE, rank=20)
    def take(self, d: Draft) -> Iterator[fx.Effect]:
        """Charges may pass the limit; with the discharge nothing is demanded any more."""
        stay = self._stay(d.body, d)
        if stay is None:
            return
        yield fx.Cite(d.body.kind, number=self.of("told"))
        standing = d.standing(stay.member)
        kept = standing.facts.get(STAYS, {}).get(stay.id)
        if kept is None:
            return
        if d.body.kind == DISCHARGE:
            yield from self._discharge(standing, stay.id, kept)
        elif kept["demanded"] is None and (_fen(d) or 0) > self.limit:
            yield from self._demand(d, stay.member, stay.id)

    def _discharge(
        self, standing: Standing, id_: str, kept: Mapping[str, Any]
    ) -> Iterator[fx.Effect]:
        number = self.of("told")
        stays = {name: stay for name, stay in standing.facts[STAYS].items() if name != id_}
        yield fx.Keep(standing.ref, STAYS, stays or None, number=number)
        if kept["demanded"] and not kept["paid"]:
            left = standing.owed[DEPOSIT].amount - kept["demanded"]
            if left > 0:
                yield fx.Owe(standing.ref, DEPOSIT, left, number=number)
            else:
                yield fx.Settled(standing.ref, DEPOSIT, number=number)

    # The demand.

    def _demand(self, d: Draft, member: str, id_: str) -> Iterator[fx.Effect]:
        standing, number = d.standing(member), self.of("demanded")
        stays = standing.facts[STAYS]
        stay = {**stays[id_], "demanded": self.deposit}
        yield fx.Keep(member, STAYS, {**stays, id_: stay}, number=number)
        owed = standing.owed[DEPOSIT].amount if DEPOSIT in standing.owed else 0
        if self.deposit:
            yield fx.Owe(member, DEPOSIT, owed + self.deposit, number=number)
        yield fx.Raise("task", self.task, member, about={"stay": id_}, number=number)

    @on("paid", phase=GRADE, rank=20)
    def paid(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """What was demanded is paid."""
        stays = d.standing(happening.member).facts.get(STAYS, {})
        if d.body.for_ != DEPOSIT or not stays:
            return
        paid = {id_: {**stay, "paid": stay["demanded"] is not None} for id_, stay in stays.items()}
        yield fx.Keep(happening.member, STAYS, paid, number=self.of("demanded"))

    @on("lapsed", "ended", phase=GRADE, rank=60)
    def outlasts_the_card(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A demand does not end with the card, nor with the membership."""
        standing = d.standing(happening.member)
        rows = standing.facts.get(STAYS, {}).values()
        left = sum(stay["demanded"] or 0 for stay in rows if not stay["paid"])
        if left and DEPOSIT not in standing.owed:
            yield fx.Owe(happening.member, DEPOSIT, left, number=self.of("demanded"))

    def _ends(self, stay: Mapping[str, Any], now: datetime) -> datetime:
        """The first moment after the days without deposit."""
        last = date.fromisoformat(stay["day"]) + timedelta(days=self.days)
        return day_start(last, now.tzinfo)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """00:00 of the day after the last one without deposit."""
        rows = standing.facts.get(STAYS, {}).values()
        moments = (self._ends(stay, after) for stay in rows if stay["demanded"] is None)
        return min((moment for moment in moments if moment > after), default=None)

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Demand it for every stay whose time has come."""
        for id_, stay in sorted(draft.standing(member).facts[STAYS].items()):
            if stay["demanded"] is None and self._ends(stay, draft.now) == draft.now:
                yield from self._demand(draft, member, id_)


class PlanOfCardYear(Clause):
    """A plan is drawn up with a new card and at the start of each of its further years.

    Args:
        task: raised for it, with the doctor assigned by then.
        tier: of the card.
    """

    due_rank = 60

    def __init__(self, number: str, *, task: str, tier: str) -> None:
        super().__init__(number)
        self.task = task
        self.tier = tier

    def _ask(self, standing: Standing) -> Iterator[fx.Effect]:
        doctor = standing.facts.get(DOCTOR)
        about = {"doctor": doctor} if doctor else {}
        yield fx.Raise("task", self.task, standing.ref, about=about)

    @on("activated", "tier_changed", phase=FOLLOW)
    def new_card(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """With the card."""
        standing = d.standing(happening.member)
        if standing.tier == self.tier:
            yield from self._ask(standing)

    @on("term_began", phase=FOLLOW)
    def late_renewal(self, d: Draft, happening: Happening) -> Iterator[fx.Effect]:
        """A term begun by a late renewal starts a card year of its own."""
        standing = d.standing(happening.member)
        start = standing.facts.get(YEAR_START)
        begins = standing.term_start is not None and start == standing.term_start.isoformat()
        if happening.cause == "renewed" and begins and standing.tier == self.tier:
            yield from self._ask(standing)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The first moment of the next card year."""
        if standing.status != "active" or standing.tier != self.tier:
            return None
        start = year_start(standing)
        years = max(1, after.year - start.year)
        for count in (years, years + 1):
            moment = day_start(first_invalid_day(start, 12 * count), after.tzinfo)
            if moment > after:
                return moment
        return None

    def due(self, draft: Draft, member: str) -> Iterator[fx.Effect]:
        """Ask for it."""
        yield from self._ask(draft.standing(member))


def _fen(d: Draft) -> int | None:
    """The running total that a record tells, if it is an amount."""
    try:
        return parse_fen(detail(d.body, "total"))
    except EventError:
        return None


__all__ = ["CHARGES", "DISCHARGE", "STAYS", "PlanOfCardYear", "StaysWithoutDeposit"]
