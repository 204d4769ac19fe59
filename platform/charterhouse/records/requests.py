"""What the board of requests looks at: columns written together with a request's document."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from charterhouse.kernel.clauses.cases import read_deadline
from charterhouse.kernel.clauses.services import OPEN, passed_at
from charterhouse.kernel.decision import Document
from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.tenancy.store import Unit, prepared

__all__ = ["NEVER", "REQUEST", "columns_of", "fill", "keep_request"]

REQUEST = "request"
"""The kind of the documents of requests."""

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When a request without a deadline is due: it stands behind all others, whatever the engine."""

_ADD = prepared(insert(t.request))
_SET = prepared(
    update(t.request).where(t.request.c.id == bindparam("own_id")),
    columns=["member", "service", "status", "open", "due_at", "opened_at"],
)
_UNLISTED = (
    select(t.document.c.id, t.document.c.member, t.document.c.sealed)
    .outerjoin(t.request, t.request.c.id == t.document.c.id)
    .where(t.document.c.kind == REQUEST, t.request.c.id.is_(None))
)


def columns_of(document: Document, zone: tzinfo) -> dict[str, Any]:
    """The columns of a request, all but those that staff set.

    Args:
        document: of the request.
        zone: of the tenant; a deadline in days passes at its midnight.
    """
    content = document.content
    is_open = content["status"] in OPEN
    return {
        "member": document.member,
        "service": content["service"],
        "status": content["status"],
        "open": int(is_open),
        "due_at": _due(content, zone) if is_open else datetime.fromisoformat(content["closed"]),
        "opened_at": datetime.fromisoformat(content["at"]),
    }


def _due(content: Any, zone: tzinfo) -> datetime:
    deadline = content["deadline"]
    return passed_at(read_deadline(deadline, zone), zone) if deadline else NEVER


def keep_request(unit: Unit, document: Document) -> None:
    """Write the columns of a request; to whom it is assigned stays as it is."""
    values = columns_of(document, unit.tenant.zone)
    if not unit.execute(_SET, {"own_id": document.id, **values}).rowcount:
        unit.execute(_ADD, {"id": document.id, "staff_id": None, **values})


def fill(unit: Unit) -> int:
    """List the requests that were opened before there was a board; returns how many."""
    rows = unit.connection.execute(_UNLISTED).all()
    for row in rows:
        content = sealing.DOCUMENT.open(row.id, row.sealed)
        keep_request(unit, Document(REQUEST, row.id, row.member, content))
    return len(rows)
