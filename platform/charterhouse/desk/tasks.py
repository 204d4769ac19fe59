"""Tasks and flags that decisions raised for people: what is open, and marking it done."""

from __future__ import annotations

from collections.abc import Mapping
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
        request: id of the request that it is about; "" for none.
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
    request: str = ""


def _open(*columns: Any) -> Select[Any]:
    return select(*columns).where(Item.sort.in_(SORTS), Item.state == OPEN)


def open_tasks(most: int = 50) -> list[Task]:
    """Open tasks and flags, those with the earliest due day first."""
    zone = current_tenant().zone
    wanted = _open(Item).order_by(Item.due.asc().nulls_last(), Item.at).limit(most)
    with unit():
        return [_task(found, zone) for found in db.session.scalars(wanted)]


def due_tasks(until: date, most: int = 50) -> list[Task]:
    """Open tasks whose day has come until a day, the earliest first."""
    zone = current_tenant().zone
    wanted = _open(Item).where(Item.sort == "task", Item.due <= until.isoformat())
    with unit():
        found = db.session.scalars(wanted.order_by(Item.due, Item.at).limit(most))
        return [_task(one, zone) for one in found]


def tasks_of(requests: Mapping[str, str], most: int = 200) -> list[Task]:
    """Open tasks about requests (id → member), those with the earliest due day first."""
    if not requests:
        return []
    zone = current_tenant().zone
    wanted = _open(Item).where(Item.sort == "task", Item.member.in_(set(requests.values())))
    ordered = wanted.order_by(Item.due.asc().nulls_last(), Item.at).limit(most)
    with unit():
        found = [_task(one, zone) for one in db.session.scalars(ordered)]
    return [task for task in found if task.request in requests]


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
        request=str((row.about or {}).get("request") or ""),
    )
