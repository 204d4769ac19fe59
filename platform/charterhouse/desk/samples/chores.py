"""How staff works off what the stories raise: every working day before closing, most of it in time.

A task is done about when it is due and a flag looked at within days, so that on the last day what
is open is what an institution at work has: new things, some that are due, a few that are late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from charterhouse.desk import tasks
from charterhouse.kernel.workdays import WorkCalendar

_CLOSING = time(17, 35)
_MOST = 1000

_AFTER_DUE = (-1, 0, 1, 2, 4), (10, 68, 11, 7, 4)
"""Days after the due day on which a task is done, and how often."""

_AFTER_RAISED = (0, 1, 2, 5), (52, 30, 13, 5)
"""Days after it was raised on which something without a due day is done, and how often."""

_RESULTS = {
    "task": (
        "",
        "",
        "已办妥。",
        "已电话告知客户。",
        "电话未接，已发短信告知。",
        "客户已到院办理。",
    ),
    "flag": ("", "已核实。", "已与客户沟通。", "已转相关科室跟进。", "已核对，无需处理。"),
}


class Chores:
    """Works off the open tasks and flags of the tenant in scope within the open unit.

    Args:
        random: from which all is drawn; of its own, so that chores change no story.
        workers: ids of the staff who do it; nobody does anything when empty.
    """

    def __init__(self, random: Random, workers: Sequence[int]) -> None:
        self._random = random
        self._workers = workers
        self._planned: dict[str, date] = {}

    def times(self, start: date, until: datetime, zone: tzinfo | None) -> Iterator[datetime]:
        """When it is done, from a day until a moment."""
        working, day = WorkCalendar(), start
        while self._workers and day <= until.date():
            moment = datetime.combine(day, _CLOSING, zone)
            if working.is_working(day) and moment <= until:
                yield moment
            day += timedelta(days=1)

    def work(self, today: date) -> None:
        """Do what is planned for a day or was left by one before."""
        for task in tasks.open_tasks(_MOST):
            if task.id not in self._planned:
                self._planned[task.id] = self._plan(task)
            if self._planned[task.id] <= today:
                del self._planned[task.id]
                worker = f"staff:{self._random.choice(self._workers)}"
                result = self._random.choice(_RESULTS[task.sort])
                tasks.finish(int(task.id), actor=worker, result=result)

    def _plan(self, task: tasks.Task) -> date:
        start = task.due or task.at.date()
        days, weights = _AFTER_DUE if task.due else _AFTER_RAISED
        [after] = self._random.choices(days, weights)
        return start + timedelta(days=after)


__all__ = ["Chores"]
