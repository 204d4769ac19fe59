"""Books without a reader: a ledger whose keys were destroyed still proves that it adds up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import String, Table, cast, func, select

from charterhouse.desk.life.backup import SECONDS
from charterhouse.kernel.ledger import HELD
from charterhouse.records import tables as t
from charterhouse.records.chain import Walk, pages
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import Unit, unit
from charterhouse.tenancy.tenant import Tenant

__all__ = ["Books", "check_books"]

_KEPT = 50


@dataclass(frozen=True, slots=True)
class Books:
    """What a look at books found.

    Attributes:
        decisions: how many.
        postings: how many.
        entries: of the audit chain.
        differences: one sentence each, as far as they are kept.
    """

    decisions: int
    postings: int
    entries: int
    differences: tuple[str, ...]


def check_books(tenant: Tenant) -> Books:
    """Check what can be checked without opening anything; see `verify` for all the rest.

    The postings of each decision sum to zero in each unit, each balance is the sum of its
    postings, and the audit chain is unbroken and knows each decision.

    Raises:
        StoreMissingError: there is no store.
    """
    with tenant_scope(tenant), unit(seconds=SECONDS) as opened:
        found = [*_sums(opened), *_balances(opened), *_unknown(opened)]
        walk = Walk()
        for rows in pages(opened):
            for row in rows:
                found.extend(walk.step(row)[:_KEPT])
        return Books(
            _count(opened, t.decision), _count(opened, t.posting), walk.seq, tuple(found[:_KEPT])
        )


def _count(opened: Unit, table: Table) -> int:
    query = select(func.count()).select_from(table)
    return int(opened.connection.execute(query).scalar_one())


def _sums(opened: Unit) -> list[str]:
    kind = func.replace(t.posting.c.account, HELD, "")
    total = func.sum(t.posting.c.amount)
    query = (
        select(t.posting.c.decision_id, kind.label("kind"), total.label("total"))
        .group_by(t.posting.c.decision_id, kind)
        .having(total != 0)
        .limit(_KEPT)
    )
    return [
        f"decision {row.decision_id}: its postings of {row.kind} sum to {row.total}"
        for row in opened.connection.execute(query)
    ]


def _balances(opened: Unit) -> list[str]:
    """Balances and the sums of their postings, compared from both sides."""
    keys = ("owner", "account", "lot")
    total = func.sum(t.posting.c.amount)
    posted = (
        select(*[t.posting.c[each] for each in keys], total.label("amount"))
        .where(t.posting.c.owner.in_(select(t.standing.c.ref)))
        .group_by(*[t.posting.c[each] for each in keys])
        .having(total != 0)
    )
    kept = select(*[t.balance.c[each] for each in (*keys, "amount")]).where(t.balance.c.amount != 0)
    found = []
    for one, other in ((kept, posted), (posted, kept)):
        place = "balances" if one is kept else "postings"
        rows = opened.connection.execute(one.except_(other).limit(_KEPT))
        found += [f"{r.owner} {r.account} {r.lot}: {r.amount} is only in the {place}" for r in rows]
    return found


def _unknown(opened: Unit) -> list[str]:
    vouched = select(t.audit.c.subject).where(t.audit.c.action.like("event.%"))
    query = (
        select(t.decision.c.id).where(cast(t.decision.c.id, String).not_in(vouched)).limit(_KEPT)
    )
    return [
        f"decision {row.id}: the audit does not know it" for row in opened.connection.execute(query)
    ]
