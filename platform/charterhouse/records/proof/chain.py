"""The audit chain: each entry follows from the one before and vouches for what it speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from charterhouse.records import sealing
from charterhouse.records import tables as t
from charterhouse.records.chain import Walk, digest_of, pages
from charterhouse.records.commit import audited
from charterhouse.records.proof.findings import Findings, Head
from charterhouse.records.proof.ground import VOUCHED, Ground
from charterhouse.tenancy.errors import SealError
from charterhouse.tenancy.store import Unit

__all__ = ["follow"]

_EVENT = "event."


def follow(
    unit: Unit,
    ground: Ground,
    found: Findings,
    progress: Callable[[int], None],
    before: Head | None = None,
) -> None:
    """Walk the chain from its first entry.

    Args:
        unit: open and reading.
        ground: where it is noted which decisions have an entry.
        found: where differences are noted.
        progress: told how many entries were read since it was told last.
        before: the end of the chain at an earlier proof, which must still be a part of it.
    """
    walk = Walk()
    for rows in pages(unit):
        for row in rows:
            for text in walk.step(row):
                found.add("audit", row.seq, text)
            if before is not None and row.seq == before.seq and row.hash != before.hash:
                found.add("audit", row.seq, f"audit {row.seq} is another than at the earlier proof:"
                          " the chain was written anew")  # fmt: skip
        _decisions(unit, ground, found, [row for row in rows if row.action.startswith(_EVENT)])
        found.counts["audit entries"] += len(rows)
        progress(len(rows))
    found.head = Head(walk.seq, walk.hash)
    if before is not None and walk.seq < before.seq:
        found.add("audit", before.seq, f"the audit ends at entry {walk.seq} and had {before.seq} "
                  "at the earlier proof: its tail was cut off")  # fmt: skip


def _decisions(unit: Unit, ground: Ground, found: Findings, entries: Sequence[Any]) -> None:
    """Compare a page of entries with the decisions that they vouch for."""
    ids = [int(entry.subject) for entry in entries if entry.subject.isdecimal()]
    kept: dict[int, Any] = {row.id: row for row in unit.connection.execute(_with_events(ids))}
    postings: dict[int, list[list[Any]]] = defaultdict(list)
    for row in unit.connection.execute(_postings(ids)):
        line = [row.owner, row.account, row.amount, row.lot, row.clause]
        postings[row.decision_id].append(line)
    raised: dict[int, list[list[str]]] = defaultdict(list)
    for row in unit.connection.execute(select(t.item).where(t.item.c.decision_id.in_(ids))):
        raised[row.decision_id].append([row.sort, row.code, row.member, row.clause])
    for entry in entries:
        number = int(entry.subject) if entry.subject.isdecimal() else 0
        decision = kept.pop(number, None)
        if decision is None:
            found.add("decision", entry.subject, f"audit {entry.seq}: the decision {entry.subject} "
                      f"({entry.action}), of which the audit knows, is missing")  # fmt: skip
            continue
        ground.mark(number, VOUCHED)
        found.counts["decisions"] += 1
        _one(entry, decision, postings[number], raised[number], found)


def _with_events(ids: Sequence[int]) -> Any:
    return (
        select(
            t.decision.c.id, t.decision.c.event_id, t.decision.c.verb, t.decision.c.member,
            t.decision.c.code, t.decision.c.sealed, t.event.c.seq, t.event.c.actor,
            t.event.c.recorded_at,
        )
        .outerjoin(t.event, t.event.c.id == t.decision.c.event_id)
        .where(t.decision.c.id.in_(ids))
    )  # fmt: skip


def _postings(ids: Sequence[int]) -> Any:
    wanted = select(t.posting).where(t.posting.c.decision_id.in_(ids))
    return wanted.order_by(t.posting.c.decision_id, t.posting.c.line)


def _one(
    entry: Any, row: Any, lines: list[list[Any]], raised: list[list[str]], found: Findings
) -> None:
    of = f"decision {row.id}" if row.event_id is None else f"event {row.event_id}"
    title = f"{of} ({row.verb} of {row.member or 'nobody'})"

    def differs(code: str, text: str) -> None:
        found.add(code, row.id, f"{title}: {text}", event=row.event_id)

    try:
        outcome = sealing.DECISION.open(row.id, row.sealed)
    except SealError as error:
        differs("decision", f"its outcome cannot be read: {error}")
        return
    if entry.digest != digest_of(audited(row.event_id or 0, outcome, lines)):
        differs(
            "decision", f"its outcome or postings are not what the audit vouches for in {entry.seq}"
        )
    if row.code == "" and sorted(raised) != sorted(outcome["raised"]):
        differs("item", f"what it raised is not what is kept of it: {sorted(raised)}")
    if entry.action != f"{_EVENT}{row.verb}":
        differs("decision", f"its verb is {row.verb}, the audit has {entry.action}")
    if row.event_id is None:
        return
    if row.seq != entry.seq:
        differs("event", f"it stands at place {row.seq} of the journal, the audit has {entry.seq}")
    if row.actor != entry.actor:
        differs("event", f"its actor is {row.actor}, the audit has {entry.actor}")
    if row.recorded_at != entry.at:
        kept, vouched = row.recorded_at.isoformat(), entry.at.isoformat()
        differs("event", f"it was recorded at {kept}, the audit has {vouched}")
