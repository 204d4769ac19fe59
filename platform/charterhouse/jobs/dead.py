"""Work that fails whenever it is tried: told to the institution as a message that was given up.

Such work is tried further, with long pauses; it stands beside the notices that did not arrive until
it succeeds, and the staff may have it tried at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, insert, select, update

from charterhouse import clock
from charterhouse.desk.undelivered import DEAD, JOB, SENT, WAITING
from charterhouse.records.sealing import OUTBOX
from charterhouse.records.tables import outbox
from charterhouse.tenancy.errors import TenancyError
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, prepared, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["LONGEST", "TRIES", "bury", "once_more", "pause_after", "raised"]

_log = structlog.get_logger(__name__)

TRIES = 5
"""After so many failures in a row, work is told to be given up."""

LONGEST = timedelta(hours=1)
"""The longest that such work rests."""

_FIRST = timedelta(minutes=1)
_OURS = (outbox.c.topic == JOB) & (outbox.c.state == bindparam("now_is"))
_FIND = prepared(select(outbox.c.id, outbox.c.subject, outbox.c.tries).where(_OURS))
_SET = prepared(
    update(outbox).where(outbox.c.id == bindparam("own_id")),
    columns=["state", "tries", "due_at", "error"],
)
_ADD = prepared(insert(outbox))


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many failures: a minute, then twice as long each time."""
    doubled: int = 2 ** min(tries - 1, 12)
    return min(_FIRST * doubled, LONGEST)


def bury(tenant: Tenant, subject: str, tries: int, problem: str) -> None:
    """Tell that work fails; twice is once.

    Args:
        tenant: whose.
        subject: the job's name, and behind a colon whom of the members it is about.
        tries: failures in a row.
        problem: a code, nothing of what an error says: that may quote a person.
    """
    values = {"state": DEAD, "tries": tries, "due_at": clock.now(), "error": problem[:400]}
    try:
        with tenant_scope(tenant), unit(write=True) as opened:
            known = _found(opened, DEAD, subject)
            if known:
                opened.execute(_SET, {"own_id": known[0].id, **values})
            elif not _found(opened, WAITING, subject):
                number = new_id()
                sealed = OUTBOX.seal(number, {})
                row = {"id": number, "topic": JOB, "subject": subject, "sealed": sealed}
                opened.execute(_ADD, {**row, **values})
    except TenancyError as error:
        # Without a store that takes anything, the log and the figures have to do.
        _log.warning("not_buried", subject=subject, code=error.code)


def raised(tenant: Tenant, subject: str) -> None:
    """Tell that work goes on again."""
    try:
        with tenant_scope(tenant), unit(write=True) as opened:
            for row in _found(opened, DEAD, subject) + _found(opened, WAITING, subject):
                values = {"state": SENT, "tries": row.tries, "due_at": clock.now(), "error": ""}
                opened.execute(_SET, {"own_id": row.id, **values})
    except TenancyError as error:
        _log.warning("not_raised", subject=subject, code=error.code)


def once_more(tenant: Tenant, tries: int) -> None:
    """Have all that was given up tried at once, and only once.

    Args:
        tenant: whose.
        tries: how many failures to count.
    """
    try:
        with tenant_scope(tenant), unit() as opened:
            rows = _found(opened, DEAD)
        if rows:
            with tenant_scope(tenant), unit(write=True) as opened:
                for row in rows:
                    values = {"state": WAITING, "tries": tries, "due_at": clock.now(), "error": ""}
                    opened.execute(_SET, {"own_id": row.id, **values})
    except TenancyError as error:
        _log.warning("not_tried_again", code=error.code)


def _found(opened: Unit, state: str, subject: str | None = None) -> list[Any]:
    rows = opened.execute(_FIND, {"now_is": state}).all()
    return [row for row in rows if subject is None or row.subject == subject]
