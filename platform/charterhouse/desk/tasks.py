"""Tasks and flags that decisions raised for people: what is open, and marking it done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from charterhouse.desk.audit import note
from charterhouse.desk.errors import NotFoundError
from charterhouse.records.tables import item
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

OPEN, DONE = "open", "done"

_OPEN = prepared(
    select(item)
    .where(item.c.sort == bindparam("wanted"), item.c.state == OPEN)
    .order_by(item.c.at.desc())
    .limit(bindparam("most"))
)
_COUNT = prepared(
    select(func.count().label("n")).where(item.c.sort == bindparam("wanted"), item.c.state == OPEN)
)
_ONE = prepared(select(item.c.state).where(item.c.id == bindparam("wanted")))
_SET = prepared(update(item).where(item.c.id == bindparam("own_id")), columns=["state"])


@dataclass(frozen=True, slots=True)
class Task:
    """Something for people to do, or to look at.

    Attributes:
        sort: `task` or `flag`.
        code: of the charter.
        decision: id of the decision that raised it.
        due: the last day for it, where the charter names one.
    """

    id: str
    sort: str
    code: str
    member: str
    clause: str
    at: datetime
    due: date | None
    decision: str


def open_tasks(most: int = 50) -> list[Task]:
    """Open tasks and flags, those with the earliest due day first."""
    zone = current_tenant().zone
    with unit() as opened:
        rows = [
            row
            for sort in ("task", "flag")
            for row in opened.execute(_OPEN, {"wanted": sort, "most": most})
        ]
    tasks = [_task(row, zone) for row in rows]
    return sorted(tasks, key=lambda t: (t.due or date.max, t.at))[:most]


def count_open() -> int:
    """How many tasks and flags are open."""
    with unit() as opened:
        return sum(opened.execute(_COUNT, {"wanted": sort}).scalar() for sort in ("task", "flag"))


def finish(number: int, *, actor: str) -> bool:
    """Mark a task or flag as done; whether it was open until now.

    Raises:
        NotFoundError: there is no such task.
    """
    with unit(write=True) as opened:
        state = opened.execute(_ONE, {"wanted": number}).scalar()
        if state is None:
            raise NotFoundError("there is no such task", code="task_unknown")
        if state != OPEN:
            return False
        opened.execute(_SET, {"own_id": number, "state": DONE})
        note("task.done", subject=str(number), actor=actor)
    return True


def _task(row: Any, zone: Any) -> Task:
    return Task(
        id=str(row.id),
        sort=row.sort,
        code=row.code,
        member=row.member,
        clause=row.clause,
        at=row.at.astimezone(zone),
        due=date.fromisoformat(row.due) if row.due else None,
        decision=str(row.decision_id),
    )
