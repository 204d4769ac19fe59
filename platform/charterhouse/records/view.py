"""What a decision reads from a tenant's store: indexed reads, whatever the history's length."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from charterhouse.kernel.decision import Document
from charterhouse.kernel.standing import Standing, load
from charterhouse.records import sealing
from charterhouse.records.tables import document, standing
from charterhouse.tenancy.store import Unit, prepared

_STANDING = prepared(select(standing.c.sealed).where(standing.c.ref == bindparam("wanted")))
_DOCUMENT = prepared(
    select(document.c.kind, document.c.member, document.c.sealed).where(
        document.c.id == bindparam("wanted")
    )
)

_IN_TERM = (
    standing.c.status == "active",
    or_(standing.c.valid_until.is_(None), standing.c.valid_until >= bindparam("day")),
)
_ACTIVE = prepared(
    select(standing.c.kind, func.count().label("number")).where(*_IN_TERM).group_by(standing.c.kind)
)
_ACTIVE_REFS = prepared(select(standing.c.ref, standing.c.kind).where(*_IN_TERM))


class StoreView:
    """Standings and documents of the tenant in scope, as the open unit sees them.

    Attributes:
        loaded: standings as they were read; `None` for a person without a row.
        seen: documents as they were read; `None` for an id that is free.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._zone = unit.tenant.zone
        self.loaded: dict[str, Standing | None] = {}
        self.seen: dict[str, Document | None] = {}

    def standing(self, ref: str) -> Standing:
        """See `charterhouse.kernel.draft.View`."""
        if ref not in self.loaded:
            sealed = self._unit.execute(_STANDING, {"wanted": ref}).scalar()
            self.loaded[ref] = (
                load(ref, sealing.STANDING.open(ref, sealed), self._zone) if sealed else None
            )
        return self.loaded[ref] or Standing(ref)

    def document(self, doc_id: str) -> Document | None:
        """See `charterhouse.kernel.draft.View`."""
        if doc_id not in self.seen:
            row = self._unit.execute(_DOCUMENT, {"wanted": doc_id}).first()
            self.seen[doc_id] = (
                Document(row.kind, doc_id, row.member, _content(doc_id, row.sealed))
                if row
                else None
            )
        return self.seen[doc_id]

    def active_members(self, day: date, kinds: frozenset[str] | None = None) -> int:
        """See `charterhouse.kernel.draft.View`."""
        rows = self._unit.execute(_ACTIVE, {"day": day.isoformat()})
        return sum(row.number for row in rows if kinds is None or row.kind in kinds)

    def active_refs(self, day: date, kinds: frozenset[str] | None = None) -> frozenset[str]:
        """See `charterhouse.kernel.draft.View`."""
        rows = self._unit.execute(_ACTIVE_REFS, {"day": day.isoformat()})
        return frozenset(row.ref for row in rows if kinds is None or row.kind in kinds)


def _content(doc_id: str, sealed: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = sealing.DOCUMENT.open(doc_id, sealed)
    return content
