"""Who has booked a slot, in order: a document of the institution for each thing and time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, Protocol

from charterhouse.kernel import effects as fx
from charterhouse.kernel.decision import Document
from charterhouse.kernel.errors import EventError
from charterhouse.kernel.kinds import read_moment
from charterhouse.kernel.periods import ONE_DAY
from charterhouse.kernel.standing import HOUSE

_ID_LIMIT = 80


class Entry(NamedTuple):
    """A place in a line: the booking, who is treated, since when, and what ranks look at.

    `state` is "waiting", or "done" when the place is used up.
    """

    id: str
    person: str
    since: str
    traits: Mapping[str, Any]
    state: str = "waiting"


class Documents(Protocol):
    """Where documents are found."""

    def document(self, doc_id: str) -> Document | None:
        """The document of this id, if there is one."""
        ...


def slot_of(text: str | None, zone: tzinfo | None) -> tuple[str, datetime | None]:
    """A slot in one writing, and when it starts, if it names a time.

    A bare day means its noon, as everywhere. A slot that is no time is a name.
    """
    name = " ".join((text or "").split())
    try:
        starts = read_moment(name, "book.slot", zone)
    except EventError:
        return name, None
    return starts.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00"), starts


def line_id(what: str, slot: str) -> str:
    """The id of the document of a slot; no id that an event may give has a stroke in it."""
    whole = f"slot/{what}/{slot}"
    if len(whole) <= _ID_LIMIT:
        return whole
    return f"slot/{hashlib.sha256(whole.encode()).hexdigest()}"


def entries_of(view: Documents, what: str, slot: str) -> list[Entry]:
    """Everybody who has a place in a slot, in the order of booking."""
    document = view.document(line_id(what, slot))
    rows = document.content["entries"] if document else ()
    return [Entry(*row) for row in rows]


def waiting(entries: Iterable[Entry], now: datetime, *, timed: bool) -> list[Entry]:
    """Those who wait; without a time of the slot nobody waits longer than to the next day."""
    return [
        entry for entry in entries if entry.state == "waiting" and (timed or _is_fresh(entry, now))
    ]


def _is_fresh(entry: Entry, now: datetime) -> bool:
    since = datetime.fromisoformat(entry.since).astimezone(now.tzinfo)
    return since.date() >= now.date() - ONE_DAY


def kept(what: str, slot: str, entries: Iterable[Entry], now: datetime) -> fx.Put:
    """The document of a slot as it is now.

    A line without a time forgets those who are done and those who left unseen, else it would
    grow for ever.
    """
    rows = list(entries)
    if not slot:
        rows = waiting(rows, now, timed=False)
    content = {"what": what, "slot": slot, "entries": [list(entry) for entry in rows]}
    return fx.Put("slot", line_id(what, slot), HOUSE, {**content, "at": now.isoformat()})


__all__ = ["Entry", "entries_of", "kept", "line_id", "slot_of", "waiting"]
