"""Documents of a person: bills, payments, redemptions, uses, requests, bookings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk.errors import NotFoundError
from charterhouse.records import sealing
from charterhouse.records.tables import document
from charterhouse.records.view import StoreView
from charterhouse.tenancy.store import prepared, unit

OVER = frozenset({"refused", "served", "cancelled", "closed", "no_show", "failed"})
"""States in which nothing is asked of a request or booking any more."""

_DOCUMENTS = prepared(
    select(document.c.id, document.c.at, document.c.sealed)
    .where(document.c.member == bindparam("wanted"), document.c.kind == bindparam("wanted_kind"))
    .order_by(document.c.at.desc(), document.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A bill, payment, redemption, use or the like by its id; `content` as the charter keeps it."""

    id: str
    kind: str
    at: datetime
    content: Mapping[str, Any]


def papers(ref: str, kind: str, *, most: int = 50) -> list[Paper]:
    """The newest documents of a kind (bill, payment, redemption, use, request …) of a person."""
    with unit() as opened:
        wanted = {"wanted": ref, "wanted_kind": kind, "most": most}
        rows = opened.execute(_DOCUMENTS, wanted)
        return [
            Paper(row.id, kind, row.at, sealing.DOCUMENT.open(row.id, row.sealed)) for row in rows
        ]


def paper(ref: str, paper_id: str) -> Paper:
    """One document of a person.

    Raises:
        NotFoundError: this person has no such document.
    """
    with unit() as opened:
        found = StoreView(opened).document(paper_id)
        row = opened.connection.execute(
            select(document.c.at).where(document.c.id == paper_id)
        ).first()
    if found is None or row is None or found.member != ref:
        raise NotFoundError("this person has no such bill, payment or redemption")
    return Paper(paper_id, found.kind, row.at, found.content)
