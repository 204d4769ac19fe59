"""What every event of a request shares: its case, effects, quota, deadlines and their dues."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import Clause, Text
from charterhouse.kernel.clauses.benefits import Counted
from charterhouse.kernel.clauses.cases import Case, limit_of
from charterhouse.kernel.clauses.conditions import detail, is_given
from charterhouse.kernel.clauses.hours import ServiceHours
from charterhouse.kernel.clauses.service_details import Detail, details_of
from charterhouse.kernel.clauses.service_texts import words_of
from charterhouse.kernel.clauses.services import OUTCOMES, Limit, Service, Then
from charterhouse.kernel.decision import Document
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.ledger import right, used
from charterhouse.kernel.standing import Standing
from charterhouse.kernel.workdays import WorkCalendar

CLOCKS = "clocks"
"""The fact that keeps when deadlines of open requests pass: id → [service, moment]."""

Effects = Iterator[fx.Effect]


class Casework(Clause):
    """Base of `Services`: services by code, their numbers, and what is done with a case."""

    def __init__(
        self, number: str, *services: Service, calendar: WorkCalendar | None = None,
        labels: Mapping[str, Text] | None = None, hours: ServiceHours | None = None,
        details: Iterable[Detail] = (), **numbers: str,
    ) -> None:  # fmt: skip
        super().__init__(number, **numbers)
        self.hours = hours
        self.details = tuple(details)
        self.services = {service.code: service for service in services}
        if len(self.services) != len(services):
            raise CharterError("two services have one code")
        self.calendar = calendar or WorkCalendar()
        self.labels = labels or {}

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """See `Clause.all_numbers`."""
        own = [self.number, *self.by_reason.values()]
        own += [number for each in self.services.values() for number in each.all_numbers]
        return tuple(dict.fromkeys(own))

    def codes(self) -> Mapping[str, Iterable[str]]:
        """See `Clause.codes`."""
        return {
            "request.service": self.services,
            "progress.step": [step.code for s in self.services.values() for step in s.steps],
            "decide.outcome": ("approved", "refused"),
            "close.outcome": OUTCOMES,
        }

    def unknowns(self) -> Mapping[str, str]:
        """See `Clause.unknowns`."""
        service = self.by_reason.get("unknown")
        step = self.by_reason.get("unknown_step", service)
        stated = {"request.service": service, "progress.step": step}
        return {field: number for field, number in stated.items() if number}

    def text(self) -> dict[str, Text]:
        """See `Clause.text`."""
        return words_of(self.services.values(), self.speaker, self.labels)

    def told(self, service: Service, step: str = "") -> tuple[Detail, ...]:
        """The details that are told with a request, a step or the decision (`DECIDE`)."""
        return details_of(self.details, service, step)

    def speaker(self, service: Service, reason: str, own: str = "") -> str:
        """The number that speaks for a reason: the most particular one."""
        return (
            own or service.numbers.get(reason) or self.by_reason.get(reason)
            or service.clause or self.number
        )  # fmt: skip

    def case(self, d: Draft) -> Case | None:
        """The request of which the event speaks, if it is for one of these services."""
        document = d.subject
        if document is None or document.kind != "request":
            if "book" not in d.program.verbs:
                d.refuse("unknown", field=f"{d.body.verb}.request")
            return None
        code = document.content["service"]
        if code not in d.program.codes["request.service"]:
            d.refuse("unknown", field=f"{d.body.verb}.request")
        service = self.services.get(code)
        return Case.of(service, document) if service else None

    def lacks(self, d: Draft, names: Iterable[str], number: str) -> Effects:
        """Details that the event does not give."""
        for name in names:
            if not is_given(detail(d.body, name)):
                yield fx.Lack(name, number=number)

    def stated(self, service: Service, *reasons: str) -> Effects:
        """The numbers that are stated for reasons speak; others leave it to the rest."""
        for reason in reasons:
            numbers = (service.numbers.get(reason), self.by_reason.get(reason))
            for number in dict.fromkeys(n for n in numbers if n):
                yield fx.Cite(reason, number=number)

    def start(self, d: Draft) -> datetime:
        """From when what begins with a request is counted: the next opening of the hours."""
        return self.hours.next(d.now) if self.hours else d.now

    def moved(self, d: Draft, case: Case, what: str, start: datetime | None = None) -> Effects:
        """Deadlines end and start; being late leaves its mark; the quota may be consumed."""
        late, begun = case.happened(d, what, self.calendar, start)
        for limit in begun:
            yield fx.Cite("deadline", number=self.speaker(case.service, "limit", limit.clause))
        for limit in late:
            number = self.speaker(case.service, "limit", limit.clause)
            if limit.late:
                yield fx.Raise("flag", limit.late, d.member, number=number, about=_about(case))
                yield fx.Note(d.member, limit.late, number=number)
        rule = case.service.quota
        if rule and rule.consume_on == what:
            self.consume(case)
            yield from self.stated(case.service, "consumed")

    def brings(
        self, d: Draft, case: Case, thens: Iterable[Then], reason: str, own: str = ""
    ) -> Effects:
        """What opening, a step, an approval or closing brings about."""
        for then in thens:
            if not then.when(d, case.raw):
                continue
            number = self.speaker(case.service, reason, then.clause or own)
            if then.sort == "cite":
                yield fx.Cite(then.code, number=number)
                continue
            if then.sort == "record":
                yield fx.Note(d.member, then.code, number=number)
                continue
            if then.sort == "flag":
                case.flag(then.code)
            due = then.due(d, case.raw) if then.due else None
            yield fx.Raise(
                then.sort, then.code, d.member, due=due, number=number, about=_about(case)
            )

    def keep(self, d: Draft, case: Case, reason: str, own: str = "") -> Effects:
        """Put the request as it is now, and remember when its next deadline passes."""
        number = self.speaker(case.service, reason, own)
        yield from self._shown(d, case)
        yield fx.Put("request", case.id, case.member, self.content(d, case), number=number)
        clocks = d.standing(case.member).facts.get(CLOCKS, {})
        moment = case.next_moment(d.now.tzinfo)
        kept = [case.service.code, moment.isoformat()] if moment else None
        if clocks.get(case.id) == kept:
            return
        left = {id_: clock for id_, clock in clocks.items() if id_ != case.id}
        clocks = {**left, case.id: kept} if kept else left
        yield fx.Keep(case.member, CLOCKS, clocks or None, number=number)

    def content(self, d: Draft, case: Case) -> dict[str, Any]:
        """What the document keeps; `provisional` are deadlines that rest on an unannounced year."""
        still = case.deadlines(d.now.tzinfo)
        limits = {limit.code: limit for limit in case.service.limits}
        open_to_change = sorted(
            code
            for code, falls in still.items()
            if limits[limit_of(code)].unit == "working_days"
            and not self.calendar.is_announced(falls.year)
        )
        content = case.content(d)
        return {**content, "provisional": open_to_change} if open_to_change else content

    def anew(self, d: Draft, document: Document) -> dict[str, Any] | None:
        """The content of a request where what it lacks is otherwise by now; None where it is not."""
        content = self.content(d, Case.of(self.services[document.content["service"]], document))
        return content if content["missing"] != document.content["missing"] else None

    def _shown(self, d: Draft, case: Case) -> Effects:
        """Another deadline comes first now: the clause of it speaks."""
        code = case.first(d.now.tzinfo)
        limit = case.limit(code)
        before = d.document(case.id)
        falls = case.deadlines(d.now.tzinfo).get(code)
        if limit is None or falls is None:
            return
        if before is None or before.content["deadline"] != falls.isoformat():
            yield fx.Cite("deadline", number=self.speaker(case.service, "limit", limit.clause))

    # The quota.

    def reserve(self, d: Draft, benefit: str) -> Generator[fx.Effect, None, dict[str, Any]]:
        """Take one use of a benefit; returns the parts that it took."""
        offer = d.program.benefits[benefit]
        if not isinstance(offer, Counted):
            return {}
        parts = yield from offer.consume(d, d.member, 1)
        return parts

    def consume(self, case: Case) -> None:
        """What was reserved is gone."""
        if case.raw["quota"]:
            case.raw["quota"] = "consumed"

    def release(self, d: Draft, case: Case) -> Effects:
        """What was reserved returns to where it came from."""
        if not case.raw["quota"] or case.service.quota is None:
            return
        case.raw["quota"] = "released"
        benefit, parts = case.service.quota.benefit, case.raw["parts"]
        held = {lot.key: lot.amount for lot in d.of_member.lots.get(used(benefit), ())}
        for key, quantity, *_ in parts.get("parts", ()):
            if held.get(key, 0) >= quantity:
                yield fx.DebitLot(d.member, used(benefit), key, quantity, "@uses")
        granted = tuple(tuple(part) for part in parts.get("granted", ()))
        if granted:
            yield fx.Restore(d.member, right(benefit), granted, "@uses")

    # Time.

    def _times(self, standing: Standing, zone: Any) -> Iterator[tuple[str, datetime]]:
        for id_, (service, moment) in standing.facts.get(CLOCKS, {}).items():
            if service in self.services:
                yield id_, datetime.fromisoformat(moment).astimezone(zone)

    def next_due(self, standing: Standing, after: datetime) -> datetime | None:
        """The next deadline that passes undone."""
        times = self._times(standing, after.tzinfo)
        return min((moment for _, moment in times if moment > after), default=None)

    def due(self, draft: Draft, member: str) -> Effects:
        """Every deadline that passes now marks its request and raises its task, once."""
        times = list(self._times(draft.standing(member), draft.now.tzinfo))
        for id_ in (i for i, moment in times if moment <= draft.now):
            document = draft.document(id_)
            if document is not None:
                yield from self._overdue(draft, document)

    def _overdue(self, d: Draft, document: Document) -> Effects:
        case = Case.of(self.services[document.content["service"]], document)
        passing: list[Limit] = case.pass_by(d.now)
        for limit in passing:
            number = self.speaker(case.service, "limit", limit.clause)
            case.flag("overdue")
            yield fx.Raise("flag", "overdue", case.member, number=number, about=_about(case))
            if limit.task:
                yield fx.Raise("task", limit.task, case.member, number=number, about=_about(case))
        yield from self.keep(d, case, "limit", passing[0].clause if passing else "")


def _about(case: Case) -> dict[str, Any]:
    return {"request": case.id, "service": case.service.code}


__all__ = ["CLOCKS", "Casework", "Effects"]
