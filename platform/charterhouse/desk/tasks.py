"""Tasks and flags that decisions raised for people: what is open, and marking it done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import Select, func, select

from charterhouse.desk.audit import note
from charterhouse.desk.errors import NotFoundError
from charterhouse.records.models import Item, db
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

OPEN, DONE = "open", "done"
SORTS = ("task", "flag")


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


def _open(*columns: Any) -> Select[Any]:
    return select(*columns).where(Item.sort.in_(SORTS), Item.state == OPEN)


def open_tasks(most: int = 50) -> list[Task]:
    """Open tasks and flags, those with the earliest due day first."""
    zone = current_tenant().zone
    wanted = _open(Item).order_by(Item.due.asc().nulls_last(), Item.at).limit(most)
    with unit():
        return [_task(found, zone) for found in db.session.scalars(wanted)]


def count_open() -> int:
    """How many tasks and flags are open."""
    with unit():
        return db.session.scalar(_open(func.count())) or 0


def finish(number: int, *, actor: str) -> bool:
    """Mark a task or flag as done; whether it was open until now.

    Raises:
        NotFoundError: there is no such task.
    """
    with unit(write=True):
        found = db.session.get(Item, number)
        if found is None or found.sort not in SORTS:
            raise NotFoundError("there is no such task", code="task_unknown")
        if found.state != OPEN:
            return False
        found.state = DONE
        note("task.done", subject=str(number), actor=actor)
    return True


def _task(row: Item, zone: tzinfo) -> Task:
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
