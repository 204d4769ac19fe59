"""A copy of everything that the house keeps of one person, for that person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.decisions import COLUMNS, FROM, plain, read
from charterhouse.desk.files import of_person
from charterhouse.desk.member_file import standing_now
from charterhouse.desk.people import get_person
from charterhouse.kernel.standing import dump
from charterhouse.records import sealing
from charterhouse.records.tables import attempt, card, decision, document, item, orders
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit, unit


def own_data(ref: str) -> dict[str, Any]:
    """Everything on record of a person as plain JSON: amounts in fen, moments in UTC.

    Events of others that touched this person are named without what they say of the others.

    Raises:
        NotFoundError: no such person.
        CharterUnavailableError: the tenant's charter is not installed.
    """
    with unit(write=True) as opened:
        person = asdict(get_person(ref))
        copy = {
            "institution": current_tenant().name("zh"),
            "made_at": clock.now().isoformat(),
            "person": {**person, "born": person["born"].isoformat() if person["born"] else None},
            "standing": dump(standing_now(opened, ref)),
            "events": _events(opened, ref),
            "documents": _documents(opened, ref),
            "cards": _plain(opened, card, ref, ("number", "state", "tier", "issued_at")),
            "notes": _plain(opened, item, ref, ("sort", "code", "clause", "at", "state")),
            "orders": _orders(opened, ref),
            "files": [
                {"code": each.code, "type": each.type, "size": each.size, "at": each.at.isoformat()}
                for each in of_person(ref)
            ],
        }
        note("member.data_copy", subject=ref, actor=f"member:{ref}")
    return copy


def _events(opened: Unit, ref: str) -> list[dict[str, Any]]:
    rows = opened.connection.execute(
        select(*COLUMNS)
        .select_from(FROM)
        .where(decision.c.member == ref)
        .order_by(decision.c.at, decision.c.id)
    )
    return [_event(row) for row in rows]


def _event(row: Any) -> dict[str, Any]:
    stored = read(row)
    return {
        "verb": stored.verb,
        "at": row.at.isoformat(),
        "charter_version": stored.version,
        "told": dict(stored.body) if stored.event_id else None,
        "decision": plain(stored.outcome),
    }


def _documents(opened: Unit, ref: str) -> list[dict[str, Any]]:
    rows = opened.connection.execute(
        select(document).where(document.c.member == ref).order_by(document.c.at)
    )
    return [
        {"id": r.id, "kind": r.kind, "content": sealing.DOCUMENT.open(r.id, r.sealed)} for r in rows
    ]


def _orders(opened: Unit, ref: str) -> list[dict[str, Any]]:
    rows = opened.connection.execute(
        select(
            orders.c.purpose, orders.c.amount, orders.c.currency, orders.c.clause,
            orders.c.created_at, attempt.c.state, attempt.c.method, attempt.c.paid_at,
        )
        .select_from(orders.outerjoin(attempt, attempt.c.order_id == orders.c.id))
        .where(orders.c.member == ref)
        .order_by(orders.c.created_at)
    )  # fmt: skip
    return [_row(row) for row in rows]


def _plain(opened: Unit, table: Any, ref: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in names]
    rows = opened.connection.execute(select(*columns).where(table.c.member == ref))
    return [_row(row) for row in rows]


def _row(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row._asdict().items()
    }
