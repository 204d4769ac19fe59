"""Tasks and flags that decisions raised for people: what is open, and marking it done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, Text, func, literal, select, type_coerce

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import DeskError, NotFoundError
from charterhouse.desk.local import today
from charterhouse.kernel.texts import is_clean, one_line
from charterhouse.records.models import Item, Request, db
from charterhouse.records.tables import decision, event
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.vault import EncryptedStr

OPEN, DONE = "open", "done"
SORTS = ("task", "flag")

DUE = ("overdue", "today", "week", "later", "none")
"""When a task is due: before today, today, in the six days after, later, on no day."""

RESULT = 500
"""So many characters say what came of a task."""

_RESULT = EncryptedStr("item", "note_sealed")


@dataclass(frozen=True, slots=True)
class Task:
    """Something for people to do, or to look at.

    Attributes:
        sort: `task` or `flag`.
        code: of the charter.
        decision: id of the decision that raised it.
        request: id of the request that it is about; "" for none.
        due: the last day for it, where the charter names one.
        done_at: when it was done; None while it is open, and where that was not kept.
        done_by: who marked it as done; "" where an event did.
        result: what came of it, in words.
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
    done_at: datetime | None = None
    done_by: str = ""
    result: str = ""


def _open(*columns: Any) -> Select[Any]:
    return select(*columns).where(Item.sort.in_(SORTS), Item.state == OPEN)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tasks and flags are wanted; what is empty does not narrow.

    Attributes:
        sort: of `SORTS`.
        due: of `DUE`.
        code: of the charter.
        branch: at which what raised it was told; time alone tells nowhere.
        staff: id of who works on the request that it is about.
        done: those that are done, the last one first, instead of those that are open.
    """

    sort: str = ""
    due: str = ""
    code: str = ""
    branch: str = ""
    staff: str = ""
    done: bool = False


def listed(filters: Filters, *, number: int = 1, size: int = 50) -> tuple[list[Task], int]:
    """One page of the tasks and flags that are wanted, and how many there are in all.

    Those with the earliest due day come first, those without one last.
    """
    zone = current_tenant().zone
    page = _wanted(filters, Item)
    if filters.done:
        page = page.order_by(Item.done_at.desc().nulls_last(), Item.id)
    else:
        page = page.order_by(Item.due.asc().nulls_last(), Item.at, Item.id)
    with unit():
        total = db.session.scalar(_wanted(filters, func.count())) or 0
        found = db.session.scalars(page.limit(size).offset((number - 1) * size))
        return [_task(one, zone) for one in found], total


def count(filters: Filters) -> int:
    """How many tasks and flags are wanted."""
    with unit():
        return db.session.scalar(_wanted(filters, func.count())) or 0


def codes() -> list[str]:
    """The codes of the tasks and flags that are open."""
    with unit():
        return sorted(db.session.scalars(_open(Item.code).distinct()))


def _wanted(filters: Filters, *columns: Any) -> Select[Any]:
    found = select(*columns).select_from(Item.__table__)
    sorts = (filters.sort,) if filters.sort else SORTS
    found = found.where(
        Item.sort.in_(sorts), Item.state == (DONE if filters.done else OPEN), *_due(filters.due)
    )
    if filters.code:
        found = found.where(Item.code == filters.code)
    if filters.branch:
        told = select(decision.c.id).join(event, event.c.id == decision.c.event_id)
        told = told.where(decision.c.id == Item.decision_id, event.c.branch == filters.branch)
        found = found.where(told.exists())
    if filters.staff:
        # JSON is kept as text on both engines; an id is looked for with its name and quotes.
        about = type_coerce(Item.about, Text)
        named = literal('"request":"') + Request.id + literal('"')
        own = select(Request.id).where(
            Request.staff_id == int(filters.staff),
            Request.member == Item.member,
            func.length(func.replace(about, named, "")) < func.length(about),
        )
        found = found.where(own.exists())
    return found


def _due(due: str) -> tuple[Any, ...]:
    """The condition of a due day."""
    day, week = today(), today() + timedelta(days=6)
    if due == "none":
        return (Item.due.is_(None),)
    return {
        "overdue": (Item.due < day.isoformat(),),
        "today": (Item.due == day.isoformat(),),
        "week": (Item.due > day.isoformat(), Item.due <= week.isoformat()),
        "later": (Item.due > week.isoformat(),),
    }.get(due, ())


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


def finish(number: int, *, actor: str, result: str = "") -> bool:
    """Mark a task or flag as done; whether it was open until now.

    Args:
        number: of the task.
        actor: who did it.
        result: what came of it, in words; kept sealed, at most `RESULT` characters.

    Raises:
        NotFoundError: there is no such task.
        DeskError: the result is too long, or has characters that nobody sees (`task_result`).
    """
    result = result.strip()
    if len(result) > RESULT or not is_clean(one_line(result)):
        raise DeskError("at most 500 plain characters", field="result", code="task_result")
    with unit(write=True):
        found = db.session.get(Item, number)
        if found is None or found.sort not in SORTS:
            raise NotFoundError("there is no such task", code="task_unknown")
        if found.state != OPEN:
            return False
        found.state = DONE
        found.done_at = clock.now()
        found.done_by = actor
        found.note_sealed = _RESULT.encrypt(number, result) if result else None
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
        done_at=row.done_at.astimezone(zone) if row.done_at else None,
        done_by=row.done_by or "",
        result=_RESULT.decrypt(row.id, row.note_sealed) if row.note_sealed else "",
    )
