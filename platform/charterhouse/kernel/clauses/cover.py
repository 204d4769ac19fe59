"""Cover: when the service of a policy opens, until when it runs, and by which years it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from charterhouse.kernel.clauses.policies import EXPIRED, LAPSED, RENEWED, SURRENDERED, Policy
from charterhouse.kernel.periods import ONE_DAY, first_invalid_day, last_valid_day, twelve_months

UNOPENED, OUTSTANDING, OVER = "unopened", "outstanding", "over"


class State(NamedTuple):
    """The status that a policy gives on a day; `reason` says why it gives no service, if not."""

    status: str
    reason: str = ""


SERVED = State("active")
RANKING = ("active", "approved", "suspended", "lapsed", "ended")
"""Statuses, the best first: of several policies the best one holds."""

REFUSALS = {
    UNOPENED: "not_active", LAPSED: "suspended", SURRENDERED: "not_active", EXPIRED: "expired",
    OVER: "expired", OUTSTANDING: "outstanding_premium",
}  # fmt: skip
"""Why a policy gives no service → reason code."""


class Cover:
    """The service runs with the policy: from its effect as long as it is in force.

    Args:
        after_cooling_off: whether it opens only when the cooling-off is over.
    """

    own_term = False
    """Whether the service has a term of its own beside the policy's."""

    by_until = True
    """Whether the last day of the policy ends the service by itself."""

    def __init__(self, *, after_cooling_off: bool = False) -> None:
        self.after_cooling_off = after_cooling_off

    def opens(self, policy: Policy) -> date:
        """The first day on which the service is open."""
        if not self.after_cooling_off:
            return policy.effective
        return max(policy.effective, policy.cooling_off_end + ONE_DAY)

    def last(self, policy: Policy, day: date | None = None) -> date | None:
        """The last day of the service's term: of the one that runs on a day, or as known now."""
        return policy.contract(day).until

    def year(self, policy: Policy, day: date) -> date:
        """The first day of the service year to which a day belongs."""
        return policy.year_start(day)

    def state(self, policy: Policy, day: date) -> State:
        """What the policy gives on a day."""
        contract = policy.contract(day, by_until=self.by_until)
        if contract.state in (SURRENDERED, EXPIRED):
            return State("ended", contract.state)
        over = self.over(policy, day)
        if over is not None and over.status == "ended":
            return over
        if contract.state == LAPSED and day >= policy.effective:
            return State("lapsed", LAPSED)
        if day < self.opens(policy):
            return State("approved", UNOPENED)
        return over or SERVED

    def over(self, policy: Policy, day: date) -> State | None:
        """What holds on a day after the service's own term; None within it."""
        last = self.last(policy, day) if self.own_term else None
        return State("ended", OVER) if last is not None and day > last else None

    def valid_until(self, policy: Policy, day: date) -> date | None:
        """The last service day as known on a day; None where no end is known."""
        last = self.last(policy)
        if not self.own_term or last is None:
            return last
        known = policy.contract()
        if known.state not in (SURRENDERED, EXPIRED):
            known = policy.contract(day, by_until=self.by_until)
        ended = known.until if known.state in (SURRENDERED, EXPIRED) else None
        return last if ended is None else min(last, ended)

    def fixed(self, policy: Policy, day: date) -> Policy:
        """The policy with what a later change of the charter must not move any more."""
        return policy

    def turns(self, policy: Policy) -> Iterator[date]:
        """The days on which what it gives may change by itself."""
        yield self.opens(policy)
        for change in policy.changes:
            yield change.effective
        if policy.until is not None:
            yield policy.until + ONE_DAY
        for renewal in (change for change in policy.changes if change.to == RENEWED):
            until = policy.contract(renewal.effective).until
            if until is not None:
                yield until + ONE_DAY
        last = self.last(policy)
        if last is not None:
            yield last + ONE_DAY


class YearCover(Cover):
    """A term of its own from the effect or the last renewal, whatever the policy's own end.

    Args:
        months: of the term.
    """

    own_term = True
    by_until = False

    def __init__(self, *, months: int = 12) -> None:
        super().__init__()
        self.months = months

    def last(self, policy: Policy, day: date | None = None) -> date | None:
        """See `Cover`."""
        anchor = policy.contract(day, by_until=False).anchor
        return last_valid_day(anchor, self.months)

    def turns(self, policy: Policy) -> Iterator[date]:
        """See `Cover`."""
        yield from super().turns(policy)
        for start in (policy.effective, *policy.days(RENEWED, date.max)):
            yield first_invalid_day(start, self.months)


OPENED = "opened"
"""The mark of a policy that keeps on which day its service was opened."""


class OpenedCover(Cover):
    """It opens some days after the cooling-off at the latest, and runs for a term from then.

    The day is kept in the mark `OPENED`: an earlier one when it is told, else when it has come.

    Args:
        days: after the end of the cooling-off.
        months: of the term.
    """

    own_term = True

    def __init__(self, *, days: int, months: int = 12) -> None:
        super().__init__()
        self.days = days
        self.months = months

    def at_last(self, policy: Policy) -> date:
        """The day on which it opens by itself."""
        return max(policy.effective, policy.cooling_off_end + timedelta(days=self.days))

    def opens(self, policy: Policy) -> date:
        """See `Cover`."""
        kept = policy.marks.get(OPENED)
        return date.fromisoformat(kept) if kept else self.at_last(policy)

    def fixed(self, policy: Policy, day: date) -> Policy:
        """Once it is open it stays so, whatever the charter says of later policies."""
        if OPENED in policy.marks or day < self.at_last(policy):
            return policy
        return policy.with_mark(OPENED, self.at_last(policy).isoformat())

    def last(self, policy: Policy, day: date | None = None) -> date | None:
        """See `Cover`."""
        return last_valid_day(self.opens(policy), self.months)

    def year(self, policy: Policy, day: date) -> date:
        """See `Cover`."""
        return twelve_months(self.opens(policy), day)


PAID = "paid"
"""The mark of a policy that keeps the due dates whose premiums extended the service."""


class ExtendedCover(Cover):
    """Twelve months from the opening after the cooling-off, and twelve more with each premium.

    Premiums are due on the anniversaries of the effect. After the end of a term without its
    premium the service rests while the grace runs, and has ended then.

    Args:
        most: how many extensions there are.
        grace_days: after a due date, which does not count; the last is in time.
    """

    own_term = True

    def __init__(self, *, most: int, grace_days: int) -> None:
        super().__init__(after_cooling_off=True)
        self.most = most
        self.grace_days = grace_days

    @staticmethod
    def due(policy: Policy, number: int) -> date:
        """The due date of a premium: the anniversary of this number."""
        return first_invalid_day(policy.effective, 12 * number)

    def extensions(self, policy: Policy) -> int:
        """How many premiums in a row have extended it."""
        paid = policy.marks.get(PAID, ())
        number = 0
        while self.due(policy, number + 1).isoformat() in paid:
            number += 1
        return number

    def grace_end(self, due: date) -> date:
        """The last day on which a premium is in time."""
        return due + timedelta(days=self.grace_days)

    def last(self, policy: Policy, day: date | None = None) -> date | None:
        """See `Cover`."""
        return last_valid_day(self.opens(policy), 12 * (self.extensions(policy) + 1))

    def year(self, policy: Policy, day: date) -> date:
        """See `Cover`."""
        return twelve_months(self.opens(policy), day)

    def over(self, policy: Policy, day: date) -> State | None:
        """See `Cover`."""
        if super().over(policy, day) is None:
            return None
        done = self.extensions(policy)
        in_grace = day <= self.grace_end(self.due(policy, done + 1))
        if done < self.most and in_grace:
            return State("suspended", OUTSTANDING)
        return State("ended", OVER)

    def turns(self, policy: Policy) -> Iterator[date]:
        """See `Cover`."""
        yield from super().turns(policy)
        yield self.grace_end(self.due(policy, self.extensions(policy) + 1)) + ONE_DAY


Period = Callable[[Cover, Policy, date], str]
"""The name of the period of a count to which a day belongs."""


def policy_year(_cover: Cover, policy: Policy, day: date) -> str:
    """From the effect, a renewal or an anniversary to the day before the next anniversary."""
    return f"{policy.id} year {policy.year_start(day)}"


def service_year(cover: Cover, policy: Policy, day: date) -> str:
    """A year of the service's own term."""
    return f"{policy.id} service {cover.year(policy, day)}"


def validity(_cover: Cover, policy: Policy, day: date) -> str:
    """From the effect or the last renewal, whatever its anniversaries."""
    return f"{policy.id} validity {policy.validity_start(day)}"


__all__ = [
    "OPENED", "OUTSTANDING", "OVER", "PAID", "RANKING", "REFUSALS", "SERVED", "UNOPENED", "Cover",
    "ExtendedCover", "OpenedCover", "Period", "State", "YearCover", "policy_year", "service_year",
    "validity",
]  # fmt: skip
