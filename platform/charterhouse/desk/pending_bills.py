"""Bills that the charter could not decide: charged at list price, to be adjusted later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from charterhouse import clock
from charterhouse.desk.audit import note
from charterhouse.desk.counter import charge_key
from charterhouse.desk.errors import ConflictError, NotFoundError
from charterhouse.desk.intake import Answer, read_body, submit
from charterhouse.desk.items import keep_names
from charterhouse.records.sealing import OUTBOX
from charterhouse.records.tables import outbox
from charterhouse.tenancy.ids import new_id
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import prepared, unit

TOPIC = "bill.pending"
PARKED, DONE = "parked", "done"
"""A state of its own: nothing sends these rows; people have them decided."""

_PARKED = prepared(
    select(outbox.c.id, outbox.c.subject, outbox.c.sealed, outbox.c.due_at)
    .where(outbox.c.state == PARKED, outbox.c.topic == TOPIC)
    .order_by(outbox.c.due_at)
)
_ADD = prepared(insert(outbox))
_SET = prepared(
    update(outbox).where(outbox.c.id == bindparam("own_id")), columns=["state", "tries", "error"]
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A bill that waits for its decision. Amounts are fen.

    Attributes:
        raw: the fields of its `spend` event.
        charged: what was taken: the list prices.
        actor: who charged it.
    """

    id: int
    bill: str
    at: datetime
    raw: Mapping[str, Any]
    charged: int
    actor: str

    @property
    def payer(self) -> str:
        """Whose bill it is."""
        return str(self.raw.get("member") or self.raw.get("person"))


def park(raw: Mapping[str, Any], *, charged: int, names: Mapping[str, str], actor: str) -> str:
    """Keep a bill that was charged at list price until the charter can decide it.

    Told twice it is kept once.

    Raises:
        DeskError: the event cannot be read.
    """
    bill = str(raw["id"])
    with unit(write=True) as opened:
        read_body("spend", raw)
        if any(each.bill == bill for each in pending()):
            return bill
        keep_names(names)
        number = new_id()
        content = {"raw": dict(raw), "charged": charged, "actor": actor}
        row = {"id": number, "topic": TOPIC, "subject": bill, "state": PARKED, "tries": 0}
        sealed = OUTBOX.seal(number, content)
        opened.execute(_ADD, {**row, "sealed": sealed, "due_at": clock.now(), "error": ""})
        note("bill.park", subject=bill, actor=actor, content={"charged": charged})
    return bill


def pending() -> list[Pending]:
    """The bills that wait, the oldest first."""
    with unit() as opened:
        rows = opened.execute(_PARKED).all()
    return [_pending(row) for row in rows]


def find_pending(bill: str) -> Pending | None:
    """A waiting bill by its number."""
    return next((each for each in pending() if each.bill == bill), None)


def settle(bill: str, *, actor: str) -> tuple[Pending, Answer]:
    """Have a waiting bill decided now, as of the time at which it was charged.

    Returns:
        What was charged, and the decision: the difference is to be given back.

    Raises:
        NotFoundError: no such bill waits.
        ConflictError: the charter refuses it (`refused`).
        UnavailableError: the charter still cannot decide.
    """
    with unit(write=True) as opened:
        found = find_pending(bill)
        if found is None:
            raise NotFoundError("no such bill waits", code="bill_unknown")
        happened = found.at.astimezone(current_tenant().zone).isoformat()
        answer = submit("spend", found.raw, actor=actor, key=charge_key(bill), occurred_at=happened)
        if answer.refusal is not None:
            raise ConflictError("the charter refuses this bill", code="refused")
        opened.execute(_SET, {"own_id": found.id, "state": DONE, "tries": 1, "error": ""})
        content = {"charged": found.charged, "to_pay": answer.figures["to_pay"]}
        note("bill.settle", subject=bill, actor=actor, content=content)
    return found, answer


def _pending(row: Any) -> Pending:
    content = OUTBOX.open(row.id, row.sealed)
    return Pending(
        row.id, row.subject, row.due_at, content["raw"], content["charged"], content["actor"]
    )
