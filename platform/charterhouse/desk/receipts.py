"""Receipts: a bill as it was decided, with who charged it, what it earned and the balance left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from charterhouse.desk.counter import Earned, QuotedLine, charge_key, earned_by
from charterhouse.desk.decisions import Outcome, open_outcome
from charterhouse.desk.errors import NotFoundError
from charterhouse.desk.items import Items
from charterhouse.desk.people import Person, find_person
from charterhouse.records.tables import decision, event
from charterhouse.records.view import StoreView
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import Unit, prepared, unit

_EVENT = (event.c.id, event.c.actor, event.c.branch)
_DECISION = (decision.c.id, decision.c.sealed, decision.c.version, decision.c.at)
_BY_KEY = prepared(
    select(_EVENT[1], _EVENT[2], *(c.label(f"decision_{c.key}") for c in _DECISION))
    .select_from(event.join(decision, decision.c.event_id == event.c.id))
    .where(event.c.key == bindparam("wanted"))
)
_BY_TIME = prepared(
    select(_EVENT[1], _EVENT[2], *(c.label(f"decision_{c.key}") for c in _DECISION))
    .select_from(decision.join(event, decision.c.event_id == event.c.id))
    .where(
        decision.c.member == bindparam("wanted_member"),
        decision.c.at == bindparam("wanted_at"),
        decision.c.verb == "spend",
    )
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A bill on paper. Amounts are fen.

    Attributes:
        decision: id of its decision, for the page that explains it.
        listed: the total of the list prices.
        earned: what the bill gave; `points` the payer's balance afterwards.
        refunded: what was given back since.
    """

    bill: str
    at: datetime
    payer: str
    person: Person | None
    tier: str
    lines: list[QuotedLine]
    listed: int
    total: int
    third_party: int
    to_pay: int
    settled: list[tuple[str, int]]
    method: str
    refunded: int
    entitled: bool
    earned: list[Earned]
    points: int | None
    decision: str
    version: int
    actor: str
    branch: str | None

    @property
    def clauses(self) -> list[str]:
        """The clauses that made its prices and points, each once."""
        cited = [line.clause for line in self.lines] + [each.clause for each in self.earned]
        return list(dict.fromkeys(number for number in cited if number))


def receipt(bill: str) -> Receipt:
    """A bill's receipt.

    Raises:
        NotFoundError: there is no such bill.
    """
    with unit() as opened:
        found = StoreView(opened).document(bill)
        if found is None or found.kind != "bill":
            raise NotFoundError("there is no such bill", code="bill_unknown")
        content = found.content
        at = datetime.fromisoformat(content["at"])
        row = _row_of(opened, bill, found.member, at)
        outcome = open_outcome(row.decision_id, row.decision_sealed) if row else Outcome()
    items = Items()
    lines = [_line(priced, items) for priced in content["priced"]]
    settled = [(n, content.get(f"from_{n}", 0)) for n in ("stored_value", "credit", "points")]
    after = outcome.after or {}
    return Receipt(
        bill=bill,
        at=at.astimezone(current_tenant().zone),
        payer=found.member,
        person=find_person(found.member),
        tier=after.get("tier", ""),
        lines=lines,
        listed=sum(line.listed for line in lines),
        total=content["due"],
        third_party=content["third_party"],
        to_pay=content["to_pay"],
        settled=[(name, fen) for name, fen in settled if fen],
        method=content["method"],
        refunded=content["refunded"],
        entitled=content["entitled"],
        earned=earned_by(outcome.trace),
        points=after.get("points"),
        decision=str(row.decision_id) if row else "",
        version=row.decision_version if row else 0,
        actor=row.actor if row else "",
        branch=row.branch if row else None,
    )


def _row_of(opened: Unit, bill: str, member: str, at: datetime) -> Any:
    row = opened.execute(_BY_KEY, {"wanted": charge_key(bill)}).first()
    if row is not None:
        return row
    for row in opened.execute(_BY_TIME, {"wanted_member": member, "wanted_at": at}):
        if bill in open_outcome(row.decision_id, row.decision_sealed).documents:
            return row
    return None


def _line(priced: list[Any], items: Items) -> QuotedLine:
    item, category, price, offer, quantity, net, clause = priced
    base = (price if offer is None else offer) * quantity
    return QuotedLine(
        item, items.name(item), category, quantity, price * quantity, base, net, clause
    )
