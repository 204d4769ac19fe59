"""What only the tumour green channel knows: its one policy year, and cancelling near the visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from charterhouse.kernel import effects as fx
from charterhouse.kernel.clauses.diagnoses import diagnoses_of
from charterhouse.kernel.clauses.insurance import PolicyRule
from charterhouse.kernel.clauses.policies import Policy
from charterhouse.kernel.clauses.services import Condition
from charterhouse.kernel.draft import Draft
from charterhouse.kernel.workdays import WorkCalendar

BOOKED = "booking-confirmed"


class SingleWindow(PolicyRule):
    """The services are open only in the policy year in which a disease first arose.

    Args:
        condition: the disease; suspected or confirmed.
    """

    order: ClassVar[int] = 70

    def __init__(self, number: str, condition: str) -> None:
        super().__init__(number)
        self.condition = condition

    def objects(self, d: Draft, policy: Policy, code: str) -> fx.Refuse | None:
        """That year is over, or was before the policy."""
        found = [x.day for x in diagnoses_of(d.of_member) if x.condition == self.condition]
        if not found:
            return None
        first, today = min(found), d.event.day
        if first >= policy.effective and policy.year_start(first) == policy.year_start(today):
            return None
        return fx.Refuse("expired", "request.member")


def visit_day(content: Mapping[str, Any]) -> date | None:
    """The day of the visit that was last booked."""
    said = content.get("said", {}).get(BOOKED, {})
    return _day(said.get("visit_on"))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def no_visit_day(d: Draft, _content: Mapping[str, Any]) -> bool:
    """The booking names something that is no day."""
    given = (d.body.details or {}).get("visit_on")
    return given is not None and _day(given) is None


def not_three(d: Draft, _content: Mapping[str, Any]) -> bool:
    """Another number of experts than three is proposed."""
    return bool((d.body.details or {}).get("experts", 3) != 3)


def long_before_visit(working_days: int, calendar: WorkCalendar) -> Condition:
    """Up to the end of the n-th working day before the visit."""

    def holds(d: Draft, content: Mapping[str, Any]) -> bool:
        visit = visit_day(content)
        return visit is not None and d.event.day <= calendar.before(visit, working_days)

    return holds


__all__ = ["SingleWindow", "long_before_visit", "no_visit_day", "not_three", "visit_day"]
