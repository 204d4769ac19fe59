"""Services as data: who may ask, papers, steps, what closing needs, deadlines, quota.

A service is a row that `requests.Services` runs. A condition of it looks at the decision in the
making and at the content of the request.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from charterhouse.kernel.charter import Text
from charterhouse.kernel.clauses.service_parts import (
    After,
    Bar,
    Condition,
    DayOf,
    Ends,
    Paper,
    Then,
    always,
    asked,
    asked_or_said,
    cited,
    done,
    flag,
    in_tiers,
    lacking,
    last_said,
    notice,
    record,
    said,
    task,
    told,
    unless,
)
from charterhouse.kernel.errors import CharterError
from charterhouse.kernel.periods import ONE_DAY, day_start
from charterhouse.kernel.workdays import WorkCalendar

OPEN = ("received", "incomplete", "approved", "arranged")
"""The states of a request in which something can still be done."""

OVER = ("refused", "served", "cancelled", "closed")
"""The states in which a request is over."""

OUTCOMES = ("served", "no_show", "failed")
"""How a request or a booking may be closed."""

ASKED, SUPPLIED, COMPLETE = "request", "papers", "complete"
APPROVED, REFUSED, CLOSED = "approved", "refused", "close"
"""What may start or end a deadline beside the steps of the service: `SUPPLIED` is any paper."""

MARKS = frozenset({ASKED, SUPPLIED, COMPLETE, APPROVED, REFUSED, CLOSED})
"""What happens to a request and is no step of its service."""

UNITS = ("minutes", "hours", "days", "working_days")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the work on a request.

    Attributes:
        after: what must be done before (steps, "complete", "approved"), else `order_violation`;
            an `After` says otherwise.
        bars: further conditions under which it is refused.
        undoes: steps that no longer count as done afterwards, nor limits that they started.
        once: whether it is done at most once.
        by: who may report it; empty: anybody.
        details: details without which it is refused as incomplete.
        status: the state of the request afterwards; "" leaves it.
        after_close: it follows the service instead of leading to it.
        needs_flag: it is possible only while the request carries this flag.
        sets: flag → condition under which the step puts it on the request.
        clears: flags that it takes off, always or under a condition (`Ends`).
        then: what it brings about.
        closes: tasks that it closes, always or under a condition.
        asks: the number that refuses lacking details; "" for that of the step.
        counts: the condition under which it counts; else it is on file and nothing follows from
            it for order, closing and deadlines.
        rejects: the detail that names a paper handed in, which no longer counts afterwards.
        ends: the outcome with which it closes the request; "" leaves it open.
        any_time: whether it is possible when the request is over, too.
        keeps: details of which every value is kept that was ever said (`told`).
    """

    code: str
    clause: str = ""
    after: tuple[str | After, ...] = ()
    once: bool = False
    by: Collection[str] = ()
    details: tuple[str, ...] = ()
    status: str = ""
    after_close: bool = False
    needs_flag: str = ""
    sets: Mapping[str, Condition] = field(default_factory=dict)
    clears: tuple[str | Ends, ...] = ()
    then: tuple[Then, ...] = ()
    closes: tuple[str | Ends, ...] = ()
    bars: tuple[Bar, ...] = ()
    undoes: tuple[str, ...] = ()
    asks: str = ""
    counts: Condition = always
    rejects: str = ""
    ends: str = ""
    any_time: bool = False
    keeps: tuple[str, ...] = ()

    @property
    def flags_off(self) -> tuple[Ends, ...]:
        """The flags that it takes off."""
        return tuple(Ends(each) if isinstance(each, str) else each for each in self.clears)

    @property
    def tasks_off(self) -> tuple[Ends, ...]:
        """The tasks that it closes."""
        return tuple(Ends(each) if isinstance(each, str) else each for each in self.closes)

    @property
    def before(self) -> tuple[After, ...]:
        """What must be done before."""
        return tuple(After(each) if isinstance(each, str) else each for each in self.after)

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """Every number under which the step speaks."""
        before = (each.clause for each in self.before)
        bars = (bar.clause for bar in self.bars)
        return (self.clause, self.asks, *before, *bars, *(then.clause for then in self.then))

    def __post_init__(self) -> None:
        if self.status and self.status not in OPEN:
            raise CharterError(f"a step leaves a request open, not {self.status!r}")
        if self.ends and self.ends not in OUTCOMES:
            raise CharterError(f"a request does not end with {self.ends!r}")


def in_order(*codes: str, clause: str = "") -> tuple[Step, ...]:
    """Steps each of which follows the one before, once each."""
    return tuple(
        Step(code, clause, after=codes[place - 1 : place] if place else (), once=True)
        for place, code in enumerate(codes)
    )


@dataclass(frozen=True, slots=True)
class Need:
    """Something without which a request cannot be closed.

    Attributes:
        code: what is said to be missing.
        by: the steps any of which settles it; the step of the same code unless named.
        when: the condition under which it is needed.
        met: the condition that settles it, where no step does by itself.
    """

    code: str
    by: tuple[str, ...] = ()
    when: Condition = always
    met: Condition | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps any of which settles it."""
        return () if self.met else self.by or (self.code,)


@dataclass(frozen=True, slots=True)
class Limit:
    """A deadline of a request: something follows something else in time.

    A limit in days is a date whose end is still in time; one in hours or minutes is a moment,
    which itself is in time. Passed undone it stays open: the request carries `overdue`, once.

    Attributes:
        code: of the deadline.
        start: "request", "papers" (any), "complete" (all), "approved", a step, or any of several;
            its first occurrence, or with `repeats` every one at which it is not open.
        until: the steps that end it, or "approved" or "close".
        amount, unit: how long; minutes, hours, days or working_days.
        on: the day or moment that it falls on, where the event says it; instead of amount and unit.
        renews: whether each start replaces one that still runs.
        when: the condition under which it runs.
        task: raised when it passes undone.
        late: flag and record for what is done after it; "" for none.
        each: whether every start opens one of its own, of which an end settles the oldest; an end
            without an open one is refused. Of amount 0 it is kept without a deadline.
        by: with `each`, the detail that its start and its end have in common.
    """

    code: str
    _: KW_ONLY
    start: str | tuple[str, ...] = ASKED
    until: str | tuple[str, ...] = CLOSED
    amount: int = 0
    unit: str = "days"
    on: DayOf | None = None
    clause: str = ""
    when: Condition = always
    task: str = "escalate-overdue"
    late: str = ""
    repeats: bool = False
    renews: bool = False
    each: bool = False
    by: str = ""

    @property
    def timed(self) -> bool:
        """Whether there is a deadline."""
        return not self.each or self.amount > 0 or self.on is not None

    def __post_init__(self) -> None:
        if "#" in self.code:
            raise CharterError(f"{self.code!r} is no code of a deadline")
        if self.unit not in UNITS or self.amount < 0:
            raise CharterError(f"a deadline cannot be {self.amount} {self.unit}")

    @property
    def starts(self) -> tuple[str, ...]:
        """What starts it."""
        return (self.start,) if isinstance(self.start, str) else self.start

    @property
    def ends(self) -> tuple[str, ...]:
        """What ends it."""
        return (self.until,) if isinstance(self.until, str) else self.until

    def falls(self, start: datetime, calendar: WorkCalendar) -> date | datetime:
        """The deadline that starts at a moment: a day, or a moment."""
        if self.unit == "days":
            return start.date() + self.amount * ONE_DAY
        if self.unit == "working_days":
            return calendar.after(start.date(), self.amount)
        return start + timedelta(**{self.unit: self.amount})


def passed_at(deadline: date | datetime, zone: Any) -> datetime:
    """The first moment at which a deadline has passed: the next midnight, or one second later."""
    if isinstance(deadline, datetime):
        return deadline + timedelta(seconds=1)
    return day_start(deadline + ONE_DAY, zone)


@dataclass(frozen=True, slots=True)
class Count:
    """How a request counts against a benefit with a quota.

    Attributes:
        benefit: offered by a `Quota` of the charter; one use is reserved at the request.
        consume_on: what consumes it: "request", "approved", a step, or "served".
        cancelled: what the member's own cancellation does: "released" or "consumed"; what is
            consumed before stays so. Cancelled by anybody else it is released.
        forfeits: steps after which the member's own cancellation consumes; `free` is the
            condition under which it does not all the same.
        no_show: "consumed" or "released". A failure on the other side releases always.
    """

    benefit: str
    consume_on: str = "served"
    cancelled: str = "released"
    forfeits: tuple[str, ...] = ()
    free: Condition | None = None
    no_show: str = "consumed"


@dataclass(frozen=True, slots=True)
class Again:
    """A failure of the other side does not close a request: it is arranged anew.

    Attributes:
        after: what must have been done for it; before, a failure closes as ever.
        status: the state in which it goes on.
        undoes: steps that no longer count as done.
        restarts: deadlines that start anew.
    """

    after: tuple[str, ...] = (APPROVED,)
    status: str = "approved"
    undoes: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    then: tuple[Then, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is asked for with a request.

    Attributes:
        code, name: the service, in (zh, en).
        clause: the number that speaks for it; `numbers` by reason: papers, consent, tier, by,
            for, details, open, over, step, close, decide, cancel, quota. Where they are stated,
            also: incomplete and lacking (papers), refused (a decision), consumed, freed (by a
            cancellation), served, no_show, failed, others (who cancel), too_late, outside (hours).
        who: "members" with a usable card, "registered" (members, whatever became of the card),
            "insured" (other clauses tell by policies) or "anybody".
        tiers: tiers or kinds that may ask; `otherwise` is the reason for the others, by default
            tier_too_low where a tier above may ask and not_included elsewhere.
        benefit: the asker must have it.
        by: roles that may file it.
        consent: the condition under which the member's consent is needed.
        for_others: reason with which a request for somebody else is refused; "" allows it.
        details: details without which it is refused as incomplete.
        choices: detail → the codes among which it is chosen, where the charter knows no others.
        refuses: further conditions under which it is refused.
        papers: documents that it needs; lacking ones come later, or refuse it.
        listed: the detail of the request that lists further documents that it needs.
        needs: what closing needs, for the outcomes `needs_for`; `unfinished` is the reason
            otherwise; `bars` are flags that must be gone.
        lists_missing: whether `missing` names the needs that are open.
        review: whether somebody decides on it: by whom, and after which steps; without one a
            decision is refused, or with `optional_review` possible all the same. A `verdict`
            leaves the state of the request as it is. A refusal may need its reason
            (`reason_needed`).
        fixed_after: what makes a cancellation by the member `too_late`.
        again: what a failure of the other side leads to instead of closing.
        opening, approved, closing: what these bring about; closing by outcome.
        over: the reason for whatever is asked of it when it is over.
    """

    code: str
    clause: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    name: Text = ("", "")
    who: str = "members"
    tiers: Collection[str] | None = None
    otherwise: str = ""
    benefit: str = ""
    by: Collection[str] = ()
    consent: Condition | None = None
    for_others: str = ""
    details: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refuses: tuple[Bar, ...] = ()
    papers: tuple[str | Paper, ...] = ()
    papers_later: bool = True
    listed: str = ""
    steps: tuple[Step, ...] = ()
    needs: tuple[Need | str, ...] = ()
    needs_for: Collection[str] = ("served",)
    unfinished: str = "order_violation"
    bars: tuple[str, ...] = ()
    lists_missing: bool = False
    review: bool = False
    decide_by: Collection[str] = ()
    decide_after: tuple[str | After, ...] = ()
    optional_review: bool = False
    verdict: bool = False
    reason_needed: bool = False
    opening: tuple[Then, ...] = ()
    approved: tuple[Then, ...] = ()
    closing: Mapping[str, tuple[Then, ...]] = field(default_factory=dict)
    over: str = "order_violation"
    limits: tuple[Limit, ...] = ()
    quota: Count | None = None
    fixed_after: tuple[str, ...] = ()
    again: Again | None = None

    def step(self, code: str) -> Step | None:
        """The step of a code, if the service knows it."""
        return next((step for step in self.steps if step.code == code), None)

    @property
    def needed(self) -> tuple[Need, ...]:
        """What closing needs."""
        return tuple(Need(need) if isinstance(need, str) else need for need in self.needs)

    @property
    def asks_for(self) -> tuple[Paper, ...]:
        """The documents that it needs."""
        return tuple(Paper(paper) if isinstance(paper, str) else paper for paper in self.papers)

    @property
    def decided_after(self) -> tuple[After, ...]:
        """What must be done before it is approved."""
        return tuple(After(each) if isinstance(each, str) else each for each in self.decide_after)

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """Every number under which the service speaks."""
        thens = [*self.opening, *self.approved, *(self.again.then if self.again else ())]
        thens += [then for each in self.closing.values() for then in each]
        found = [self.clause, *self.numbers.values()]
        found += [number for step in self.steps for number in step.all_numbers]
        found += [limit.clause for limit in self.limits] + [then.clause for then in thens]
        found += [number for paper in self.asks_for for number in (paper.clause, paper.waived)]
        found += [each.clause for each in self.decided_after]
        found += [bar.clause for bar in self.refuses]
        return tuple(dict.fromkeys(number for number in found if number))

    def __post_init__(self) -> None:
        known = {step.code for step in self.steps}
        if len(known) != len(self.steps):
            raise CharterError(f"{self.code}: two steps have one code")
        named = {each.code for step in self.steps for each in step.before}
        named |= {each.code for each in self.decided_after}
        named |= {code for step in self.steps for code in step.undoes} | {*self.fixed_after}
        named |= {code for need in self.needed for code in need.steps}
        named |= {start for limit in self.limits for start in limit.starts}
        named |= {end for limit in self.limits for end in limit.ends}
        strange = named - known - MARKS
        if strange:
            raise CharterError(f"{self.code} has no step {min(strange)!r}")


__all__ = [
    "APPROVED", "ASKED", "CLOSED", "COMPLETE", "MARKS", "OPEN", "OUTCOMES", "OVER", "REFUSED",
    "SUPPLIED", "After", "Again", "Bar", "Condition", "Count", "Ends", "Limit", "Need", "Paper",
    "Service", "Step", "Then", "always", "asked", "asked_or_said", "cited", "done", "flag",
    "in_order", "in_tiers", "lacking", "last_said", "notice", "passed_at", "record", "said", "task",
    "told", "unless",
]  # fmt: skip
