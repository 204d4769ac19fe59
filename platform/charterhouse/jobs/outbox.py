"""The outbox: what decisions left to be sent, delivered at least once.

A row is leased, sent outside of any transaction, then marked. A worker that dies in between
leaves a lease that runs out, and the message is sent again. Leases and pauses are short, so a row
that seems to wait for longer was written by a clock that ran ahead, and is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import format_tb
from typing import Any

import structlog
from sqlalchemy import bindparam, or_, select, update

from charterhouse import clock
from charterhouse.desk.channels import UnknownChannelError, the_channel
from charterhouse.desk.people import find_person
from charterhouse.desk.quoting import unquoted
from charterhouse.desk.undelivered import (
    DEAD,
    FAILED,
    NO_PHONE,
    NO_SENDER,
    SENT,
    UNREADABLE,
    WAITING,
    notice_text,
)  # fmt: skip
from charterhouse.records.sealing import OUTBOX
from charterhouse.records.tables import outbox
from charterhouse.tenancy.errors import SealError, TenancyError
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, prepared, unit
from charterhouse.tenancy.tenant import Tenant

_log = structlog.get_logger(__name__)

BATCH = 50
TRIES = 8
"""After so many failures a message is given up as dead."""

LEASE = timedelta(minutes=5)
SECONDS = 5.0
"""How long one visit sends; what is left then waits behind the other tenants."""

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=6)

_DUE = prepared(
    select(outbox.c.id, outbox.c.topic, outbox.c.subject, outbox.c.sealed, outbox.c.tries)
    .where(
        outbox.c.state == WAITING,
        or_(outbox.c.due_at <= bindparam("now"), outbox.c.due_at > bindparam("far")),
    )
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
)
_NEXT = prepared(
    select(outbox.c.due_at)
    .where(outbox.c.state == WAITING, outbox.c.due_at > bindparam("now"))
    .order_by(outbox.c.due_at)
    .limit(1)
)
_LEASE = prepared(
    update(outbox).where(outbox.c.id == bindparam("own_id")), columns=["due_at", "tries"]
)
_MARK = prepared(
    update(outbox).where(outbox.c.id == bindparam("own_id"), outbox.c.state == WAITING),
    columns=["state", "due_at", "error"],
)


class UndeliverableError(Exception):
    """A message that nobody can ever get, such as one to a person without a phone."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round of deliveries did."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


Sender = Callable[[str, Mapping[str, Any]], None]
"""Sends the content of one message to its subject, in the tenant's scope."""


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many failures: half a minute, then twice as long each time."""
    doubled: int = 2 ** min(tries - 1, 12)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)


def send_notice(subject: str, content: Mapping[str, Any]) -> None:
    """Send a member the notice that a clause raised.

    Raises:
        UndeliverableError: there is no such person, or no phone on file.
        OSError: the channel failed; in its words, without what they quote of the person.
    """
    found = find_person(subject)
    if found is None or not found.phone:
        raise UndeliverableError(NO_PHONE)
    text = notice_text(content)
    try:
        the_channel().send(found.phone, text, kind="notice")
    except OSError as error:
        raise OSError(unquoted(str(error), found, text)) from error


SENDERS: dict[str, Sender] = {"notice": send_notice}
"""Topic → who sends it."""


def deliver(
    tenant: Tenant, *, most: int = BATCH, more: Mapping[str, Sender] | None = None
) -> Delivered:
    """Send what is due to one tenant's people; safe to run twice at once.

    Args:
        tenant: whose.
        most: how many at once.
        more: topic → who sends it, beside `SENDERS`.

    Raises:
        StoreBusyError: other writers kept the store for too long.
    """
    with tenant_scope(tenant):
        counts = {SENT: 0, WAITING: 0, DEAD: 0}
        senders = {**SENDERS, **(more or {})}
        over = time.monotonic() + SECONDS
        rows = _lease(clock.now(), most)
        for number, row in enumerate(rows):
            if number and time.monotonic() > over:
                # A slow channel must not hold up the other tenants, or outlive the lease.
                _give_back(rows[number:])
                break
            state, error = _try(row, senders.get(row.topic))
            _mark(row, state, error)
            counts[state] += 1
    return Delivered(counts[SENT], counts[WAITING], counts[DEAD])


def next_message(opened: Unit, now: datetime) -> datetime | None:
    """The first moment after now at which a message is to be sent."""
    moment: datetime | None = opened.execute(_NEXT, {"now": now}).scalar()
    return moment


def _lease(now: datetime, most: int) -> list[Any]:
    far = now + max(LEASE, pause_after(TRIES))
    with unit() as opened:
        # Most rounds find nothing, and finding nothing must not wait for a writer's turn.
        if not opened.execute(_DUE, {"now": now, "far": far, "most": 1}).first():
            return []
    with unit(write=True) as opened:
        rows = opened.execute(_DUE, {"now": now, "far": far, "most": most}).all()
        for row in rows:
            opened.execute(
                _LEASE, {"own_id": row.id, "due_at": now + LEASE, "tries": row.tries + 1}
            )
    return rows


def _give_back(rows: list[Any]) -> None:
    """Let messages that were leased and not tried be sent at once, by whoever comes next."""
    with unit(write=True) as opened:
        for row in rows:
            values = {"own_id": row.id, "due_at": clock.now(), "tries": row.tries}
            opened.execute(_LEASE, values)


def _try(row: Any, sender: Sender | None) -> tuple[str, str]:
    if sender is None:
        return DEAD, NO_SENDER
    try:
        sender(row.subject, OUTBOX.open(row.id, row.sealed))
    except UndeliverableError as error:
        return DEAD, str(error)
    except SealError:
        return DEAD, UNREADABLE
    except (OSError, UnknownChannelError) as error:
        return _failed(row), str(error)
    except TenancyError:
        # It is the store that cannot just now: nothing is wrong with the message.
        raise
    except Exception as error:  # noqa: BLE001 - a channel is a plugin, and one message must not stop the others
        # Where it was, and not what it says: that may quote the person.
        where = "".join(format_tb(error.__traceback__))
        kind = type(error).__qualname__
        _log.error("sender_failed", topic=row.topic, id=row.id, problem=kind, where=where)
        return _failed(row), FAILED
    return SENT, ""


def _failed(row: Any) -> str:
    return DEAD if row.tries + 1 >= TRIES else WAITING


def _mark(row: Any, state: str, error: str) -> None:
    tries = row.tries + 1
    if state != SENT:
        _log.warning("not_delivered", topic=row.topic, id=row.id, tries=tries, problem=error)
    with unit(write=True) as opened:
        due = clock.now() + pause_after(tries)
        values = {"own_id": row.id, "state": state, "due_at": due, "error": error[:400]}
        opened.execute(_MARK, values)


__all__ = [
    "BATCH",
    "LEASE",
    "SECONDS",
    "SENDERS",
    "TRIES",
    "Delivered",
    "UndeliverableError",
    "deliver",
    "next_message",
    "pause_after",
]
