"""Notices that did not reach their member: what they say, why not, and trying again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.institution import branding
from charterhouse.desk.terms import ACCOUNTS
from charterhouse.desk.words import words
from charterhouse.records.sealing import OUTBOX
from charterhouse.records.tables import outbox
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

__all__ = [
    "DEAD", "FAILED", "JOB", "NO_PHONE", "NO_SENDER", "SENT", "UNREADABLE", "WAITING", "Undelivered", "notice_text",
    "try_again", "undelivered",
]  # fmt: skip

WAITING, SENT, DEAD = "waiting", "sent", "dead"

JOB: Final = "job"
"""Topic of what is no notice: work that failed whenever it was tried, by the job's name."""

NO_PHONE: Final = "phone_missing"
NO_SENDER: Final = "topic_unknown"
UNREADABLE: Final = "content_unreadable"
"""Why a notice can never arrive; a channel that failed says why in its own words."""

FAILED: Final = "sender_failed"
"""That sending it ended in an error which nobody foresaw; the log has it."""

_COLUMNS = (
    outbox.c.id, outbox.c.topic, outbox.c.subject, outbox.c.sealed, outbox.c.state, outbox.c.tries,
    outbox.c.due_at, outbox.c.error,
)  # fmt: skip
_TROUBLED = prepared(
    select(*_COLUMNS)
    .where(
        (outbox.c.state == DEAD)
        | ((outbox.c.state == WAITING) & (outbox.c.tries > 0) & (outbox.c.error != ""))
    )
    .order_by(outbox.c.state, outbox.c.due_at.desc(), outbox.c.id)
    .limit(bindparam("most"))
)
_REVIVE = prepared(
    update(outbox).where(outbox.c.id == bindparam("own_id"), outbox.c.state == DEAD),
    columns=["state", "tries", "due_at", "error"],
)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A notice that failed at least once, or work that was given up.

    Attributes:
        id: of the notice.
        job: what fails, such as ``clock``; empty for a notice.
        member: whom it is for, or whom alone of the members the work is about; may be empty then.
        text: what they would read; empty when it cannot be opened.
        given_up: whether nobody tries it any more by itself.
        tries: how often it was tried.
        at: when it was given up, or is tried next.
        problem: one of this module's codes, or the channel's words.
    """

    id: int
    job: str
    member: str
    text: str
    given_up: bool
    tries: int
    at: datetime
    problem: str


def notice_text(content: Mapping[str, Any]) -> str:
    """A notice in Chinese: the institution, what it is about, and its figures."""
    told = words()
    name = branding().short_zh or current_tenant().name_zh
    figures = [
        f"{told.labels.get(key, ACCOUNTS.get(key, (key, key)))[0]} {value}"
        for key, value in sorted(content.get("about", {}).items())
        if isinstance(value, int | str) and not isinstance(value, bool)
    ]
    end = f"（{'，'.join(figures)}）" if figures else ""
    return f"【{name}】{told.label(str(content['code']))[0]}{end}"


def undelivered(*, most: int = 200) -> list[Undelivered]:
    """Notices that failed: those given up first, the newest of them on top."""
    zone = current_tenant().zone
    with unit() as opened:
        rows = opened.execute(_TROUBLED, {"most": most}).all()
        return [
            Undelivered(
                row.id, *_whose(row), _text(row), row.state == DEAD, row.tries,
                row.due_at.astimezone(zone), row.error,
            )
            for row in rows
        ]  # fmt: skip


def try_again(number: int, *, actor: str) -> None:
    """Have a notice that was given up sent anew, at once and as often as a new one.

    Raises:
        NotFoundError: no notice of this id was given up.
    """
    with unit(write=True) as opened:
        values = {"state": WAITING, "tries": 0, "due_at": clock.now(), "error": ""}
        if not opened.execute(_REVIVE, {"own_id": number, **values}).rowcount:
            raise NotFoundError("No notice of this number was given up.")
        note("notice.try_again", subject=str(number), actor=actor)


def _whose(row: Any) -> tuple[str, str]:
    """The job and the member."""
    if row.topic != JOB:
        return "", row.subject
    name, _, member = row.subject.partition(":")
    return name, member


def _text(row: Any) -> str:
    if row.topic == JOB:
        return ""
    try:
        return notice_text(OUTBOX.open(row.id, row.sealed))
    except (SealError, KeyError):
        return ""
